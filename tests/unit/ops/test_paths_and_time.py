"""Paths of the configuration, private files, and the machine's clock."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from careerops.ops.clock import SystemClock
from careerops.ops.paths import ConfigPath, private_opener


class Options(BaseModel):
    """Options with a path."""

    path: ConfigPath


def test_relative_paths_belong_to_the_configuration_s_folder(tmp_path: Path) -> None:
    """Dots are resolved, links are kept."""
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for given, meant in (("a/../link", "link"), ("x.mbox", "x.mbox")):
        options = Options.model_validate({"path": given}, context={"root": tmp_path})
        assert options.path == tmp_path / meant


def test_absolute_paths_and_the_home_folder_stay_what_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The configuration's folder has no part in them."""
    monkeypatch.setenv("HOME", str(tmp_path))
    root = {"root": Path("/nowhere")}
    assert Options.model_validate({"path": "~/x"}, context=root).path == tmp_path / "x"
    assert Options.model_validate({"path": "/y"}, context=root).path == Path("/y")


def test_without_a_configuration_paths_belong_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`careerops demo` has none."""
    monkeypatch.chdir(tmp_path)
    assert Options(path=Path("x")).path == tmp_path / "x"


def test_files_we_create_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    """Whatever the umask allows."""
    before = os.umask(0)
    try:
        with open(tmp_path / "x", "w", encoding="utf-8", opener=private_opener) as file:
            file.write("x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600


async def test_the_system_clock_is_utc_and_waits() -> None:
    """Wall time, monotonic time and sleeping agree."""
    clock = SystemClock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    before = clock.monotonic()
    await clock.sleep(0.01)
    assert clock.monotonic() - before >= 0.01
