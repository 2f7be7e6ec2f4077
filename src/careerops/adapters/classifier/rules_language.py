"""Which language a mail is in: by script, else by its commonest small words."""

from collections.abc import Iterable
from itertools import islice

_SMALL_WORDS = {
    "en": "the and you your for with we our to of is are have this that will be thank please from",
    "de": "der die das und sie ihre ihr wir fur mit ist nicht ein eine im zu den dem auf bei uns"
    " dass haben von vielen dank du deine als am um uhr ich leider",
    "es": "el los las y de que para con por una su tu te nos hemos es en del gracias hola se al"
    " como esta le lo ha has estimado",
    "fr": "le les des et vous votre nous pour avec une est que dans sur au aux du bonjour merci"
    " ne pas notre cette avons avez je a l d",
    "pt": "o os as e voce para com uma seu sua nos nao do da em no na obrigado obrigada ola que"
    " por temos sera",
    "it": "il lo gli di che per con una la sua tua non del della grazie ciao gentile abbiamo sono"
    " le e al nel ti siamo",
    "nl": "de het een en van je jouw wij voor met is niet op te dat zijn bij ons bedankt hebben"
    " aan u uw graag",
    "hi": "aap aapka aapke aapki hai hain ke ki ka liye mein kripya namaste nahi hum hamare"
    " dhanyavaad dhanyavad aur se ko kar karein",
}
_TABLE: dict[str, tuple[str, ...]] = {
    word: tuple(code for code, listed in _SMALL_WORDS.items() if word in listed.split())
    for words in _SMALL_WORDS.values()
    for word in words.split()
}
_SAMPLE_WORDS = 300
_HINDI_SHARE = 0.3


def language_of(words: Iterable[str]) -> str:
    """ISO 639-1 code of the language of folded `words`, '' if they do not tell.

    A word of several languages counts for each in part; Devanagari is taken as Hindi.
    """
    sample = list(islice(words, _SAMPLE_WORDS))
    hindi = sum("\u0900" <= word[0] <= "\u097f" for word in sample)
    if sample and hindi / len(sample) >= _HINDI_SHARE:
        return "hi"
    scores = dict.fromkeys(_SMALL_WORDS, 0.0)
    for word in sample:
        codes = _TABLE.get(word, ())
        for code in codes:
            scores[code] += 1 / len(codes)
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] >= 1 else ""
