"""Rotated keys, and a stack that is pointed at another account."""

from pathlib import Path

import pytest
from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import QUIET, EngineStack, messages
from support.interface import BOTH_INTERFACES, Interface
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES, ApiKey

pytestmark = BOTH_INTERFACES

OLD, NEW, READ_ONLY = "the-old-key", "the-new-key", "the-read-only-key"
PREVIEW = ("preview", *QUIET)
PROGRAM = """
Property("one", name="Villa", bedrooms=3)
Property("two", name="Loft", bedrooms=1)
"""


@pytest.fixture
def account(open_account: OpenEngineSandbox) -> EngineSandbox:
    """An account with three keys."""
    return open_account(ApiKey(OLD), ApiKey(NEW), ApiKey(READ_ONLY, read_only=True))


@pytest.fixture
def deployed(pulumi: Path, tmp_path: Path, account: EngineSandbox) -> EngineStack:
    """A stack of two listings, deployed with the old key as its configured one."""
    stack = EngineStack.create(pulumi, tmp_path / "stack", account.base_url, key="")
    stack.succeed("config", "set", "--secret", "setsmart:apiKey", OLD)
    stack.declare(PROGRAM)
    stack.up()
    return stack


def test_a_rotated_key_is_found_in_the_environment_or_the_configuration(
    deployed: EngineStack, account: EngineSandbox
) -> None:
    """The messages name each key that was rejected, and two ways to use a configured one."""
    account.revoke(OLD)
    output = deployed.preview(SETSMART_API_KEY=NEW)
    assert "2 unchanged" in output or "3 unchanged" in output
    other_key = message(MessageCode.OTHER_KEY_USED, "setsmart:apiKey", "SETSMART_API_KEY")
    assert other_key in messages(output)
    for error in deployed.fail(*PREVIEW, SETSMART_API_KEY="no-such-key").errors:
        assert error == message(MessageCode.KEY_REJECTED, "setsmart:apiKey", "SETSMART_API_KEY")

    deployed.succeed("config", "set", "--secret", "setsmart:apiKey", NEW)
    for error in deployed.fail(*PREVIEW).errors:
        assert error == message(
            MessageCode.KEY_REJECTED,
            "setsmart:apiKey",
            "PULUMI_RUN_PROGRAM=true",
            "`pulumi up --refresh=false`",
        )
        assert "SETSMART_API_KEY" not in error
    assert "3 unchanged" in deployed.preview(PULUMI_RUN_PROGRAM="true")
    deployed.succeed("up", "--yes", "--skip-preview", "--refresh=false", *QUIET)
    deployed.assert_clean()
    assert OLD not in "".join(deployed.printed)
    assert NEW not in "".join(deployed.printed)


def test_a_stack_pointed_at_an_empty_account(
    deployed: EngineStack, open_account: OpenEngineSandbox
) -> None:
    """The preview creates nothing: the listings are not deleted, but in another account."""
    elsewhere = open_account(ApiKey(OLD))
    finished = deployed.fail(*PREVIEW, SETSMART_BASE_URL=elsewhere.base_url)
    assert "to create" not in finished.output
    for error in finished.errors:
        assert error == message(
            MessageCode.NOT_IN_THIS_ACCOUNT, elsewhere.base_url, "setsmart:acceptAccountChange"
        )
    destroy = ("destroy", "--yes", "--skip-preview", "--refresh=false", *QUIET)
    deployed.fail(*destroy, SETSMART_BASE_URL=elsewhere.base_url)
    assert len(deployed.export()["deployment"]["resources"]) == 4

    deployed.succeed("config", "set", "setsmart:acceptAccountChange", "true")
    accepted = deployed.preview(SETSMART_BASE_URL=elsewhere.base_url, PULUMI_RUN_PROGRAM="true")
    assert "2 to create" in accepted


def test_a_deletion_seen_with_another_key(deployed: EngineStack, account: EngineSandbox) -> None:
    """Under another key of the same account, a sibling of the listing proves that it is gone."""
    account.revoke(OLD)
    deployed.succeed("refresh", "--yes", "--skip-preview", *QUIET, SETSMART_API_KEY=READ_ONLY)
    account.sandbox.storage.delete(PROPERTIES, "prop_1")
    preview = deployed.preview(SETSMART_API_KEY=NEW)
    assert "1 to create" in preview
    assert "2 unchanged" in preview


@pytest.mark.parametrize("strangers", [(), ("Palace", "Castle")], ids=["empty", "same ids"])
def test_a_new_listing_is_not_created_in_another_account(
    pulumi: Path,
    tmp_path: Path,
    account: EngineSandbox,
    open_account: OpenEngineSandbox,
    interface: Interface,
    strangers: tuple[str, ...],
) -> None:
    """Pulumi refreshes with the configuration that it saved, and creates with the new one."""
    elsewhere = open_account(ApiKey(OLD))
    for name in strangers:
        elsewhere.sandbox.storage.insert(PROPERTIES, {"name": name})
    stack = EngineStack.create(pulumi, tmp_path / "stack", "", key=OLD, interface=interface)
    stack.succeed("config", "set", "setsmart:baseUrl", account.base_url)
    stack.declare(PROGRAM)
    stack.up()
    stack.succeed("config", "set", "setsmart:baseUrl", elsewhere.base_url)
    stack.declare(PROGRAM + 'Property("three", name="Hut")')
    code = MessageCode.DIFFERENT_OBJECT if strangers else MessageCode.NOT_IN_THIS_ACCOUNT
    for command in (PREVIEW, ("up", "--yes", *QUIET)):
        for error in stack.fail(*command).errors:
            assert error == message(code, elsewhere.base_url)
    assert elsewhere.writes() == []

    stack.succeed("config", "set", "setsmart:baseUrl", account.base_url)
    stack.up()
    stack.assert_clean()
    assert account.writes() == ["POST /properties"] * 3
