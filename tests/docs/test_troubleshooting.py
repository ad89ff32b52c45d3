"""What docs/troubleshooting.md says of messages, held against the source that says them.

An entry of the page is a line that is one code span, and nothing else; its explanation follows.
What it shows is a whole message, with `…` for anything; what stands before a colon may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import takewhile

import pytest
from attrs import frozen
from support.documentation_page import ROOT
from support.source_text import ANYTHING, SourceText, source_texts

import pulumi_setsmart
from pulumi_setsmart.client import errors

PULUMIS_OWN = "## Pulumi itself"
"""The section whose messages are not ours, so that our source does not have them."""

WITHOUT_MESSAGES = {"SetSmartError", "ApiError"}
"""Classes of which only subclasses are raised."""

SPEAKS_OF_NO_TROUBLE: Mapping[str, str] = {
    "client.tracebacks": "the words of Python's tracebacks",
    "client.message_stream": "errors of connections, which the channel tells in words of its own",
    "client.signals": "the words of lists",
    "client.timed_stream": "the same",
    "lifecycle.refused_fields": "patterns of what servers say",
    "models.json": "the names of types, which stand in other messages",
    "models.marker": "what a diff shows for null",
    "recording.file": "what maintainers read of recordings, and the words of these",
    **dict.fromkeys(
        (
            "recording.behaviour_seen",
            "recording.headers",
            "recording.survey",
            "recording.paging_seen",
            "recording.recording",
            "recording.sanitising",
            "recording.shape",
            "recording.words",
            "sandbox.replay.listing",
            "sandbox.replay.replay",
            "sandbox.replay.sample",
        ),
        "the words of a recording",
    ),
    "reporting.markdown": "the words of a report",
    "reporting.report": "the words of a report",
    "reporting.wording": "the words of a report",
    "sandbox.collection": "what the sandbox says of values, behind what the client says of a 400",
    "sandbox.dashboard.dashboard": "what pages say that explain themselves",
    "sandbox.dashboard.listing_form": "what the sandbox says of values, in its form",
    "sandbox.deliveries.delivery_log": "SQL",
    "sandbox.dialect": "a header",
    "sandbox.error_form": "what frameworks say of values, behind what the client says of a 400",
    "sandbox.faults": "the names of faults that tests ask for",
    "sandbox.list_style": "the members of responses",
    "sandbox.listings": "the words of invented listings",
    "sandbox.rule": "what the sandbox says of values, behind what the client says of a 400",
    "sandbox.storage": "SQL",
    "specification.schema": "what editors show of a field",
}
"""Modules whose texts need no entry, each with the reason."""

WITHOUT_ENTRY: Mapping[str, tuple[str, ...]] = {
    "part of a message that has an entry": (
        " (and … more)",
        " and … more",
        "… is true",
        "describe how it is paged in setsmart:paging",
        "no members",
        ", name it in unordered if its order means nothing",
        "ahead of",
        "an empty title",
        "as it is",
        "is set",
        '{"properties": [{"id": …',
        "standard input",
        "the preview",
        "other fields than the documented ones (listings: …)",
        "take it out of the program",
        "the release that wrote it",
        "the same …",
        'to take it over say if_exists="adopt" …',
        "webhook subscription",
        "webhook subscriptions (…)",
        "what is not known yet",
        "the output",
        "no file",
        "pulumi-setsmart adopt",
    ),
    "said when all is well": (
        "Importing into …",
        "… taken in, … known before",
        "next: `pulumi import --file …",
        "the preview shows no change",
        "no differences",
        "… in the stack's configuration",
        "… in the environment",
        "SetSmart request …",
        "SetSmart sandbox on …",
        "In a browser on this machine: …/",
        "API key: sandbox-key. Ctrl-C stops it.",
        "Ctrl-C stops it.",
    ),
    "what Pulumi says, which is looked for": (
        "PULUMI_ACCESS_TOKEN must be set",
        "state database",
        "permission denied",
        "state directory",
        "access token",
    ),
    "never shown": ("no name of a host",),
    "code": (
        '"""Declares what the portfolio file holds…',
        r"stdout: (\{.*\})\s+stderr:",
        r"(the |property )?…",
        "default-src 'none'; …",
    ),
    "SQL": (
        "BEGIN …",
        "PRAGMA …",
        "SELECT count(*) FROM …",
    ),
}
"""Texts that need no entry, as patterns, by the reason."""

SAID_WHEN_ALL_IS_WELL = "good"
"""The function whose findings need no entry."""

MOST_TEXTS_OF_AN_ENTRY = 3
"""An entry that stands for more of them would say nothing about any."""

_SPAN = re.compile(r"(`+) ?(.+?) ?\1")
_BEFORE = "…:,;. "


