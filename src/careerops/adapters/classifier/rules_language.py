"""Which language a mail is in: by script, else by its commonest small words."""

from collections.abc import Iterable
from itertools import islice

_SMALL_WORDS = {
    "en": "the and you your for with we our to of is are have this that will be thank please from"
    " it in on at as not but what how more can if i my he she they was were do does all about up"
    " out has would could should there here when who us an or by so get any just hi dear hello",
    "de": "der die das und sie ihre ihr wir fur mit ist nicht ein eine im zu den dem auf bei uns"
    " dass haben von vielen dank du deine als am um uhr ich leider auch noch nur zum zur oder wenn"
    " wie kann konnen wird werden sind ihnen ihrem dir dich dein mich mir bis nach hallo einen"
    " einer aus gern bitte jetzt neue fur mal wurden",
    "es": "el los las y de que para con por una su tu te nos hemos es en del gracias hola se al"
    " como esta le lo ha has estimado un mas pero si sin este mi ya muy sobre tambien son fue hay"
    " sus tus ser eres usted cuando manana a las",
    "fr": "le les des et vous votre nous pour avec une est que dans sur au aux du bonjour merci"
    " ne pas notre cette avons avez je a l d il elle on mais ou plus qui ce ces sa ses leur par"
    " tout bien etre suis etes c n s qu j m vos nos ton ta te de un la salut",
    "pt": "o os as e voce para com uma seu sua nos nao do da em no na obrigado obrigada ola que"
    " por temos sera um de mais foi",
    "it": "il lo gli di che per con una la sua tua non del della grazie ciao gentile abbiamo sono"
    " le e al nel ti siamo un alla",
    "nl": "de het een en van je jouw wij voor met is niet op te dat zijn bij ons bedankt hebben"
    " aan u uw graag naar om",
    "hi": "aap aapka aapke aapki hai hain ke ki ka liye mein kripya namaste nahi hum hamare"
    " dhanyavaad dhanyavad aur se ko kar karein humne kya kal gaya gayi raha rahe rahi ho humein"
    " apna apne par bhi ek hua hui koi kisi yeh",
}
_TABLE: dict[str, tuple[str, ...]] = {
    word: tuple(code for code, listed in _SMALL_WORDS.items() if word in listed.split())
    for words in _SMALL_WORDS.values()
    for word in words.split()
}
LANGUAGES = tuple(_SMALL_WORDS)
"""ISO 639-1 codes of the languages told apart."""
_SAMPLE_WORDS = 300
_HINDI_SHARE = 0.3
_BESIDE_SHARE = 0.5


def languages_of(words: Iterable[str]) -> tuple[str, ...]:
    """Codes of the languages of folded `words`, the likeliest first; () if they do not tell.

    A word of several languages counts for each in part; Devanagari is taken as Hindi. A second
    language is named where it has half as many words as the first: a mail in two languages, or
    one too short to tell kindred languages apart.
    """
    sample = list(islice(words, _SAMPLE_WORDS))
    scores = dict.fromkeys(LANGUAGES, 0.0)
    for word in sample:
        codes = _TABLE.get(word, ())
        for code in codes:
            scores[code] += 1 / len(codes)
    hindi = sum("\u0900" <= word[0] <= "\u097f" for word in sample)
    if sample and hindi / len(sample) >= _HINDI_SHARE:
        scores["hi"] += hindi
    best = max(scores.values())
    if best < 1:
        return ()
    near = [code for code in LANGUAGES if scores[code] >= _BESIDE_SHARE * best]
    return tuple(sorted(near, key=lambda code: -scores[code]))


def language_of(words: Iterable[str]) -> str:
    """ISO 639-1 code of the likeliest language of folded `words`, '' if they do not tell."""
    return next(iter(languages_of(words)), "")
