"""`doctor`: checks every part, says what to do, and what leaves this machine to which host."""

from typing import TYPE_CHECKING

import typer

from careerops.cli.session import (
    JsonOption,
    print_json,
    print_line,
    run_async,
    session_of,
    start_logging,
)
from careerops.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from careerops.bootstrap.checking import Finding

_PROBLEMS = 1
_UNUSABLE = 2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(ctx: typer.Context, json_: JsonOption = False) -> None:
    """Check everything, go on after a problem, and end with status 1 if there was one."""
    from careerops.bootstrap.checking import Finding, check_all
    from careerops.config import find_config, load_config

    session = session_of(ctx, json_)

    async def main() -> int:
        try:
            path = find_config(session.config_path)
            config = load_config(path)
        except ConfigurationError as error:
            _show([Finding("configuration", ok=False, text=str(error))], as_json=session.json)
            return _UNUSABLE
        start_logging(config)
        findings = [Finding("configuration", ok=True, text=str(path)), *await check_all(config)]
        _show(findings, as_json=session.json)
        return _PROBLEMS if any(not finding.ok for finding in findings) else 0

    run_async(main)


def _show(findings: "list[Finding]", *, as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {"part": f.part, "ok": f.ok, "text": f.text, "leaves_to": f.leaves_to}
                for f in findings
            ]
        )
        return
    width = max(len(finding.part) for finding in findings)
    for finding in findings:
        print_line(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.part:<{width}}  {finding.text}")
    leaving = [f"{f.part}: {f.what_leaves}, to {f.leaves_to}" for f in findings if f.leaves_to]
    print_line()
    print_line("What leaves this machine:")
    for line in leaving or ["nothing"]:
        print_line(f"  {line}")
