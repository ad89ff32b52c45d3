"""What other stacks have adopted in the same account, as their import files know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from attrs import frozen

from pulumi_setsmart.adoption.inventory import Inventory
from pulumi_setsmart.adoption.matching import Key, Known
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.identity import is_same
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.metadata import load_metadata
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.record import Record
from pulumi_setsmart.specification.assigned_stack import STACK
from pulumi_setsmart.specification.sections import Entries


@frozen
class OtherStack:
    """What another stack has adopted.

    Attributes:
        name: The name of the stack, as it is in the name of its import file.
        ids: The ids by the entries of its portfolio.
        outputs: What it knows of the objects, by kind and id.
    """

    name: str
    ids: Mapping[Key, str]
    outputs: Mapping[tuple[Kind, str], Mapping[str, Any]]

    def is_named(self, stack: Json) -> bool:
        """Return whether an entry names this stack, perhaps without its organisation."""
        return f"-{self.name}".endswith(f"-{stack}")


def with_other_stacks(
    known: Known,
    entries: Entries,
    stacks: Sequence[OtherStack],
    account: Account,
    inventory: Inventory,
) -> Known:
    """Return what is known, with what other stacks have adopted in this account.

    Stacks of other accounts do not count, as they may have the same ids.

    Raises:
        MetadataError: What an import file remembers of an object cannot be read.
    """
    present = {
        (found.kind, found.record.id): found.record
        for objects in inventory.sections.values()
        for found in objects
    }
    ids: dict[Key, str] = {}
    elsewhere: dict[tuple[Kind, str], str] = {}
    for stack in stacks:
        if _is_in(account, present, stack):
            elsewhere |= dict.fromkeys(stack.outputs, stack.name)
            for (kind, key), identifier in stack.ids.items():
                entry = entries[str(kind.section)].get(key, {})
                if STACK in entry and stack.is_named(entry[STACK]):
                    ids[kind, key] = identifier
    return attrs.evolve(known, ids=ids | {**known.ids}, elsewhere=elsewhere)


def _is_in(account: Account, present: Mapping[tuple[Kind, str], Record], stack: OtherStack) -> bool:
    """Return whether a stack is in an account: with the same key, or an object of the same name."""
    for (kind, identifier), outputs in stack.outputs.items():
        metadata = load_metadata(outputs, identifier)
        mark = None if metadata is None else metadata.account
        if metadata is None or mark is None or mark.base_url != account.client.base_url:
            continue
        record = present.get((kind, identifier))
        names = {name: outputs[name] for name in kind.natural_key if outputs.get(name) is not None}
        if account.is_the_same(metadata) or (
            record is not None and bool(names) and is_same(names, record.fields)
        ):
            return True
    return False
