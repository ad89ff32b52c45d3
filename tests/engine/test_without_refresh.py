"""A run that does not look first: what it sets back is told, since no preview could."""

from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack

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


def test_what_an_update_sets_back_is_told(stack: EngineStack, account: EngineSandbox) -> None:
    """Pulumi declares the old value of an ignored field; after a refresh that is the one there."""
    stack.declare(PROGRAM.format(3, 6))
    stack.up()
    storage = account.sandbox.storage
    held = storage.get(PROPERTIES, "prop_1")
    storage.replace(PROPERTIES, "prop_1", {**held, "bedrooms": 5, "code": "canary-2"})
    stack.declare(PROGRAM.format(4, 7))
    printed = stack.succeed("up", "--yes", "--skip-preview", *QUIET, "--refresh=false")
    lines = (line.strip() for line in printed.splitlines())
    [warning] = {line for line in lines if line.startswith("warning:") and "reverted" in line}
    assert warning == (
        'warning: property "Villa" (prop_1): reverted what somebody changed in SetSmart since the '
        "last refresh (bedrooms 5 → 3, code); `pulumi preview --refresh` shows such changes first "
        "[drift-reverted]"
    )
    assert storage.get(PROPERTIES, "prop_1")["bedrooms"] == 3

    held = storage.get(PROPERTIES, "prop_1")
    storage.replace(PROPERTIES, "prop_1", {**held, "bedrooms": 5})
    stack.declare(PROGRAM.format(4, 8))
    assert "reverted" not in stack.up()
    assert storage.get(PROPERTIES, "prop_1")["bedrooms"] == 5
    assert "canary" not in "".join(stack.printed)
