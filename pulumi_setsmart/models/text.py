"""Texts as messages show them."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Return ``text`` in one line, without what a terminal would obey."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