@frozen
class Entry:
    """A message that the page explains.

    Attributes:
        line: The number of its line.
        message: The message.
        is_explained: Whether its explanation follows, perhaps after other messages.
    """

    line: int
    message: str
    is_explained: bool

    def stands_for(self, text: str) -> bool:
        """Return whether a text of the source is what the entry shows."""
        parts = _bare(self.message).split(ANYTHING)
        pattern = ".*".join(re.escape(part) for part in parts)
        return re.fullmatch(pattern, _bare(text), re.DOTALL) is not None


def _bare(text: str) -> str:
    """Return a text without the subject before it."""
    return text.strip().lstrip(_BEFORE)


def _entries() -> list[Entry]:
    lines = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8").splitlines()
    assert PULUMIS_OWN in lines
    found = []
    fenced = False
    for number, line in enumerate(takewhile(lambda line: line != PULUMIS_OWN, lines), 1):
        is_fence = line.startswith("```")
        fenced ^= is_fence
        span = None if fenced or is_fence else _SPAN.fullmatch(line)
        if span is not None:
            following = next((one for one in lines[number:] if not one.startswith("`")), "")
            found.append(Entry(number, span[2], following.startswith(":   ")))
    return found


ENTRIES = _entries()
TEXTS = source_texts()
MESSAGES = [
    one
    for one in TEXTS
    if one.is_phrase
    and one.module not in SPEAKS_OF_NO_TROUBLE
    and SAID_WHEN_ALL_IS_WELL not in one.said_by
]
CLASSES = sorted(
    name
    for name, one in vars(errors).items()
    if isinstance(one, type) and issubclass(one, errors.SetSmartError)
)


def _texts_without_entry() -> list[str]:
    return [text for texts in WITHOUT_ENTRY.values() for text in texts]


def _of_class(name: str) -> list[SourceText]:
    speakers = {name, "refusal"} if name == "PortfolioFileError" else {name}
    return [one for one in TEXTS if one.is_phrase and speakers & one.said_by]


def test_every_entry_is_explained() -> None:
    """A message without an explanation under it would help nobody."""
    assert len(ENTRIES) > 200
    assert [one for one in ENTRIES if not one.is_explained] == []


def test_no_message_has_two_entries() -> None:
    """Whoever searches for a message finds one answer."""
    messages = [one.message for one in ENTRIES]
    assert sorted({one for one in messages if messages.count(one) > 1}) == []


def test_what_an_entry_shows_is_what_the_source_says() -> None:
    """A message that is reworded takes its entry along."""
    unsaid = [
        f"line {entry.line}: {entry.message}"
        for entry in ENTRIES
        if not any(entry.stands_for(one.text) for one in TEXTS)
    ]
    assert unsaid == []


def test_no_entry_stands_for_whatever_is_said() -> None:
    """An entry shows the words of its message, rather than that there are some."""
    stood_for = {
        entry: {_bare(one.text) for one in TEXTS if entry.stands_for(one.text)} for entry in ENTRIES
    }
    assert [
        entry for entry, texts in stood_for.items() if len(texts) > MOST_TEXTS_OF_AN_ENTRY
    ] == []


def test_whatever_the_package_says_has_an_entry() -> None:
    """A message that is new gets an entry, or a reason for which it has none."""
    excepted = [Entry(0, text, is_explained=False) for text in _texts_without_entry()]
    unexplained = [
        f"{one.module}: {one.text}"
        for one in MESSAGES
        if not any(entry.stands_for(one.text) for entry in (*ENTRIES, *excepted))
    ]
    assert unexplained == []


def test_exceptions_are_needed() -> None:
    """Each of them still excepts something, which has no entry."""
    assert SPEAKS_OF_NO_TROUBLE.keys() <= {one.module for one in TEXTS if one.is_phrase}
    without_entry = [
        one.text for one in MESSAGES if not any(entry.stands_for(one.text) for entry in ENTRIES)
    ]
    assert [
        text
        for text in _texts_without_entry()
        if not any(Entry(0, text, is_explained=False).stands_for(one) for one in without_entry)
    ] == []


def test_all_public_errors_are_looked_at() -> None:
    """The classes that users can catch are those of the tree, so none is missed below."""
    public = {name for name in pulumi_setsmart.__all__ if name.endswith("Error")}
    assert public == set(CLASSES)


@pytest.mark.parametrize("name", [name for name in CLASSES if name not in WITHOUT_MESSAGES])
def test_each_error_has_an_entry(name: str) -> None:
    """Whoever catches it finds what its messages mean."""
    texts = [one.text for one in _of_class(name)]
    assert any(entry.stands_for(text) for entry in ENTRIES for text in texts), texts


@pytest.mark.parametrize("name", sorted(WITHOUT_MESSAGES))
def test_only_subclasses_of_some_errors_are_raised(name: str) -> None:
    """Those that no message is asked of have none."""
    assert _of_class(name) == []
