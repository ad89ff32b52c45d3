"""Values as Pulumi's protocol has them, to and from the plain values of the lifecycle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import TypeAlias

from attrs import Factory, frozen
from google.protobuf.struct_pb2 import Struct, Value
from pulumi.runtime import rpc

from pulumi_setsmart.models.json import Json, pointer, steps
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.providers.values import SECRET_SIGNATURE, SIGNATURE, scalar_from_engine

_Keys: TypeAlias = tuple[str | int, ...]
"""What leads to a value."""

_WRAPPED = "value"


@frozen
class ReceivedProperties:
    """Properties that the engine passed.

    Attributes:
        values: The plain values.
        secret_paths: The JSON pointers of those that are marked as secret.
        file_paths: The JSON pointers of assets and archives, which no field can hold.
    """

    values: dict[str, Json]
    secret_paths: list[str] = Factory(list)
    file_paths: list[str] = Factory(list)


def received(properties: Struct) -> ReceivedProperties:
    """Return properties of a request."""
    found = ReceivedProperties({})
    found.values.update(_members(properties, (), found))
    return found


def sent(properties: Mapping[str, Json], secret_paths: Iterable[str] = ()) -> Struct:
    """Return properties for a response.

    Args:
        properties: The plain values.
        secret_paths: The JSON pointers of those to mark as secret; what is not there is ignored.
    """
    struct = Struct()
    for name, value in properties.items():
        _write(value, struct.fields[name])
    for path in secret_paths:
        _mark(struct, steps(path))
    return struct


def _members(properties: Struct, keys: _Keys, found: ReceivedProperties) -> dict[str, Json]:
    return {name: _plain(value, (*keys, name), found) for name, value in properties.fields.items()}


def _plain(value: Value, keys: _Keys, found: ReceivedProperties) -> Json:
    match value.WhichOneof("kind"):
        case "string_value":
            text = value.string_value
            return UNKNOWN if text == rpc.UNKNOWN else scalar_from_engine(text)
        case "number_value":
            return scalar_from_engine(value.number_value)
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [
                _plain(element, (*keys, index), found)
                for index, element in enumerate(value.list_value.values)
            ]
        case "struct_value":
            return _object(value.struct_value, keys, found)
    return None


def _object(struct: Struct, keys: _Keys, found: ReceivedProperties) -> Json:
    if SIGNATURE not in struct.fields:
        return _members(struct, keys, found)
    path = reduce(pointer, keys, "")
    if struct.fields[SIGNATURE].string_value != SECRET_SIGNATURE:
        found.file_paths.append(path)
        return None
    found.secret_paths.append(path)
    inside = ReceivedProperties({}, file_paths=found.file_paths)
    return _plain(struct.fields[_WRAPPED], keys, inside)


def _write(value: Json, into: Value) -> None:
    match value:
        case None:
            into.null_value = 0  # type: ignore[assignment] # the stubs want the enum's own type
        case bool():
            into.bool_value = value
        case int() | float():
            into.number_value = value
        case str():
            into.string_value = rpc.UNKNOWN if value is UNKNOWN else value
        case dict():
            members = into.struct_value
            members.SetInParent()
            for name, member in value.items():
                _write(member, members.fields[name])
        case list():
            elements = into.list_value
            elements.SetInParent()
            for element in value:
                _write(element, elements.values.add())


def _mark(struct: Struct, keys: list[str]) -> None:
    """Mark the value that these keys lead to as secret, unless what holds it is.

    A path leads through objects only. Elements of lists move, and a value may be of another type
    than it was: then the first thing that is no object is marked, as the engine does it.
    """
    found = _found(struct, keys)
    if found is None or _is_marked(found):
        return
    plain = Value()
    plain.CopyFrom(found)
    found.struct_value.Clear()
    found.struct_value.fields[SIGNATURE].string_value = SECRET_SIGNATURE
    found.struct_value.fields[_WRAPPED].CopyFrom(plain)


def _found(struct: Struct, keys: list[str]) -> Value | None:
    """Return the value to mark, or a marked one that holds it; None if nothing is there."""
    key, *others = keys
    value = struct.fields.get(key)
    for key in others:
        if value is None or _is_marked(value) or value.WhichOneof("kind") != "struct_value":
            break
        value = value.struct_value.fields.get(key)
    return value


def _is_marked(value: Value) -> bool:
    return (
        value.WhichOneof("kind") == "struct_value"
        and value.struct_value.fields.get(SIGNATURE, Value()).string_value == SECRET_SIGNATURE
    )
