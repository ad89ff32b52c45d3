"""Values of Python's and other libraries' types: sent as what they mean, or rejected."""

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
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


@pytest.mark.parametrize(
    ("attributes", "place"),
    [
        ('{"opening": date(2026, 5, 1)}', "attributes: opening:"),
        ('hidden({"rules": [{"on": date(2026, 5, 1)}]})', "attributes: rules.0.on:"),
        ("later(date(2026, 5, 1))", "attributes:"),
    ],
    ids=["at once", "in an output", "awaited"],
)
def test_a_value_that_cannot_be_sent_is_one_line(
    stack: EngineStack, attributes: str, place: str
) -> None:
    """The message names the resource and the field, and there is no traceback."""
    stack.declare(
        f"""
        from datetime import date
        from pulumi import Output

        def hidden(value):
            return Output.secret("").apply(lambda _: value)

        async def later(value):
            return value

        Property("villa", name="V", attributes={attributes})
        """
    )
    [first, *summary] = stack.fail("preview").errors
    assert first == message(MessageCode.NOT_JSON, f"'villa': {place}", "value.isoformat()")
    assert all("program exited with non-zero exit code" in line for line in summary)
