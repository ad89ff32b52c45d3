"""Each kind: declare, `up`, drift shown field by field, reverted, destroy."""

from typing import Any

import pytest
from attrs import frozen
from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack
from support.interface import BOTH_INTERFACES

from pulumi_setsmart.sandbox import PRICING_RULES, PROPERTIES, WEBHOOKS, ApiCollection


@frozen
class Case:
    """A kind of resource with two programs for it and what they come to on the server."""

    collection: ApiCollection
    program: str
    changed_program: str
    created: dict[str, Any]
    updated: dict[str, Any]
    out_of_band: dict[str, Any]
    drift: str
    repair: str


pytestmark = BOTH_INTERFACES

CASES = {
    "property": Case(
        collection=PROPERTIES,
        program='Property("one", name="Villa", bedrooms=3, attributes={"pets": True})',
        changed_program='Property("one", name="Villa", bedrooms=4, attributes={"pets": True})',
        created={"name": "Villa", "bedrooms": 3, "pets": True, "address": None},
        updated={"name": "Villa", "bedrooms": 4, "pets": True, "address": None},
        out_of_band={"bedrooms": 77},
        drift="~ bedrooms: 4 => 77",
        repair="~ bedrooms: 77 => 4",
    ),
    "webhook subscription": Case(
        collection=WEBHOOKS,
        program='WebhookSubscription("one", url="https://a.example/", events=["b.b", "a.a"])',
        changed_program=(
            'WebhookSubscription("one", url="https://b.example/", events=["a.a", "b.b"])'
        ),
        created={"url": "https://a.example/", "events": ["a.a", "b.b"], "status": "active"},
        updated={"url": "https://b.example/", "events": ["a.a", "b.b"], "status": "active"},
        out_of_band={"url": "https://elsewhere.example/"},
        drift='~ url: "https://b.example/" => "https://elsewhere.example/"',
        repair='~ url: "https://elsewhere.example/" => "https://b.example/"',
    ),
    "api object": Case(
        collection=PRICING_RULES,
        program='ApiObject("one", path="/pricing-rules", body={"percent": 5, "days": ["sat"]})',
        changed_program=(
            'ApiObject("one", path="/pricing-rules", body={"percent": 6, "days": ["sat"]})'
        ),
        created={"percent": 5, "days": ["sat"]},
        updated={"percent": 6, "days": ["sat"]},
        out_of_band={"percent": 7},
        drift="~ percent: 6 => 7",
        repair="~ percent: 7 => 6",
    ),
}


def only_object(account: EngineSandbox, collection: ApiCollection) -> dict[str, Any]:
    """Return the only object of a collection, or nothing if there is none."""
    objects = account.sandbox.storage.objects(collection)
    assert len(objects) <= 1
    return objects[0] if objects else {}


@pytest.mark.parametrize("kind", CASES)
def test_the_account_becomes_as_declared_and_drift_shows(
    stack: EngineStack, account: EngineSandbox, kind: str
) -> None:
    """Create, no-op, update, drift, deletion out of band and destroy do what they say."""
    case = CASES[kind]
    storage = account.sandbox.storage

    stack.declare(case.program)
    stack.up()
    created = only_object(account, case.collection)
    assert case.created.items() <= created.items()
    writes = account.writes()
    stack.up()
    stack.assert_clean()
    assert account.writes() == writes

    storage.replace(case.collection, created["id"], {**created, "kept_by_the_server": [1, 2]})
    stack.declare(case.changed_program)
    stack.up()
    updated = only_object(account, case.collection)
    assert case.updated.items() <= updated.items()
    assert updated["kept_by_the_server"] == [1, 2]
    assert updated["id"] == created["id"]
    stack.assert_clean()

    storage.replace(case.collection, updated["id"], {**updated, **case.out_of_band})
    preview = stack.preview()
    assert case.drift in preview
    assert case.repair in preview
    assert "1 to update" in preview
    stack.up()
    assert case.updated.items() <= only_object(account, case.collection).items()

    storage.delete(case.collection, updated["id"])
    assert "1 to create" in stack.preview()
    stack.up()
    recreated = only_object(account, case.collection)
    assert case.updated.items() <= recreated.items()
    assert recreated["id"] != updated["id"]

    stack.succeed("destroy", "--yes", "--skip-preview")
    assert only_object(account, case.collection) == {}


def test_a_destroy_of_what_is_gone_succeeds(stack: EngineStack, account: EngineSandbox) -> None:
    """A listing that somebody deleted already is no reason to fail."""
    stack.declare('Property("one", name="Villa")')
    stack.up()
    account.sandbox.storage.delete(PROPERTIES, "prop_1")
    stack.succeed("destroy", "--yes", "--skip-preview", PULUMI_OPTION_REFRESH="false")


def test_another_path_replaces_an_api_object(stack: EngineStack, account: EngineSandbox) -> None:
    """An object in another collection is another object, and the old one goes."""
    stack.declare('ApiObject("one", path="/pricing-rules", body={"name": "weekend"})')
    stack.up()
    stack.declare('ApiObject("one", path="/message-templates", body={"name": "weekend"})')
    assert "1 to replace" in stack.preview()
    stack.up()
    assert account.writes() == [
        "POST /pricing-rules",
        "POST /message-templates",
        "DELETE /pricing-rules/rule_1",
    ]
    stack.assert_clean()


def test_no_plugin_is_looked_for_elsewhere(stack: EngineStack) -> None:
    """Pulumi takes packages called pulumi-… for wrappers of a plugin; ours says that it is none."""
    stack.declare("")
    log = stack.succeed("preview", "--logtostderr", "-v=9", *QUIET)
    assert "GetRequiredPlugins" in log
    assert "downloading plugin" not in log


def test_two_listings_with_the_same_fields_are_two(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Resources are distinguished by their names in the program, not by their fields."""
    stack.declare(
        """
        Property("one", name="Studio")
        Property("two", name="Studio")
        """
    )
    stack.up()
    stack.assert_clean()
    assert len(account.sandbox.storage.objects(PROPERTIES)) == 2
