"""What a stack learns of a restoration: new ids, and resources that it no longer had."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import Factory, define

from pulumi_setsmart.automation.import_file import (
    ImportedResource,
    component_of,
    entry_of,
    native_entry_of,
)
from pulumi_setsmart.automation.known_state import KnownState
from pulumi_setsmart.automation.stack import Stack
from pulumi_setsmart.backup.plan import Restored
from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.comparison import project, without
from pulumi_setsmart.lifecycle.declaration import inputs_of
from pulumi_setsmart.lifecycle.kind import DELETION_POLICY, UNORDERED
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.resource_key import RESOURCE, ResourceKey
from pulumi_setsmart.models.json import steps
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.models.portfolio_names import PORTFOLIO_TYPE

_POLICIES = (DELETION_POLICY, UNORDERED)


@define
class StackUpdate:
    """What a stack has to learn.

    Attributes:
        ids: The new ids, by the URNs of resources that it has.
        missing: The objects whose resources it no longer has.
        notices: What it cannot learn, and why.
    """

    ids: dict[str, str] = Factory(dict)
    missing: list[Restored] = Factory(list)
    notices: list[Notice] = Factory(list)

    def __bool__(self) -> bool:
        """Return whether it has to learn anything."""
        return bool(self.ids or self.missing)


def stack_update_of(restored: Sequence[Restored], state: KnownState) -> StackUpdate:
    """Return what a stack has to learn of objects that are as they were.

    Args:
        restored: The objects.
        state: What the state knows now.
    """
    update = StackUpdate()
    by_key = {str(each.key): each for each in state.objects}
    for each in restored:
        known = by_key.get(str(each.saved.note.resource))
        if known is not None and known.identifier != each.identifier:
            update.ids[known.urn] = each.identifier
    holders = {
        (each.address.kind, each.identifier): each
        for each in state.objects
        if each.urn not in update.ids
    }
    for each in restored:
        key = each.saved.note.resource
        known, holder = by_key.get(str(key)), holders.get((each.saved.kind, each.identifier))
        if key is None or (holder is not None and holder is known):
            continue
        if holder is not None:
            reason = f"the resource {holder.key.name} manages it"
        elif known is None and _is_orphan(key, state):
            reason = f"the stack has no {key.parent or key.parent_type}, in which its resource was"
        else:
            if known is None:
                update.missing.append(each)
            continue
        if known is not None:
            del update.ids[known.urn]
        message = f"{each.saved.key} ({each.identifier}): the state is not changed, as {reason}"
        update.notices.append(Notice(MessageCode.NOT_IN_STATE, message))
    return update


def update_stack(
    stack: Stack, update: StackUpdate, state: KnownState, account: Account, settings: Settings
) -> None:
    """Have a stack learn it.

    Raises:
        ApiError: An object cannot be read.
        StackError: The state cannot be read or written.
    """
    resources: list[dict[str, Any]] = []
    parents: dict[str, str] = {}
    for each in update.missing:
        key = each.saved.note.resource
        is_native = key is not None and key.kind == each.saved.kind.token
        to_entry = native_entry_of if is_native else entry_of
        entry = to_entry(_imported(each, account, settings))
        if key is not None and key.parent_type:
            urn = state.urn_of_parent(key)
            component = component_of(key.parent)
            if urn is not None:
                parents[urn] = urn
            elif component not in resources:
                resources.append(component)
            entry["parent"] = urn or key.parent
        resources.append(entry)
    if update.ids:
        stack.change_ids(update.ids)
    if resources:
        stack.import_resources(resources, parents)
        stack.refresh_imported()


def _is_orphan(key: ResourceKey, state: KnownState) -> bool:
    """Return whether the parent of a resource is gone, and cannot be imported."""
    return key.parent_type not in ("", PORTFOLIO_TYPE) and state.urn_of_parent(key) is None


def _imported(restored: Restored, account: Account, settings: Settings) -> ImportedResource:
    """Return what the state is to hold of an object: what the program declared, as it is now."""
    saved = restored.saved
    kind, note = saved.kind, saved.note
    path, id_field, paging = kind.location({}, settings)
    operation = account.client.operation()
    record = Collection(operation, path, id_field, paging=paging).get(restored.identifier)
    declared = dict.fromkeys(kind.field_names, True) if note.declared is None else note.declared
    lacking = [*map(steps, note.left_out)]
    shape = {name: declared[name] for name in declared if [name] not in lacking}
    policies = {name: saved.entry[name] for name in _POLICIES if name in saved.entry}
    inputs = inputs_of(kind, policies, without(project(shape, saved.fields), *lacking), [])
    inputs[RESOURCE] = str(note.resource)
    seen = Lifecycle(kind, account, settings).imported(record, inputs)
    name = "" if note.resource is None else note.resource.name
    return ImportedResource(kind, name, seen.inputs or {}, seen.outputs)
