"""Gathering the evidence when a run is over: from the recorder, the command line and the spies."""

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from careerops.domain.identity import notification_id
from careerops.domain.notification import NotificationKind
from careerops.domain.topics import RAW_INBOX
from support.chaos.driver import Driver
from support.chaos.evidence import Evidence, Known, Letter, Place, Sighting, Told
from support.chaos.inputs import Input
from support.chaos.member import notes
from support.chaos.outside import Outside, effects_of, runs_of
from support.cli import Home

_ALL: Final = "1000000"
_TOKEN: Final = re.compile(r"run (r[0-9]+)\b")


def gather(home: Home, outside: Outside, driver: Driver, *, seed: int) -> Evidence:
    """What there is to judge; nothing is at work any more."""
    lines = outside.lines()
    inputs = tuple(driver.inbox.inputs)
    return Evidence(
        inputs=inputs,
        logged=_logged(home),
        runs=runs_of(lines),
        effects=effects_of(lines),
        refused=effects_of(lines, "refused"),
        told=_told(home),
        rules=driver.lane.fallback == "rules",
        letters=_letters(home, inputs),
        known=[_known(event) for event in home.json("events", "list")],
        faults=driver.faults,
        blocked=driver.blocked,
        sightings=[sighting_of(n) for n in notes(home.folder) if "group" in n],
        watermarks=driver.watermarks,
        surprises=driver.surprises,
        exact=driver.lane.exact,
        gone=frozenset(driver.gone),
        seed=seed,
    )


def _logged(home: Home) -> frozenset[str]:
    """The events that ingest made durable."""
    tail = home.run("--json", "tail", RAW_INBOX, "--from-beginning", "--until-end")
    return frozenset(json.loads(line)["headers"]["ce_id"] for line in tail.stdout.splitlines())


def _letters(home: Home, inputs: Sequence[Input]) -> list[Letter]:
    """The dead letters that wait; one of a notification is its event's."""
    events = {
        notification_id(mail.event_id, 0, NotificationKind.TELL): mail.event_id for mail in inputs
    }
    letters: list[dict[str, Any]] = home.json("dlq", "list")
    return [
        Letter(events.get(each["event_id"], each["event_id"]), each["stage"], each["reason"])
        for each in letters
    ]


def _told(home: Home) -> list[Told]:
    """The ledger, and what of it a person is shown without asking for all."""
    listed: list[dict[str, Any]] = home.json("notifications", "list", "--limit", _ALL)
    shown = {(each["notification_id"], each["channel"]) for each in listed}
    entries: list[dict[str, Any]] = home.json("notifications", "list", "--all", "--limit", _ALL)
    return [
        Told(
            each["event_id"],
            each["channel"],
            each["status"],
            each["unknown"],
            (each["notification_id"], each["channel"]) in shown,
        )
        for each in entries
    ]


def _known(event: dict[str, Any]) -> Known:
    token = _TOKEN.search(event["summary"])
    return Known(
        event_id=event["event_id"],
        status=event["status"],
        token=token[1] if token else "",
        unknown=sum(send["unknown"] for send in event["sends"]),
    )


def sighting_of(note: dict[str, Any]) -> Sighting:
    """What a spy noted."""
    place = Place(note["group"], note["topic"], note["partition"], note["offset"])
    return Sighting(note["at"], note["member"], note["what"], place, note["epoch"])
