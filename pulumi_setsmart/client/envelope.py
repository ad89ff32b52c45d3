"""Objects and lists, read from whatever the API wraps them in. Envelopes are assumed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.error_body import error_details
from pulumi_setsmart.client.errors import InvalidResponseError, UnexpectedResponseError
from pulumi_setsmart.client.response import Response
from pulumi_setsmart.client.signals import Meaning, members_of, truth, whole_number
from pulumi_setsmart.models.json import DEEPEST, Json, JsonObject, digits, is_nested_deeper
from pulumi_setsmart.models.marker import TOO_DEEP
from pulumi_setsmart.models.record import Record

USUAL_ENVELOPES = (
    "data",
    "items",
    "results",
    "result",
    "records",
    "record",
    "item",
    "object",
    "objects",
    "content",
    "value",
    "payload",
    "response",
    "body",
    "list",
    "rows",
    "entries",
    "elements",
    "docs",
    "resources",
    "nodes",
    "values",
    "hits",
    "member",
    "hydra:member",
    "_embedded",
    "embedded",
    "_items",
    "documents",
    "collection",
    "contents",
    "children",
    "ordereditems",
    "@graph",
    "d",
    "listings",
    "rentals",
    "apartments",
    "accommodations",
    "homes",
)
"""The names under which servers put lists and objects, the usual ones first."""

_NAMED_BY_CONTENT = frozenset({"_embedded", "embedded"})
"""Envelopes in which a list has a name of its own, whatever that is (HAL)."""

_DEEPEST = 2
_MOST_NAMED = 8
_LONGEST_NAMES = 120


def read_object(response: Response, envelopes: Sequence[str], id_field: str = "id") -> JsonObject:
    """Return the object in ``response``, without its envelopes.

    Args:
        response: A successful response with a body.
        envelopes: The names under which the object may be, besides the usual ones.
        id_field: The field that an envelope lacks and an object has.

    Raises:
        InvalidResponseError: The response is not JSON, or contains an error despite its status.
        UnexpectedResponseError: There is no object in it.
    """
    value = response.json()
    if isinstance(value, dict) and id_field not in value:
        _check_for_error(value, response)
    found = next(_objects_in(value, (*envelopes, *USUAL_ENVELOPES), id_field, _DEEPEST), None)
    if found is not None:
        return found
    if not isinstance(value, dict):
        raise UnexpectedResponseError("the response is not an object", response.context())
    return value


def _objects_in(
    value: Json, envelopes: Sequence[str], id_field: str, deepest: int
) -> Iterator[JsonObject]:
    """Yield the objects with an id that are in a value or its envelopes, the outermost first."""
    if not isinstance(value, dict):
        return
    if id_field in value:
        yield value
    elif deepest:
        for name in envelopes:
            yield from _objects_in(value.get(name), envelopes, id_field, deepest - 1)


def _check_for_error(value: JsonObject, response: Response) -> None:
    if value.get("error") or value.get("errors"):
        message, code, field = error_details(response)
        reason = "the response has a successful status but contains an error"
        raise InvalidResponseError(
            f"{reason}: {message}" if message else reason, response.context(code, field)
        )


def read_items(response: Response, envelopes: Sequence[str]) -> list[JsonObject]:
    """Return the objects of one page of a list.

    Args:
        response: A successful response.
        envelopes: The names under which the list may be, besides the usual ones.

    Raises:
        InvalidResponseError: The response is not JSON, or contains an error despite its status.
        UnexpectedResponseError: There is no list of objects in it, or more than one.
    """
    value = response.json()
    if isinstance(value, dict):
        _check_for_error(value, response)
        value = _list_in(value, envelopes, response)
    if not isinstance(value, list):
        raise UnexpectedResponseError("the response is not a list", response.context())
    items: list[JsonObject] = [item for item in value if isinstance(item, dict)]
    if len(items) != len(value):
        raise UnexpectedResponseError(
            "the list contains something that is not an object", response.context()
        )
    return items


def _list_in(value: JsonObject, envelopes: Sequence[str], response: Response) -> Json:
    """Return the list in an envelope: the one under the collection's own name, or the only one."""
    lists = dict(_lists_in(value, (*envelopes, *USUAL_ENVELOPES), _DEEPEST))
    own_names = {name.lower() for name in envelopes}
    own = [found for name, found in lists.items() if name.lower().rsplit(".", 1)[-1] in own_names]
    if own:
        return own[0]
    if len(lists) > 1:
        raise UnexpectedResponseError(
            f"the response has more than one list: {quoted(', '.join(lists), _LONGEST_NAMES)}",
            response.context(),
        )
    if not lists and _is_empty(value, (*envelopes, *USUAL_ENVELOPES), response):
        return []
    if not lists:
        raise UnexpectedResponseError(
            f"the response is not a list, but an object with {_members_of(value)}",
            response.context(),
        )
    return next(iter(lists.values()))


def _is_empty(value: JsonObject, envelopes: Sequence[str], response: Response) -> bool:
    """Return whether an empty list is null or an object, as Go and PHP may write it."""
    names = {name.lower() for name in envelopes}
    if not any(name.lower() in names and member in (None, {}) for name, member in value.items()):
        return False
    return any(
        (member.meaning in (Meaning.TOTAL, Meaning.COUNT) and whole_number(member.value) == 0)
        or (member.meaning is Meaning.MORE and truth(member.value) is False)
        for member in members_of(response.headers, dict(value))
    )


def _lists_in(
    value: JsonObject, envelopes: Sequence[str], deepest: int, inside: str = ""
) -> Iterator[tuple[str, list[Json]]]:
    """Yield the lists in the envelopes of a value, by the path of each."""
    expected = {name.lower() for name in envelopes}
    for name, member in value.items():
        match member:
            case list() as found if name.lower() in expected:
                yield f"{inside}{name}", found
            case dict() as inner if deepest > 1 and name.lower() in expected:
                names = [*inner] if name in _NAMED_BY_CONTENT else envelopes
                yield from _lists_in(inner, names, deepest - 1, f"{inside}{name}.")


def read_record(fields: JsonObject, id_field: str, response: Response) -> Record:
    """Return an object of the API as a record. A whole number as its id counts as its digits.

    A field that is nested too deeply is `TOO_DEEP`, so that the other fields can still be read.

    Raises:
        UnexpectedResponseError: Its id is missing, or cannot be shown.
    """
    identifier = identifier_of(fields.get(id_field))
    if identifier is None:
        raise UnexpectedResponseError(
            f"the object in the response has no usable {id_field}; it has {_members_of(fields)}",
            response.context(),
        )
    return Record(identifier, {name: _shallow(value) for name, value in fields.items()})


def _shallow(value: Json) -> Json:
    return TOO_DEEP if is_nested_deeper(value, DEEPEST) else value


def _members_of(value: JsonObject) -> str:
    names = quoted(", ".join([*value][:_MOST_NAMED]), _LONGEST_NAMES)
    return names or "no members"


def identifier_of(value: Json) -> str | None:
    """Return an id as a string, or None if the value cannot be an id."""
    if isinstance(value, str):
        return value if value and value.isprintable() else None
    return digits(value)
