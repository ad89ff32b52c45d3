"""The import of what was adopted, and the preview that proves that nothing would change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from pulumi_setsmart.adoption.progress import ShowProgress
from pulumi_setsmart.adoption.result import Proof
from pulumi_setsmart.automation.resource_type import ResourceAddress
from pulumi_setsmart.automation.stack import Stack, State
from pulumi_setsmart.client.errors import StackError

_UPDATE = "update"


def import_and_preview(
    stack: Stack,
    state: State,
    resources: list[dict[str, Any]],
    imported: Collection[ResourceAddress],
    addresses: Sequence[ResourceAddress],
    gone: Collection[ResourceAddress],
    show_progress: ShowProgress,
) -> Proof:
    """Import what the stack does not have, and look what the program would do then.

    Args:
        stack: The stack.
        state: What it has.
        resources: The resources of an import file.
        imported: Those of them that the stack does not have.
        addresses: The resources of what was adopted, now or before.
        gone: The resources whose objects are not in the account.
        show_progress: Shows how far it is.

    Raises:
        StackError: The import or the preview failed. The stack is as it was.
    """
    if imported:
        with show_progress(f"Importing into {stack.name}", len(imported)):
            stack.import_resources(resources)
    try:
        with show_progress("Previewing", len(addresses)) as progress:
            planned = stack.planned_changes(progress)
    except StackError:
        if imported:
            stack.restore(state)
        raise
    ours = planned.ours
    changes = {address: ours[address] for address in addresses if address in ours}
    others = len(ours.keys() - changes.keys() - {*gone}) + len(planned.others)
    kept = not any(changes.get(address, _UPDATE) != _UPDATE for address in imported)
    if not kept:
        stack.restore(state)
    return Proof({address.name: change for address, change in changes.items()}, others, kept)
