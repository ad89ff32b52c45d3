"""From the inputs and outputs of a resource to the fields of an object, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import cached_property

from attrs import Factory, frozen

from pulumi_setsmart.client.confidential import DeclaredSecret, keeping
from pulumi_setsmart.client.errors import MetadataError
from pulumi_setsmart.client.redaction import redaction_of
from pulumi_setsmart.lifecycle.kind import CLEAR_INPUT, UNORDERED, Kind
from pulumi_setsmart.lifecycle.masking import SecretPath, is_secret_name, with_known_secrets
from pulumi_setsmart.lifecycle.metadata import (
    SEALED,
    SECRET_PATHS,
    UNAPPLIED_KEY,
    dump_metadata,
    input_metadata,
    load_metadata,
)
from pulumi_setsmart.lifecycle.ordering import Pattern, in_order_of, patterns_of, places_after
from pulumi_setsmart.lifecycle.state_metadata import KEY, StateMetadata
from pulumi_setsmart.models.json import Json, JsonObject, digits, pointer, steps, value_at
from pulumi_setsmart.models.marker import UNKNOWN

ID = "id"
"""The output that holds the id; nothing may be declared by this name."""


@frozen
class Declaration:
    """What a program declares of one object.

    Attributes:
        fields: The declared fields by their API names; None sets a field to null.
        complete: Whether that is all: in a preview, the other fields may not be known yet.
        secret_paths: The JSON pointers of the values that are secret, or may be.
        beside: The inputs that are no fields.
        sealed: Whether the metadata that the state keeps is encrypted.
        unordered: What leads to the lists whose order means nothing.
        opaque: Whether any value may be secret, since nothing tells which are.
        named: The fields that are known by name, so that they have a mark of their own.
    """

    fields: dict[str, Json]
    complete: bool
    secret_paths: list[str]
    beside: dict[str, Json] = Factory(dict)
    sealed: bool = True
    unordered: frozenset[Pattern] = frozenset()
    opaque: bool = False
    named: frozenset[str] = frozenset()

    @cached_property
    def secrets(self) -> list[SecretPath]:
        """What leads to each secret that a server may hide.

        Where everything beside the named fields is declared as one secret, those are meant that are
        called like one: any other would be missed if it were gone.
        """
        paths = [tuple(steps(path)) for path in self.secret_paths]
        if () not in paths:
            return paths
        return [*filter(None, paths), *((name,) for name in self.fields if is_secret_name(name))]

    def visible(
        self,
        fields: JsonObject,
        known: JsonObject,
        hides_by_null: Callable[[str], bool] = lambda _path: True,
    ) -> dict[str, Json]:
        """Return the fields that a server shows, as far as we know them better than it shows.

        Unordered lists are in the order that we know, and hidden secrets are those that we know.

        Args:
            fields: The fields as the server shows them.
            known: What we know of them.
            hides_by_null: Whether a null at a JSON pointer stands for a secret that is hidden.
        """
        ordered = in_order_of(known, fields, self.unordered, self.secrets)
        return with_known_secrets(ordered, known, self.secrets, hides_by_null)

    def is_secret(self, path: str) -> bool:
        """Return whether the value at ``path``, what holds it, or anything in it is secret."""
        return any(
            f"{path}/".startswith(f"{secret}/") or secret.startswith(f"{path}/")
            for secret in self.secret_paths
        )

    def subject(self, kind: Kind, identifier: str | None = None) -> str:
        """Return how to name the object in a message; a title that is secret is left out."""
        is_secret = kind.title is not None and self.is_secret(pointer("", kind.title))
        hidden = is_secret or self.opaque
        return kind.subject({} if hidden else self.fields, identifier)

    @property
    def _hidden_paths(self) -> list[str]:
        """What leads to each value that no message may show."""
        every_field = [pointer("", name) for name in self.fields] if self.opaque else []
        return [*self.secret_paths, *every_field]

    def secret_values(self) -> Iterator[DeclaredSecret]:
        """Yield the secret texts and numbers, however deep they are in what is declared.

        Where everything beside the named fields is declared as one secret, the named ones are none.
        The names of members are none either: messages say which field they are about.
        """
        for path in self._hidden_paths:
            yield from _texts_in(self._value_at(path), tuple(steps(path)))

    def _value_at(self, path: str) -> Json:
        values = {**self.beside, **self.fields}
        if path:
            return value_at(values, steps(path))
        beside = self.beside.keys() | self.named
        return {name: value for name, value in values.items() if name not in beside}

    def redact(self, text: str) -> str:
        """Return a text of ours without the declared secrets, but for those of a few characters."""
        return redaction_of(frozenset(secret.text for secret in self.secret_values())).own(text)


def keeping_secrets(*declarations: Declaration) -> AbstractContextManager[None]:
    """Keep the secrets in inputs and outputs out of every text, for the time of an operation."""
    return keeping([secret for each in declarations for secret in each.secret_values()])


def read_declaration(kind: Kind, properties: Mapping[str, Json]) -> Declaration:
    """Return what the inputs of a resource declare, or what its outputs show.

    Outputs whose metadata is missing or damaged are read all the same, so that a message can
    name the object.
    """
    if ID in properties or isinstance(properties.get(KEY), str):
        try:
            return read_outputs(kind, properties, load_metadata(properties))
        except MetadataError:
            return read_outputs(kind, properties, None)
    metadata = input_metadata(properties)
    return _declaration(kind, properties, secret_paths_in(metadata), metadata.get(SEALED))


def read_outputs(
    kind: Kind, outputs: Mapping[str, Json], metadata: StateMetadata | None
) -> Declaration:
    """Return what the outputs of a resource show.

    Args:
        kind: The kind of resource.
        outputs: Its outputs.
        metadata: What the state remembers beside them, or None where nothing tells that.
    """
    secret_paths = None if metadata is None else metadata.secret_paths
    return _declaration(kind, outputs, secret_paths, sealed=True)


def _declaration(
    kind: Kind, properties: Mapping[str, Json], secret_paths: list[str] | None, sealed: object
) -> Declaration:
    fields, complete = _fields(kind, properties)
    of_kind = [pointer("", name) for name in kind.secret_names]
    return Declaration(
        fields,
        complete,
        sorted({*of_kind, *(secret_paths or ())}),
        beside={name: properties[name] for name in kind.other_inputs if name in properties},
        sealed=sealed is not False,
        unordered=unordered_lists(kind, properties),
        opaque=secret_paths is None,
        named=kind.field_names,
    )


def known_fields_of(kind: Kind, outputs: Mapping[str, Json]) -> dict[str, Json]:
    """Return the fields that the outputs of a resource show."""
    return _fields(kind, outputs)[0]


def importable_fields(kind: Kind, fields: JsonObject) -> dict[str, Json]:
    """Return the fields that a program may declare to manage an object as it is.

    These are those that are known by name; where a kind has none, all of them.
    """
    names = kind.field_names - kind.secret_names if kind.fields else fields.keys()
    return {name: value for name, value in fields.items() if name in names and value is not None}


def inputs_of(
    kind: Kind, beside: Mapping[str, Json], declared: Mapping[str, Json], secret_paths: list[str]
) -> dict[str, Json]:
    """Return the inputs that declare the fields in ``declared``.

    Args:
        kind: The kind of resource.
        beside: Inputs or outputs that say where the object is and what to do with it.
        declared: The fields to declare.
        secret_paths: The JSON pointers of the values among them that are secret.
    """
    inputs = {**_beside_fields(kind, beside), **_properties(kind, declared)}
    # As `check` leaves them: Pulumi shows a difference between them, internal as they are.
    declared_secrets = [path for path in secret_paths if not path or steps(path)[0] in declared]
    if declared_secrets:
        inputs[KEY] = secret_metadata(declared_secrets)
    return inputs


def secret_metadata(secret_paths: list[str], *, sealed: bool = True) -> dict[str, Json]:
    """Return the metadata of inputs, which says what among them is secret.

    Args:
        secret_paths: The JSON pointers of what is secret.
        sealed: Whether it arrived encrypted, so that the metadata of the outputs is, too.
    """
    paths: dict[str, Json] = {SECRET_PATHS: [*secret_paths]}
    return paths if sealed else {**paths, SEALED: False}


def field_paths(kind: Kind, fields: JsonObject, secret_paths: Iterable[str]) -> list[str]:
    """Return the JSON pointers of secret fields, as a state has them, each by its own name.

    Where a program declares everything beside the named fields as one secret, that is one path.
    """
    extra = [pointer("", name) for name in fields if name not in kind.field_names]
    return [each for path in secret_paths for each in ([path] if path else extra)]


def secret_paths_in(metadata: Mapping[str, object]) -> list[str]:
    """Return the JSON pointers of what metadata says is secret."""
    paths = metadata.get(SECRET_PATHS)
    return [str(path) for path in paths] if isinstance(paths, list) else []


def outputs_of(
    kind: Kind,
    beside: Mapping[str, Json],
    identifier: str,
    fields: Mapping[str, Json],
    declared: Mapping[str, Json],
    metadata: StateMetadata,
    unapplied: Mapping[str, Json] | None = None,
) -> dict[str, Json]:
    """Return the outputs of a resource: the fields known by name and what is declared, no more.

    So nothing that a server adds to its objects ever shows in a diff.

    Args:
        kind: The kind of resource.
        beside: Inputs or outputs that say where the object is and what to do with it.
        identifier: The object's id.
        fields: All its fields.
        declared: What the declared ones are to show.
        metadata: What to remember beside them.
        unapplied: The values, by JSON pointer, that were sent and not applied, for reports; none of
            them may be secret.
    """
    named = {
        field.name: fields[field.name]
        for field in kind.fields
        if fields.get(field.name) is not None
    }
    return {
        **_beside_fields(kind, beside),
        **_properties(kind, {**named, **declared}),
        ID: identifier,
        KEY: dump_metadata(metadata),
        **({UNAPPLIED_KEY: json.dumps(unapplied)} if unapplied else {}),
    }


def canonical(kind: Kind, properties: Mapping[str, Json]) -> dict[str, Json]:
    """Return properties or fields with every list whose order never means anything in one order.

    So what Pulumi compares by itself, and what is written to files, stays the same.
    """
    ordered = dict(properties)
    for field in kind.fields:
        value = ordered.get(field.name)
        if field.unordered and isinstance(value, list):
            texts = {element for element in value if type(element) is str}
            if len(texts) == len(value):
                ordered[field.name] = [*sorted(texts)]
    return ordered


def unordered_lists(kind: Kind, properties: Mapping[str, Json]) -> frozenset[Pattern]:
    """Return what leads to the lists whose order means nothing: known ones, and declared ones."""
    known = {(field.name,) for field in kind.fields if field.unordered}
    declared = properties.get(UNORDERED)
    paths = declared if isinstance(declared, list) else []
    return frozenset(known | patterns_of([str(path) for path in paths], kind.extra_fields))


def in_known_order(
    kind: Kind, before: Mapping[str, Json], inputs: Mapping[str, Json]
) -> dict[str, Json]:
    """Return inputs with the unordered lists in the order that they had before.

    So what Pulumi compares by index differs only where the elements do.
    """
    lists = unordered_lists(kind, inputs)
    named = {path for path in lists if path[0] in kind.field_names}
    within = {(kind.extra_fields, *path) for path in lists - named}
    return in_order_of(before, inputs, within | named)


def with_secrets_in_order(
    kind: Kind, before: Mapping[str, Json], inputs: Mapping[str, Json]
) -> dict[str, Json]:
    """Return inputs whose lists were brought into order, with where their secrets are now.

    Args:
        kind: The kind of resource.
        before: The inputs as they arrived; the paths in their metadata are those of the secrets.
        inputs: The same inputs in order.
    """
    metadata = input_metadata(before)
    lists = unordered_lists(kind, inputs)
    fields, ordered = (_fields(kind, each)[0] for each in (before, inputs))
    places = {
        place
        for path in secret_paths_in(metadata)
        for place in places_after(path, fields, ordered, lists)
    }
    if not places:
        return dict(inputs)
    secret_paths: list[Json] = [*sorted(places)]
    return {**inputs, KEY: {**metadata, SECRET_PATHS: secret_paths}}


def _beside_fields(kind: Kind, properties: Mapping[str, Json]) -> dict[str, Json]:
    """Return the inputs that are no fields, and stay: names to clear become nulls in a check."""
    names = (*kind.replace_on_change, *kind.policy_inputs)
    return {name: properties[name] for name in names if name in properties}


def _properties(kind: Kind, fields: Mapping[str, Json]) -> dict[str, Json]:
    properties = {name: value for name, value in fields.items() if name in kind.field_names}
    extra = {name: value for name, value in fields.items() if name not in kind.field_names}
    if extra or not kind.fields:
        properties[kind.extra_fields] = extra
    return properties


def _fields(kind: Kind, properties: Mapping[str, Json]) -> tuple[dict[str, Json], bool]:
    named = {
        field.name: properties[field.name] for field in kind.fields if field.name in properties
    }
    extra = properties.get(kind.extra_fields)
    if isinstance(extra, dict):
        named |= extra
    complete = extra is not UNKNOWN and properties.get(CLEAR_INPUT) is not UNKNOWN
    return named, complete


def _texts_in(value: Json, path: SecretPath) -> Iterator[DeclaredSecret]:
    match value:
        case str() if value is not UNKNOWN:
            yield DeclaredSecret(path, value)
        case int() | float() if not isinstance(value, bool):
            yield DeclaredSecret(path, digits(value) or str(value))
        case dict():
            for name, member in value.items():
                yield from _texts_in(member, (*path, name))
        case list():
            for index, element in enumerate(value):
                yield from _texts_in(element, (*path, str(index)))
