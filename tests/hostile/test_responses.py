"""What no server should send, each in turn for everything that is asked of it.

Whatever comes, the operation ends: with its result or with an error of ours in one or two lines,
which holds no key. What may have been carried out is not sent twice.
"""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from attrs import frozen
from support.hostile_server import (
    KEY,
    LIST,
    LISTING,
    Behaviour,
    Peer,
    Received,
    chunked,
    client_with,
    hostile,
    response,
    sends,
)
from support.in_memory_account import InMemoryAccount, created
from support.in_memory_provider import Provider, provider_with
from support.interface import BOTH_INTERFACES, Interface

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.connection import Connection
from pulumi_setsmart.client.errors import SetSmartError
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.run import Run
from pulumi_setsmart.providers.failure import SetSmartFailure, reported
from pulumi_setsmart.providers.values import to_engine

OPERATIONS: Mapping[str, Callable[[Collection], object]] = {
    "list": lambda listings: [*listings.records()],
    "read": lambda listings: listings.get("prop_1"),
    "create": lambda listings: listings.create({"name": "Villa"}, "one"),
    "update": lambda listings: listings.update("prop_1", {"name": "Villa"}),
    "delete": lambda listings: listings.delete("prop_1"),
}
OBJECT = frozenset({"read", "create", "update"})
NOT_A_LIST = frozenset({*OBJECT, "delete"})
ALL = frozenset(OPERATIONS)

IN_TIME = "no response in time"
NO_WHOLE = "no (complete )?response in time"
LOST = "the connection was lost"
NO_JSON = "is not JSON|not an object|not a list|no usable id"
TOO_LARGE = "setsmart:maxResponseMiB"
UNDECODABLE = "cannot be decoded"


@frozen
class Case:
    """Something that a server does.

    Attributes:
        behave: What it does about a request.
        says: What the error says, as a pattern.
        succeeds: The operations that succeed all the same.
    """

    behave: Behaviour
    says: str = "."
    succeeds: frozenset[str] = frozenset()


def trickles(*parts: bytes | bytearray) -> Behaviour:
    """Return what sends the parts, every other one byte by byte."""

    def behave(peer: Peer, _request: Received) -> None:
        for number, part in enumerate(parts):
            (peer.trickle if number % 2 else peer.send)(bytes(part))

    return behave


def repeats(part: bytes, times: int, before: bytes = b"", seconds: float = 0) -> Behaviour:
    """Return what sends the same part again and again, so many seconds apart."""

    def behave(peer: Peer, _request: Received) -> None:
        peer.send(before)
        for _ in range(times):
            peer.clock.pass_by(seconds)
            peer.send(part)

    return behave


def resets(after: bytes) -> Behaviour:
    """Return what sends something, and breaks the connection."""

    def behave(peer: Peer, _request: Received) -> None:
        peer.send(after)
        peer.reset()

    return behave


def packed(data: bytes = LISTING, coding: bytes = b"gzip", status: bytes = b"200 OK") -> bytes:
    """Return a response that says how its body is packed."""
    return response(data, b"Content-Encoding: " + coding, status=status)


def deflated(data: bytes) -> bytes:
    """Return what other servers call deflate."""
    return zlib.compress(data)


LONG = b"x" * 1000
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
INFORMATION = b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
GZIP_WITH_A_NAME = b"\x1f\x8b\x08\x08\0\0\0\0\0\x03"
ZIPPED = gzip.compress(LISTING)
BOMB = gzip.compress(b"\0" * 40 * 1024 * 1024)

