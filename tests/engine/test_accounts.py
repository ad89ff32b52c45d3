"""Keys that change, and accounts that are mistaken for one another."""

from pathlib import Path

import pytest
from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import QUIET, EngineStack

from pulumi_setsmart.sandbox import PROPERTIES, ApiKey

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


def test_a_rotated_key_in_the_environment_is_used(
    deployed: EngineStack, account: EngineSandbox
) -> None:
    """Where the saved key is refused, the one in the environment serves the run, with a warning."""
    account.revoke(OLD)
    output = deployed.preview(SETSMART_API_KEY=NEW)
    assert "2 unchanged" in output or "3 unchanged" in output
    assert (
        "warning: SetSmart rejected the API key from setsmart:apiKey; "
        "this run uses the one from SETSMART_API_KEY instead"
    ) in output


def test_a_rotated_key_in_the_configuration_has_two_ways_in(
    deployed: EngineStack, account: EngineSandbox
) -> None:
    """A refresh presents the last deployment's key; the message names two ways out, which work."""
    account.revoke(OLD)
    deployed.succeed("config", "set", "--secret", "setsmart:apiKey", NEW)
    for error in deployed.fail(*PREVIEW).errors:
        assert "SetSmart rejected the API key from setsmart:apiKey." in error
        assert "PULUMI_RUN_PROGRAM=true" in error
        assert "`pulumi up --refresh=false`" in error
    assert "3 unchanged" in deployed.preview(PULUMI_RUN_PROGRAM="true")
    deployed.succeed("up", "--yes", "--skip-preview", "--refresh=false", *QUIET)
    deployed.assert_clean()
    assert OLD not in "".join(deployed.printed)
    assert NEW not in "".join(deployed.printed)


def test_both_keys_refused(deployed: EngineStack, account: EngineSandbox) -> None:
    """Where neither key is taken, the message names both places."""
    account.revoke(OLD)
    for error in deployed.fail(*PREVIEW, SETSMART_API_KEY="no-such-key").errors:
        assert "rejected the API key from setsmart:apiKey and SETSMART_API_KEY" in error


def test_a_stack_pointed_at_an_empty_account(
    deployed: EngineStack, open_account: OpenEngineSandbox
) -> None:
    """Nothing is shown as to create: the listings are not deleted, only looked for elsewhere."""
    elsewhere = open_account(ApiKey(OLD))
    finished = deployed.fail(*PREVIEW, SETSMART_BASE_URL=elsewhere.base_url)
    assert "to create" not in finished.output
    for error in finished.errors:
        assert f"is not in this account ({elsewhere.base_url}" in error
        assert "setsmart:acceptAccountChange" in error
    destroy = ("destroy", "--yes", "--skip-preview", "--refresh=false", *QUIET)
    deployed.fail(*destroy, SETSMART_BASE_URL=elsewhere.base_url)
    assert len(deployed.export()["deployment"]["resources"]) == 4

    deployed.succeed("config", "set", "setsmart:acceptAccountChange", "true")
    accepted = deployed.preview(SETSMART_BASE_URL=elsewhere.base_url, PULUMI_RUN_PROGRAM="true")
    assert "2 to create" in accepted


def test_a_deletion_seen_with_another_key(deployed: EngineStack, account: EngineSandbox) -> None:
    """Under another key of the same account, what stood beside a listing proves that it is gone."""
    account.revoke(OLD)
    deployed.succeed("refresh", "--yes", "--skip-preview", *QUIET, SETSMART_API_KEY=READ_ONLY)
    account.sandbox.storage.delete(PROPERTIES, "prop_1")
    preview = deployed.preview(SETSMART_API_KEY=NEW)
    assert "1 to create" in preview
    assert "2 unchanged" in preview
