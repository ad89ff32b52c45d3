"""What `pulumi preview --json` printed, found among whatever else was printed with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from attrs import frozen

from pulumi_setsmart.client.errors import StackError
from pulumi_setsmart.models.json import DEEPEST, is_nested_deeper
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.reporting.event import (
    are_whole,
    configuration,
    is_event,
    steps_and_diagnostics,
)
from pulumi_setsmart.reporting.saved_text import is_readable

_DEEPEST = DEEPEST + 20  # a preview puts a value into a step, its state and its inputs
_DAMAGED = re.compile(
    r'\{\s*"(steps|diagnostics|config|duration|changeSummary|maybeCorrupt|sequence)"'
)
"""How the one document of a preview begins, and each of the events that take its place."""


@frozen
class Printed:
    """A preview as Pulumi printed it.

    Attributes:
        steps: What Pulumi would do, in order.
        diagnostics: What it said about that.
        config: The configuration of the stack, secrets hidden.
    """

    steps: list[dict[str, Any]]
    diagnostics: list[dict[str, Any]]
    config: Mapping[str, str]


def read_printed(text: str, source: str) -> Printed:
    """Return the preview in a text, as one document or as one event a line.

    What stands around it, such as the messages of other programs, is passed over.

    Args:
        text: What was printed.
        source: Where it comes from, for messages.

    Raises:
        StackError: There is no preview in it, more than one, or one that is not whole.
    """
    documents: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for value, written in _objects(text, source):
        if not (_is_document(value) or is_event(value)):
            continue
        if not is_readable(written):
            raise StackError(
                f"{source}: it is in neither UTF-8 nor UTF-16; save it again in UTF-8",
                code=MessageCode.UNKNOWN_ENCODING,
            )
        (documents if _is_document(value) else events).append(value)
    if len(documents) + _runs(events) > 1:
        raise StackError(
            f"{source}: it holds more than one preview; give one", code=MessageCode.SEVERAL_PREVIEWS
        )
    if documents:
        [document] = documents
        return _checked(
            source,
            document.get("steps") or [],
            document.get("diagnostics") or [],
            document.get("config"),
        )
    if not events:
        raise _nothing(source)
    if not are_whole(events):
        raise _damage(source)
    try:
        return _checked(source, *steps_and_diagnostics(events), configuration(events))
    except (TypeError, KeyError, AttributeError):
        raise _nothing(source) from None


def _objects(text: str, source: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the JSON objects that stand in a text, each with how it is written."""
    decoder = json.JSONDecoder()
    begin = text.find("{")
    while begin >= 0:
        end = begin + 1
        try:
            value, end = decoder.raw_decode(text, begin)
            if is_nested_deeper(value, _DEEPEST):
                raise _nothing(source)
            yield value, text[begin:end]
        except RecursionError:
            raise _nothing(source) from None
        except ValueError:
            # What stands inside of it must not be taken for the whole.
            if _DAMAGED.match(text, begin):
                raise _damage(source) from None
        begin = text.find("{", end)


def _is_document(value: dict[str, Any]) -> bool:
    if "steps" in value:
        return isinstance(value["steps"], list)
    # Pulumi leaves out what is empty, such as the steps of a preview that failed at once.
    diagnostics = value.get("diagnostics")
    return isinstance(diagnostics, list) and any(
        isinstance(diagnostic, dict) and diagnostic.get("severity") == "error"
        for diagnostic in diagnostics
    )


def _runs(events: list[dict[str, Any]]) -> int:
    """Return how many previews events come from; those of one are numbered in their order."""
    numbers: list[int] = [event["sequence"] for event in events]
    again = sum(later <= earlier for earlier, later in pairwise(numbers))
    return min(len(events), 1) + again


def _checked(source: str, steps: Any, diagnostics: Any, config: Any) -> Printed:
    """Return a preview, if it has whatever is read of it later."""
    try:
        _ = [(step["urn"].split("::")[3], step["op"].strip()) for step in steps]
        _ = [diagnostic["severity"].strip() for diagnostic in diagnostics]
    except (TypeError, KeyError, IndexError, AttributeError):
        raise _nothing(source) from None
    configured = config.items() if isinstance(config, dict) else ()
    return Printed(
        steps, diagnostics, {key: value for key, value in configured if isinstance(value, str)}
    )


def _nothing(source: str) -> StackError:
    return StackError(
        f"{source}: this is not what `pulumi preview --json` prints; give its output as a file or "
        "on standard input",
        code=MessageCode.NOT_A_PREVIEW,
    )


def _damage(source: str) -> StackError:
    return StackError(
        f"{source}: the output of `pulumi preview --json` is damaged or cut off; save it again",
        code=MessageCode.DAMAGED_PREVIEW,
    )
