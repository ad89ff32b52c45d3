"""Validation of what a program declares, before any request is sent."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from attrs import frozen

from pulumi_setsmart.lifecycle.declaration import read_declaration
from pulumi_setsmart.lifecycle.kind import (
    ACCOUNT,
    CLEAR_INPUT,
    DEFAULT_ID_FIELD,
    DELETION_POLICY,
    EXISTING_ID,
    ID_FIELD,
    IDENTITY,
    IF_EXISTS,
    PAGING,
    PATH,
    UNORDERED,
    Kind,
)
from pulumi_setsmart.lifecycle.ordering import patterns_of, values_at
from pulumi_setsmart.models.constraint import (
    AccountName,
    Choice,
    CollectionPath,
    Constraint,
    FieldNames,
    Identifier,
    String,
)
from pulumi_setsmart.models.field import ApiField
from pulumi_setsmart.models.json import (
    DEEPEST,
    LARGEST_EXACT_INTEGER,
    Json,
    is_nested_deeper,
    type_name,
)
from pulumi_setsmart.models.marker import TOO_DEEP, UNKNOWN, holds_unknown
from pulumi_setsmart.models.message_code import MessageCode, with_code
from pulumi_setsmart.models.paging import PagingDescription
from pulumi_setsmart.models.policy import DeletionPolicy, IfExists
from pulumi_setsmart.models.text import visible

POLICY_INPUTS: dict[str, Constraint] = {
    IDENTITY: FieldNames(),
    EXISTING_ID: Identifier(),
    IF_EXISTS: Choice(tuple(IfExists)),
    DELETION_POLICY: Choice(tuple(DeletionPolicy)),
    PAGING: PagingDescription(),
    UNORDERED: FieldNames(),
}


_ADDRESSES: dict[str, Constraint] = {
    ACCOUNT: AccountName(),
    PATH: CollectionPath(),
    ID_FIELD: String(),
}
_SURROGATE = re.compile("[\ud800-\udfff]")
_DEFAULT_ADDRESSES = {ID_FIELD: DEFAULT_ID_FIELD}


@frozen
class InputViolation:
    """What is wrong with one input of a resource.

    Attributes:
        input: The name of the input.
        member: The field among those that the input holds, or None for the input as a whole.
        reason: What is wrong with it, as the end of a sentence that holds no value.
        code: What the message is about.
    """

    input: str
    reason: str
    member: str | None = None
    code: MessageCode = MessageCode.INVALID_VALUE

    @property
    def message(self) -> str:
        """What is wrong, with the input, without the code."""
        member = "" if self.member is None else f"{self.member} "
        return f"{self.input}: {member}{self.reason}"

    def __str__(self) -> str:
        """Return it as a user reads it: in one line, whatever the fields are called."""
        return with_code(visible(self.message), self.code)


def violations(kind: Kind, inputs: Mapping[str, Json]) -> list[InputViolation]:
    """Return what is wrong with the inputs of a resource: one reason for each field at the most.

    A value that a preview cannot know is not objected to. No reason holds a value.
    """
    return [
        *_replace_on_change_violations(kind, inputs),
        *filter(None, (_field_violation(field, inputs) for field in kind.fields)),
        *_extra_fields_violations(kind, inputs),
        *_policy_violations(kind, inputs),
    ]


def shape_violation(kind: Kind, name: str, value: Json) -> str | None:
    """Return why input ``name`` cannot be a list, or an object, or must be one; None if it may be.

    What such a value holds is not looked at: it need not be known.
    """
    if name == kind.extra_fields:
        return None if isinstance(value, dict) else f"must be an object, not {type_name(value)}"
    constraints = {field.name: field.constraint for field in kind.fields}
    constraint = {**POLICY_INPUTS, **_ADDRESSES, CLEAR_INPUT: FieldNames(), **constraints}[name]
    may_be_list = constraint.schema().get("type") == "array"
    is_out_of_place = isinstance(value, dict) or (isinstance(value, list) and not may_be_list)
    return constraint.violation(value) if is_out_of_place else None


@frozen
class Unsendable:
    """Why a value would not reach the API as it is.

    Attributes:
        reason: What is wrong with it, as the end of a sentence that holds no value.
        code: What the message is about.
    """

    reason: str
    code: MessageCode = MessageCode.INVALID_VALUE


def unsendable(value: Json) -> Unsendable | None:
    """Return why something in ``value`` would not reach the API as it is, or None."""
    is_too_deep = isinstance(value, dict | list) and is_nested_deeper(value, DEEPEST)
    if value is TOO_DEEP or is_too_deep:
        return Unsendable(f"is nested more than {DEEPEST} deep")
    return _unsendable(value)


def is_name(value: Json) -> bool:
    """Return whether a value can be the name of something: a string that is not blank."""
    return isinstance(value, str) and bool(value.strip()) and unsendable(value) is None


def _unsendable(value: Json) -> Unsendable | None:
    match value:
        case dict():
            return next(filter(None, map(_unsendable, (*value, *value.values()))), None)
        case list():
            return next(filter(None, map(_unsendable, value)), None)
        case str() if _SURROGATE.search(value):
            return Unsendable("holds half a character (a surrogate without its other half)")
        case int() | float():
            return _unsendable_number(value)
    return None


def _unsendable_number(number: float) -> Unsendable | None:
    # Whole numbers may be beyond all doubles, which math.isnan and math.isinf cannot take.
    if isinstance(number, float) and math.isnan(number):
        return Unsendable(
            "is missing (NaN); leave it out, or set it to null", MessageCode.MISSING_VALUE
        )
    if number in (math.inf, -math.inf):
        return Unsendable("must be a finite number", MessageCode.INEXACT_NUMBER)
    if abs(number) > LARGEST_EXACT_INTEGER:
        return Unsendable(
            "holds a number beyond 2^53, which Pulumi would alter; declare it as a string",
            MessageCode.INEXACT_NUMBER,
        )
    return None


def _field_violation(field: ApiField, inputs: Mapping[str, Json]) -> InputViolation | None:
    value = inputs.get(field.name)
    if value is None:
        if not field.required:
            return None
        reason = "is required and cannot be cleared" if field.name in inputs else "is required"
        return InputViolation(field.name, reason, code=MessageCode.REQUIRED)
    if holds_unknown(value):
        return None
    unsent = unsendable(value)
    if unsent is not None:
        return InputViolation(field.name, unsent.reason, code=unsent.code)
    invalid = field.constraint.violation(value)
    return None if invalid is None else InputViolation(field.name, invalid)


def _extra_fields_violations(kind: Kind, inputs: Mapping[str, Json]) -> Iterator[InputViolation]:
    extra = inputs.get(kind.extra_fields, {})
    if extra is UNKNOWN:
        return
    if not isinstance(extra, dict):
        yield InputViolation(kind.extra_fields, f"must be an object, not {type_name(extra)}")
        return
    yield from reserved_name_violations(kind, extra, kind.id_field(inputs))
    for name, value in extra.items():
        unsent = unsendable(name) or unsendable(value)
        if unsent is not None:
            yield InputViolation(kind.extra_fields, unsent.reason, name, unsent.code)


def unknown_inputs(kind: Kind, inputs: Mapping[str, Json]) -> Iterator[InputViolation]:
    """Yield the inputs that a kind does not have: they would have no effect.

    A class in Python has no such arguments. Other languages pass whatever a program has.
    """
    known = {*kind.field_names, kind.extra_fields, *kind.other_inputs}
    for name in inputs:
        if name not in known and not name.startswith("__"):
            yield InputViolation(
                name,
                f"is no input of a {kind.label}; declare a field without one under "
                f"{kind.extra_fields}",
                code=MessageCode.UNKNOWN_FIELD,
            )


def reserved_name_violations(
    kind: Kind, extra: Mapping[str, object], id_field: str = DEFAULT_ID_FIELD
) -> Iterator[InputViolation]:
    """Yield why each name in ``extra`` that is not free cannot stand there."""
    for name in extra:
        if name in kind.field_names:
            yield InputViolation(
                kind.extra_fields,
                "has an argument of its own; declare it there",
                name,
                code=MessageCode.FIELD_HAS_ARGUMENT,
            )
        elif name == id_field:
            yield InputViolation(
                kind.extra_fields,
                "is given by SetSmart and cannot be declared",
                name,
                code=MessageCode.ID_NOT_DECLARABLE,
            )


def _policy_violations(kind: Kind, inputs: Mapping[str, Json]) -> Iterator[InputViolation]:
    for name in kind.policy_inputs:
        value = inputs.get(name)
        if value is not None and not holds_unknown(value):
            reason = POLICY_INPUTS[name].violation(value)
            if reason is not None:
                yield InputViolation(name, reason)
    extra = inputs.get(kind.extra_fields)
    if isinstance(extra, dict) and not kind.natural_key:
        for name in kind.identity_names(inputs):
            if name not in extra:
                yield InputViolation(
                    IDENTITY,
                    f"{kind.extra_fields} does not declare {name}",
                    code=MessageCode.IDENTITY_NOT_DECLARED,
                )
    yield from _order_violations(kind, inputs)


def _order_violations(kind: Kind, inputs: Mapping[str, Json]) -> Iterator[InputViolation]:
    """Yield what is called an unordered list and is none; what is not declared may be named."""
    paths = inputs.get(UNORDERED)
    if not isinstance(paths, list) or FieldNames().violation(paths) is not None:
        return
    fields = read_declaration(kind, inputs).fields
    for path in map(str, paths):
        for pattern in patterns_of([path], kind.extra_fields):
            for value in values_at(fields, pattern):
                if value not in (None, UNKNOWN) and not isinstance(value, list):
                    yield InputViolation(
                        UNORDERED,
                        f"{path} is {type_name(value)}, not a list",
                        code=MessageCode.NOT_A_LIST,
                    )
                    return


def _replace_on_change_violations(
    kind: Kind, inputs: Mapping[str, Json]
) -> Iterator[InputViolation]:
    for name in kind.replace_on_change:
        value = inputs.get(name, _DEFAULT_ADDRESSES.get(name))
        if name == ACCOUNT and value is None:
            continue
        reason = None if value is UNKNOWN else _ADDRESSES[name].violation(value)
        if reason is not None:
            yield InputViolation(name, reason)
