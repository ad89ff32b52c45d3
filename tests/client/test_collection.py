"""A collection: whatever a server answers, its objects or one clear error."""

import itertools
import json
from collections.abc import Callable, Iterator

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.json_values import ANY_JSON, TEXTS
from support.messages import raises
from support.mock_client import Script, client_of

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import (
    AuthenticationError,
    IncompleteListError,
    InvalidResponseError,
    RedirectError,
    SetSmartError,
    UnexpectedResponseError,
    UnknownOutcomeError,
)
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record

VILLA: dict[str, Json] = {"id": "prop_1", "name": "Villa"}
PATH = "https://setsmart.example/v1/properties"


def properties(script: Script) -> Collection:
    """Return the properties of an account that answers with ``script``."""
    return Collection(client_of(script), "/properties")


def raw(body: str) -> httpx.Response:
    """Return a successful response with this very text."""
    return httpx.Response(200, content=body.encode())


def test_a_repeated_page_under_a_new_address_is_an_error() -> None:
    """A server that ignores its own cursor, and makes a new one each time, is not followed."""
    cursors = itertools.count()

    def handler(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": [VILLA], "next_cursor": f"c{next(cursors)}"})

    with raises(IncompleteListError, MessageCode.INCOMPLETE_LIST, "cursor=…", "setsmart:paging"):
        list(Collection(client_of(handler), "/properties").records())
    assert next(cursors) < 20


def test_an_object_that_moves_to_another_page_counts_once() -> None:
    """Objects that moved on to another page while others wrote are no circle, and count once."""
    studio = {"id": "prop_2", "name": "Studio"}
    script = Script(
        httpx.Response(200, json={"data": [VILLA], "next": "?page=2"}),
        httpx.Response(200, json={"data": [VILLA], "next": "?page=3"}),
        httpx.Response(200, json={"data": [VILLA, studio]}),
    )
    records = list(properties(script).records())
    assert [record.id for record in records] == ["prop_1", "prop_2"]


@pytest.mark.parametrize(
    ("pages", "addresses"),
    [
        (
            [
                {"data": [{"id": "a"}], "has_more": True, "next_cursor": "x/y"},
                {"data": [{"id": "b"}], "has_more": False, "next_cursor": "z"},
            ],
            [PATH, f"{PATH}?cursor=x%2Fy"],
        ),
        (
            [
                {"items": [{"id": "a"}], "meta": {"page": 1, "total_pages": 2}},
                {"items": [{"id": "b"}], "meta": {"page": 2, "total_pages": 2}},
            ],
            [PATH, f"{PATH}?page=2"],
        ),
        (
            [
                {"properties": [{"id": "a"}], "total": 2, "limit": 1, "offset": 0},
                {"properties": [{"id": "b"}], "total": 2, "limit": 1, "offset": 1},
            ],
            [PATH, f"{PATH}?offset=1"],
        ),
        (
            [
                {"results": [{"id": "a"}], "links": {"next": f"{PATH}/more"}},
                {"result": [{"id": "b"}], "links": {"next": ""}},
            ],
            [PATH, f"{PATH}/more"],
        ),
    ],
    ids=["cursor", "page", "offset", "address"],
)
def test_every_way_of_paging_is_followed_to_its_end(
    pages: list[object], addresses: list[str]
) -> None:
    """Each page is asked for once, and its objects come in its order."""
    script = Script(*[httpx.Response(200, json=page) for page in pages])
    assert [record.id for record in properties(script).records()] == ["a", "b"]
    assert [str(request.url) for request in script.requests] == addresses


@pytest.mark.parametrize(
    "body",
    [
        '{"data": [], "next": "http://["}',
        '{"data": [], "next": "//[x]/"}',
        '{"data": [], "next": "https://setsmart.example:port/"}',
        '{"data": [], "next_url": "/\\ud800"}',
        '{"data": [], "next_cursor": "\\ud800"}',
    ],
)
def test_an_invalid_next_address_is_a_setsmart_error(body: str) -> None:
    """What a server calls the next page may be anything."""
    with pytest.raises(SetSmartError):
        list(Collection(client_of(lambda _: raw(body)), "/properties").records())


@given(ANY_JSON, TEXTS | st.sampled_from(["http://[", "</x>; rel=next", "<//[>; rel=next"]))
@settings(max_examples=60)
def test_any_page_gives_objects_or_a_setsmart_error(following: object, link: str) -> None:
    """No next page, in whatever form and of whatever type, breaks out."""

    def handler(_request: httpx.Request) -> httpx.Response:
        page = {"data": [VILLA], "next": following, "meta": following, "links": following}
        return httpx.Response(200, json=page, headers=[(b"Link", link.encode())])

    try:
        records = list(Collection(client_of(handler), "/properties").records())
    except SetSmartError:
        return
    assert records == [Record("prop_1", VILLA)]


def test_an_object_whose_id_has_another_name_is_no_envelope() -> None:
    """A field called like an envelope stays a field, whatever the id is called."""
    rule: dict[str, Json] = {"code": "r1", "data": {"percent": 5}, "rule": {"a": 1}}
    rules = Collection(client_of(Script(httpx.Response(201, json=rule))), "/rules", "code")
    assert rules.create({}, "key") == ("r1", Record("r1", rule))


def test_an_envelope_may_have_an_id_of_its_own() -> None:
    """Where the object's id is called otherwise, an id beside the envelope is not the object's."""
    body = {"id": "request_7", "data": {"code": "r1"}}
    rules = Collection(client_of(Script(httpx.Response(200, json=body))), "/rules", "code")
    assert rules.get("r1") == Record("r1", {"code": "r1"})


@pytest.mark.parametrize(
    ("path", "envelope"),
    [
        ("/properties", "property"),
        ("/webhooks", "webhook"),
        ("/pricing-rules", "pricing_rule"),
        ("/v2/pricing/rules", "rule"),
    ],
)
def test_an_object_may_stand_under_its_own_name(path: str, envelope: str) -> None:
    """The singular of the collection's name is an envelope."""
    script = Script(httpx.Response(200, json={envelope: {"id": "x"}}))
    assert Collection(client_of(script), path).get("x") == Record("x", {"id": "x"})


def test_a_retried_create_has_the_same_idempotency_key() -> None:
    """A server that honours it can see a repetition."""
    script = Script(httpx.Response(429), httpx.Response(201, json=VILLA))
    properties(script).create({"name": "Villa"}, "key-1")
    assert [request.headers["Idempotency-Key"] for request in script.requests] == ["key-1"] * 2


def test_only_a_create_has_an_idempotency_key() -> None:
    """The other methods may be repeated as they are."""
    script = Script(*[httpx.Response(200, json=VILLA) for _ in range(3)])
    collection = properties(script)
    collection.get("prop_1")
    collection.update("prop_1", {})
    collection.delete("prop_1")
    assert not any("Idempotency-Key" in request.headers for request in script.requests)


def test_half_a_character_is_sent_back_as_it_came() -> None:
    """A server that cut an emoji in two does not keep us from updating the object."""
    cut = raw('{"id": "prop_1", "note": "\\ud83d"}')
    script = Script(cut, httpx.Response(204))
    collection = properties(script)
    collection.update("prop_1", dict(collection.get("prop_1").fields))
    assert json.loads(script.requests[1].content) == {"id": "prop_1", "note": "\ud83d"}


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity"])
def test_an_invalid_number_makes_a_response_invalid(number: str) -> None:
    """What could not be sent back is not taken in."""
    responses = (raw(f'{{"id": "prop_1", "n": {number}}}') for _ in itertools.count())
    with pytest.raises(InvalidResponseError):
        Collection(client_of(lambda _: next(responses)), "/properties").get("prop_1")


@pytest.mark.parametrize(
    "identifier", ['"\\ud800"', '"a\\nb"', '"\\u001b[31m"', '""', "5.5", "true"]
)
def test_an_id_that_cannot_be_shown_is_rejected(identifier: str) -> None:
    """It would reach the terminal and the state."""
    with pytest.raises(UnknownOutcomeError):
        properties(Script(raw(f'{{"id": {identifier}}}'))).create({}, "key")


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/rules", "/v1/rules/"),
        ("/rules/", "/v1/rules"),
        ("/rules", "https://setsmart.example/v1/rules/"),
        ("/rules", "rules/"),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_by_a_slash_is_followed_to_read(path: str, location: str, status: int) -> None:
    """Once, on the same origin, with the key."""
    script = Script(
        httpx.Response(status, headers={"Location": location}),
        httpx.Response(200, json=[VILLA]),
    )
    collection = Collection(client_of(script), path)
    assert [record.id for record in collection.records()] == ["prop_1"]
    assert script.requests[1].headers["X-API-Key"] == script.requests[0].headers["X-API-Key"]


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.example/v1/rules/",
        "http://setsmart.example/v1/rules/",
        "/v1/others/",
        "/v1/rules/?page=2",
        "//[",
        "",
    ],
)
def test_no_other_redirect_is_followed(location: str) -> None:
    """Not to another origin, path or query: the key goes nowhere else."""
    script = Script(httpx.Response(301, headers={"Location": location}))
    with pytest.raises(RedirectError):
        list(Collection(client_of(script), "/rules").records())
    assert len(script.requests) == 1


