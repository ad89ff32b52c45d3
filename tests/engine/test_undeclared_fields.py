"""What a program does not declare is not ours: never drift, never wiped."""

from typing import Any

from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack

from pulumi_setsmart.sandbox import PROPERTIES


def test_removing_a_declaration_changes_the_state_only(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """A field that is no longer declared keeps its value, and nothing is sent."""
    stack.declare(
        'Property("one", name="Villa", bedrooms=3, attributes={"pets": True, "a": {"b": 1}})'
    )
    stack.up()
    writes = account.writes()
    stack.declare('Property("one", name="Villa", attributes={"a": {}})')
    stack.up()
    stack.assert_clean()
    assert account.writes() == writes
    listing = account.sandbox.storage.get(PROPERTIES, "prop_1")
    assert (listing["bedrooms"], listing["pets"], listing["a"]) == (3, True, {"b": 1})

    account.sandbox.storage.replace(PROPERTIES, "prop_1", {**listing, "bedrooms": 9, "pets": False})
    assert "~ bedrooms: 3 => 9" in stack.assert_nothing_to_do()
    assert stack.resource("one")["outputs"].keys() == {
        *("id", "name", "bedrooms", "status", "attributes", "deletion_policy"),
        *("__setsmart", "__provider"),
    }


def test_what_others_change_beside_our_fields_stays(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """An update sends the complete current object with the declared fields in it."""
    stack.declare(
        """
        Property("one", name="Villa", attributes={
            "wifi": {"name": "guest"},
            "rooms": [{"name": "north", "beds": 1}, {"name": "south", "beds": 2}],
        })
        """
    )
    stack.up()
    listing = account.sandbox.storage.get(PROPERTIES, "prop_1")
    listing |= {
        "address": "1 Sea Road",
        "photos": ["a.jpg"],
        "wifi": {"name": "guest", "speed": 100},
        "rooms": [
            {"name": "north", "beds": 1, "view": "hill"},
            {"name": "south", "beds": 2, "view": "sea"},
        ],
    }
    account.sandbox.storage.replace(PROPERTIES, "prop_1", listing)
    stack.assert_nothing_to_do()
    stack.declare(
        """
        Property("one", name="Villa", attributes={
            "wifi": {"name": "guests"},
            "rooms": [{"name": "south", "beds": 3}, {"name": "north", "beds": 1}],
        })
        """
    )
    stack.up()
    after: dict[str, Any] = account.sandbox.storage.get(PROPERTIES, "prop_1")
    assert after["address"] == "1 Sea Road"
    assert after["photos"] == ["a.jpg"]
    assert after["wifi"] == {"name": "guests", "speed": 100}
    assert after["rooms"][1] == {"name": "north", "beds": 1, "view": "hill"}


def test_clear_sets_a_field_to_null(stack: EngineStack, account: EngineSandbox) -> None:
    """CLEAR is null on the server, and whatever comes in its place is drift."""
    storage = account.sandbox.storage
    stack.declare('Property("one", name="Villa", address="1 Sea Road", attributes={"note": "x"})')
    stack.up()
    stack.declare('Property("one", name="Villa", address=CLEAR, attributes={"note": CLEAR})')
    stack.up()
    assert storage.get(PROPERTIES, "prop_1")["address"] is None
    assert storage.get(PROPERTIES, "prop_1")["note"] is None
    stack.assert_clean()
    storage.replace(PROPERTIES, "prop_1", {"name": "Villa", "address": "2 Sea Road"})
    assert '~ address: "2 Sea Road" => "null (none)"' in stack.preview()


def test_a_value_is_compared_with_its_type(stack: EngineStack, account: EngineSandbox) -> None:
    """True is not 1, 2 is 2.0, and whole numbers reach a strict server as whole numbers."""
    stack.declare(
        'Property("one", name="Villa", bedrooms=2, bathrooms=2.0, attributes={"pets": True})'
    )
    stack.up()
    listing = account.sandbox.storage.get(PROPERTIES, "prop_1")
    assert repr(listing["bedrooms"]) == "2"
    account.sandbox.storage.replace(PROPERTIES, "prop_1", {**listing, "bathrooms": 2.0})
    stack.assert_clean()
    account.sandbox.storage.replace(PROPERTIES, "prop_1", {**listing, "pets": 1})
    assert "~ pets: 1 => true" in stack.preview()
