"""A secret that SetSmart shows only once, in its response to the POST, stays in the outputs."""

from pathlib import Path

import pytest
from support.engine_sandbox import OpenEngineSandbox
from support.engine_stack import QUIET, EngineStack
from support.interface import BOTH_INTERFACES, Interface

from pulumi_setsmart.sandbox import DEFAULT_KEY, WEBHOOKS

PROGRAM = """
hook = WebhookSubscription("hook", url="https://{host}.example/", events=["a.a"]{more})
pulumi.export("secret", hook.secret)
"""


@BOTH_INTERFACES
@pytest.mark.parametrize("put", ["replace", "merge"])
def test_a_secret_that_the_server_generates_is_kept(
    pulumi: Path,
    tmp_path: Path,
    open_account: OpenEngineSandbox,
    put: str,
    interface: Interface,
) -> None:
    """Through updates and refreshes, in the state and at SetSmart, until one is declared."""
    account = open_account(secrets="once", put=put)
    stack = EngineStack.create(
        pulumi, tmp_path / "stack", account.base_url, DEFAULT_KEY, interface=interface
    )
    stack.declare(PROGRAM.format(host="a", more=""))
    stack.up()
    storage = account.sandbox.storage
    secret = storage.get(WEBHOOKS, "wh_1")["secret"]

    def shown() -> str:
        return stack.succeed("stack", "output", "secret", "--show-secrets").strip()

    assert shown() == secret
    stack.assert_clean()
    for host, more in (("b", ""), ("b", ', status="active"'), ("c", "")):
        stack.declare(PROGRAM.format(host=host, more=more))
        stack.up()
        assert shown() == secret == storage.get(WEBHOOKS, "wh_1")["secret"]
        stack.assert_clean()
    stack.succeed("refresh", "--yes", *QUIET)  # each `up` began with one
    assert shown() == secret
    assert secret not in str(stack.export())

    stack.declare(PROGRAM.format(host="c", more=', secret="whsec_b3duZWQ="'))
    stack.up()
    assert shown() == "whsec_b3duZWQ="
    stack.assert_clean()
    stack.declare(PROGRAM.format(host="c", more=", secret=CLEAR"))
    stack.up()
    assert storage.get(WEBHOOKS, "wh_1")["secret"] is None
    assert "whsec" not in shown()
