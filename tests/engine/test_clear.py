"""Fields that a program clears by naming them, as programs do whose language has no `CLEAR`."""

from __future__ import annotations

from typing import Any

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack, messages
from support.interface import BOTH_INTERFACES, DYNAMIC
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PRICING_RULES, PROPERTIES, WEBHOOKS

FULL = """
Property("villa", name="Villa", address="1 Sea Road",
    attributes={"notes": "x", "house": {"code": "1", "floors": 2}})
ApiObject("rule", path="/pricing-rules", body={"percent": 5, "until": "May"})
WebhookSubscription("hook", url="https://a.example/", events=["a.b"], secret="hush-hush")
"""
NAMED = """
Property("villa", name="Villa", clear=["address", "notes", "house.code"])
ApiObject("rule", path="/pricing-rules", body={"percent": 5}, clear=["until"])
WebhookSubscription("hook", url="https://a.example/", events=["a.b"], clear=["secret"])
"""
IN_PLACE = """
Property("villa", name="Villa", address=CLEAR,
    attributes={"notes": CLEAR, "house": {"code": CLEAR}})
ApiObject("rule", path="/pricing-rules", body={"percent": 5, "until": CLEAR})
WebhookSubscription("hook", url="https://a.example/", events=["a.b"], secret=CLEAR)
"""


def to_null(stack: EngineStack, field: str) -> str:
    """Return how a preview shows that a field becomes null; of the plugin, it knows real nulls."""
    return f'~ {field} => "null (none)"' if stack.interface is DYNAMIC else f"- {field}"


@BOTH_INTERFACES
def test_a_field_that_is_named_becomes_null(stack: EngineStack, account: EngineSandbox) -> None:
    """A preview says so, drift shows, and `CLEAR` in its place is the same."""
    stack.declare(FULL)
    stack.up()
    stack.declare(NAMED)
    preview = stack.preview()
    for field in ('address: "1 Sea Road"', 'until: "May"', 'code: "1"'):
        assert to_null(stack, field) in preview
    assert "clear" not in preview
    stack.up()
    stack.assert_clean()
    storage = account.sandbox.storage
    villa: dict[str, Any] = storage.get(PROPERTIES, "prop_1")
    assert (villa["address"], villa["notes"]) == (None, None)
    assert villa["house"] == {"code": None, "floors": 2}
    assert storage.get(PRICING_RULES, "rule_1")["until"] is None
    assert storage.get(WEBHOOKS, "wh_1").get("secret") is None
    assert "clear" not in stack.resource("villa")["inputs"]
    writes = account.writes()
    stack.declare(IN_PLACE)
    stack.assert_clean()
    stack.up()
    stack.declare(NAMED)
    stack.assert_clean()
    assert account.writes() == writes

    storage.replace(PROPERTIES, "prop_1", {**villa, "address": "2 Sea Road"})
    assert to_null(stack, 'address: "2 Sea Road"') in stack.preview()
    stack.up()
    assert storage.get(PROPERTIES, "prop_1")["address"] is None
    stack.assert_clean()


