"""From dynamic providers to the native plugin and back: nothing is written, nothing is lost."""

import json

import attrs
import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack
from support.interface import DYNAMIC, NATIVE, Interface

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES

FIELDS = (
    'name="Villa", bedrooms=3, address=CLEAR,'
    ' attributes={"door_code": pulumi.Output.secret("code-4711"), "rooms": [1, 2]}'
)
SWITCHES = pytest.mark.parametrize(
    ("before", "after"),
    [pytest.param(DYNAMIC, NATIVE, id="to native"), pytest.param(NATIVE, DYNAMIC, id="to dynamic")],
)


def villa(former: Interface | None = None, *, more: str = "") -> str:
    """Return a program with a listing, which may have been declared through another interface."""
    alias = f'[pulumi.Alias(type_="{former.types}Property")]' if former else "None"
    return f'Property("villa", {FIELDS}{more}, opts=pulumi.ResourceOptions(aliases={alias}))'


def declare(stack: EngineStack, interface: Interface, program: str) -> EngineStack:
    """Make a program that of a stack; the project file is that of the native plugin in both."""
    changed = attrs.evolve(stack, interface=interface)
    (stack.folder / "Pulumi.yaml").write_text(NATIVE.project)
    changed.declare(program)
    return changed


@SWITCHES
def test_an_alias_switches_the_interface(
    stack: EngineStack, account: EngineSandbox, before: Interface, after: Interface
) -> None:
    """No request is written, the secret stays one, and drift is seen and repaired as before."""
    declare(stack, before, villa()).up()
    switched = declare(stack, after, villa(before))
    switched.up()
    assert account.writes() == ["POST /properties"]
    switched.assert_clean()
    switched.succeed("refresh", "--yes", *QUIET)
    assert "code-4711" not in json.dumps(switched.export())
    storage = account.sandbox.storage
    storage.replace(PROPERTIES, "prop_1", {**storage.objects(PROPERTIES)[0], "bedrooms": 77})
    assert "~ bedrooms: 77 => 3" in switched.preview(PULUMI_OPTION_REFRESH="true")
    switched.up(PULUMI_OPTION_REFRESH="true")
    assert storage.objects(PROPERTIES)[0]["bedrooms"] == 3
    declare(stack, after, villa())
    switched.assert_clean()
    switched.succeed("destroy", "--yes", *QUIET)
    assert storage.objects(PROPERTIES) == []


def test_a_file_is_no_value_of_a_field(stack: EngineStack, account: EngineSandbox) -> None:
    """Pulumi passes assets as objects, which must not get into a listing."""
    asset = "pulumi.StringAsset('a text')"
    program = f'Property("villa", name="Villa", attributes={{"picture": {{"of": {asset}}}}})'
    declare(stack, NATIVE, program)
    finished = stack.fail("up", "--yes", "--skip-preview", *QUIET)
    assert any(
        "attributes.picture.of" in error and error.endswith(f"[{MessageCode.NOT_JSON}]")
        for error in finished.errors
    ), finished.output
    assert account.writes() == []
