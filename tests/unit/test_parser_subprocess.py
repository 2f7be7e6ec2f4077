"""The parser's process: its life, its death, and what it keeps to itself."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from careerops.adapters.parser.child import Child, ChildDied
from careerops.adapters.parser.subprocess import SubprocessParser
from careerops.domain.errors import Outage, Permanent
from careerops.mail import parse, wire, worker
from careerops.mail.parse import parse_mail
from careerops.ports.mailparser import ParsedMail, ParseRequest

FAULTY = Path(__file__).parent.parent / "support" / "faulty_parser"
NOW = datetime(2026, 1, 2, tzinfo=UTC)
DEADLINE_S = 20.0


def request_of(text: str) -> ParseRequest:
    """A request for a mail without headers but a subject."""
    raw = f"Subject: s\r\n\r\n{text}".encode()
    return ParseRequest(raw=raw, account="me", source="eml", locator="1", fallback_time=NOW)


def pid_of(parser: SubprocessParser) -> int:
    """The process id of the parser's child."""
    assert parser._child is not None
    return parser._child._process.pid


def exists(pid: int) -> bool:
    """Whether a process runs or waits to be reaped."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
async def parser() -> AsyncIterator[SubprocessParser]:
    """A parser that is closed after the test."""
    made = SubprocessParser(timeout_s=2.0)
    yield made
    await made.close()


async def test_no_process_is_started_before_it_is_needed(parser: SubprocessParser) -> None:
    """Who only lists dead letters pays for no parser."""
    assert await parser.parse([]) == []
    assert parser._child is None


async def test_one_process_serves_all_batches(parser: SubprocessParser) -> None:
    """Starting takes longer than parsing a hundred mails."""
    await parser.parse([request_of("a")])
    first = pid_of(parser)
    await parser.parse([request_of("b")])
    assert pid_of(parser) == first


async def test_closing_ends_and_reaps_the_process() -> None:
    """Nothing is left, not even a zombie, and a closed parser says so."""
    parser = SubprocessParser()
    await parser.parse([request_of("a")])
    pid = pid_of(parser)
    await parser.close()
    assert not exists(pid)
    with pytest.raises(RuntimeError, match="closed"):
        await parser.parse([request_of("a")])


async def test_cancelling_ends_the_process_that_was_at_work(
    parser: SubprocessParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process in the middle of an abandoned batch is of no use to anyone."""
    monkeypatch.setenv("PYTHONPATH", str(FAULTY))
    await parser.parse([request_of("a")])
    pid = pid_of(parser)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await parser.parse([request_of("FAULT-LOOP")])
    assert not exists(pid)


async def test_a_process_that_died_between_batches_is_replaced(parser: SubprocessParser) -> None:
    """No mail is accused of what happened while none was at work."""
    await parser.parse([request_of("a")])
    os.kill(pid_of(parser), signal.SIGKILL)
    (result,) = await parser.parse([request_of("b")])
    assert isinstance(result, ParsedMail)


async def test_signals_to_the_whole_group_do_not_end_it(parser: SubprocessParser) -> None:
    """Ctrl-C, a closed terminal and a stop drain the work at hand, which needs the parser."""
    await parser.parse([request_of("a")])
    pid = pid_of(parser)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(pid, number)
    await parser.parse([request_of("b")])
    assert pid_of(parser) == pid


