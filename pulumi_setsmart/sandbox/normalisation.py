"""A server that tidies what it is sent."""

from collections.abc import Mapping

from pulumi_setsmart.sandbox.json import Json, JsonObject


def normalised(body: Mapping[str, Json]) -> JsonObject:
    """Return an object with tidy values, nested ones included.

    White space in strings is trimmed and collapsed, ``status`` is in lower case, and numbers with
    a fraction are rounded to one decimal.
    """
    tidy = {name: _tidy(value) for name, value in body.items()}
    status = tidy.get("status")
    return tidy | {"status": status.lower()} if isinstance(status, str) else tidy


def _tidy(value: Json) -> Json:
    match value:
        case str():
            return " ".join(value.split())
        case float():
            return round(value, 1)
        case list():
            return [_tidy(item) for item in value]
        case dict():
            return {name: _tidy(item) for name, item in value.items()}
    return value