TRICKLES = {
    "a status line": Case(trickles(b"HTTP/1.1 200 ", LONG), IN_TIME),
    "the name of a header": Case(trickles(HEAD + b"X-", LONG), IN_TIME),
    "the value of a header": Case(trickles(HEAD + b"X-A: ", LONG), IN_TIME),
    "blanks before a value": Case(trickles(HEAD + b"X-A:", b" " * 1000), IN_TIME),
    "headers": Case(trickles(HEAD, b"A: b\r\n" * 300), IN_TIME),
    "a body with a length": Case(trickles(HEAD + b"Content-Length: 9999\r\n\r\n", LONG), NO_WHOLE),
    "a body without a length": Case(trickles(HEAD + b"\r\n", b" " * 1000), NO_WHOLE),
    "the size of a chunk": Case(trickles(CHUNKED, b"0" * 1000), NO_WHOLE),
    "the extension of a chunk": Case(trickles(CHUNKED + b"1;a=", LONG), NO_WHOLE),
    "a chunk": Case(trickles(CHUNKED + b"1000\r\n", LONG), NO_WHOLE),
    "small chunks": Case(trickles(CHUNKED, b"1\r\n \r\n" * 200), NO_WHOLE),
    "a trailer": Case(trickles(CHUNKED + b"2\r\n[]\r\n0\r\nX-A: ", LONG), NO_WHOLE),
    "trailers": Case(trickles(CHUNKED + b"2\r\n[]\r\n0\r\n", b"A: b\r\n" * 300), NO_WHOLE),
    "the name in a gzip header": Case(
        trickles(HEAD + b"Content-Encoding: gzip\r\n\r\n" + GZIP_WITH_A_NAME, LONG),
        NO_WHOLE,
    ),
    "empty gzip members": Case(
        trickles(HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 50), NO_WHOLE
    ),
    "an informational response": Case(trickles(b"HTTP/1.1 103 ", LONG), IN_TIME),
    "102 for ever": Case(repeats(b"HTTP/1.1 102 Processing\r\n\r\n", 300, seconds=1), IN_TIME),
    "103 for ever": Case(repeats(INFORMATION, 300, seconds=1), IN_TIME),
    "100 for ever": Case(repeats(b"HTTP/1.1 100 Continue\r\n\r\n", 300, seconds=1), IN_TIME),
    "an error": Case(trickles(b"HTTP/1.1 500 Oh\r\nContent-Length: 999\r\n\r\n", LONG), NO_WHOLE),
}
"""Each byte in time, and never the whole."""

FLOODS = {
    "103": Case(repeats(INFORMATION * 1000, 1000), LOST),
    "100": Case(repeats(b"HTTP/1.1 100 Continue\r\n\r\n" * 2000, 1000), LOST),
    "headers": Case(repeats(b"A: b\r\n" * 10_000, 1000, HEAD), LOST),
    "one header": Case(repeats(b"a" * 65536, 1000, HEAD + b"A: "), LOST),
    "a status line": Case(repeats(b"a" * 65536, 1000, b"HTTP/1.1 200 "), LOST),
    "continued headers": Case(repeats(b" a\r\n" * 10_000, 1000, HEAD + b"A: b\r\n"), LOST),
    "an extension of a chunk": Case(repeats(b"a" * 65536, 1000, CHUNKED + b"1;a="), LOST),
    "a size of a chunk": Case(repeats(b"0" * 65536, 1000, CHUNKED), LOST),
    "trailers": Case(repeats(b"A: b\r\n" * 10_000, 1000, CHUNKED + b"0\r\n"), LOST),
    "a body without a length": Case(repeats(b" " * 65536, 1000, HEAD + b"\r\n"), TOO_LARGE),
    "chunks": Case(repeats(b"10000\r\n" + b" " * 65536 + b"\r\n", 1000, CHUNKED), TOO_LARGE),
    "a name in a gzip header": Case(
        repeats(b"a" * 65536, 1000, HEAD + b"Content-Encoding: gzip\r\n\r\n" + GZIP_WITH_A_NAME),
        TOO_LARGE,
    ),
    "an error without end": Case(
        repeats(b" " * 65536, 1000, b"HTTP/1.1 400 No\r\n\r\n"), TOO_LARGE
    ),
}
"""Much more than is taken in, as fast as it goes."""

