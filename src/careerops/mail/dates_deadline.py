"""Until when something is to be done, by what a mail says."""

import re
from datetime import UTC, datetime, time, timedelta

from careerops.domain.times import instant, later
from careerops.mail.dates_text import Moment, Reading, moments
from careerops.mail.folding import fold

_MAX_CHARS = 4000
_NUMBERS = {
    word: number
    for number, row in enumerate(
        (
            "one ein einem einen un una une एक ek",
            "two zwei dos deux due dois twee दो do",
            "three drei tres trois tre drie तीन teen",
            "four vier cuatro quatre quattro quatro चार chaar",
            "five funf cinco cinq cinque vijf पांच paanch",
            "six sechs seis sei zes छह chhah",
            "seven sieben siete sept sette sete zeven सात saat",
            "eight acht ocho huit otto oito आठ aath",
            "nine neun nueve neuf nove negen नौ nau",
            "ten zehn diez dix dieci dez tien दस das",
        ),
        1,
    )
    for word in row.split()
}
_N = r"(?P<n>\d{1,3}|" + "|".join(_NUMBERS) + r")(?:\s?\(\d{1,3}\))?"
_UNIT = (
    r"(?P<work>business |working |werk|arbeits)?"
    r"(?P<unit>hours?|hrs?|stunden?|horas?|heures?|ore|uur|घंटे|घंटों|ghante|days?|tage?n?|dias?|jours?|giorni|dagen|दिन|दिनों|din"
    r"|weeks?|wochen?|semanas?"
    r"|semaines?|settimane|weken|सप्ताह|hafte)"
    r"(?P<after> (?:habiles|laborables|ouvres|ouvrables|uteis))?"
)
_WITHIN = re.compile(
    r"(?<![^\W_])(?:within(?: the)?(?: next)?|innerhalb(?: von| der nachsten)?|binnen"
    r"|in den nachsten|dans les|sous|dans un delai de|plazo(?: maximo)? de|dentro de"
    r"|en los proximos|en las proximas|tienes|dispones de|tiene|entro|em ate|no prazo de|avez"
    r"|disposez de|you have|you will have|have|haben sie|hast du|expires? in|valid for|lauft in)"
    r"\s+" + _N + r"\s+" + _UNIT
)
_WITHIN_HINDI = re.compile(_N + r"\s+" + _UNIT + r"\s(?:के )?(?:भीतर|अंदर|ke andar|ke bheetar)")
_BY = re.compile(
    r"(?<![^\W_])(?:by|before|until|till|due|deadline|no later than|expires?(?: on)?"
    r"|closes?(?: on)?|closing date|bis(?: zum)?"
    r"|spatestens|frist|abgabe|antes de|antes del|hasta|fecha limite|plazo|avant|date limite"
    r"|au plus tard|jusqu'au|entro|ate|prazo|voor|uiterlijk|तक|अंतिम तिथि)"
    r"[\s:|]{1,3}(?:[^\n.!?]{0,25}?)$"
)
_TAK = re.compile(r"^[^\n]{0,25}?\s(?:तक|tak)(?![^\W_])")
_OURS = re.compile(
    r"(?<![^\W_])(?:we will|we'll|we aim|get back|hear (?:back|from)|wir melden|melden uns"
    r"|bei ihnen melden|reviendrons|recontacter|pondremos|responderemos|contactaremos|takes up to)"
)
"""What the other side will do: its time is no deadline of ours."""
_END_OF_DAY = time(23, 59)
_HOURS_IN_WEEK = 168
_MAX_AHEAD = timedelta(days=120)


def deadline_of(text: str, reading: Reading) -> datetime | None:
    """The deadline `text` sets, UTC; None if it sets none or several.

    A day without a time means 23:59 in the zone named, else in the reading's zone, else UTC.
    "Within five days" counts from the receipt; working days leave out weekends.
    """
    lines = fold(text[:_MAX_CHARS]).split("\n")
    plain = "\n".join(line for line in lines if not _OURS.search(line))
    found = set(_dated(plain, reading))
    found |= {
        _after(match, reading.received_at)
        for pattern in (_WITHIN, _WITHIN_HINDI)
        for match in pattern.finditer(plain)
    }
    plausible = {m for m in found if m and timedelta(0) < m - reading.received_at <= _MAX_AHEAD}
    return plausible.pop() if len(plausible) == 1 else None


def _dated(plain: str, reading: Reading) -> list[datetime | None]:
    return [
        _end(moment)
        for line in re.split(r"\n|(?<=[a-z]{3}[.!?])\s", plain)
        for moment in _announced(line, reading)
    ]


def _announced(line: str, reading: Reading) -> list[Moment]:
    found = moments(line, reading)
    first = re.search(r"\d", line)
    if len(found) != 1 or first is None:
        return []
    head = line[: first.start()].rstrip(" ,")
    announced = _BY.search(head[-60:] + " ") or _TAK.search(line[first.start() :])
    return found if announced else []


def _end(moment: Moment) -> datetime | None:
    exact = moment.start()
    if exact is not None:
        return exact
    clock = moment.at or _END_OF_DAY
    return instant(moment.day, clock, moment.zone or UTC)


def _after(match: re.Match[str], received_at: datetime) -> datetime | None:
    number = int(match["n"]) if match["n"].isdigit() else _NUMBERS[match["n"]]
    unit = match["unit"]
    if unit.startswith(("h", "stund", "ore", "uur", "घ", "gh")) and not unit.startswith("hafte"):
        return later(received_at, timedelta(hours=number))
    if unit.startswith(("week", "woche", "sem", "sett", "weken", "स", "hafte")):
        return later(received_at, timedelta(hours=number * _HOURS_IN_WEEK))
    if match["work"] or match["after"]:
        return _working_days(received_at, number)
    return later(received_at, timedelta(days=number))


def _working_days(start: datetime, number: int) -> datetime | None:
    days, weekday = 0, start.weekday()
    for _ in range(min(number, 90)):
        days, weekday = days + 1, (weekday + 1) % 7
        while weekday > 4:  # noqa: PLR2004  # Saturday and Sunday
            days, weekday = days + 1, (weekday + 1) % 7
    return later(start, timedelta(days=days))
