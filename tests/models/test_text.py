"""Foreign strings, as messages and terminals show them."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hostile_text import HOSTILE, HOSTILE_TEXTS, raw_characters, seen_by_a_terminal

from pulumi_setsmart.models.text import (
    cut,
    display,
    one_line,
    shown_json,
    visible,
    visible_json,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Sea Villa", "Sea Villa"),
        ("a\tb\r\n c\x85d\u2028e\u00a0f", "a b c d e f"),
        ("\x1b[31m\x07\x08\x00\x7f", r"\x1b[31m\x07\x08\x00\x7f"),
        ("\x9b31m", r"\x9b31m"),
        ("\u202eevil\u2066\u200f\u061c", r"\u202eevil\u2066\u200f\u061c"),
        ("a\u200bb\ufeffc\u00add\u2060", r"a\u200bb\ufeffc\xadd\u2060"),
        ("\ufff9a\ufffb \ue000 \uffff \U000e0041", r"\ufff9a\ufffb \ue000 \uffff \U000e0041"),
        ("half \ud83d", r"half \ud83d"),
        ("\u3164\u115f\u2800\u034f\U000e0100", r"\u3164\u115f\u2800\u034f\U000e0100"),
        ("בית הים, 海の家, Åre, e\u0301", "בית הים, 海の家, Åre, e\u0301"),
        ("##[error]a ##vso[b]c ## 2 [d]", r"#\x23[error]a #\x23vso[b]c ## 2 [d]"),
        ("[red]:smile:[/red] C:\\x1b", "[red]:smile:[/red] C:\\x1b"),
    ],
)
def test_what_a_terminal_would_obey_is_an_escape(text: str, shown: str) -> None:
    """So is what nobody sees, or what reorders a line; letters of all scripts stay."""
    assert one_line(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Family 👨\u200d👩\u200d👧\u200d👦",
        "👩🏽\u200d🚀",
        "🏳\ufe0f\u200d🌈 ❤\ufe0f ☎\ufe0e 1\ufe0f\u20e3",
        "👩\u200d❤\ufe0f\u200d👨",
        "🇸🇪 🏖",
    ],
)
def test_emoji_stay_whole(text: str) -> None:
    """What joins them, or chooses their form, is seen by what it does."""
    assert one_line(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "a\u200db",
        "\u200d👩",
        "👩\u200d",
        "👩\u200d\u200d👧",
        "a\ufe0fb",
        "❤\ufe0f\ufe0f",
        "\ufe0f",
        "👩\u200da",
    ],
)
def test_a_joiner_that_joins_nothing_is_an_escape(text: str) -> None:
    """A joiner between letters, two in a row, a selector of nothing."""
    assert one_line(text) != text
    assert ("\\u200d" in one_line(text)) or ("\\ufe0f" in one_line(text))


def test_all_of_unicode_is_seen_or_an_escape() -> None:
    """No character of a category that has no shape of its own gets through."""
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    left = {each for each in visible(everything) if unicodedata.category(each)[0] in "CZ"}
    assert left == {" "}
    assert {*visible(everything, kept="\n\t")} - {*visible(everything)} == {"\n", "\t"}


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("a\n  b", "a\n  b"),
        ("::error::x\n  ::set-output name=a::b", "\\x3a:error::x\n  \\x3a:set-output name=a::b"),
        ("urn:pulumi:dev::p::t::n", "urn:pulumi:dev::p::t::n"),
        ("a\rb\x1b[2K", r"a\rb\x1b[2K"),
        ("x" * 3000, "x" * 2000 + "…"),
    ],
)
def test_the_lines_of_a_message_are_its_own(message: str, shown: str) -> None:
    """None of them is a command to what runs a workflow, and none is endless."""
    assert display(message) == shown
    assert display(display(message)) == shown


@given(st.text(HOSTILE) | HOSTILE_TEXTS)
def test_a_foreign_string_is_one_visible_line(text: str) -> None:
    """Whatever it is, a terminal obeys nothing in it, and it can be encoded."""
    for shown in (one_line(text), visible(text)):
        assert "\n" not in shown
        assert raw_characters(shown) == set()
        assert shown.encode().decode() == shown
        assert seen_by_a_terminal(display(shown))


@given(
    st.recursive(
        HOSTILE_TEXTS, lambda inner: st.lists(inner) | st.dictionaries(HOSTILE_TEXTS, inner)
    )
)
def test_json_is_exact_and_seen(value: object) -> None:
    """A reader gets the value back; a terminal sees escapes."""
    value = json.loads(json.dumps(value))  # two halves of a character are one in JSON
    for indent in (None, 2):
        text = visible_json(json.dumps(value, ensure_ascii=False, indent=indent))
        assert json.dumps(json.loads(text)) == json.dumps(value)
        assert seen_by_a_terminal(text)
    assert "\n" not in shown_json(value)  # type: ignore[arg-type]  # JSON, which the strategy hides


def test_a_text_is_cut_where_it_is_too_long() -> None:
    """An ellipsis says so."""
    assert cut(one_line("abc  def"), 4) == "abc …"
    assert cut(one_line("abc  def"), 7) == "abc def"
