"""From the steps of a preview to what happens to each object."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.rpc import UNKNOWN
from support.json_values import ANY_JSON, ANY_OBJECT
from support.messages import raises
from support.preview_document import PREFIX, PROPERTY, PreviewDocument

from pulumi_setsmart import MetadataError, StackError
from pulumi_setsmart.automation.resource_type import SECRET
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.reporting.data import data
from pulumi_setsmart.reporting.field_change import Cause
from pulumi_setsmart.reporting.markdown import markdown
from pulumi_setsmart.reporting.page import page
from pulumi_setsmart.reporting.preview import read_preview
from pulumi_setsmart.reporting.report import Action, Entry, Report
from pulumi_setsmart.reporting.wording import summary

VILLA = {"name": "Sea Villa", "bedrooms": 3, "deletion_policy": "delete"}


def report_of(**listing: Any) -> Report:
    document = PreviewDocument()
    document.listing("villa", **listing)
    return read_preview(document.text)


def entry_of(**listing: Any) -> Entry:
    [entry] = report_of(**listing).entries
    return entry


@pytest.mark.parametrize(
    ("listing", "action"),
    [
        ({"planned": VILLA}, Action.CREATE),
        ({"last": VILLA, "planned": VILLA, "op": "create"}, Action.RESTORE),
        ({"last": VILLA, "planned": {**VILLA, "bedrooms": 4}}, Action.UPDATE),
        ({"last": VILLA, "current": {**VILLA, "bedrooms": 9}, "planned": VILLA}, Action.REVERT),
        (
            {"last": VILLA, "current": {**VILLA, "bedrooms": 9}, "planned": {**VILLA, "name": "V"}},
            Action.UPDATE,
        ),
        ({"last": VILLA}, Action.DELETE),
        ({"last": {**VILLA, "deletion_policy": "deactivate"}}, Action.DEACTIVATE),
        ({"last": VILLA, "retainOnDelete": True}, Action.RELEASE),
        (
            {"last": {**VILLA, "deletion_policy": "deactivate"}, "retainOnDelete": True},
            Action.RELEASE,
        ),
        ({"last": VILLA, "planned": {**VILLA, "account": "eu"}, "op": "replace"}, Action.REPLACE),
        (
            {"planned": {**VILLA, "__setsmart": {"takes_over": "prop_7", "owner": "ab"}}},
            Action.ADOPT,
        ),
    ],
)
def test_what_happens_to_a_listing(listing: dict[str, Any], action: Action) -> None:
    """It has its name, its resource and, once it has one, its id."""
    entry = entry_of(**listing)
    assert (entry.action, entry.label, entry.resource) == (action, "listing", "villa")
    assert entry.title in ("Sea Villa", "V")
    expected = {Action.CREATE: None, Action.ADOPT: "prop_7"}
    assert entry.identifier == expected.get(action, "prop_1")


@pytest.mark.parametrize("op", ["same", "refresh", "read", "discard"])
def test_what_stays_is_not_reported(op: str) -> None:
    """Nor are the stack, providers and portfolios, which are nothing by themselves."""
    document = PreviewDocument()
    document.listing("villa", last=VILLA, planned=VILLA, op=op)
    document.steps += [
        {"op": "create", "urn": f"{PREFIX}{kind}::x"}
        for kind in (
            "pulumi:pulumi:Stack",
            "pulumi:providers:pulumi-python",
            "setsmart:index:Portfolio",
        )
    ]
    report = read_preview(document.text)
    assert report.is_empty
    assert (report.project, report.stack, report.refreshed) == ("portfolio", "production", True)


def test_drift_is_reported_apart_from_the_change() -> None:
    """Field by field, with what was there before."""
    entry = entry_of(
        last={**VILLA, "attributes": {"pets": True}},
        current={**VILLA, "bedrooms": 9, "attributes": {"pets": True}},
        planned={**VILLA, "attributes": {"pets": False}},
    )
    changes = {
        change.name: (change.last, change.current, change.planned, change.cause)
        for change in entry.fields
    }
    assert changes == {
        "bedrooms": (3, 9, 3, Cause.DRIFT),
        "pets": (True, True, False, Cause.PROGRAM),
    }
    assert entry.is_drift


def test_last_is_what_was_declared_and_now_is_what_setsmart_holds() -> None:
    """A field that nobody declared before is no drift, whatever became of it meanwhile."""
    urn = f"{PREFIX}{PROPERTY}::villa"
    name = {"name": "Sea Villa"}

    def state(**fields: int) -> dict[str, Any]:
        return {"id": "prop_1", "inputs": name, "outputs": {**name, **fields, "id": "prop_1"}}

    before, current = state(bedrooms=2), state(bedrooms=5)
    steps = [
        {"op": "refresh", "urn": urn, "oldState": before, "newState": current},
        {
            "op": "update",
            "urn": urn,
            "oldState": current,
            "newState": {"inputs": {**name, "bedrooms": 4}},
        },
    ]
    [entry] = read_preview(json.dumps({"steps": steps})).entries
    assert [
        (change.name, str(change.last), change.current, change.planned) for change in entry.fields
    ] == [("bedrooms", "ABSENT", 5, 4)]
    assert not entry.is_drift


def test_an_object_that_somebody_deleted_is_drift() -> None:
    """Even one of which no field was declared."""
    entry = entry_of(
        last={"path": "/rules", "body": {}},
        planned={"path": "/rules", "body": {}},
        op="create",
        kind="pulumi-python:dynamic/setsmart:ApiObject",
    )
    assert (entry.action, list(entry.fields), entry.is_drift) == (Action.RESTORE, [], True)
    assert (entry.title, entry.label, entry.identifier) == ("/rules", "object", "prop_1")


@pytest.mark.parametrize("overwritten", [None, {}, {"/bedrooms": 9}])
def test_a_listing_that_replaces_a_deleted_one_is_adopted(
    overwritten: dict[str, int] | None,
) -> None:
    """Somebody deleted the listing and made another: nothing is created, and it is drift."""
    decision = {"takes_over": "prop_7", "owner": "ab", "current": json.dumps(overwritten)}
    decided = {**VILLA, "__setsmart_takeover": decision}
    entry = entry_of(last=VILLA, planned=decided, op="create")
    assert (entry.action, entry.identifier, entry.is_drift) == (Action.ADOPT, "prop_7", True)
    assert not entry.is_adopted_as_it_is
    if overwritten:
        assert [(change.name, change.current) for change in entry.fields] == [("bedrooms", 9)]


@pytest.mark.parametrize("path", ["/amenities/x", "/amenities/9", "/amenities/-1", "/name/first"])
def test_a_decision_with_an_unknown_path_is_reported(path: str) -> None:
    """Whoever wrote a saved preview may have written anything: nothing is declared there."""
    decision = {"takes_over": "prop_7", "owner": "ab", "current": json.dumps({path: 9})}
    listing = {**VILLA, "attributes": {"amenities": ["wifi"]}}
    entry = entry_of(planned={**listing, "__setsmart_takeover": decision})
    assert [(change.path, str(change.planned)) for change in entry.fields] == [(path, "ABSENT")]


def test_an_adoption_is_reported_once() -> None:
    """The decision stays in the inputs, and means nothing later."""
    decided = {**VILLA, "__setsmart": {"takes_over": "prop_7", "owner": "ab"}}
    entry = entry_of(last=decided, planned={**decided, "bedrooms": 4})
    assert (entry.action, entry.identifier) == (Action.UPDATE, "prop_1")


@pytest.mark.parametrize("hidden", ["[secret]", UNKNOWN])
def test_a_name_that_is_not_shown_is_no_title(hidden: str) -> None:
    """What SetSmart holds stands for it, or else the resource's name."""
    planned = {**VILLA, "name": hidden}
    assert entry_of(last=VILLA, planned=planned).title == "Sea Villa"
    assert entry_of(planned=planned).title == "villa"


