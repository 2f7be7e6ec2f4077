"""Whether a text turns to programs that read mail: in words, where `steering` looks at forms.

People who write to people do not write to their mail programs. A mail in which somebody does may
mean what it says, but no label of it stands unmarked. The words are those of the languages in which
the local classifier can be talked into something; elsewhere it contradicts a model that was.
Whoever avoids them is met by the other checks, not by this one.
"""

import re
from typing import Final

MAX_CHARS: Final = 40_000


def _any(*words: str) -> str:
    return f"(?:{'|'.join(words)})"


_KINDS: Final = _any(
    "(?:e-?)?mail|mailbox|inbox|message|virtual|digital|smart|automat(?:ed|ic)|AI|artificial",
    "machine|software|computer",
)
_BARE: Final = _any(
    "assistants?|machines?|filtres?|logiciels?|agents?|outils?|programmes?|lecteurs?|systèmes?",
    "asistentes?|robots?|filtros?|programas?|sistemas?|agentes?|lectores|Assistent(?:en|in)?",
    "Auswertung",
)
"""What people and other things are called as well: a program only where it is spoken to."""
_NAMES: Final = _any(
    rf"(?:{_KINDS}[ -]){{1,3}}(?:assistant|filter|reader|agent|classifier|system|tool|program)s?",
    rf"(?:{_KINDS}[ -]){{1,3}}(?:models?|clients?|summari[sz]ers?|intelligence|sorters?|software)",
    "(?:large )?language models?|LLMs?|AIs?|chat ?bots?|bots?|robots?|classifiers?|copilot",
    "(?:KI|Mail|E-Mail|Postfach|Sprach)[ -]?(?:Systeme?n?|Assistent(?:en|in)?|Modelle?n?)",
    "(?:KI|Mail|E-Mail|Postfach|Sprach)[ -]?(?:Programme?n?|Filter|Agent(?:en)?)",
    r"(?:automatische|auswertende|lesende|digitale)[nrs]? (?:\w{0,12}programme?n?|Systeme?n?)",
    "(?:automatische|auswertende|lesende|digitale)[nrs]? (?:Assistent(?:en|in)?|Leser|Software)",
    "KI|künstliche Intelligenz|Roboter",
    rf"{_BARE} (?:(?:de|du|des) (?:messagerie|courriel|courrier|tri)s?|lecteurs?)",
    rf"{_BARE} (?:automatique|virtuel|numérique)s?",
    "IA|(?:l')?intelligences? artificielles?|modèles? de langage",
    rf"{_BARE} (?:(?:de|del) (?:e-?mail|correo)(?: electrónico)?|automátic[oa]s?)",
    rf"{_BARE} (?:virt|digit)al(?:es)?",
    "inteligencias? artificial(?:es)?|modelos? de lenguaje",
    "assistentes? de e-?mail|sistemas? automátic[oa]s?|modelos? de linguagem",
    "assistent[ei] (?:di posta|virtual[ei])|sistem[ai] automatic[io]|intelligenza artificiale",
    "modell[oi] linguistic[io]|mailassistent|taalmodel(?:len)?|computerprogramma",
)
"""What no person is called, and no job."""
_READING: Final = (
    r"(?:\s(?:that|which|who|reading|sorting|handling|processing|summari[sz]ing|parsing|triaging"
    r"|of|in|behind|receiving|systems?|readers?|tools?|agents?|models?|assistants?|die|der|das"
    r"|welche|qui|que|che|chi|dat)\b[^.:!?\n]{0,80})?"
)
_BEGINS: Final = r"(?:^|[.!?:;()\[\]\"«»\u2013\u2014-])(?>\s{0,3}[^\w\n]{0,7})(?=\w)"
"""What was passed over is not looked at again: a text of nothing but such marks costs little."""
_ENDS: Final = r"\s?[:,;\u2013\u2014-]"

# As letters and notices begin: a note for the mail assistant, dear language models.
_NOTICE: Final = _any(
    "note|notice|message|instructions?|memo|info(?:rmation)?|summary|digest|text|hint|reminder",
    r"request|P\.?S\.?|hinweis|nachricht|anweisung|bitte|remarque|consigne|avis|nota|aviso|mensaje",
    "instrucci[oó]n(?:es)?|mensagem|avviso|messaggio|bericht",
)
_TO: Final = _any(
    "to|for|dear|hello|hi|hey|attention|attn|an|für|liebe[rs]?|achtung|à|au|aux|pour|chers?|chère",
    "à l'attention d(?:e|es|u)|para|a|al|estimad[oa]s?|querid[oa]s?|ao|aos|per|ai|agli|cari|caro",
    "gentil[ei]|voor|aan|beste|geachte",
)
_WHICH: Final = _any(
    "an?|any|all|every|each|the|those|whichever|my|your|our|other|fellow|das|die|den|der|alle",
    "jede[ns]?|les?|la|tous|toute|los|las|el|tod[oa]s|il|gli|i|het|de",
)
_LETTER: Final = re.compile(
    rf"{_BEGINS}(?:(?:an?|the|this|short|important|brief|urgent|une?|eine?)\s)?"
    rf"(?:{_NOTICE}[ ,:]{{0,3}})?(?:destinée?\s|dirigid[oa]\s)?{_TO}\s(?:{_WHICH}\s)?(?:l')?"
    rf"(?:(?:[\w-]{{1,20}}\s)?{_NAMES}|{_BARE}){_READING}{_ENDS}",
    re.IGNORECASE | re.MULTILINE,
)

