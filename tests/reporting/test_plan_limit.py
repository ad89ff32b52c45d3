"""Limits on what a preview comes to."""

from __future__ import annotations

from typing import Any

import pytest
from support.messages import message
from support.preview_document import PreviewDocument

from pulumi_setsmart.lifecycle.metadata import dump_metadata
from pulumi_setsmart.lifecycle.state_metadata import KEY, StateMetadata
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.reporting.plan_limit import PlanLimit, planned_deletions, stopped_deletions
from pulumi_setsmart.reporting.preview import read_preview
from pulumi_setsmart.reporting.report import Action, Report


def report_of(changed: int, unchanged: int = 0) -> Report:
    """Return the report of a plan that updates some listings, and leaves others as they are."""
    document = PreviewDocument()
    for number in range(changed + unchanged):
        last: dict[str, Any] = {"name": f"Villa {number}", "bedrooms": 1}
        planned = {**last, "bedrooms": 2 if number < changed else 1}
        op = "update" if number < changed else "same"
        document.listing(f"villa-{number}", last=last, planned=planned, op=op)
    return read_preview(document.text)


@pytest.mark.parametrize(
    ("limit", "changed", "unchanged", "exceeded"),
    [
        ("changes>20", 20, 0, False),
        ("changes>20", 21, 400, True),
        ("changes>0", 0, 5, False),
        ("changes>0", 1, 5, True),
        ("changes>30%", 3, 7, False),
        ("changes>30%", 4, 6, True),
        ("changes>30%", 9, 0, False),
        ("changes>30%", 10, 0, True),
        ("changes>33%", 33, 67, False),
        ("changes>33%", 34, 67, True),
        ("changes>0%", 1, 9, True),
        ("changes>0%", 0, 10, False),
    ],
)
def test_a_limit_is_exceeded_by_more(
    limit: str, changed: int, unchanged: int, *, exceeded: bool
) -> None:
    """And a share of less than ten listings is none."""
    report = report_of(changed, unchanged)
    notices = [*PlanLimit.of(limit).excess(report)]
    listings = changed + unchanged
    expected = message(MessageCode.TOO_MANY_CHANGES, changed, listings, limit)
    assert [str(notice) for notice in notices] == ([expected] if exceeded else [])


@pytest.mark.parametrize(
    "spelling",
    ["changes", "changes>", "changes>x", "changes>-1", "changes>1.5", "changes>30 %", "changes>=3",
     "changes<3", "changes>100%", "changes>1000%", "changes>٣", "Changes>3", "change>3", ">3", "",
     "changes>3%%", "changes>3 changes>4", "deletes>3", "changes>1234567890"],
)  # fmt: skip
def test_other_spellings_are_refused(spelling: str) -> None:
    """So is a limit that no plan could exceed."""
    with pytest.raises(ValueError, match=r"^$"):
        PlanLimit.of(spelling)


VILLA = {"name": "Sea Villa", "bedrooms": 3}


@pytest.mark.parametrize(
    ("listing", "counts"),
    [
        ({"last": VILLA, "planned": {**VILLA, "bedrooms": 4}}, True),
        ({"last": VILLA, "current": {**VILLA, "bedrooms": 9}, "planned": VILLA}, True),
        ({"last": VILLA}, True),
        ({"last": {**VILLA, "deletion_policy": "deactivate"}}, True),
        ({"last": VILLA, "planned": {**VILLA, "account": "eu"}, "op": "replace"}, True),
        ({"last": VILLA, "planned": VILLA, "op": "same"}, False),
        ({"last": VILLA, "planned": VILLA, "op": "create"}, False),
        ({"last": VILLA, "retainOnDelete": True}, False),
        ({"planned": VILLA}, False),
        ({"planned": VILLA, "adopts": {"changes": True}}, True),
        ({"planned": VILLA, "adopts": {}}, True),
        ({"planned": VILLA, "adopts": {"changes": False}}, False),
    ],
)
def test_what_counts_as_a_change(listing: dict[str, Any], *, counts: bool) -> None:
    """Whatever gives a listing of the account other values, or takes it away."""
    document = PreviewDocument()
    adopts = listing.pop("adopts", None)
    if adopts is not None:
        decision = {"takes_over": "prop_7", "owner": "ab", **adopts}
        listing["planned"] = {**VILLA, "__setsmart_takeover": decision}
    document.listing("villa", **listing)
    report = read_preview(document.text)
    is_new = "last" not in listing and adopts is None
    assert (len(report.changed), report.listings) == (int(counts), int(not is_new))


def test_only_listings_count() -> None:
    """Nobody books a subscription."""
    document = PreviewDocument()
    kind = "pulumi-python:dynamic/setsmart:WebhookSubscription"
    document.listing("hook", last={"url": "https://a.example"}, kind=kind)
    document.steps.append({"op": "delete", "urn": "urn:pulumi:s::p::aws:s3:Bucket::b"})
    report = read_preview(document.text)
    assert (len(report.changed), report.listings) == (0, 0)


def test_a_renamed_key_is_one_change() -> None:
    """It loses one listing."""
    document = PreviewDocument()
    document.listing("old", last=VILLA)
    document.listing("new", planned=VILLA)
    report = read_preview(document.text)
    assert (len(report.changed), report.listings) == (1, 1)


