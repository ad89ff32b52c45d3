"""What goes wrong reaches the user as a line that says what, where, and what to do."""

import re
from pathlib import Path

import pytest
from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import QUIET, EngineStack

from pulumi_setsmart.sandbox import DEFAULT_KEY, ApiKey

UP = ("up", "--yes", "--skip-preview", *QUIET)
VILLA = 'Property("one", name="Villa", bedrooms=3)'


def only_error(stack: EngineStack, *command: str, **environment: str) -> str:
    """Return the only line that a failing command shows as its error."""
    errors = stack.fail(*command, **environment).errors
    assert len(errors) == 1, errors
    assert DEFAULT_KEY not in errors[0]
    return errors[0]


def test_a_wrong_key(stack: EngineStack, account: EngineSandbox) -> None:
    """A refused key is named by where it came from, never by itself."""
    stack.declare(VILLA)
    error = only_error(stack, *UP, SETSMART_API_KEY="wrong-key-123")
    assert (
        'SetSmart: property "Villa": SetSmart rejected the API key from SETSMART_API_KEY' in error
    )
    assert re.search(r"\(GET /properties, status 401, code \w+, request \w+\)", error)
    assert "wrong-key-123" not in "".join(stack.printed)
    assert account.writes() == []


def test_a_missing_key(stack: EngineStack) -> None:
    """Without a key the message tells both ways to set one."""
    stack.declare(VILLA)
    error = only_error(stack, *UP, SETSMART_API_KEY="")
    assert "pulumi config set --secret setsmart:apiKey" in error
    assert "SETSMART_API_KEY" in error


def test_a_key_in_clear(stack: EngineStack) -> None:
    """A key that is configured without --secret is refused before it gets into the state."""
    stack.declare(VILLA)
    stack.succeed("config", "set", "setsmart:apiKey", "in-the-clear")
    errors = stack.fail(*UP).errors
    assert "set it with `pulumi config set --secret setsmart:apiKey`" in errors[0]
    assert "in-the-clear" not in "".join(stack.printed)


def test_a_read_only_key(pulumi: Path, tmp_path: Path, open_account: OpenEngineSandbox) -> None:
    """A key that may only read says so, with the listing that could not be written."""
    account = open_account(ApiKey(DEFAULT_KEY, read_only=True))
    stack = EngineStack.create(pulumi, tmp_path / "stack", account.base_url, DEFAULT_KEY)
    stack.declare(VILLA)
    error = only_error(stack, *UP)
    assert 'property "Villa": the API key may not do this' in error
    assert "The key is the one from SETSMART_API_KEY" in error


def test_a_field_that_setsmart_refuses(stack: EngineStack) -> None:
    """What only the server knows to be wrong is told with the server's own reason."""
    stack.declare('Property("one", name="Villa", bedrooms=1000)')
    error = only_error(stack, *UP)
    assert 'property "Villa": SetSmart does not accept these values: bedrooms' in error
    assert "status 400" in error


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ('Property("one", name="V", attributes={"id": "x"})', "id is given by SetSmart"),
        ('Property("one", name="V", attributes={"bedrooms": 1})', "has an argument of its own"),
        ('Property("one", name="V", attributes={"n": 2**53 + 1})', "beyond 2^53"),
        (
            'Property("one", name="V", opts=pulumi.ResourceOptions(import_="prop_1"))',
            "pulumi import --file",
        ),
        ('get_property("prop_404")', "SetSmart has no such object"),
    ],
)
def test_a_mistake_that_only_the_program_can_see(
    stack: EngineStack, account: EngineSandbox, program: str, reason: str
) -> None:
    """What would be lost or altered on the way to the provider is refused by the program."""
    stack.declare(program)
    assert reason in stack.fail(*UP).errors[0]
    assert account.writes() == []


@pytest.mark.parametrize(
    ("program", "reasons"),
    [
        (
            'Property("one", name="  ", bedrooms="the-value-of-bedrooms", max_guests=CLEAR)',
            [
                "name: must not be blank [invalid-value]",
                "bedrooms: must be a whole number, not a string [invalid-value]",
            ],
        ),
        (
            'WebhookSubscription("one", url=CLEAR, events=["no-event"])',
            [
                "url: is required and cannot be cleared [required]",
                (
                    "events: must hold event names like property.updated or * "
                    "(look at element 0) [invalid-value]"
                ),
            ],
        ),
        (
            'ApiObject("one", path="rules", body=pulumi.Output.from_input({"id": "x"}))',
            [
                "path: must begin with a slash, like /pricing-rules [invalid-value]",
                "body: id is given by SetSmart and cannot be declared [id-not-declarable]",
            ],
        ),
    ],
)
def test_mistakes_in_what_is_declared(
    stack: EngineStack, account: EngineSandbox, program: str, reasons: list[str]
) -> None:
    """Each field gets its reason, before any request is sent, and no value is repeated."""
    stack.declare(program)
    finished = stack.fail("preview", *QUIET)
    assert [line.split("has a problem: ")[1] for line in finished.errors] == reasons
    assert "the-value-of-bedrooms" not in finished.output
    assert not account.sandbox.requests


def test_a_dead_server(stack: EngineStack) -> None:
    """A server that does not answer is named, after it was tried again."""
    stack.declare(VILLA)
    error = only_error(stack, *UP, SETSMART_BASE_URL="http://127.0.0.1:9/v1")
    assert 'property "Villa": cannot connect to http://127.0.0.1:9/v1' in error


def test_http_to_elsewhere(stack: EngineStack) -> None:
    """The key does not travel in clear to another machine."""
    stack.declare(VILLA)
    error = only_error(stack, *UP, SETSMART_BASE_URL="http://setsmart.example/v1")
    assert "SETSMART_BASE_URL must begin with https://" in error


def test_debugging_brings_the_traceback_back(stack: EngineStack) -> None:
    """SETSMART_DEBUG=1 shows where an error came from."""
    stack.declare('Property("one", name="Villa", bedrooms=1000)')
    assert "Traceback" in stack.run(*UP, SETSMART_DEBUG="1").output
