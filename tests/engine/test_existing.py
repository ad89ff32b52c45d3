"""Existing objects are found before they are created again, and a preview says so."""

from __future__ import annotations

import json

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack, messages
from support.interface import BOTH_INTERFACES
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PRICING_RULES, PROPERTIES, WEBHOOKS

pytestmark = BOTH_INTERFACES

PREVIEW = ("preview", "--diff", *QUIET)


@pytest.fixture
def villa(account: EngineSandbox) -> str:
    """The id of a listing that somebody typed into the dashboard."""
    made = account.sandbox.storage.insert(
        PROPERTIES, {"name": "Sea  Villa", "bedrooms": 2, "status": "draft", "notes": "theirs"}
    )
    return str(made["id"])


def test_an_existing_listing_stops_the_preview(
    stack: EngineStack, account: EngineSandbox, villa: str
) -> None:
    """The approver sees the id and the ways out, in one line; nothing is written."""
    stack.declare('Property("one", name="sea villa", bedrooms=3)')
    for command in (PREVIEW, ("up", "--yes", "--skip-preview", *QUIET)):
        [error] = stack.fail(*command).errors
        assert error == message(
            MessageCode.ALREADY_EXISTS, villa, "name", 'if_exists="adopt"', 'if_exists="create"'
        )
    assert account.writes() == []


def test_the_preview_says_what_is_adopted(
    stack: EngineStack, account: EngineSandbox, villa: str
) -> None:
    """With `setsmart:ifExists` set to adopt, it is brought to what is declared, and is ours."""
    stack.declare('Property("one", name="Sea Villa", bedrooms=3)')
    stack.succeed("config", "set", "setsmart:ifExists", "adopt")
    adopts = message(
        MessageCode.ADOPTED,
        'property "Sea Villa"',
        villa,
        '(name "Sea  Villa" → "Sea Villa", bedrooms 2 → 3)',
        "status",
        '"draft"',
    )
    assert messages(stack.succeed(*PREVIEW)) == [adopts]
    assert account.writes() == []
    assert messages(stack.up()) == [adopts]
    assert account.writes() == [f"PUT /properties/{villa}"]
    [listing] = account.sandbox.storage.objects(PROPERTIES)
    assert (listing["name"], listing["bedrooms"], listing["notes"]) == ("Sea Villa", 3, "theirs")
    assert stack.resource("one")["id"] == villa
    stack.assert_clean()
    stack.up()
    assert account.writes() == [f"PUT /properties/{villa}"]


def test_an_object_of_each_kind_is_adopted_once(stack: EngineStack, account: EngineSandbox) -> None:
    """Of two resources with one identity, the second gets an object of its own."""
    storage = account.sandbox.storage
    storage.insert(WEBHOOKS, {"url": "https://a.example/", "events": ["a.a"], "status": "active"})
    storage.insert(PRICING_RULES, {"code": "weekend", "percent": 5})
    stack.declare(
        """
        for name in ("one", "two"):
            WebhookSubscription(
                f"hook-{name}", url="https://a.example/", events=["a.a"], secret="whsec-hush",
                if_exists="adopt",
            )
            ApiObject(
                f"rule-{name}", path="/pricing-rules", body={"code": "weekend", "percent": 7},
                identity=["code"], if_exists="adopt",
            )
        """
    )
    adopted = messages(stack.up())
    assert len(adopted) == 2
    assert message(MessageCode.ADOPTED, "wh_1", "secret") in adopted
    assert message(MessageCode.ADOPTED, "rule_1", "percent 5 → 7") in adopted
    assert len(storage.objects(WEBHOOKS)) == 2
    assert [rule["percent"] for rule in storage.objects(PRICING_RULES)] == [7, 7]
    stack.assert_clean()
    assert "hush" not in "".join(stack.printed)


