"""The client: what is sent, sent again, and said."""

import contextlib
import itertools
import logging
import re
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.messages import message, raises
from support.mock_client import KEY, Clock, Script, client_of, credential
from support.waiting import HANG_GUARD

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConnectionFailedError,
    NotFoundError,
    PermissionDeniedError,
    RedirectError,
    SetSmartError,
    UnexpectedResponseError,
    UnknownOutcomeError,
)
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record

VILLA = {"id": "prop_1", "name": "Villa"}


def properties(script: Script, clock: Clock | None = None) -> Collection:
    """Return the properties of an account that answers with ``script``."""
    return Collection(client_of(script, clock=clock), "/properties")


def ok(body: object = VILLA, status: int = 200, **headers: str) -> httpx.Response:
    """Return a successful response."""
    return httpx.Response(status, json=body, headers=headers)


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        httpx.Response(429),
        httpx.Response(500),
        httpx.Response(503),
        httpx.Response(200, text="<html>"),
    ],
    ids=repr,
)
def test_a_get_survives_passing_failures(failure: httpx.Response | Exception) -> None:
    """A failed attempt is followed by another, after a wait."""
    script, clock = Script(failure, ok()), Clock()
    assert properties(script, clock).get("prop_1") == Record("prop_1", VILLA)
    assert len(script.requests) == 2
    assert len(clock.slept) == 1


def test_retries_end() -> None:
    """A server that stays dead is an error that says how it is addressed."""
    script = Script(*[httpx.ConnectError("refused")] * 9)
    with raises(
        ConnectionFailedError, MessageCode.CONNECTION_FAILED, "https://setsmart.example/v1"
    ):
        properties(script).get("prop_1")
    assert len(script.requests) == 9


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadError("reset"),
        httpx.ReadTimeout("slow"),
        httpx.Response(500),
        httpx.Response(200, text="<html>"),
        httpx.Response(201, json={"name": "no id"}),
        httpx.Response(201),
    ],
    ids=repr,
)
def test_a_post_of_unknown_outcome_is_not_retried(failure: httpx.Response | Exception) -> None:
    """Where a listing may have been created, it is not created again."""
    script = Script(failure)
    with raises(UnknownOutcomeError, MessageCode.UNKNOWN_OUTCOME, "POST /properties"):
        properties(script).create({"name": "Villa"}, "key")
    assert len(script.requests) == 1


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.Response(429)], ids=repr)
def test_a_post_that_was_not_carried_out_is_retried(
    failure: httpx.Response | Exception,
) -> None:
    """Each attempt carries the same idempotency key."""
    script = Script(failure, ok(status=201))
    assert properties(script).create({"name": "Villa"}, "key") == (
        "prop_1",
        Record("prop_1", VILLA),
    )
    keys = {request.headers["Idempotency-Key"] for request in script.requests}
    assert len(keys) == 1


def test_a_retry_waits_as_long_as_the_server_asks() -> None:
    """Retry-After is kept to."""
    clock = Clock()
    script = Script(httpx.Response(429, headers={"Retry-After": "9"}), ok())
    properties(script, clock).get("prop_1")
    assert 9 <= sum(clock.slept) < 10


@pytest.mark.parametrize(
    ("identifier", "path"),
    [("prop_1", "prop_1"), ("a/b", "a%2Fb"), ("../x", "..%2Fx"), ("é?#", "%C3%A9%3F%23")],
)
def test_an_id_stays_one_segment_of_the_path(identifier: str, path: str) -> None:
    """No id leads to another object or another route."""
    script = Script(ok({**VILLA, "id": identifier}))
    properties(script).get(identifier)
    assert script.requests[0].url.raw_path == f"/v1/properties/{path}".encode()


@pytest.mark.parametrize("identifier", ["", ".", ".."])
def test_an_empty_id_and_dots_are_rejected(identifier: str) -> None:
    """These would be resolved away, and a DELETE would go to the collection."""
    with pytest.raises(ConfigurationError):
        properties(Script()).delete(identifier)


