"""Reading a portfolio from wherever the user says it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pulumi_setsmart.adoption.compare import ComparedPortfolio
from pulumi_setsmart.adoption.inventory import (
    AccountObject,
    field_left_out,
    inventory_of,
    subject_of,
)
from pulumi_setsmart.adoption.progress import ShowProgress
from pulumi_setsmart.adoption.project_files import ids_beside
from pulumi_setsmart.automation.stack import Stack
from pulumi_setsmart.automation.stack_settings import load_stack_settings
from pulumi_setsmart.client.errors import StackError
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.declaration import known_fields_of, unordered_lists
from pulumi_setsmart.lifecycle.kind import DEFAULT_ID_FIELD, EXISTING_ID
from pulumi_setsmart.models.json import DEEPEST, Json
from pulumi_setsmart.models.marker import TOO_DEEP
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.specification.assigned_stack import STACK
from pulumi_setsmart.specification.reading import read_entries
from pulumi_setsmart.specification.sections import SECTIONS, Entries

_ACCOUNT = re.compile(r"account(?::(?P<name>[^@]+))?(?:@(?P<stack>.+))?")
_STACK = "stack:"
_CHOSEN_STACK = "stack"


def of_stack(name: str, chosen: Callable[[], str | None]) -> str:
    """Return the name of a source, with the stack that it leaves open.

    Args:
        name: As for `read_source`; also ``stack`` for the one that is chosen. Without a stack in
            it, an account is that of the chosen stack.
        chosen: Returns the stack that is chosen, or None for the account of the environment.

    Raises:
        StackError: There is none, and the source is what a stack declares.
    """
    account = _ACCOUNT.fullmatch(name)
    if name == _CHOSEN_STACK:
        stack = chosen()
        if stack is None:
            raise StackError(
                "there is no stack to compare: run it in a Pulumi project, or name two sources",
                code=MessageCode.NO_PROJECT,
            )
        return f"{_STACK}{stack}"
    if account is not None and account["stack"] is None:
        stack = chosen()
        return name if stack is None else f"{name}@{stack}"
    return name


def read_source(
    name: str,
    folder: Path,
    environment: Mapping[str, str],
    show_progress: ShowProgress,
    other: str = "",
) -> ComparedPortfolio:
    """Return the portfolio that ``name`` stands for.

    Args:
        name: ``account`` for the one that the environment has, ``account@STACK`` for the one
            that a stack is configured for, ``account:NAME`` and ``account:NAME@STACK`` for those
            that have a name there, ``stack:STACK`` for what a stack's state declares, or a
            portfolio file.
        folder: The folder of the Pulumi project that has the stacks.
        environment: The environment's variables.
        show_progress: Shows how far it is.
        other: What it is compared with; if that names a stack, the ids of a file's entries are
            those that were adopted into this stack. If it is what a stack declares, a file's
            entries of other stacks are left out.

    Raises:
        SetSmartError: It cannot be read.
    """
    account = _ACCOUNT.fullmatch(name)
    if account is not None:
        settings = load_stack_settings(account["stack"], folder, environment, account["name"])
        return _account(name, settings, show_progress)
    if name.startswith(_STACK):
        return _stack(name, Stack(name.removeprefix(_STACK), folder))
    entries = _of_stack(read_entries(name), other)
    imported = ids_beside(Path(name), _stack_named(other))
    return _declared(
        name,
        entries,
        {
            section: {
                key: str(identifier)
                for key, entry in entries[section].items()
                if (identifier := imported.get((kind, key)) or entry.get(EXISTING_ID)) is not None
            }
            for section, kind in SECTIONS.items()
        },
    )


def _of_stack(entries: Entries, other: str) -> Entries:
    if not other.startswith(_STACK):
        return entries
    stack = other.removeprefix(_STACK).rpartition("/")[2]
    return {
        section: {key: entry for key, entry in members.items() if entry.get(STACK) in (None, stack)}
        for section, members in entries.items()
    }


def _stack_named(source: str) -> str | None:
    account = _ACCOUNT.fullmatch(source)
    if account is not None:
        return account["stack"]
    return source.removeprefix(_STACK) if source.startswith(_STACK) else None


def _declared(
    name: str,
    inputs: Mapping[str, Mapping[str, Mapping[str, Json]]],
    ids: Mapping[str, Mapping[str, str]],
) -> ComparedPortfolio:
    """Return the source that declares objects with these inputs, by section and key."""
    return ComparedPortfolio(
        name,
        {
            section: {key: known_fields_of(kind, entry) for key, entry in inputs[section].items()}
            for section, kind in SECTIONS.items()
        },
        unordered={
            section: {key: unordered_lists(kind, entry) for key, entry in inputs[section].items()}
            for section, kind in SECTIONS.items()
        },
        ids=ids,
    )


def _account(name: str, settings: Settings, show_progress: ShowProgress) -> ComparedPortfolio:
    inventory = inventory_of(settings, show_progress)
    excluded = settings.read_only_fields | {DEFAULT_ID_FIELD}
    sections = {
        section: {
            account_object.record.id: {
                name: value
                for name, value in account_object.record.fields.items()
                if name not in excluded and value is not TOO_DEEP
            }
            for account_object in objects
        }
        for section, objects in inventory.sections.items()
    }
    left_out = [
        notice for objects in inventory.sections.values() for notice in _not_compared(objects)
    ]
    return ComparedPortfolio(name, sections, is_complete=True, left_out=left_out)


def _not_compared(objects: list[AccountObject]) -> Iterator[Notice]:
    for account_object in objects:
        for name, value in account_object.record.fields.items():
            if value is TOO_DEEP:
                subject = subject_of(account_object.kind, account_object.record)
                yield field_left_out(subject, name, f"is nested more than {DEEPEST} deep")


def _stack(name: str, stack: Stack) -> ComparedPortfolio:
    resources = stack.state().resources
    keys = Counter((resource.address.kind, resource.key) for resource in resources)
    named = {
        section: {
            resource.key if keys[kind, resource.key] == 1 else resource.address.name: resource
            for resource in resources
            if resource.address.kind is kind
        }
        for section, kind in SECTIONS.items()
    }
    return _declared(
        name,
        {
            section: {key: resource.inputs for key, resource in members.items()}
            for section, members in named.items()
        },
        {
            section: {key: resource.identifier for key, resource in members.items()}
            for section, members in named.items()
        },
    )
