"""`pulumi import`, `import_` and `.get()` with the native plugin, which cannot tell them apart."""

import json
from typing import Any

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack, messages
from support.interface import NATIVE, Interface
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES

TYPE = "setsmart:index:Property"
IMPORT = ("--yes", "--generate-code=false", *QUIET)
VILLA = {"name": "Villa", "bedrooms": 3, "status": "active", "door_code": "code-4711"}


@pytest.fixture
def interface() -> Interface:
    """Dynamic providers cannot import."""
    return NATIVE


def existing(account: EngineSandbox, *objects: dict[str, Any]) -> None:
    """Put objects into the account, with the ids ``prop_1``, ``prop_2`` and so on."""
    for each in objects:
        account.sandbox.storage.insert(PROPERTIES, each)


def test_an_import_by_type_and_id_manages_the_listing_as_it_is(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """No request changes anything, the preview is clean, and what nobody declared stays."""
    existing(account, VILLA)
    stack.declare("")
    stack.succeed("import", TYPE, "villa", "prop_1", *IMPORT)
    stack.declare(
        'Property("villa", name="Villa", bedrooms=3, status="active",'
        " opts=pulumi.ResourceOptions(protect=True))"
    )
    stack.assert_clean()
    stack.up()
    stack.assert_clean()
    assert account.writes() == []
    stack.declare('Property("villa", name="Villa", bedrooms=4)')
    stack.up()
    assert (
        account.sandbox.storage.objects(PROPERTIES)[0].items()
        >= {
            **VILLA,
            "bedrooms": 4,
        }.items()
    )


def test_an_import_file_needs_types_names_and_ids_only(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Many at once."""
    existing(account, *({"name": f"Villa {number}", "status": "active"} for number in range(3)))
    file = stack.folder / "import.json"
    file.write_text(
        json.dumps(
            {
                "resources": [
                    {"type": TYPE, "name": f"villa{number}", "id": f"prop_{number + 1}"}
                    for number in range(3)
                ]
            }
        )
    )
    stack.declare("")
    stack.succeed("import", "--file", str(file), "--protect=false", *IMPORT)
    stack.declare(
        "for number in range(3):\n"
        '    Property(f"villa{number}", name=f"Villa {number}", status="active")'
    )
    stack.assert_clean()
    assert account.writes() == []


def test_an_id_that_does_not_exist_is_one_line(stack: EngineStack) -> None:
    """And nothing is in the state."""
    stack.declare("")
    finished = stack.fail("import", TYPE, "villa", "prop_9", *IMPORT)
    assert "resource 'prop_9' does not exist" in finished.output
    assert "villa" not in json.dumps(stack.export()["deployment"].get("resources", []))


def test_the_option_import_brings_what_exists_to_what_is_declared(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """In the same run; what is as declared is not written, and the next preview is clean."""
    existing(account, VILLA, {**VILLA, "name": "Cabin"})
    stack.declare(
        """
        Property("villa", name="Villa", opts=pulumi.ResourceOptions(import_="prop_1"))
        Property("cabin", name="Cabin", bedrooms=5,
                 attributes={"door_code": pulumi.Output.secret("code-0815")},
                 opts=pulumi.ResourceOptions(import_="prop_2"))
        """
    )
    stack.up()
    stack.assert_clean()
    assert account.writes() == ["PUT /properties/prop_2"]
    cabin = account.sandbox.storage.objects(PROPERTIES)[1]
    assert (cabin["bedrooms"], cabin["door_code"]) == (5, "code-0815")
    assert "code-0815" not in json.dumps(stack.export())


def test_what_is_as_declared_when_it_is_imported_is_managed(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """So it is deleted when the program does not declare it any more."""
    listing = {"name": "Villa", "bedrooms": 3, "status": "active"}
    existing(account, listing)
    option = 'opts=pulumi.ResourceOptions(import_="prop_1")'
    stack.declare(f'Property("villa", name="Villa", bedrooms=3, status="active", {option})')
    stack.up()
    assert account.writes() == []
    stack.declare("")
    stack.up()
    assert account.writes() == ["DELETE /properties/prop_1"]


def test_a_listing_that_the_stack_manages_is_not_imported_again(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Two resources must not share it, under whatever names."""
    stack.declare('Property("villa", name="Villa")')
    stack.up()
    again = 'Property("again", name="Villa", opts=pulumi.ResourceOptions(import_="prop_1"))'
    stack.declare(f'Property("villa", name="Villa")\n{again}')
    finished = stack.fail("up", "--yes", *QUIET)
    assert any(error.endswith(f"[{MessageCode.ALREADY_MANAGED}]") for error in finished.errors)
    assert account.writes() == ["POST /properties"]


@pytest.mark.parametrize("identifier", ["prop_2", "prop_9"])
@pytest.mark.parametrize("more", [(), ("--refresh=false",), ("--continue-on-error",)])
def test_an_import_over_a_managed_listing_loses_neither(
    stack: EngineStack, account: EngineSandbox, identifier: str, more: tuple[str, ...]
) -> None:
    """However often the run is repeated: Pulumi would delete the one that the resource had.

    One of the ids leads to no listing.
    """
    existing(account, VILLA, {**VILLA, "name": "Cabin"})
    stack.declare('Property("villa", name="Villa", existing_id="prop_1")')
    stack.up()
    option = f'opts=pulumi.ResourceOptions(import_="{identifier}")'
    stack.declare(f'Property("villa", name="Cabin", {option})')
    for _ in range(3):
        stack.run("up", "--yes", "--skip-preview", *more, *QUIET)
    assert [each["id"] for each in account.sandbox.storage.objects(PROPERTIES)] == [
        "prop_1",
        "prop_2",
    ]
    assert not [write for write in account.writes() if write.startswith("DELETE")]


def test_the_command_imports_what_another_resource_manages_which_can_be_undone(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Pulumi tells the plugin nothing of other resources then; no run after that writes anything.

    Whether the program declares the second one or not.
    """
    villa = 'Property("villa", name="Villa")'
    stack.declare(villa)
    stack.up()
    stack.succeed("import", TYPE, "again", "prop_1", "--protect=false", *IMPORT)
    for program in (villa, villa + '\nProperty("again", name="Villa")'):
        stack.declare(program)
        for command in (("preview",), ("up", "--yes", "--skip-preview")):
            finished = stack.fail(*command, *QUIET)
            assert message(MessageCode.ALREADY_MANAGED, "prop_1", "pulumi state delete") in (
                messages(finished.output)
            ), finished.output
    stack.declare(villa)
    stack.succeed("state", "delete", stack.resource("again")["urn"], "--yes")
    stack.assert_clean()
    assert account.writes() == ["POST /properties"]


def test_what_is_only_read_belongs_to_nobody(stack: EngineStack, account: EngineSandbox) -> None:
    """It is never changed or deleted, and a resource may manage it beside that."""
    existing(account, VILLA)
    stack.declare('pulumi.export("bedrooms", Property.get("villa", "prop_1").bedrooms)')
    stack.up()
    assert json.loads(stack.succeed("stack", "output", "--json")) == {"bedrooms": 3}
    assert "code-4711" not in json.dumps(stack.export())
    stack.declare("")
    stack.up()
    assert account.writes() == []


def test_an_import_of_an_object_names_its_collection(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """By its path and its id in one; all that it shows is secret, since nobody knows better."""
    stack.declare('ApiObject("rule", path="/pricing-rules", body={"percent": 5})')
    stack.up()
    identifier = stack.resource("rule")["id"]
    stack.succeed("state", "delete", stack.resource("rule")["urn"], "--yes")
    stack.declare("")
    stack.succeed(
        "import", "setsmart:index:ApiObject", "rule", f"/pricing-rules/{identifier}", *IMPORT
    )
    stack.declare('ApiObject("rule", path="/pricing-rules", body={"percent": 5})')
    stack.up()
    stack.assert_clean()
    assert account.writes() == ["POST /pricing-rules"]


def test_settings_that_are_missing_are_one_line(stack: EngineStack) -> None:
    """With what to do."""
    stack.declare('Property("villa", name="Villa")')
    finished = stack.fail("preview", *QUIET, SETSMART_API_KEY="")
    assert any(
        error.partition("error: ")[2] == message(MessageCode.MISSING_KEY, "SETSMART_API_KEY")
        for error in finished.errors
    ), finished.output