def test_another_listing_of_the_same_name_is_created_on_request(
    stack: EngineStack, account: EngineSandbox, villa: str
) -> None:
    """Two flats in one house may have one name."""
    stack.declare('Property("one", name="Sea Villa", if_exists="create")')
    stack.up()
    assert [listing["id"] for listing in account.sandbox.storage.objects(PROPERTIES)] == [
        villa,
        "prop_2",
    ]
    stack.assert_clean()


def test_a_second_listing_of_the_same_name_is_created_if_it_says_so(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Beside one that the stack has: without `if_exists`, its key may have changed."""
    stack.declare('Property("one", name="Studio")')
    stack.up()
    twin = 'Property("two", name="Studio", if_exists="create")'
    stack.declare(f'Property("one", name="Studio")\n{twin}')
    assert "1 to create" in stack.preview()
    stack.up()
    stack.assert_clean()
    assert len(account.sandbox.storage.objects(PROPERTIES)) == 2


def test_a_replacement_is_not_mistaken_for_what_it_replaces(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """`pulumi up --replace` makes a new one, and the old one goes."""
    stack.declare('Property("one", name="Studio")')
    stack.up()
    urn = stack.resource("one")["urn"]
    stack.succeed("up", "--yes", "--skip-preview", "--replace", urn, *QUIET)
    assert account.writes()[1:] == ["POST /properties", "DELETE /properties/prop_1"]
    stack.assert_clean()


def test_one_listing_under_two_resources_stops_the_run(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """However it came about, each would undo what the other does."""
    stack.declare('Property("one", name="Studio")\nProperty("two", name="Loft")')
    stack.up()
    state = stack.export()
    shared = stack.resource("one")["id"]
    for resource in state["deployment"]["resources"]:
        if resource["urn"].endswith("::two"):
            resource["id"] = resource["outputs"]["id"] = shared
    (stack.folder / "state.json").write_text(json.dumps(state))
    stack.succeed("stack", "import", "--file", "state.json")
    writes = account.writes()
    errors = stack.fail("up", "--yes", "--skip-preview", *QUIET).errors
    assert errors[0] == message(MessageCode.ALREADY_MANAGED, shared)
    assert account.writes() == writes


def test_a_listing_is_adopted_by_its_id(
    stack: EngineStack, account: EngineSandbox, villa: str
) -> None:
    """The preview says so; a listing that is as declared is not written; the id may go again."""
    stack.declare(f'Property("one", name="Sea  Villa", bedrooms=2, existing_id="{villa}")')
    preview = stack.preview()
    [adopts] = messages(preview)
    assert adopts == message(
        MessageCode.ADOPTED, 'property "Sea  Villa"', villa, "status", '"draft"'
    )
    assert "→" not in adopts
    assert f'existing_id: "{villa}"' in preview
    stack.up()
    assert stack.resource("one")["id"] == villa
    stack.assert_clean()
    urn = stack.resource("one")["urn"]
    [error, *_] = stack.fail(
        "up", "--yes", "--skip-preview", "--replace", urn, "--diff", *QUIET
    ).errors
    assert error == message(MessageCode.EXISTING_ID_MANAGED, "existing_id", villa)
    stack.declare('Property("one", name="Sea  Villa", bedrooms=2)')
    stack.up()
    stack.assert_clean()
    assert account.writes() == []


def test_a_wrong_id_stops_the_preview(
    stack: EngineStack, account: EngineSandbox, villa: str
) -> None:
    """One that is not there, and one that another resource has."""
    stack.declare('Property("one", name="Villa", existing_id="prop_404")')
    [error] = stack.fail(*PREVIEW).errors
    assert error == message(
        MessageCode.EXISTING_ID_NOT_FOUND, "existing_id", "prop_404", account.base_url
    )
    stack.declare(
        f"""
        Property("one", name="Villa", existing_id="{villa}")
        Property("two", name="Villa", existing_id="{villa}")
        """
    )
    [error] = stack.fail(*PREVIEW).errors
    assert error == message(MessageCode.EXISTING_ID_MANAGED, "existing_id", villa)
    assert account.writes() == []
