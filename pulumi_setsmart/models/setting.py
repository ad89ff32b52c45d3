"""The settings that say where an account is, as Pulumi's configuration names them."""

from __future__ import annotations

from typing import Final

NAMESPACE: Final = "setsmart"
ACCOUNTS: Final = "accounts"
API_KEY: Final = "apiKey"
BASE_URL: Final = "baseUrl"


def setting(name: str) -> str:
    """Return the key of a setting in Pulumi's configuration: ``setsmart:apiKey``."""
    return f"{NAMESPACE}:{name}"
