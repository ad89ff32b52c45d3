"""The contract as the sandbox reads it: the collections that it serves, with their fields."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from pulumi_setsmart.sandbox.collection import ApiCollection, ContractField
from pulumi_setsmart.sandbox.schema import Schema, check_schema

_FILE = Path(__file__).parent.parent / "contract" / "openapi.yaml"
# libyaml's is ten times as fast; where PyYAML was built without it, the slow one does.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_contract() -> dict[str, Any]:
    """Return the contract, ``contract/openapi.yaml``, as it is written."""
    document: dict[str, Any] = yaml.load(_FILE.read_bytes(), _LOADER)  # noqa: S506 - both are safe loaders
    return document


def collections_of(contract: Mapping[str, Any]) -> tuple[ApiCollection, ...]:
    """Return the collections that a contract describes: each path with a POST.

    Ids begin as in the contract's examples, and events as ``x-setsmart-event-noun`` says.

    Args:
        contract: The contract, an OpenAPI document.

    Raises:
        UnknownKeywordError: If it says something of a field that the sandbox cannot check.
    """
    document = _Document(contract)
    return tuple(
        ApiCollection(
            path=path.removeprefix("/"),
            id_prefix=document.id_prefix(f"{path}/{{id}}"),
            fields=tuple(document.fields(item["post"])),
            event_noun=item.get("x-setsmart-event-noun"),
        )
        for path, item in contract["paths"].items()
        if "post" in item
    )


class _Document:
    def __init__(self, contract: Mapping[str, Any]) -> None:
        self._contract = contract

    def id_prefix(self, path: str) -> str:
        parameters = map(self._resolved, self._contract["paths"][path]["get"]["parameters"])
        [example] = [
            str(parameter["example"]) for parameter in parameters if parameter["name"] == "id"
        ]
        return example.rpartition("_")[0]

    def fields(self, operation: Mapping[str, Any]) -> Iterator[ContractField]:
        body = self._resolved(operation["requestBody"])
        schema = self._flat(body["content"]["application/json"]["schema"])
        for name, inner in schema.get("properties", {}).items():
            check_schema(inner)
            yield ContractField(name, inner, required=name in schema.get("required", ()))

    def _flat(self, schema: Schema) -> dict[str, Any]:
        """Return a schema without references and ``allOf``, at every depth."""
        flat: dict[str, Any] = {}
        schema = self._resolved(schema)
        for part in (schema, *map(self._flat, schema.get("allOf", ()))):
            for key, value in part.items():
                if key == "properties":
                    inner = {name: self._flat(member) for name, member in value.items()}
                    flat[key] = flat.get(key, {}) | inner
                elif key == "required":
                    flat[key] = [*flat.get(key, ()), *value]
                elif key in ("items", "additionalProperties") and isinstance(value, dict):
                    flat[key] = self._flat(value)
                elif key != "allOf":
                    flat[key] = value
        return flat

    def _resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in part:
            target: Any = self._contract
            for step in part["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            part = target
        return part


COLLECTIONS = collections_of(read_contract())
"""All that the contract describes."""


def _collection(path: str) -> ApiCollection:
    return next(collection for collection in COLLECTIONS if collection.path == path)


PROPERTIES = _collection("properties")
"""The listings. Path and fields are documented, the limits of the fields are assumed."""

WEBHOOKS = _collection("webhooks")
"""The webhook subscriptions (assumed)."""

PRICING_RULES = _collection("pricing-rules")
"""An example of any other collection of the API (assumed): objects with any fields."""

MESSAGE_TEMPLATES = _collection("message-templates")
"""An example of any other collection of the API (assumed): objects with any fields."""
