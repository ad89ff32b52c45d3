"""What docs/troubleshooting.md says of messages, compared with the source that says them.

Messages have a code, whose entry is a heading, so a message may be reworded without a change of the
page. What the sandbox responds and logs has none: its entry is a line that is one code span, which
shows a whole message, with `…` for anything; what is before a colon may be left out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path

import pytest
from attrs import frozen
from support.documentation_page import ROOT
from support.source_text import ANYTHING, source_texts

import pulumi_setsmart
from pulumi_setsmart.client import errors
from pulumi_setsmart.models.message_code import MessageCode

PACKAGE = Path(pulumi_setsmart.__file__).parent
SOURCES = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]

WITHOUT_MESSAGES = {"SetSmartError", "ApiError"}
"""Classes of which only subclasses are raised."""

PULUMIS_OWN = "## Pulumi itself"
"""The section whose messages are not ours, so that our source does not have them."""

WITHOUT_CODES = ("sandbox", "testing")
"""The parts of the package whose messages have no code."""

CODED = {"pulumi.RunError", "logger.warning", "click.ClickException"}
"""Calls that need a code in one of their arguments."""

SPEAKS_OF_NO_TROUBLE: Mapping[str, str] = {
    **dict.fromkeys(
        ("sandbox.replay.listing", "sandbox.replay.replay", "sandbox.replay.sample"),
        "the words of a recording",
    ),
    "sandbox.collection": "what the sandbox says of values, behind what the client says of a 400",
    **dict.fromkeys(
        (
            "sandbox.dashboard.form_pages",
            "sandbox.dashboard.listing_pages",
            "sandbox.dashboard.pages",
            "sandbox.dashboard.webhook_pages",
            "sandbox.dashboard.wording",
            "sandbox.masked_exchange",
        ),
        "what pages say that explain themselves",
    ),
    "sandbox.masking": "regular expressions",
    "sandbox.dashboard.object_form": "what the sandbox says of values, in its form",
    "sandbox.database_file": "reasons, behind a message with a code",
    "sandbox.deliveries.delivery_log": "SQL",
    "sandbox.search": "SQL",
    "sandbox.behaviour": "a header",
    "sandbox.error_form": "what frameworks say of values, behind what the client says of a 400",
    "sandbox.faults.network": "the names of faults that tests ask for",
    "sandbox.faults.responses": "the names of faults that tests ask for",
    "sandbox.list_styles": "the members of responses",
    "sandbox.listings": "the words of invented listings",
    "sandbox.schema": "what the sandbox says of values, behind what the client says of a 400",
    "sandbox.storage": "SQL",
}
"""Modules whose texts need no entry, each with the reason."""

WITHOUT_ENTRY: Mapping[str, tuple[str, ...]] = {
    "said when all is well": (
        "SetSmart sandbox on …",
        "In a browser on this machine: …/",
        "API key: sandbox-key. …",
        "`pulumi-setsmart sandbox --stop --port … stops it.",
        "…\nIts log: …",
        "Ctrl-C stops it.",
    ),
    "code": ("default-src 'none'; …",),
    "SQL": (
        "BEGIN …",
        "PRAGMA …",
    ),
}
"""Texts that need no entry, as patterns, by the reason."""

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
            following = next((below for below in lines[number:] if not below.startswith("`")), "")
            found.append(Entry(number, span[2], following.startswith(":   ")))
    return found


ENTRIES = _entries()
TEXTS = source_texts()
MESSAGES = [
    string
    for string in TEXTS
    if string.is_phrase
    and string.module.partition(".")[0] in WITHOUT_CODES
    and string.module not in SPEAKS_OF_NO_TROUBLE
]
CLASSES = sorted(
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.SetSmartError)
)
HEADINGS = [
    line.removeprefix("### ")
    for line in (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("### ")
]


def _texts_without_entry() -> list[str]:
    return [text for texts in WITHOUT_ENTRY.values() for text in texts]


def test_every_code_has_one_entry() -> None:
    """Whoever searches for the code of a message finds one entry, and no entry is out of date."""
    assert sorted(HEADINGS) == sorted(MessageCode)


def test_every_entry_of_a_code_is_explained() -> None:
    """A heading alone would help nobody."""
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    entries = page.split("\n### ")[1:]
    assert [
        entry.split("\n")[0] for entry in entries if len(entry.split("\n## ")[0].split()) < 6
    ] == []


@pytest.mark.parametrize("code", MessageCode)
def test_every_code_is_used(code: MessageCode) -> None:
    """A code that no message has is out of date."""
    assert any(f"MessageCode.{code.name}" in source for source in SOURCES)


@pytest.mark.parametrize("name", [name for name in CLASSES if name not in WITHOUT_MESSAGES])
def test_each_error_has_a_code(name: str) -> None:
    """An error that is raised without one has that of its class."""
    assert vars(errors)[name].code in MessageCode


def test_what_stops_a_program_or_a_command_has_a_code() -> None:
    """And so has what warns: it is made by something that adds a code."""
    bare = [
        f"{path.name}:{call.lineno}"
        for path in PACKAGE.rglob("*.py")
        if "sandbox" not in path.parts
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) in CODED
        and not re.search(r"with_code|code=|str\(error\)|\{error\}|message", ast.unparse(call))
    ]
    assert bare == []


def test_every_entry_is_explained() -> None:
    """A message without an explanation under it would help nobody."""
    assert len(ENTRIES) > 40
    assert [entry for entry in ENTRIES if not entry.is_explained] == []


def test_no_message_has_two_entries() -> None:
    """Whoever searches for a message finds one answer."""
    messages = [entry.message for entry in ENTRIES]
    assert sorted({message for message in messages if messages.count(message) > 1}) == []


def test_what_an_entry_shows_is_what_the_source_says() -> None:
    """A message without a code that is reworded takes its entry along."""
    unsaid = [
        f"line {entry.line}: {entry.message}"
        for entry in ENTRIES
        if not any(entry.stands_for(string.text) for string in TEXTS)
    ]
    assert unsaid == []


def test_no_entry_stands_for_whatever_is_said() -> None:
    """An entry shows the words of its message, rather than that there are some."""
    stood_for = {
        entry: {_bare(string.text) for string in TEXTS if entry.stands_for(string.text)}
        for entry in ENTRIES
    }
    assert [
        entry for entry, texts in stood_for.items() if len(texts) > MOST_TEXTS_OF_AN_ENTRY
    ] == []


def test_whatever_has_no_code_has_an_entry() -> None:
    """A message without a code gets an entry, or a reason for which it has none."""
    excepted = [Entry(0, text, is_explained=False) for text in _texts_without_entry()]
    unexplained = [
        f"{string.module}: {string.text}"
        for string in MESSAGES
        if not any(entry.stands_for(string.text) for entry in (*ENTRIES, *excepted))
    ]
    assert unexplained == []


def test_exceptions_are_needed() -> None:
    """Each of them still excepts something, which has no entry."""
    assert SPEAKS_OF_NO_TROUBLE.keys() <= {string.module for string in TEXTS if string.is_phrase}
    without_entry = [
        string.text
        for string in MESSAGES
        if not any(entry.stands_for(string.text) for entry in ENTRIES)
    ]
    assert [
        text
        for text in _texts_without_entry()
        if not any(
            Entry(0, text, is_explained=False).stands_for(string) for string in without_entry
        )
    ] == []


def test_all_public_errors_are_looked_at() -> None:
    """The classes that users can catch are those of the tree, so none is missed above."""
    public = {name for name in pulumi_setsmart.__all__ if name.endswith("Error")}
    assert public == set(CLASSES)