async def test_what_is_printed_in_the_process_disturbs_no_answer(
    parser: SubprocessParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library's print is not an answer."""
    monkeypatch.setenv("PYTHONPATH", str(FAULTY))
    results = await parser.parse([request_of("FAULT-PRINT"), request_of("b")])
    assert [isinstance(one, ParsedMail) for one in results] == [True, True]


async def test_an_answer_that_is_none_counts_as_a_death(
    parser: SubprocessParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that a mail has taken over is not believed."""
    monkeypatch.setenv("PYTHONPATH", str(FAULTY))
    results = await parser.parse([request_of("a"), request_of("FAULT-GARBAGE"), request_of("b")])
    assert isinstance(results[0], ParsedMail)
    assert isinstance(results[1], Permanent)
    assert results[1].reason == "parser_crashed"
    assert isinstance(results[2], ParsedMail)


async def test_a_loop_that_was_busy_itself_accuses_no_mail() -> None:
    """The answer lay there in time; that nobody looked is not the mail's fault."""
    parser = SubprocessParser(timeout_s=0.3)
    await parser.parse([request_of("a")])
    task = asyncio.ensure_future(parser.parse([request_of("b")]))
    while not task.done():
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            pass
        await asyncio.sleep(0)
    (result,) = task.result()
    assert isinstance(result, ParsedMail)
    await parser.close()


@pytest.mark.parametrize("program", ["/nonexistent/python", "/bin/false"])
async def test_a_parser_that_cannot_be_started_is_an_outage(
    monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    """No mail is to blame for a broken installation, and the message says what to try."""
    monkeypatch.setattr(sys, "executable", program)
    parser = SubprocessParser()
    with pytest.raises(Outage, match=r"does not start \(.*\): try ") as caught:
        await parser.parse([request_of("a")])
    assert caught.value.scope == "parser"
    await parser.close()


async def test_a_program_that_greets_wrongly_is_an_outage(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An answer before any mail is not the greeting of this version."""
    other = tmp_path / "other"
    other.write_text("#!/bin/sh\nprintf '\\001\\000\\000\\000\\000\\000\\000\\000\\000'\ncat\n")
    other.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(other))
    with pytest.raises(Outage, match="another version"):
        await Child.start(5.0)


async def test_an_answer_beyond_all_bounds_is_not_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A process that a mail has taken over cannot fill our memory."""
    other = tmp_path / "other"
    hello = "\\000" * 9
    other.write_text(
        f"#!/bin/sh\nprintf '{hello}\\001\\377\\377\\377\\377\\000\\000\\000\\000'\ncat\n"
    )
    other.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(other))
    child = await Child.start(5.0)
    with pytest.raises(ChildDied):
        await child.receive(5.0)
    await child.end()


def test_the_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    """A parent that gets no chance to say goodbye leaves nobody behind."""
    script = tmp_path / "parent.py"
    script.write_text(
        "import asyncio, os, sys\n"
        "from datetime import UTC, datetime\n"
        "from careerops.adapters.parser.subprocess import SubprocessParser\n"
        "from careerops.ports.mailparser import ParseRequest\n"
        "async def main():\n"
        "    parser = SubprocessParser()\n"
        "    now = datetime.now(UTC)\n"
        "    await parser.parse([ParseRequest(raw=b'', account='', source='', locator='',\n"
        "                                     fallback_time=now)])\n"
        "    print(parser._child._process.pid, flush=True)\n"
        "    sys.stdin.read()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert exists(child)
        parent.kill()
    until = time.monotonic() + DEADLINE_S
    while _runs(child) and time.monotonic() < until:
        os.sched_yield()
    assert not _runs(child)


def _runs(pid: int) -> bool:
    """Whether an orphan still runs; a zombie that nobody reaps does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return exists(pid)


def test_a_dying_process_says_nothing_of_the_mail() -> None:
    """Neither stream of the process carries a word of what killed it."""
    frame = _frame(request_of("FAULT-ABORT planted-secret-word"))
    done = subprocess.run(
        [sys.executable, "-P", "-m", "careerops.mail.worker"],
        input=frame,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(FAULTY)},
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == -signal.SIGABRT
    assert b"planted-secret-word" not in done.stdout + done.stderr


def test_the_process_loads_nothing_slow_before_a_mail_needs_it() -> None:
    """Its start is paid at the start of every command that reads mail."""
    code = "import sys, careerops.mail.worker; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()
    slow = {
        "icalendar",
        "selectolax",
        "publicsuffixlist",
        "aiohttp",
        "structlog",
        "asyncio",
        "rich",
    }
    assert slow.isdisjoint(loaded)


def _frame(request: ParseRequest) -> bytes:
    return wire.request_head(request) + request.raw


def _answers(data: bytes) -> list[tuple[int, bytes, bytes]]:
    found = []
    while data:
        kind, first, second = wire.ANSWER_HEAD.unpack(data[: wire.ANSWER_HEAD.size])
        data = data[wire.ANSWER_HEAD.size :]
        found.append((kind, data[:first], data[first : first + second]))
        data = data[first + second :]
    return found


def test_requests_are_answered_one_by_one_until_the_stream_ends() -> None:
    """A greeting, then an answer for each request, in order."""
    requests = [request_of("a"), request_of("b")]
    answers = BytesIO()
    worker.serve(BytesIO(b"".join(map(_frame, requests))), answers)
    greeting, *rest = _answers(answers.getvalue())
    assert greeting == (wire.READY, b"", b"")
    assert [kind for kind, _, _ in rest] == [wire.PARSED, wire.PARSED]
    assert [wire.read_parsed(*parts) for _, *parts in rest] == list(map(parse_mail, requests))


@pytest.mark.parametrize("cut", [1, 11, 30, 200])
def test_a_frame_cut_by_the_parents_end_is_no_request(cut: int) -> None:
    """The parent died while it wrote: the process ends without an answer."""
    frame = _frame(request_of("x" * 300))
    answers = BytesIO()
    worker.serve(BytesIO(frame[:cut]), answers)
    assert len(_answers(answers.getvalue())) == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Permanent("cannot", reason="unparsable"), b"cannot"),
        (MemoryError("Dear Ann"), b"the mail cannot be parsed (MemoryError)"),
    ],
)
def test_an_error_is_answered_by_its_type_alone(
    monkeypatch: pytest.MonkeyPatch, error: Exception, said: bytes
) -> None:
    """The text of an error may quote the mail; it stays in the process."""

    def fail(_: ParseRequest) -> ParsedMail:
        raise error

    monkeypatch.setattr(parse, "parse_mail", fail)
    answers = BytesIO()
    worker.serve(BytesIO(_frame(request_of("a"))), answers)
    assert _answers(answers.getvalue())[1] == (wire.FAILED, said, b"")


def test_a_request_crosses_unchanged() -> None:
    """Every field arrives as it was sent."""
    request = ParseRequest(
        raw=b"\0\xff", account="ä", source="imap", locator="x\ny", fallback_time=NOW,
        received_at=NOW, labels=("a", "ü"), size=3, backfill=True,
    )  # fmt: skip
    assert wire.read_request(BytesIO(_frame(request))) == request


def test_the_limit_of_memory_never_exceeds_what_the_system_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A smaller hard limit is kept, and systems without limits do without."""
    resource = pytest.importorskip("resource")
    set_limits: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: set_limits.append(limits))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (10, 500))
    worker.limit_memory(1000)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (10, resource.RLIM_INFINITY))
    worker.limit_memory(1000)
    monkeypatch.setitem(sys.modules, "resource", None)
    worker.limit_memory(1000)
    assert set_limits == [(500, 500), (1000, resource.RLIM_INFINITY)]
