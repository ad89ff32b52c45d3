"""The validator that other tests put between a client and the sandbox."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from attrs import frozen
from starlette.middleware import Middleware
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from support.contract_validator import ContractValidator
from support.waiting import HANG_GUARD

from pulumi_setsmart.sandbox import (
    DEFAULT_KEY,
    PROPERTIES,
    WEBHOOKS,
    Behaviour,
    JsonObject,
    Sandbox,
    SandboxSettings,
    create_app,
    running,
)

HOOK: JsonObject = {"url": "https://example.com", "events": ["property.updated"]}


@frozen
class Watched:
    """A sandbox behind a validator."""

    app: Sandbox
    client: httpx.Client
    violations: list[str]


@contextmanager
def watched(settings: SandboxSettings | None = None, *middleware: Middleware) -> Iterator[Watched]:
    app = create_app(settings, middleware=middleware)
    validator = ContractValidator(app)
    with (
        running(validator) as base_url,
        httpx.Client(
            base_url=base_url,
            headers={"X-API-Key": DEFAULT_KEY},
            trust_env=False,
            timeout=HANG_GUARD,
        ) as client,
    ):
        yield Watched(app, client, validator.violations)


def test_what_keeps_to_the_contract_is_not_noted() -> None:
    """All operations on a known and on an unknown kind of object, and more than one page."""
    with watched(SandboxSettings(behaviour=Behaviour(page_size=1))) as sandbox:
        for path, body in (("/webhooks", HOOK), ("/pricing-rules", {"percent": 1})):
            for _ in range(2):
                key = {"Idempotency-Key": "8f14e45f"}
                created = sandbox.client.post(path, json=body, headers=key).json()
            sandbox.client.get(path, params={"page": 2})
            sandbox.client.get(f"{path}/{created['id']}")
            sandbox.client.put(f"{path}/{created['id']}", json=body)
            sandbox.client.delete(f"{path}/{created['id']}")
    assert len(sandbox.app.requests) == 12
    assert sandbox.violations == []


def test_refused_requests_are_not_noted() -> None:
    """Tests send wrong requests on purpose; every kind of refusal keeps to the contract."""
    with watched(SandboxSettings(rate_limit=8)) as sandbox:
        client = sandbox.client
        responses = [
            client.post("/properties", content=b"{"),
            client.post("/properties", json={"name": 3}),
            client.post("/properties", content=b" " * 2_000_000),
            client.get("/properties/prop_1"),
            client.get("/properties", headers={"X-API-Key": "wrong"}),
            client.get("/nope"),
            client.request("PATCH", "/properties"),
            client.get(client.base_url.copy_with(path="/v1")),
            *(client.get("/properties") for _ in range(2)),
        ]
    statuses = [response.status_code for response in responses]
    assert statuses == [400, 400, 413, 404, 401, 404, 405, 404, 200, 429]
    assert sandbox.violations == []


def test_a_failure_is_not_noted_by_itself() -> None:
    """A 500 is a response like others, as long as it keeps to the contract."""
    with watched() as sandbox:
        sandbox.app.storage.close()
        assert sandbox.client.get("/properties").status_code == 500
    assert sandbox.violations == []


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({"name": "Cabin", "bedrooms": "three"}, "bedrooms"),
        ({"name": "Cabin", "max_guests": 0}, "max_guests"),
        ({"name": "Cabin", "status": "sold"}, "status"),
        ({"address": "1 Road"}, "name"),
    ],
)
def test_a_wrong_object_in_a_response_is_noted(stored: dict[str, Any], expected: str) -> None:
    """In a list and on its own, with where it is, and without the rest of the body."""
    with watched() as sandbox:
        sandbox.app.storage.insert(PROPERTIES, {**stored, "note": "confidential"})
        sandbox.client.get("/properties")
        sandbox.client.get("/properties/prop_1")
    in_list, alone = sandbox.violations
    assert in_list.startswith("GET /v1/properties -> 200: wrong response: $[0]")
    assert alone.startswith("GET /v1/properties/prop_1 -> 200: wrong response: $")
    assert expected in in_list
    assert expected in alone
    assert "confidential" not in in_list + alone


def test_a_response_of_another_kind_is_noted() -> None:
    """A status that the operation does not have."""
    with watched(SandboxSettings(behaviour=Behaviour(update_response="empty"))) as sandbox:
        sandbox.app.storage.insert(WEBHOOKS, HOOK)
        sandbox.client.put("/webhooks/wh_1", json=HOOK)
    [violation] = sandbox.violations
    assert violation.startswith("PUT /v1/webhooks/wh_1 -> 204: wrong response")


class Rewriting:
    """Middleware that changes answers.

    Args:
        app: The application.
        drop: A header to take away.
        content_type: What to call the body.
    """

    def __init__(self, app: ASGIApp, drop: bytes = b"", content_type: bytes = b"") -> None:
        self._app = app
        self._drop = drop
        self._content_type = content_type

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def rewrite(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = {**dict(message["headers"])}
                headers.pop(self._drop, None)
                if self._content_type:
                    headers[b"content-type"] = self._content_type
                message = {**message, "headers": list(headers.items())}
            await send(message)

        await self._app(scope, receive, rewrite)


@pytest.mark.parametrize("path", ["/properties", "/properties/prop_1", "/nope"])
def test_a_missing_header_is_noted(path: str) -> None:
    """On success, on refusal, and for what the contract does not describe."""
    rewriting = Middleware(Rewriting, drop=b"x-ratelimit-remaining")
    with watched(None, rewriting) as sandbox:
        sandbox.client.get(path)
    [violation] = sandbox.violations
    assert "X-RateLimit-Remaining" in violation


def test_a_response_without_the_json_type_is_noted() -> None:
    """A right body of the wrong type is wrong."""
    with watched(None, Middleware(Rewriting, content_type=b"text/html")) as sandbox:
        sandbox.client.get("/properties")
    [violation] = sandbox.violations
    assert "text/html" in violation


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ({"Content-Type": "application/json"}, {"name": "Cabin", "status": "SOLD"}, "$.status"),
        ({"Content-Type": "application/json"}, {"name": "Cabin", "bathrooms": -1}, "$.bathrooms"),
        ({"Content-Type": "application/json"}, {"bedrooms": 1}, "'name' is a required property"),
        ({"Content-Type": "text/plain"}, {"name": "Cabin"}, "text/plain"),
        ({}, {"name": "Cabin"}, "mimetype"),
    ],
)
def test_a_wrong_request_that_is_not_refused_is_noted(
    headers: dict[str, str], body: dict[str, Any], expected: str
) -> None:
    """A sandbox that is too kind does not hide what a client does wrong."""
    with watched(None, Middleware(Lenient)) as sandbox:
        sandbox.client.post("/properties", headers=headers, content=json.dumps(body))
    [violation] = sandbox.violations
    assert violation.startswith("POST /v1/properties -> 201: wrong request: ")
    assert expected in violation


class Lenient:
    """Middleware that accepts every request with one and the same response, sent in pieces."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limits = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
        response = StreamingResponse(
            iter(['{"id": "prop_1",', ' "name": "Cabin"}']),
            status_code=201,
            headers=dict.fromkeys(limits, "100"),
            media_type="application/json",
        )
        await response(scope, receive, send)


def test_a_request_without_a_key_that_is_not_refused_is_noted() -> None:
    """The key is part of the contract."""
    with watched(None, Middleware(Lenient)) as sandbox:
        del sandbox.client.headers["X-API-Key"]
        sandbox.client.post("/properties", json={"name": "Cabin"})
    [violation] = sandbox.violations
    assert "wrong request" in violation


def test_it_can_be_one_of_the_sandbox_s_own_middlewares() -> None:
    """Then it notes into the list that it is given."""
    violations: list[str] = []
    app = create_app(middleware=[Middleware(ContractValidator, violations=violations)])
    app.storage.insert(PROPERTIES, {})
    with running(app) as base_url:
        headers = {"X-API-Key": DEFAULT_KEY}
        httpx.get(f"{base_url}/properties", headers=headers, trust_env=False, timeout=HANG_GUARD)
    assert len(violations) == 1
