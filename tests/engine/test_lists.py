"""Lists of every style are read completely, or nothing is created, exported or adopted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.middleware import Middleware
from support.engine_stack import QUIET, EngineStack, messages
from support.fault_plans import ScriptedFaults
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import (
    DEFAULT_KEY,
    PROPERTIES,
    Behaviour,
    FaultMiddleware,
    Lost,
    Sandbox,
    SandboxSettings,
)
from pulumi_setsmart.testing import running_sandbox

OpenStack = Callable[..., tuple[EngineStack, Sandbox]]
NAMES = ("Attic", "Barn", "Cabin", "Den", "Estate")
FIVE = "\n".join(f'Property("{name.lower()}", name="{name}")' for name in NAMES)


@pytest.fixture
def open_stack(pulumi: Path, tmp_path: Path) -> Iterator[OpenStack]:
    """Make stacks whose server behaves as the contract does not say."""
    with ExitStack() as sandboxes:

        def open_one(*layers: Middleware, **behaviour: Any) -> tuple[EngineStack, Sandbox]:
            settings = SandboxSettings(rate_limit=0, behaviour=Behaviour(page_size=2, **behaviour))
            account = sandboxes.enter_context(running_sandbox(settings, middleware=layers))
            stack = EngineStack.create(pulumi, tmp_path / "stack", account.url, DEFAULT_KEY)
            return stack, account.app

        yield open_one


def posts(sandbox: Sandbox) -> int:
    """Return how many listings the sandbox was asked to create."""
    return sum(request.method == "POST" for request in sandbox.requests)


@pytest.mark.parametrize(
    ("style", "ids"), [("has-more", "string"), ("pageNumber", "number"), ("skip", "string")]
)
def test_a_listing_on_the_last_page_is_not_created_again(
    open_stack: OpenStack, style: str, ids: str
) -> None:
    """The error has its id, `setsmart:ifExists` adopts it, and an export has all listings."""
    stack, sandbox = open_stack(list_style=style, ids=ids)
    for name in NAMES:
        sandbox.storage.insert(PROPERTIES, {"name": name})
    shown = "5" if ids == "number" else "prop_5"
    stack.declare('Property("estate", name="Estate", bedrooms=2)')
    [error] = stack.fail("preview", *QUIET).errors
    assert error == message(MessageCode.ALREADY_EXISTS, shown, "name")
    stack.succeed("config", "set", "setsmart:ifExists", "adopt")
    adopts = message(MessageCode.ADOPTED, shown, "(bedrooms null → 2)")
    assert messages(stack.up()) == [adopts]
    assert stack.resource("estate")["id"] == shown
    stack.assert_clean()
    exported = stack.command("export")
    assert exported.returncode == 0, exported.stderr
    assert [name in exported.stdout for name in NAMES] == [True] * 5
    assert posts(sandbox) == 0


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ({"list_style": "X-Total-Count"}, MessageCode.INCOMPLETE_LIST),
        ({"obeys_paging": False, "list_style": "totalPages"}, MessageCode.CIRCULAR_LIST),
    ],
    ids=["no next page", "a page that repeats"],
)
def test_an_incomplete_list_stops_each_command_that_needs_all_of_it(
    open_stack: OpenStack, behaviour: dict[str, Any], code: MessageCode
) -> None:
    """A create in the preview, an export, an adoption and a comparison; each in one line."""
    stack, sandbox = open_stack(**behaviour)
    for name in NAMES:
        sandbox.storage.insert(PROPERTIES, {"name": name})
    stack.declare('Property("estate", name="Estate")')
    incomplete = message(code, "setsmart:paging")
    [error] = stack.fail("preview", *QUIET).errors
    assert error == incomplete
    for command in (
        ("export",),
        ("adopt", "--stack", "test"),
        ("compare", "account", "account"),
    ):
        finished = stack.command(*command)
        assert finished.returncode != 0, command
        assert finished.stderr.strip() == incomplete, command
        assert "Traceback" not in finished.stderr
        assert "Barn" not in finished.stdout
    assert posts(sandbox) == 0


def test_configured_paging_completes_the_list(open_stack: OpenStack) -> None:
    """What the server does not say, the user can; the same stack then finds the listing."""
    stack, sandbox = open_stack(list_style="X-Total-Count")
    for name in NAMES:
        sandbox.storage.insert(PROPERTIES, {"name": name})
    stack.declare('Property("estate", name="Estate")')
    stack.succeed("config", "set", "--path", "setsmart:paging.style", "page")
    [error] = stack.fail("preview", *QUIET).errors
    assert error == message(MessageCode.ALREADY_EXISTS, "prop_5", "name")


def test_a_lost_response_creates_one_listing(open_stack: OpenStack) -> None:
    """The list on which it is looked for has three pages, and the listing is on the last."""
    faults = ScriptedFaults([Lost("after")], methods=("POST",))
    stack, sandbox = open_stack(Middleware(FaultMiddleware, plan=faults), list_style="has-more")
    for name in NAMES[:4]:
        sandbox.storage.insert(PROPERTIES, {"name": name})
    stack.declare('Property("estate", name="Estate")')
    stack.succeed("config", "set", "setsmart:settleTime", "0.1")
    assert message(MessageCode.CREATE_UNRESOLVED, "prop_5") in messages(stack.up())
    assert posts(sandbox) == 1
    stack.assert_clean()


def test_without_a_usable_list_a_refresh_reads_by_id(open_stack: OpenStack) -> None:
    """With one warning; drift is found, and updates are made."""
    stack, sandbox = open_stack(list_style="total-only")
    stack.declare('[Property(f"p{n}", name=f"P{n}", bedrooms=1) for n in range(7)]')
    stack.up()
    sandbox.storage.insert(PROPERTIES, {"name": "Theirs"})
    changed = sandbox.storage.get(PROPERTIES, "prop_3")
    sandbox.storage.replace(PROPERTIES, "prop_3", {**changed, "bedrooms": 7})
    preview = stack.preview()
    assert "~ bedrooms: 7 => 1" in preview
    assert messages(preview) == [message(MessageCode.UNUSABLE_LIST, "/properties")]
    stack.up()
    assert sandbox.storage.get(PROPERTIES, "prop_3")["bedrooms"] == 1