CODINGS = {
    "gzip": Case(sends(packed(ZIPPED)), "not a list", NOT_A_LIST),
    "GZip": Case(sends(packed(ZIPPED, b"GZip")), "not a list", NOT_A_LIST),
    "x-gzip": Case(sends(packed(ZIPPED, b"x-gzip")), "not a list", NOT_A_LIST),
    "identity": Case(sends(packed(LISTING, b"identity")), "not a list", NOT_A_LIST),
    "none": Case(sends(packed(LISTING, b"")), "not a list", NOT_A_LIST),
    "gzip in two members": Case(
        sends(packed(gzip.compress(LISTING[:9]) + gzip.compress(LISTING[9:]))),
        "not a list",
        NOT_A_LIST,
    ),
    "gzip filled up with zeros": Case(sends(packed(ZIPPED + b"\0" * 512)), ".", NOT_A_LIST),
    "gzip with garbage behind it": Case(sends(packed(ZIPPED + b"garbage")), UNDECODABLE),
    "gzip cut off": Case(sends(packed(ZIPPED[:-9])), UNDECODABLE),
    "gzip without its checksum": Case(sends(packed(ZIPPED[:-8])), UNDECODABLE),
    "gzip with a wrong checksum": Case(sends(packed(ZIPPED[:-8] + b"\0" * 8)), UNDECODABLE),
    "no gzip at all": Case(sends(packed(LISTING)), UNDECODABLE),
    "gzip and an empty body": Case(sends(packed(b"")), ".", frozenset({"update", "delete"})),
    "many members": Case(sends(packed(gzip.compress(b"") * 1000 + ZIPPED)), UNDECODABLE),
    "a bomb": Case(sends(packed(BOMB)), TOO_LARGE),
    "a bomb in a bomb": Case(sends(packed(gzip.compress(BOMB))), NO_JSON, frozenset({"delete"})),
    "gzip twice": Case(sends(packed(gzip.compress(BOMB), b"gzip, gzip")), "only gzip was offered"),
    "gzip, identity": Case(sends(packed(ZIPPED, b"gzip, identity")), "only gzip was offered"),
    "two headers": Case(
        sends(packed(ZIPPED, b"gzip\r\nContent-Encoding: gzip")), "only gzip was offered"
    ),
    "deflate": Case(sends(packed(deflated(LISTING), b"deflate")), "encoded as deflate, although"),
    "br": Case(sends(packed(LONG, b"br")), "encoded as br, although"),
    "zstd": Case(sends(packed(LONG, b"zstd")), "encoded as zstd, although"),
    "compress": Case(sends(packed(LONG, b"compress")), "encoded as compress, although"),
    "an unknown one": Case(sends(packed(LONG, b"\x1b]0;x" + LONG)), f"{LOST}|only gzip"),
    "a long one": Case(sends(packed(LONG, b"a" * 9000)), "encoded as a{30,40}…?, although"),
    "br of an error": Case(
        sends(packed(LONG, b"br", b"404 Gone")), "status 404", frozenset({"delete"})
    ),
    "a cut off error": Case(sends(packed(ZIPPED[:9], status=b"400 No")), "status 400"),
}
"""How a body is packed, truly or not."""

