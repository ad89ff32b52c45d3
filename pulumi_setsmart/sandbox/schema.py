"""What a value may be, by a schema of the contract: the server's own checks.

They are apart from those of the client, which is not to be believed here. They know as much of JSON
Schema as the contract uses, and refuse to start with a keyword that they do not know: what they
skipped would be accepted.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any, TypeAlias
from uuid import UUID

from pulumi_setsmart.sandbox.json import Json

Schema: TypeAlias = Mapping[str, Any]

_TYPES = {
    "array": "an array",
    "boolean": "true or false",
    "integer": "an integer",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}
_ANNOTATIONS = {"deprecated", "description", "example", "examples", "title", "writeOnly"}
_CHECKED = {
    "additionalProperties",
    "enum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "pattern",
    "properties",
    "required",
    "type",
    "uniqueItems",
}
_FORMATS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "date": (r"\d{4}-\d\d-\d\d", date.fromisoformat),
    # APIs also leave out the seconds and the offset, which RFC 3339 wants.
    "time": (r"\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?", time.fromisoformat),
    "date-time": (
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
        datetime.fromisoformat,
    ),
    "email": (r"[^@\s]+@[^@\s]+", str),
    "uri": (r"[A-Za-z][A-Za-z0-9+.-]*:\S+", str),
    "uuid": (r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", UUID),
}
_FORMATS_NOT_CHECKED = {"double", "float", "int32", "int64", "password"}


class UnknownKeywordError(ValueError):
    """The contract says something of a field that the sandbox cannot check."""


def check_schema(schema: Schema) -> None:
    """Check that all that a schema says can be checked.

    Raises:
        UnknownKeywordError: If something cannot.
    """
    known = _CHECKED | _ANNOTATIONS
    unknown = [key for key in schema if key not in known and not key.startswith("x-")]
    unknown += [name for name in types(schema) if name not in _TYPES]
    if "format" in schema:
        unknown += {schema["format"]} - _FORMATS.keys() - _FORMATS_NOT_CHECKED
    if unknown:
        raise UnknownKeywordError(f"the sandbox cannot check {', '.join(map(str, unknown))}")
    inner = [schema.get("items"), schema.get("additionalProperties")]
    for subschema in (*schema.get("properties", {}).values(), *inner):
        if isinstance(subschema, dict):
            check_schema(subschema)


def types(schema: Schema) -> tuple[str, ...]:
    """Return the types that a schema names, none where it allows all of them."""
    named = schema.get("type", ())
    return (named,) if isinstance(named, str) else tuple(named)


def allows_null(schema: Schema) -> bool:
    """Return whether a schema names null among what it allows."""
    return "null" in types(schema) or None in schema.get("enum", ())


def violation(schema: Schema, value: Json) -> str | None:
    """Return the first thing that is wrong with a value, as the end of a sentence, or None.

    Args:
        schema: A schema that passed `check_schema`.
        value: The value.
    """
    return next(_violations(schema, value), None)


def _violations(schema: Schema, value: Json) -> Iterator[str]:
    allowed = types(schema)
    if allowed and not _is_of(value, allowed):
        named = [_TYPES[name] for name in allowed if name != "null"]
        yield f"must be {' or '.join(named or ['null'])}"
        return
    if not any(_is_same(choice, value) for choice in schema.get("enum", [value])):
        words = [str(word) for word in schema["enum"] if word is not None]
        yield f"must be one of: {', '.join(words)}"
    match value:
        case str():
            yield from _of_string(schema, value)
        case bool():
            return
        case int() | float():
            yield from _of_number(schema, value)
        case list():
            yield from _of_array(schema, value)
        case dict():
            yield from _of_object(schema, value)


def _is_of(value: Json, allowed: tuple[str, ...]) -> bool:
    # Stricter than JSON Schema: an integer has to be written without a fraction. A bool is an int
    # in Python, but no number in JSON.
    named = {
        type(None): ("null",),
        bool: ("boolean",),
        int: ("integer", "number"),
        float: ("number",),
        str: ("string",),
        list: ("array",),
        dict: ("object",),
    }
    return any(name in allowed for name in named[type(value)])


def _is_same(one: Json, other: Json) -> bool:
    return type(one) is type(other) and one == other


def _of_string(schema: Schema, value: str) -> Iterator[str]:
    pattern = schema.get("pattern")
    if pattern == r"\S" and not value.strip():
        yield "must not be blank"
    # In JSON Schema `$` is the very end; in Python a line break may follow it.
    elif pattern is not None and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield f"must be {schema.get('x-setsmart-pattern', f'of the form {pattern}')}"
    if len(value) < schema.get("minLength", 0):
        yield f"must have at least {schema['minLength']} characters"
    if len(value) > schema.get("maxLength", len(value)):
        yield f"must have at most {schema['maxLength']} characters"
    named = schema.get("format", "")
    if named in _FORMATS and not _has_format(named, value):
        example = f", such as {schema['example']}" if "example" in schema else ""
        yield f"must be a {named}{example}"


def _has_format(named: str, value: str) -> bool:
    form, parse = _FORMATS[named]
    if not re.fullmatch(form, value, re.ASCII):
        return False
    try:
        parse(value)
    except ValueError:
        return False
    return True


def _of_number(schema: Schema, value: float) -> Iterator[str]:
    least, most = schema.get("minimum", value), schema.get("maximum", value)
    if least <= value <= most:
        return
    if "minimum" in schema and "maximum" in schema:
        yield f"must be between {least} and {most}"
    else:
        yield f"must be at least {least}" if "minimum" in schema else f"must be at most {most}"


def _of_array(schema: Schema, value: list[Json]) -> Iterator[str]:
    if len(value) < schema.get("minItems", 0):
        yield f"must have at least {_items(schema['minItems'])}"
    if len(value) > schema.get("maxItems", len(value)):
        yield f"must have at most {_items(schema['maxItems'])}"
    if schema.get("uniqueItems") and any(element in value[:at] for at, element in enumerate(value)):
        yield "must not have an item twice"
    for position, item in enumerate(value):
        for wrong in _violations(schema.get("items", {}), item):
            yield f"is wrong at item {position}, which {wrong}"


def _items(number: int) -> str:
    return "1 item" if number == 1 else f"{number} items"


def _of_object(schema: Schema, value: Mapping[str, Json]) -> Iterator[str]:
    yield from (f"must have {name}" for name in schema.get("required", ()) if name not in value)
    further = schema.get("additionalProperties", True)
    for name, member in value.items():
        inner = schema.get("properties", {}).get(name, further)
        if inner is False:
            yield f"must not have {name}"
        for wrong in _violations(inner if isinstance(inner, dict) else {}, member):
            yield f"is wrong at {name}, which {wrong}"
