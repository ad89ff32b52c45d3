"""Which entries of a portfolio file belong to a stack, where several share the account."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.assigned_stack import STACK
from pulumi_setsmart.specification.sections import Entries

_MOST_NAMED = 3


def selected(
    entries: Entries, file: str, only: Collection[str] | None, stack: str | None
) -> Entries:
    """Return the entries of a stack, or those with some keys, or what is both.

    Nothing is left out by mistake, since Pulumi deletes what a program no longer declares.

    Args:
        entries: All entries of the file.
        file: The file's name.
        only: The keys, or None for all.
        stack: The name of the stack, or None for any.

    Raises:
        PortfolioFileError: An entry names no stack, or there is none of the stack or with a key.
    """
    if stack is not None:
        entries = _of_stack(entries, file, stack)
    return entries if only is None else _with_keys(entries, file, only, stack)


def _of_stack(entries: Entries, file: str, stack: str) -> Entries:
    stacks = {
        (section, key): entry.get(STACK)
        for section, members in entries.items()
        for key, entry in members.items()
    }
    without = [key for (_, key), name in stacks.items() if name is None]
    if without:
        raise PortfolioFileError(
            f"{file}: {_listed(without)}: name no stack, so no stack would manage them; write "
            f"`{STACK}: NAME` into each entry",
            code=MessageCode.NO_STACK_NAMED,
        )
    if stacks and stack not in stacks.values():
        known = sorted({str(name) for name in stacks.values()})
        raise PortfolioFileError(
            f"{file}: no entry has the stack {stack}{_meant(stack, known)}; there are "
            f"{_listed(known)}. To delete all listings of a stack, run `pulumi destroy`",
            code=MessageCode.NOTHING_SELECTED,
        )
    return {
        section: {key: entry for key, entry in members.items() if entry[STACK] == stack}
        for section, members in entries.items()
    }


def _with_keys(entries: Entries, file: str, only: Collection[str], stack: str | None) -> Entries:
    keys = {only} if isinstance(only, str) else {*only}
    known = {key for members in entries.values() for key in members}
    for key in sorted(keys - known):
        raise PortfolioFileError(
            f"{file}: only: there is no entry {key}{_meant(key, known)}"
            + ("" if stack is None else f" of the stack {stack}"),
            code=MessageCode.NOTHING_SELECTED,
        )
    return {
        section: {key: entry for key, entry in members.items() if key in keys}
        for section, members in entries.items()
    }


def _meant(name: str, known: Collection[str]) -> str:
    alike = difflib.get_close_matches(name, known, 1)
    return f" (did you mean {alike[0]}?)" if alike else ""


def _listed(names: Collection[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join([*names][:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
