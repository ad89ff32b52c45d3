"""The sandbox, made to respond as a recorded account does.

A recording has what responses look like, and no value. So the objects are made up; the
sandbox keeps them, and each response of it is reworded: ids, fields, envelopes, pages, what is
missing, headers.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen
from starlette.datastructures import URL
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_setsmart.sandbox.app import BASE_PATH, Sandbox, create_app
from pulumi_setsmart.sandbox.behaviour import Behaviour
from pulumi_setsmart.sandbox.collection import ApiCollection
from pulumi_setsmart.sandbox.exchange import Exchange, RawResponse
from pulumi_setsmart.sandbox.json import Json, JsonObject
from pulumi_setsmart.sandbox.replay.ids import RecordedIds
from pulumi_setsmart.sandbox.replay.listing import RecordedList, ReplayedPage, placed
from pulumi_setsmart.sandbox.replay.sample import fields, sample, types
from pulumi_setsmart.sandbox.settings import SandboxSettings
from pulumi_setsmart.sandbox.storage import SERVER_FIELDS

_COLLECTIONS = (ApiCollection("properties", "prop"), ApiCollection("webhooks", "wh"))
"""They accept any field: what a recorded account refuses is not known."""
_WINDOW = 60
_SUCCESSES = range(200, 300)
_NOT_FOUND = 404
_NEVER_AN_ID = "0"
_FIGURES = ("limit", "remaining", "reset")


def replay(recording: Mapping[str, Any], *, clock: Callable[[], float] = time.time) -> Sandbox:
    """Return a sandbox that responds as a recorded account does.

    Args:
        recording: The content of a recording's file.
        clock: The time in seconds since 1970.
    """
    rate_limit = recording["rate_limit"]
    recorded = {
        collection.path: _RecordedCollection.of(recording[collection.path])
        for collection in _COLLECTIONS
    }
    app = create_app(
        SandboxSettings(
            rate_limit=rate_limit.get("limit") or 0,
            rate_window=rate_limit.get("seconds_to_reset") or _WINDOW,
            behaviour=Behaviour(versions=True),
        ),
        clock=clock,
        collections=_COLLECTIONS,
        middleware=[
            Middleware(
                _Replay,
                collections=recorded,
                rate_limit=rate_limit,
                tells_time=recording["clock"]["in_every_response"],
                clock=clock,
            )
        ],
    )
    for collection in _COLLECTIONS:
        app.storage.insert_all(collection, recorded[collection.path].made_up())
    return app


@frozen
class _RecordedCollection:
    """A collection as it was recorded.

    Attributes:
        recording: What the recording has of it.
        listing: Its list.
        ids: What its ids look like.
    """

    recording: Mapping[str, Any]
    listing: RecordedList
    ids: RecordedIds

    @classmethod
    def of(cls, recording: Mapping[str, Any]) -> "_RecordedCollection":
        listing = RecordedList(recording["pages"], recording.get("list_end") == "reached")
        return cls(
            recording,
            listing,
            RecordedIds.of(recording.get("id") or {"field": "id", "type": "string"}),
        )

    @property
    def whole(self) -> Json:
        """What whole objects look like, as far as one was read."""
        seen = self.recording.get("object") or {}
        shape: Json = seen.get("shape")
        for name in filter(None, self.recording.get("object_at", "").split(".")):
            shape = next((inner for each, inner, _ in fields(shape) if each == name), None)
        return shape or self.recording.get("item")

    @property
    def has_list(self) -> bool:
        """Whether its list could be read."""
        return self.recording["pages"][0]["response"].get("status") in _SUCCESSES

    def made_up(self) -> list[JsonObject]:
        """Return objects that look like those of the account; the first is the one it showed."""
        item, whole = self.recording.get("item"), self.whole
        if item is None:
            return []
        objects = []
        for number in range(self.listing.objects):
            brief, rest = sample(item, number), sample(whole, number)
            first = sample(whole, 0)
            assert isinstance(brief, dict) and isinstance(rest, dict)  # noqa: S101, PT018 -- both are objects
            named = {name for name, _, _ in fields(item)}
            others = {name: value for name, value in rest.items() if name not in named}
            objects.append(first if number == 0 and isinstance(first, dict) else brief | others)
        return objects

    def shown(self, stored: JsonObject, number: int, shape: Json, *, others: bool) -> JsonObject:
        """Return an object as the account shows it.

        Args:
            stored: What the sandbox holds.
            number: Its number.
            shape: What such objects look like.
            others: Whether fields show that were sent, and not seen in the recording.
        """
        known = {name: inner for name, inner, _ in fields(self.recording.get("item"))}
        known |= {name: inner for name, inner, _ in fields(self.whole)}
        shown: JsonObject = {}
        for name, inner, always in fields(shape):
            if types(inner) == [("string", "masked")]:
                shown[name] = sample(inner, number)
            elif name in stored:
                shown[name] = stored[name]
            elif always:
                is_nullable = ("null", "") in types(inner)
                shown[name] = None if is_nullable else sample(inner, number)
        if others:
            hidden = {*known, *SERVER_FIELDS, "secret"}
            shown |= {name: value for name, value in stored.items() if name not in hidden}
        return shown | {self.ids.field: self.ids.shown(number)}


class _Replay:
    """ASGI middleware that rewords the responses of the sandbox.

    Args:
        app: The sandbox.
        collections: The collections, by their paths.
        rate_limit: How the rate limit is shown.
        tells_time: Whether responses have a ``Date``.
        clock: The time in seconds since 1970.
    """

    def __init__(
        self,
        app: ASGIApp,
        collections: Mapping[str, _RecordedCollection],
        rate_limit: Mapping[str, Any],
        tells_time: bool,  # noqa: FBT001 -- named by its one caller
        clock: Callable[[], float],
    ) -> None:
        self._app = app
        self._collections = collections
        self._rate_limit = rate_limit
        self._tells_time = tells_time
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        path, _, identifier = scope["path"].removeprefix(f"{BASE_PATH}/").partition("/")
        recorded = self._collections.get(path)
        if scope["type"] != "http" or recorded is None:
            await self._app(scope, receive, send)
            return
        inner = f"{BASE_PATH}/{path}"
        if identifier:
            number = recorded.ids.number(identifier)
            prefix = next(
                collection.id_prefix for collection in _COLLECTIONS if collection.path == path
            )
            inner += f"/{prefix}_{_NEVER_AN_ID if number is None else number}"
        asked = {**scope, "path": inner, "raw_path": inner.encode(), "query_string": b""}
        exchange = await Exchange.begin(self._app, asked, receive, send)
        response = await exchange.forward()
        await exchange.respond(self._reworded(scope, recorded, identifier, response))

    def _reworded(
        self, scope: Scope, recorded: _RecordedCollection, identifier: str, response: RawResponse
    ) -> RawResponse:
        recording = recorded.recording
        if response.status in _SUCCESSES and not recorded.has_list:
            return self._like(recording["pages"][0]["response"], response)
        if response.status in _SUCCESSES and response.body:
            content = json.loads(response.body)
            if isinstance(content, list):
                return self._page(scope, recorded, content, response)
            return self._object(recorded, content, response)
        if response.status == _NOT_FOUND:
            is_other_form = recorded.ids.number(identifier) is None
            seen = recording.get("malformed" if is_other_form else "missing")
            if seen is not None:
                return self._like(seen, response)
        return self._complete(response, {}, {})

    def _page(
        self,
        scope: Scope,
        recorded: _RecordedCollection,
        stored: list[JsonObject],
        response: RawResponse,
    ) -> RawResponse:
        numbers = [_number(item) for item in stored]
        url = URL(scope=scope)
        page = ReplayedPage(
            recorded.listing,
            [str(recorded.ids.shown(number)) for number in numbers],
            str(url.replace(query="")),
        )
        page.seek(url.query)
        is_brief = recorded.recording.get("list_shows") == "brief objects"
        items = [
            recorded.shown(item, number, recorded.recording.get("item"), others=not is_brief)
            for item, number in zip(stored, numbers, strict=True)
        ][page.start : page.start + page.size]
        seen = page.template["response"]
        body = json.dumps(page.body(items)).encode()
        headers = {name: value for name, value in seen["headers"].items() if name != "link"}
        return self._complete(response.with_body(body), headers, page.headers(len(items)))

    def _object(
        self, recorded: _RecordedCollection, stored: JsonObject, response: RawResponse
    ) -> RawResponse:
        shown = recorded.shown(stored, _number(stored), recorded.whole, others=True)
        seen = recorded.recording.get("object") or {}
        around = sample(seen.get("shape"), 0)
        body = json.dumps(placed(around, recorded.recording.get("object_at", ""), shown)).encode()
        return self._complete(response.with_body(body), seen.get("headers", {}), {})

    def _like(self, seen: Mapping[str, Any], response: RawResponse) -> RawResponse:
        """Return a response that looks like one of the recording."""
        bodies = {"html": b"<html></html>", "text": b"text", "nothing": b""}
        content = seen.get("content", "nothing")
        body = bodies.get(content) if content in bodies else None
        if body is None:
            body = json.dumps(sample(seen.get("shape"), 0)).encode()
        worded = RawResponse(seen["status"], response.headers, b"").with_body(body)
        return self._complete(worded, seen.get("headers", {}), {})

    def _complete(
        self, response: RawResponse, seen: Mapping[str, str], own: Mapping[str, str]
    ) -> RawResponse:
        """Return a response with the headers of the recording in the place of the sandbox's."""
        original = {name.decode(): value.decode("latin-1") for name, value in response.headers}
        kept = ("content-length", "content-type", *(["date"] if self._tells_time else []))
        headers: dict[str, str] = {name: original[name] for name in kept if name in original}
        for name, value in seen.items():
            headers[name] = _header(name, value, original)
        headers |= {
            name: self._figure(name, original) for name in self._rate_limit.get("headers", ())
        }
        headers |= own
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        return RawResponse(response.status, tuple(pairs), response.body)

    def _figure(self, name: str, original: Mapping[str, str]) -> str:
        kind = name.rpartition("-")[2]
        if kind not in _FIGURES:
            return "1"
        figure = int(original[f"x-ratelimit-{kind}"])
        match kind, self._rate_limit.get("reset"):
            case "reset", "Unix milliseconds":
                figure *= 1000
            case "reset", "seconds from now":
                figure = max(0, round(figure - self._clock()))
        return str(figure)


def _number(stored: JsonObject) -> int:
    return int(str(stored["id"]).rpartition("_")[2])


def _header(name: str, recording: str, original: Mapping[str, str]) -> str:
    """Return a value of a header that a recording describes."""
    match name, recording:
        case "content-type", "other":
            return "application/vnd.replay+json"
        case "etag", _:
            version = original.get("etag", '"0"')
            return {"strong": version, "weak": f"W/{version}"}.get(recording, "version")
        case "retry-after", _:
            return "1" if recording == "seconds" else original["date"]
        case "content-type" | "cache-control" | "allow", _:
            return recording
    return "replayed"
