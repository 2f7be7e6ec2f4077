"""Vendors by domain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.mail.ats import VENDORS, VendorKind, ats_of


@pytest.mark.parametrize(
    ("domain", "name", "kind"),
    [
        ("us.greenhouse-mail.io", "Greenhouse", VendorKind.ATS),
        ("HIRE.LEVER.CO", "Lever", VendorKind.ATS),
        ("myworkday.com.", "Workday", VendorKind.ATS),
        ("acme.teamtailor-mail.com", "Teamtailor", VendorKind.ATS),
        ("candidates.workablemail.com", "Workable", VendorKind.ATS),
        ("hackerrank.com", "HackerRank", VendorKind.ASSESSMENT),
        ("calendly.com", "Calendly", VendorKind.SCHEDULER),
        ("e.linkedin.com", "LinkedIn", VendorKind.BOARD),
    ],
)
def test_a_vendors_domain_and_its_subdomains_are_known(
    domain: str, name: str, kind: VendorKind
) -> None:
    """Case, a trailing dot and subdomains do not matter."""
    vendor = ats_of(domain)
    assert vendor is not None
    assert (vendor.name, vendor.kind) == (name, kind)


@pytest.mark.parametrize(
    "domain", ["", "com", "notlever.co", "lever.co.evil.example", "xgreenhouse.io", "acme.example"]
)
def test_a_domain_that_only_looks_like_a_vendors_is_nobodys(domain: str) -> None:
    """Only whole labels from the right count."""
    assert ats_of(domain) is None


def test_the_table_holds_lower_case_domains_only() -> None:
    """Every key is a lower-case domain with a dot."""
    assert all(domain == domain.lower() and "." in domain for domain in VENDORS)


@given(st.text(max_size=300))
def test_any_text_is_looked_up_without_error(text: str) -> None:
    """A hostile domain raises nothing."""
    ats_of(text)
