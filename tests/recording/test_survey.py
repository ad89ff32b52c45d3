"""Looking at an account changes nothing in it, is bounded, and survives what goes wrong."""

from collections import Counter

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.account_recording import DAY, recording_of, settings_of
from support.divergent_server import NOW, DivergentServer, by_page
from support.mock_client import BASE_URL, credential

from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.connection import Connection
from pulumi_setsmart.client.request import Request
from pulumi_setsmart.recording.recording import CharacterRun, SeenId
from pulumi_setsmart.recording.sanitising import recorded
from pulumi_setsmart.recording.survey import (
    ReadOnlyChannel,
    WriteRefusedError,
    another_id,
    survey_account,
)
from pulumi_setsmart.sandbox import PROPERTIES, ApiKey, SandboxSettings, listings
from pulumi_setsmart.testing import running_sandbox

MOST_REQUESTS = 12
"""Three pages, an object and two ids of both collections."""


def test_every_request_is_a_get() -> None:
    """And there are few of them, however long the lists are."""
    account = DivergentServer(
        properties=[{"id": f"p{number}", "name": "A"} for number in range(400)],
        webhooks=[{"id": number, "url": "https://a.example/"} for number in range(400)],
        list_style=by_page,
    )
    with account.running() as url:
        recording = recording_of(url)
    assert Counter(method for method, _ in account.asked) == {"GET": recording.requests}
    assert recording.requests == MOST_REQUESTS


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "get"])
def test_no_other_request_can_be_sent(method: str) -> None:
    """Not even by the client's own operations; nothing reaches the network."""
    sent: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=[])

    connection = Connection(BASE_URL, (credential(),))
    channel = ReadOnlyChannel(connection, httpx.MockTransport(respond))
    client = Client.of(connection, channel=channel)
    with pytest.raises(WriteRefusedError):
        client.send(Request(method, "/properties"), lambda _answer: None)
    with pytest.raises(WriteRefusedError):
        Collection(client, "/properties").create({"name": "A"}, "key")
    assert sent == []
    client.send(Request("GET", "/properties"), lambda _answer: None)
    assert len(sent) == 1
    client.close()


def test_an_account_at_work_is_not_changed() -> None:
    """What it holds is the same before and after, and how it behaves is recorded."""
    with running_sandbox() as account:
        made_up = listings()
        account.app.storage.insert_all(PROPERTIES, [next(made_up) for _ in range(3)])
        before = account.objects()
        recording = recording_of(account.url)
        assert account.objects() == before
        assert {request.method for request in account.requests} == {"GET"}
    assert recording.server == "this machine"
    assert recording.rate_limit.limit == 100
    assert recording.rate_limit.remaining == "falls by 1"
    assert recording.properties.id == SeenId(
        "id",
        "string",
        (
            CharacterRun("lower", 4, 4),
            CharacterRun("underscore", 1, 1),
            CharacterRun("digits", 1, 1),
        ),
    )


def test_a_refused_key_is_recorded() -> None:
    """The status counts; the reason may quote the key, and is left out."""
    with running_sandbox() as account:
        recording = recording_of(account.url, "zqxjkvwz")
    assert recording.properties.pages[0].response.status == 401
    assert recording.properties.pages[0].response.failure is None
    assert recording.properties.list_end == "AuthenticationError"
    assert recording.properties.object is None


def test_a_rate_limit_that_is_used_up_is_recorded() -> None:
    """What is left is not asked for, and nobody waits for the window."""
    key = ApiKey("sandbox-key")
    with running_sandbox(SandboxSettings(keys=(key,), rate_limit=2, rate_window=3600)) as account:
        made_up = listings()
        account.app.storage.insert_all(PROPERTIES, [next(made_up) for _ in range(3)])
        recording = recording_of(account.url)
    assert recording.requests == 2
    assert recording.properties.object is not None
    assert recording.properties.object.status == 200
    assert recording.properties.missing is not None
    assert (recording.properties.missing.status, recording.properties.missing.failure) == (
        None,
        "DeadlineExceededError",
    )


def test_a_server_that_is_not_there_is_recorded() -> None:
    """Without a response there is a failure instead of a status."""

    def refuse(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("zqx.example")

    survey = survey_account(
        settings_of("https://zqx.example/v1"),
        clock=lambda: NOW,
        transport=httpx.MockTransport(refuse),
    )
    recording = recorded(survey, DAY)
    assert recording.requests == 0
    assert recording.properties.pages[0].response.failure == "ConnectionFailedError"


@pytest.mark.parametrize(
    ("identifier", "other"),
    [
        ("prop_1", "prop_999999999"),
        ("prop_12_x", "prop_999999999_x"),
        (17, "999999999"),
        ("villa", "villazzzzzzzzz"),
        ("65a1f0c2b4d3e6f708192a3b", "99a9f9c9b9d9e9f999999a9b"),
    ],
)
def test_a_missing_id_has_the_form_of_an_id(identifier: str | int, other: str) -> None:
    """Short ones get more digits, as small numbers are taken; long ones keep their length."""
    assert another_id(identifier) == other


@given(st.uuids() | st.integers(0, 10**6) | st.text(min_size=1, max_size=40))
def test_a_missing_id_is_another_one(identifier: object) -> None:
    """Whatever the id is, but for one of nines, which nobody has."""
    text = str(identifier)
    assert another_id(text) != text or {letter for letter in text if letter.isdigit()} == {"9"}
