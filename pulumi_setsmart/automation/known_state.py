"""What a state knows of the objects in an account, with its secrets in clear."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from pulumi_setsmart.automation.resource_type import (
    ResourceAddress,
    addresses,
)
from pulumi_setsmart.lifecycle.kind import ACCOUNT
from pulumi_setsmart.lifecycle.resource_key import ResourceKey
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.providers.values import SECRET_SIGNATURE, SIGNATURE, from_engine


@frozen
class KnownObject:
    """An object that a resource manages.

    Attributes:
        urn: The URN of the resource.
        address: Which resource it is.
        key: The key of the resource.
        identifier: The id of the object.
        outputs: What the state holds of it.
    """

    urn: str
    address: ResourceAddress
    key: ResourceKey
    identifier: str
    outputs: Mapping[str, Json] = field(repr=False)


@frozen
class KnownState:
    """What a state knows.

    Attributes:
        objects: The objects of the account that needs no name.
        urns: The URNs of all resources.
    """

    objects: Sequence[KnownObject] = ()
    urns: Sequence[str] = ()

    def urn_of_parent(self, key: ResourceKey) -> str | None:
        """Return the URN of the parent of a resource, or None if the state has none."""
        ending = f"::{key.parent_type}::{key.parent}"
        return next((urn for urn in self.urns if key.parent_type and urn.endswith(ending)), None)


def known_state(exported: Any) -> KnownState:
    """Return what a state knows, from what `pulumi stack export --show-secrets` prints."""
    resources = (exported.get("deployment") or {}).get("resources") or []
    urns = [str(resource["urn"]) for resource in resources]
    return KnownState([*_objects(resources)], urns)


def with_new_ids(exported: Any, ids: Mapping[str, str]) -> str:
    """Return a state, as `pulumi stack import` takes it, in which objects have other ids.

    Args:
        exported: What `pulumi stack export` prints; it is changed.
        ids: The new ids by the URNs of the resources.
    """
    for resource in exported["deployment"]["resources"]:
        identifier = ids.get(resource["urn"])
        if identifier is not None and not resource.get("delete"):
            resource["id"] = identifier
            resource["outputs"]["id"] = identifier
    return json.dumps(exported)


def _objects(resources: Sequence[Mapping[str, Any]]) -> Iterator[KnownObject]:
    for resource in resources:
        if "id" not in resource or resource.get("external") or resource.get("delete"):
            continue
        outputs = from_engine(_in_clear(resource.get("outputs") or {}))
        for address in addresses(resource["urn"]):
            if outputs.get(ACCOUNT) is None:
                parent = str(resource.get("parent", ""))
                key = ResourceKey.of_resource(address.kind, resource["urn"], parent)
                yield KnownObject(resource["urn"], address, key, str(resource["id"]), outputs)


def _in_clear(value: Any) -> Any:
    match value:
        case {"plaintext": str(text), **members} if members.get(SIGNATURE) == SECRET_SIGNATURE:
            return json.loads(text)
        case dict():
            return {name: _in_clear(member) for name, member in value.items()}
        case list():
            return [_in_clear(element) for element in value]
    return value
