r"""Texts that others wrote, as messages and terminals show them.

What comes from a server, a file, a listing or Pulumi may hold characters that a terminal obeys,
that nobody sees, or that change the order in which a text is read. They are shown as escapes:
``\x1b``, ``\u202e``. `one_line` is for a text that becomes part of a message, `display` for a
whole message on its way out, `visible` for data.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Sequence

from pulumi_setsmart.models.json import Json

MARK = "[secret]"
"""What is shown in the place of a secret."""

EMPTY = "empty"
"""What people read in place of null."""

_LONGEST_LINE = 2000
"""Characters that a line of a message has at most."""

_MOST_NAMED = 10
_SUSPECT = re.compile(r"[^\x20-\x7e]|##(?=\w*\[)")
"""What is looked at, one by one. ``##[…]`` is a command to the runners of GitHub and Azure,
wherever it is in a line."""

_COMMAND = re.compile(r"^(\s*):(?=:)")
"""At the beginning of a line, ``::…::`` is one, too."""

_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U0001d159\U000e0100-\U000e01ef]"
)
"""Characters that Python takes for printable, and that show as nothing."""

_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_JOINER = "\u200d"
_FORMS_OF_SYMBOLS = ("\ufe0e", "\ufe0f")
_LAST_BYTE = 0xFF
_LAST_OF_THE_FIRST_PLANE = 0xFFFF


def one_line(text: str) -> str:
    """Return a text that others wrote as part of a message: one line that no terminal obeys.

    Blanks of all kinds become single ones.
    """
    return visible(" ".join(text.split()))


def display(text: str) -> str:
    """Return a message as it goes to a terminal or a log: its lines are the only ones.

    Nothing in it is taken for a command by the programs that run workflows. It is called where
    messages leave the process, so that nothing is forgotten; what others wrote in several lines has
    gone through `one_line` or `visible` before.
    """
    lines = (_COMMAND.sub(r"\1\\x3a", visible(line)) for line in text.split("\n"))
    return "\n".join(cut(line, _LONGEST_LINE) for line in lines)


def visible(text: str, kept: str = "") -> str:
    """Return a text with an escape for each character that is obeyed, not seen, or reorders others.

    What joins a family of emoji or chooses their form is kept where it does just that.

    Args:
        text: The text.
        kept: Control characters to keep, such as line feeds of data.
    """
    return _escaped(text, kept, _escape)


def visible_json(text: str) -> str:
    """Return JSON with the escapes of JSON for the same characters, so that its values stay exact.

    Args:
        text: JSON, in which line feeds and blanks may be anywhere between strings.
    """
    return _escaped(text, "\n", _json_escape)


def shown_json(value: Json) -> str:
    """Return a value as JSON in one line, for people to read."""
    return visible_json(json.dumps(value, ensure_ascii=False))


def listed(names: Sequence[str]) -> str:
    """Return names as part of a message; of many, the first ones and how many more there are."""
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def cut(text: str, longest: int) -> str:
    """Return a text of at most so many characters, and an ellipsis where that is not all of it.

    Secrets have to be out of it before.
    """
    return text if len(text) <= longest else f"{text[:longest]}…"


def _escaped(text: str, kept: str, escape: Callable[[str], str]) -> str:
    def shown(found: re.Match[str]) -> str:
        if len(found[0]) > 1:
            return f"{found[0][:-1]}{escape(found[0][-1])}"
        return found[0] if found[0] in kept or _is_seen(text, found.start()) else escape(found[0])

    return _SUSPECT.sub(shown, text)


def _is_seen(text: str, index: int) -> bool:
    character = text[index]
    before = unicodedata.category(text[index - 1]) if index else ""
    if character in _FORMS_OF_SYMBOLS:
        return before[:1] in ("S", "P", "N")
    if character == _JOINER:
        return _joins(text, index)
    return character.isprintable() and not _UNSEEN.match(character)


def _joins(text: str, index: int) -> bool:
    """Return whether a joiner is between two emoji; a colour of skin is a modifying symbol."""
    before = text[max(index - 2, 0) : index].removesuffix("\ufe0f")[-1:]
    after = text[index + 1 : index + 2]
    return bool(before and after) and (
        unicodedata.category(before) in ("So", "Sk") and unicodedata.category(after) == "So"
    )


def _escape(character: str) -> str:
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code <= _LAST_BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _LAST_OF_THE_FIRST_PLANE else f"\\U{code:08x}"


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    pairs = (units[index : index + 2] for index in range(0, len(units), 2))
    return "".join(f"\\u{int.from_bytes(pair):04x}" for pair in pairs)
