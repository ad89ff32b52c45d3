"""What an account holds, and what of it a program can declare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from pulumi_setsmart.adoption.account import opened
from pulumi_setsmart.adoption.naming import resource_name
from pulumi_setsmart.adoption.progress import ShowProgress
from pulumi_setsmart.adoption.scope import Scope, every_field
from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.errors import MethodNotAllowedError, NotFoundError
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.check import violations
from pulumi_setsmart.lifecycle.declaration import canonical, inputs_of
from pulumi_setsmart.lifecycle.kind import DEFAULT_ID_FIELD, Kind
from pulumi_setsmart.lifecycle.list_cache import NeededFields
from pulumi_setsmart.models.json import Json, with_integers
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.models.record import Record
from pulumi_setsmart.specification.sections import SECTIONS, Entries

_LONGEST_SUBJECT = 300
_LONGEST_NAME = 200
"""Characters that notices show of a title, and of the name of a field."""


@frozen
class AccountObject:
    """An object that an account holds.

    Attributes:
        kind: Its kind.
        record: The object as it was read.
        entry: What declares it, or None where it cannot be declared.
        left_out: What of it cannot be declared, and why.
    """

    kind: Kind
    record: Record
    entry: dict[str, Json] | None
    left_out: list[Notice]

    @property
    def title(self) -> str:
        """What a person calls it."""
        return str(self.record.fields.get(self.kind.title or "", ""))


@frozen
class Inventory:
    """What an account holds.

    Attributes:
        base_url: The base URL of the account's API.
        sections: The objects, in the account's order, by the section of a file that they belong to.
    """

    base_url: str
    sections: Mapping[str, list[AccountObject]]

    @property
    def objects(self) -> list[AccountObject]:
        """The objects of all sections."""
        return [found for section in self.sections.values() for found in section]

    @property
    def left_out(self) -> list[Notice]:
        """What cannot be declared, and why."""
        return [notice for found in self.objects for notice in found.left_out]

    def entries(self) -> Entries:
        """Return what declares all of it, under names made of the titles."""
        entries: Entries = {section: {} for section in self.sections}
        for section, objects in self.sections.items():
            named = entries[section]
            for account_object in objects:
                if account_object.entry is not None:
                    name = resource_name(account_object.title, account_object.kind.label, named)
                    named[name] = account_object.entry
        return entries


def inventory_of(
    settings: Settings,
    show_progress: ShowProgress,
    sections: Iterable[str] = SECTIONS,
) -> Inventory:
    """Return what the account with these settings holds, with every field.

    Args:
        settings: The settings.
        show_progress: Shows how far it has come.
        sections: The sections to read.

    Raises:
        ApiError: The account could not be read.
    """
    with opened(settings) as account:
        return take_inventory(account, settings, every_field, show_progress, sections)


def take_inventory(
    account: Account,
    settings: Settings,
    scope: Scope,
    show_progress: ShowProgress,
    sections: Iterable[str] = SECTIONS,
) -> Inventory:
    """Read all listings and webhook subscriptions of an account, or those of the given sections.

    It costs a request for each page of a list and one more for the list; and one for each object
    that its list does not show whole. Secrets, and fields that only the server sets,
    are not declared. An account without webhook subscriptions at their path has none.

    Raises:
        ApiError: The account could not be read.
    """
    found: dict[str, list[AccountObject]] = {}
    for section in sections:
        kind = SECTIONS[section]
        try:
            records = _records(kind, account, settings, show_progress)
        except (NotFoundError, MethodNotAllowedError):
            if not kind.is_optional:
                raise
            records = []
        found[section] = [_account_object(kind, record, settings, scope) for record in records]
    return Inventory(account.client.base_url, found)


def _records(
    kind: Kind, account: Account, settings: Settings, show_progress: ShowProgress
) -> Iterable[Record]:
    collection = Collection(
        account.client.operation(), kind.path({}, settings), paging=settings.paging
    )
    cache = account.list_cache(collection)
    with show_progress(f"Reading {collection.path}", None) as progress:
        for number in cache.read_pages(collection):
            progress(number)
        return [*cache.records(collection, NeededFields(kind.required_names))]


def subject_of(kind: Kind, record: Record) -> str:
    """Return what a message calls an object, however long its title is."""
    return quoted(kind.subject(record.fields, record.id), _LONGEST_SUBJECT)


def field_left_out(subject: str, name: str, reason: str) -> Notice:
    """Return what tells that a field of an object is left out, and why."""
    field = quoted(name, _LONGEST_NAME)
    return Notice(MessageCode.LEFT_OUT, f"{subject}: {field} is left out: {reason}")


def _account_object(kind: Kind, record: Record, settings: Settings, scope: Scope) -> AccountObject:
    fields = _declarable(kind, record, settings, scope)
    subject = subject_of(kind, record)
    left_out = []
    for violation in violations(kind, inputs_of(kind, {}, fields, [])):
        if violation.input in kind.required_names:
            notice = Notice(MessageCode.LEFT_OUT, f"{subject}: is left out: {violation.message}")
            return AccountObject(kind, record, None, [notice])
        name = violation.input if violation.member is None else violation.member
        del fields[name]
        left_out.append(field_left_out(subject, name, violation.reason))
    return AccountObject(kind, record, inputs_of(kind, {}, fields, []), left_out)


def _declarable(kind: Kind, record: Record, settings: Settings, scope: Scope) -> dict[str, Json]:
    """Return the fields of a record that a program may know and set, as far as they are wanted."""
    excluded = settings.read_only_fields | {DEFAULT_ID_FIELD} | kind.secret_names
    return {
        name: with_integers(value)
        for name, value in canonical(kind, record.fields).items()
        if name not in excluded
        and value is not None
        and (name in kind.required_names or scope(kind, name))
    }
