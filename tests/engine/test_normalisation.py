"""A server that normalises values leaves no diff behind."""

from pathlib import Path

from support.engine_sandbox import OpenEngineSandbox
from support.engine_stack import EngineStack, messages
from support.interface import BOTH_INTERFACES
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES, Storage

pytestmark = BOTH_INTERFACES


def test_what_the_server_normalises_is_accepted_with_a_warning(
    pulumi: Path, tmp_path: Path, open_account: OpenEngineSandbox
) -> None:
    """The preview after an `up` is clean; a third value is drift, which the next `up` reverts."""
    account = open_account(normalise=True)
    stack = EngineStack.create(pulumi, tmp_path / "stack", account.base_url, DEFAULT_KEY)
    stack.declare(
        """
        Property("one", name="  Sea   Villa ", bathrooms=2.25, attributes={
            "notes": {"door": " left ", "code": pulumi.Output.secret(" 7391-8264 ")},
        })
        """
    )
    output = stack.up()
    name = ("name", '"Sea Villa"', '"  Sea   Villa "')
    assert message(MessageCode.VALUE_NORMALISED, *name) in messages(output)
    assert message(MessageCode.VALUE_NORMALISED, "bathrooms", 2.2, 2.25) in messages(output)
    assert "7391-8264" not in output
    stack.assert_clean()

    storage: Storage = account.sandbox.storage
    listing = storage.get(PROPERTIES, "prop_1")
    assert listing["name"] == "Sea Villa"
    storage.replace(PROPERTIES, "prop_1", {**listing, "name": "Lake Villa"})
    preview = stack.preview()
    assert '~ name: "Lake Villa" => "  Sea   Villa "' in preview
    assert "bathrooms" not in preview  # Pulumi shows what differs, no more
    stack.up()
    assert storage.get(PROPERTIES, "prop_1")["name"] == "Sea Villa"
    stack.assert_clean()

    stack.declare('Property("one", name="Sea Villa", bathrooms=2.3)')
    stack.up()
    stack.assert_clean()
    assert storage.get(PROPERTIES, "prop_1")["bathrooms"] == 2.3
