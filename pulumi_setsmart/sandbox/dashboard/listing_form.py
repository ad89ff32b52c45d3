"""A listing as a form: an input for each field of the contract, and what comes back from them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from attrs import frozen

from pulumi_setsmart.sandbox.collection import ApiCollection, ContractField
from pulumi_setsmart.sandbox.error_response import ErrorResponse, FieldViolation
from pulumi_setsmart.sandbox.json import Json, JsonObject, parse_object, parse_value
from pulumi_setsmart.sandbox.schema import types
from pulumi_setsmart.sandbox.storage import SERVER_FIELDS

FURTHER = "_further"
"""The input that holds, as JSON, all fields that have none of their own."""

_JSON = json.JSONEncoder(ensure_ascii=False)

InputType: TypeAlias = Literal["json", "number", "password", "select", "text"]


@frozen
class Input:
    """The input for a field.

    Attributes:
        name: The name of the field.
        type: How a browser shows it.
        required: Whether it must not be empty.
        choices: What may be chosen, for a ``select``; the empty one is nothing.
        maxlength: How many characters it takes at most, or None.
        placeholder: An example, where the form of the value is not obvious.
    """

    name: str
    type: InputType
    required: bool = False
    choices: tuple[str, ...] = ()
    maxlength: int | None = None
    placeholder: str = ""

    @property
    def label(self) -> str:
        """What people read beside it."""
        return self.name.replace("_", " ").capitalize()

    @property
    def is_column(self) -> bool:
        """Whether it is short enough for a table, and nothing secret."""
        return self.type in ("number", "select", "text")


def inputs(collection: ApiCollection) -> list[Input]:
    """Return the inputs of the form for the objects of a collection."""
    return [
        Input(
            field.name,
            _input_type(field),
            field.required,
            _choices(field),
            field.schema.get("maxLength"),
            str(field.schema.get("example", "")) if "format" in field.schema else "",
        )
        for field in collection.fields
    ]


def shown(listing: Mapping[str, Json], collection: ApiCollection) -> dict[str, str]:
    """Return what the inputs of the form show of a listing. Secrets are never shown."""
    further = _further(listing, collection)
    texts = {
        field.name: _input_value(field, listing.get(field.name)) for field in collection.fields
    }
    return texts | {FURTHER: _json_text(further) if further else ""}


def read(
    form: Mapping[str, str], stored: Mapping[str, Json], collection: ApiCollection
) -> JsonObject | FieldViolation:
    """Return the listing that a form describes, as it is stored, or what is wrong with the form.

    Only inputs that the form has, and that somebody changed, change anything: all other fields stay
    as they are, whatever they hold. A field that was emptied is null, or its default.

    Args:
        form: The inputs that came back.
        stored: The listing that the form showed; nothing for a new one.
        collection: What the listing belongs to.
    """
    before = shown(stored, collection)
    changed = {
        name: text.strip()
        for name, text in form.items()
        if name in before and _in_one_line(text) != _in_one_line(before[name])
    }
    try:
        further = _further(stored, collection)
        if FURTHER in changed:
            further = _further(parse_object((changed[FURTHER] or "{}").encode()), collection)
    except ErrorResponse as error:
        return FieldViolation(FURTHER, error.message.removeprefix("The body ").rstrip("."))
    kept = {
        field.name: stored[field.name]
        for field in collection.fields
        if field.name in stored and field.name not in changed
    }
    typed = {
        field.name: _value(field, changed[field.name])
        for field in collection.fields
        if changed.get(field.name)
    }
    # What somebody typed has to be right; what was there before is not their fault.
    to_check = [field for field in collection.fields if field.name in changed or not stored]
    for field in to_check:
        if (wrong := field.violation(typed)) is not None:
            return wrong
    return collection.completed({**further, **typed}) | kept


def _input_type(field: ContractField) -> InputType:
    named = {*types(field.schema)} - {"null"}
    if field.is_secret:
        return "password"
    if "enum" in field.schema or named == {"boolean"}:
        return "select"
    if named == {"string"}:
        return "text"
    return "number" if named and named <= {"integer", "number"} else "json"


def _choices(field: ContractField) -> tuple[str, ...]:
    if _input_type(field) != "select":
        return ()
    values = field.schema.get("enum", [True, False])
    can_be_empty = not field.required and field.default is None
    return (
        *([""] if can_be_empty else []),
        *(as_string(choice) for choice in values if choice is not None),
    )


def _value(field: ContractField, text: str) -> Json:
    """Return the value that a text stands for, or the text itself where it stands for none."""
    match _input_type(field):
        case "number" if re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", text, re.ASCII):
            number = float(text)
            return int(number) if number.is_integer() else number
        case "select":
            values = field.schema.get("enum", [True, False])
            return next(
                (choice for choice in values if choice is not None and as_string(choice) == text),
                text,
            )
        case "json":
            return _parsed(text)
        case "password" if types(field.schema) and "string" not in types(field.schema):
            return _parsed(text)
    return text


def _parsed(text: str) -> Json:
    try:
        return parse_value(text.encode())
    except ErrorResponse:
        return text


def _further(listing: Mapping[str, Json], collection: ApiCollection) -> JsonObject:
    known = {*(field.name for field in collection.fields), *SERVER_FIELDS}
    return {name: value for name, value in listing.items() if name not in known}


def _in_one_line(text: str) -> str:
    # Browsers leave line breaks out of an input of one line, and send others as two characters.
    return re.sub(r"[\r\n]", "", text)


def _input_value(field: ContractField, value: Json) -> str:
    if value is None or field.is_secret:
        return ""
    return _json_text(value) if _input_type(field) == "json" else as_string(value)


def as_string(value: Json) -> str:
    """Return a value as people read it: a string as it is, and anything else as JSON."""
    return value if isinstance(value, str) else _JSON.encode(value)


def _json_text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