def test_a_deletion_says_whether_the_object_existed() -> None:
    """A 404 is no error for a DELETE; the caller learns that the object was not there."""
    assert properties(Script(httpx.Response(204))).delete("prop_1")
    assert properties(Script(ok("gone"))).delete("prop_1")
    assert not properties(Script(httpx.Response(404))).delete("prop_1")


@pytest.mark.parametrize(
    "response",
    [
        ok(status=201),
        ok({"data": VILLA}),
        ok({"property": VILLA}),
        httpx.Response(201, headers={"Location": "/v1/properties/prop_1"}),
        httpx.Response(201, headers={"Location": "https://setsmart.example/v1/p/prop_1/?a=b"}),
    ],
)
def test_every_form_of_response_to_a_create_gives_the_id(response: httpx.Response) -> None:
    """Object, envelope or Location: each tells the id."""
    assert properties(Script(response)).create({}, "key")[0] == "prop_1"


def test_a_response_to_an_update_may_have_no_body() -> None:
    """204 is a response too."""
    assert properties(Script(httpx.Response(204))).update("prop_1", {}) is None


def test_a_list_goes_through_all_pages_with_each_id_once() -> None:
    """Objects that move between pages while others write are not seen twice."""
    script = Script(
        ok([VILLA], Link='</v1/properties?page=2>; rel="next"'),
        ok({"data": [VILLA, {"id": "prop_2"}]}),
    )
    assert [record.id for record in properties(script).records()] == ["prop_1", "prop_2"]
    assert str(script.requests[1].url).endswith("/v1/properties?page=2")


def test_pages_in_a_circle_end_in_an_error() -> None:
    """A server that leads back to a page is not followed for ever."""
    script = Script(
        ok([VILLA], Link='</v1/properties?page=2>; rel="next"'),
        ok([], Link='</v1/properties>; rel="next"'),
    )
    with raises(UnexpectedResponseError, MessageCode.CIRCULAR_LIST, "GET /properties"):
        list(properties(script).records())


def test_a_page_on_another_server_is_not_requested() -> None:
    """The key stays with the configured origin."""
    responses = [ok([VILLA], Link="<https://evil.example/>; rel=next") for _ in range(9)]
    script = Script(*responses)
    with raises(UnexpectedResponseError, MessageCode.UNUSABLE_NEXT_PAGE, "GET /properties"):
        list(properties(script).records())
    assert {request.url.host for request in script.requests} == {"setsmart.example"}


def test_a_page_whose_address_is_unusable_is_an_error() -> None:
    """What cannot be an address is not asked for, and not a traceback either."""
    script = Script(ok({"data": [VILLA], "next": "/v1/properties\x01"}))
    with raises(ConnectionFailedError, MessageCode.CONNECTION_FAILED, "GET /properties\\x01"):
        list(properties(script).records())


def test_redirects_are_not_followed() -> None:
    """A redirect is an error: the key goes nowhere else."""
    script = Script(httpx.Response(307, headers={"Location": "https://evil.example/"}))
    with raises(RedirectError, MessageCode.REDIRECTED, "status 307"):
        properties(script).get("prop_1")
    assert len(script.requests) == 1


def by_key(accepted: str) -> httpx.MockTransport:
    """Return a network whose server accepts one key only."""

    def handler(request: httpx.Request) -> httpx.Response:
        return ok() if request.headers["X-API-Key"] == accepted else httpx.Response(401)

    return httpx.MockTransport(handler)


def test_a_rejected_key_is_replaced_by_the_next(caplog: pytest.LogCaptureFixture) -> None:
    """Four threads that meet the refusal together change over once, and say so once."""
    barrier = threading.Barrier(4)
    requests = itertools.count()

    def handler(request: httpx.Request) -> httpx.Response:
        is_first = next(requests) == 0  # which goes out alone, to learn the budget
        if is_first or request.headers["X-API-Key"] == "new-key":
            return ok()
        barrier.wait(timeout=HANG_GUARD)
        return httpx.Response(401)

    credentials = (credential("old-key", "the configuration"), credential("new-key", "the room"))
    collection = Collection(client_of(handler, credentials=credentials), "/properties")
    collection.get("prop_1")
    with caplog.at_level(logging.WARNING), ThreadPoolExecutor(4) as threads:
        records = list(threads.map(collection.get, ["prop_1"] * 4))
    assert len(records) == 4
    assert caplog.messages == [message(MessageCode.OTHER_KEY_USED, "the configuration", "the room")]
    assert not {"old-key", "new-key"} & {*re.split(r"[^a-z-]", caplog.text)}