LENGTHS = {
    "too short": Case(
        sends(HEAD + b"Content-Length: 5\r\n\r\n" + LISTING), ".", frozenset({"delete"})
    ),
    "too long": Case(sends(HEAD + b"Content-Length: 500\r\n\r\n" + LISTING), LOST),
    "negative": Case(sends(HEAD + b"Content-Length: -5\r\n\r\n" + LISTING), LOST),
    "with a plus": Case(sends(HEAD + b"Content-Length: +33\r\n\r\n" + LISTING), LOST),
    "a fraction": Case(sends(HEAD + b"Content-Length: 33.0\r\n\r\n" + LISTING), LOST),
    "hexadecimal": Case(sends(HEAD + b"Content-Length: 0x21\r\n\r\n" + LISTING), LOST),
    "of other digits": Case(sends(HEAD + "Content-Length: ٣٣\r\n\r\n".encode() + LISTING), LOST),
    "two different ones": Case(
        sends(HEAD + b"Content-Length: 33\r\nContent-Length: 5\r\n\r\n" + LISTING), LOST
    ),
    "two in one": Case(sends(HEAD + b"Content-Length: 33, 5\r\n\r\n" + LISTING), LOST),
    "the same twice": Case(
        sends(HEAD + b"Content-Length: 33\r\nContent-Length: 33\r\n\r\n" + LISTING), ".", NOT_A_LIST
    ),
    "huge": Case(sends(HEAD + b"Content-Length: 1" + b"0" * 18 + b"\r\n\r\n" + LISTING), TOO_LARGE),
    "beyond all": Case(
        sends(HEAD + b"Content-Length: 1" + b"0" * 30 + b"\r\n\r\n" + LISTING),
        f"{LOST}|{TOO_LARGE}",
    ),
    "of very many digits": Case(
        sends(HEAD + b"Content-Length: " + b"9" * 9000 + b"\r\n\r\n" + LISTING),
        f"{LOST}|{TOO_LARGE}",
    ),
    "beside chunks": Case(
        sends(
            HEAD
            + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n21\r\n"
            + LISTING
            + b"\r\n0\r\n\r\n"
        ),
        ".",
        NOT_A_LIST,
    ),
    "none, and the end is the end": Case(
        sends(HEAD + b"Connection: close\r\n\r\n" + LISTING), ".", NOT_A_LIST
    ),
}
"""How long a body is said to be."""

