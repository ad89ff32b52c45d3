"""Removes secrets from text, whatever form they have there (pure).

A text is searched as it is, and decoded: percent-encoding, backslash escapes (JSON's and Python's)
and HTML entities, in any order, three deep. In each of these views the search ignores case and
accents, and skips spaces, backslashes and ``+``. Secrets in base64 or hex are searched in that
form, at any position of a larger text.

Our own text keeps its short words: a door code of three digits is removed only from foreign text,
and there only if it is a whole word or number.
"""

from __future__ import annotations

import base64
import binascii
import bisect
import functools
import html
import itertools
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Self
from urllib.parse import quote

from attrs import field, frozen

from pulumi_setsmart.models.text import MARK

_SHORTEST_ANYWHERE = 6
"""The least length of a secret that is searched inside words, and in our own text."""

_SHORTEST_WORD = 3
"""The least length of a secret that is searched as a word."""

_SHORTEST_REST = 4
_LONG_REST = 8
"""How much of a cut-off secret must be left for it to be removed, unless it is a word."""

_MOST_DECODINGS = 3
_MOST_VIEWS = 24

_Span = tuple[int, int]


def _caseless(text: str) -> str:
    return text.upper().casefold()


class _Folding(dict[int, str]):
    """Maps characters to their folded form: letters in one case, without accents, in one width."""

    def __init__(self, blank: str) -> None:
        super().__init__({ord("\\"): "", ord("+"): blank})
        self._blank = blank

    def __missing__(self, code: int) -> str:
        folded = ""
        # By way of the capital, which some letters share with another letter.
        for character in _caseless(unicodedata.normalize("NFKD", _caseless(chr(code)))):
            if character.isspace() or not character.isprintable():
                folded += self._blank
            elif not unicodedata.combining(character):
                folded += character
        self[code] = folded
        return folded


class _Unbroken(dict[int, str]):
    """Maps each character of base64 to one alphabet, without line breaks."""

    def __init__(self) -> None:
        super().__init__({ord("-"): "+", ord("_"): "/"})

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = "" if character.isspace() or character == "\\" else character
        return self[code]


_ANYWHERE = _Folding("")
_WORDS = _Folding(" ")
_BASE64 = _Unbroken()

_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_BACKSLASH = re.compile(
    r"\\+u[dD][89abAB][0-9A-Fa-f]{2}\\+u[dD][c-fC-F][0-9A-Fa-f]{2}"
    r"|\\+u[0-9A-Fa-f]{4}|\\+u\{[0-9A-Fa-f]{1,6}\}|\\+U[0-9A-Fa-f]{8}"
    r"|(?:\\+x[0-9A-Fa-f]{2})+|(?:\\+[0-3][0-7]{2})+|\\+[abfnrtv0]"
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}){3,}")
_HEX_ELSEWHERE = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f](?:[0-9A-Fa-f]{2}){3,}")
_RUN_OF_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{4,}={0,2}")
_IN_BASE64 = re.compile(r"[A-Za-z0-9+/_=-]")
_USER_INFO = re.compile(
    r"(?<=[A-Za-z0-9+.-]:)(//)"
    r"(?:[^\s/?#@\"'<>`]{0,4096}|[^\s/?#@\"'<>`:]{1,4096}:(?!\d+[/?#])[^\s\"'<>`]{0,4096})@"
)
"""Bounded, or a search would run to the end from each address without an at sign."""
_BEFORE_A_CUT = re.compile(r"[\"'`”’»]?(?:\.\.|\[(?:…|\.\.|truncated)|\(truncated)|[^\w]*$")  # noqa: RUF001 -- quotation marks


@frozen
class _Piece:
    """A piece of a text that was decoded.

    Attributes:
        begins: Where in the text it begins.
        start: Where in the original the part begins that it was.
        end: Where that part ends.
        verbatim: Whether it is that part as it is, character by character.
    """

    begins: int
    start: int
    end: int
    verbatim: bool


@frozen
class _Encoding:
    """A way to escape characters.

    Attributes:
        signs: Characters, one of which is in each escape.
        escapes: Matches the escapes.
        decode: Decodes one of them.
    """

    signs: str
    escapes: re.Pattern[str]
    decode: Callable[[str], str]

    def decoded(self, text: str) -> str:
        """Return a text without its escapes."""
        if not any(sign in text for sign in self.signs):
            return text
        return self.escapes.sub(lambda match: self.decode(match[0]), text)


