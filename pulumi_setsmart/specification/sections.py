"""The sections of a portfolio file, and what each of their entries may declare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pulumi_setsmart.lifecycle.kind import PROPERTY, WEBHOOK_SUBSCRIPTION, Kind

PROPERTIES: Final = "properties"
WEBHOOKS: Final = "webhooks"
SECTIONS: Mapping[str, Kind] = {PROPERTIES: PROPERTY, WEBHOOKS: WEBHOOK_SUBSCRIPTION}
"""The kinds of resource by the sections of a file."""

CONFIG: Final = "config"
"""Where an entry names the configuration that holds a secret, instead of the secret itself."""


def names_of(kind: Kind) -> tuple[str, ...]:
    """Return what an entry of a kind may declare."""
    return (*(field.name for field in kind.fields), kind.others, *kind.policy_inputs)
