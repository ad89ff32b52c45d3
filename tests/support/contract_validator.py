"""Validates each exchange between a client and the sandbox against the contract."""

import copy
import gzip
from collections.abc import Iterable, Iterator
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import yaml
from attrs import define, evolve, frozen
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue
from starlette.datastructures import Headers, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import pulumi_setsmart

CONTRACT = Path(pulumi_setsmart.__file__).parent / "contract" / "openapi.yaml"

# Stands for all that the contract does not describe, which its own list of responses applies to.
_ELSEWHERE = "/x-setsmart-otherwise"


@cache
def contract() -> dict[str, Any]:
    """Return the contract as it is written. It is shared: do not change it."""
    document: dict[str, Any] = yaml.safe_load(CONTRACT.read_text())
    return document


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """Follow references to the part that they lead to."""
    while "$ref" in part:
        target: Any = contract()
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        part = target
    return part


class ContractValidator:
    """ASGI middleware that lists each request and each response that violates the contract.

    Requests that are rejected (4xx) may be wrong: tests send such on purpose. Responses may not.

    Args:
        app: The sandbox, wrapped or not.
        violations: Where to note them, where the caller cannot get hold of the middleware.

    Attributes:
        violations: What was found. An exchange is judged before its response ends, so the list is
            complete once a client has read the responses to its requests.
    """

    def __init__(self, app: ASGIApp, violations: list[str] | None = None) -> None:
        self.violations: list[str] = [] if violations is None else violations
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, replay = await _buffered(receive)
        request = _request(scope, body)
        response = _Answer(status_code=0, headers=Headers(), data=b"")

        async def watch(message: Message) -> None:
            nonlocal response
            if message["type"] == "http.response.start":
                headers = Headers(raw=list(message.get("headers", [])))
                response = evolve(response, status_code=message["status"], headers=headers)
            elif message["type"] == "http.response.body":
                response = evolve(response, data=response.data + message.get("body", b""))
                if not message.get("more_body", False):
                    self.violations.extend(_violations(request, _decompressed(response)))
            await send(message)

        await self._app(scope, replay, watch)


def _decompressed(response: "_Answer") -> "_Answer":
    if response.headers.get("Content-Encoding") != "gzip":
        return response
    return evolve(response, data=gzip.decompress(response.data))


@define
class _Request:
    """A request as openapi-core wants to see it, which includes that it can be changed."""

    host_url: str
    path: str
    method: str
    parameters: RequestParameters
    content_type: str
    body: bytes | None


@frozen
class _Answer:
    """A response as openapi-core wants to see it."""

    status_code: int
    headers: Headers
    data: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "")


@cache
def _openapi() -> OpenAPI:
    document = copy.deepcopy(contract())
    otherwise = document["x-setsmart-otherwise"]["responses"]
    document["paths"][_ELSEWHERE] = {"get": {"responses": otherwise, "security": []}}
    return OpenAPI.from_dict(document)


def _violations(request: _Request, response: _Answer) -> Iterator[str]:
    where = f"{request.method.upper()} {request.path} -> {response.status_code}"
    rejected = 400 <= response.status_code < 500
    if not rejected:
        for error in _openapi().iter_request_errors(request):
            yield f"{where}: wrong request: {_explained(error)}"
    for error in _answer_errors(request, response):
        yield f"{where}: wrong response: {_explained(error)}"


def _answer_errors(request: _Request, response: _Answer) -> list[Exception]:
    errors = list(_openapi().iter_response_errors(request, response))
    if any(isinstance(error, PathError) for error in errors):
        base_path = contract()["servers"][0]["url"].removeprefix(request.host_url)
        elsewhere = evolve(request, method="get", path=base_path + _ELSEWHERE)
        return list(_openapi().iter_response_errors(elsewhere, response))
    return errors


def _explained(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, InvalidSchemaValue):
            # Its own text quotes the whole body.
            errors: Iterable[Any] = cause.schema_errors  # of jsonschema, which has no types
            return "; ".join(f"{each.json_path}: {each.message}" for each in errors)
        error, cause = cause, cause.__cause__
    return str(error) or repr(error)


def _request(scope: Scope, body: bytes) -> _Request:
    headers = Headers(scope=scope)
    server = contract()["servers"][0]["url"]
    return _Request(
        host_url=server[: server.index("/", len("https://"))],
        path=scope["path"],
        method=scope["method"].lower(),
        parameters=RequestParameters(
            query=QueryParams(scope["query_string"]),
            header=headers,
            cookie=SimpleCookie(headers.get("Cookie")),
        ),
        content_type=headers.get("Content-Type", ""),
        body=body or None,
    )


async def _buffered(receive: Receive) -> tuple[bytes, Receive]:
    """Read a request to its end; return its body and what lets the application read it again."""
    messages: list[Message] = []
    while not messages or messages[-1].get("more_body", False):
        messages.append(await receive())
    body = b"".join(message.get("body", b"") for message in messages)

    async def replay() -> Message:
        return messages.pop(0) if messages else await receive()

    return body, replay