def test_an_error_names_the_sources_of_all_rejected_keys() -> None:
    """The message tells where the keys came from and what to do, not what they are."""
    credentials = (credential("old-key", "the configuration"), credential("new-key", "the room"))
    client = client_of(lambda _: httpx.Response(401), credentials=credentials)
    with raises(
        AuthenticationError,
        MessageCode.KEY_REJECTED,
        "the configuration and the room",
        "Set another one",
        "(GET /properties/prop_1, status 401)",
    ) as caught:
        Collection(client, "/properties").get("prop_1")
    assert not {"old-key", "new-key"} & {*re.split(r"[^a-z-]", str(caught.value))}


def test_an_error_names_the_source_of_a_key_without_permission() -> None:
    """A 403 says which key may not."""
    with raises(PermissionDeniedError, MessageCode.PERMISSION_DENIED, "setsmart:apiKey"):
        properties(Script(httpx.Response(403))).get("prop_1")


@pytest.mark.parametrize(
    "failure",
    [
        httpx.Response(400),
        httpx.Response(401),
        httpx.Response(404),
        httpx.Response(200, text="x"),
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        httpx.ReadTimeout("slow"),
    ],
    ids=repr,
)
def test_no_error_shows_the_key(failure: httpx.Response | Exception) -> None:
    """Neither the text, nor the repr, nor anything chained to an error holds it."""
    script = Script(*[failure] * 9)
    with pytest.raises(SetSmartError) as caught:
        properties(script).get("prop_1")
    shown = "".join(traceback.format_exception(caught.value, chain=True))
    chained: BaseException | None = caught.value
    while chained is not None:
        assert isinstance(chained, SetSmartError), chained
        chained = chained.__cause__ or chained.__context__
    assert KEY not in f"{shown}{caught.value!r}{credential()!r}"


def test_errors_carry_what_support_asks_for() -> None:
    """Method, path, status, code, field and request id are attributes."""
    body = {"error": {"code": "invalid", "message": "too many", "field": "bedrooms"}}
    script = Script(httpx.Response(400, json=body, headers={"X-Request-Id": "req_1"}))
    with pytest.raises(BadRequestError) as caught:
        properties(script).update("prop_1", {})
    error = caught.value
    assert (error.method, error.path, error.status) == ("PUT", "/properties/prop_1", 400)
    assert (error.api_code, error.field, error.request_id) == ("invalid", "bedrooms", "req_1")
    assert str(error) == message(
        MessageCode.REJECTED_VALUES,
        "bedrooms: too many",
        "(PUT /properties/prop_1, status 400, code invalid, request req_1)",
    )


@given(st.integers(200, 599), st.binary(max_size=40), st.sampled_from(["", "/x", "::"]))
def test_any_response_gives_a_value_or_a_setsmart_error(
    status: int, body: bytes, location: str
) -> None:
    """Whatever a server sends, nothing but a SetSmartError comes of it."""

    def handler(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=body, headers={"Location": location})

    collection = Collection(client_of(handler), "/properties")
    for operation in (
        lambda: collection.get("prop_1"),
        lambda: collection.create({}, "key"),
        lambda: collection.update("prop_1", {}),
        lambda: collection.delete("prop_1"),
        lambda: list(collection.records()),
    ):
        with contextlib.suppress(SetSmartError):
            operation()


def test_what_is_missing_is_not_found() -> None:
    """404 has a class of its own."""
    with pytest.raises(NotFoundError):
        properties(Script(httpx.Response(404))).get("prop_1")
