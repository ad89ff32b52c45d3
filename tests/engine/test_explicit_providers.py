"""Explicit providers of the native plugin: each has its own account, and only that one."""

import pytest
from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import QUIET, EngineStack
from support.interface import NATIVE
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import ApiKey

EU, US = "the-key-of-eu", "the-key-of-us"
PROGRAM = """
provider = pulumi.ProviderResource("setsmart", "eu", {{"apiKey": "{key}"}})
options = pulumi.ResourceOptions(provider=provider)
Property("villa", options, name="Villa")
{more}
"""


@pytest.fixture
def account(open_account: OpenEngineSandbox) -> EngineSandbox:
    """An account with two keys, which may as well lead to two accounts."""
    return open_account(ApiKey(EU), ApiKey(US))


@pytest.mark.parametrize("interface", [NATIVE], indirect=True)
def test_a_rejected_key_of_its_own_is_not_replaced_by_that_of_the_environment(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """That one may be the key of another account, in which a listing would be created."""
    stack.declare(PROGRAM.format(key=EU, more=""))
    stack.up(SETSMART_API_KEY=US)
    account.revoke(EU)
    stack.declare(PROGRAM.format(key=EU, more='Property("loft", options, name="Loft")'))
    up = ("up", "--yes", "--skip-preview", *QUIET)
    for error in stack.fail(*up, SETSMART_API_KEY=US).errors:
        assert error == message(MessageCode.KEY_REJECTED, "setsmart:apiKey")
    assert account.writes() == ["POST /properties"]

    stack.declare(PROGRAM.format(key=US, more=""))
    stack.succeed("up", "--yes", "--skip-preview", "--refresh", *QUIET, PULUMI_RUN_PROGRAM="true")
    stack.assert_clean()
    assert account.writes() == ["POST /properties"]
