"""How much memory a response takes while it is received and unpacked, measured from outside."""

from __future__ import annotations

import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from support.hostile_server import Behaviour, Peer, Received, hostile, response
from support.waiting import HANG_GUARD

MEBIBYTE = 1024 * 1024
BOUND = 32 * MEBIBYTE
ALLOWED = 64 * MEBIBYTE
"""So much may be used beside the bound."""

MEMORY = Path("/proc/self/status")
TAKER = """
import sys
from pulumi_setsmart.client.connection import Connection
from pulumi_setsmart.client.request import Request
from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.credential import Credential
from pulumi_setsmart.client.errors import SetSmartError
from pulumi_setsmart.client.retry import RetryPolicy

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024

connection = Connection(
    sys.argv[1],
    (Credential("key", "setsmart:apiKey", ""),),
    largest_response=int(sys.argv[2]),
    retry=RetryPolicy(retries=0),
)
client = Client.of(connection)
try:
    client.send(Request("GET", "/warm"), lambda answer: None)
    before = peak()
    outcome = client.send(Request("GET", "/properties"), lambda answer: len(answer.body))
except SetSmartError as error:
    outcome = type(error).__name__
client.close()
print(peak() - before, outcome)
"""


def zeros(size: int) -> bytes:
    """Return so many zeros, packed."""
    return packed(b"\0" * MEBIBYTE for _ in range(size // MEBIBYTE))


def packed(pieces: object) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(piece) for piece in pieces), packer.flush()])  # type: ignore[attr-defined]  # any iterable


def unpacks_to(size: int) -> Behaviour:
    """Return what sends so many zeros, packed."""
    data = response(zeros(size), b"Content-Encoding: gzip")
    return lambda peer, _request: peer.send(data)


def flows(head: bytes, piece: bytes, size: int, after: bytes = b"") -> Behaviour:
    """Return what sends a piece again and again, so many bytes in all."""

    def behave(peer: Peer, _request: Received) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\n" + head)
        for _ in range(size // len(piece)):
            peer.send(piece)
        peer.send(after)

    return behave


GIGABYTE = 1024 * MEBIBYTE
CHUNK = b"10000\r\n" + b" " * 65536 + b"\r\n"
CASES = {
    "a gzip bomb of 4 GiB": (unpacks_to(4 * GIGABYTE), "ResponseTooLargeError"),
    "a bomb just too large": (unpacks_to(BOUND + MEBIBYTE), "ResponseTooLargeError"),
    "packed, of the largest size": (unpacks_to(BOUND), str(BOUND)),
    "a huge body": (flows(b"\r\n", b" " * 65536, GIGABYTE), "ResponseTooLargeError"),
    "a body of the largest size": (
        flows(b"Content-Length: %d\r\n\r\n" % BOUND, b" " * 65536, BOUND),
        str(BOUND),
    ),
    "a huge body in chunks": (
        flows(b"Transfer-Encoding: chunked\r\n\r\n", CHUNK, GIGABYTE),
        "ResponseTooLargeError",
    ),
    "chunks of the largest size": (
        flows(
            b"Transfer-Encoding: chunked\r\n\r\n",
            CHUNK,
            BOUND // 65536 * len(CHUNK),
            b"0\r\n\r\n",
        ),
        str(BOUND),
    ),
    "one giant header": (flows(b"X-A: ", b"a" * 65536, GIGABYTE), "ConnectionFailedError"),
    "giant trailers": (
        flows(b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-A: ", b"a" * 65536, GIGABYTE),
        "ConnectionFailedError",
    ),
    "empty gzip members": (
        flows(b"Content-Encoding: gzip\r\n\r\n", packed([]) * 3000, GIGABYTE),
        "InvalidResponseError",
    ),
}


@pytest.mark.skipif(not MEMORY.exists(), reason="needs /proc")
@pytest.mark.parametrize("name", CASES)
def test_a_response_takes_little_more_than_its_bound(name: str) -> None:
    """What it has at most, in a process of its own, less what that had before."""
    behave, outcome = CASES[name]

    def after_a_first(peer: Peer, request: Received) -> object:
        if request.path.endswith("/warm"):
            peer.send(response())
            return True
        return behave(peer, request)

    with hostile(after_a_first) as server:
        taken = subprocess.run(
            [sys.executable, "-c", TAKER, server.url, str(BOUND)],
            capture_output=True,
            text=True,
            timeout=HANG_GUARD,
            check=True,
        )
    used, became = taken.stdout.split()
    assert became == outcome
    assert int(used) < BOUND + ALLOWED
