"""A dynamic provider that does nothing."""

import uuid
from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider


class IdleProvider(ResourceProvider):
    """Answers the engine with what it was asked."""

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Find no difference."""
        return DiffResult(changes=False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make up an id."""
        return CreateResult(uuid.uuid4().hex, props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Find what is known."""
        return ReadResult(id_, props)


class IdleListing(Resource):
    """A listing that is nowhere."""

    def __init__(self, resource_name: str, **props: Any) -> None:
        super().__init__(IdleProvider(), resource_name, props)
