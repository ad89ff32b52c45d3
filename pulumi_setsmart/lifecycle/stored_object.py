"""An object as the state knows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import attrs
from attrs import frozen

from pulumi_setsmart.lifecycle.comparison import shape_of
from pulumi_setsmart.lifecycle.declaration import Declaration, read_declaration, read_outputs
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.metadata import dump_metadata, load_metadata
from pulumi_setsmart.lifecycle.resource_key import resource_key_in
from pulumi_setsmart.lifecycle.state_metadata import KEY, Imported, StateMetadata
from pulumi_setsmart.models.json import Json, JsonObject


@frozen
class StoredObject:
    """An object as the state knows it; its outputs are read once.

    Attributes:
        identifier: Its id.
        outputs: Its outputs; none where it is only now created or adopted.
        declaration: What the outputs show.
        metadata: What the state remembers beside them.
        has_metadata: Whether the state holds that; otherwise it is new, and says nothing.
    """

    identifier: str
    outputs: Mapping[str, Json]
    declaration: Declaration
    metadata: StateMetadata
    has_metadata: bool = True

    @classmethod
    def of(cls, kind: Kind, identifier: str, outputs: Mapping[str, Json]) -> Self:
        """Return the object with these outputs.

        Raises:
            MetadataError: Its metadata cannot be read.
        """
        metadata = load_metadata(outputs, identifier)
        declaration = read_outputs(kind, outputs, metadata)
        has_metadata = metadata is not None
        return cls(identifier, outputs, declaration, metadata or StateMetadata(), has_metadata)

    @classmethod
    def new(cls, kind: Kind, identifier: str, metadata: StateMetadata) -> Self:
        """Return an object that the state does not hold yet."""
        return cls(identifier, {}, read_outputs(kind, {}, metadata), metadata)

    @classmethod
    def unknown(cls, kind: Kind, identifier: str, place: Mapping[str, Json]) -> Self:
        """Return an object that no state holds; of what has no name here, all may be secret.

        Args:
            kind: Its kind.
            identifier: Its id.
            place: Where it is.
        """
        secret_paths = [""] if kind.whole_when_read else []
        metadata = StateMetadata(secret_paths=secret_paths, imported=Imported.UNDECLARED)
        declaration = read_outputs(kind, place, metadata)
        return cls(identifier, place, declaration, metadata, has_metadata=False)

    def declared_by(self, kind: Kind, inputs: Mapping[str, Json]) -> Self:
        """Return the same object, managed by a resource with these inputs."""
        declaration = read_declaration(kind, inputs)
        metadata = attrs.evolve(
            self.metadata,
            declared=shape_of(declaration.fields),
            secret_paths=declaration.secret_paths,
            resource_key=resource_key_in(inputs),
        )
        outputs = {**self.outputs, KEY: dump_metadata(metadata)}
        return type(self)(self.identifier, outputs, read_outputs(kind, outputs, metadata), metadata)

    def of_resource(self, resource_key: str | None) -> Self:
        """Return the same object under the key that its resource has in the state by now.

        Only what is managed has one. `pulumi state rename` changes the name and no metadata.
        """
        if resource_key is None or self.metadata.resource_key in (None, resource_key):
            return self
        return attrs.evolve(self, metadata=attrs.evolve(self.metadata, resource_key=resource_key))

    @property
    def fields(self) -> JsonObject:
        """The fields that its outputs show."""
        return self.declaration.fields

    @property
    def salt(self) -> str | None:
        """The salt of its metadata; None where the state holds none."""
        return self.metadata.salt if self.has_metadata else None

    @property
    def owner(self) -> str | None:
        """The salt, as far as a read can tell; None where it may be read only, so has no claim."""
        return None if self.metadata.declared is None else self.salt
