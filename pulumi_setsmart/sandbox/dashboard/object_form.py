"""An object as a form: an input for each field of the contract, and what comes back from them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from attrs import evolve, field, frozen

from pulumi_setsmart.sandbox.collection import ApiCollection, ContractField
from pulumi_setsmart.sandbox.dashboard.wording import shown_url
from pulumi_setsmart.sandbox.error_response import ErrorResponse, FieldViolation
from pulumi_setsmart.sandbox.json import Json, JsonObject, parse_object, parse_value
from pulumi_setsmart.sandbox.masking import MASK
from pulumi_setsmart.sandbox.schema import types
from pulumi_setsmart.sandbox.storage import SERVER_FIELDS

FURTHER = "_further"
"""The input that holds, as JSON, all fields that have none of their own."""
TICKED = "on"
"""What a browser sends for a box that is ticked; for others it sends nothing."""
_LABELS = {"url": "URL"}
_FORMS = frozenset({"format", "x-setsmart-pattern"})
"""What a schema has where an example helps."""
_JSON = json.JSONEncoder(ensure_ascii=False)
_URL = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*://")

InputType: TypeAlias = Literal["boxes", "json", "number", "password", "select", "text"]


@frozen
class Input:
    """The input for a field.

    Attributes:
        name: The name of the field.
        type: How a browser shows it: as ``boxes`` to tick, with a text for what has no box.
        label: What people read beside it.
        required: Whether it must not be empty.
        choices: What may be chosen, for a ``select`` or ``boxes``; the empty one is nothing.
        maxlength: How many characters it takes at most, or None.
        placeholder: An example, where the form of the value is not obvious.
        hint: What people read below it.
    """

    name: str
    type: InputType
    label: str
    required: bool = False
    choices: tuple[str, ...] = ()
    maxlength: int | None = None
    placeholder: str = ""
    hint: str = ""

    @property
    def is_column(self) -> bool:
        """Whether it is short enough for a table, and nothing secret."""
        return self.type in ("number", "select", "text")

    def box(self, choice: str) -> str:
        """Return the name of the box for a choice."""
        return f"{self.name}.{choice}"


@frozen
class ObjectForm:
    """The form for the objects of a collection.

    Attributes:
        collection: The collection.
        boxes: The choices that have a box, by the names of the fields, which are lists.
        hints: What people read below the inputs, by their names. Further fields have an input if
            there is one for it.
        inputs: The inputs, in their order.
    """

    collection: ApiCollection
    boxes: Mapping[str, Sequence[str]] = field(factory=dict)
    hints: Mapping[str, str] = field(factory=dict)
    inputs: tuple[Input, ...] = field(init=False)

    @inputs.default
    def _inputs(self) -> tuple[Input, ...]:
        known = [_input(each, self.boxes.get(each.name)) for each in self.collection.fields]
        further = Input(FURTHER, "json", "Further fields")
        return tuple(
            evolve(each, hint=self.hints.get(each.name, ""))
            for each in (*known, *([further] if FURTHER in self.hints else []))
        )

    def shown(self, shown: Mapping[str, Json]) -> dict[str, str]:
        """Return what the inputs of the form show of an object. Secrets are never shown."""
        further = self._further(shown)
        texts = {FURTHER: _json_text(further) if further else ""}
        for input_, each in zip(self.inputs, self.collection.fields, strict=False):
            value = shown.get(each.name)
            if input_.type == "boxes":
                chosen = _items(value)
                ticked = [choice for choice in input_.choices if choice in chosen]
                texts |= {input_.box(choice): TICKED for choice in ticked}
                value = " ".join(each for each in chosen if each not in ticked)
            texts[each.name] = _input_value(input_, value)
        return texts

    def read(
        self, form: Mapping[str, str], stored: Mapping[str, Json]
    ) -> JsonObject | FieldViolation:
        """Return the object that a form describes, as it is stored, or what is wrong with the form.

        Only inputs that the form has, and that somebody changed, change anything: all other fields
        stay as they are, whatever they hold. A field that was emptied is null, or its default.

        Args:
            form: The inputs that came back.
            stored: The object that the form showed; nothing for a new one.
        """
        before = self._texts(self.shown(stored))
        changed = {
            name: text.strip()
            for name, text in self._texts(form).items()
            if name in before and _in_one_line(text) != _in_one_line(before[name])
        }
        try:
            further = self._further(stored)
            if FURTHER in changed:
                further = self._further(parse_object((changed[FURTHER] or "{}").encode()))
        except ErrorResponse as error:
            return FieldViolation(FURTHER, error.message.removeprefix("The body ").rstrip("."))
        fields = self.collection.fields
        kept = {
            each.name: stored[each.name]
            for each in fields
            if each.name in stored and each.name not in changed
        }
        typed = {
            each.name: _value(each, input_, changed[each.name])
            for input_, each in zip(self.inputs, fields, strict=False)
            if changed.get(each.name)
        }
        # What somebody typed has to be right; what was there before is not their fault.
        for each in (each for each in fields if each.name in changed or not stored):
            if MASK in changed.get(each.name, "") and MASK in before[each.name]:
                return FieldViolation(each.name, f"hides a secret behind {MASK}: enter all of it")
            if (wrong := each.violation(typed)) is not None:
                return wrong
        return self.collection.completed({**further, **typed}) | kept

    def _texts(self, form: Mapping[str, str]) -> dict[str, str]:
        """Return one text for each field that a form has an input for."""
        texts = dict(form)
        for input_ in self.inputs:
            if input_.type == "boxes" and input_.name in form:
                ticked = [choice for choice in input_.choices if input_.box(choice) in form]
                texts[input_.name] = " ".join([*ticked, form[input_.name].replace(",", " ")])
        return texts

    def _further(self, stored: Mapping[str, Json]) -> JsonObject:
        known = {*(each.name for each in self.collection.fields), *SERVER_FIELDS}
        return {name: value for name, value in stored.items() if name not in known}


def _input(known: ContractField, boxes: Sequence[str] | None) -> Input:
    type_ = "boxes" if boxes is not None else _input_type(known)
    example = known.schema.get("example", "")
    if boxes is not None:
        example = next((each for each in example if each not in boxes), "")
    has_form = boxes is not None or not _FORMS.isdisjoint(known.schema)
    return Input(
        known.name,
        type_,
        _LABELS.get(known.name, known.name.replace("_", " ").capitalize()),
        known.required,
        _choices(known) if boxes is None else tuple(boxes),
        known.schema.get("maxLength"),
        str(example) if has_form else "",
    )


def _input_type(known: ContractField) -> InputType:
    named = {*types(known.schema)} - {"null"}
    if known.is_secret:
        return "password"
    if "enum" in known.schema or named == {"boolean"}:
        return "select"
    if named == {"string"}:
        return "text"
    return "number" if named and named <= {"integer", "number"} else "json"


def _choices(known: ContractField) -> tuple[str, ...]:
    if _input_type(known) != "select":
        return ()
    values = known.schema.get("enum", [True, False])
    can_be_empty = not known.required and known.default is None
    return (
        *([""] if can_be_empty else []),
        *(as_string(choice) for choice in values if choice is not None),
    )


def _value(known: ContractField, input_: Input, text: str) -> Json:
    """Return the value that a text stands for, or the text itself where it stands for none."""
    match input_.type:
        case "number" if re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", text, re.ASCII):
            number = float(text)
            return int(number) if number.is_integer() else number
        case "select":
            values = known.schema.get("enum", [True, False])
            return next(
                (choice for choice in values if choice is not None and as_string(choice) == text),
                text,
            )
        case "boxes":
            return [*text.split()]
        case "json":
            return _parsed(text)
        case "password" if types(known.schema) and "string" not in types(known.schema):
            return _parsed(text)
    return text


def _parsed(text: str) -> Json:
    try:
        return parse_value(text.encode())
    except ErrorResponse:
        return text


def _items(value: Json) -> list[str]:
    """Return the members of a list, as texts; whatever else there is instead is its only one."""
    members = value if isinstance(value, list) else [] if value is None else [value]
    return [as_string(each) for each in members]


def _in_one_line(text: str) -> str:
    # Browsers leave line breaks out of an input of one line, and send others as two characters.
    return re.sub(r"[\r\n]", "", text)


def _input_value(input_: Input, value: Json) -> str:
    if value is None or input_.type == "password":
        return ""
    if input_.type == "json":
        return _json_text(value)
    text = as_string(value)
    return shown_url(text) if _URL.match(text) else text


def as_string(value: Json) -> str:
    """Return a value as people read it: a string as it is, and anything else as JSON."""
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int else _JSON.encode(value)


def _json_text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