CHUNKS = {
    "good ones": Case(sends(chunked(LISTING[:9], LISTING[9:])), ".", NOT_A_LIST),
    "a blank line in one": Case(
        sends(chunked(b"\n\r\n\n" + LISTING + b"\r\n\r\n")), ".", NOT_A_LIST
    ),
    "with trailers": Case(sends(chunked(LISTING, trailers=b"A: b\r\n")), ".", NOT_A_LIST),
    "a size beyond all": Case(sends(CHUNKED + b"FFFFFFFFFFFFFFFF\r\n" + LISTING), LOST),
    "a size that is longer": Case(sends(CHUNKED + b"F" * 21 + b"\r\n" + LISTING), LOST),
    "a negative size": Case(sends(CHUNKED + b"-1\r\n" + LISTING), LOST),
    "a size with a sign": Case(sends(CHUNKED + b"+21\r\n" + LISTING), LOST),
    "a size with 0x": Case(sends(CHUNKED + b"0x21\r\n" + LISTING), LOST),
    "a blank before a size": Case(sends(CHUNKED + b" 21\r\n" + LISTING), LOST),
    "no size": Case(sends(CHUNKED + b"\r\n" + LISTING), LOST),
    "a wrong size": Case(sends(CHUNKED + b"5\r\n" + LISTING + b"\r\n0\r\n\r\n"), LOST),
    "no end": Case(sends(CHUNKED + b"21\r\n" + LISTING + b"\r\n"), LOST),
    "a bad trailer": Case(sends(chunked(LISTING, trailers=b"A b\r\n")), LOST),
    "chunked twice": Case(
        sends(HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n" + LISTING), LOST
    ),
    "another coding": Case(sends(HEAD + b"Transfer-Encoding: gzip\r\n\r\n" + ZIPPED), LOST),
}
"""Bodies in chunks."""

HEADS = {
    "nothing": Case(sends(b""), LOST),
    "a blank line": Case(sends(b"\r\n"), LOST),
    "status 000": Case(sends(response(status=b"000 No")), LOST),
    "status 99": Case(sends(response(status=b"99 No")), LOST),
    "status 099": Case(sends(response(status=b"099 No")), LOST),
    "status 1000": Case(sends(response(status=b"1000 No")), LOST),
    "status 200OK": Case(sends(response(status=b"200OK")), LOST),
    "status -200": Case(sends(response(status=b"-200 OK")), LOST),
    "status 2e2": Case(sends(response(status=b"2e2 OK")), LOST),
    "status 999": Case(sends(response(status=b"999 Oh")), "status 999"),
    "status 299": Case(sends(response(status=b"299 Oh")), "not a list", NOT_A_LIST),
    "status 101": Case(sends(response(status=b"101 Switching Protocols")), LOST),
    "101 with Upgrade": Case(
        sends(b"HTTP/1.1 101 Switch\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\nPRI * HTTP/2.0"),
        LOST,
    ),
    "204 with a body": Case(
        sends(response(status=b"204 No Content")), ".", frozenset({"update", "delete"})
    ),
    "205 with a body": Case(sends(response(status=b"205 Reset")), ".", NOT_A_LIST),
    "304": Case(sends(response(status=b"304 Not Modified")), "redirects to another address"),
    "300 without a location": Case(sends(response(status=b"300 Choose")), "redirects to another"),
    "HTTP/0.9": Case(sends(LISTING), LOST),
    "HTTP/1.0": Case(sends(response().replace(b"HTTP/1.1", b"HTTP/1.0")), "not a list", NOT_A_LIST),
    "HTTP/9.9": Case(sends(response().replace(b"HTTP/1.1", b"HTTP/9.9")), ".", NOT_A_LIST),
    "HTTP/2": Case(sends(response().replace(b"HTTP/1.1", b"HTTP/2")), LOST),
    "the preface of HTTP/2": Case(sends(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), LOST),
    "frames of HTTP/2": Case(sends(b"\0\0\x12\x04\0\0\0\0\0" + b"\0" * 18), LOST),
    "an alert of TLS": Case(sends(b"\x15\x03\x01\0\x02\x02\x46"), LOST),
    "another protocol": Case(sends(b"SSH-2.0-OpenSSH_9.9\r\n"), LOST),
    "NUL in a header": Case(sends(response(LISTING, b"X-A: a\0b")), LOST),
    "NUL in a name": Case(sends(response(LISTING, b"X\0A: a")), LOST),
    "a carriage return in a header": Case(sends(response(LISTING, b"X-A: a\rX-B: b")), LOST),
    "a header without a name": Case(sends(response(LISTING, b": a")), LOST),
    "a header without a colon": Case(sends(response(LISTING, b"X-A")), LOST),
    "a blank in a name": Case(sends(response(LISTING, b"X A: a")), LOST),
    "a blank before the colon": Case(sends(response(LISTING, b"X-A : a")), LOST),
    "a folded header": Case(sends(response(LISTING, b"X-A: a\r\n b")), "not a list", NOT_A_LIST),
    "a fold before all": Case(sends(b"HTTP/1.1 200 OK\r\n a\r\n\r\n" + LISTING), LOST),
    "bare line feeds": Case(sends(response().replace(b"\r\n", b"\n")), ".", NOT_A_LIST),
    "headers that are no ASCII": Case(
        sends(response(LISTING, "X-A: é\u202e\x1b[2J".encode())), f"{LOST}|not a list", NOT_A_LIST
    ),
    "twenty thousand headers": Case(
        sends(response(LISTING, *[b"A:"] * 20_000)), "not a list", NOT_A_LIST
    ),
    "a lying type": Case(
        sends(response().replace(b"application/json", b"image/png")), "not a list", NOT_A_LIST
    ),
    "a type of another charset": Case(
        sends(response().replace(b"json", b"json; charset=utf-7")), "not a list", NOT_A_LIST
    ),
    "a reset before all": Case(resets(b""), LOST),
    "a reset in the headers": Case(resets(HEAD), LOST),
    "a reset in the body": Case(resets(HEAD + b"Content-Length: 99\r\n\r\n{"), LOST),
}
"""Status lines, headers, and what is no HTTP."""

DEEP = b"[" * 200_000 + b"]" * 200_000
BODIES = {
    "deep nesting": Case(sends(response(DEEP)), NO_JSON, frozenset({"delete"})),
    "deep objects": Case(
        sends(response(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)), NO_JSON, frozenset({"delete"})
    ),
    "a deep field": Case(
        sends(response(b'{"id": "prop_1", "a": ' + b"[" * 900 + b"]" * 900 + b"}")), ".", NOT_A_LIST
    ),
    "a number of a million digits": Case(
        sends(response(b'{"id": "prop_1", "a": ' + b"9" * 1_000_000 + b"}")),
        NO_JSON,
        frozenset({"delete"}),
    ),
    "a fraction of a million digits": Case(
        sends(response(b'{"id": "prop_1", "a": 0.' + b"9" * 1_000_000 + b"}")), ".", NOT_A_LIST
    ),
    "a huge exponent": Case(
        sends(response(b'{"id": "prop_1", "a": 1e999999999}')), NO_JSON, frozenset({"delete"})
    ),
    "a huge text": Case(
        sends(response(b'{"id": "prop_1", "a": "' + b"a" * 2_000_000 + b'"}')), ".", NOT_A_LIST
    ),
    "a huge id": Case(
        sends(response(b'{"id": "' + b"a" * 1_000_000 + b'"}')),
        ".",
        frozenset({"create", "delete"}),
    ),
    "NaN": Case(sends(response(b'{"id": "prop_1", "a": NaN}')), NO_JSON, frozenset({"delete"})),
    "Infinity": Case(
        sends(response(b'{"id": "prop_1", "a": -Infinity}')), NO_JSON, frozenset({"delete"})
    ),
    "the same key twice": Case(
        sends(response(b'{"id": "prop_2", "id": "prop_1"}')), ".", NOT_A_LIST
    ),
    "a byte order mark": Case(sends(response(b"\xef\xbb\xbf" + LISTING)), ".", NOT_A_LIST),
    "UTF-16": Case(sends(response(LISTING.decode().encode("utf-16"))), ".", NOT_A_LIST),
    "no UTF-8": Case(sends(response(b'{"id": "\xff\xfe"}')), NO_JSON, frozenset({"delete"})),
    "half a surrogate pair": Case(
        sends(response(rb'{"id": "prop_1", "name": "\ud800"}')), ".", NOT_A_LIST
    ),
    "an id of half a pair": Case(sends(response(rb'{"id": "\ud800"}')), ".", frozenset({"delete"})),
    "an id that is a path": Case(
        sends(response(b'{"id": "../../admin"}')), ".", frozenset({"create", "delete"})
    ),
    "an id of control characters": Case(
        sends(response(rb'{"id": "\u001b[2J\u0000\r\n"}')), ".", frozenset({"delete"})
    ),
    "an id that is null": Case(sends(response(b'{"id": null}')), NO_JSON, frozenset({"delete"})),
    "a list of lists": Case(sends(response(b"[[[]]]")), ".", frozenset({"delete"})),
    "a text": Case(sends(response(b'"Villa"')), NO_JSON, frozenset({"delete"})),
    "a list of others": Case(sends(response(LIST * 1)), ".", frozenset({"list", "delete"})),
    "HTML": Case(sends(response(b"<html>" * 1000)), NO_JSON, frozenset({"delete"})),
    "an error": Case(sends(response(b'{"message": "no"}', status=b"400 No")), "no"),
    "an error of a million reasons": Case(
        sends(response(b'{"errors": [' + b'"a",' * 200_000 + b'"a"]}', status=b"400 No")),
        "status 400",
    ),
    "a deep error": Case(sends(response(DEEP, status=b"400 No")), "status 400"),
    "an error of half a pair": Case(
        sends(response(rb'{"message": "\ud800"}', status=b"400 No")), "status 400"
    ),
    "an error that is not found": Case(
        sends(response(DEEP, status=b"404 No")), "status 404", frozenset({"delete"})
    ),
}
"""What is in a body."""

HEADERS = {
    "a cookie": Case(sends(response(LISTING, b"Set-Cookie: a=b; Path=/")), ".", NOT_A_LIST),
    "a thousand cookies": Case(
        sends(response(LISTING, *[b"Set-Cookie: a%d=b" % number for number in range(1000)])),
        ".",
        NOT_A_LIST,
    ),
    "a date that is none": Case(sends(response(LISTING, b"Date: never")), ".", NOT_A_LIST),
    "a date of the year 0": Case(
        sends(response(LISTING, b"Date: Mon, 00 Jan 0000 00:00:00 GMT")), ".", NOT_A_LIST
    ),
    "a date far ahead": Case(
        sends(response(LISTING, b"Date: Fri, 31 Dec 9999 23:59:59 GMT")), ".", NOT_A_LIST
    ),
    "a date of many digits": Case(
        sends(response(LISTING, b"Date: Fri, 31 Dec " + b"9" * 5000 + b" 23:59:59 GMT")),
        ".",
        NOT_A_LIST,
    ),
    "a huge ETag": Case(
        sends(response(LISTING, b'ETag: "' + b"a" * 50_000 + b'"')), ".", NOT_A_LIST
    ),
    "an ETag of control characters": Case(
        sends(response(LISTING, b'ETag: "a\x1b[2Jb"')), f"{LOST}|not a list", NOT_A_LIST
    ),
    "an ETag that ends the line": Case(
        sends(response(LISTING, b'ETag: "a\r\nX-Injected: b"')), ".", NOT_A_LIST
    ),
    "a location that is a file": Case(
        sends(response(b"", b"Location: file:///etc/passwd", status=b"201 Created")),
        ".",
        frozenset({"create", "update", "delete"}),
    ),
    "a location with a user": Case(
        sends(response(b"", b"Location: http://a:b@elsewhere.example/x", status=b"201 Created")),
        ".",
        frozenset({"create", "update", "delete"}),
    ),
    "a location that leads nowhere": Case(
        sends(response(b"", b"Location: /", status=b"201 Created")),
        ".",
        frozenset({"update", "delete"}),
    ),
    "a location that is no address": Case(
        sends(response(b"", b"Location: http://[", status=b"302 Found")), "redirects to another"
    ),
    "a remainder of many digits": Case(
        sends(response(LISTING, b"X-RateLimit-Remaining: " + b"9" * 5000)), ".", NOT_A_LIST
    ),
    "a negative remainder": Case(
        sends(response(LISTING, b"X-RateLimit-Remaining: -1", b"X-RateLimit-Reset: -1")),
        ".",
        NOT_A_LIST,
    ),
    "a reset that is no number": Case(
        sends(
            response(LISTING, b"X-RateLimit-Remaining: 0", b"X-RateLimit-Reset: \x1b]0;x\x07" * 1)
        ),
        f"{LOST}|not a list",
        NOT_A_LIST,
    ),
    "a request id of control characters": Case(
        sends(response(b"", b"X-Request-Id: \xc2\x9b2J\xe2\x80\xae", status=b"400 No")),
        "status 400",
    ),
    "a huge request id": Case(
        sends(response(b"", b"X-Request-Id: " + b"a" * 50_000, status=b"400 No")), "status 400"
    ),
}
"""What is in headers."""

RETRY_AFTERS = {
    text: Case(
        sends(response(b"", b"Retry-After: " + text.encode(), status=b"429 Slow")),
        "the rate limit (is used up|allows no request)",
    )
    for text in (
        ".",
        "0",
        "1",
        "-1",
        "60",
        "86399",
        "86400",
        "86401",
        "1e9",
        "9" * 400,
        "9" * 5000,
        "NaN",
        "inf",
        "0x10",
        "٣",
        "soon",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "1, 2",
        "\t5 ",
    )
}
"""429 for ever, with a Retry-After."""

GROUPS = {
    "trickles": TRICKLES,
    "floods": FLOODS,
    "codings": CODINGS,
    "lengths": LENGTHS,
    "chunks": CHUNKS,
    "heads": HEADS,
    "bodies": BODIES,
    "headers": HEADERS,
    "Retry-After": RETRY_AFTERS,
}
MOST_LINES = 13
"""A line, one for each of ten reasons, one for those left out, and one of advice."""


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=f"{group}: {name[:40]!a}")
        for group, cases in GROUPS.items()
        for name, case in cases.items()
    ],
)
def test_whatever_a_server_sends_an_operation_ends(case: Case, operation: str) -> None:
    """With its result, or in a line without the key; and no POST is sent again in doubt."""
    failure: SetSmartError | None = None
    with hostile(case.behave) as server, client_with(server) as client:
        try:
            OPERATIONS[operation](Collection(client, "/properties"))
        except SetSmartError as error:
            failure = error
    assert (failure is None) == (operation in case.succeeds), failure
    is_refused = case in RETRY_AFTERS.values()
    assert server.asked("POST") == (operation == "create") or is_refused
    assert server.sent < 48 * 1024 * 1024 * len(server.requests)
    assert server.clock.now < 4 * 900
    if failure is not None:
        assert_fit_to_be_shown(failure, case.says)