@frozen
class _View:
    """A text after some of its escapes were decoded.

    Attributes:
        text: The text.
        encoded: The view that it was decoded from, or None for the original.
        encoding: The encoding that was decoded.
    """

    text: str
    encoded: _View | None = None
    encoding: _Encoding | None = None

    def original(self, start: int, end: int) -> _Span:
        """Return the part of the original that a part of the text, not an empty one, comes from."""
        first, last = (self.pieces[self._index(place)] for place in (start, end - 1))
        return (
            first.start + start - first.begins if first.verbatim else first.start,
            last.start + end - last.begins if last.verbatim else last.end,
        )

    @cached_property
    def pieces(self) -> list[_Piece]:
        """The pieces of the text; computed only when needed, which is seldom."""
        if self.encoded is None or self.encoding is None:
            return [_Piece(0, 0, len(self.text), verbatim=True)]
        before = self.encoded
        pieces: list[_Piece] = []
        length = done = 0
        for match in self.encoding.escapes.finditer(before.text):
            length = before.copy(done, match.start(), pieces, length)
            meant = len(self.encoding.decode(match[0]))
            if meant:
                span = before.original(match.start(), match.end())
                pieces.append(_Piece(length, *span, verbatim=False))
            length += meant
            done = match.end()
        before.copy(done, len(before.text), pieces, length)
        return pieces

    def copy(self, start: int, end: int, pieces: list[_Piece], length: int) -> int:
        """Append the pieces of a part of the text to those of a longer text; return its end."""
        while start < end:
            index = self._index(start)
            is_last = index + 1 == len(self.pieces)
            stop = end if is_last else min(end, self.pieces[index + 1].begins)
            span = self.original(start, stop)
            pieces.append(_Piece(length, *span, verbatim=self.pieces[index].verbatim))
            length += stop - start
            start = stop
        return length

    def _index(self, index: int) -> int:
        return bisect.bisect_right(self.pieces, index, key=lambda piece: piece.begins) - 1


def _characters_of(octets: bytes) -> str:
    """Decode bytes as UTF-8, and bytes that are invalid there as Latin-1."""
    text, index = "", 0
    while index < len(octets):
        for length in (1, 2, 3, 4):
            try:
                text += octets[index : index + length].decode()
            except UnicodeDecodeError:
                continue
            index += length
            break
        else:
            text += chr(octets[index])
            index += 1
    return text


def _latin(octets: bytes) -> str:
    return octets.decode("latin-1")


def _from_percent(escaped: str) -> str:
    return _characters_of(bytes.fromhex(escaped.replace("%", "")))


def _from_backslash(escaped: str, text_of: Callable[[bytes], str]) -> str:
    bare = escaped.replace("\\", "")
    match bare[0]:
        case "u" if bare.count("u") == 2:  # noqa: PLR2004 -- the two halves of a pair
            high, low = (int(half, 16) for half in bare[1:].split("u"))
            return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        case "u" | "U":
            code = int(bare[1:].strip("{}"), 16)
            return chr(code) if code <= 0x10FFFF else " "  # noqa: PLR2004 -- the last one
        case "x":
            return text_of(bytes.fromhex(bare.replace("x", "")))
        case digit if digit.isdecimal() and len(bare) > 1:
            octal = (bare[index : index + 3] for index in range(0, len(bare), 3))
            return text_of(bytes(int(digits, 8) for digits in octal))
    return " "


def _from_hex(run: str) -> str:
    return _characters_of(bytes.fromhex(run[len(run) % 2 :]))


_ENCODINGS = (
    _Encoding("%", _PERCENT, _from_percent),
    _Encoding("\\", _BACKSLASH, lambda escaped: _from_backslash(escaped, _characters_of)),
    _Encoding("\\", _BACKSLASH, lambda escaped: _from_backslash(escaped, _latin)),
    _Encoding("&", _ENTITY, html.unescape),
    _Encoding("234567", _HEX, _from_hex),
    _Encoding("234567", _HEX_ELSEWHERE, _from_hex),
)


def _views(text: str) -> Iterator[_View]:
    """Yield a text as it is, and in every way in which it can be decoded."""
    seen = {text}
    views = [_View(text)]
    yield views[0]
    for _ in range(_MOST_DECODINGS):
        deeper: list[_View] = []
        for view in views:
            for encoding in _ENCODINGS:
                decoded = encoding.decoded(view.text)
                if decoded not in seen and len(seen) < _MOST_VIEWS:
                    seen.add(decoded)
                    deeper.append(_View(decoded, view, encoding))
                    yield deeper[-1]
        views = deeper


@frozen
class _Folded:
    """A text whose characters are folded.

    Attributes:
        text: The folded text.
        source: The text before.
        folding: The folded form of each character.
    """

    text: str
    source: str
    folding: dict[int, str]

    @classmethod
    def of(cls, source: str, folding: dict[int, str]) -> Self:
        """Return a text folded."""
        return cls(source.translate(folding), source, folding)

    def span(self, start: int, end: int) -> _Span:
        """Return the part of the source that a part of the text comes from."""
        places = self._places
        first, last = bisect.bisect_right(places, start) - 1, bisect.bisect_right(places, end - 1)
        return first, last

    @cached_property
    def _places(self) -> list[int]:
        """Where in the text each character of the source begins."""
        places, length = [], 0
        for character in self.source:
            places.append(length)
            length += len(self.folding[ord(character)])
        return places


