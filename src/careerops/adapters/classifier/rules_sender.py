"""What speaks for or against a mail before a word of it is read: its sender and its kind."""

import re

from careerops.adapters.classifier.rules_decide import Circumstances
from careerops.adapters.classifier.rules_text import words
from careerops.domain.email import RawEmail
from careerops.mail.ats import VendorKind, ats_of
from careerops.mail.spoken import is_forward_of_own

_ANSWER = re.compile(r"(?i)\s*(?:re|aw|antw|rif|res|sv)\s*:")
_HIRING_SENDER = re.compile(
    r"(?i)recruit|talent|career|hiring|people@"
    r"|bewerb|karriere|\bhr\b|human resources|personal|candidat"
    r"|empleo|selecci[oó]n|recrut|rrhh|jobs@|भर्ती"
)
_NAMED_AT = re.compile(
    r"^[^\W\d_][\w.'-]* (?:[\w.'-]+ ){0,3}?(?:at|from|of|von|bei|de|chez|@|\|) \S"
)
_BULK_SENDER = re.compile(
    r"(?i)news|digest|weekly|daily|alert|promo|deals|offers?@|angebote@|ofertas@|marketing|podcast"
    r"|magazin|lettre@|campaign|community|talent ?network|survey|feedback|encuesta|umfrage|events?@"
    r"|academy|akademie|academia|coach|webinar|job ?fair|notify@|updates@|\[bot\]|\bbot\b|\bci@"
    r"|build|monitor|status|learn|course|kurs|curso|formation"
)
_AWAY_SENDER = re.compile(
    r"(?i)\bbank|banco|banque|savings|insur|versicherung|assur|seguros|praxis|clinic|cl[ií]nica"
    r"|dental|zahnarzt|dentist|surgery|\bdr\b|appointments?@|termine?@|citas@|rdv@|opd@|viewing"
    r"|letting|landlord|hausverwaltung|immobil|inmobil|vermiet|\bfinanzamt|\btax\b|council"
    r"|consulate|consulado|consulat\b|konsulat|minist|polic[ei]|shop|store|orders?@|billing|rechnung|factur"
    r"|shipping|delivery|kindergarten|preschool|travel|airline|\bgym\b|fitness|library|loans?@"
    r"|studium@|admission|school office|parents"
    r"|\b(?:mum|mom|dad|grandma|oma|opa|mama|papa|mam[aá]|abuela|maman|dadi|nani|mummy)\b"
    r"|अस्पताल|क्लिनिक|बैंक|दादी|नानी|पापा"
)
_JOB_POINTS = {
    VendorKind.ATS: 3.0,
    VendorKind.ASSESSMENT: 2.0,
    VendorKind.SCHEDULER: 0.0,
    VendorKind.BOARD: 1.0,
}
_BOARD_NOISE, _BULK_NOISE, _AWAY_POINTS, _NOT_MINE = 1.0, 3.0, 3.0, 5.0
_BULK_LABELS = frozenset({"CATEGORY_PROMOTIONS", "CATEGORY_SOCIAL", "CATEGORY_FORUMS"})
"""Gmail's own tabs for what is sent to many."""


def circumstances_of(mail: RawEmail) -> Circumstances:
    """Points by sender, labels, forwarding and attached invitation.

    A clinic or a bank hires too: what it writes as such is outweighed by words of an application.
    """
    vendor = ats_of(mail.sender.domain)
    sender = f"{mail.sender.name[:200]} {mail.sender.address[:200]}"
    job = _JOB_POINTS[vendor.kind] if vendor else 0.0
    job += bool(_HIRING_SENDER.search(sender)) + bool(_NAMED_AT.search(mail.sender.name[:120]))
    board = vendor is not None and vendor.kind is VendorKind.BOARD
    bulk = vendor is None and _BULK_SENDER.search(sender) is not None
    bulk = bulk or not _BULK_LABELS.isdisjoint(mail.labels)
    return Circumstances(
        job=job,
        noise=(_BOARD_NOISE if board else 0.0) + (_BULK_NOISE if bulk else 0.0),
        away=_AWAY_POINTS if _AWAY_SENDER.search(sender) else 0.0,
        alien=_NOT_MINE if is_forward_of_own(mail) else 0.0,
        calendar=bool(mail.calendar),
        name=frozenset(words(mail.sender.name[:120])),
        reply=_ANSWER.match(mail.subject) is not None,
    )