def test_what_pulumi_hides_on_one_side_is_secret_on_all() -> None:
    """The other sides may be of before it was one, or of after."""
    entry = entry_of(
        last={**VILLA, "attributes": {"code": "[secret]"}},
        current={**VILLA, "attributes": {"code": "1234"}},
        planned={**VILLA, "attributes": {"code": "[secret]"}},
    )
    assert [(change.name, change.secret) for change in entry.fields] == [("code", True)]


def test_what_was_secret_before_stays_so() -> None:
    """A program that no longer marks a value as one does not publish it."""
    entry = entry_of(
        last={**VILLA, "attributes": {"code": 1}, "__setsmart": {"secret_paths": ["/code"]}},
        planned={**VILLA, "attributes": {"code": 2}},
    )
    assert [(change.name, change.secret) for change in entry.fields] == [("code", True)]


def test_without_a_refresh_there_is_no_drift() -> None:
    """And the report says so."""
    report = report_of(last=VILLA, planned={**VILLA, "bedrooms": 4}, refreshed=False)
    assert not report.refreshed
    assert report.drifted == []
    assert [change.cause for change in report.entries[0].fields] == [Cause.PROGRAM]


@pytest.mark.parametrize(
    ("planned", "cause", "action"),
    [(50, Cause.UNAPPLIED, Action.SEND_AGAIN), (60, Cause.BOTH, Action.UPDATE)],
)
def test_what_was_not_applied_is_no_drift(planned: int, cause: Cause, action: Action) -> None:
    """As long as the program declares the value that SetSmart was sent."""
    entry = entry_of(
        last={**VILLA, "max_guests": 50},
        current={**VILLA, "max_guests": 16, "__setsmart_unapplied": '{"/max_guests": 50}'},
        planned={**VILLA, "max_guests": planned},
    )
    assert [change.cause for change in entry.fields] == [cause]
    assert entry.action is action


