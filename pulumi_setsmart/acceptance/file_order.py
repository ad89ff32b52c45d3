"""Lists whose order means nothing: a preview has the order of the state, a file has its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pulumi_setsmart.lifecycle.comparison import is_equal
from pulumi_setsmart.lifecycle.ordering import Pattern, in_order_of, is_unordered
from pulumi_setsmart.models.json import Json, pointer, steps, value_at


def path_in_file(
    path: str,
    planned: Mapping[str, Json],
    declared: Mapping[str, Json],
    unordered: Collection[Pattern],
) -> str | None:
    """Return where a file has the field that a preview has at a path, or None if nowhere.

    Args:
        path: The JSON pointer of the field.
        planned: The fields of the entry in the preview.
        declared: The fields of the entry in the file.
        unordered: What leads to the lists whose order means nothing.
    """
    found = ""
    there: Json = dict(planned)
    here: Json = dict(declared)
    above = ""
    for step in steps(path):
        place: str | None = step
        if isinstance(there, list) and isinstance(here, list) and is_unordered(above, unordered):
            place = _index_of(there, int(step), here)
        if place is None:
            return None
        found, above = pointer(found, place), pointer(above, step)
        there, here = value_at(there, [step]), value_at(here, [place])
    return found


def _index_of(there: list[Json], index: int, here: list[Json]) -> str | None:
    """Return which element of one list is that of another one; of equal ones the same in turn."""
    before = sum(is_equal(each, there[index]) for each in there[:index])
    equal = [str(at) for at, each in enumerate(here) if is_equal(each, there[index])]
    return equal[before] if before < len(equal) else None


def in_file_order(path: str, value: Json, declared: Json, unordered: Collection[Pattern]) -> Json:
    """Return a value with its elements in the order of a file, if their order means nothing.

    Args:
        path: The JSON pointer of the field.
        value: The value.
        declared: The value of the field in the file.
        unordered: What leads to the lists whose order means nothing.
    """
    if not is_unordered(path, unordered):
        return value
    return in_order_of({path: declared}, {path: value}, {(path,)})[path]
