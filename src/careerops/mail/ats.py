"""Known senders of hiring mail: applicant tracking, assessment, scheduling, job boards.

A company's own name never stands in these domains' registration, so they never count as the
company. A wrong domain here is worse than a missing one: a mail from an unknown system is still
judged by what it says.

Sources of the facts: Greenhouse Support, "Email verification" (mail leaves through Greenhouse's
own mailer domains unless the customer verified one; `<region>.greenhouse-mail.io`); Teamtailor
Support, "Add Teamtailor to an approved senders list" (`<tenant>.teamtailor-mail.com`); the other
domains are the vendors' own sites and the sender domains seen on their candidate mail
(`<tenant>@myworkday.com`, `hire.lever.co`, `candidates.workablemail.com`, `talent.icims.com`).
"""

from dataclasses import dataclass
from enum import StrEnum


class VendorKind(StrEnum):
    """What a vendor's mail is about."""

    ATS = "ats"
    ASSESSMENT = "assessment"
    SCHEDULER = "scheduler"
    BOARD = "board"


class Tenant(StrEnum):
    """Where a vendor's address names its customer, the company."""

    NOWHERE = ""
    LOCAL_PART = "local part"
    SUBDOMAIN = "subdomain"


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor of hiring software or a job board.

    Attributes:
        name: as the vendor writes it.
        kind: what its mail is about.
        tenant: where its sender address names the customer.
    """

    name: str
    kind: VendorKind
    tenant: Tenant = Tenant.NOWHERE


_LOCAL = Tenant.LOCAL_PART
_SUB = Tenant.SUBDOMAIN

_ATS: tuple[tuple[str, Tenant, str], ...] = (
    ("Greenhouse", Tenant.NOWHERE, "greenhouse.io greenhouse-mail.io"),
    ("Lever", Tenant.NOWHERE, "lever.co"),
    ("Workday", _LOCAL, "myworkday.com myworkdayjobs.com myworkdaysite.com"),
    ("Ashby", Tenant.NOWHERE, "ashbyhq.com"),
    ("SmartRecruiters", Tenant.NOWHERE, "smartrecruiters.com"),
    ("iCIMS", Tenant.NOWHERE, "icims.com icims.eu"),
    ("Taleo", Tenant.NOWHERE, "taleo.net"),
    ("Oracle Recruiting", Tenant.NOWHERE, "oraclecloud.com"),
    ("SuccessFactors", Tenant.NOWHERE, "successfactors.com successfactors.eu sapsf.com sapsf.eu"),
    ("BambooHR", Tenant.NOWHERE, "bamboohr.com"),
    ("Personio", Tenant.NOWHERE, "personio.de personio.com"),
    ("Teamtailor", _SUB, "teamtailor-mail.com teamtailor.com"),
    ("Recruitee", Tenant.NOWHERE, "recruitee.com"),
    ("Workable", Tenant.NOWHERE, "workable.com workablemail.com"),
    ("Jobvite", Tenant.NOWHERE, "jobvite.com"),
    ("Breezy", Tenant.NOWHERE, "breezy.hr"),
    ("JazzHR", Tenant.NOWHERE, "jazzhr.com jazz.co applytojob.com"),
    ("JOIN", Tenant.NOWHERE, "join.com"),
    ("softgarden", Tenant.NOWHERE, "softgarden.io softgarden.de"),
    ("rexx systems", Tenant.NOWHERE, "rexx-systems.com"),
    ("Pinpoint", Tenant.NOWHERE, "pinpointhq.com"),
    ("Rippling", Tenant.NOWHERE, "rippling.com"),
    ("Gem", Tenant.NOWHERE, "gem.com"),
    ("Comeet", Tenant.NOWHERE, "comeet.co comeet.com comeet-notifications.com"),
    ("Zoho Recruit", Tenant.NOWHERE, "zohorecruit.com zohorecruit.eu zohorecruit.in"),
    ("Avature", Tenant.NOWHERE, "avature.net"),
    ("Eightfold", Tenant.NOWHERE, "eightfold.ai"),
    ("BrassRing", Tenant.NOWHERE, "brassring.com"),
    ("Phenom", Tenant.NOWHERE, "phenompeople.com"),
    ("HiringThing", Tenant.NOWHERE, "hiringthing.com"),
    ("onlyfy", Tenant.NOWHERE, "onlyfy.jobs prescreen.io"),
    ("Umantis", Tenant.NOWHERE, "umantis.com"),
    ("d.vinci", Tenant.NOWHERE, "dvinci-easy.com"),
    ("Welcome Kit", Tenant.NOWHERE, "welcomekit.co"),
    ("Flatchr", Tenant.NOWHERE, "flatchr.io"),
    ("Viterbit", Tenant.NOWHERE, "viterbit.com viterbit-mail.com"),
    ("Gupy", Tenant.NOWHERE, "gupy.io"),
    ("Darwinbox", Tenant.NOWHERE, "darwinbox.com darwinbox.in"),
)

_ASSESSMENT = (
    ("HackerRank", "hackerrank.com hackerrankforwork.com"),
    ("HackerEarth", "hackerearth.com"),
    ("Codility", "codility.com"),
    ("CodeSignal", "codesignal.com"),
    ("TestGorilla", "testgorilla.com"),
    ("Coderbyte", "coderbyte.com"),
    ("CoderPad", "coderpad.io"),
    ("HireVue", "hirevue.com"),
    ("Karat", "karat.com"),
    ("SHL", "shl.com"),
    ("Pymetrics", "pymetrics.com"),
    ("Mettl", "mettl.com"),
    ("Spark Hire", "sparkhire.com"),
    ("VidCruiter", "vidcruiter.com"),
)

_SCHEDULER = (
    ("Calendly", "calendly.com"),
    ("GoodTime", "goodtime.io"),
    ("ModernLoop", "modernloop.io"),
    ("Cronofy", "cronofy.com"),
    ("Paradox", "paradox.ai"),
)

_BOARD = (
    ("LinkedIn", "linkedin.com"),
    ("Indeed", "indeed.com indeedemail.com"),
    ("Glassdoor", "glassdoor.com glassdoor.de glassdoor.co.in glassdoor.co.uk"),
    ("StepStone", "stepstone.de stepstone.at stepstone.com stepstone.fr"),
    ("XING", "xing.com"),
    ("Naukri", "naukri.com"),
    ("Monster", "monster.com monster.de monster.fr monsterindia.com foundit.in"),
    ("ZipRecruiter", "ziprecruiter.com ziprecruiter.co.uk"),
    ("Dice", "dice.com"),
    ("Wellfound", "wellfound.com angel.co"),
    ("InfoJobs", "infojobs.net"),
    ("Welcome to the Jungle", "welcometothejungle.com"),
    ("Otta", "otta.com"),
    ("Hired", "hired.com"),
    ("CareerBuilder", "careerbuilder.com"),
    ("SEEK", "seek.com.au"),
    ("JobStreet", "jobstreet.com"),
    ("Shine", "shine.com"),
    ("Internshala", "internshala.com"),
    ("Instahyre", "instahyre.com"),
    ("Tecnoempleo", "tecnoempleo.com"),
    ("Computrabajo", "computrabajo.com"),
    ("APEC", "apec.fr"),
    ("HelloWork", "hellowork.com"),
    ("karriere.at", "karriere.at"),
    ("jobs.ch", "jobs.ch"),
    ("Totaljobs", "totaljobs.com"),
    ("Reed", "reed.co.uk"),
    ("Handshake", "joinhandshake.com"),
    ("The Muse", "themuse.com"),
    ("Jobteaser", "jobteaser.com"),
)


def _table() -> dict[str, Vendor]:
    table: dict[str, Vendor] = {}
    for name, tenant, domains in _ATS:
        vendor = Vendor(name, VendorKind.ATS, tenant)
        table.update(dict.fromkeys(domains.split(), vendor))
    for kind, rows in (
        (VendorKind.ASSESSMENT, _ASSESSMENT),
        (VendorKind.SCHEDULER, _SCHEDULER),
        (VendorKind.BOARD, _BOARD),
    ):
        for name, domains in rows:
            table.update(dict.fromkeys(domains.split(), Vendor(name, kind)))
    return table


VENDORS = _table()
"""Every known domain and its vendor."""

VENDOR_NAMES = frozenset(vendor.name.casefold() for vendor in VENDORS.values())
"""The vendors' names, case-folded: none of them is taken for the company."""

_MEETING_DOMAINS_TEXT = """
zoom.us google.com microsoft.com live.com webex.com whereby.com jit.si gotomeeting.com
goto.com bluejeans.com skype.com chime.aws teams.ms
"""
MEETING_DOMAINS = frozenset(_MEETING_DOMAINS_TEXT.split())
"""Registered domains of video meetings, to be met in any invitation."""

_MAX_LABELS = 12


def ats_of(domain: str) -> Vendor | None:
    """The vendor that `domain` or one of its parent domains belongs to, or None.

    Args:
        domain: a mail domain or host name in any case (`us.greenhouse-mail.io`).
    """
    labels = domain.lower().rstrip(".").split(".")[-_MAX_LABELS:]
    for start in range(len(labels) - 1):
        vendor = VENDORS.get(".".join(labels[start:]))
        if vendor is not None:
            return vendor
    return None