@pytest.mark.parametrize("unapplied", ["", "x", "[]", 5, '{"/max_guests": 50'])
def test_what_was_not_applied_has_to_be_readable(unapplied: object) -> None:
    """Else somebody at SetSmart would be blamed for the difference."""
    current = {**VILLA, "id": "prop_1", "__setsmart_unapplied": unapplied}
    with raises(MetadataError, MessageCode.DAMAGED_METADATA, 'existing_id="prop_1"'):
        report_of(last=VILLA, current=current, planned=VILLA)


def test_what_pulumi_hides_is_not_damaged() -> None:
    """A transform can have any output encrypted; then it is not known what was not applied."""
    current = {**VILLA, "max_guests": 16, "__setsmart_unapplied": SECRET}
    entry = entry_of(last={**VILLA, "max_guests": 50}, current=current, planned=VILLA)
    assert entry.fields


def test_before_the_first_deployment_there_is_nothing_to_look_at() -> None:
    """So nothing is said of a refresh."""
    assert report_of(planned=VILLA).refreshed
    assert read_preview(PreviewDocument().text).refreshed


def test_a_replacement_says_where_it_goes() -> None:
    """The account or the path is why."""
    entry = entry_of(last=VILLA, planned={**VILLA, "account": "eu"}, op="replace")
    assert [(change.name, str(change.current), change.planned) for change in entry.fields] == [
        ("account", "ABSENT", "eu")
    ]
    assert entry.account == "eu"


def test_secrets_are_secret() -> None:
    """Masked by Pulumi, or shown by --show-secrets: the kind and the program say what is one."""
    entry = entry_of(
        last={**VILLA, "attributes": {"door": {"code": 1234}}},
        planned={
            **VILLA,
            "attributes": {"door": {"code": 5678}},
            "__setsmart": {"secret_paths": ["/door/code"]},
        },
    )
    assert [(change.name, change.secret) for change in entry.fields] == [("door.code", True)]
    hook = {"url": "https://a.example/", "events": ["a.b"], "secret": "shown"}
    entry = entry_of(
        last=hook,
        planned={**hook, "secret": "other"},
        kind="pulumi-python:dynamic/setsmart:WebhookSubscription",
    )
    assert [(change.name, change.secret) for change in entry.fields] == [("secret", True)]
    assert entry.title == "https://a.example/"


@pytest.mark.parametrize("secretly", ["last", "planned"])
def test_a_secret_name_is_no_title(secretly: str) -> None:
    """Whether it is one now or was before; the resource's name stands for it."""
    sides = {"last": {**VILLA, "name": "Hideaway"}, "planned": {**VILLA, "name": "Refuge"}}
    sides[secretly]["__setsmart"] = {"secret_paths": ["/name"]}
    report = report_of(**sides)
    assert report.entries[0].title == "villa"
    for form in (markdown, page, data):
        assert not re.search("Hideaway|Refuge", form(report))


def test_an_update_of_which_nothing_is_seen_is_of_something_secret() -> None:
    """Pulumi shows the old one and the new one alike."""
    hidden = {**VILLA, "attributes": {"code": "[secret]"}}
    entry = entry_of(last=hidden, planned=hidden, op="update")
    assert (entry.fields, entry.hides) == ([], True)
    assert not entry_of(last=VILLA, planned=VILLA, op="update").hides


def test_the_order_of_events_means_nothing() -> None:
    """It is no change."""
    hook = {"url": "https://a.example/", "events": ["a.b", "c.d"]}
    kind = "pulumi-python:dynamic/setsmart:WebhookSubscription"
    turned = {**hook, "events": ["c.d", "a.b"]}
    assert entry_of(last=hook, planned=turned, kind=kind).fields == []
    fewer = {**hook, "events": ["a.b"]}
    assert len(entry_of(last=hook, planned=fewer, kind=kind).fields) == 1


@given(ANY_JSON, ANY_OBJECT, ANY_JSON, st.sampled_from(["create", "update", "replace", "delete"]))
def test_messages_about_any_state_are_readable(
    last: Any, current: dict[str, Any], planned: Any, op: str
) -> None:
    """In every format, or it is an error of ours; a state may be of another version of Pulumi."""
    urn = f"{PREFIX}{PROPERTY}::villa"
    steps = [
        {"op": "refresh", "urn": urn, "oldState": last},
        {
            "op": op,
            "urn": urn,
            "oldState": {"inputs": current, "outputs": current, "id": planned},
            "newState": {"inputs": planned},
        },
    ]
    report = read_preview(json.dumps({"steps": steps}))
    assert len(report.entries) == 1
    for form in (markdown, page, data):
        assert form(report)


