"""What a server does with connections: cuts them, fills them, leads elsewhere."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
from pathlib import Path

import pytest
import trustme
from support.hostile_server import (
    KEY,
    LIST,
    LISTING,
    HostileServer,
    Peer,
    Received,
    chunked,
    client_with,
    hostile,
    response,
    sends,
)
from support.messages import raises
from support.waiting import HANG_GUARD, MOMENT

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import (
    ConnectionFailedError,
    RedirectError,
    SetSmartError,
    UnexpectedResponseError,
    UnknownOutcomeError,
)
from pulumi_setsmart.client.retry import RetryPolicy
from pulumi_setsmart.models.message_code import MessageCode

ONCE = RetryPolicy(retries=0)


def listings_of(client: object) -> Collection:
    return Collection(client, "/properties")  # type: ignore[arg-type]  # each test passes a client


@pytest.mark.parametrize(
    "good",
    [
        pytest.param(response(), id="with a length"),
        pytest.param(chunked(LISTING[:9], LISTING[9:], trailers=b"A: b\r\n"), id="in chunks"),
    ],
)
def test_a_response_that_is_cut_off_anywhere_is_none(good: bytes) -> None:
    """Only the whole one is an object; a create that may have happened is not sent again."""
    ends = iter(range(len(good) + 1))

    def cut(peer: Peer, _request: Received) -> bool:
        end = next(ends)
        peer.send(good[:end])
        return end == len(good)

    with hostile(cut) as server, client_with(server, retry=ONCE) as client:
        for _ in range(len(good)):
            with pytest.raises(UnknownOutcomeError) as caught:
                listings_of(client).create({"name": "Villa"}, "one")
            assert len(str(caught.value).splitlines()) == 1
        identifier, _ = listings_of(client).create({"name": "Villa"}, "one")
    assert identifier == "prop_1"
    assert server.asked("POST") == len(good) + 1


FORGED = response(b'{"id": "prop_2", "name": "Forged"}')
RESTS = {
    "a response": FORGED,
    "many": FORGED * 2000,
    "one in chunks": chunked(b"{}"),
    "one without a body": b"HTTP/1.1 204 No Content\r\n\r\n",
    "a part of one": b"HTTP/1.1 200 OK\r\n",
    "a blank line": b"\r\n",
    "a byte": b" ",
}


@pytest.mark.parametrize("rest", RESTS.values(), ids=RESTS)
@pytest.mark.parametrize(
    "good",
    [
        pytest.param(response(), id="a response with a length"),
        pytest.param(chunked(LISTING), id="one in chunks"),
        pytest.param(chunked(LISTING, trailers=b"A: b\r\n"), id="one with trailers"),
        pytest.param(chunked(b"\r\n\r\n" + LISTING), id="one with blank lines"),
        pytest.param(response(LISTING, b"X-Much: " + b"a" * 60_000), id="one with a long header"),
        pytest.param(response(LISTING + b" " * 200_000), id="one with a long body"),
        pytest.param(b"HTTP/1.1 103 Hints\r\n\r\n" + response(), id="one after hints"),
    ],
)
@pytest.mark.parametrize("held_back", [1, 2, 3, 90])
def test_what_follows_a_response_is_not_the_next_one(
    good: bytes, rest: bytes, held_back: int
) -> None:
    """A server, or a proxy, that sends too much: the connection is not used again.

    What is too much comes with the last few bytes of the response.
    """

    def behave(peer: Peer, request: Received) -> bool:
        if request.connection > 1:
            peer.send(response())
        else:
            end = len(good) - held_back
            peer.send(good[:end])
            peer.send(good[end:] + rest)
        return True

    with hostile(behave) as server, client_with(server) as client:
        for _ in range(3):
            assert listings_of(client).get("prop_1").fields["name"] == "Villa"
    assert server.connections == 2
    assert server.asked("GET") == 3


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_a_body_that_may_not_be_is_no_response(status: bytes) -> None:
    """What stands behind headers that end a response is not read as the next one."""

    def behave(peer: Peer, request: Received) -> bool:
        first = request.connection == 1
        peer.send(response(FORGED, status=status) if first else response())
        return True

    with hostile(behave) as server, client_with(server, retry=ONCE) as client:
        with contextlib.suppress(SetSmartError):
            listings_of(client).delete("prop_9")
        assert listings_of(client).get("prop_1").id == "prop_1"
    assert server.connections == 2


def test_what_comes_before_it_is_asked_for_is_not_taken_twice() -> None:
    """A server that talks at once: what is left over ends the connection."""

    def greet(peer: Peer) -> None:
        if peer is server.peers[0]:
            peer.send(FORGED + FORGED)

    with hostile(sends(response()), greet=greet) as server, client_with(server) as client:
        with contextlib.suppress(SetSmartError):
            listings_of(client).get("prop_1")
        assert listings_of(client).get("prop_1").id == "prop_1"
    assert server.asked("POST") == 0


def test_connections_are_kept_where_all_is_well() -> None:
    """In both framings."""
    bodies = [response(), chunked(LISTING), chunked(b"\n\n", LISTING, trailers=b"A: b\r\n")]

    def behave(peer: Peer, _request: Received) -> bool:
        peer.send(bodies[len(server.requests) % 3])
        return True

    with hostile(behave) as server, client_with(server) as client:
        for _ in range(12):
            assert listings_of(client).get("prop_1").id == "prop_1"
    assert server.connections == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/v1/properties",
        "//127.0.0.1:{port}/v1/properties",
        "http://user:password@127.0.0.1:{port}/",
        "file:///etc/passwd",
        "/v1/properties/../properties",
        "/v1/properties",
        "gopher://127.0.0.1:{port}/",
        "http://[",
        "",
    ],
)
def test_nobody_else_is_asked_for_a_redirect(status: int, location: str) -> None:
    """Nor the same server for ever; and the key goes nowhere."""
    with hostile(sends(response(LIST))) as stranger:
        location_header = b"Location: " + location.format(port=stranger.port).encode()
        lead = sends(response(b"", location_header, status=b"%d Found" % status))
        with hostile(lead) as server, client_with(server) as client:
            for ask in (
                lambda: [*listings_of(client).records()],
                lambda: listings_of(client).create({"name": "Villa"}, "one"),
                lambda: listings_of(client).delete("prop_1"),
            ):
                with pytest.raises(RedirectError) as caught:
                    ask()
                assert len(str(caught.value).splitlines()) <= 2
                assert "password" not in str(caught.value)
    assert stranger.connections == 0
    assert len(server.requests) == 3


def test_a_slash_is_followed_once() -> None:
    """From one path to the other and back: an error, after two requests."""

    def behave(peer: Peer, request: Received) -> bool:
        other = request.path.rstrip("/") + ("" if request.path.endswith("/") else "/")
        peer.send(response(b"", b"Location: " + other.encode(), status=b"301 Moved"))
        return True

    with hostile(behave) as server, client_with(server) as client, pytest.raises(RedirectError):
        listings_of(client).get("prop_1")
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:{port}/v1/properties?page=2",
        "//127.0.0.1:{port}/v1/properties?page=2",
        "https://127.0.0.1:{own}/v1/properties?page=2",
        "http://user:password@127.0.0.1:{own}/v1/properties?page=2",
        "http://127.0.0.1:{own}@127.0.0.1:{port}/",
        "http://localhost:{own}/v1/properties?page=2",
        "file:///etc/passwd?",
        "ftp://127.0.0.1:{port}/?",
        "http://[::1/?",
        "http://127.0.0.1:99999999/?",
        "javascript://127.0.0.1:{own}/?",
    ],
)
def test_the_next_page_is_nowhere_else(link: str) -> None:
    """Not on another host, port or scheme, and not with a user's name."""
    with hostile(sends(response(LIST))) as stranger:

        def behave(peer: Peer, _request: Received) -> bool:
            address = link.format(port=stranger.port, own=server.port)
            peer.send(
                response(json.dumps({"data": [json.loads(LISTING)], "next": address}).encode())
            )
            return True

        with (
            hostile(behave) as server,
            client_with(server) as client,
            raises(UnexpectedResponseError, MessageCode.UNUSABLE_NEXT_PAGE) as caught,
        ):
            [*listings_of(client).records()]
    assert stranger.connections == 0
    assert {request.path for request in server.requests} == {"/v1/properties"}
    assert "password" not in str(caught.value)


