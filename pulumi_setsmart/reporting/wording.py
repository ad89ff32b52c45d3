"""The words of a report, the same in every format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import frozen
from pulumi.runtime.rpc import UNKNOWN as UNKNOWN_TEXT

from pulumi_setsmart.client.confidential import shortened
from pulumi_setsmart.models.field import label_of
from pulumi_setsmart.models.json import steps
from pulumi_setsmart.models.text import EMPTY, listed, one_line, shown_json
from pulumi_setsmart.reporting.field_change import ABSENT, Cause, FieldChange, Value
from pulumi_setsmart.reporting.report import Action, Entry, Report

_LONGEST_TITLE = 100
_LONGEST_VALUE = 300
"""Characters; a description can have thousands."""


@frozen
class Heading:
    """What stands above the objects to which the same thing happens.

    Attributes:
        title: What happens.
        explanation: What that means for the listing.
    """

    title: str
    explanation: str


HEADINGS: Mapping[Action, Heading] = {
    Action.RENAME: Heading(
        "Renamed key",
        "The program has the same object under another key. Declare the former key (formerly in a "
        "portfolio file, aliases in a program), and nothing is deleted.",
    ),
    Action.DELETE: Heading("Deleted", "The object is deleted at SetSmart. It cannot be undone."),
    Action.REPLACE: Heading(
        "Replaced",
        "The object is deleted at SetSmart, or set to inactive where the program says so, and a "
        "new one with another id is created.",
    ),
    Action.DEACTIVATE: Heading(
        "Deactivated", "Its status is set to inactive, and the stack knows it no longer."
    ),
    Action.RELEASE: Heading(
        "Released", "It stays at SetSmart as it is, and the stack knows it no longer."
    ),
    Action.CREATE: Heading("Created", "A new object at SetSmart."),
    Action.RESTORE: Heading(
        "Created again", "Somebody deleted it at SetSmart. It is created with a new id."
    ),
    Action.ADOPT: Heading(
        "Adopted", "It exists at SetSmart, and belongs to the stack from now on."
    ),
    Action.REVERT: Heading(
        "Reverted", "Somebody changed it at SetSmart. It gets back what the program declares."
    ),
    Action.SEND_AGAIN: Heading(
        "Not applied",
        "SetSmart accepted what the program declares, and kept something else. It is sent again.",
    ),
    Action.UPDATE: Heading("Changed", "The program declares something else than before."),
    Action.NEW_KEY: Heading(
        "Kept under a new key",
        "The program names the former key, so nothing changes at SetSmart.",
    ),
}

_SECRET = "secret"  # noqa: S105 - the word that stands for one


def summary(report: Report) -> str:
    """Return what a report comes to in a line."""
    if report.errors:
        return "The preview failed"
    if report.is_empty and not report.refreshed:
        return "No changes since the last deployment"
    if report.is_empty:
        return "No changes: everything at SetSmart is as declared"
    parts = [
        f"{len(entries)} {HEADINGS[action].title.lower()}"
        for action in Action
        if (entries := report.of(action))
    ]
    if report.others:
        parts.append(f"{sum(report.others.values())} of other providers")
    text = ", ".join(parts)
    if report.drifted:
        text += f"; {len(report.drifted)} changed outside Pulumi"
    return text


def subject(entry: Entry, quoted: Callable[[str], str] = str) -> str:
    """Return what an object is, without its title: ``listing prop_1 of account eu``.

    Args:
        entry: The object.
        quoted: How its id and the account's name are set off from the words around them.
    """
    words = [entry.label]
    if entry.identifier:
        words.append(quoted(entry.identifier))
    if entry.account:
        words.append(f"of account {quoted(entry.account)}")
    return " ".join(words)


def notes(entry: Entry, quoted: Callable[[str], str] = str) -> list[str]:
    """Return what there is to say of an object beside its fields.

    Args:
        entry: The object.
        quoted: How names and ids are set off from the words around them.
    """
    is_state_only = entry.action is Action.UPDATE and not (entry.fields or entry.hides)
    found = (renamed(entry, quoted), HIDDEN * entry.hides, STATE_ONLY * is_state_only)
    return [note for note in found if note]


def as_it_is(entries: Sequence[Entry], quoted: Callable[[str], str] = str) -> str:
    """Return which objects are adopted as they are: ``2 as they are: Villa, Loft``.

    Args:
        entries: The objects.
        quoted: How a name is set off from the words around it.
    """
    named = listed([quoted(shortened(entry.title, _LONGEST_TITLE)) for entry in entries])
    return f"{len(entries)} as {'it is' if len(entries) == 1 else 'they are'}: {named}"


def renamed(entry: Entry, quoted: Callable[[str], str] = str) -> str:
    """Return what a renamed key does: ``renamed key: would delete prop_2 and create …``.

    Args:
        entry: The object; nothing is said unless its key was renamed. If the program names the
            former key, only that is.
        quoted: How names and ids are set off from the words around them.
    """
    if entry.former is None:
        return "" if entry.former_key is None else f"its key was {quoted(entry.former_key)}"
    identifier = quoted(entry.identifier) if entry.identifier else f"the {entry.label}"
    return (
        f"renamed key: would {entry.former.action} {identifier} and create the same {entry.label} "
        f"again; its key was {quoted(entry.former.resource)}"
    )


def field_name(change: FieldChange) -> str:
    """Return what a person calls a field: ``Max guests``, ``House rules: pets``."""
    first, *others = steps(change.path)
    label = label_of(first)
    if first.isidentifier():
        label = f"{label[0].upper()}{label[1:]}"
    return ": ".join([label, *map(label_of, others)])


def facts(report: Report) -> list[str]:
    """Return what a report is about beside its changes, as far as it is known."""
    listings = report.unchanged_listings
    return [
        *([report.date] if report.date else []),
        *(
            [f"{listings} {'listing' if listings == 1 else 'listings'} unchanged"]
            if listings
            else []
        ),
    ]


def shown(value: Value, *, secret: bool) -> str:
    """Return a value for a person to read, in one line; a secret one never."""
    if value is ABSENT:
        return "—"
    if secret:
        return _SECRET
    if value is None:
        return EMPTY
    if value == UNKNOWN_TEXT:
        return "known once it is created"
    if isinstance(value, str):
        text = one_line(value) or '""'
    else:
        text = shown_json(value).replace(f'"{UNKNOWN_TEXT}"', "…")
    return shortened(text, _LONGEST_VALUE)


def current(change: FieldChange) -> str:
    """Return what a field holds at SetSmart now."""
    return shown(change.current, secret=change.secret)


def planned(change: FieldChange) -> str:
    """Return what a field will hold."""
    if change.planned is ABSENT:
        return f"{shown(change.current, secret=change.secret)} (no longer declared)"
    return shown(change.planned, secret=change.secret)


def only_value(change: FieldChange) -> str:
    """Return the value of a field that only has one: before a deletion, or after a creation."""
    value = change.current if change.planned is ABSENT else change.planned
    return shown(value, secret=change.secret)


def reason(change: FieldChange, quoted: Callable[[str], str] = str) -> str:
    """Return why a field changes.

    Args:
        change: The field.
        quoted: How a value is set off from the words around it.
    """
    last = quoted(shown(change.last, secret=change.secret))
    match change.cause:
        case Cause.DRIFT:
            return f"changed outside Pulumi, was {last}"
        case Cause.UNAPPLIED:
            return "SetSmart did not apply it"
        case Cause.BOTH:
            return f"this change; changed outside Pulumi as well, was {last}"
    return "this change"


HIDDEN = "Something secret may change, which a preview does not show."
STATE_ONLY = "Only what the state says of it changes, and nothing is sent to SetSmart."
NOT_REFRESHED = (
    "The preview did not look at SetSmart, so changes outside Pulumi are not in it. "
    "Add options: {refresh: always} to Pulumi.yaml, or --refresh."
)
