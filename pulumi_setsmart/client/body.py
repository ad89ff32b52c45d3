"""The body of a response, unpacked within a limit of size."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

from pulumi_setsmart.client.http import httpx

_GZIP = 16 + zlib.MAX_WBITS
_STEP = 256 * 1024
"""How many bytes are unpacked at once."""

_MOST_MEMBERS = 64
"""How many gzip members a body may have; usually it has one."""

_PACKING_COSTS = 64 * 1024
"""How many bytes larger than its content a packed body may be."""

_MOST_DIGITS = 20
"""A length with more digits is above every limit."""


class TooLargeError(Exception):
    """The body is larger than it may be."""


class UnofferedCodingError(Exception):
    """The body is packed in a way that the request did not offer.

    Attributes:
        coding: The name of the encoding.
    """

    def __init__(self, coding: str) -> None:
        super().__init__(coding)
        self.coding = coding


class UnpackableError(Exception):
    """The body is not gzip, or is truncated."""


class Body:
    """Collects the body of a response, piece by piece.

    Args:
        headers: The headers of the response.
        largest: How many bytes it may have at most, unpacked.

    Raises:
        TooLargeError: The headers announce more.
        UnofferedCodingError: It is packed with something else than gzip, or more than once.
    """

    def __init__(self, headers: httpx.Headers, largest: int) -> None:
        self._largest = largest
        self._most_packed = largest + _PACKING_COSTS
        self._packed = 0
        self._unpacker = _Unpacker() if _is_packed(headers) else None
        # Grows in place and returns its content without a copy; joining chunks would copy.
        self._content = io.BytesIO()
        self._check_size(content_length(headers) or 0)

    def add(self, piece: bytes) -> None:
        """Add the next piece.

        Raises:
            TooLargeError: The body is too large now.
            UnpackableError: It is not gzip.
        """
        self._packed += len(piece)
        self._check_size(self._packed)
        for unpacked in (piece,) if self._unpacker is None else self._unpacker.unpacked(piece):
            if self._content.tell() + len(unpacked) > self._largest:
                raise TooLargeError
            self._content.write(unpacked)

    def content(self) -> bytes:
        """Return the body once its last piece was added.

        Raises:
            UnpackableError: Its end is missing.
        """
        if self._unpacker is not None and self._packed and not self._unpacker.is_complete:
            raise UnpackableError
        return self._content.getvalue()

    def _check_size(self, size: int) -> None:
        if size > (self._largest if self._unpacker is None else self._most_packed):
            raise TooLargeError


def content_length(headers: httpx.Headers) -> int | None:
    """Return the length in the headers of a response, or None if they do not say."""
    digits = headers.get("Content-Length", "").strip()
    if not (digits.isascii() and digits.isdigit()):
        return None
    return int(digits.lstrip("0")[:_MOST_DIGITS] or "0")


def _is_packed(headers: httpx.Headers) -> bool:
    codings = headers.get_list("Content-Encoding", split_commas=True)
    match [coding.strip().lower() for coding in codings if coding.strip()]:
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
        """Whether what was received so far ends with a complete member."""
        return self._member.eof

    def unpacked(self, piece: bytes) -> Iterator[bytes]:
        """Yield the unpacked content of a piece.

        Raises:
            UnpackableError: It is not gzip.
        """
        has_more = False
        while piece or has_more:
            if self._member.eof:
                piece = piece.lstrip(b"\0")  # files may be padded with null bytes
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
