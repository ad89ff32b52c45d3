"""A listing as a form: what is shown in its fields, and what comes back from them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from attrs import frozen

from pulumi_setsmart.sandbox.collection import PROPERTIES
from pulumi_setsmart.sandbox.error_response import ErrorResponse
from pulumi_setsmart.sandbox.json import Json, JsonObject, parse_object
from pulumi_setsmart.sandbox.storage import SERVER_FIELDS

_NUMBERS = ("bedrooms", "bathrooms", "max_guests")
OTHERS = "others"
"""The field of the form that holds, as JSON, all fields that have none of their own."""

_NAMES = tuple(field.name for field in PROPERTIES.fields)


@frozen
class Problem:
    """Why a form cannot be taken.

    Attributes:
        field: The field that is at fault, or None.
        text: What is wrong.
    """

    field: str | None
    text: str


def shown(listing: Mapping[str, Json]) -> dict[str, str]:
    """Return what the fields of the form show of a listing."""
    others = _others(listing)
    values = {name: listing.get(name) for name in _NAMES}
    return {name: _text(value) for name, value in values.items()} | {
        OTHERS: json.dumps(others, ensure_ascii=False, indent=2) if others else ""
    }


def read(form: Mapping[str, str], stored: Mapping[str, Json]) -> JsonObject | Problem:
    """Return the listing that a form describes, as it is stored, or why it is none.

    What nobody touched stays as it is, whatever it is; a field that was emptied is null.

    Args:
        form: The fields of the form that came back.
        stored: The listing that the form showed; nothing for a new one.
    """
    before = shown(stored)
    texts = {name: form.get(name, "").replace("\r\n", "\n") for name in (*_NAMES, OTHERS)}
    untouched = {
        name: stored.get(name)
        for name in _NAMES
        if stored and _in_one_line(texts[name]) == _in_one_line(before[name])
    }
    fields: dict[str, Json] = {}
    for name in _NAMES:
        if name in untouched:
            continue
        if name in _NUMBERS and texts[name].strip():
            if not re.fullmatch(r"\d{1,15}(\.\d{1,15})?", texts[name].strip(), re.ASCII):
                return Problem(name, "must be a number")
            fields[name] = _number(texts[name])
        else:
            fields[name] = texts[name].strip() or None
    try:
        others = _others(stored)
        if texts[OTHERS] != before[OTHERS]:
            others = parse_object((texts[OTHERS].strip() or "{}").encode())
        # The rules are for what somebody typed; what was there before is not their fault.
        placeholder = {"name": "untouched"} if "name" in untouched else {}
        return PROPERTIES.complete({**others, **placeholder, **fields}) | untouched
    except ErrorResponse as error:
        field = error.field if error.field in _NAMES else OTHERS
        return Problem(field, error.message.removeprefix(f"{field} ").rstrip("."))


def _others(listing: Mapping[str, Json]) -> dict[str, Json]:
    known = (*_NAMES, *SERVER_FIELDS)
    return {name: value for name, value in listing.items() if name not in known}


def _in_one_line(text: str) -> str:
    # Browsers leave line breaks out of a field that has one line.
    return re.sub(r"[\r\n]", "", text)


def _number(text: str) -> Json:
    number = float(text)
    return int(number) if number.is_integer() else number


def _text(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
