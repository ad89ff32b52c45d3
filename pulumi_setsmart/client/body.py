"""The body of a response, unpacked no further than it may be large."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

from pulumi_setsmart.client.http import httpx

_GZIP = 16 + zlib.MAX_WBITS
_STEP = 256 * 1024
"""So many bytes are unpacked at once at most."""

_MOST_MEMBERS = 64
"""Of so many pieces, each packed by itself, a body may consist; usually it is one."""

_PACKING_COSTS = 64 * 1024
"""By so many bytes a packed body may be larger than what is in it."""

_MOST_DIGITS = 20
"""A length with more of them is longer than anything."""


class TooLargeError(Exception):
    """The body is larger than it may be."""


class UnofferedCodingError(Exception):
    """The body is packed in a way that was not offered.

    Attributes:
        coding: What the response says of it.
    """

    def __init__(self, coding: str) -> None:
        super().__init__(coding)
        self.coding = coding


class UnpackableError(Exception):
    """The body is not what gzip makes, or not all of it."""


class Body:
    """Takes in the body of a response, piece by piece.

    Args:
        headers: The headers of the response.
        largest: How many bytes it may have at most, unpacked.

    Raises:
        TooLargeError: The headers announce more.
        UnofferedCodingError: It is packed otherwise than by gzip, or more than once.
    """

    def __init__(self, headers: httpx.Headers, largest: int) -> None:
        self._largest = largest
        self._most_packed = largest + _PACKING_COSTS
        self._packed = 0
        self._unpacker = _Unpacker() if _is_packed(headers) else None
        # Grows in place and gives up its content without a copy, which joined chunks do not.
        self._content = io.BytesIO()
        self._refuse_more_than_allowed(content_length(headers) or 0)

    def add(self, piece: bytes) -> None:
        """Take in the next piece.

        Raises:
            TooLargeError: It is too large by now.
            UnpackableError: It is not what gzip makes.
        """
        self._packed += len(piece)
        self._refuse_more_than_allowed(self._packed)
        for unpacked in (piece,) if self._unpacker is None else self._unpacker.unpacked(piece):
            if self._content.tell() + len(unpacked) > self._largest:
                raise TooLargeError
            self._content.write(unpacked)

    def whole(self) -> bytes:
        """Return the body, after its last piece.

        Raises:
            UnpackableError: Its end is missing.
        """
        if self._unpacker is not None and self._packed and not self._unpacker.is_complete:
            raise UnpackableError
        return self._content.getvalue()

    def _refuse_more_than_allowed(self, size: int) -> None:
        if size > (self._largest if self._unpacker is None else self._most_packed):
            raise TooLargeError


def content_length(headers: httpx.Headers) -> int | None:
    """Return how many bytes the headers of a response announce, or None if they do not tell."""
    told = headers.get("Content-Length", "").strip()
    if not (told.isascii() and told.isdigit()):
        return None
    return int(told.lstrip("0")[:_MOST_DIGITS] or "0")


def _is_packed(headers: httpx.Headers) -> bool:
    codings = headers.get_list("Content-Encoding", split_commas=True)
    match [one for one in (coding.strip().lower() for coding in codings) if one]:
        case [] | ["identity"]:
            return False
        case ["gzip" | "x-gzip"]:
            return True
    raise UnofferedCodingError(", ".join(codings))


class _Unpacker:
    """Unpacks gzip in small steps."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._members = 1

    @property
    def is_complete(self) -> bool:
        """Whether what came so far ends where a member does."""
        return self._member.eof

    def unpacked(self, piece: bytes) -> Iterator[bytes]:
        """Yield what is in a piece.

        Raises:
            UnpackableError: It is not what gzip makes.
        """
        has_more = False
        while piece or has_more:
            if self._member.eof:
                piece = piece.lstrip(b"\0")  # what a file may be filled up with
                if not piece:
                    return
                self._begin_member()
            try:
                part = self._member.decompress(piece, _STEP)
            except zlib.error:
                raise UnpackableError from None
            yield part
            has_more = len(part) == _STEP and not self._member.eof
            piece = self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    def _begin_member(self) -> None:
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise UnpackableError
        self._member = zlib.decompressobj(_GZIP)
