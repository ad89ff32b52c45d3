"""Values of Python's and other libraries' types: sent as what they mean, or refused in one line."""

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack

from pulumi_setsmart.sandbox import PROPERTIES, WEBHOOKS

GOOD = """
import enum
from decimal import Decimal
from uuid import UUID
import numpy, pandas

class View(enum.Enum):
    SEA = "sea"

frame = pandas.DataFrame({"name": ["Villa"], "bedrooms": [3]})
async def later():
    return {"price": Decimal("129.90")}

Property(
    "villa",
    name=frame.name[0],
    bedrooms=frame.bedrooms[0],
    bathrooms=Decimal("2.5"),
    attributes=pulumi.Output.from_input({"tags": ("a", "b")}).apply(
        lambda value: {**value, "view": View.SEA, "code": UUID(int=5), "size": numpy.float32(0.1)}
    ),
)
Property("loft", name="Loft", attributes=later())
WebhookSubscription("hook", url="https://a.example/", events={"b.b", "a.a", "c.c"})
"""


def test_values_are_sent_as_what_they_mean(stack: EngineStack, account: EngineSandbox) -> None:
    """A table's cells, decimals, enumerations, ids, tuples and sets, in outputs and awaited too."""
    stack.declare(GOOD)
    stack.up()
    storage = account.sandbox.storage
    villa, loft = sorted(storage.objects(PROPERTIES), key=lambda one: one["name"] == "Loft")
    declared = {
        "name": "Villa",
        "bedrooms": 3,
        "bathrooms": 2.5,
        "tags": ["a", "b"],
        "view": "sea",
        "code": "00000000-0000-0000-0000-000000000005",
        "size": 0.1,
    }
    assert declared.items() <= villa.items()
    assert loft["price"] == 129.9
    assert storage.get(WEBHOOKS, "wh_1")["events"] == ["a.a", "b.b", "c.c"]
    stack.assert_clean()


DATE = "a date cannot be sent; write it as a string, for example value.isoformat() [not-json]"


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        (
            'Property("villa", name="V", attributes={"opening": date(2026, 5, 1)})',
            f"error: resource 'villa': attributes: opening: {DATE}",
        ),
        (
            'Property("villa", name="V", attributes=hidden({"rules": [{"on": date(2026, 5, 1)}]}))',
            f"error: resource 'villa': attributes: rules.0.on: {DATE}",
        ),
        (
            'Property("villa", name="V", attributes=later(date(2026, 5, 1)))',
            f"error: resource 'villa': attributes: {DATE}",
        ),
        (
            'Property("villa", name="V", opts={"protect": True})',
            "error: resource 'villa': opts: must be pulumi.ResourceOptions(…) [invalid-resource]",
        ),
        (
            'Property(7, name="V")',
            (
                "error: the first argument of a property is its name in the program; pass a string "
                "[invalid-resource]"
            ),
        ),
        (
            'ApiObject("rule", path="/rules", body={1: "x"})',
            (
                "error: resource 'rule': body: a name must be a string, not int; write str(key) "
                "[not-json]"
            ),
        ),
        (
            'Property.get("villa", 7.5)',
            "error: resource 'villa': id: must be a string, such as prop_123 [invalid-resource]",
        ),
    ],
)
def test_what_cannot_be_sent_is_one_line(stack: EngineStack, statement: str, line: str) -> None:
    """At once, in an output or awaited: the line and no traceback."""
    stack.declare(
        f"""
        from datetime import date
        from pulumi import Output

        def hidden(value):
            return Output.secret("").apply(lambda _: value)

        async def later(value):
            return value

        {statement}
        """
    )
    [first, *summary] = stack.fail("preview").errors
    assert first == line
    assert all("program exited with non-zero exit code" in one for one in summary)
