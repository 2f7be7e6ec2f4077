"""The contract of `MailParser`, run against every adapter, with faults planted in the parser.

Faults are planted the way an end-to-end test can plant them in the installed program: a
`sitecustomize` module on PYTHONPATH replaces `careerops.mail.parse.parse_mail` in the parser's
process, which fails on mails that hold the name of a fault.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from careerops.adapters.parser.inprocess import InProcessParser
from careerops.adapters.parser.subprocess import SubprocessParser
from careerops.domain.errors import Permanent
from careerops.ports.mailparser import MailParser, ParsedMail, ParseRequest

NOW = datetime(2026, 1, 2, tzinfo=UTC)
SITECUSTOMIZE = Path(__file__).parent.parent / "support" / "faulty_parser"
NO_PROCESS = "a fault in this process is a fault of the caller: that is what the subprocess is for"

needs_process = pytest.mark.parametrize(
    "make_parser",
    [
        pytest.param(InProcessParser, id="inprocess", marks=pytest.mark.skip(reason=NO_PROCESS)),
        pytest.param(lambda: SubprocessParser(timeout_s=1.0), id="subprocess"),
    ],
)
every_adapter = pytest.mark.parametrize(
    "make_parser",
    [
        pytest.param(InProcessParser, id="inprocess"),
        pytest.param(SubprocessParser, id="subprocess"),
    ],
)


@pytest.fixture
async def parser(make_parser: Callable[[], MailParser]) -> AsyncIterator[MailParser]:
    """A parser that is closed after the test."""
    made = make_parser()
    yield made
    await made.close()


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults in the parsers' processes that are started from now on."""
    monkeypatch.setenv("PYTHONPATH", str(SITECUSTOMIZE))


def mail(subject: str, text: str = "hello", **fields: object) -> ParseRequest:
    """A request for a small mail."""
    raw = (
        f"From: ann@example.com\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.com>\r\n"
        f"References: <root@example.com>\r\nDate: Mon, 3 Jun 2024 10:00:00 +0200\r\n\r\n{text}\r\n"
    )
    values = {
        "raw": raw.encode(),
        "account": "me",
        "source": "mbox",
        "locator": "7",
        "fallback_time": NOW,
    }
    return ParseRequest(**{**values, **fields})  # type: ignore[arg-type]  # keywords of one test each


def outcome(result: ParsedMail | Exception) -> str:
    """The subject of a parsed mail, the reason of an error."""
    if isinstance(result, ParsedMail):
        return result.email.subject
    assert isinstance(result, Permanent)
    return result.reason


@every_adapter
async def test_results_stand_at_the_index_of_their_request(parser: MailParser) -> None:
    """However many mails there are, none changes places."""
    names = [f"s{number}" for number in range(200)]
    assert [outcome(one) for one in await parser.parse([mail(name) for name in names])] == names


@every_adapter
async def test_an_empty_batch_has_an_empty_answer(parser: MailParser) -> None:
    """Nothing is a batch too."""
    assert await parser.parse([]) == []


@every_adapter
async def test_the_whole_request_shows_in_the_event(parser: MailParser) -> None:
    """What the source knows of a mail reaches the event, and what names its conversation."""
    arrived = datetime(2025, 5, 6, 7, 8, tzinfo=UTC)
    request = mail(
        "x", account="b", source="imap", locator="UID 9", received_at=arrived, labels=("a", "b"),
        size=10**6, backfill=True,
    )  # fmt: skip
    (result,) = await parser.parse([request])
    assert isinstance(result, ParsedMail)
    email = result.email
    assert (email.account, email.source, email.provider_id) == ("b", "imap", "UID 9")
    assert (email.received_at, email.labels, email.backfill) == (arrived, ("a", "b"), True)
    assert email.truncated
    assert email.thread_key == ""
    assert (result.message_id, result.references) == ("x@example.com", ("root@example.com",))


@every_adapter
async def test_every_adapter_understands_a_mail_alike(parser: MailParser) -> None:
    """The way to the parser changes nothing in the event."""
    request = mail("Gespräch", "Grüße\r\n> zitiert ✓\r\n-- \r\nJörg", received_at=NOW)
    expected = await InProcessParser().parse([request])
    assert await parser.parse([request]) == expected


