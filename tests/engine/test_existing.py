"""What exists already is found before it is doubled, and a preview says so."""

from __future__ import annotations

import json

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack

from pulumi_setsmart.sandbox import PRICING_RULES, PROPERTIES, WEBHOOKS

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
        assert f"{villa} in SetSmart has the same name; to adopt it" in error
        assert 'if_exists="adopt"' in error
        assert 'if_exists="create"' in error
    assert account.writes() == []


def test_the_preview_says_what_is_taken_over(
    stack: EngineStack, account: EngineSandbox, villa: str
) -> None:
    """With `setsmart:ifExists` set to adopt, it is brought to what is declared, and is ours."""
    stack.declare('Property("one", name="Sea Villa", bedrooms=3)')
    stack.succeed("config", "set", "setsmart:ifExists", "adopt")
    line = (
        f'property "Sea Villa": adopts {villa} (name "Sea  Villa" → "Sea Villa", '
        'bedrooms 2 → 3); its status stays "draft" unless status is declared'
    )
    assert line in stack.succeed(*PREVIEW)
    assert account.writes() == []
    assert line in stack.up()
    assert account.writes() == [f"PUT /properties/{villa}"]
    [held] = account.sandbox.storage.objects(PROPERTIES)
    assert (held["name"], held["bedrooms"], held["notes"]) == ("Sea Villa", 3, "theirs")
    assert stack.resource("one")["id"] == villa
    stack.assert_clean()
    stack.up()
    assert account.writes() == [f"PUT /properties/{villa}"]


def test_each_kind_is_taken_over_once(stack: EngineStack, account: EngineSandbox) -> None:
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
    output = stack.up().split("Diagnostics:")[-1]
    assert output.count("adopts wh_1 (secret is set)") == 1
    assert output.count("adopts rule_1 (percent 5 → 7)") == 1
    assert len(storage.objects(WEBHOOKS)) == 2
    assert [one["percent"] for one in storage.objects(PRICING_RULES)] == [7, 7]
    stack.assert_clean()
    assert "hush" not in "".join(stack.printed)


def test_another_one_of_the_same_name_is_created_if_asked_for(
    stack: EngineStack, account: EngineSandbox, villa: str
) -> None:
    """Two flats in one house may have one name."""
    stack.declare('Property("one", name="Sea Villa", if_exists="create")')
    stack.up()
    assert [one["id"] for one in account.sandbox.storage.objects(PROPERTIES)] == [villa, "prop_2"]
    stack.assert_clean()


def test_a_stack_s_own_listings_are_no_obstacle(stack: EngineStack, account: EngineSandbox) -> None:
    """A second one of the same name beside one that the stack has is what the program says."""
    stack.declare('Property("one", name="Studio")')
    stack.up()
    stack.declare('Property("one", name="Studio")\nProperty("two", name="Studio")')
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
    assert f"{shared} belongs to another resource of this stack already" in errors[0]
    assert account.writes() == writes


def test_one_listing_is_taken_over_by_its_id(
    stack: EngineStack, account: EngineSandbox, villa: str
) -> None:
    """The preview says so; a listing that is as declared is not written; the id may go again."""
    stack.declare(f'Property("one", name="Sea  Villa", bedrooms=2, existing_id="{villa}")')
    preview = stack.preview()
    assert f'property "Sea  Villa": adopts {villa} as it is; its status stays "draft"' in preview
    assert f'existing_id: "{villa}"' in preview
    stack.up()
    assert stack.resource("one")["id"] == villa
    stack.assert_clean()
    urn = stack.resource("one")["urn"]
    [error, *_] = stack.fail(
        "up", "--yes", "--skip-preview", "--replace", urn, "--diff", *QUIET
    ).errors
    assert f"{villa} belongs to a resource of this stack already" in error
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
    assert "there is no prop_404 in this account" in error
    stack.declare(
        f"""
        Property("one", name="Villa", existing_id="{villa}")
        Property("two", name="Villa", existing_id="{villa}")
        """
    )
    [error] = stack.fail(*PREVIEW).errors
    assert f"{villa} belongs to a resource of this stack already" in error
    assert account.writes() == []
