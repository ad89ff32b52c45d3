"""What a portfolio may declare and is probably a mistake."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

import attrs

from pulumi_setsmart.lifecycle.identity import identity_of, recognisable
from pulumi_setsmart.lifecycle.kind import WEBHOOK_SUBSCRIPTION, Kind
from pulumi_setsmart.models.json import Json, pointer
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.webhook_subscription import ALL_EVENTS, KNOWN_EVENTS
from pulumi_setsmart.specification.document import Document, FileViolation, overlaid
from pulumi_setsmart.specification.sections import SECTIONS
from pulumi_setsmart.specification.suggestion import closest, did_you_mean

_PART = re.compile(r"[^\W_]+")
_EVENTS = "events"
_SHORTEST_WORD = 4
"""How many letters a word of a key has where a doubled letter may be a typo."""

_LONG_WORD = 6
"""The same for any other letter more or less: short names differ in one letter."""

_ROMAN = re.compile("[ivxlcdm]+")


def likely_mistakes(documents: Sequence[Document], merged: Document) -> Iterator[FileViolation]:
    """Yield warnings about a portfolio that is valid.

    Args:
        documents: The file and its overlays.
        merged: All of them as one document.
    """
    yield from _missing_in_base(documents)
    for section, kind in SECTIONS.items():
        entries = _entries(merged, section)
        yield from _same_identities(merged, kind, section, entries)
        yield from _similar_keys(merged, section, entries)
        if kind is WEBHOOK_SUBSCRIPTION:
            yield from _unknown_events(merged, section, entries)


def _entries(document: Document, section: str) -> Mapping[str, Json]:
    entries = document.value.get(section) if isinstance(document.value, dict) else None
    return entries if isinstance(entries, dict) else {}


def _warning(violation: FileViolation, suggestion: str | None = None) -> FileViolation:
    return attrs.evolve(violation, is_warning=True, suggestion=suggestion)


def _missing_in_base(documents: Sequence[Document]) -> Iterator[FileViolation]:
    base, *overlays = documents
    for overlay in overlays:
        for section in SECTIONS:
            known = _entries(base, section)
            for key, entry in _entries(overlay, section).items():
                if key not in known and entry is not None:
                    meant = closest(key, known)
                    reason = f"is not in the base; {did_you_mean(meant)}It becomes a new entry"
                    path = pointer(pointer("", section), key)
                    yield _warning(
                        overlay.key_violation(path, reason, MessageCode.NOT_IN_BASE), meant
                    )
        base = overlaid(base, overlay, report=lambda _: None)  # reported by the check


def _same_identities(
    document: Document, kind: Kind, section: str, entries: Mapping[str, Json]
) -> Iterator[FileViolation]:
    """Yield entries with the name of an earlier one, and not with another address."""
    seen: dict[Json, list[tuple[str, dict[str, Json]]]] = {}
    for key, entry in entries.items():
        identity = identity_of(kind.natural_key, entry) if isinstance(entry, dict) else None
        if identity is None:
            continue
        known = {name: recognisable(value) for name, value in identity.items() if value is not None}
        first = known.get(kind.natural_key[0])
        if not isinstance(first, str):
            continue
        for other, its in seen.setdefault(first, []):
            if all(its[name] == known[name] for name in its.keys() & known.keys()):
                path = pointer(pointer(pointer("", section), key), kind.natural_key[0])
                names = " and ".join(name for name in kind.natural_key if name in known)
                yield _warning(
                    document.violation(
                        path,
                        f"the entry {other} has the same {names}; are they one {kind.noun}?",
                        MessageCode.SAME_IDENTITY,
                    )
                )
                break
        seen[first].append((key, known))


def _similar_keys(
    document: Document, section: str, entries: Mapping[str, Json]
) -> Iterator[FileViolation]:
    """Yield keys that are spelled like an earlier one, up to a typo in a long word."""
    seen: dict[str, str] = {}
    typos: dict[str, tuple[str, str]] = {}
    for key in entries:
        parts = _PART.findall(_plain(key))
        spelling = "".join(parts) if parts else key
        words, shorter = " ".join(parts), [*_typos(parts)]
        alike = (typos[typo] for typo in shorter if typo in typos)
        similar = seen.get(spelling) or next(
            (other for other, its in alike if _is_typo(words, its)), None
        )
        if similar is not None:
            yield _warning(
                document.key_violation(
                    pointer(pointer("", section), key),
                    f"is almost the key {similar}; are they one entry?",
                    MessageCode.SIMILAR_KEY,
                ),
                similar,
            )
        seen.setdefault(spelling, key)
        for typo in shorter:
            typos.setdefault(typo, (key, words))


def _plain(key: str) -> str:
    """Return a key without case and accents."""
    decomposed = unicodedata.normalize("NFKD", key).casefold()
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def _typos(parts: Sequence[str]) -> Iterator[str]:
    """Yield the words of a key, and the same with a letter less in one of the long words.

    Keys that differ by a letter more, or by two letters that changed places, have one in common.
    """
    words = " ".join(parts)
    yield words
    start = 0
    for part in parts:
        if len(part) >= _SHORTEST_WORD and part.isalpha() and not _ROMAN.fullmatch(part):
            for index in range(start, start + len(part)):
                yield words[:index] + words[index + 1 :]
        start += len(part) + 1


def _is_typo(words: str, other: str) -> bool:
    """Return whether a word of one key has a letter more inside, or two that changed places."""
    differing = [
        (one, another)
        for one, another in zip(words.split(), other.split(), strict=False)
        if one != another
    ]
    if len(differing) != 1 or len(words.split()) != len(other.split()):
        return False
    shorter, longer = sorted(differing[0], key=len)
    if len(shorter) < _SHORTEST_WORD or not (shorter + longer).isalpha():
        return False
    if len(shorter) == len(longer):
        places = [index for index in range(len(shorter)) if shorter[index] != longer[index]]
        if len(places) != 2 or places[1] != places[0] + 1:  # noqa: PLR2004 - two change places
            return False
        first, second = places
        return shorter[first] == longer[second] and shorter[second] == longer[first]
    return any(
        longer[:index] + longer[index + 1 :] == shorter
        and (len(shorter) >= _LONG_WORD or longer[index] == longer[index - 1])
        for index in range(1, len(longer) - 1)
    )


def _unknown_events(
    document: Document, section: str, entries: Mapping[str, Json]
) -> Iterator[FileViolation]:
    for key, entry in entries.items():
        events = entry.get(_EVENTS) if isinstance(entry, dict) else None
        for index, event in enumerate(events if isinstance(events, list) else []):
            if isinstance(event, str) and event not in (*KNOWN_EVENTS, ALL_EVENTS):
                meant = closest(event, KNOWN_EVENTS)
                path = pointer(pointer(pointer(pointer("", section), key), _EVENTS), index)
                yield _warning(
                    document.violation(
                        path,
                        f"is no event that is known; {did_you_mean(meant)}Known are "
                        f"{', '.join(KNOWN_EVENTS)}",
                        MessageCode.UNKNOWN_EVENT,
                    ),
                    meant,
                )
