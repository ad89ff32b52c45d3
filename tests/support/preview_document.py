"""What `pulumi preview --json` prints, made up for a test."""

from __future__ import annotations

import json
from typing import Any

from attrs import define, field

from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.portfolio_names import PORTFOLIO_TYPE

SIGNATURE = "4dabf18193072939515e22adb298388d"
PREFIX = "urn:pulumi:production::portfolio::"
PROPERTY = "pulumi-python:dynamic/setsmart:Property"


@define
class PreviewDocument:
    """The steps and messages of a preview."""

    steps: list[dict[str, Any]] = field(factory=list)
    diagnostics: list[dict[str, Any]] = field(factory=list)
    config: dict[str, str] = field(factory=dict)

    def listing(
        self,
        name: str,
        *,
        last: dict[str, Any] | None = None,
        current: dict[str, Any] | None = None,
        planned: dict[str, Any] | None = None,
        op: str | None = None,
        kind: str = PROPERTY,
        refreshed: bool = True,
        portfolio: str | None = None,
        **state: Any,
    ) -> None:
        """Add the steps of one resource, given its fields as inputs have them.

        Args:
            name: The name of the resource.
            last: What was declared at the last deployment.
            current: What SetSmart holds; as last if None.
            planned: What the program declares, or None if it does not.
            op: What Pulumi would do; as the others say if None.
            kind: The type of the resource.
            refreshed: Whether Pulumi looked at SetSmart.
            portfolio: The name of the portfolio that declares it, or None.
            state: Further members of the old state.
        """
        urn = f"{PREFIX}{kind}::{name}"
        current = last if current is None else current
        old = {"inputs": last, "outputs": _outputs(last or {}), "id": "prop_1"}
        if last is not None and refreshed:
            self.steps.append({"op": "refresh", "urn": urn, "oldState": old, "newState": old})
        if op is None:
            op = "create" if last is None else "delete" if planned is None else "update"
        step: dict[str, Any] = {"op": op, "urn": urn}
        if current is not None and op != "create":
            outputs = _outputs(current)
            step["oldState"] = {"inputs": current, "outputs": outputs, "id": "prop_1", **state}
        if planned is not None:
            step["newState"] = {"inputs": planned}
        if portfolio is not None:
            parent = f"{PREFIX}{PORTFOLIO_TYPE}::{portfolio}"
            for side in step.keys() & {"oldState", "newState"}:
                step[side]["parent"] = parent
        self.steps.append(step)

    def renamed_listing(self, former: str, name: str, **fields: Any) -> None:
        """Add the steps of a listing that an alias keeps under another key, which stays.

        Args:
            former: The name that its resource has in the state.
            name: Its name in the program.
            fields: Its fields, as those of `listing`.
        """
        first = len(self.steps)
        self.listing(former, **fields, op="update", urn=f"{PREFIX}{PROPERTY}::{former}")
        self.steps[first + 1]["urn"] = f"{PREFIX}{PROPERTY}::{name}"

    def says(self, severity: str, message: str) -> None:
        """Add a message."""
        self.diagnostics.append({"severity": severity, "message": message})

    @property
    def text(self) -> str:
        """The document."""
        return json.dumps(
            {"config": self.config, "steps": self.steps, "diagnostics": self.diagnostics},
            ensure_ascii=False,
        )

    @property
    def stream(self) -> str:
        """The same as events, one a line, as Pulumi prints them on request."""
        events: list[dict[str, Any]] = [{"preludeEvent": {"config": self.config}}]
        for step in self.steps:
            sides = {"old": step.get("oldState"), "new": step.get("newState")}
            metadata = {"op": step["op"], "urn": step["urn"], **_with_marked_secrets(sides)}
            events += [{"resourcePreEvent": {"metadata": metadata}}]
            events += [{"resOutputsEvent": {"metadata": metadata}}]
        for diagnostic in self.diagnostics:
            before, colon, after = diagnostic["message"].partition(": ")
            prefix = f"<{{%fg 3%}}>{before}{colon}<{{%reset%}}>"
            shown = {"prefix": prefix, "message": after, "severity": diagnostic["severity"]}
            events += [{"diagnosticEvent": shown}]
        # What the document has not.
        events += [
            {"diagnosticEvent": {"prefix": "debug: ", "message": "rpc", "severity": "debug"}},
            {"diagnosticEvent": {"message": "error: a", "severity": "error", "ephemeral": True}},
            {"summaryEvent": {"isPreview": True}},
            {"cancelEvent": {}},
        ]
        # Pulumi counts events that it does not print, too.
        return "".join(
            json.dumps({"sequence": 2 * number, "timestamp": 0, **event}, ensure_ascii=False) + "\n"
            for number, event in enumerate(events)
        )


def _outputs(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the outputs, which hold their metadata as a text; inputs hold an object."""
    shown = {**fields}
    if isinstance(shown.get(KEY), dict):
        del shown[KEY]
    return {**shown, "id": "prop_1"}


def _with_marked_secrets(value: Any) -> Any:
    """Return a value with secrets as events have them."""
    match value:
        case dict():
            return {name: _with_marked_secrets(member) for name, member in value.items()}
        case list():
            return [_with_marked_secrets(element) for element in value]
        case "[secret]":
            return {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}
    return value
