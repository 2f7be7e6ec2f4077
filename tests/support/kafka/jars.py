"""The jars of the version that `pom.xml` names: fetched once by Maven, kept outside git."""

import fcntl
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from support.tree import ROOT

POM: Final = Path(__file__).with_name("pom.xml")
_FETCH_S = 300.0


class KafkaMissing(RuntimeError):
    """What a broker needs is not on this machine; the message says how to get it."""


def java() -> str:
    """The program that runs a broker."""
    found = shutil.which("java")
    if found is None:
        raise KafkaMissing(
            "Java is not installed (Debian: apt-get install default-jre-headless maven)"
        )
    return found


def class_path() -> str:
    """What `java -cp` is given. The first call on a machine fetches 44 MB.

    Raises:
        KafkaMissing: they are not there and cannot be fetched.
    """
    folder = ROOT / ".cache" / f"kafka-{_version()}"
    # Processes of one test run ask at the same time; the first one fetches for all.
    with locked(folder.with_name(f"{folder.name}.lock")):
        if not _is_of_this_pom(folder):
            _fetch(folder)
    return str(folder / "*")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process at a time is inside; one that dies leaves."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _version() -> str:
    match = re.search(r"kafka_[\d.]+</artifactId>\s*<version>([^<]+)<", POM.read_text())
    assert match is not None, f"{POM} names no version of Kafka"
    return match[1]


def _is_of_this_pom(folder: Path) -> bool:
    """The copy of the pom is the last thing written, so a torn fetch has none."""
    copy = folder / POM.name
    return copy.is_file() and copy.read_bytes() == POM.read_bytes()


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaMissing(
            "Maven, which fetches Kafka, is not installed (Debian: apt-get install maven)"
        )
    shutil.rmtree(folder, ignore_errors=True)
    command = [maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
    command += ["-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=_FETCH_S, cwd=folder.parent
    )
    if done.returncode != 0:
        raise KafkaMissing(f"Maven could not fetch Kafka: {(done.stdout + done.stderr)[-2000:]}")
    shutil.copyfile(POM, folder / POM.name)
