"""A plain dynamic provider, in the pattern of Pulumi's documentation.

It reads each listing by its id, keeps its connections, and does the least that works within a rate
limit: a request that was refused is sent again when the window is over.
"""

import os
import time
from typing import Any

import httpx
import pulumi
from pulumi.dynamic import (
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

FIELDS = ("name", "address", "bedrooms", "bathrooms", "max_guests", "status")


class PlainProvider(ResourceProvider):
    """Creates, reads, updates and deletes listings, one request each."""

    def configure(self, req: ConfigureRequest) -> None:
        """Connect."""
        self.http = httpx.Client(
            base_url=os.environ["SETSMART_BASE_URL"],
            headers={"X-API-Key": os.environ["SETSMART_API_KEY"]},
            trust_env=False,
        )

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare."""
        return DiffResult(changes=any(olds.get(name) != news.get(name) for name in FIELDS))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create."""
        listing = self.request("POST", "/plain-listings", props)
        return CreateResult(listing["id"], listing)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read."""
        listing = self.request("GET", f"/plain-listings/{id_}")
        return ReadResult(id_, {**props, **listing})

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Update."""
        return UpdateResult(self.request("PUT", f"/plain-listings/{id_}", news))

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Delete."""
        self.request("DELETE", f"/plain-listings/{id_}")

    def request(
        self, method: str, path: str, props: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send a request, and again when the window is over if it was refused."""
        body = None if props is None else {name: whole(props[name]) for name in FIELDS}
        while True:
            response = self.http.request(method, path, json=body)
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                response.raise_for_status()
                answered: dict[str, Any] = response.json() if response.content else {}
                return answered
            time.sleep(max(0.1, int(response.headers["X-RateLimit-Reset"]) - time.time()))


def whole(value: Any) -> Any:
    """Return a number as an integer where it is one; the engine passes doubles only."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class PlainListing(Resource):
    """A listing."""

    name: pulumi.Output[str]
    address: pulumi.Output[str]
    bedrooms: pulumi.Output[int]
    bathrooms: pulumi.Output[float]
    max_guests: pulumi.Output[int]
    status: pulumi.Output[str]

    def __init__(self, resource_name: str, **props: Any) -> None:
        super().__init__(PlainProvider(), resource_name, props)
