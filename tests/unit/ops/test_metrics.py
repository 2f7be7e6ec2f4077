"""The table of metrics, and the documentation generated from the code."""

import re
import shutil
import subprocess
from pathlib import Path

from prometheus_client import generate_latest

from careerops.ops.logevents import LINE_FIELDS, LogEvent
from careerops.ops.metrics import Kind, Metrics
from careerops.ops.reference import logs_markdown, metrics_markdown, write_reference
from support.servers import missing

DOCS = Path(__file__).parents[3] / "docs"
RENEW = "run: python -m careerops.ops.reference docs"


def test_the_table_holds_exactly_what_is_registered() -> None:
    """Name, kind, labels and meaning agree with what Prometheus is told."""
    metrics = Metrics()
    families = {family.name: family for family in metrics.registry.collect()}
    assert {spec.name.removesuffix("_total") for spec in metrics.specs} == set(families)
    for spec in metrics.specs:
        family = families[spec.name.removesuffix("_total")]
        assert (family.type, family.documentation) == (spec.kind.value, spec.meaning)


def test_names_follow_the_conventions() -> None:
    """Prefix, base units, `_total` for counters and only for them; labels are plain words."""
    for spec in Metrics().specs:
        assert re.fullmatch(r"careerops_[a-z_]+", spec.name)
        assert (spec.kind is Kind.COUNTER) == spec.name.endswith("_total")
        assert (spec.unit == "seconds") == spec.name.endswith("_seconds")
        assert spec.labels
        assert set(spec.labels).isdisjoint({"account", "sender", "company", "event_id"})


def test_two_sets_of_metrics_do_not_disturb_each_other() -> None:
    """No global registry."""
    one, two = Metrics(), Metrics()
    one.parked.labels("classify").set(3)
    assert b'stage="classify"' in generate_latest(one.registry)
    assert b'stage="classify"' not in generate_latest(two.registry)


def test_promtool_finds_nothing_to_complain_about() -> None:
    """The linter of Prometheus itself."""
    if shutil.which("promtool") is None:
        missing("promtool is not installed: apt-get install prometheus")
    metrics = Metrics()
    metrics.parked.labels("classify").set(3)
    text = generate_latest(metrics.registry)
    result = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, check=False, timeout=30
    )
    assert result.returncode == 0, result.stderr.decode()


def test_the_documentation_names_every_metric() -> None:
    """docs/metrics.md is the generated page."""
    page = (DOCS / "metrics.md").read_text(encoding="utf-8")
    assert [spec.name for spec in Metrics().specs if f"`{spec.name}`" not in page] == [], RENEW
    assert page == metrics_markdown(), RENEW


def test_the_documentation_names_every_log_event_and_field() -> None:
    """docs/logs.md is the generated page."""
    page = (DOCS / "logs.md").read_text(encoding="utf-8")
    names = [event.value for event in LogEvent] + list(LINE_FIELDS)
    assert [name for name in names if f"`{name}`" not in page] == [], RENEW
    assert page == logs_markdown(), RENEW


def test_the_pages_are_written_where_asked(tmp_path: Path) -> None:
    """Both of them."""
    write_reference(tmp_path)
    assert (tmp_path / "logs.md").read_text(encoding="utf-8") == logs_markdown()
    assert (tmp_path / "metrics.md").read_text(encoding="utf-8") == metrics_markdown()


def test_every_event_has_a_meaning_and_a_value_like_its_name() -> None:
    """A reader of the log finds it in the code."""
    for event in LogEvent:
        assert event.value == event.name.lower()
        assert event.meaning.endswith(".")
    assert len({event.meaning for event in LogEvent}) == len(LogEvent)
