"""Where mails name the company, by language: regular expressions over text in its own case.

Every repetition is bounded, so that a search costs time proportional to the text.
"""

import re

_WORD = r"[A-Z0-9À-ÖØ-Þ](?:[\w&+’'-]|\.(?=\w)){0,30}+"  # noqa: RUF001  # the apostrophe mails set
_LINK = r"(?:&|\+|and|of|de|del|la|du|und|y|et|e)"
NAME = rf"(?<![\w])(?P<name>{_WORD}(?:[^\S\n](?:{_LINK}[^\S\n])?{_WORD}){{0,4}})"
_ARTICLE = r"(?:(?:the|der|die|dem|den|das|la|el|le|les|os|o|a|il|de|het|firma|company)[^\S\n])?"


def _compile(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(pattern.replace("NAME", _ARTICLE + NAME).replace(" ", r"\s"))
        for pattern in patterns
    )


STATED = _compile(
    r"(?i:(?:application|applied|apply|offer|position|role|job|internship) "
    r"(?:at|to|from|with) )NAME",
    r"(?i:interview at )NAME",
    rf"^{NAME}\s(?i:(?:has |have )?(?:invites?|invited|would like|wants|sent) you)\b",
    r"(?i:(?:bewerbung|stelle|angebot|interview) (?:bei|von) (?:der |dem )?)NAME",
    r"(?i:(?:candidatura|solicitud|oferta|entrevista) (?:en|con|de|a) )NAME",
    r"(?i:(?:candidature|offre|entretien) (?:chez|avec) )NAME",
)
"""Where a subject states whose matter it is, whoever sends the mail."""

SUBJECT = _compile(
    # English
    r"(?i:(?:sent|submitted) to )NAME",
    r"(?i:(?:viewed|reviewed) by )NAME",
    r"(?i:(?:application|applying|applied|apply|candidacy|interest) (?:to|at|with|in) )NAME",
    r"(?i:(?:interview|call|chat|conversation|opportunity|career|role|position|job|internship|"
    r"offer|assessment|challenge|test|process|team|screen|round) (?:at|with|from|by) )NAME",
    r"(?i:\bat |@ )NAME(?=\s?(?:$|[-–|:,!(\[]))",  # noqa: RUF001  # dashes as mails set them
    r"(?i:(?:update|message|news|invitation|offer|reminder|thanks|thank you|hello) from )NAME",
    r"(?i: x | <> )NAME",
    r"(?i:welcome to |joining )NAME",
    # German
    r"(?i:(?:bewerbung|gespräch|gespraech|interview|einladung|stelle|praktikum|angebot|"
    r"bewerbungsprozess|assessment|test|position)[\w /()-]{0,60}? (?:bei|von|an) )NAME",
    r"(?i:\bbei )NAME",
    # Spanish, Portuguese, Italian
    r"(?i:(?:candidatura|solicitud|inscripción|inscrição|entrevista|proceso|processo|prueba|oferta|"
    r"proposta|vacante|vaga|colloquio|test|postulación)[\w /()-]{0,60}? "
    r"(?:en|con|a|na|no|em|presso|de|da|per|con) )NAME",
    # French and Dutch
    r"(?i:\bchez |\bauprès de |\bbij )NAME",
    r"(?i:(?:entretien|candidature|test|offre) (?:avec|à|de) )NAME",
    # Hindi, in both scripts
    rf"{NAME}\s(?:में|मे|की ओर से|के साथ|mein|me|ki taraf se|ke saath)(?=\s)",
    # The name in front: in brackets, before a colon or a dash, after "your"
    rf"^{NAME}\s(?:is inviting|invites?|invited|has sent|sent you|has invited|would like|wants)\b",
    rf"(?:^|[^/])/ {NAME}$".replace(" ", r"\s"),
    rf"^\[{NAME}\]",
    rf"^{NAME}\s?(?:[-–|:])\s",  # noqa: RUF001  # dashes as mails set them
    rf"(?i:^your ){NAME}(?i: (?:application|interview|offer|candidacy))",
)

CLIENT = _compile(r"(?i:(?:schedule|assessments?|tests?|challenge|interview) for )NAME")
"""Where a vendor's subject may name its client, and as well a role."""

BODY = _compile(
    r"(?i:(?:your|deine|ihre) (?:resume|cv|application|profile) to )NAME",
    rf"(?i:\ban (?:die |das |den )?){NAME}\s(?:übermittelt|gesendet|versendet|versandt|geschickt)",
    r"(?i:(?:application|applying|applied|apply) (?:to|at|with) )NAME",
    r"(?i:(?:position|role|job|internship|opportunity|career|opportunities|team|interview|opening)"
    r" (?:at|with|here at) )NAME",
    r"(?i:(?:interest in (?:working (?:at|for|with) |joining )?|welcome to |to join |joining |"
    r"on behalf of |employment (?:with|at) |here at |sent to |submitted to |(?:your|a) career at ))"
    r"NAME",
    r"(?i:\bbei )NAME",
    r"(?i:(?:interesse an (?:einer (?:tätigkeit|mitarbeit|stelle) bei )?|willkommen bei ))NAME",
    r"(?i:(?:candidatura|proceso de selección|puesto|equipo|interés|vacante|entrevista|oferta)"
    r"[\w /()-]{0,50}? (?:en|con|de) )NAME",
    r"(?i:\bchez |\bauprès de |\bpresso |\bbij |rejoindre |\bna empresa |\bse unir a )NAME",
    rf"{NAME}\s(?:में|मे|की ओर से|mein)(?=\s)",
)

SIGNED = re.compile(
    r"(?i:\b(?:the|das|ihr|dein|votre|l'équipe|el equipo de|your))?\s?"
    + NAME
    + r"\s(?:e-?)?(?:Recruiting|Recruitment|Talent|Hiring|Careers|People|HR)\b"
)
LEGAL = re.compile(
    NAME
    + r",?\s(?:GmbH|AG|SE|Inc\.?|LLC|Ltd\.?|Pvt\.?\sLtd\.?|Private\sLimited|S\.?L\.?|S\.?A\.?S\.?|"
    r"SARL|S\.p\.A\.|B\.V\.|PLC|Corp\.?)(?=[\s.,;)]|$)"
)

ROLE_WORDS = re.compile(
    r"(?i)\b(?:engineer|developer|manager|analyst|designer|scientist|intern|internship|consultant"
    r"|lead|architect|nurse|teacher|administrator|assistant|associate|director|specialist|officer"
    r"|researcher|writer|editor|accountant|technician|programmer|tester|coordinator|representative"
    r"|executive|trainee|graduate|apprentice|head|recruiter|sre|devops|qa|cto|ceo|product owner"
    r"|\w{0,30}(?:entwickler|ingenieur|berater|leiter|kaufmann|kauffrau|referent|werkstudent"
    r"|praktikant|mitarbeiter|analyst|architekt|techniker)(?:in|innen|:in|\*in)?"
    r"|desarrollador\w{0,2}|ingenier[oa]|analista|técnic[oa]|programador\w{0,2}|diseñador\w{0,2}"
    r"|développeu(?:r|se)|ingénieure?|chef(?:fe)? de projet|analyste|stagiaire|responsable"
    r"|desenvolvedor\w{0,2}|engenheir[oa]|sviluppat\w{2,5}|ontwikkelaar|इंजीनियर|डेवलपर|विश्लेषक"
    r"|प्रबंधक|मैनेजर|एनालिस्ट)\b"
)
