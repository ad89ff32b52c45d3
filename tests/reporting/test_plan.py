"""The digest of a plan: any other change or value gives another one, and nothing else does."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from support.messages import message
from support.preview_document import PROPERTY, PreviewDocument

from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.reporting.plan import Plan, changed_plan
from pulumi_setsmart.reporting.preview import read_preview
from pulumi_setsmart.reporting.report import Action, Report

VILLA = {"name": "Sea Villa", "bedrooms": 3, "attributes": {"pets": True}}
LOFT = {"name": "Harbour Loft", "bedrooms": 1}
HOOK = "pulumi-python:dynamic/setsmart:WebhookSubscription"
HUT = {"name": "Hut", "attributes": {"code": "[secret]"}}

SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3) | st.just(0.5)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab"), inner)
)


def report_of(*listings: dict[str, Any], refreshed: bool = True) -> Report:
    """Return the report of a preview with these listings, each as `PreviewDocument` takes it."""
    document = PreviewDocument()
    for listing in listings:
        document.listing(**{"refreshed": refreshed, **listing})
    return read_preview(document.text)


def digest_of(*listings: dict[str, Any]) -> str:
    return Plan.of(report_of(*listings)).digest


UPDATE = {
    "name": "villa",
    "last": VILLA,
    "current": {**VILLA, "bedrooms": 9},
    "planned": {**VILLA, "bedrooms": 4},
}
CREATION = {"name": "loft", "planned": LOFT}
DELETION = {"name": "barn", "last": {"name": "Barn", "bedrooms": 2}}
PLAN = [UPDATE, CREATION, DELETION]


@given(st.permutations(PLAN))
def test_the_order_of_changes_does_not_count(listings: list[dict[str, Any]]) -> None:
    """Nor does that of members, or how a number is written."""
    assert digest_of(*listings) == digest_of(*PLAN)
    turned = {
        **UPDATE,
        "last": dict(reversed(VILLA.items())),
        "planned": {"bedrooms": 4.0, **{k: v for k, v in VILLA.items() if k != "bedrooms"}},
    }
    assert digest_of(turned, CREATION, DELETION) == digest_of(*PLAN)


@pytest.mark.parametrize("side", ["last", "current", "planned"])
@given(one=VALUES, other=VALUES)
def test_a_value_before_or_after_counts(side: str, one: Any, other: Any) -> None:
    """Wherever it is: what was deployed, what SetSmart has, what the program declares."""

    def with_value(value: Any) -> dict[str, Any]:
        sides = {
            name: {**VILLA, "bedrooms": {"deep": [value]} if name == side else number}
            for number, name in enumerate(("last", "current", "planned"), 100)
        }
        return {"name": "villa", **sides}

    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (digest_of(with_value(one)) == digest_of(with_value(other))) is same


@given(one=VALUES, other=VALUES)
def test_what_a_deletion_loses_counts(one: Any, other: Any) -> None:
    """A listing that somebody improved since is not the one whose deletion was approved."""
    plans = [
        Plan.of(report_of({**DELETION, "current": {"name": "Barn", "attributes": {"a": [value]}}}))
        for value in (one, other)
    ]
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (plans[0] == plans[1]) is same


def test_what_a_renamed_key_loses_counts() -> None:
    """Under its new key the listing is created with what is declared, and with nothing else."""
    new = {"name": "shed", "planned": DELETION["last"]}
    plans = []
    for bedrooms in (2, 5):
        report = report_of({**DELETION, "current": {"name": "Barn", "bedrooms": bedrooms}}, new)
        assert [entry.action for entry in report.entries] == [Action.RENAME]
        plans.append(Plan.of(report).digest)
    assert len({*plans}) == 2


@given(st.permutations(["a.a", "b.b", "c.c"]), st.permutations(["x", "y", "z"]))
def test_the_order_of_an_unordered_list_does_not_count(
    events: list[str], amenities: list[str]
) -> None:
    """Neither of one that is known, nor of one that the program names, nor as a server lists it."""

    def plan(events: list[str], amenities: list[str]) -> str:
        attributes = {"amenities": amenities}
        inputs = {"name": "Hut", "unordered": ["amenities"], "attributes": attributes}
        return digest_of(
            {
                "name": "hook",
                "kind": HOOK,
                "planned": {"url": "https://a.example/", "events": events},
            },
            {"name": "new", "planned": inputs},
            {"name": "gone", "last": inputs},
            {
                "name": "hut",
                "last": {**inputs, "attributes": {"amenities": []}},
                "current": inputs,
                "planned": {**inputs, "attributes": {"amenities": ["x"]}},
            },
        )

    assert plan(events, amenities) == plan(["a.a", "b.b", "c.c"], ["x", "y", "z"])
    assert plan(events, amenities) != plan(["a.a", "b.b"], ["x", "y", "z"])


def as_replacement(listing: dict[str, Any]) -> dict[str, Any]:
    return {**listing, "op": "replace"}


CHANGES: list[Callable[[list[dict[str, Any]]], list[dict[str, Any]]]] = [
    lambda plan: plan[1:],
    lambda plan: plan[:-1],
    lambda plan: [*plan, {"name": "new", "planned": LOFT}],
    lambda plan: [{**plan[0], "name": "other"}, *plan[1:]],
    lambda plan: [as_replacement(plan[0]), *plan[1:]],
    lambda plan: [*plan[:2], {**plan[2], "retainOnDelete": True}],
    lambda plan: [{**plan[0], "id": "prop_9"}, *plan[1:]],
    lambda plan: [plan[0], {**plan[1], "planned": {**LOFT, "account": "eu"}}, plan[2]],
    lambda plan: [plan[0], {**plan[1], "planned": {**LOFT, "status": "active"}}, plan[2]],
    lambda plan: [plan[0], {**plan[1], "last": LOFT, "op": "create"}, plan[2]],
    lambda plan: [{**plan[0], "current": VILLA}, *plan[1:]],
    lambda plan: [{**plan[0], "last": {**VILLA, "bedrooms": 9}}, *plan[1:]],
    lambda plan: [{**plan[0], "planned": {"name": "Sea Villa", "bedrooms": 4}}, *plan[1:]],
]


@pytest.mark.parametrize("change", CHANGES)
def test_any_other_plan_has_another_digest(
    change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
) -> None:
    """Another object, action, id, account, value or cause, one more and one less."""
    other = report_of(*change(copy.deepcopy(PLAN)))
    approved = Plan.of(report_of(*PLAN))
    assert Plan.of(other).digest != approved.digest
    for token in (approved.digest, approved.token):
        assert [notice.code for notice in changed_plan(Plan.parse(token), other)] == [
            MessageCode.PLAN_CHANGED
        ]


def test_the_stack_the_refresh_and_other_providers_count() -> None:
    """A plan that was approved for staging is not one for production."""
    report = report_of(*PLAN)
    steps = [*report.other_steps, "delete urn:pulumi:s::p::aws:s3:Bucket::b"]
    others = [
        evolve(report, stack="staging"),
        evolve(report, project="other"),
        evolve(report, refreshed=False),
        evolve(report, other_steps=steps),
    ]
    assert len({Plan.of(each).digest for each in (report, *others)}) == 5


def test_what_differs_from_run_to_run_does_not_count() -> None:
    """Salts, metadata, messages, configuration and times are no changes."""
    documents = []
    for salt, key in (("a", "first"), ("b", "second")):
        document = PreviewDocument(config={"setsmart:baseUrl": key})
        decision = {"takes_over": "prop_7", "owner": salt, "changes": True}
        inputs = {**LOFT, f"{KEY}_takeover": decision, KEY: {"salt": salt}}
        document.listing("loft", planned=inputs)
        document.listing("villa", last=VILLA, planned={**VILLA, "bedrooms": 5, KEY: {"salt": salt}})
        document.says("warning", f"warning: took {salt} s")
        documents.append(document)
    plans = {
        Plan.of(read_preview(text))
        for document in documents
        for text in (document.text, document.stream)
    }
    assert len(plans) == 1


def test_what_an_adoption_overwrites_counts() -> None:
    """A preview has no values of an object that is adopted, but its decision has them."""

    def plan(current: dict[str, Any], bedrooms: int = 3) -> str:
        decision = {"takes_over": "prop_7", "owner": "ab", "current": json.dumps(current)}
        planned = {**VILLA, "bedrooms": bedrooms, f"{KEY}_takeover": decision}
        return digest_of({"name": "villa", "planned": planned})

    plans = [plan({}), plan({"/bedrooms": 2}), plan({"/bedrooms": None}), plan({"/bedrooms": 2}, 4)]
    assert len({*plans}) == 4


def hook(secret: str | None) -> dict[str, Any]:
    fields = {"url": "https://a.example/", "events": ["a.b"], "secret": secret}
    return {name: value for name, value in fields.items() if value is not None}


def test_a_secret_counts_by_its_place_only() -> None:
    """A digest of a door code could be guessed; that one comes or goes is seen all the same."""
    sides = {"name": "hook", "kind": HOOK, "last": hook("one")}
    first, second, without, unchanged = (
        digest_of({**sides, "planned": hook(secret)}) for secret in ("two", "3", None, "one")
    )
    assert first == second
    assert len({first, without, unchanged}) == 3


def test_a_secret_that_may_change_has_to_be_approved() -> None:
    """One that may not change after all is none: a preview without secrets cannot know that."""
    visible = report_of(UPDATE)
    hidden = report_of(UPDATE, {"name": "hut", "last": HUT, "planned": HUT})
    assert [*changed_plan(Plan.parse(Plan.of(hidden).token), visible)] == []
    assert [*changed_plan(Plan.parse(Plan.of(hidden).digest), hidden)] == []
    [notice] = changed_plan(Plan.parse(Plan.of(visible).token), hidden)
    assert str(notice) == message(MessageCode.PLAN_CHANGED, "not approved: hut")
    other = report_of(UPDATE, {"name": "hut 2", "last": HUT, "planned": HUT})
    assert [*changed_plan(Plan.parse(Plan.of(hidden).token), other)] != []
    assert [*changed_plan(Plan.parse(Plan.of(hidden).digest), visible)] != []


def test_the_message_names_what_differs() -> None:
    """Also what is no longer in the plan, if the stack still has it."""
    approved = Plan.of(report_of(*PLAN))
    now = report_of(
        {**UPDATE, "current": {**VILLA, "bedrooms": 8}},
        {"name": "loft", "last": LOFT, "planned": LOFT, "op": "same"},
        DELETION,
        {"name": "cabin", "last": {"name": "Cabin"}},
    )
    [notice] = changed_plan(Plan.parse(approved.token), now)
    facts = [
        approved.digest,
        Plan.of(now).digest,
        "not approved: cabin",
        "changes otherwise than approved: villa",
        "approved, and no longer in the plan: loft",
    ]
    assert str(notice) == message(MessageCode.PLAN_CHANGED, *facts)
    assert "barn" not in notice.message
    [short] = changed_plan(Plan.parse(approved.digest), now)
    assert str(short) == message(MessageCode.PLAN_CHANGED, approved.digest)
    assert "villa" not in short.message


def test_a_token_is_what_it_was_made_of() -> None:
    """Of a plan of thousands of changes it is the digests alone, which are enough for the check."""
    plan = Plan.of(report_of(*PLAN))
    assert Plan.parse(plan.token) == plan
    assert re.fullmatch("[0-9a-f]{40}", plan.digest)
    many = report_of(*({"name": f"v{n}", "planned": {"name": f"V {n}"}} for n in range(1001)))
    assert Plan.of(many).token == f"{Plan.of(many).digest}.{Plan.of(many).shown}"
    assert [*changed_plan(Plan.parse(Plan.of(many).token), many)] == []


def test_secrets_that_stay_are_no_change_of_a_plan_of_thousands() -> None:
    """A preview without secrets names each listing that has one; the deployment names none."""
    secrets = [{"name": f"hut {n}", "last": HUT, "planned": HUT} for n in range(1001)]
    approved = Plan.of(report_of(UPDATE, *secrets))
    assert [*changed_plan(Plan.parse(approved.token), report_of(UPDATE))] == []
    assert [*changed_plan(Plan.parse(approved.token), report_of(UPDATE, *secrets))] == []
    for other in ([], [UPDATE, CREATION], [UPDATE, secrets[0]]):
        assert [*changed_plan(Plan.parse(approved.token), report_of(*other))] != []


@pytest.mark.parametrize(
    "text", ["", "x", "a" * 39, "a" * 41, "A" * 40, "g" * 40, f"{'a' * 40}.{'b' * 40}.abc."]
)
def test_what_is_no_token_is_refused(text: str) -> None:
    """A digest that was cut off approves nothing."""
    with pytest.raises(ValueError, match=r"^$"):
        Plan.parse(text)


def test_resources_of_one_name_are_told_apart() -> None:
    """Two components may each have a resource of one name."""
    document = PreviewDocument()
    document.listing("a", planned=VILLA)
    document.listing("a", planned=LOFT, kind="my:Group$" + PROPERTY)
    both = read_preview(document.text)
    plan = Plan.of(both)
    assert plan.changes is not None
    assert len(plan.changes) == 2
    assert [*changed_plan(Plan.parse(plan.token), both)] == []
