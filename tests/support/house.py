"""The house's rules as pure functions: source text in, one line per breach out.

Patterns that would match this file itself are put together from halves.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

_EXEMPTION = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no|ruff:\s*noqa|mypy:)")
_ONE = (
    r"(?:(?:ruff: )?noqa: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*"
    r"|type: ignore\[[a-z-]+(?:, ?[a-z-]+)*\]"
    r"|pragma: no (?:cover|branch))"
)
_REASONED = re.compile(rf"#\s*{_ONE}(?:\s+#\s*{_ONE})*\s+#\s*(?P<reason>\S.*)$")
_MIN_REASON_CHARS = 8
_ELSEWHERE = re.compile(r"(as|see) (above|below)\b", re.IGNORECASE)

_HOSTS = tuple(
    first + "." + second
    for first, second in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("crates", "io"),
        ("anaconda", "org"),
        ("maven", "org"),
        ("maven" + ".apache", "org"),
        ("golang", "org"),
        ("rubygems", "org"),
    )
)
_REGISTRY_HOST = re.compile(rf"(?:{'|'.join(map(re.escape, _HOSTS))})\b", re.IGNORECASE)
# The home of jo, who is invented, occurs in tests that cut paths short.
_MACHINE_PATH = re.compile(r"(?<![\w.:/}~-])/(?:work|home(?!/jo/)|root|Users)/\w")

_BROAD = {"Exception", "BaseException"}
_VAGUE_MODULES = {
    "util", "utils", "helper", "helpers", "manager", "managers", "common", "misc", "stuff",
}  # fmt: skip


def unreasoned_exemptions(source: str) -> Iterator[str]:
    """Comments that silence a tool without codes, or without saying why."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT or not _EXEMPTION.search(token.string):
            continue
        match = _REASONED.search(token.string)
        if (
            match is None
            or len(match["reason"]) < _MIN_REASON_CHARS
            or _ELSEWHERE.match(match["reason"])
        ):
            yield f"line {token.start[0]}: {token.string}"


def registry_hosts(text: str) -> Iterator[str]:
    """Package registries named by host."""
    yield from (match[0] for match in _REGISTRY_HOST.finditer(text))


def machine_paths(text: str) -> Iterator[str]:
    """Absolute paths of somebody's machine."""
    yield from (match[0] for match in _MACHINE_PATH.finditer(text))


def swallowed_errors(source: str) -> Iterator[str]:
    """Broad exceptions that disappear: an empty handler, or `suppress` of them."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type) and _is_empty(node.body):
            yield f"line {node.lineno}: a broad except that does nothing"
        if (
            isinstance(node, ast.Call)
            and _last_name(node.func) == "suppress"
            and any(_is_broad(argument) for argument in node.args)
        ):
            yield f"line {node.lineno}: suppress() of everything"


def _is_broad(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Tuple):
        return any(_is_broad(part) for part in node.elts)
    return node is None or _last_name(node) in _BROAD


def _is_empty(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(statement, ast.Pass | ast.Continue)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in body
    )


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def unowned_tasks(source: str) -> Iterator[str]:
    """Calls that start a task no `TaskGroup` owns."""
    tree = ast.parse(source)
    groups = {
        item.optional_vars.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncWith)
        for item in node.items
        if isinstance(item.context_expr, ast.Call)
        and _last_name(item.context_expr.func) == "TaskGroup"
        and isinstance(item.optional_vars, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if _last_name(node.func) not in {"create_task", "ensure_future"}:
            continue
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if not (isinstance(owner, ast.Name) and owner.id in groups):
            yield f"line {node.lineno}: {ast.unparse(node.func)}"


def dropped_tasks(source: str) -> Iterator[str]:
    """Calls that start a task and keep no reference: it may be collected while it runs."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            name = ast.unparse(node.value.func)
            if name in {"asyncio.create_task", "create_task", "asyncio.ensure_future"}:
                yield f"line {node.lineno}: {name} and its result dropped"


def vague_module(stem: str) -> bool:
    """Whether a module's name says nothing about what is in it."""
    return bool(_VAGUE_MODULES & set(stem.lower().split("_")))
