"""Who holds a lease, and whether it exists."""

import os
import subprocess
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from careerops.ops import owner
from careerops.ops.owner import is_gone, is_gone_from_here, process_owner
from support.logs import bystander, identity_of


@pytest.fixture
def process() -> "Iterator[subprocess.Popen[bytes]]":
    """A process of its own."""
    process = bystander()
    yield process
    process.kill()
    process.wait()


def changed(**fields: str) -> str:
    """This process's identity with some fields changed."""
    parsed = owner._parse(process_owner())
    assert parsed is not None
    return "|".join(str(part) for part in parsed._replace(**fields))


def test_this_process_is_alive() -> None:
    """And says its pid."""
    assert not is_gone(process_owner())
    assert owner.describe(process_owner()) == f"process {os.getpid()}"


def test_another_process_is_alive_until_it_is_killed(process) -> None:
    """Dead and not yet reaped by its parent is dead."""
    theirs = identity_of(process.pid)
    assert not is_gone(theirs)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert is_gone(theirs)
    process.wait()
    assert is_gone(theirs)


def test_a_pid_used_again_is_another_process() -> None:
    """The start time tells them apart."""
    assert is_gone(changed(start="1"))


def test_nobody_survives_a_reboot() -> None:
    """Whatever runs under the pid now."""
    assert is_gone(changed(boot="another"))


@pytest.mark.parametrize("stranger", ["", "somebody", "a|b|c|d|e", "a|b|c|1", "||||"])
def test_of_what_is_no_identity_nothing_is_known(stranger) -> None:
    """Such an owner is gone when its lease has expired, not before."""
    assert not is_gone(stranger)
    assert owner.describe(stranger) == f"owner {stranger}"


@pytest.mark.parametrize("fields", [{"namespace": "1"}, {"host": "far", "boot": "another"}])
def test_of_another_host_or_container_nothing_is_known(fields) -> None:
    """A pid means nothing there; a person is told where it is."""
    there = changed(**fields, pid="4194305")
    assert not is_gone(there)
    assert owner.describe(there).startswith("process 4194305 on ")


def test_of_what_hosts_share_only_this_boot_is_judged() -> None:
    """Two hosts may have one name, and each its own process of that number."""
    gone = changed(pid="4194305")
    assert is_gone_from_here(gone)
    assert not is_gone_from_here(process_owner())
    assert is_gone(changed(boot="another"))
    assert not is_gone_from_here(changed(boot="another"))
    assert not is_gone_from_here(changed(pid="4194305", namespace="1"))
    assert not is_gone_from_here("somebody")


def test_of_what_hosts_share_nothing_is_judged_without_a_boot_id(monkeypatch) -> None:
    """Where the system has none, any host of this name has none."""
    here, gone = changed(boot=""), changed(boot="", pid="4194305")
    monkeypatch.setattr(owner, "process_owner", lambda: here)
    assert is_gone(gone)
    assert not is_gone_from_here(gone)


def test_a_host_may_change_its_name() -> None:
    """The boot tells that it is this one."""
    assert is_gone(changed(host="renamed", pid="4194305"))
    assert not is_gone(changed(host="renamed"))


def test_without_a_boot_id_the_host_must_do(monkeypatch) -> None:
    """Where the system has none, the same name is taken for the same boot."""
    here, gone = changed(boot=""), changed(boot="", pid="4194305")
    monkeypatch.setattr(owner, "process_owner", lambda: here)
    assert not is_gone(here)
    assert is_gone(gone)
    assert not is_gone("far" + gone)


def refuse(error: type[OSError]):
    """What refuses every call."""

    def call(*_: object, **__: object) -> None:
        raise error

    return call


def test_without_proc_a_signal_tells(monkeypatch, process) -> None:
    """As on macOS, where start times are unknown."""
    monkeypatch.setattr(owner, "_has_proc", lambda: False)
    assert owner._start_of(process.pid) == ""
    assert owner._start_of(4194305) is None


def test_a_process_that_may_not_be_signalled_is_alive(monkeypatch) -> None:
    """It is another user's."""
    monkeypatch.setattr(owner, "_has_proc", lambda: False)
    monkeypatch.setattr(owner, "os", SimpleNamespace(kill=refuse(PermissionError)))
    assert owner._start_of(1) == ""


def test_without_proc_boot_and_namespace_are_empty(monkeypatch) -> None:
    """One host, one boot is all that can be assumed."""
    path = SimpleNamespace(read_text=refuse(FileNotFoundError), readlink=refuse(FileNotFoundError))
    monkeypatch.setattr(owner, "Path", lambda _: path)
    assert (owner._boot(), owner._namespace()) == ("", "")