def assert_fit_to_be_shown(failure: SetSmartError, says: str) -> None:
    """Make sure that an error says what it has to, in a line, as the process of a provider does."""
    with pytest.raises(SetSmartFailure, match=says) as caught, reported():
        raise failure
    assert_fit(str(caught.value))


def assert_fit(text: str) -> None:
    """Make sure that what a user reads is a line of ours, or one with its reasons."""
    lines = text.split("\n")
    assert len(lines) <= MOST_LINES
    assert all(line.isprintable() for line in lines)
    assert all(len(line) < 1000 for line in lines)
    assert "Traceback" not in text
    assert "unexpected-error" not in text
    assert KEY not in text


INPUTS: dict[str, Any] = {"name": "Villa", "deletion_policy": "delete"}
_, _CREATED = created(InMemoryAccount().lifecycle(), {"name": "Villa"})
OUTPUTS: dict[str, Any] = to_engine(_CREATED)
PROVIDER_OPERATIONS: tuple[Callable[[Provider], object], ...] = (
    lambda one: one.read("id_1", OUTPUTS),
    lambda one: one.check({}, {"name": "Villa"}),
    lambda one: one.create(INPUTS),
    lambda one: one.update("id_1", OUTPUTS, {**INPUTS, "bedrooms": 3.0}),
    lambda one: one.delete("id_1", OUTPUTS),
)


