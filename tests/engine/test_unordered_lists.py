"""Lists whose order means nothing."""

from __future__ import annotations

from typing import Any

from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack, messages
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PRICING_RULES, PROPERTIES, WEBHOOKS

PROGRAM = """
villa = Property("one", name="Villa", attributes={{
    "amenities": {amenities}, "house": {{"rooms": [{{"beds": {beds}}}], "floors": [1, 2]}},
}}, unordered=["amenities", "house.rooms.*.beds"])
ApiObject("rule", path="/pricing-rules", body={{"days": ["sat", "sun"]}}, unordered=["body.days"])
pulumi.export("amenities", villa.attributes["amenities"])
"""


def test_another_order_is_no_difference(stack: EngineStack, account: EngineSandbox) -> None:
    """Neither at SetSmart nor in the program; outputs keep theirs. Other elements are one."""
    first = {"amenities": ["wifi", "pool", "wifi"], "beds": ["twin", "queen"]}
    stack.declare(PROGRAM.format(**first))
    stack.up()
    stack.assert_clean()
    storage = account.sandbox.storage
    listing: dict[str, Any] = storage.get(PROPERTIES, "prop_1")
    turned: dict[str, Any] = {
        "amenities": ["pool", "wifi", "wifi"],
        "house": {"rooms": [{"beds": ["queen", "twin"]}], "floors": [1, 2]},
    }
    storage.replace(PROPERTIES, "prop_1", {**listing, **turned})
    storage.replace(PRICING_RULES, "rule_1", {"days": ["sun", "sat"]})
    stack.assert_clean()
    stack.declare(PROGRAM.format(amenities=["wifi", "wifi", "pool"], beds=["queen", "twin"]))
    stack.assert_clean()
    writes = account.writes()
    stack.up()
    assert account.writes() == writes
    assert stack.succeed("stack", "output", "amenities").strip() == '["wifi","pool","wifi"]'

    storage.replace(PROPERTIES, "prop_1", {**listing, "amenities": ["pool", "wifi", "pool"]})
    preview = stack.preview()
    assert '"pool" => "wifi"' in preview
    assert "~ beds" not in preview
    assert 'queen" =>' not in preview
    stack.up()
    repaired: Any = storage.get(PROPERTIES, "prop_1")["amenities"]
    assert sorted(repaired) == ["pool", "wifi", "wifi"]
    stack.assert_clean()

    storage.replace(
        PROPERTIES, "prop_1", {**listing, "house": {**listing["house"], "floors": [2, 1]}}
    )
    assert "floors" in stack.preview()


def test_what_is_unordered_concerns_the_state_alone(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Nothing is written when it changes; what is no list is rejected in one line."""
    program = 'Property("one", name="Villa", attributes={{"tags": ["b", "a"], "door": {{}}}}{})'
    stack.declare(program.format(""))
    stack.up()
    writes = account.writes()
    stack.declare(program.format(', unordered=["/tags", "nowhere"]'))
    stack.up()
    stack.assert_clean()
    stack.declare(program.format(""))
    stack.up()
    stack.assert_clean()
    assert account.writes() == writes
    stack.declare(program.format(', unordered=["door"]'))
    [error] = stack.fail("preview").errors
    assert error == message(MessageCode.NOT_A_LIST, "unordered: door")


def test_a_secret_stays_one_wherever_it_stands_in_a_list(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Another order, and changes outside Pulumi, bring it into no message and no state."""
    program = """
    hush = pulumi.Output.secret
    codes, locks = {codes}, {locks}
    Property("one", name="Villa", bedrooms={bedrooms},
        attributes={{"codes": codes, "locks": locks}}, unordered=["codes", "locks"])
    WebhookSubscription("hook", url="https://{host}.example/", events=["z.z", hush("canary.a")])
    """
    codes = ["hush('canary-b')", "'side'"]
    locks = ["{'code': hush('canary-c'), 'n': 1}", "{'code': 'plain', 'n': 2}"]

    def declare(bedrooms: int, host: str) -> None:
        lists = {"codes": f"[{', '.join(codes)}]", "locks": f"[{', '.join(locks)}]"}
        stack.declare(program.format(bedrooms=bedrooms, host=host, **lists))

    declare(2, "a")
    stack.up()
    codes.reverse()
    locks.reverse()
    declare(2, "a")
    stack.assert_clean()
    storage = account.sandbox.storage
    theirs: dict[str, Any] = {
        "codes": ["front", "canary-d"],
        "locks": [{"code": "plain", "n": 2}, {"code": "canary-e", "n": 1}],
    }
    storage.replace(PROPERTIES, "prop_1", {**storage.get(PROPERTIES, "prop_1"), **theirs})
    hook = storage.get(WEBHOOKS, "wh_1")
    storage.replace(WEBHOOKS, "wh_1", {**hook, "events": ["b.b", "canary.f"]})
    declare(3, "b")
    reverted = messages(stack.up(PULUMI_OPTION_REFRESH="false"))
    assert message(MessageCode.DRIFT_REVERTED, "prop_1") in reverted
    stack.assert_clean()
    assert "canary" not in "".join(stack.printed)
    assert "canary" not in str(stack.export())
