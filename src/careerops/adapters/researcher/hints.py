"""What to do about each kind of event, in the mail's language where we speak it."""

from typing import Final

from careerops.domain.taxonomy import EventType

_ENGLISH: Final = {
    EventType.INTERVIEW: (
        "Read the job description again and note two examples of your work for each demand",
        "Prepare three questions to them",
    ),
    EventType.ASSESSMENT: (
        "Note the time limit and what tools are allowed before you start",
        "Test camera, microphone and connection",
    ),
    EventType.OFFER: (
        "Ask for the offer in writing and until when you may decide",
        "Compare salary, holidays, notice period and place of work before you answer",
    ),
    EventType.REJECTION: ("A short thank-you and a question for feedback keep the door open",),
    EventType.APPLIED: ("If you hear nothing within two weeks, ask once, politely",),
}
_GERMAN: Final = {
    EventType.INTERVIEW: (
        "Stellenanzeige noch einmal lesen, zu jeder Anforderung zwei Beispiele notieren",
        "Drei eigene Fragen vorbereiten",
    ),
    EventType.ASSESSMENT: (
        "Vor dem Start Zeitlimit und erlaubte Hilfsmittel nachsehen",
        "Kamera, Mikrofon und Verbindung testen",
    ),
    EventType.OFFER: (
        "Das Angebot schriftlich und eine Bedenkzeit erbitten",
        "Gehalt, Urlaub, Kündigungsfrist und Arbeitsort vergleichen",
    ),
    EventType.REJECTION: ("Ein kurzer Dank mit der Bitte um Rückmeldung hält die Tür offen",),
    EventType.APPLIED: ("Nach zwei Wochen ohne Antwort einmal höflich nachfragen",),
}
_SPANISH: Final = {
    EventType.INTERVIEW: (
        "Relee la oferta y anota dos ejemplos de tu trabajo por cada requisito",
        "Prepara tres preguntas para ellos",
    ),
    EventType.ASSESSMENT: (
        "Mira el tiempo límite y las herramientas permitidas antes de empezar",
        "Prueba cámara, micrófono y conexión",
    ),
    EventType.OFFER: (
        "Pide la oferta por escrito y un plazo para decidir",
        "Compara salario, vacaciones, preaviso y lugar de trabajo",
    ),
    EventType.REJECTION: ("Un breve agradecimiento y pedir comentarios deja la puerta abierta",),
    EventType.APPLIED: ("Si en dos semanas no hay respuesta, pregunta una vez con cortesía",),
}
_FRENCH: Final = {
    EventType.INTERVIEW: (
        "Relire l'annonce et noter deux exemples concrets pour chaque exigence",
        "Préparer trois questions à leur poser",
    ),
    EventType.ASSESSMENT: (
        "Vérifier la durée et les outils autorisés avant de commencer",
        "Tester caméra, micro et connexion",
    ),
    EventType.OFFER: (
        "Demander l'offre par écrit et un délai de réflexion",
        "Comparer salaire, congés, préavis et lieu de travail",
    ),
    EventType.REJECTION: ("Un bref merci et une demande de retour laissent la porte ouverte",),
    EventType.APPLIED: ("Sans réponse après deux semaines, relancer une fois poliment",),
}
_BY_LANGUAGE: Final = {"de": _GERMAN, "es": _SPANISH, "fr": _FRENCH}


def hints(event_type: EventType, language: str) -> tuple[str, ...]:
    """What to prepare; in English where `language` (ISO 639-1, region allowed) is none we speak."""
    known = _BY_LANGUAGE.get(language.lower()[:2], _ENGLISH)
    return known.get(event_type, ())
