"""The file that ``pulumi import --file`` takes resources from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen

from pulumi_setsmart.automation.resource_type import (
    KINDS_BY_TOKEN,
    TYPES,
    ResourceAddress,
)
from pulumi_setsmart.lifecycle.declaration import ID
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import CLEAR
from pulumi_setsmart.models.portfolio_names import PORTFOLIO_TYPE, entry_key
from pulumi_setsmart.providers.values import (
    PROVIDER_KEY,
    SECRET_SIGNATURE,
    SIGNATURE,
    from_engine,
    to_engine,
)

_HIDDEN = {SIGNATURE: SECRET_SIGNATURE, "plaintext": json.dumps(CLEAR.value)}


@frozen
class ImportedResource:
    """A resource to import.

    Attributes:
        kind: Its kind.
        name: Its name in the program.
        inputs: What the program declares of it.
        outputs: What the state is to hold of it, its id among them.
    """

    kind: Kind
    name: str
    inputs: Mapping[str, Json]
    outputs: Mapping[str, Json]

    @property
    def identifier(self) -> str:
        """The id of the object."""
        return str(self.outputs[ID])

    @property
    def address(self) -> ResourceAddress:
        """Which resource of a stack it is."""
        return ResourceAddress(self.kind, self.name)


def import_file(portfolio: str, resources: Iterable[ImportedResource]) -> dict[str, Any]:
    """Return the file as plain values; the component is in it, unless there is nothing else.

    Pulumi asks no provider for a resource that has outputs here, and skips one that the state has
    under the same id already. Secrets are not in it: where the server shows one, a marker keeps
    its place, since Pulumi knows by the place which values of a state to encrypt.
    """
    children = [{**entry_of(resource), "parent": portfolio} for resource in resources]
    return {"resources": [component_of(portfolio), *children] if children else []}


def component_of(portfolio: str) -> dict[str, Any]:
    """Return the entry of an import file for a portfolio."""
    return {"type": PORTFOLIO_TYPE, "name": portfolio, "component": True}


def imported_ids(file: Mapping[str, Any], portfolio: str | None) -> dict[tuple[Kind, str], str]:
    """Return the ids in an import file, by kind and by the key of the portfolio's entry.

    Args:
        file: The file as plain values.
        portfolio: The name of the portfolio, or None for the one that the file has.

    Raises:
        ValueError: It is no such file.
    """
    match file:
        case {"resources": list(resources)}:
            name = portfolio or next(map(_component, resources), "")
            return dict(pair for resource in resources for pair in _known(resource, name))
    raise ValueError


def imported_outputs(file: Mapping[str, Any]) -> dict[tuple[Kind, str], Mapping[str, Any]]:
    """Return what an import file knows of the objects in it, by kind and id.

    Args:
        file: The file as plain values, of which `imported_ids` can read the ids.
    """
    return {
        (KINDS_BY_TOKEN[resource["type"]], resource["id"]): from_engine(
            resource.get("outputs") or {}
        )
        for resource in file["resources"]
        if "id" in resource
    }


def _component(resource: Any) -> str:
    """Return the name of the component, which is the first of the resources."""
    match resource:
        case {"component": True, "name": str(name)}:
            return name
    raise ValueError


def _known(resource: Any, portfolio: str) -> Iterator[tuple[tuple[Kind, str], str]]:
    match resource:
        case {"component": True}:
            return
        case {"type": str(token), "name": str(name), "id": str(identifier)} if (
            token in KINDS_BY_TOKEN
        ):
            key = entry_key(portfolio, name)
            if key is not None:
                yield (KINDS_BY_TOKEN[token], key), identifier
                return
    raise ValueError


def native_entry_of(resource: ImportedResource) -> dict[str, Any]:
    """Return the entry of an import file for a resource of the native plugin."""
    return {
        "type": resource.kind.token,
        "name": resource.name,
        "id": resource.identifier,
        "inputs": {**resource.inputs},
        "outputs": {**resource.outputs, **_hidden(resource)},
    }


def _hidden(resource: ImportedResource) -> dict[str, Any]:
    return dict.fromkeys(resource.kind.secret_names & resource.outputs.keys(), _HIDDEN)


def entry_of(resource: ImportedResource) -> dict[str, Any]:
    """Return the entry of an import file for a resource without a parent."""
    provider = {PROVIDER_KEY: TYPES[resource.kind].provider.pickled()}
    return {
        "type": TYPES[resource.kind].token,
        "name": resource.name,
        "id": resource.identifier,
        "inputs": {**to_engine(resource.inputs), **provider},
        "outputs": {
            **to_engine(resource.outputs),
            **_hidden(resource),
            **provider,
        },
    }
