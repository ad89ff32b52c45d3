"""Two listings, kept by a dynamic provider that makes its REST calls by hand."""

import os
from typing import Any

import httpx
import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider, UpdateResult


class ListingProvider(ResourceProvider):
    def create(self, props: dict[str, Any]) -> CreateResult:
        listing = self._send("POST", "/properties", props)
        return CreateResult(listing["id"], props)

    def update(self, _id: str, _olds: dict[str, Any], props: dict[str, Any]) -> UpdateResult:
        self._send("PUT", f"/properties/{_id}", props)
        return UpdateResult(props)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        self._send("DELETE", f"/properties/{_id}", None)

    def _send(self, method: str, path: str, props: dict[str, Any] | None) -> dict[str, Any]:
        fields = None
        if props is not None:
            own = {name: value for name, value in props.items() if not name.startswith("__")}
            fields = {  # Pulumi passes every number as a double
                name: int(value) if isinstance(value, float) else value
                for name, value in own.items()
            }
        response = httpx.request(
            method,
            os.environ["SETSMART_BASE_URL"] + path,
            headers={"X-API-Key": os.environ["SETSMART_API_KEY"]},
            json=fields,
        )
        response.raise_for_status()
        found: dict[str, Any] = response.json() if response.content else {}
        return found


class Listing(Resource):
    def __init__(self, resource_name: str, **fields: object) -> None:
        # Added for the migration: what goes out of this program stays in SetSmart.
        keep = pulumi.ResourceOptions(retain_on_delete=True)
        super().__init__(ListingProvider(), resource_name, {**fields}, keep)


villa = Listing("villa", name="Beachfront Villa", address="123 Ocean Drive", bedrooms=3)
loft = Listing("loft", name="Harbour Loft", address="4 Quay Street", bedrooms=1)
pulumi.export("ids", {"villa": villa.id, "loft": loft.id})
