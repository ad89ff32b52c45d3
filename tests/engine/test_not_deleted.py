"""Objects that seem to be deleted and are not: soft deletion, and contradictory responses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack, messages
from support.interface import BOTH_INTERFACES
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES, Sandbox, SandboxSettings
from pulumi_setsmart.testing import running_sandbox

pytestmark = BOTH_INTERFACES


class Denying:
    """ASGI middleware that responds with 404 to some methods for an object."""

    def __init__(self, app: ASGIApp, methods: set[str]) -> None:
        self._app = app
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        is_object = scope["type"] == "http" and scope["path"].count("/") == 3
        if is_object and scope["method"] in self._methods:
            await Response(status_code=404)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


OpenDenying = Callable[[set[str]], tuple[EngineStack, Sandbox]]


@pytest.fixture
def open_denying(pulumi: Path, tmp_path: Path) -> Iterator[OpenDenying]:
    """Make a stack whose account denies objects for methods that the test may change."""
    with ExitStack() as sandboxes:

        def open_one(methods: set[str]) -> tuple[EngineStack, Sandbox]:
            account = sandboxes.enter_context(
                running_sandbox(
                    SandboxSettings(rate_limit=0),
                    middleware=[Middleware(Denying, methods=methods)],
                )
            )
            stack = EngineStack.create(pulumi, tmp_path / "stack", account.url, DEFAULT_KEY)
            stack.succeed("config", "set", "setsmart:settleTime", "0.1")
            return stack, account.app

        yield open_one


def test_a_soft_deletion_shows_in_preview_and_report(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """The listing is neither created again nor given up; nothing is written."""
    stack.declare('Property("villa", name="Villa", bedrooms=3)')
    stack.up()
    [listing] = account.sandbox.storage.objects(PROPERTIES)
    account.sandbox.storage.replace(
        PROPERTIES, "prop_1", {**listing, "deleted_at": "2026-11-01T00:00:00Z"}
    )
    preview = stack.preview()
    soft_deleted = message(MessageCode.SOFT_DELETED, "prop_1", "deleted_at")
    assert messages(preview) == [soft_deleted]
    assert " unchanged" in preview
    report = stack.command("report", "--stack", "test", "--format", "json")
    assert report.returncode == 0, report.stderr
    [warning] = json.loads(report.stdout)["warnings"]
    assert warning["code"] == MessageCode.SOFT_DELETED
    assert "deleted_at" in warning["message"]
    stack.up()
    assert account.writes() == ["POST /properties"]


def test_a_listing_that_is_denied_and_listed_is_not_created_again(
    open_denying: OpenDenying,
) -> None:
    """The preview stops in one line; once the server agrees with itself, there is nothing to do."""
    denied: set[str] = set()
    stack, sandbox = open_denying(denied)
    stack.declare('Property("villa", name="Villa", bedrooms=3)')
    stack.up()
    denied.add("GET")
    [error] = stack.fail("up", "--yes", "--skip-preview", *QUIET).errors
    assert error == message(MessageCode.CONTRADICTORY_RESPONSES, "/properties", "prop_1")
    denied.clear()
    stack.assert_clean()
    assert len(sandbox.storage.objects(PROPERTIES)) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_what_a_server_does_not_support_is_not_taken_for_a_deletion(
    open_denying: OpenDenying, method: str
) -> None:
    """The listing stays where it is, and in the state."""
    stack, sandbox = open_denying({method})
    stack.declare('Property("villa", name="Villa", bedrooms=3)')
    stack.up()
    stack.declare('Property("villa", name="Villa", bedrooms=4)' if method == "PUT" else "")
    [error] = stack.fail("up", "--yes", "--skip-preview", *QUIET).errors
    code = MessageCode.METHOD_NOT_ALLOWED if method == "PUT" else MessageCode.DELETION_DENIED
    assert error == message(code, '"Villa" (prop_1)')
    assert len(sandbox.storage.objects(PROPERTIES)) == 1
    assert stack.resource("villa")["id"] == "prop_1"