def test_a_redirect_that_leads_back_ends() -> None:
    """One server adds the slash, another takes it away."""
    script = Script(
        httpx.Response(301, headers={"Location": "/v1/rules/"}),
        httpx.Response(301, headers={"Location": "/v1/rules"}),
    )
    with pytest.raises(RedirectError):
        list(Collection(client_of(script), "/rules").records())


def test_a_redirected_write_is_an_error_with_the_right_path() -> None:
    """The message names the path as the server wants it."""
    script = Script(httpx.Response(308, headers={"Location": "/v1/rules/"}))
    with raises(RedirectError, MessageCode.REDIRECTED, "/rules/", "POST /rules"):
        Collection(client_of(script), "/rules").create({}, "key")
    assert len(script.requests) == 1


@pytest.mark.parametrize("location", ["https://xn--a.com/", "https://[", "http://a\x01b", ""])
def test_a_post_that_is_redirected_to_nowhere_is_sent_once(location: str) -> None:
    """It reached a server, so whatever the response says, it is not repeated."""
    responses = iter([httpx.Response(307, headers={"Location": location})])
    with pytest.raises(SetSmartError):
        Collection(client_of(lambda _: next(responses)), "/properties").create({}, "key")
    assert next(responses, None) is None


def secretive(code: str) -> Iterator[httpx.Response]:
    """Yield an error with this code for ever."""
    while True:
        yield httpx.Response(400, json={"error": {"code": code, "message": "m"}})


