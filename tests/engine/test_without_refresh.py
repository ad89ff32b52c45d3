"""Without a refresh, an update says which changes it reverts, since no preview could."""

from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack, messages
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES

PROGRAM = """
Property(
    "villa",
    name="Villa",
    bedrooms={},
    max_guests={},
    attributes={{"code": pulumi.Output.secret("canary-1")}},
    opts=pulumi.ResourceOptions(ignore_changes=["bedrooms"]),
)
"""


def test_an_update_says_what_it_reverts(stack: EngineStack, account: EngineSandbox) -> None:
    """Pulumi declares the old value of an ignored field; after a refresh that is the one there."""
    stack.declare(PROGRAM.format(3, 6))
    stack.up()
    storage = account.sandbox.storage
    listing = storage.get(PROPERTIES, "prop_1")
    storage.replace(PROPERTIES, "prop_1", {**listing, "bedrooms": 5, "code": "canary-2"})
    stack.declare(PROGRAM.format(4, 7))
    printed = stack.succeed("up", "--yes", "--skip-preview", *QUIET, "--refresh=false")
    reverted = message(
        MessageCode.DRIFT_REVERTED,
        'property "Villa" (prop_1)',
        "(bedrooms 5 → 3, code)",
        "`pulumi preview --refresh`",
    )
    assert messages(printed) == [reverted]
    assert storage.get(PROPERTIES, "prop_1")["bedrooms"] == 3

    listing = storage.get(PROPERTIES, "prop_1")
    storage.replace(PROPERTIES, "prop_1", {**listing, "bedrooms": 5})
    stack.declare(PROGRAM.format(4, 8))
    assert messages(stack.up()) == []
    assert storage.get(PROPERTIES, "prop_1")["bedrooms"] == 5
    assert "canary" not in "".join(stack.printed)
