"""What a preview comes to: each object that does not stay as it is, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from urllib.parse import quote

from attrs import Factory, frozen

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import Notice
from pulumi_setsmart.reporting.field_change import ABSENT, FieldChange


class Action(StrEnum):
    """What happens to an object, the gravest first."""

    RENAME = "rename"
    DELETE = "delete"
    REPLACE = "replace"
    DEACTIVATE = "deactivate"
    RELEASE = "release"
    CREATE = "create"
    RESTORE = "restore"
    ADOPT = "adopt"
    REVERT = "revert"
    SEND_AGAIN = "send again"
    UPDATE = "update"
    NEW_KEY = "new key"


LOSSES = frozenset({Action.RENAME, Action.DELETE, Action.REPLACE, Action.DEACTIVATE})
"""After these, guests cannot book what they could before."""

CHANGES = LOSSES | {Action.REVERT, Action.SEND_AGAIN, Action.UPDATE}
"""These change an object of the account; so may an adoption."""


_COMPARED = frozenset({Action.REPLACE, Action.REVERT, Action.SEND_AGAIN, Action.UPDATE})


@frozen
class Entry:
    """An object that does not stay as it is.

    Attributes:
        action: What happens to it.
        label: What a person calls its kind, such as ``listing``.
        title: What a person calls it, such as the listing's name.
        resource: The name of its resource in the program.
        identifier: Its id at SetSmart, or None where it has none yet.
        account: The name of its account, or None.
        fields: The fields that change; of a new one, those that are declared.
        hides: Whether something secret may change as well, which a preview does not show.
        former: Of a renamed key, what happens to the resource under its former key; else None.
        is_change: Whether it is a listing of the account that will have other values, or be lost.
        twin: Of one that would be deleted, the name of a resource of the same identity that stays.
        is_listing: Whether it is a listing.
        former_key: The name that its resource has in the state, if the program says that it is the
            same one under another key; else None.
        was_deleted: Whether the object of its resource was deleted at SetSmart.
        portfolio: The name of the portfolio that declares it, or None.
        key: The key of its entry there, or None.
        planned: The fields that the program declares, in the order of its lists; or None.
    """

    action: Action
    label: str
    title: str
    resource: str
    identifier: str | None
    account: str | None
    fields: Sequence[FieldChange]
    hides: bool
    former: Entry | None = None
    is_change: bool = False
    twin: str | None = None
    former_key: str | None = None
    is_listing: bool = False
    was_deleted: bool = False
    portfolio: str | None = None
    key: str | None = None
    planned: Mapping[str, Json] | None = None

    @property
    def is_compared(self) -> bool:
        """Whether its fields have a value now that can stand beside the next one."""
        return self.action in _COMPARED or (
            self.action is Action.ADOPT
            and all(field.current is not ABSENT for field in self.fields)
        )

    @property
    def is_adopted_as_it_is(self) -> bool:
        """Whether it exists, and has all that the program declares."""
        return self.action is Action.ADOPT and not self.fields and not self.was_deleted

    @property
    def is_drift(self) -> bool:
        """Whether somebody changed or deleted it at SetSmart since the last deployment."""
        return self.was_deleted or any(field.is_drift for field in self.fields)


@frozen
class Report:
    """What a preview comes to.

    Attributes:
        project: The name of the project.
        stack: The name of the stack.
        entries: The objects that do not stay as they are, the gravest first.
        others: How many resources that are not SetSmart's do not stay as they are, by what Pulumi
            does to them.
        warnings: What Pulumi warned of.
        errors: Why the preview failed; nothing if it did not.
        refreshed: Whether the preview looked at SetSmart; if not, drift cannot be seen.
        listings: How many listings the stack manages, with those that it adopts.
        configured: What is configured in clear of the stack, by key.
        notices: What a person has to know before it is approved, such as a limit that is exceeded.
        resources: Each resource in the preview, also one that stays as it is: its kind and name.
        other_steps: What happens to which resource that is not SetSmart's.
        date: The day of the report, or None.
        dashboard_url: The address of a listing's page, with ``{id}``, or None.
        portfolios: The names of the program's portfolios.
    """

    project: str
    stack: str
    entries: Sequence[Entry]
    others: Mapping[str, int]
    warnings: Sequence[str]
    errors: Sequence[str]
    refreshed: bool
    listings: int = 0
    configured: Mapping[str, str] = Factory(dict)
    notices: Sequence[Notice] = ()
    resources: Sequence[tuple[str, str]] = ()
    other_steps: Sequence[str] = ()
    date: str | None = None
    dashboard_url: str | None = None
    portfolios: Sequence[str] = ()

    def of(self, action: Action) -> list[Entry]:
        """Return the objects to which something happens."""
        return [entry for entry in self.entries if entry.action is action]

    def link(self, entry: Entry) -> str | None:
        """Return the address of a listing's page at SetSmart, or None."""
        if not (self.dashboard_url and entry.is_listing and entry.identifier):
            return None
        return self.dashboard_url.replace("{id}", quote(entry.identifier, safe=""))

    @property
    def unchanged_listings(self) -> int | None:
        """How many listings stay as they are; None where the preview does not say it."""
        if not self.refreshed or self.errors:
            return None
        counted = (entry for entry in self.entries if entry.action is not Action.CREATE)
        return self.listings - sum(entry.is_listing for entry in counted)

    @property
    def drifted(self) -> list[Entry]:
        """The objects that somebody changed or deleted at SetSmart."""
        return [entry for entry in self.entries if entry.is_drift]

    @property
    def losses(self) -> list[Entry]:
        """The objects that are deleted, replaced or deactivated, those of renamed keys included."""
        return [entry for entry in self.entries if entry.action in LOSSES]

    @property
    def changed(self) -> list[Entry]:
        """The listings that are updated, deleted, replaced, or adopted with changes."""
        return [entry for entry in self.entries if entry.is_change]

    @property
    def is_empty(self) -> bool:
        """Whether everything stays as it is."""
        return not (self.entries or self.others or self.errors)
