"""The sections of a portfolio file, and what each of their entries may declare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from pulumi_setsmart.lifecycle.kind import KINDS, Kind
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.specification.assigned_stack import STACK
from pulumi_setsmart.specification.backup_note import BACKUP
from pulumi_setsmart.specification.former_keys import FORMERLY

SECTIONS: Mapping[str, Kind] = {kind.section: kind for kind in KINDS if kind.section}
"""The kinds of resource by the sections of a file."""

Entry: TypeAlias = dict[str, Json]
"""What an entry declares."""

Entries: TypeAlias = dict[str, dict[str, Entry]]
"""The entries of a file, by section and by the name of their resource."""

CONFIG: Final = "config"
"""The member that names the configuration key of a secret, in place of the secret itself."""


def names_of(kind: Kind) -> tuple[str, ...]:
    """Return what an entry of a kind may declare."""
    fields = (field.name for field in kind.fields)
    return (*fields, kind.extra_fields, *kind.policy_inputs, FORMERLY, STACK, BACKUP)