@frozen
class Redaction:
    """Removes a set of secrets from text.

    Attributes:
        secrets: The secrets.
    """

    secrets: frozenset[str] = field(repr=False)

    def own(self, text: str) -> str:
        """Return our own text, which may contain foreign text, without the secrets.

        Secrets that are too short to tell from our own words and numbers are left.
        """
        return _marked(text, self._spans(text)) if self.secrets else text

    def foreign(self, text: str) -> str:
        """Return a foreign text without the secrets, including secrets that were cut off.

        Secrets of one or two characters are left.
        """
        return _marked(text, self._foreign_spans(text)) if self.secrets else text

    def holds_tiny(self, text: str) -> bool:
        """Return whether a secret of one or two characters is a word of the text."""
        return any(
            self._tiny is not None and self._tiny.search(view.text.translate(_WORDS))
            for view in _views(text)
        )

    def holds_part(self, text: str) -> bool:
        """Return whether at least half of a secret is in the text, ignoring punctuation."""
        views = [_bare(view.text) for view in _views(text)]
        return any(part in view for part in self._halves for view in views)

    def _spans(self, text: str) -> Iterator[_Span]:
        for view in _views(text):
            folded = _Folded.of(view.text, _ANYWHERE)
            for needle in self._needles:
                for start in _occurrences(folded.text, needle):
                    yield view.original(*folded.span(start, start + len(needle)))
            folded = _Folded.of(view.text, _BASE64)
            for needle in self._base64:
                starts = _occurrences(folded.text, needle)
                yield from _whole_runs(
                    view, (folded.span(start, start + len(needle)) for start in starts)
                )

    def _foreign_spans(self, text: str) -> Iterator[_Span]:
        yield from self._spans(text)
        for view in _views(text):
            folded = _Folded.of(view.text, _ANYWHERE)
            for needle in self._needles:
                for start, end in _rests(folded.text, needle):
                    yield view.original(*folded.span(start, end))
            unbroken = _Folded.of(view.text, _BASE64)
            for needle in self._base64:
                parts = (unbroken.span(*rest) for rest in _rests(unbroken.text, needle))
                yield from _whole_runs(view, parts)
            if self._words is None:
                continue
            folded = _Folded.of(view.text, _WORDS)
            for match in self._words.finditer(folded.text):
                yield view.original(*folded.span(match.start(), match.end()))
            for run in _RUN_OF_BASE64.finditer(view.text):
                if self._words.search(_text_in(run[0]).translate(_WORDS)):
                    yield view.original(run.start(), run.end())

    @cached_property
    def _needles(self) -> tuple[str, ...]:
        """The secrets that are searched anywhere, folded."""
        found = {
            view.text.translate(_ANYWHERE)
            for secret in self.secrets
            for view in (*_views(secret), *map(_View, _in_hex(secret)))
        }
        return _longest_first(needle for needle in found if len(needle) >= _SHORTEST_ANYWHERE)

    @cached_property
    def _base64(self) -> tuple[str, ...]:
        """The base64 of the secrets, at any position of a larger text."""
        found = {
            core
            for secret in self.secrets
            if len(secret.translate(_ANYWHERE)) >= _SHORTEST_ANYWHERE
            for variant in _variants(secret)
            for encoded in (variant, base64.b64encode(variant.encode(errors="replace")).decode())
            for core in _cores(encoded)
        }
        return _longest_first(found)

    @cached_property
    def _words(self) -> re.Pattern[str] | None:
        """A pattern for the secrets that are searched as words; digits may be next to letters."""
        short = {
            secret
            for secret in self.secrets
            if _SHORTEST_WORD <= _length(secret) < _SHORTEST_ANYWHERE
        }
        forms = {form for secret in short for form in (secret, *_in_hex(secret))}
        # A longer secret may be short once it is decoded.
        forms |= {
            view.text
            for secret in self.secrets
            for view in _views(secret)
            if _SHORTEST_WORD <= _length(view.text) < _SHORTEST_ANYWHERE
        }
        return _pattern(map(_word, forms))

    @cached_property
    def _tiny(self) -> re.Pattern[str] | None:
        """A pattern for the secrets of one or two characters, as separate words."""
        found = {_word(secret) for secret in self.secrets if 0 < _length(secret) < _SHORTEST_WORD}
        return _pattern(found, alone=True)

    @cached_property
    def _halves(self) -> frozenset[str]:
        """Every part of a secret that is half as long as it, or eight characters long."""
        found: set[str] = set()
        for bare in {_bare(secret) for secret in self.secrets} - {""}:
            length = min(max(-(-len(bare) // 2), 2), len(bare), _LONG_REST)
            found |= {bare[index : index + length] for index in range(len(bare) - length + 1)}
        return frozenset(found)


@functools.lru_cache(maxsize=64)
def redaction_of(secrets: frozenset[str]) -> Redaction:
    """Return the `Redaction` of a set of secrets, which is cached."""
    return Redaction(frozenset(secret for secret in secrets if secret.strip()))


def without_user_info(text: str) -> str:
    """Return a text without user names and passwords in its web addresses."""
    return _USER_INFO.sub(lambda match: f"{match[1]}{MARK}@", text) if "@" in text else text


def _marked(text: str, spans: Iterable[_Span]) -> str:
    """Return a text with a mark in place of each span; adjacent spans get one mark."""
    parts: list[str] = []
    done = covered = 0
    for first, end in sorted(spans):
        start = first
        while start > covered and text[start - 1] == "\\":
            start -= 1  # it would escape the mark
        if start > covered or not parts:
            parts += [text[done:start], MARK]
        covered = done = max(covered, end)
    return "".join([*parts, text[done:]]) if parts else text


def _occurrences(text: str, needle: str) -> Iterator[int]:
    start = text.find(needle)
    while start >= 0:
        yield start
        start = text.find(needle, start + 1)


def _rests(text: str, needle: str) -> Iterator[_Span]:
    """Yield where the text has a long beginning of a secret and was cut off after it."""
    half = max(-(-len(needle) // 2), _SHORTEST_REST)
    for start in _occurrences(text, needle[: min(half, _LONG_REST)]):
        pairs = zip(text[start : start + len(needle)], needle, strict=False)
        length = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
        is_long = length >= half or not needle[:length].isalpha()
        if is_long and _BEFORE_A_CUT.match(text, start + length):
            yield start, start + length


def _whole_runs(view: _View, parts: Iterable[_Span]) -> Iterator[_Span]:
    """Yield the whole runs of base64 that contain parts of a view.

    Args:
        view: The view.
        parts: Where the parts begin and end, in order. Parts of a run that was already found are
            skipped: a server may repeat a secret without end.
    """
    text = view.text
    covered = 0
    for first, last in parts:
        if last <= covered:
            continue
        start, end = first, last
        while start > covered and _IN_BASE64.match(text[start - 1]):
            start -= 1
        while end < len(text) and _IN_BASE64.match(text[end]):
            end += 1
        covered = end
        yield view.original(start, end)


def _text_in(run: str) -> str:
    """Return the text in a run of base64, or nothing if there is none."""
    try:
        octets = base64.b64decode(run.translate(_BASE64).rstrip("=") + "===", validate=False)
        text = octets.decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return text if text.isprintable() else ""


def _cores(text: str) -> Iterator[str]:
    """Yield the characters of base64 that depend on a text alone, for each alignment."""
    octets = text.encode(errors="replace")
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + octets + bytes(3)).decode()
        yield encoded[-(-before * 8 // 6) : (before + len(octets)) * 8 // 6]


def _variants(secret: str) -> set[str]:
    """Return a secret in other cases, in other forms of Unicode, and escaped."""
    cases = {secret, secret.lower(), secret.upper()}
    forms = {unicodedata.normalize(form, case) for case in cases for form in ("NFC", "NFD")}
    return cases | forms | {json.dumps(secret)[1:-1], quote(secret, safe="", errors="replace")}


def _in_hex(secret: str) -> set[str]:
    return {variant.encode(errors="replace").hex() for variant in _variants(secret)}


def _length(text: str) -> int:
    return len(text.translate(_ANYWHERE))


def _word(text: str) -> str:
    return " ".join(text.translate(_WORDS).split())


def _bare(text: str) -> str:
    """Return the letters and digits of a text."""
    return "".join(filter(str.isalnum, text.translate(_ANYWHERE)))


def _pattern(words: Iterable[str], *, alone: bool = False) -> re.Pattern[str] | None:
    """Return a pattern for words.

    Args:
        words: The words, folded.
        alone: Whether neither letters nor digits may be beside one. Otherwise letters may be beside
            a digit, and digits beside a letter.
    """
    found = [
        (f"(?<!{_beside(word[0], alone)})" if _beside(word[0], alone) else "")
        + " +".join(map(re.escape, word.split()))
        + (f"(?!{_beside(word[-1], alone)})" if _beside(word[-1], alone) else "")
        for word in _longest_first(words)
    ]
    return re.compile("|".join(found)) if found else None


def _beside(edge: str, alone: bool) -> str:  # noqa: FBT001 -- of one function only
    """Return a pattern for what must not be next to the first or last character of a word."""
    if alone:
        return r"\w"
    if edge.isdigit():
        return r"\d"
    return r"[^\W\d_]" if edge.isalpha() else ""


def _longest_first(needles: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(needles), key=len, reverse=True))
