"""What ids look like: the classes of their characters, and how many there are of each."""

from __future__ import annotations

import re
from itertools import groupby

from pulumi_setsmart.recording.recording import CharacterRun
from pulumi_setsmart.recording.shape import UUID

_MOST_RUNS = 5
_CLASSES = {
    "lower": re.compile(r"[a-z]"),
    "upper": re.compile(r"[A-Z]"),
    "digits": re.compile(r"[0-9]"),
    "underscore": re.compile(r"_"),
    "hyphen": re.compile(r"-"),
}


def id_form(identifiers: list[str]) -> tuple[CharacterRun, ...]:
    """Return of which runs of characters all of some ids are made; ids differ in their lengths."""
    if all(UUID.fullmatch(identifier) for identifier in identifiers):
        return (CharacterRun("uuid", 36, 36),)
    runs = [
        [(of, len([*run])) for of, run in groupby(identifier, _class)] for identifier in identifiers
    ]
    kinds = {tuple(of for of, _ in signature) for signature in runs}
    if len(kinds) != 1 or len(next(iter(kinds))) > _MOST_RUNS:
        lengths = [len(identifier) for identifier in identifiers]
        return (CharacterRun("mixed", min(lengths), max(lengths)),)
    return tuple(
        CharacterRun(position[0][0], *_least_and_most([length for _, length in position]))
        for position in zip(*runs, strict=True)
    )


def _least_and_most(lengths: list[int]) -> tuple[int, int]:
    return min(lengths), max(lengths)


def _class(character: str) -> str:
    return next((of for of, pattern in _CLASSES.items() if pattern.fullmatch(character)), "other")