def test_the_gravest_come_first_and_each_object_once() -> None:
    """Then in the order of their names."""
    document = PreviewDocument()
    document.listing("b", last=VILLA, planned={**VILLA, "name": "Beta"})
    document.listing("a", last=VILLA, planned={**VILLA, "name": "alpha"})
    document.listing("n", planned={**VILLA, "name": "New Villa"})
    document.listing("r", last=VILLA, planned={**VILLA, "account": "eu"}, op="replace")
    document.listing("r", planned={**VILLA, "account": "eu"}, op="create-replacement")
    document.listing("d", last=VILLA)
    report = read_preview(document.text)
    assert [entry.resource for entry in report.entries] == ["d", "r", "n", "a", "b"]
    assert [entry.resource for entry in report.losses] == ["d", "r"]


def test_resources_of_others_are_counted() -> None:
    """By what happens to them, and so is what Pulumi may do to ours that we do not know."""
    document = PreviewDocument()
    document.steps = [
        {"op": op, "urn": f"{PREFIX}aws:s3:Bucket::{op}{number}"}
        for op, number in (("create", 1), ("create", 2), ("delete", 3), ("same", 4))
    ]
    document.steps.append({"op": "import", "urn": f"{PREFIX}{PROPERTY}::x"})
    report = read_preview(document.text)
    assert report.others == {"create": 2, "delete": 1, "import": 1}
    assert summary(report) == "4 of other providers"


@pytest.mark.parametrize(
    "steps",
    [
        ["replace"],
        ["create-replacement", "replace", "delete-replaced"],
        ["delete-replaced", "replace", "create-replacement"],
    ],
)
def test_a_replacement_is_one_however_many_steps_it_has(steps: list[str]) -> None:
    """With --show-replacement-steps there are three; whoever owns the resource."""
    document = PreviewDocument()
    for op in steps:
        after = None if op == "delete-replaced" else {**VILLA, "account": "eu"}
        document.listing("villa", last=VILLA, planned=after, op=op)
        document.steps.append({"op": op, "urn": f"{PREFIX}aws:s3:Bucket::b"})
    report = read_preview(document.text)
    [entry] = report.entries
    assert (entry.action, [change.name for change in entry.fields]) == (Action.REPLACE, ["account"])
    assert report.others == {"replace": 1}


def test_what_an_interrupted_replacement_left_is_not_forgotten() -> None:
    """It is deleted, and there is no other step that says so."""
    document = PreviewDocument()
    document.listing("villa", last=VILLA, op="delete-replaced")
    assert read_preview(document.text).others == {"delete-replaced": 1}


def test_messages_are_one_line() -> None:
    """Warnings and errors, those of the provider too, less Pulumi's word before them."""
    document = PreviewDocument()
    document.says("warning", "warning: hey\nyou\n")
    document.says("info#err", "warning: adopts prop_1\n\n")
    document.says("info", "just saying")
    document.says("error", "error: it\x1b[31m failed\n")
    report = read_preview(document.text)
    assert report.warnings == ["hey you", "adopts prop_1"]
    assert report.errors == ["it\\x1b[31m failed"]
    assert not report.is_empty


def test_a_failure_is_reported_by_its_cause() -> None:
    """That Pulumi then stopped the program is shown only if nothing else is known."""
    document = PreviewDocument()
    document.says("error", "error: Resource monitor has terminated, shutting down\n")
    assert read_preview(document.text).errors == ["Resource monitor has terminated, shutting down"]
    document.says("error", "error: SetSmart: no such listing\n")
    assert read_preview(document.text).errors == ["SetSmart: no such listing"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Previewing update (dev):",
        "[]",
        "{}",
        '{"steps": 5}',
        '{"steps": [{}]}',
        '{"steps": [{"op": "create", "urn": 5}]}',
        '{"steps": [{"op": "create", "urn": "villa"}]}',
        '{"steps": [{"op": ["create"], "urn": "urn:pulumi:s::p::t::n"}]}',
        '{"steps": [], "diagnostics": [5]}',
        '{"steps": [], "diagnostics": [{"severity": 5}]}',
        "[" * 100_000,
        '{"diagnostics": []}',
        '{"sequence": 0, "level": "info"}',
        '{"sequence": 0, "preludeEvent": {}, "resourcePreEvent": {}, "summaryEvent": {}}',
    ],
)
def test_what_is_no_preview_is_an_error(text: str) -> None:
    """In one line that says what is expected."""
    with raises(StackError, MessageCode.NOT_A_PREVIEW, "pulumi preview --json"):
        read_preview(text)
