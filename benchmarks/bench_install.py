"""How much disk the base installation takes: pinned dependencies and the project's own wheel.

Installed into an empty virtual environment; what that environment holds before (pip, setuptools)
does not count. Needs the packages to be installable: a configured index or a warm cache.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET_MB = 120
OF_THE_VENV = {"pip", "setuptools", "pkg_resources"}
UNWANTED = ("openai", "google", "groq", "anthropic", "litellm", "numpy", "scipy", "sklearn")


def packages_of(python: Path) -> Path:
    """The folder of installed packages."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    command = [str(python), "-c", code]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def size_bytes(folder: Path) -> int:
    """Sum of the sizes of all files below `folder`."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def install(python: Path) -> None:
    """Install what a person gets: the runtime pins, then the project's wheel."""
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pins = ROOT / "requirements" / "runtime.txt"
    subprocess.run([*pip, "--require-hashes", "-r", str(pins)], check=True)
    with tempfile.TemporaryDirectory() as wheels:
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", wheels]
        subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
        wheel = next(Path(wheels).glob("*.whl"))
        subprocess.run([*pip, "--no-deps", str(wheel)], check=True)


def main() -> int:
    """Install, measure, print, and fail above the target or when an SDK slipped in."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = Path(folder) / "bin" / "python"
        packages = packages_of(python)
        before = size_bytes(packages)
        install(python)
        total_mb = (size_bytes(packages) - before) / 1e6
        largest = sorted(
            ((size_bytes(path) / 1e6, path.name) for path in packages.iterdir() if path.is_dir()),
            reverse=True,
        )
        unwanted = [name for _, name in largest if name.lower().startswith(UNWANTED)]
    print(f"base installation  {total_mb:7.1f} MB  (target: below {TARGET_MB})")
    for megabytes, name in [entry for entry in largest if entry[1] not in {"pip", "setuptools"}][
        :8
    ]:
        print(f"  {name:<28} {megabytes:7.1f} MB")
    print(f"provider SDKs, numeric stacks: {', '.join(unwanted) or 'none'}")
    return 0 if total_mb < TARGET_MB and not unwanted else 1


if __name__ == "__main__":
    sys.exit(main())
