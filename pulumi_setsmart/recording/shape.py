"""What JSON values look like: their types, and the form of strings; never a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import field, frozen

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.recording.words import DOCUMENTED_VALUES, Names

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

DEEPEST = 8
"""So many levels of a value are looked at."""
MOST_FIELDS = 100
"""So many members of an object are recorded."""
MOST_ELEMENTS = 200
"""So many elements of a list are looked at."""

_FORMS = {
    "empty": re.compile(r"\s*"),
    "masked": re.compile(r".*(\*{3}|•{3}|x{6}).*", re.DOTALL),
    "date-time": re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.{0,20}"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "time": re.compile(r"\d\d:\d\d(:\d\d)?"),
    "uuid": UUID,
    "url": re.compile(r"https?://\S+"),
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "digits": re.compile(r"[0-9]+"),
    "decimal": re.compile(r"-?[0-9]+\.[0-9]+"),
}
"""What a string can be seen to be, the first that fits."""
FORMS = (*_FORMS, "active", "active and others")
"""All that a shape can say of strings."""
_TYPES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    list: "list",
    type(None): "null",
    float: "number",
    dict: "object",
    str: "string",
}
TYPES = (*_TYPES.values(),)
"""The types of JSON, with integers distinguished from other numbers."""
LISTED = frozenset({*FORMS, *TYPES})
"""All that is recorded of a value."""


@frozen
class ShapeMember:
    """A member of objects.

    Attributes:
        shape: What its values look like.
        always: Whether all of the objects have it.
    """

    shape: Shape
    always: bool = True


@frozen
class Shape:
    """What one or several values look like.

    Attributes:
        types: Their types, in alphabetical order; none if there was no value.
        form: What all strings among them are, or None.
        members: The members of the objects among them.
        elements: What the elements of the lists among them look like; None if there are none.
    """

    types: tuple[str, ...] = ()
    form: str | None = None
    members: Mapping[str, ShapeMember] = field(factory=dict)
    elements: Shape | None = None


def shape_of(values: Iterable[Json], names: Names, *, named: str = "", depth: int = 1) -> Shape:
    """Return what values look like.

    Args:
        values: The values, which share one shape.
        names: What the names of members are called.
        named: The name of the member that holds the values, as it is called.
        depth: At which level of the response they are.
    """
    found = [*values]
    objects = [value for value in found if isinstance(value, dict)]
    elements = [
        element for each in found if isinstance(each, list) for element in each[:MOST_ELEMENTS]
    ]
    inner = depth < DEEPEST
    return Shape(
        types=tuple(sorted({_type(value) for value in found})),
        form=_form([value for value in found if isinstance(value, str)], named),
        members=_members(objects, names, depth) if inner else {},
        elements=shape_of(elements, names, depth=depth + 1) if elements and inner else None,
    )


def _members(objects: list[dict[str, Json]], names: Names, depth: int) -> dict[str, ShapeMember]:
    by_name: dict[str, list[Json]] = {}
    for fields in objects:
        for name, value in fields.items():
            if name in by_name or len(by_name) < MOST_FIELDS:
                by_name.setdefault(name, []).append(value)
    shown = {names.shown(name): values for name, values in by_name.items()}
    return {
        name: ShapeMember(
            shape_of(values, names, named=name, depth=depth + 1), len(values) == len(objects)
        )
        for name, values in shown.items()
    }


def _type(value: Json) -> str:
    return _TYPES[type(value)]


def _form(strings: list[str], named: str) -> str | None:
    if not strings:
        return None
    documented = DOCUMENTED_VALUES.get(named, frozenset())
    if documented & {*strings}:
        return "active" if documented >= {*strings} else "active and others"
    for form, pattern in _FORMS.items():
        if all(pattern.fullmatch(string) for string in strings):
            return form
    return None


def written(shape: Shape) -> Json:
    """Return a shape as a recording's file holds it.

    It is a string, as ``integer | null`` or ``string (date-time)``. Where there are objects or
    lists with anything in them, that is the ``type``, beside their ``fields`` or ``elements``; a
    name that ends in ``?`` is that of a member which some of the objects lack.
    """
    form = f" ({shape.form})" if shape.form else ""
    types = " | ".join(f"string{form}" if name == "string" else name for name in shape.types)
    nested: dict[str, Json] = {}
    if shape.members:
        nested["fields"] = {
            name if member.always else f"{name}?": written(member.shape)
            for name, member in shape.members.items()
        }
    if shape.elements is not None:
        nested["elements"] = written(shape.elements)
    return {"type": types, **nested} if nested else types


def read(recorded: Json) -> Shape:
    """Return the shape that a file holds.

    Raises:
        ValueError: It holds none.
    """
    match recorded:
        case str():
            return _scalar(recorded)
        case {"type": str(types), "fields": dict(fields), "elements": elements}:
            pass
        case {"type": str(types), "fields": dict(fields)}:
            elements = None
        case {"type": str(types), "elements": elements}:
            fields = {}
        case _:
            raise ValueError("a shape is a string, or an object with type, fields, elements")
    plain = _scalar(types)
    return Shape(
        types=plain.types,
        form=plain.form,
        members={
            name.removesuffix("?"): ShapeMember(read(inner), not name.endswith("?"))
            for name, inner in fields.items()
        },
        elements=None if elements is None else read(elements),
    )


def _scalar(text: str) -> Shape:
    types, form = [], None
    for part in text.split(" | "):
        kind, _, rest = part.partition(" (")
        if kind not in TYPES or (rest and rest[:-1] not in FORMS):
            raise ValueError("a shape names a type that JSON does not have")
        types.append(kind)
        form = rest[:-1] or form
    return Shape(tuple(types), form)
