"""Each error reaches the user as one line that says what, where, and what to do."""

import re
from pathlib import Path
from typing import Any

import pytest
from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import QUIET, EngineStack
from support.interface import BOTH_INTERFACES, Interface
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import DEFAULT_KEY, ApiKey

UP = ("up", "--yes", "--skip-preview", *QUIET)
VILLA = 'Property("one", name="Villa", bedrooms=3)'


def only_error(stack: EngineStack, *command: str, **environment: str) -> str:
    """Return the only line that a failing command shows as its error."""
    errors = stack.fail(*command, **environment).errors
    assert len(errors) == 1, errors
    assert DEFAULT_KEY not in errors[0]
    return errors[0]


@BOTH_INTERFACES
def test_a_wrong_key(stack: EngineStack, account: EngineSandbox) -> None:
    """The message names the setting that holds the rejected key, never the key."""
    stack.declare(VILLA)
    error = only_error(stack, *UP, SETSMART_API_KEY="wrong-key-123")
    assert error == message(MessageCode.KEY_REJECTED, 'property "Villa"', "SETSMART_API_KEY")
    assert re.search(r"\(GET /properties, status 401, code \w+, request \w+\)", error)
    assert "wrong-key-123" not in "".join(stack.printed)
    assert account.writes() == []


@BOTH_INTERFACES
def test_a_missing_key(stack: EngineStack) -> None:
    """Without a key the message names both ways to set one."""
    stack.declare(VILLA)
    error = only_error(stack, *UP, SETSMART_API_KEY="")
    assert error == message(
        MessageCode.MISSING_KEY,
        "`pulumi config set --secret setsmart:apiKey`",
        "SETSMART_API_KEY",
    )


def test_a_key_in_clear(stack: EngineStack) -> None:
    """A key that is configured without --secret is rejected before the state contains it."""
    stack.declare(VILLA)
    stack.succeed("config", "set", "setsmart:apiKey", "in-the-clear")
    errors = stack.fail(*UP).errors
    set_it = "`pulumi config set --secret setsmart:apiKey`"
    assert errors[0] == message(MessageCode.PLAINTEXT_KEY, set_it)
    assert "in-the-clear" not in "".join(stack.printed)


@BOTH_INTERFACES
def test_a_read_only_key(
    pulumi: Path, tmp_path: Path, open_account: OpenEngineSandbox, interface: Interface
) -> None:
    """A key that may only read says so, with the listing that could not be written."""
    account = open_account(ApiKey(DEFAULT_KEY, read_only=True))
    stack = EngineStack.create(
        pulumi, tmp_path / "stack", account.base_url, DEFAULT_KEY, interface=interface
    )
    stack.declare(VILLA)
    error = only_error(stack, *UP)
    assert error == message(MessageCode.PERMISSION_DENIED, 'property "Villa"')
    assert "SETSMART_API_KEY" in error


@BOTH_INTERFACES
def test_a_field_that_setsmart_rejects(stack: EngineStack) -> None:
    """The message contains the server's own reason; SETSMART_DEBUG=1 adds a traceback."""
    stack.declare('Property("one", name="Villa", bedrooms=1000)')
    error = only_error(stack, *UP)
    assert error == message(
        MessageCode.REJECTED_VALUES,
        'property "Villa"',
        "bedrooms must be between 0 and 100",  # the server's words
        "status 400",
    )
    assert "Traceback" in stack.run(*UP, SETSMART_DEBUG="1").output


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (
            'Property("one", name="V", attributes={"id": "x"})',
            message(MessageCode.ID_NOT_DECLARABLE, "'one': attributes: id"),
        ),
        ('get_property("prop_404")', message(MessageCode.NOT_FOUND, "GET /properties/prop_404")),
    ],
    ids=["id", "get_property"],
)
def test_an_error_of_the_program_stops_it(
    stack: EngineStack, account: EngineSandbox, program: str, expected: Any
) -> None:
    """The message is the first error that Pulumi prints, and nothing is written."""
    stack.declare(program)
    assert stack.fail(*UP).errors[0] == expected
    assert account.writes() == []


@BOTH_INTERFACES
@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (
            'Property("one", name="  ", bedrooms="the-value-of-bedrooms", max_guests=CLEAR)',
            [
                message(MessageCode.INVALID_VALUE, "'one'", "name:"),
                message(MessageCode.INVALID_VALUE, "'one'", "bedrooms:"),
            ],
        ),
        (
            'WebhookSubscription("one", url=CLEAR, events=["no-event"])',
            [
                message(MessageCode.REQUIRED, "'one'", "url:"),
                message(MessageCode.INVALID_VALUE, "'one'", "events:", "property.updated", 0),
            ],
        ),
        (
            'ApiObject("one", path="rules", body=pulumi.Output.from_input({"id": "x"}))',
            [
                message(MessageCode.INVALID_VALUE, "'one'", "path:", "/pricing-rules"),
                message(MessageCode.ID_NOT_DECLARABLE, "'one'", "body: id"),
            ],
        ),
    ],
)
def test_mistakes_in_what_is_declared(
    stack: EngineStack, account: EngineSandbox, program: str, expected: list[Any]
) -> None:
    """Each field has its message, before any request is sent, and no value is repeated."""
    stack.declare(program)
    finished = stack.fail("preview", *QUIET)
    assert finished.errors == expected
    assert "the-value-of-bedrooms" not in finished.output
    assert not account.sandbox.requests


@BOTH_INTERFACES
def test_a_dead_server(stack: EngineStack) -> None:
    """The message names the server that cannot be reached."""
    stack.declare(VILLA)
    error = only_error(stack, *UP, SETSMART_BASE_URL="http://127.0.0.1:9/v1")
    assert error == message(
        MessageCode.CONNECTION_FAILED, 'property "Villa"', "http://127.0.0.1:9/v1"
    )


@BOTH_INTERFACES
def test_http_to_elsewhere(stack: EngineStack) -> None:
    """The key is not sent in clear text to another machine."""
    stack.declare(VILLA)
    error = only_error(stack, *UP, SETSMART_BASE_URL="http://setsmart.example/v1")
    assert error == message(MessageCode.INVALID_BASE_URL, "SETSMART_BASE_URL", "https://")
