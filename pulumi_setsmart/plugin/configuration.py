"""The configuration of a provider, as Pulumi's protocol has it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from attrs import frozen

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.setting import ACCOUNTS, API_KEY, BASE_URL, setting

SECRET_SETTINGS = (API_KEY, ACCOUNTS)
"""What holds keys."""


@frozen
class Setting:
    """A setting of a provider.

    Attributes:
        type: The name of its type in a package schema.
        description: What it is for, in a sentence.
    """

    type: str
    description: str


SETTINGS: Mapping[str, Setting] = {
    API_KEY: Setting("string", "The API key. It is stored encrypted."),
    BASE_URL: Setting("string", "The address of the API; `http://` only for this machine."),
    ACCOUNTS: Setting("object", "Keys and base URLs of further accounts, by their names."),
    "timeout": Setting("number", "Seconds that one attempt of a request may take."),
    "maxRetries": Setting("integer", "How often a request is retried at most."),
    "deadline": Setting("number", "Seconds that an operation may take."),
    "settleTime": Setting(
        "number", "Seconds after which a lost create has either been applied or will not be."
    ),
    "maxResponseMiB": Setting("number", "How large a response may be, in MiB."),
    "maxListPages": Setting("integer", "How many pages a list may have."),
    "listCache": Setting("boolean", "Whether reads are served from one list."),
    "ifExists": Setting(
        "string", "What to do if a new listing already exists: `error`, `adopt` or `create`."
    ),
    "deletionPolicy": Setting(
        "string", "What to do with objects that are no longer declared: `delete` or `deactivate`."
    ),
    "maxDeletions": Setting("integer", "How many deletions a run may make."),
    "webhooksPath": Setting("string", "The path of webhook subscriptions."),
    "readOnlyFields": Setting("array", "The fields that only the server sets."),
    "paging": Setting("object", "How lists are paged, where responses do not say so."),
    "acceptAccountChange": Setting(
        "boolean", "Whether what is missing from another account counts as deleted."
    ),
}
"""All settings that a provider reads; the reference of the configuration explains them."""


def lookup_in(configured: Mapping[str, Json]) -> Callable[[str], object]:
    """Return what looks up a key such as ``setsmart:apiKey`` in the configuration of a provider.

    Pulumi passes what a stack configures as texts. An explicit provider may have any JSON.
    """
    texts = {
        setting(name): value if isinstance(value, str) else json.dumps(value)
        for name, value in configured.items()
        if value is not None and value is not UNKNOWN
    }
    return texts.get
