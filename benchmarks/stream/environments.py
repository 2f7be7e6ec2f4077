r"""A virtual environment a peer, from hashed pins, under .cache/bench-stream/.

The pins are compiled with uv from the `.in` file beside each, and name no index:

    uv pip compile --universal --python-version 3.11 --no-strip-extras --generate-hashes \
        --no-emit-index-url --custom-compile-command "see benchmarks/stream/environments.py" \
        arroyo.in -o arroyo.txt

`pyrallel` is compiled with `--python-version 3.12`, which its package asks for. It runs on 3.11,
so it is installed there with pip's `--ignore-requires-python`; who measures with a newer Python
measures it where it wants to be.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PINS = Path(__file__).resolve().parent / "requirements"
_LAST_CHARS = 1_000
CACHE = ROOT / ".cache" / "bench-stream"


class NotInstalled(Exception):
    """A peer's environment cannot be made; says why."""


def python_of(peer: str, folder_of_pins: Path = PINS) -> Path:
    """The interpreter of `peer`'s environment, which is made if it is not there or is outdated.

    Raises:
        NotInstalled: its packages cannot be had.
    """
    pins = folder_of_pins / f"{peer}.txt"
    folder = CACHE / "environments" / peer
    python, stamp = folder / "bin" / "python", folder / "pins.sha256"
    wanted = hashlib.sha256(pins.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return python
    print(f"installing {peer}", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    lenient = ["--ignore-requires-python"] if peer == "pyrallel" else []
    command = [*pip, *lenient, "--require-hashes", "-r", str(pins)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise NotInstalled(f"its packages cannot be installed\n{done.stderr[-_LAST_CHARS:]}")
    stamp.write_text(wanted)
    return python
