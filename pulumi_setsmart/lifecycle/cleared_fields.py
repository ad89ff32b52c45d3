"""Fields that a program sets to null by naming them: null itself does not always arrive.

The result is what `CLEAR` in their place would be, so whatever comes after it sees no difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from pulumi_setsmart.lifecycle.check import InputViolation
from pulumi_setsmart.lifecycle.kind import CLEAR_INPUT, Kind
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.constraint import FieldNames
from pulumi_setsmart.models.json import DEEPEST, Json, JsonObject, named_steps, type_name
from pulumi_setsmart.models.marker import UNKNOWN, holds_unknown
from pulumi_setsmart.models.message_code import MessageCode

_ANY = "*"


@frozen
class ClearedInputs:
    """Inputs that declare null for each field that the program names to clear.

    Attributes:
        inputs: The inputs. Where a preview does not know every name, the list of names is unknown;
            otherwise it is gone.
        violations: What is wrong with the names.
    """

    inputs: dict[str, Json]
    violations: list[InputViolation]


def with_cleared_fields(kind: Kind, inputs: Mapping[str, Json]) -> ClearedInputs:
    """Return inputs that declare null for each field that they name to clear.

    Args:
        kind: The kind of resource.
        inputs: The inputs as they arrived.
    """
    declared = {name: value for name, value in inputs.items() if name != CLEAR_INPUT}
    paths = inputs.get(CLEAR_INPUT)
    if holds_unknown(paths):
        names = paths if isinstance(paths, list) else []
        known = [path for path in names if not holds_unknown(path)]
        cleared = with_cleared_fields(kind, {**declared, CLEAR_INPUT: known})
        return ClearedInputs({**cleared.inputs, CLEAR_INPUT: UNKNOWN}, cleared.violations)
    if paths is None:
        return ClearedInputs(declared, [])
    invalid = FieldNames().violation(paths)
    if invalid is not None or not isinstance(paths, list):
        return ClearedInputs(declared, [InputViolation(CLEAR_INPUT, str(invalid))])
    found = []
    # What holds a field comes before the field: a null holds none.
    for path in sorted({*map(str, paths)}, key=lambda path: (len(named_steps(path)), path)):
        violation = _path_violation(kind, path)
        if violation is None:
            place = _place_of(kind, path)
            violation = _place_violation(declared, place, path)
        if violation is None:
            declared = _with_null(declared, place)
        else:
            found.append(violation)
    return ClearedInputs(declared, found)


def _path_violation(kind: Kind, path: str) -> InputViolation | None:
    """Return why a path cannot be that of a field, whatever is declared."""
    keys = named_steps(path)
    if len(keys) > DEEPEST:
        return _violation(path, f"is nested more than {DEEPEST} deep")
    if _ANY in keys or ("" in keys and not path.startswith("/")):
        return _violation(path, "is not the path of one field, such as notes or house.code")
    # The path of a field of such a name is longer.
    if path in kind.other_inputs or keys[0].startswith(KEY):
        return _violation(path, "is an input of the resource, not a field; leave the input out")
    if keys == [kind.extra_fields]:
        return _violation(path, f"holds the fields; name each of them, such as {path}.notes")
    if keys[0] in kind.field_names and len(keys) > 1:
        return _leads_into(path, keys[0], "not an object")
    return None


def _place_of(kind: Kind, path: str) -> list[str]:
    """Return the keys that lead to a field in the inputs; a path may begin with all of them."""
    keys = named_steps(path)
    if keys[0] == kind.extra_fields:
        keys = keys[1:]
    return keys if keys[0] in kind.field_names else [kind.extra_fields, *keys]


def _place_violation(inputs: JsonObject, place: Sequence[str], path: str) -> InputViolation | None:
    """Return why null cannot be declared at a place in the inputs."""
    *above, last = place
    holder = inputs
    for index, key in enumerate(above):
        value = holder.get(key, {})
        if value is UNKNOWN:
            return None
        if not isinstance(value, dict):
            return _leads_into(path, ".".join(above[: index + 1]), type_name(value))
        holder = value
    value = holder.get(last)
    if value is None or value is UNKNOWN:
        return None
    return _violation(
        path,
        "has a value as well; declare the value or clear the field",
        MessageCode.CLEARED_AND_DECLARED,
    )


def _with_null(holder: JsonObject, place: Sequence[str]) -> dict[str, Json]:
    """Return an object with null at a place. What a preview does not know stays unknown."""
    key, *rest = place
    value = holder.get(key, {} if rest else None)
    if value is UNKNOWN:
        return dict(holder)
    return {**holder, key: _with_null(value, rest) if isinstance(value, dict) else None}


def _leads_into(path: str, holder: str, type_: str) -> InputViolation:
    return _violation(path, f"leads into {holder}, which is {type_}", MessageCode.NOT_AN_OBJECT)


def _violation(
    path: str, reason: str, code: MessageCode = MessageCode.INVALID_VALUE
) -> InputViolation:
    return InputViolation(CLEAR_INPUT, f"{path} {reason}", code=code)
