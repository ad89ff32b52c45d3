"""Texts that somebody writes who means harm to the terminal, log or workflow that shows them."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import strategies as st

NO_STYLE_OF_RICH = "\x1b[5;35m"
"""Text that blinks, which none of ours does."""

PIECES = (
    NO_STYLE_OF_RICH,
    "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "\x1b]0;title\x07",
    "\x9b2J",
    "\x90q\x9c",
    "\r\x1b[2K",
    "\x08\x08",
    "\x00",
    "\x7f",
    "\n::error::forged",
    "\n::set-output name=a::b",
    "::add-mask::a",
    "##[set-env name=a]b",
    "##vso[task.setvariable variable=a]b",
    "\nerror: forged",
    "\r\nError: forged",
    "\u202egnp.exe\u202c",
    "\u2066a\u2069",
    "\u200e\u200f\u061c",
    "\u200b\u200c\u200d\ufeff\u2060",
    "\u2028forged",
    "\u2029forged",
    "\u0085forged",
    "\ufff9a\ufffab\ufffb",
    "\U000e0041\U000e007f",
    "\ue000\U0010ffff\uffff",
    "[red]a[/red][link=https://evil.example]b[/link]",
    "[/]",
    "[bold",
    ":smile: :boom:",
    "%s %(a)s {0} {a}",
    "=1+1",
    "👨\u200d👩\u200d👧",
    "❤\ufe0f",
    "<script>a</script>",
    "`a` **b** | c",
    "---\n- a: &b",
    " ",
    "a",
    "é",
    "海",
)
"""What an attack is made of, and what is not one."""

HALVES = ("\ud83d", "\udc80")
"""Halves of characters, which no encoding has."""

HOSTILE = st.characters()
"""Any character, halves too."""

HOSTILE_TEXTS = st.lists(
    st.sampled_from((*PIECES, *HALVES)) | st.text(HOSTILE, max_size=3), max_size=6
).map("".join)
"""Texts of such pieces."""

WHOLE_TEXTS = st.lists(
    st.sampled_from(PIECES) | st.text(st.characters(codec="utf-8"), max_size=3), max_size=6
).map("".join)
"""Those of them that UTF-8 can hold."""

_COMMAND = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)
_JOINED = re.compile("[\u200d]")


def seen_by_a_terminal(text: str, kept: str = "\n") -> bool:
    """Return whether a terminal or the runner of a workflow obeys and hides nothing of a text.

    Args:
        text: The text.
        kept: The control characters that may be in it.
    """
    return not _COMMAND.search(text) and not raw_characters(text, kept)


def raw_characters(text: str, kept: str = "\n") -> set[str]:
    """Return the characters of a text that have no shape, less the joiners of emoji."""
    return {
        one
        for index, one in enumerate(text)
        if one not in kept + " "
        and unicodedata.category(one)[0] in "CZ"
        and not (one == "\u200d" and _is_between_symbols(text, index))
    }


def _is_between_symbols(text: str, index: int) -> bool:
    around = text[:index].removesuffix("\ufe0f")[-1:] + text[index + 1 : index + 2]
    return len(around) == 2 and all(
        unicodedata.category(character)[0] == "S" for character in around
    )