def test_a_code_is_one_printable_line() -> None:
    """A server's code goes to the terminal as its message does."""
    responses = secretive("a\x1b[31m\nb" + "x" * 5000)
    with pytest.raises(SetSmartError) as caught:
        Collection(client_of(lambda _: next(responses)), "/properties").get("prop_1")
    assert "code a\\x1b[31m bxxx" in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


def test_reading_and_writing_use_the_method_and_path_that_are_documented() -> None:
    """Five operations, five routes, and JSON wherever something is sent."""
    script = Script(
        httpx.Response(200, json=[]),
        httpx.Response(200, json=VILLA),
        httpx.Response(201, json=VILLA),
        httpx.Response(200, json=VILLA),
        httpx.Response(204),
    )
    collection = properties(script)
    list(collection.records())
    collection.get("prop_1")
    collection.create({"name": "é"}, "key")
    collection.update("prop_1", {"name": "é"})
    collection.delete("prop_1")
    assert [
        (request.method, request.url.path, request.headers.get("Content-Type"))
        for request in script.requests
    ] == [
        ("GET", "/v1/properties", None),
        ("GET", "/v1/properties/prop_1", None),
        ("POST", "/v1/properties", "application/json"),
        ("PUT", "/v1/properties/prop_1", "application/json"),
        ("DELETE", "/v1/properties/prop_1", None),
    ]
    assert [json.loads(request.content) for request in script.requests[2:4]] == [{"name": "é"}] * 2
    assert {request.headers["X-API-Key"] for request in script.requests} == {"key-of-the-tests"}


def test_a_create_with_a_rejected_key_has_a_known_outcome() -> None:
    """A 401 says that nothing was made."""
    with pytest.raises(AuthenticationError):
        properties(Script(httpx.Response(401))).create({}, "key")


ENVELOPES = ["data", "error", "errors", "id", "message", "properties", "property"]


@given(
    body=ANY_JSON | st.dictionaries(st.sampled_from(ENVELOPES), ANY_JSON, max_size=3),
    status=st.integers(200, 599),
    wait=TEXTS,
)
@settings(max_examples=60)
def test_any_json_gives_a_record_or_a_setsmart_error(body: Json, status: int, wait: str) -> None:
    """Whatever stands where in a response, a SetSmartError has printable lines."""
    content = json.dumps(body).encode()
    collection = Collection(
        client_of(
            lambda _: httpx.Response(
                status,
                content=content,
                headers=[(b"Retry-After", wait.encode()), (b"X-Request-Id", wait.encode())],
            )
        ),
        "/properties",
    )
    operations: list[Callable[[], object]] = [
        lambda: collection.get("p").id,
        lambda: collection.create({}, "key")[0],
        lambda: collection.update("p", {}),
        lambda: collection.delete("p"),
        lambda: [record.id for record in collection.records()],
    ]
    errors: list[str] = []
    for operation in operations:
        try:
            operation()
        except SetSmartError as error:
            errors.append(str(error))
    assert all(line.isprintable() for error in errors for line in error.split("\n"))


@pytest.mark.parametrize("method", ["get", "update"])
def test_a_response_about_another_object_is_retried(method: str) -> None:
    """It is asked for again; taken as it is, one listing would get the values of another."""
    other, right = (
        raw(f'{{"id": "{identifier}", "name": "V"}}') for identifier in ("prop_2", "prop_1")
    )
    collection = properties(Script(other, right))
    record = collection.get("prop_1") if method == "get" else collection.update("prop_1", {})
    assert record is not None
    assert record.id == "prop_1"


def test_an_object_that_is_never_the_one_asked_for_is_an_error() -> None:
    """The message names both ids."""
    collection = Collection(client_of(lambda _: raw('{"id": 7}')), "/properties")
    with raises(InvalidResponseError, MessageCode.INVALID_RESPONSE, "7 instead of prop_1"):
        collection.get("prop_1")


def test_an_unexpected_response_is_retried_three_times() -> None:
    """Something in between may have sent it; soon it counts as the server's own."""
    asked = itertools.count()

    def handler(_request: httpx.Request) -> httpx.Response:
        next(asked)
        return httpx.Response(200, json={"name": "no list"})

    with raises(
        UnexpectedResponseError, MessageCode.UNEXPECTED_RESPONSE, "name", "GET /properties"
    ):
        list(Collection(client_of(handler), "/properties").records())
    assert next(asked) == 4
