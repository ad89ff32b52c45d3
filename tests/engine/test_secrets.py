"""Secrets: encrypted in the state, never printed, never drift, never written back masked."""

import json
from pathlib import Path

import pytest
from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import EngineStack
from support.interface import BOTH_INTERFACES

from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES, WEBHOOKS

pytestmark = BOTH_INTERFACES

SECRETS = ("whsec_c2VjcmV0LW9mLXRoZS1ob29r", "wifi-pass-5521", "rule-token-8842", DEFAULT_KEY)
PROGRAM = """
secret = "whsec_c2VjcmV0LW9mLXRoZS1ob29r"
WebhookSubscription("hook", url="https://a.example/", events=["a.a"], secret=secret)
Property("one", name="Villa", attributes={
    "wifi": {"ssid": "guest", "password": pulumi.Output.secret("wifi-pass-5521")},
})
body = pulumi.Output.secret({"token": "rule-token-8842"})
rule = ApiObject("rule", path="/pricing-rules", body=body)
pulumi.export("token", rule.body)
"""


@pytest.mark.parametrize("secrets", ["absent", "masked", "full"])
def test_no_secret_shows_anywhere(
    pulumi: Path, tmp_path: Path, open_account: OpenEngineSandbox, secrets: str
) -> None:
    """Neither the state nor anything printed holds a secret, whatever a server shows of it."""
    account = open_account(secrets=secrets)
    stack = EngineStack.create(pulumi, tmp_path / "stack", account.base_url, DEFAULT_KEY)
    stack.succeed("config", "set", "--secret", "setsmart:apiKey", DEFAULT_KEY)
    stack.declare(PROGRAM)
    stack.up()
    stack.assert_clean()

    wifi = account.sandbox.storage.get(PROPERTIES, "prop_1")
    account.sandbox.storage.replace(PROPERTIES, "prop_1", {"name": "Villa", "wifi": None})
    assert "1 to update" in stack.preview()
    stack.succeed("refresh", "--yes", "--skip-preview")
    account.sandbox.storage.replace(PROPERTIES, "prop_1", wifi)
    stack.succeed("refresh", "--yes", "--skip-preview")
    state = json.dumps(stack.export())
    stack.declare(PROGRAM.replace("https://a.example/", "https://b.example/"))
    stack.up()
    webhook = account.sandbox.storage.get(WEBHOOKS, "wh_1")
    assert (webhook["url"], webhook["secret"]) == ("https://b.example/", SECRETS[0])
    for secret in SECRETS:
        assert secret not in state
        assert secret not in "".join(stack.printed)


def test_an_undeclared_secret_survives_an_update(
    pulumi: Path, tmp_path: Path, open_account: OpenEngineSandbox
) -> None:
    """A masked value is never written back over the secret that it stands for."""
    account = open_account(secrets="masked")
    stack = EngineStack.create(pulumi, tmp_path / "stack", account.base_url, DEFAULT_KEY)
    stack.declare('WebhookSubscription("hook", url="https://a.example/", events=["a.a"])')
    stack.up()
    storage = account.sandbox.storage
    storage.replace(WEBHOOKS, "wh_1", {**storage.get(WEBHOOKS, "wh_1"), "secret": "whsec_theirs"})
    stack.assert_clean()
    stack.declare('WebhookSubscription("hook", url="https://b.example/", events=["a.a"])')
    stack.up()
    assert storage.get(WEBHOOKS, "wh_1")["secret"] == "whsec_theirs"
    stack.assert_clean()


def test_a_new_secret_is_an_update(stack: EngineStack, account: EngineSandbox) -> None:
    """Rotating the secret changes the subscription in place, though the server never shows it."""
    program = 'WebhookSubscription("hook", url="https://a.example/", events=["a.a"], secret="{}")'
    stack.declare(program.format("first-secret"))
    stack.up()
    stack.declare(program.format("second-secret"))
    assert "1 to update" in stack.preview()
    stack.up()
    assert account.sandbox.storage.get(WEBHOOKS, "wh_1")["secret"] == "second-secret"
    stack.assert_clean()


def test_an_attribute_that_becomes_secret_is_encrypted(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Marking a value as secret later takes it out of the state's clear text, and sends nothing."""
    stack.declare('Property("one", name="Villa", attributes={"door": {"code": "4711-0815"}})')
    stack.up()
    assert "4711-0815" in json.dumps(stack.export())
    stack.declare(
        """
        code = pulumi.Output.secret("4711-0815")
        Property("one", name="Villa", attributes={"door": {"code": code}})
        """
    )
    stack.up()
    assert "4711-0815" not in json.dumps(stack.export())
    assert account.writes() == ["POST /properties"]
    stack.assert_clean()
