"""What a program only reads is not created again, and not deleted, once a resource manages it."""

from __future__ import annotations

import json

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack, messages
from support.interface import BOTH_INTERFACES, DYNAMIC
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.providers.property import PropertyProvider
from pulumi_setsmart.sandbox import PRICING_RULES, PROPERTIES, WEBHOOKS

pytestmark = BOTH_INTERFACES

ADOPTED = [
    message(MessageCode.ADOPTED, "Villa", "prop_1", "as it is"),
    message(MessageCode.ADOPTED, "a.example", "wh_1", "as it is"),
    message(MessageCode.ADOPTED, "rule_1", "percent 5 → 7"),
]
DECLARED = """
Property("villa", name="Villa", bedrooms=2{more})
WebhookSubscription("bookings", url="https://a.example/", events=["a.a"]{more})
ApiObject("weekend", path="/pricing-rules", body={{"code": "weekend", "percent": 7}},
          identity=["code"]{more})
"""
ADOPT = ', if_exists="adopt"'
OBJECTS = {"villa": "prop_1", "bookings": "wh_1", "weekend": "rule_1"}


@pytest.fixture(autouse=True)
def theirs(account: EngineSandbox) -> None:
    """An object of each kind, which no program declares."""
    storage = account.sandbox.storage
    storage.insert(PROPERTIES, {"name": "Villa", "bedrooms": 2, "status": "active"})
    storage.insert(WEBHOOKS, {"url": "https://a.example/", "events": ["a.a"], "status": "active"})
    storage.insert(PRICING_RULES, {"code": "weekend", "percent": 5})


def reading(stack: EngineStack, listing: str, subscription: str, rule: str) -> str:
    """Return the part of a program that reads each object, under these names."""
    where = '"rule_1", path="/pricing-rules"'
    if stack.interface is not DYNAMIC:
        where = '"/pricing-rules/rule_1"'
    return f"""
Property.get("{listing}", "prop_1")
WebhookSubscription.get("{subscription}", "wh_1")
ApiObject.get("{rule}", {where})
"""


def declaring(more: str = ADOPT) -> str:
    """Return the part of a program that declares each object."""
    return DECLARED.format(more=more)


def assert_each_is_adopted(stack: EngineStack, account: EngineSandbox) -> None:
    """Assert that a preview says so, that the run does it, and that nothing is left to do."""
    told = messages(stack.succeed("preview", *QUIET))
    assert len(told) == len(ADOPTED)
    assert all(each in told for each in ADOPTED)
    stack.up()
    resources = {name: stack.resource(name) for name in OBJECTS}
    assert {name: resource["id"] for name, resource in resources.items()} == OBJECTS
    assert not any(resource.get("external") for resource in resources.values())
    stack.assert_clean()
    assert account.writes() == ["PUT /pricing-rules/rule_1"]


def test_what_the_program_reads_too_is_adopted(stack: EngineStack, account: EngineSandbox) -> None:
    """The read, even two of them, stays beside the resource that manages the object."""
    reads = reading(stack, "a", "b", "c")
    stack.declare(reads)
    stack.up()
    stack.declare(reads + declaring() + reading(stack, "d", "e", "f"))
    assert_each_is_adopted(stack, account)


@pytest.mark.parametrize("names", [("a", "b", "c"), tuple(OBJECTS)])
def test_what_the_program_no_longer_only_reads_is_adopted(
    stack: EngineStack, account: EngineSandbox, names: tuple[str, str, str]
) -> None:
    """Under another name, or under the same: then the read becomes the resource."""
    stack.declare(reading(stack, *names))
    stack.up()
    stack.succeed("refresh", "--yes", "--skip-preview", *QUIET)
    stack.declare(declaring())
    assert_each_is_adopted(stack, account)


def test_what_is_read_exists(stack: EngineStack, account: EngineSandbox) -> None:
    """So a resource that may not adopt it is an error, and one that names its id has it."""
    stack.declare(reading(stack, *OBJECTS))
    stack.up()
    stack.declare(reading(stack, "a", "b", "c") + declaring(more=""))
    errors = stack.fail("up", "--yes", "--skip-preview", *QUIET).errors
    assert errors == [message(MessageCode.ALREADY_EXISTS, 'if_exists="adopt"')] * len(errors)
    assert account.writes() == []
    stack.declare('Property("villa", name="Villa", existing_id="prop_1")')
    stack.up()
    assert stack.resource("villa")["id"] == "prop_1"
    assert account.writes() == []


def test_an_import_under_another_name_makes_no_second_listing(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """The listing stays, and the new resource has to say that it was renamed."""
    listing: dict[str, object] = {
        "type": f"{stack.interface.types}Property",
        "name": "old",
        "id": "prop_1",
    }
    if stack.interface is DYNAMIC:
        values = {"name": "Villa", "bedrooms": 2, "__provider": PropertyProvider.pickled()}
        listing |= {"inputs": values, "outputs": {**values, "id": "prop_1"}}
    (stack.folder / "import.json").write_text(json.dumps({"resources": [listing]}))
    stack.declare("")
    stack.succeed(
        *("import", "--file", "import.json", "--yes", "--skip-preview", *QUIET),
        *("--protect=false", "--generate-code=false"),
    )
    stack.declare('Property("new", name="Villa", bedrooms=2, if_exists="adopt")')
    errors = stack.fail("up", "--yes", "--skip-preview", *QUIET).errors
    assert errors == [message(MessageCode.RENAMED_KEY, "prop_1", "aliases")]
    assert account.writes() == []


def test_what_becomes_only_read_is_not_deleted(stack: EngineStack, account: EngineSandbox) -> None:
    """Under the same name, Pulumi forgets it; under another, it would delete it, and is stopped."""
    stack.declare('Property("villa", name="Villa", existing_id="prop_1")')
    stack.up()
    stack.declare('Property.get("other", "prop_1")')
    errors = stack.fail("up", "--yes", "--skip-preview", *QUIET).errors
    assert errors == [message(MessageCode.DELETION_STOPPED, "prop_1", "pulumi state delete")]
    stack.declare('Property.get("villa", "prop_1")')
    stack.up()
    assert stack.resource("villa")["external"]
    assert account.writes() == []


def test_what_is_read_beside_the_resource_is_destroyed_with_it(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Where `destroy` runs the program, which reads it once more, that needs the permission."""
    stack.declare(
        'villa = Property("villa", name="Villa", existing_id="prop_1")\n'
        'Property.get("again", villa.id)'
    )
    stack.up()
    destroy = ("destroy", "--yes", "--skip-preview", "--run-program", *QUIET)
    errors = stack.fail(*destroy).errors
    assert errors == [message(MessageCode.DELETION_STOPPED, "SETSMART_ALLOW_DELETION=prop_1")]
    stack.succeed(*destroy, SETSMART_ALLOW_DELETION="prop_1")
    assert account.writes() == ["DELETE /properties/prop_1"]