def test_cookies_are_not_kept() -> None:
    """An API with a key needs none, so a server cannot put state into the client."""
    cookies = [b"Set-Cookie: a=b; Path=/", b"Set-Cookie: session=x; Domain=127.0.0.1; Max-Age=9999"]
    with hostile(sends(response(LISTING, *cookies))) as server, client_with(server) as client:
        listings_of(client).get("prop_1")
        listings_of(client).get("prop_1")
    assert len(server.requests) == 2
    assert not [request for request in server.requests if b"cookie" in request.head.lower()]


def test_gzip_is_all_that_is_offered() -> None:
    """Whatever is installed beside the client."""
    with hostile(sends(response())) as server, client_with(server) as client:
        listings_of(client).get("prop_1")
    assert b"\r\nAccept-Encoding: gzip\r\n" in server.requests[0].head + b"\r\n"
    assert KEY.encode() in server.requests[0].head


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The certificates of a server that this machine trusts."""
    authority = trustme.CA()
    (tmp_path / "ca.pem").write_bytes(authority.cert_pem.bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def encrypted(server: HostileServer) -> str:
    return server.url.replace("http:", "https:")


def test_what_follows_an_encrypted_response_is_not_the_next_one(
    certificates: ssl.SSLContext,
) -> None:
    """As without encryption."""

    def behave(peer: Peer, request: Received) -> bool:
        peer.send(response() + FORGED if request.connection == 1 else response())
        return True

    with (
        hostile(behave, context=certificates) as server,
        client_with(server, encrypted(server)) as client,
    ):
        for _ in range(3):
            assert listings_of(client).get("prop_1").fields["name"] == "Villa"
    assert server.connections == 2


def test_an_encrypted_response_that_trickles_ends(certificates: ssl.SSLContext) -> None:
    """Each byte in a record of its own."""

    def behave(peer: Peer, _request: Received) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\nX-A: ")
        peer.trickle(b"x" * 1000)

    with (
        hostile(behave, context=certificates) as server,
        client_with(server, encrypted(server)) as client,
        raises(ConnectionFailedError, MessageCode.TIMED_OUT),
    ):
        listings_of(client).get("prop_1")


def test_plain_text_where_tls_is_spoken_is_an_error(certificates: ssl.SSLContext) -> None:
    """And TLS where plain text is."""
    with (
        hostile(sends(b""), greet=lambda peer: peer.send(response())) as server,
        client_with(server, encrypted(server)) as client,
        raises(ConnectionFailedError, MessageCode.CONNECTION_FAILED),
    ):
        listings_of(client).create({"name": "Villa"}, "one")
    assert server.requests == []
    with (
        hostile(sends(response()), context=certificates) as server,
        client_with(server) as client,
        raises(ConnectionFailedError, MessageCode.CONNECTION_LOST),
    ):
        listings_of(client).get("prop_1")
    assert server.requests == []


def test_a_handshake_that_trickles_ends(certificates: ssl.SSLContext) -> None:
    """Here the time is that of the machine; how much passes does not matter, only that it ends."""
    assert certificates is not None
    most = 16_384
    is_over = threading.Event()
    sent: list[int] = []

    def greet(peer: Peer) -> None:
        peer.send(b"\x16\x03\x03\x40\x00")  # a handshake record of 16 KiB
        for _ in range(most):
            if is_over.wait(MOMENT / 10):
                return
            peer.send(b"\x02")
            sent.append(1)

    with (
        hostile(sends(b""), greet=greet) as server,
        client_with(server, encrypted(server), timeout=MOMENT, retry=ONCE) as client,
    ):
        try:
            with raises(ConnectionFailedError, MessageCode.CONNECTION_FAILED):
                listings_of(client).create({"name": "Villa"}, "one")
        finally:
            is_over.set()
    assert len(sent) < most


def test_a_server_that_never_says_anything_is_left() -> None:
    """After the time of the attempt, by the clock of the machine."""
    is_over = threading.Event()
    with (
        hostile(lambda _peer, _request: is_over.wait(HANG_GUARD)) as server,
        client_with(server, timeout=MOMENT, retry=ONCE) as client,
    ):
        try:
            with raises(UnknownOutcomeError, MessageCode.UNKNOWN_OUTCOME):
                listings_of(client).create({"name": "Villa"}, "one")
        finally:
            is_over.set()
    assert server.asked("POST") == 1


def test_a_server_that_takes_nothing_is_left() -> None:
    """A request that is larger than what the network holds is not sent for ever."""
    is_over = threading.Event()

    def greet(_peer: Peer) -> None:
        is_over.wait(HANG_GUARD)

    with (
        hostile(sends(b""), greet=greet) as server,
        client_with(server, timeout=MOMENT, retry=ONCE) as client,
    ):
        try:
            with raises(UnknownOutcomeError, MessageCode.UNKNOWN_OUTCOME):
                listings_of(client).create({"name": "x" * 32_000_000}, "one")
        finally:
            is_over.set()


def test_a_name_that_is_never_found_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's resolver cannot be interrupted, so it is not waited for."""
    is_over = threading.Event()

    def never(*_arguments: object, **_options: object) -> list[object]:
        is_over.wait(HANG_GUARD)
        return []

    monkeypatch.setattr("socket.getaddrinfo", never)
    with hostile(sends(response())) as server:
        url = f"http://localhost:{server.port}/v1"
        with client_with(server, url, timeout=MOMENT, retry=ONCE) as client:
            try:
                with raises(ConnectionFailedError, MessageCode.CONNECTION_FAILED):
                    listings_of(client).create({"name": "Villa"}, "one")
            finally:
                is_over.set()
    assert server.connections == 0


def test_each_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is refused does not stand in the way of the next."""
    with hostile(sends(response())) as server:
        entries = [(0, 0, 0, "", (address, server.port)) for address in ("127.0.0.99", "127.0.0.1")]
        real = __import__("socket").getaddrinfo
        monkeypatch.setattr(
            "socket.getaddrinfo",
            lambda host, *rest, **options: (
                entries if host == "setsmart.example" else real(host, *rest, **options)
            ),
        )
        with client_with(server, f"http://setsmart.example:{server.port}/v1") as client:
            assert listings_of(client).get("prop_1").id == "prop_1"
