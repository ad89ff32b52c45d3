"""What of a value at SetSmart belongs into a file."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_setsmart.models.json import Json


def declared_part(actual: Json, declared: Json) -> Json:
    """Return a value without the members that SetSmart added by itself.

    Elements of lists may have come, gone or moved, so each of them keeps the members that any
    declared element has. Where nothing of it is declared, all stays.

    Args:
        actual: The value at SetSmart.
        declared: The value in the file.
    """
    return _part(actual, [declared])


def _part(actual: Json, examples: Sequence[Json]) -> Json:
    match actual:
        case dict():
            objects = [example for example in examples if isinstance(example, dict)]
            names = dict.fromkeys(name for example in objects for name in example)
            part = {
                name: _part(actual[name], [each[name] for each in objects if name in each])
                for name in names
                if name in actual
            }
            return part or actual
        case list():
            elements = [element for each in examples if isinstance(each, list) for element in each]
            return [_part(element, elements) for element in actual]
    return actual
