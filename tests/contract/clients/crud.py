"""Creates, reads, lists, updates and deletes with the client that openapi-python-client generates.

Prints what it saw, as JSON. `crud.ts` does the same with the client of openapi-typescript.
"""

import json
import os
import sys
from typing import Any

from setsmart_client import AuthenticatedClient
from setsmart_client.api.properties import (
    create_property,
    delete_property,
    list_properties,
    read_property,
    update_property,
)
from setsmart_client.api.webhooks import (
    create_webhook,
    delete_webhook,
    list_webhooks,
    read_webhook,
    update_webhook,
)
from setsmart_client.models import Error, Property, PropertyInput, Webhook, WebhookInput


def properties(client: AuthenticatedClient) -> dict[str, Any]:
    villa = PropertyInput(name="Beachfront Villa", bedrooms=3, max_guests=6)
    villa["pets_allowed"] = True
    created = create_property.sync(client=client, body=villa, idempotency_key="8f14e45f")
    assert isinstance(created, Property)
    read = read_property.sync(created.id, client=client)
    assert isinstance(read, Property)
    listed = list_properties.sync(client=client, page=1)
    assert isinstance(listed, list)
    villa.bedrooms = 4
    updated = update_property.sync(created.id, client=client, body=villa, if_match="*")
    assert isinstance(updated, Property)
    deleted = delete_property.sync_detailed(created.id, client=client)
    missing = read_property.sync(created.id, client=client)
    assert isinstance(missing, Error)
    return {
        "created": created.id,
        "read": [read.name, read.bedrooms, read.address, read["pets_allowed"]],
        "listed": [listing.id for listing in listed],
        "updated": [updated.name, updated.bedrooms],
        "deleted": deleted.status_code,
        "missing": missing.error.code,
    }


def webhooks(client: AuthenticatedClient) -> dict[str, Any]:
    hook = WebhookInput(url="https://example.com/hooks", events=["property.updated"])
    created = create_webhook.sync(client=client, body=hook)
    assert isinstance(created, Webhook)
    read = read_webhook.sync(created.id, client=client)
    assert isinstance(read, Webhook)
    listed = list_webhooks.sync(client=client)
    assert isinstance(listed, list)
    hook.events = ["property.updated", "property.deleted"]
    updated = update_webhook.sync(created.id, client=client, body=hook)
    assert isinstance(updated, Webhook)
    deleted = delete_webhook.sync_detailed(created.id, client=client)
    missing = read_webhook.sync(created.id, client=client)
    assert isinstance(missing, Error)
    return {
        "created": created.id,
        "read": [read.url, read.events],
        "listed": [listing.id for listing in listed],
        "updated": updated.events,
        "deleted": deleted.status_code,
        "missing": missing.error.code,
    }


def main() -> None:
    client = AuthenticatedClient(
        base_url=os.environ["SETSMART_BASE_URL"],
        token=os.environ["SETSMART_API_KEY"],
        prefix="",
        auth_header_name="X-API-Key",
        raise_on_unexpected_status=True,
    )
    json.dump({"properties": properties(client), "webhooks": webhooks(client)}, sys.stdout)


main()
