"""What may be created without checkpoints: what a later run finds again, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.rpc import UNKNOWN as UNKNOWN_TEXT
from support.messages import message
from support.preview_document import PREFIX, PreviewDocument

from pulumi_setsmart.lifecycle.adoption import Adoption, with_adoption
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.text import MARK
from pulumi_setsmart.reporting.bulk_creation import BulkCreation, read_bulk_creation

HOOK = "pulumi-python:dynamic/setsmart:WebhookSubscription"
OTHER = "pulumi-python:dynamic/setsmart:ApiObject"


def plan_of(document: PreviewDocument, *, completes: bool = False) -> BulkCreation:
    """Return what a preview comes to."""
    return read_bulk_creation(document.text, "it", completes=completes)


def created(*listings: dict[str, Any]) -> PreviewDocument:
    """Return a preview that creates listings, called by their numbers."""
    document = PreviewDocument()
    for number, listing in enumerate(listings):
        document.listing(f"listing-{number}", planned=listing)
    return document


def adopted(current: dict[str, Json], **fields: Json) -> PreviewDocument:
    """Return a preview that adopts a listing with other values, by their JSON pointers."""
    return created(with_adoption(fields, Adoption("prop_1", "salt", bool(current), current)))


def test_listings_that_are_created_are_counted() -> None:
    """Those that the stack has already, and components that group them, may be there."""
    document = created({"name": "A"}, {"name": "B", "address": "1 Road"})
    document.listing("kept", last={"name": "C"}, planned={"name": "C"}, op="same")
    component = {"op": "create", "urn": f"{PREFIX}my:module:Group::g"}
    document.steps.append({**component, "newState": {"custom": False}})
    plan = plan_of(document)
    assert (plan.created, plan.adopted, plan.objections) == (2, 0, [])


@pytest.mark.parametrize(
    ("step", "word"),
    [
        ({"last": {"name": "A"}, "planned": {"name": "B"}}, "deploy"),
        ({"last": {"name": "A"}}, "deploy"),
        ({"last": {"name": "A"}, "planned": {"name": "A"}, "op": "replace"}, "deploy"),
        ({"last": {"name": "A"}, "planned": {"name": "A"}, "op": "create"}, "deploy"),
        ({"planned": {"name": "A"}, "op": "import"}, "deploy"),
        ({"planned": {"url": "https://a.example/"}, "kind": HOOK}, "secret"),
        ({"planned": {"path": "/rules", "body": {"code": "a"}}, "kind": OTHER}, "secret"),
        ({"planned": {"length": 9}, "kind": "random:index:RandomString"}, "--target"),
        ({"planned": {"name": "A", "if_exists": "create"}}, "if_exists"),
        ({"planned": {"name": "A", "if_exists": "error"}}, "if_exists"),
        ({"planned": {"name": UNKNOWN_TEXT}}, "known"),
        ({"planned": {"name": "A", "address": UNKNOWN_TEXT}}, "known"),
        ({"planned": {"name": "[secret]"}}, "known"),
    ],
)
def test_whatever_else_happens_is_refused(step: dict[str, Any], word: str) -> None:
    """It is named, with what to do."""
    document = created({"name": "Z"})
    document.listing("odd", **step)
    [objection] = plan_of(document).objections
    assert str(objection) == message(MessageCode.BULK_REFUSED, "odd", word)


def test_a_setting_that_creates_what_exists_is_refused() -> None:
    """After a killed run, `pulumi up` would create all of it again."""
    document = created({"name": "A"})
    document.config["setsmart:ifExists"] = " Create "
    [objection] = plan_of(document).objections
    assert str(objection) == message(MessageCode.BULK_REFUSED, "setsmart:ifExists")


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ({"name": "Villa"}, {"name": " villa "}, True),
        ({"name": "Villa"}, {"name": "Villa", "address": "1 Road"}, True),
        ({"name": "Villa", "address": "1 Road"}, {"name": "Villa", "address": "1 ROAD"}, True),
        ({"name": "Villa", "address": "1 Road"}, {"name": "Villa", "address": "2 Road"}, False),
        ({"name": "Villa"}, {"name": "Villa 2"}, False),
        ({"name": "Villa", "account": "porto"}, {"name": "Villa", "account": "lisbon"}, False),
    ],
)
def test_two_that_nothing_tells_apart_are_refused(
    one: dict[str, Any], two: dict[str, Any], *, same: bool
) -> None:
    """One of them may be in the state; if both are, their ids are known."""
    both = PreviewDocument()
    for name, each in (("one", one), ("two", two)):
        both.listing(name, last=each, planned=each, op="same")
    assert plan_of(both).objections == []
    kept = created(two)
    kept.listing("kept", last=one, planned=one, op="same")
    for document, names in ((created(one, two), ("0", "1")), (kept, ("kept", "0"))):
        objections = [str(each) for each in plan_of(document).objections]
        assert objections == ([message(MessageCode.BULK_REFUSED, *names)] if same else [])


@pytest.mark.parametrize(
    ("current", "is_same"),
    [
        ({}, True),
        ({"/bedrooms": None}, True),
        ({"/name": "  VILLA "}, True),
        ({"/door_code": MARK}, True),
        ({"/bedrooms": 4}, False),
        ({"/bedrooms": None, "/status": "draft"}, False),
    ],
)
def test_only_what_a_killed_run_may_have_created_is_adopted(
    current: dict[str, Json], *, is_same: bool
) -> None:
    """A server may drop and normalise values; any other value is somebody else's."""
    document = adopted(current, name="Villa", bedrooms=3, status="active")
    plan = plan_of(document, completes=True)
    refused = message(MessageCode.BULK_REFUSED, "listing-0")
    assert [str(each) for each in plan.objections] == ([] if is_same else [refused])
    assert plan.adopted == is_same
    [objection] = plan_of(document).objections
    assert str(objection) == refused


def test_the_digest_tells_which_listings_are_declared() -> None:
    """Not in which order, nor how many of them exist by now, nor what else they have."""
    one, two = {"name": "A"}, {"name": "B", "address": "1 Road"}
    digest = plan_of(created(one, two)).digest
    halfway = created({**two, "bedrooms": 3})
    halfway.listing("first", last=one, planned=one, op="same")
    assert plan_of(halfway).digest == digest
    others = ([one], [one, {**two, "address": "2 Road"}], [one, two, {"name": "C"}])
    assert digest not in {plan_of(created(*each)).digest for each in others}
    assert plan_of(created({"name": "A", "account": "porto"}, two)).digest != digest
