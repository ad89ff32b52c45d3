"""A recording as a file: JSON that a person can read before sharing it."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path

import cattrs
from cattrs.strategies import configure_union_passthrough

from pulumi_setsmart.client import errors
from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.client.signals import Meaning
from pulumi_setsmart.files.regular_file import utf8_text_of
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.recording import headers, shape
from pulumi_setsmart.recording.recording import VERSION, Recording
from pulumi_setsmart.recording.words import DOCUMENTED_NAMES, ENVELOPES, WORDS, is_known

_FIRST_MEMBER = "recording"
_LARGEST = 8 * 1024 * 1024
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_FIGURE = re.compile(r"[0-9]+")
_LONGEST_FIGURE = 3
_DATED = re.compile(r"\d{4}-\d\d-\d\d|pulumi-setsmart [0-9][\w.+-]{0,20}")
_OUR_WORDS = frozenset(
    """
    ahead an another as asked brief by clock counted decimal digits documented earlier else
    every failure falls false form header html hyphen in is know leads least less looked lower
    made malformed masked milliseconds missing mixed most none nothing now one our present
    reached recording replaced rises run same says seen several shape shows signals something
    stays strong than the this true underscore unix unknown upper usable was weak what
    whole
    """.split()
)
"""The words with which a recording is written, beside those of names and lists."""


def written(recording: Recording) -> str:
    """Return the text of the file that holds a recording.

    Raises:
        ValueError: It holds a word that no recording may hold, which is a mistake of ours.
    """
    members = _converter().unstructure(recording)
    document = json.loads(json.dumps({_FIRST_MEMBER: VERSION, **members}))
    foreign = foreign_words(document)
    if foreign:
        raise ValueError(f"{len(foreign)} words must not be in a recording")
    return json.dumps(document, indent=2) + "\n"


def read(text: str) -> Recording:
    """Return the recording that the text of a file holds.

    Raises:
        ValueError: It holds none, or words that no recording may hold.
    """
    document = json.loads(text)
    if not isinstance(document, dict) or document.get(_FIRST_MEMBER) != VERSION:
        raise ValueError(f"not a recording of version {VERSION}")
    foreign = foreign_words(document)
    if foreign:
        raise ValueError(f"words that no recording may hold: {', '.join(foreign)}")
    try:
        return _converter().structure(document, Recording)
    except cattrs.BaseValidationError as error:
        raise ValueError("; ".join(cattrs.transform_error(error))) from None


def is_recording(path: Path) -> bool:
    """Return whether a file is a recording, of whatever version."""
    try:
        document = json.loads(utf8_text_of(path, _LARGEST))
    except (PortfolioFileError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and isinstance(document.get(_FIRST_MEMBER), int)


def foreign_words(document: Json) -> list[str]:
    """Return the words of a recording's document that no list in our source has.

    A recording is made of listed words in the first place. This looks at all of it once more.
    """
    return sorted({word for text in _texts(document) for word in _foreign(text)})


def _texts(value: Json) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for element in value:
                yield from _texts(element)
        case dict():
            yield from value
            for member in value.values():
                yield from _texts(member)


def _foreign(text: str) -> Iterator[str]:
    if _DATED.fullmatch(text) or is_known(text):
        return
    if not text.isascii() or any(len(figure) > _LONGEST_FIGURE for figure in _FIGURE.findall(text)):
        yield text
    for word in _words(text):
        if len(word) > 1 and word not in _known():
            yield word


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


@functools.cache
def _known() -> frozenset[str]:
    meanings = Meaning.__members__
    lists = (DOCUMENTED_NAMES, ENVELOPES, headers.LISTED, shape.LISTED, vars(errors), meanings)
    return WORDS | _OUR_WORDS | {word for texts in lists for text in texts for word in _words(text)}


@functools.cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True, omit_if_default=True)
    configure_union_passthrough(str | int | None, converter)
    converter.register_unstructure_hook(shape.Shape, shape.written)
    converter.register_structure_hook(shape.Shape, lambda written, _: shape.read(written))
    return converter
