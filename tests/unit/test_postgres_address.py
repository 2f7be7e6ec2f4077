"""What an address says, and what is said when it leads nowhere: never the password."""

from types import SimpleNamespace

import pytest

from careerops.adapters.postgres.address import parse
from careerops.domain.errors import ConfigurationError, Outage

SECRET = "hunter2"


def refused(text: str, *, url: str = "", used: bool = False, needed: bool = False) -> Exception:
    """What it means that the driver says `text`, having been asked for a password or not."""
    error = RuntimeError(text)
    error.pgconn = SimpleNamespace(used_password=used, needs_password=needed)  # type: ignore[attr-defined]  # as the driver's errors have it
    return parse(url or "postgresql://ann:x@db.example.org:5433/jobs", "us").refusal(error)


def test_an_address_names_the_place_and_gives_the_driver_its_parameters() -> None:
    """With time limits of ours, unless the person sets others."""
    address = parse("postgresql://ann:a%40b@h:5433/jobs?connect_timeout=2&sslmode=require", "us")
    assert (address.place, address.database) == ("h:5433", "jobs")
    assert address.parameters["password"] == "a@b"
    assert address.parameters["connect_timeout"] == "2"
    assert address.parameters["sslmode"] == "require"
    assert address.parameters["application_name"] == "careerops, us"
    assert int(address.parameters["tcp_user_timeout"]) > 0
    assert "a@b" not in repr(address)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgres:///jobs", "this machine:5432"),
        ("postgresql://ann@/jobs?host=/run/postgresql", "/run/postgresql:5432"),
        ("postgresql://ann@[::1]:7/jobs", "::1:7"),
        ("postgresql://one:1,two:2/jobs?target_session_attrs=read-write", "one,two:1,2"),
        ("postgresql://?hostaddr=127.0.0.1", "127.0.0.1:5432"),
    ],
)
def test_every_form_of_address_is_read(url, place) -> None:
    """Sockets, IPv6, several hosts."""
    assert parse(url, "us").place == place


@pytest.mark.parametrize(
    "url",
    [
        f"sqlite:///{SECRET}.db",
        f"host=h password={SECRET}",
        SECRET,
        f"postgresql://ann:{SECRET}%zz@h/jobs",
        f"postgresql://ann:{SECRET} x@h/jobs",
        f"postgresql://ann:a/{SECRET}@h/jobs",
        f"postgresql://ann:a@{SECRET}@h/jobs",
        f"postgresql://ann:{SECRET}/a@h/jobs",
        f"postgresql://ann:1/{SECRET}@h:5432/jobs",
        f"postgresql://ann:1/a:{SECRET}@h/jobs",
        f"postgresql://[{SECRET}/jobs",
        f"postgresql://ann:x@h/jobs?{SECRET}=1",
    ],
)
def test_what_is_no_address_is_refused_without_a_word_of_it(url) -> None:
    """A password written with bare characters ends up where a host or a database should be."""
    with pytest.raises(ConfigurationError, match=r"^store: .*write postgresql://USER") as caught:
        parse(url, "us")
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('FATAL:  password authentication failed for user "ann"', "correct user, password"),
        ("fe_sendauth: no password supplied", "correct user, password"),
        ('FATAL:  role "ann" does not exist', "correct user, password"),
        ('FATAL:  no pg_hba.conf entry for host "::1"', "correct user, password"),
        ('FATAL:  permission denied for database "jobs"', "correct user, password"),
        ('FATAL:  database "jobs" does not exist', "no database jobs at db.example.org:5433"),
        ("server does not support SSL, but SSL was required", "check sslmode"),
        ('SSL error: certificate verify failed for "db"', "check sslmode"),
    ],
)
def test_what_a_person_has_to_correct_is_named(text, expected) -> None:
    """The key, the place and the remedy."""
    error = refused(text)
    assert isinstance(error, ConfigurationError)
    assert str(error).startswith("store: ")
    assert expected in str(error)


@pytest.mark.parametrize("asked", [{"used": True}, {"needed": True}])
def test_a_server_that_speaks_another_language_is_understood(asked) -> None:
    """What was exchanged tells that it is not the network."""
    text = "FATAL:  Passwort-Authentifizierung für Benutzer »ann« fehlgeschlagen"
    assert isinstance(refused(text, **asked), ConfigurationError)


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("Connection refused", False),
        ("connection timeout expired", False),
        ("failed to resolve host 'db.example.org'", False),
        ("FATAL:  the database system is starting up", False),
        ("FATAL:  sorry, too many clients already", False),
        ('FATAL:  too many connections for role "ann"', True),
        ("FATAL:  remaining connection slots are reserved for roles", True),
    ],
)
def test_what_passes_by_itself_is_an_outage(text, used) -> None:
    """Nothing has to be corrected: it is tried again."""
    error = refused(text, used=used)
    assert isinstance(error, Outage)
    assert error.scope == "store"
    assert "db.example.org:5433" in str(error)


def test_a_database_of_no_name_is_named_so() -> None:
    """The driver takes the user's name, which is nobody's business here."""
    said = str(refused('database "ann" does not exist', url="postgresql://ann@h"))
    assert "no database of that name at h:5432" in said
