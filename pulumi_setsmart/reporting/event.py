"""A preview as a stream of events, one a line, and what it comes to as one document.

Pulumi prints it where `PULUMI_ENABLE_STREAMING_JSON_PREVIEW` is set, and in its event logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pulumi_setsmart.automation.resource_type import SECRET
from pulumi_setsmart.providers.values import SECRET_SIGNATURE, SIGNATURE

_COLOUR = re.compile(r"<\{%.*?%\}>")
"""How Pulumi marks colours in messages."""


def is_event(value: Mapping[str, Any]) -> bool:
    """Return whether a JSON object is one of the events."""
    return isinstance(value.get("sequence"), int) and any(key.endswith("Event") for key in value)


def are_whole(events: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether the events tell of a preview from its beginning to its end, well or not."""
    kinds = {kind for event in events for kind in event}
    return {"preludeEvent", "summaryEvent"} <= kinds


def steps_and_diagnostics(
    events: Iterable[Mapping[str, Any]],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the steps and the diagnostics that the one document would have."""
    steps: list[dict[str, Any]] = []
    diagnostics: list[dict[str, Any]] = []
    for event in events:
        if "resourcePreEvent" in event:
            steps.append(_step(event["resourcePreEvent"]["metadata"]))
        diagnostics.extend(_diagnostics(event))
    return steps, diagnostics


def configuration(events: Iterable[Mapping[str, Any]]) -> Any:
    """Return the configuration that the one document would have."""
    return next(event["preludeEvent"] for event in events if "preludeEvent" in event).get("config")


def _step(metadata: Mapping[str, Any]) -> dict[str, Any]:
    step = {"op": metadata["op"], "urn": metadata["urn"]}
    for side, name in (("old", "oldState"), ("new", "newState")):
        if metadata.get(side) is not None:
            step[name] = _masked(metadata[side])
    return step


def _diagnostics(event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    said = event.get("diagnosticEvent")
    if said is not None and not said.get("ephemeral") and said["severity"] != "debug":
        message = _COLOUR.sub("", said.get("prefix", "") + said["message"])
        yield {"severity": said["severity"], "message": message}
    printed = event.get("stdoutEvent")
    if printed is not None:
        yield {"severity": "info", "message": _COLOUR.sub("", printed["message"])}


def _masked(value: Any) -> Any:
    """Return a value with the text in the place of each secret that the document has there."""
    match value:
        case dict():
            if value.get(SIGNATURE) == SECRET_SIGNATURE:
                return SECRET
            return {name: _masked(member) for name, member in value.items()}
        case list():
            return [_masked(element) for element in value]
    return value
