"""Which part of an account a stack adopts."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.messages import raises

from pulumi_setsmart.adoption.inventory import AccountObject, Inventory
from pulumi_setsmart.adoption.selection import Condition, Selection, read_ids
from pulumi_setsmart.client.errors import PortfolioFileError, SetSmartError
from pulumi_setsmart.lifecycle.kind import PROPERTY, WEBHOOK_SUBSCRIPTION
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record

VILLA = AccountObject(
    PROPERTY,
    Record(
        "p1",
        {
            "name": "Quinta da Ribeira",
            "address": "1 Rua Ação, LISBOA",
            "bedrooms": 3.0,
            "wifi": True,
            "tags": ["sea", "garden = big"],
        },
    ),
    None,
    [],
)
HOOK = AccountObject(WEBHOOK_SUBSCRIPTION, Record("w1", {"url": "https://a.example"}), None, [])
ACCOUNT = Inventory("https://a.example", {"properties": [VILLA], "webhooks": [HOOK]})


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("address~lisboa", True),
        ("address ~ação, lis", True),
        ("address~Porto", False),
        ("address=1 Rua Ação, LISBOA", True),
        ("address=1 Rua Ação, Lisboa", False),
        ("bedrooms=3", True),
        ("bedrooms=3.0", False),
        ("wifi=true", True),
        ("tags=sea", True),
        ("tags=garden = big", True),
        ("tags~GARDEN", True),
        ("status~a", False),
    ],
)
def test_a_condition_looks_at_a_field(text: str, *, holds: bool) -> None:
    """A part of it in any case, or all of it as it is; of a list, one of the elements."""
    assert Condition.read(text).holds(VILLA) == holds


@pytest.mark.parametrize("text", ["", "address", "~Lisbon", "=x", "address~", " =x"])
def test_anything_else_is_no_condition(text: str) -> None:
    """The command says so."""
    with pytest.raises(ValueError, match="FIELD~TEXT"):
        Condition.read(text)


def test_all_that_is_said_holds() -> None:
    """A subscription has no address, so a condition on that leaves it out."""
    sea, porto = Condition.read("tags=sea"), Condition.read("address~Porto")
    assert Selection().includes(VILLA)
    assert Selection().includes(HOOK)
    assert not Selection().is_partial
    assert Selection([sea]).includes(VILLA)
    assert not Selection([sea]).includes(HOOK)
    assert not Selection([sea, porto]).includes(VILLA)
    assert Selection([sea], frozenset({"p1"})).includes(VILLA)
    assert not Selection([sea], frozenset({"w1"})).includes(VILLA)
    assert Selection(ids=frozenset({"w1"})).includes(HOOK)


@pytest.mark.parametrize(
    ("selection", "code", "facts"),
    [
        (
            Selection([Condition.read("addr~Lisboa")]),
            MessageCode.UNKNOWN_FIELD,
            ["addr", "did you mean address?"],
        ),
        (Selection([Condition.read("tag~sea")]), MessageCode.UNKNOWN_FIELD, ["tag", "tags"]),
        (Selection([Condition.read("address~Oslo")]), MessageCode.NOTHING_SELECTED, [2]),
        (Selection(ids=frozenset({"p1", "p8", "p9"})), MessageCode.NOTHING_SELECTED, ["p8", 1]),
        (Selection(ids=frozenset()), MessageCode.NOTHING_SELECTED, []),
    ],
)
def test_what_is_not_in_the_account_is_an_error(
    selection: Selection, code: MessageCode, facts: list[object]
) -> None:
    """A mistake would adopt nothing, or leave a listing out, and nobody would notice."""
    with raises(SetSmartError, code, *facts):
        selection.check(ACCOUNT)


def test_a_selection_that_is_in_the_account_is_right() -> None:
    """A field is known if it is documented or any object has it."""
    Selection([Condition.read("url~a.example")], frozenset({"w1"})).check(ACCOUNT)
    Selection([Condition.read("wifi=true")]).check(ACCOUNT)
    Selection().check(Inventory("https://a.example", {"properties": [], "webhooks": []}))


def test_ids_are_one_in_a_line(tmp_path: Path) -> None:
    """Beside blank lines and comments."""
    path = tmp_path / "ids.txt"
    path.write_text("\ufeff# ours\np1\r\n\n  p2  # the villa\n#p3\n")
    assert read_ids(path) == {"p1", "p2"}
    with raises(PortfolioFileError, MessageCode.UNUSABLE_FILE, "none.txt"):
        read_ids(tmp_path / "none.txt")
