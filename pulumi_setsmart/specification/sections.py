"""The sections of a portfolio file, and what each of their entries may declare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from pulumi_setsmart.lifecycle.kind import PROPERTY, WEBHOOK_SUBSCRIPTION, Kind
from pulumi_setsmart.models.json import Json

PROPERTIES: Final = "properties"
WEBHOOKS: Final = "webhooks"
SECTIONS: Mapping[str, Kind] = {PROPERTIES: PROPERTY, WEBHOOKS: WEBHOOK_SUBSCRIPTION}
"""The kinds of resource by the sections of a file."""

Entries: TypeAlias = dict[str, dict[str, dict[str, Json]]]
"""What a file says of each listing and subscription, by sections and by their keys."""

CONFIG: Final = "config"
"""Where an entry names the configuration that holds a secret, instead of the secret itself."""


def names_of(kind: Kind) -> tuple[str, ...]:
    """Return what an entry of a kind may declare."""
    return (*(field.name for field in kind.fields), kind.others, *kind.policy_inputs)