@pytest.mark.parametrize(
    ("change", "counts"),
    [({}, False), ({"if_exists": "create"}, False), ({"bedrooms": 4}, True)],
)
def test_a_key_that_an_alias_keeps_is_one_listing(change: dict[str, Any], *, counts: bool) -> None:
    """The refresh shows it under its former key; a change outside Pulumi shows as that."""
    document = PreviewDocument()
    document.renamed_listing("old", "new", last=VILLA, planned={**VILLA, **change})
    drifted = {**VILLA, "bedrooms": 9}
    document.renamed_listing("old-2", "new-2", last=VILLA, current=drifted, planned=VILLA)
    document.listing("twin", last=VILLA, id="prop_2")
    report = read_preview(document.text)
    assert (len(report.changed), report.listings) == (2 + counts, 3)
    entries = {entry.resource: entry for entry in report.entries}
    assert entries["new-2"].action is Action.REVERT
    assert entries["twin"].twin == "new"


def deletions() -> PreviewDocument:
    """Return a preview of a stack whose limit is 1, with three deletions of every sort."""
    document = PreviewDocument(config={"setsmart:maxDeletions": "1", "setsmart:x": "[secret]"})
    document.listing("a", last={"name": "Villa"}, id="prop_1")
    document.listing("b", last={"name": "Loft", "deletion_policy": "deactivate"}, id="prop_2")
    planned = {"name": "Hut", "account": "eu"}
    document.listing("c", last={"name": "Hut"}, planned=planned, op="replace", id="prop_3")
    document.listing("d", last={"name": "Barn"}, retainOnDelete=True, id="prop_4")
    return document


def test_planned_deletions_beyond_the_limit_are_listed() -> None:
    """From both forms of a preview, with how to allow them once; what stays does not count."""
    for text in (deletions().text, deletions().stream):
        [notice] = planned_deletions(read_preview(text), {})
        assert str(notice) == message(
            MessageCode.TOO_MANY_DELETIONS,
            3, 1, "Villa (prop_1", "Loft (prop_2", "Hut (prop_3", "SETSMART_MAX_DELETIONS=3",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("variable", "exceeded"), [("0", True), ("2", True), ("3", False), ("", True), (" ", True)]
)
def test_the_environment_has_precedence(variable: str, *, exceeded: bool) -> None:
    """As in the run itself; an empty variable says nothing."""
    report = read_preview(deletions().text)
    assert bool([*planned_deletions(report, {"SETSMART_MAX_DELETIONS": variable})]) is exceeded


@pytest.mark.parametrize(
    ("staying", "stopped"),
    [
        ({"last": VILLA, "planned": VILLA, "op": "refresh"}, True),
        ({"last": VILLA, "planned": {"name": "sea  villa"}}, True),
        ({"last": {"name": "Hut"}, "planned": VILLA}, True),
        ({"last": VILLA, "planned": {"name": "Hut"}}, False),
        ({"last": VILLA}, False),
        ({"last": {**VILLA, "account": "eu"}, "planned": {**VILLA, "account": "eu"}}, False),
    ],
)
@pytest.mark.parametrize("policy", [{}, {"deletion_policy": "deactivate"}])
def test_a_deletion_that_will_be_stopped_says_so(
    policy: dict[str, str], staying: dict[str, Any], *, stopped: bool
) -> None:
    """One listing stays of two that look the same; of what stays as it is, there is a refresh."""
    document = PreviewDocument()
    document.listing("gone", last={**VILLA, **policy}, id="prop_3")
    document.listing("kept", **staying)
    report = read_preview(document.text)
    notices = [str(notice) for notice in stopped_deletions(report, {})]
    facts = ("prop_3", "gone", "kept", "SETSMART_ALLOW_DELETION=prop_3")
    assert notices == ([message(MessageCode.DELETION_STOPPED, *facts)] if stopped else [])
    permission = {"SETSMART_ALLOW_DELETION": "prop_9 , prop_3"}
    assert [*stopped_deletions(report, permission)] == []


@pytest.mark.parametrize(
    ("gone", "kept", "planned", "stopped"),
    [
        (5, 5, VILLA, False),
        (5, 4, VILLA, False),
        (5, 6, VILLA, True),
        (None, 5, VILLA, True),
        (5, None, VILLA, True),
        (5, 4, {**VILLA, "bedrooms": 3}, False),
    ],
)
def test_a_twin_that_was_there_from_the_start_stops_no_deletion(
    gone: int | None, kept: int | None, planned: dict[str, Any], *, stopped: bool
) -> None:
    """As the run itself decides; a state of an earlier release does not say since when."""
    document = PreviewDocument()
    document.listing("gone", last={**VILLA, **since(gone)}, id="prop_3")
    document.listing("kept", last={**VILLA, **since(kept)}, planned=planned)
    assert bool([*stopped_deletions(read_preview(document.text), {})]) is stopped


def test_a_resource_that_takes_the_identity_over_stops_a_deletion() -> None:
    """However long it was there under another name."""
    document = PreviewDocument()
    document.listing("gone", last={**VILLA, **since(5)}, id="prop_3")
    document.listing("kept", last={"name": "Hut", **since(1)}, planned=VILLA)
    assert [*stopped_deletions(read_preview(document.text), {})]


@pytest.mark.parametrize("text", ["", "{}", "[secret]", "5"])
def test_a_state_that_does_not_say_since_when_stops_a_deletion(text: str) -> None:
    """Its metadata is encrypted, or damaged, which the run itself refuses."""
    document = PreviewDocument()
    document.listing("gone", last={**VILLA, **since(5)}, id="prop_3")
    document.listing("kept", last={**VILLA, KEY: text}, planned=VILLA)
    assert [*stopped_deletions(read_preview(document.text), {})]


def since(seconds: int | None) -> dict[str, str]:
    """Return the output that says since when an object has its identity."""
    metadata = StateMetadata(identity_since=seconds)
    return {KEY: dump_metadata(metadata)}


def test_without_a_limit_any_number_is_allowed() -> None:
    """The default."""
    document = deletions()
    document.config = {}
    assert [*planned_deletions(read_preview(document.text), {})] == []
