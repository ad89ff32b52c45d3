"""Which inputs may be shown: those that the program passed as plain values, and no others.

A provider is not told what is secret. The program tells what it saw to be plain, but Pulumi's
transforms run after it: they add values, and put secret ones in the place of plain ones. So a value
counts as plain only where the one that arrived is the one that was seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from pulumi_setsmart.lifecycle.comparison import is_equal
from pulumi_setsmart.lifecycle.declaration import secret_metadata, secret_paths_in
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.metadata import input_metadata, require_input_metadata
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json, pointer
from pulumi_setsmart.models.marker import CLEAR, UNKNOWN

_SEEN = "seen"
_KEEPS_OLD_VALUES = "keeps_old_values"


def plain_input_metadata(
    seen: Mapping[str, object], secret_paths: list[str], *, keeps_old_values: bool
) -> dict[str, Json]:
    """Return what the program's side tells of the inputs of a resource, for `with_secret_paths`.

    Args:
        seen: The inputs that are plain, as JSON values; None where one is secret.
        secret_paths: The JSON pointers of the inputs that are secret.
        keeps_old_values: Whether Pulumi may put old inputs in the place of those that were seen,
            which is what its ``ignore_changes`` does.
    """
    told: dict[str, Json] = {
        **secret_metadata(secret_paths),
        # One text: every value of its own would pass through the engine several times.
        _SEEN: json.dumps(seen, separators=(",", ":")),
    }
    return {**told, _KEEPS_OLD_VALUES: True} if keeps_old_values else told


def with_secret_paths(
    kind: Kind, inputs: Mapping[str, Json], olds: Mapping[str, Json]
) -> dict[str, Json]:
    """Return ``inputs`` with the paths of all that must not be shown in the place of the evidence.

    Args:
        kind: The kind of resource.
        inputs: The inputs as they arrived, with the evidence.
        olds: The inputs of the last deployment; none for a resource that is new.

    Raises:
        MetadataError: The metadata of the last deployment's inputs is damaged.
    """
    require_input_metadata(olds)
    told = input_metadata(inputs)
    seen = _seen(told)
    marked = secret_paths_in(told)
    paths = {*_unseen_inputs(kind, inputs, seen or {})}
    if told.get(_KEEPS_OLD_VALUES):
        changed = {*_unseen_inputs(kind, inputs, olds)}
        secret_before = secret_paths_in(input_metadata(olds))
        paths = {one for one in paths if one in changed or _is_within(one, secret_before)}
    secret = {*marked, *(one for one in paths if not _is_within(one, marked))}
    plain = {name: value for name, value in inputs.items() if name != KEY}
    if not secret and seen is not None:
        return plain  # so the state keeps the metadata in clear, where reports can read it
    return {**plain, KEY: secret_metadata(sorted(secret), sealed=seen is not None)}


def _seen(told: Mapping[str, object]) -> dict[str, Json] | None:
    """Return what was seen to be plain, or None where nothing tells that."""
    text = told.get(_SEEN)
    if not isinstance(text, str):
        return None
    try:
        seen = _as_it_arrives(json.loads(text))
    except (ValueError, RecursionError):
        return None
    return seen if isinstance(seen, dict) else None


def _as_it_arrives(value: Json) -> Json:
    match value:
        case str():
            return {CLEAR.value: None, UNKNOWN.value: UNKNOWN}.get(value, value)
        case dict():
            return {name: _as_it_arrives(member) for name, member in value.items()}
        case list():
            return [_as_it_arrives(element) for element in value]
    return value


def _unseen_inputs(
    kind: Kind, arrived: Mapping[str, Json], seen: Mapping[str, Json]
) -> Iterator[str]:
    for name, value in arrived.items():
        if name != KEY:
            path = "" if name == kind.extra_fields else pointer("", name)
            yield from _unseen(value, seen.get(name), path)


def _unseen(arrived: Json, seen: Json, path: str) -> Iterator[str]:
    """Yield the path of each value that arrived and is not the one that was seen there."""
    match arrived, seen:
        case dict(), dict() | None:
            for name, value in arrived.items():
                yield from _unseen(value, (seen or {}).get(name), pointer(path, name))
        case list(), list():
            for index, element in enumerate(arrived):
                beside = seen[index] if index < len(seen) else None
                yield from _unseen(element, beside, pointer(path, index))
        case _:
            if not (arrived is seen is UNKNOWN or is_equal(arrived, seen)):
                yield path


def _is_within(path: str, paths: list[str]) -> bool:
    return any(f"{path}/".startswith(f"{one}/") for one in paths)
