"""The arguments of a resource with their descriptions, for programs, editors and documentation."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

from attrs import frozen

from pulumi_setsmart.lifecycle.kind import (
    ACCOUNT,
    CLEAR_INPUT,
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
from pulumi_setsmart.models.field import ApiField
from pulumi_setsmart.models.policy import DeletionPolicy, IfExists
from pulumi_setsmart.specification.former_keys import DESCRIPTION, FORMERLY

_ENCRYPTED = (
    "It is secret in inputs and outputs. A server that does not show it, or masks it, causes no "
    "drift."
)
_UNORDERED = "The order means nothing, so a set will do."
EXTRA_FIELDS_DESCRIPTION = (
    "Any further field by its API name. Of nested objects only the declared members are compared; "
    "lists are compared element by element."
)
_PLACES = {
    ACCOUNT: (
        "The name of the account that has it, of `setsmart:accounts`; the one that needs no name "
        "if left out. Another account means another {noun}: it is created there and deleted here."
    ),
    PATH: (
        "The collection's path below the base URL, such as `/pricing-rules`. Another path means "
        "another object: it is created there and deleted here."
    ),
    ID_FIELD: "The name of the field that holds the id.",
}
_POLICIES = {
    IDENTITY: (
        "The names of the fields in `{extra_fields}` by which an object is known again; none by "
        "default, and then it is not looked up whether it exists."
    ),
    PAGING: (
        "How the collection's list is paged, where its responses do not say so: `style` (`page`, "
        "`offset`, `cursor`, `link` or `single`), `parameter`, `field`, `first` and `totals`, as "
        "in `setsmart:paging`, which applies where this is left out."
    ),
    EXISTING_ID: (
        "The id of the {noun} to adopt instead of creating one; the preview says what that "
        "changes. It is kept when the argument is taken out again."
    ),
    IF_EXISTS: (
        "What to do where {article} {noun} of {identity} exists that no resource manages: stop "
        "with an `error`, `adopt` it or `create` another one. By default `setsmart:ifExists` "
        "decides."
    ),
    DELETION_POLICY: (
        "What becomes of the {noun} once it is no longer declared: `delete` it, or `deactivate` "
        "it, which sets its status to `inactive` (assumed). By default `setsmart:deletionPolicy` "
        "decides."
    ),
    UNORDERED: (
        "The lists in `{extra_fields}` whose order means nothing, each by what leads to it: "
        "`amenities` or `house.amenities`; `rooms.*.beds` are the beds of each room. For names "
        "that hold a dot there are JSON pointers (`/house/amenities`). Elements that occur twice "
        "count twice. A path that leads to nothing declared has no effect."
    ),
    CLEAR_INPUT: (
        "The fields to set to null, each by its path: {field}`notes`, or `house.code` in "
        "`{extra_fields}`; `/a.b` if a name contains a dot. The same as `CLEAR` in that place."
    ),
}


@frozen
class Argument:
    """An argument of a resource.

    Attributes:
        name: Its name, the same in programs and files.
        annotation: The Python type that a program may pass, as source code.
        description: What it means.
        field: The field of the API that it declares, if it is a named one.
    """

    name: str
    annotation: str
    description: str
    field: ApiField | None = None

    @property
    def required(self) -> bool:
        """Whether it has to be declared."""
        return self.field is not None and self.field.required


def arguments_of(kind: Kind) -> Iterator[Argument]:
    """Yield the arguments of a kind of resource, in the order of its signature."""
    for field in kind.fields:
        yield Argument(field.name, _annotation(field), _description(field), field)
    yield Argument(
        kind.extra_fields, "pulumi.Input[Mapping[str, Any]] | None", EXTRA_FIELDS_DESCRIPTION
    )
    annotations = {
        EXISTING_ID: "str",
        IF_EXISTS: f"{_literal(*IfExists)} | IfExists",
        DELETION_POLICY: f"{_literal(*DeletionPolicy)} | DeletionPolicy",
        UNORDERED: "Sequence[str]",
        CLEAR_INPUT: "Sequence[str]",
    }
    for name in (*kind.policy_inputs, CLEAR_INPUT):
        annotation = f"pulumi.Input[{annotations[name]}] | None"
        yield Argument(name, annotation, policy_description(kind, name))


def entry_arguments_of(kind: Kind) -> Iterator[Argument]:
    """Yield the arguments of an entry in a portfolio: the resource's, and its former keys."""
    yield from arguments_of(kind)
    yield Argument(FORMERLY, "str | Sequence[str] | None", DESCRIPTION)


def place_description(kind: Kind, name: str) -> str:
    """Return what an input of a kind of resource means that says where the object is."""
    return _PLACES[name].format(noun=kind.noun)


def policy_description(kind: Kind, name: str) -> str:
    """Return what an input of a kind of resource means that is no field."""
    optional = (field.name for field in kind.fields if not (field.required or field.secret))
    return _POLICIES[name].format(
        article="an" if kind.noun[0] in "aeiou" else "a",
        noun=kind.noun,
        identity=_identity(kind),
        extra_fields=kind.extra_fields,
        field="".join(f"`{name}`, " for name in itertools.islice(optional, 1)),
    )


def _identity(kind: Kind) -> str:
    if not kind.natural_key:
        return "this identity"
    first, *rest = kind.natural_key
    return f"this {first}" + (f" (and {', '.join(rest)}, if declared)" if rest else "")


def _annotation(field: ApiField) -> str:
    type_ = field.annotation
    if field.suggestions:
        type_ = f"{_literal(*field.suggestions)} | {type_}"
    if type_.startswith("list["):
        element = type_.removeprefix("list[").removesuffix("]")
        collections = ("Sequence", "AbstractSet") if field.unordered else ("Sequence",)
        type_ = " | ".join(f"{each}[pulumi.Input[{element}]]" for each in collections)
    return f"pulumi.Input[{type_}]" + ("" if field.required else " | Clear | None")


def _description(field: ApiField) -> str:
    parts = (
        field.documentation,
        _ENCRYPTED if field.secret else "",
        _UNORDERED if field.unordered else "",
    )
    return " ".join(filter(None, parts))


def _literal(*words: str) -> str:
    return f"Literal[{', '.join(map(json.dumps, words))}]"