# What nobody tells a person about a mail: assistant, report; AI tools must treat it as.
_DO: Final = _any(
    "report|announce|classify|label|file|list|record|flag|mark|treat|consider|count|output|relay",
    "log|present|register|tag|categori[sz]e|summari[sz]e|tell|inform|notify|say|state|mention|call",
    "quote|answer|write|add|put|give|let|pass|forward|convey|schedule|ignore|pretend|rate",
    r"translate|process|melde\w?|berichten?|einordnen|werte\w?|behandel\w{1,2}|teile?n?|ordne\w?",
    r"erkläre?n?|nenne\w?|führe?n?|annonce[rz]?|signale[rz]?|classe[rz]?|range[rz]?|traite[rz]?",
    r"indique[rz]?|présente[rz]?|transmets|dites?|considère\w{0,2}|informe[rz]?|informa|comunique",
    r"comunica|diga|di|trat[ae]|clasifi\w{2,5}|registr[ae]|marca|marque|anunci[ae]|presenta",
    r"consider[ae]|reporte|segnala\w{0,2}|classifica\w{0,2}|meld",
)
_MUST: Final = _any(
    "must|shall|should|ha(?:s|ve) to|(?:is|are) to|needs? to|please|kindly",
    "soll(?:te|ten|en)?|muss|müssen|mögen?|bitte|doit|doivent|devra|(?:est|sont) priés?|merci de",
    "deben?|deve|devono|moet|moeten",
)
_IS_SOMETHING: Final = (
    r"(?:this|the|it|der|die|das|dies(?:e[rs]?)?|ce(?:tte|t|ci)?|est[ea]|esto)\b[^.\n]{0,60}"
    r"\b(?:is|was|are|ist|sind|est|es|counts?|has|hat)\b"
)
_VOCATIVE: Final = re.compile(
    rf"{_BEGINS}(?:hey |dear |attention |ok,? )?(?:{_NAMES}|{_BARE}){_READING}{_ENDS}\s{{0,3}}"
    rf"(?:(?:please|kindly|just|now|you|bitte|por favor|merci de)\s)?(?:{_DO}\b|{_IS_SOMETHING})",
    re.IGNORECASE | re.MULTILINE,
)
_ORDERED: Final = re.compile(
    rf"\b{_NAMES}\b[^.!?\n]{{0,60}}?\b{_MUST}\s"
    rf"(?:(?:please|also|now|simply|always|then|kindly|bitte|be)\s)?{_DO}\b",
    re.IGNORECASE,
)

# The same without a name: whoever, or whatever, works on this mail.
_WORKER: Final = re.compile(
    r"\b(?:whoever|whatever|whichever|anyone|anything"
    r"|(?:the|an?|any|if an?y?) (?:\w+ )?(?:program|service|software|system|tool|algorithm))\b"
    r"[^.!?\n]{0,12}?\b(?:reads?|reading|relays?|summari[sz]es?|process(?:es)?|evaluates?|sorts?"
    r"|classif(?:y|ies)|handles?|parses?|triages?|analy[sz]es?)\s(?:this|the|these|my|your)\s"
    r"(?:\w+\s)?(?:mail(?:box|s)?|e-?mails?|message|letter|text|note|inbox|notification)\b"
    r"|\b(?:quien|quienes|(?:programa|sistema|herramienta|software) que)\s"
    r"(?:proces[ae]|le[ae]|clasifi(?:que|ca)|orden[ae]|resum[ae]|analiz[ae]|analice)\s"
    r"(?:este|esta|el|la)\s(?:correo|mensaje|carta|buzón|texto)\b"
    r"|\b(?:wer|programme?|software|system)\b[^.!?\n]{0,12}?\b(?:diese[nrs]?|die|den|das)\s"
    r"(?:mail|e-mail|nachricht|text|schreiben|postfach)\s(?:\w+\s)?"
    r"(?:auswerte[nt]|lesen|liest|verarbeite[nt]|sortier(?:t|en)|bearbeite[nt])\b"
    r"|\b(?:quiconque|celui qui|(?:logiciel|programme|outil|système) qui)\s"
    r"(?:lit|traite|trie|résume|analyse)\s(?:ce|cette|le|la|ces)\s"
    r"(?:message|courriel|mail|lettre|texte|boîte)\b",
    re.IGNORECASE,
)


def addresses_programs(text: str) -> bool:
    """Whether a sentence of `text` is written to what reads mail in a person's stead."""
    head = text[:MAX_CHARS]
    return any(pattern.search(head) for pattern in (_LETTER, _VOCATIVE, _ORDERED, _WORKER))
