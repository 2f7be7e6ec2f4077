"""Months, weekdays and time zones by the words mails use for them, folded (`mail.folding`)."""

from functools import lru_cache
from zoneinfo import ZoneInfo

_MONTHS = (
    "january jan januar janner jan enero ene janvier janv janeiro gennaio gen januari जनवरी",
    "february feb februar febrero fevrier fevr fev fevereiro febbraio februari फरवरी",
    "march mar marz maerz marzo mars marco maart मार्च",
    "april apr abril abr avril avr aprile अप्रैल",
    "may mai mayo maio maggio mag mei मई",
    "june jun juni junio juin junho giugno giu जून",
    "july jul juli julio juillet juil julho luglio lug जुलाई",
    "august aug agosto ago aout augustus अगस्त",
    "september sep sept septiembre setiembre septembre setembro set settembre सितंबर सितम्बर",
    "october oct oktober okt octubre octobre outubro out ottobre ott अक्टूबर अक्तूबर",
    "november nov noviembre novembre novembro नवंबर नवम्बर",
    "december dec dezember dez diciembre dic decembre dezembro dicembre दिसंबर दिसम्बर",
)
MONTHS = {word: number for number, row in enumerate(_MONTHS, 1) for word in row.split()}
"""Month word -> 1..12."""

_WEEKDAYS = (
    "monday mon montag mo lunes lundi lun segunda segunda-feira lunedi maandag सोमवार",
    "tuesday tue tues dienstag di martes mardi terca terca-feira martedi dinsdag मंगलवार",
    "wednesday wed mittwoch mi miercoles mercredi mer quarta quarta-feira mercoledi woensdag बुधवार",
    "thursday thu thur thurs donnerstag do jueves jeudi jeu quinta quinta-feira giovedi गुरुवार",
    "friday fri freitag fr viernes vendredi ven sexta sexta-feira venerdi vrijdag शुक्रवार",
    "saturday sat samstag sonnabend sa sabado samedi sam sabato zaterdag शनिवार",
    "sunday sun sonntag so domingo dimanche dim domenica zondag रविवार",
)
WEEKDAYS = {word: number for number, row in enumerate(_WEEKDAYS) for word in row.split()}
"""Weekday word -> 0 (Monday) .. 6."""

# Abbreviations of many meanings are left out or taken in the one meaning of hiring mail:
# CST, BST as American and British; IST only beside a sign of India (see `zone_named`).
_ZONES = {
    "utc": "UTC",
    "gmt": "UTC",
    "bst": "Europe/London",
    "british summer time": "Europe/London",
    "british time": "Europe/London",
    "greenwich mean time": "UTC",
    "central european time": "Europe/Paris",
    "central european summer time": "Europe/Paris",
    "mitteleuropaische zeit": "Europe/Berlin",
    "hora central europea": "Europe/Madrid",
    "eastern standard time": "America/New_York",
    "eastern daylight time": "America/New_York",
    "central standard time": "America/Chicago",
    "pacific standard time": "America/Los_Angeles",
    "pacific daylight time": "America/Los_Angeles",
    "london time": "Europe/London",
    "uk time": "Europe/London",
    "cet": "Europe/Paris",
    "cest": "Europe/Paris",
    "mez": "Europe/Berlin",
    "mesz": "Europe/Berlin",
    "berlin time": "Europe/Berlin",
    "german time": "Europe/Berlin",
    "berliner zeit": "Europe/Berlin",
    "deutscher zeit": "Europe/Berlin",
    "deutsche zeit": "Europe/Berlin",
    "heure de paris": "Europe/Paris",
    "paris time": "Europe/Paris",
    "hora de madrid": "Europe/Madrid",
    "hora peninsular": "Europe/Madrid",
    "madrid time": "Europe/Madrid",
    "hora de mexico": "America/Mexico_City",
    "hora de brasilia": "America/Sao_Paulo",
    "horario de brasilia": "America/Sao_Paulo",
    "est": "America/New_York",
    "edt": "America/New_York",
    "et": "America/New_York",
    "eastern time": "America/New_York",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "ct": "America/Chicago",
    "central time": "America/Chicago",
    "mst": "America/Denver",
    "mdt": "America/Denver",
    "mt": "America/Denver",
    "mountain time": "America/Denver",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "pacific time": "America/Los_Angeles",
    "indian standard time": "Asia/Kolkata",
    "indian time": "Asia/Kolkata",
    "भारतीय समय": "Asia/Kolkata",
    "भारतीय समयानुसार": "Asia/Kolkata",
}
ZONE_WORDS = tuple(sorted((*_ZONES, "ist"), key=len, reverse=True))
"""Every zone word, the longest first."""


@lru_cache(maxsize=256)
def zone_named(word: str, *, india: bool = False) -> ZoneInfo | None:
    """The zone a word or IANA name (`europe/berlin`, any case) stands for, None if unknown.

    Args:
        word: folded.
        india: whether the mail is from India; elsewhere IST may be Irish or Israeli time.
    """
    if word == "ist":
        return ZoneInfo("Asia/Kolkata") if india else None
    if word in _ZONES:
        return ZoneInfo(_ZONES[word])
    area, slash, city = word.partition("/")
    if not slash:
        return None
    try:
        return ZoneInfo(f"{area.title()}/{'_'.join(p.capitalize() for p in city.split('_'))}")
    except (KeyError, OSError, ValueError):  # not found (a KeyError), a folder, an unusable name
        return None