def outcome_of(operation: Callable[[Provider], object], provider: Provider) -> str:
    """Return what a user reads of an operation: the failure, or the reasons of a check."""
    try:
        result = operation(provider)
    except SetSmartFailure as failure:
        return str(failure)
    return "".join(failure.reason for failure in getattr(result, "failures", ()))


@BOTH_INTERFACES
@pytest.mark.parametrize("group", GROUPS)
def test_whatever_a_server_sends_an_operation_of_a_resource_ends(
    interface: Interface, group: str
) -> None:
    """In the same way through either interface; the cases take turns with the operations."""
    operations = itertools.cycle(PROVIDER_OPERATIONS)
    for case, operation in zip(GROUPS[group].values(), operations, strict=False):
        with hostile(case.behave) as server, client_with(server) as client:
            settings = Settings(Connection(server.url, ()))
            lifecycle = Lifecycle(
                PROPERTY, Account(client, accept_change=False, run=Run()), settings
            )
            assert_fit(outcome_of(operation, provider_with(lifecycle, interface)))
        assert server.asked("POST") <= 1 or case in RETRY_AFTERS.values()


def test_the_table_is_as_long_as_it_was() -> None:
    """Cases are added, and none gets lost."""
    counted = {group: len(cases) for group, cases in GROUPS.items()}
    assert sum(counted.values()) >= 160, counted