@every_adapter
async def test_any_bytes_are_answered(parser: MailParser) -> None:
    """Nothing, garbage and a large mail among small ones."""
    raws = [
        b"",
        b"\0\xff" * 1000,
        b"Subject: big\r\n\r\n" + b"x" * 20_000_000,
        b"Subject: s\r\n\r\n",
    ]
    results = await parser.parse([mail("", raw=raw) for raw in raws])
    assert [outcome(one) for one in results] == ["", "", "big", "s"]


@every_adapter
async def test_batches_at_the_same_time_do_not_mix(parser: MailParser) -> None:
    """Several sources share a parser."""
    batches = [[mail(f"{batch}-{number}") for number in range(20)] for batch in range(5)]
    answers = await asyncio.gather(*(parser.parse(batch) for batch in batches))
    for batch, results in enumerate(answers):
        assert [outcome(one) for one in results] == [f"{batch}-{number}" for number in range(20)]


@every_adapter
async def test_a_cancelled_batch_does_not_spoil_the_next(parser: MailParser) -> None:
    """Answers to an abandoned batch are never taken for those to another."""
    await parser.parse([mail("first")])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await parser.parse([mail(f"lost{number}", "x" * 100_000) for number in range(200)])
    assert [outcome(one) for one in await parser.parse([mail("next")])] == ["next"]


@every_adapter
async def test_closing_twice_is_closing(parser: MailParser) -> None:
    """With or without a batch before."""
    await parser.parse([mail("x")])
    await parser.close()
    await parser.close()


@needs_process
@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize("fault", ["FAULT-ABORT", "FAULT-KILL", "FAULT-EXIT"])
async def test_a_mail_that_kills_the_parser_is_refused_alone(
    parser: MailParser, fault: str
) -> None:
    """Of a batch of innocents around a killer only the killer is accused."""
    requests = [mail("a"), mail("b"), mail("killer", fault), mail("c"), mail("d")]
    results = await parser.parse(requests)
    assert [outcome(one) for one in results] == ["a", "b", "parser_crashed", "c", "d"]
    assert [outcome(one) for one in await parser.parse([mail("after")])] == ["after"]


@needs_process
@pytest.mark.usefixtures("planted")
async def test_a_mail_that_hangs_the_parser_is_refused_alone(parser: MailParser) -> None:
    """It costs its own five seconds and the others nothing."""
    results = await parser.parse([mail("a"), mail("loop", "FAULT-LOOP"), mail("b")])
    assert [outcome(one) for one in results] == ["a", "parser_timeout", "b"]


@needs_process
@pytest.mark.usefixtures("planted")
async def test_a_mail_that_eats_the_memory_is_refused_and_the_parser_lives(
    parser: MailParser,
) -> None:
    """The process has a limit of its own, so the machine does not notice."""
    results = await parser.parse([mail("a"), mail("eater", "FAULT-MEMORY"), mail("b")])
    assert [outcome(one) for one in results] == ["a", "unparsable", "b"]
    assert isinstance(results[1], Permanent)
    assert "MemoryError" in str(results[1])


@needs_process
@pytest.mark.usefixtures("planted")
async def test_many_killers_in_a_batch_are_each_found(parser: MailParser) -> None:
    """Blame never moves to a neighbour."""
    texts = ["FAULT-KILL" if number % 3 == 0 else "hello" for number in range(9)]
    results = await parser.parse([mail(f"s{i}", text) for i, text in enumerate(texts)])
    reasons = ["parser_crashed" if number % 3 == 0 else f"s{number}" for number in range(9)]
    assert [outcome(one) for one in results] == reasons


@needs_process
@pytest.mark.usefixtures("planted")
async def test_an_accident_that_does_not_repeat_costs_no_mail(
    parser: MailParser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first death may be the machine's fault: the mail is tried again."""
    monkeypatch.setenv("FAULT_ONCE", str(tmp_path / "once"))
    results = await parser.parse([mail("a"), mail("unlucky", "FAULT-ONCE"), mail("b")])
    assert [outcome(one) for one in results] == ["a", "unlucky", "b"]
