"""The keys of an IMAP mailbox that are more than a number or a text."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from careerops.adapters.mailbox.imap_options import ImapOptions


def options(**keys: Any) -> ImapOptions:
    """Valid options with `keys`."""
    return ImapOptions.model_validate(
        {"host": "imap.example.com", "username": "u", "password": "env:X"} | keys
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (7, 7.0),
        (0.5, 0.5),
        ("14d", 14.0),
        ("36h", 1.5),
        ("2w", 14.0),
        ("10", 10.0),
        ("2026-11-01", date(2026, 11, 1)),
        (date(2026, 11, 1), date(2026, 11, 1)),
    ],
)
def test_since_takes_days_spans_and_dates(written: object, meant: object) -> None:
    """As a person would write it, in TOML or in a variable."""
    assert options(since=written).since == meant


@pytest.mark.parametrize("written", ["soon", -1, True, "7 d", "2026-13-01", 99_999, [7]])
def test_any_other_since_is_refused_with_the_forms_there_are(written: object) -> None:
    """One line that shows how it is written."""
    with pytest.raises(ValidationError, match="14d"):
        options(since=written)