@BOTH_INTERFACES
def test_a_cleared_address_does_not_make_a_second_listing(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """What has the name may be the listing or not, so the program says; then no drift is told."""
    storage = account.sandbox.storage
    storage.insert(PROPERTIES, {"name": "Villa", "address": "1 Sea Road", "status": "active"})
    cleared = 'Property("villa", name="Villa", clear=["address"], {more})'
    stack.declare(cleared.format(more='if_exists="adopt"'))
    [error] = stack.fail("up", "--yes", "--skip-preview", *QUIET).errors
    assert error == message(
        MessageCode.ALREADY_EXISTS, "prop_1", "name", "address", 'existing_id="prop_1"'
    )
    assert account.writes() == []
    stack.declare(cleared.format(more='existing_id="prop_1"'))
    told = messages(stack.up())
    assert told == [message(MessageCode.ADOPTED, 'address "1 Sea Road" → null')]
    assert account.writes() == ["PUT /properties/prop_1"]
    assert storage.get(PROPERTIES, "prop_1")["address"] is None
    stack.assert_clean()


@BOTH_INTERFACES
def test_a_field_that_is_no_longer_named_is_left_alone(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """It stays as it is, and what becomes of it later is no drift."""
    stack.declare('Property("villa", name="Villa", clear=["address", "notes"])')
    stack.up()
    writes = account.writes()
    stack.declare('Property("villa", name="Villa", clear=["notes"])')
    stack.up()
    stack.assert_clean()
    assert account.writes() == writes
    storage = account.sandbox.storage
    villa = storage.get(PROPERTIES, "prop_1")
    assert villa["address"] is None
    storage.replace(PROPERTIES, "prop_1", {**villa, "address": "2 Sea Road"})
    stack.up()
    stack.assert_nothing_to_do()
    assert storage.get(PROPERTIES, "prop_1")["address"] == "2 Sea Road"
    assert account.writes() == writes


@BOTH_INTERFACES
@pytest.mark.parametrize("ignored", [["address", "clear"], ["address"]])
def test_changes_of_a_cleared_field_can_be_ignored(
    stack: EngineStack, account: EngineSandbox, ignored: list[str]
) -> None:
    """With the name of the field alone, Pulumi declares its value beside the wish to clear it."""
    stack.declare(
        f"""
        Property("villa", name="Villa", clear=["address"],
            opts=pulumi.ResourceOptions(ignore_changes={ignored}))
        """
    )
    stack.up()
    stack.assert_nothing_to_do()
    storage = account.sandbox.storage
    villa = storage.get(PROPERTIES, "prop_1")
    assert villa["address"] is None
    storage.replace(PROPERTIES, "prop_1", {**villa, "address": "2 Sea Road"})
    if "clear" in ignored:
        stack.up()
        stack.assert_nothing_to_do()
    else:
        [error] = stack.fail("preview").errors
        assert error == message(MessageCode.CLEARED_AND_DECLARED, "address")
    assert storage.get(PROPERTIES, "prop_1")["address"] == "2 Sea Road"


@BOTH_INTERFACES
def test_names_may_be_outputs_and_come_from_a_transform(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Names that a preview does not know make it an update; secret ones work as well."""
    stack.declare(
        """
        Property("villa", name="Villa", address="1 Sea Road")
        Property("loft", name="Loft", address="2 Sea Road")
        Property("hut", name="Hut", address="3 Sea Road")
        """
    )
    stack.up()
    stack.declare(
        """
        def brings_in(args):
            return pulumi.ResourceTransformResult({**args.props, "clear": ["address"]}, args.opts)

        later = Property("later", name="Later")
        Property("villa", name="Villa", clear=later.id.apply(lambda _: ["address"]))
        Property("loft", name="Loft", clear=pulumi.Output.secret(["address"]))
        Property("hut", name="Hut", opts=pulumi.ResourceOptions(transforms=[brings_in]))
        """
    )
    assert "3 to update" in stack.preview()
    stack.up()
    addresses = [listing.get("address") for listing in account.sandbox.storage.objects(PROPERTIES)]
    assert addresses == [None] * 4
    stack.assert_clean()


@BOTH_INTERFACES
def test_what_cannot_be_cleared_stops_the_preview(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """In a line for each path, which shows no value."""
    stack.declare(
        """
        Property("villa", name="Villa", address=pulumi.Output.secret("canary"),
            attributes={"rooms": [{"code": "canary"}]},
            clear=["address", "rooms.0.code", "name"])
        """
    )
    finished = stack.fail("preview")
    assert messages(finished.output) == [
        message(MessageCode.CLEARED_AND_DECLARED, "address"),
        message(MessageCode.CLEARED_AND_DECLARED, "name"),
        message(MessageCode.NOT_AN_OBJECT, "rooms.0.code"),
    ]
    assert "canary" not in finished.output
    assert account.writes() == []


def test_a_portfolio_in_a_program_names_fields_too(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Its arguments are those of a resource."""
    stack.declare(
        """
        Portfolio("west", {"loft": PropertyArgs(name="Loft", clear=["bedrooms", "notes"])})
        """
    )
    stack.up()
    loft = account.sandbox.storage.get(PROPERTIES, "prop_1")
    assert (loft["bedrooms"], loft["notes"]) == (None, None)
    stack.assert_clean()
