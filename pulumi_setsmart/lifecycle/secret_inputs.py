"""Which inputs may be shown: those that the program passed as plain values, and only those.

A provider does not learn what is secret. The program passes on what it saw to be plain, but
Pulumi's transforms run after it: they add values, and put secret ones in the place of plain ones.
So a value counts as plain only where the one that arrived is the one that was seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce

from pulumi_setsmart.lifecycle.comparison import is_equal
from pulumi_setsmart.lifecycle.declaration import (
    read_declaration,
    secret_metadata,
    secret_paths_in,
)
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.metadata import input_metadata, require_input_metadata
from pulumi_setsmart.lifecycle.resource_key import RESOURCE
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json, pointer
from pulumi_setsmart.models.marker import CLEAR, UNKNOWN

_SEEN = "seen"
_KEEPS_OLD_VALUES = "keeps_old_values"
_RESOURCE_KEY = "resource"


def plain_input_metadata(
    seen: Mapping[str, object],
    secret_paths: list[str],
    *,
    keeps_old_values: bool,
    resource_key: str | None = None,
) -> dict[str, Json]:
    """Return the metadata that a program passes with the inputs of a resource.

    `with_secret_paths` reads it.

    Args:
        seen: The inputs that are plain, as JSON values; None where one is secret.
        secret_paths: The JSON pointers of the inputs that are secret.
        keeps_old_values: Whether Pulumi may put old inputs in the place of those that were seen,
            which is what its ``ignore_changes`` does.
        resource_key: The text of the key of the resource.
    """
    metadata: dict[str, Json] = {
        **secret_metadata(secret_paths),
        # One text: every value of its own would pass through the engine several times.
        _SEEN: json.dumps(seen, separators=(",", ":")),
    }
    if keeps_old_values:
        metadata[_KEEPS_OLD_VALUES] = True
    if resource_key is not None:
        metadata[_RESOURCE_KEY] = resource_key
    return metadata


def with_secret_paths(
    kind: Kind, inputs: Mapping[str, Json], olds: Mapping[str, Json]
) -> dict[str, Json]:
    """Return ``inputs`` with the paths of all that must not be shown in the place of the evidence.

    The key of the resource, which arrives with the evidence, becomes an input of its own.

    Args:
        kind: The kind of resource.
        inputs: The inputs as they arrived, with the evidence.
        olds: The inputs of the last deployment; none for a resource that is new.

    Raises:
        MetadataError: The metadata of the last deployment's inputs is damaged.
    """
    require_input_metadata(olds)
    metadata = input_metadata(inputs)
    seen = _seen(metadata)
    marked = secret_paths_in(metadata)
    paths = {*_unseen_inputs(kind, inputs, seen or {})}
    if metadata.get(_KEEPS_OLD_VALUES):
        changed = {*_unseen_inputs(kind, inputs, olds)}
        secret_before = secret_paths_in(input_metadata(olds))
        paths = {path for path in paths if path in changed or _is_within(path, secret_before)}
    secret = {*marked, *(path for path in paths if not _is_within(path, marked))}
    plain = {name: value for name, value in inputs.items() if name != KEY}
    if isinstance(metadata.get(_RESOURCE_KEY), str):
        plain[RESOURCE] = metadata[_RESOURCE_KEY]
    if not secret and seen is not None:
        return plain  # so the state keeps the metadata in clear text, where reports can read it
    return {**plain, KEY: secret_metadata(sorted(secret), sealed=seen is not None)}


def with_marked_secrets(
    kind: Kind, inputs: Mapping[str, Json], secret_paths: Iterable[str], resource_key: str
) -> dict[str, Json]:
    """Return ``inputs`` with the paths of their secrets and the key of their resource.

    Args:
        kind: The kind of resource.
        inputs: The inputs as they arrived; a name of ours among them is none that a program may
            pass.
        secret_paths: The JSON pointers of the inputs that arrived as secret.
        resource_key: The text of the key of the resource.
    """
    own = {name: value for name, value in inputs.items() if not name.startswith(KEY)}
    marked = {**own, RESOURCE: resource_key}
    extra = pointer("", kind.extra_fields)
    secret = sorted(
        path.removeprefix(extra) if f"{path}/".startswith(f"{extra}/") else path
        for path in secret_paths
        if not path.startswith(pointer("", KEY))
    )
    return {**marked, KEY: secret_metadata(secret)} if secret else marked


def secret_properties(kind: Kind, properties: Mapping[str, Json]) -> list[str]:
    """Return the JSON pointers of what is secret in inputs or outputs, their metadata included."""
    secret_paths = read_declaration(kind, properties).secret_paths
    fields = [reduce(pointer, kind.property_steps(path), "") for path in secret_paths]
    # A path may also be that of an input that is no field, such as an account.
    others = filter(None, secret_paths)
    return [*fields, *others, pointer("", KEY)] if secret_paths else []


def _seen(metadata: Mapping[str, object]) -> dict[str, Json] | None:
    """Return what was seen to be plain, or None where nothing tells that."""
    text = metadata.get(_SEEN)
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
        if name not in (KEY, RESOURCE):
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
    return any(f"{path}/".startswith(f"{secret}/") for secret in paths)
