"""The project's own files, found by walking: works in a checkout and in an unpacked sdist."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "careerops"

_BUILT = {"__pycache__", "dist", "build", "htmlcov", "node_modules"}
_HIDDEN_BUT_OURS = {".ci", ".github"}


def project_files(*suffixes: str, under: Path = ROOT) -> list[Path]:
    """Every file of the project below `under`, sorted; only those with one of `suffixes` if given.

    What is built, cached or installed is left out, as are databases and bytecode.
    """
    return sorted(path for path in _walk(under) if not suffixes or path.suffix in suffixes)


def python_files() -> list[Path]:
    """Every Python file of the project."""
    return project_files(".py")


def relative(path: Path) -> str:
    """`path` as the project writes it."""
    return path.relative_to(ROOT).as_posix()


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_symlink():
            continue
        if path.is_dir():
            hidden = path.name.startswith(".") and path.name not in _HIDDEN_BUT_OURS
            if not hidden and path.name not in _BUILT and not path.name.endswith(".egg-info"):
                yield from _walk(path)
        # In a linked worktree .git is a file that says where the repository is.
        elif path.name != ".git" and not path.name.startswith(".coverage"):
            yield path
