"""A deletion and a creation of the same listing are one renamed key."""

from __future__ import annotations

from typing import Any

import pytest
from support.preview_document import PreviewDocument

from pulumi_setsmart.automation.resource_type import SECRET
from pulumi_setsmart.lifecycle.identity import is_same
from pulumi_setsmart.reporting import renamed_key
from pulumi_setsmart.reporting.markdown import markdown
from pulumi_setsmart.reporting.page import page
from pulumi_setsmart.reporting.preview import read_preview
from pulumi_setsmart.reporting.report import Action

VILLA = {"name": "Sea Villa", "address": "1 Cliff Road", "bedrooms": 3}
HOOK = {"url": "https://a.example/hook", "events": ["a.b"]}
RULE = {"path": "/rules", "body": {"code": "A", "days": 3}, "identity": ["code"]}
KINDS = {
    "listing": "pulumi-python:dynamic/setsmart:Property",
    "subscription": "pulumi-python:dynamic/setsmart:WebhookSubscription",
    "object": "pulumi-python:dynamic/setsmart:ApiObject",
}


def actions(
    before: dict[str, Any], after: dict[str, Any], *, kind: str = "listing", **state: Any
) -> list[str]:
    """Return what a report says where one resource is gone and another one is new."""
    document = PreviewDocument()
    document.listing("old", last=before, kind=KINDS[kind], **state)
    document.listing("new", planned=after, kind=KINDS[kind])
    return [str(entry.action) for entry in read_preview(document.text).entries]


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("listing", VILLA, VILLA),
        ("listing", VILLA, {**VILLA, "bedrooms": 4}),
        ("listing", VILLA, {**VILLA, "name": " SEA  villa"}),
        ("listing", VILLA, {"name": "Sea Villa"}),
        ("listing", {"name": "Sea Villa"}, VILLA),
        ("listing", {**VILLA, "address": None}, VILLA),
        ("listing", {**VILLA, "deletion_policy": "deactivate"}, VILLA),
        ("subscription", HOOK, {**HOOK, "events": ["b.c"]}),
        ("object", RULE, {**RULE, "body": {"code": "A", "days": 5}}),
        ("object", RULE, {**RULE, "path": "/rules/"}),
    ],
)
def test_the_same_identity_is_a_renamed_key(
    kind: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Of every kind, whatever else is declared, and however the name is written."""
    assert actions(before, after, kind=kind) == ["rename"]


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("listing", VILLA, {**VILLA, "name": "Lake Villa"}),
        ("listing", VILLA, {**VILLA, "address": "2 Cliff Road"}),
        ("listing", VILLA, {**VILLA, "account": "eu"}),
        ("listing", {**VILLA, "name": SECRET}, {**VILLA, "name": SECRET}),
        ("subscription", HOOK, {**HOOK, "url": "https://b.example/hook"}),
        ("object", RULE, {**RULE, "path": "/other"}),
        ("object", {**RULE, "identity": []}, {**RULE, "identity": []}),
    ],
)
def test_another_identity_is_none(kind: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Then one object is deleted, and another one is created."""
    assert actions(before, after, kind=kind) == ["delete", "create"]


def test_what_stays_in_the_account_is_not_created_again() -> None:
    """`retain_on_delete` loses nothing."""
    assert actions(VILLA, VILLA, retainOnDelete=True) == ["release", "create"]


def test_a_name_that_was_changed_outside_pulumi_counts_as_well() -> None:
    """The listing is known by what it was called, and by what it is called now."""
    current = {**VILLA, "name": "Ocean Villa"}
    for name in ("Sea Villa", "Ocean Villa"):
        assert actions(VILLA, {**VILLA, "name": name}, current=current) == ["rename"]


def test_each_deletion_is_in_one_pair_and_the_closest_pairs_first() -> None:
    """Two listings of one name are told apart by their address."""
    document = PreviewDocument()
    document.listing("a", last={"name": "Studio", "address": "1"}, id="prop_1")
    document.listing("b", last={"name": "Studio", "address": "2"}, id="prop_2")
    document.listing("c", last={"name": "Studio"}, id="prop_3")
    document.listing("new", planned={"name": "Studio", "address": "2"})
    document.listing("newer", planned={"name": "Studio", "address": "1"})
    document.listing("twin", planned={"name": "Studio", "address": "1"})
    document.listing("other", planned={"name": "Studio", "address": "1"})
    report = read_preview(document.text)
    pairs = {
        entry.resource: (entry.former.resource, entry.identifier)
        for entry in report.entries
        if entry.former is not None
    }
    assert pairs == {"new": ("b", "prop_2"), "newer": ("a", "prop_1"), "twin": ("c", "prop_3")}
    assert [entry.resource for entry in report.of(Action.CREATE)] == ["other"]
    assert report.of(Action.DELETE) == []


def test_listings_of_one_name_are_compared_with_those_of_their_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The work grows with the number of listings, not with its square."""
    compared = []

    def counted(identity: dict[str, Any], fields: dict[str, Any]) -> bool:
        compared.append(identity)
        return is_same(identity, fields)

    monkeypatch.setattr(renamed_key, "is_same", counted)
    document = PreviewDocument()
    for number in range(50):
        fields = {"name": "Studio", "address": f"{number} Cliff Road"}
        document.listing(f"old-{number}", last=fields)
        document.listing(f"new-{number}", planned=fields)
    entries = read_preview(document.text).entries
    assert [entry.action for entry in entries] == [Action.RENAME] * 50
    former = {entry.resource: entry.former.resource for entry in entries if entry.former}
    assert former == {f"new-{number}": f"old-{number}" for number in range(50)}
    assert len(compared) <= 3 * 50


def test_a_resource_that_moved_between_components_is_no_replacement() -> None:
    """It has the same name in the program, but another parent, so Pulumi deletes and creates."""
    document = PreviewDocument()
    kind = KINDS["listing"]
    document.listing("villa", planned=VILLA, kind=f"a:b:C${kind}")
    document.listing("villa", last=VILLA, kind=f"a:b:D${kind}")
    [entry] = read_preview(document.text).entries
    assert (entry.action, entry.resource, entry.identifier) == (Action.RENAME, "villa", "prop_1")


def test_it_is_the_gravest_and_says_what_happens() -> None:
    """In each format for people: the id, both keys and how to keep the listing."""
    document = PreviewDocument()
    document.listing("gone", last={"name": "Another"}, id="prop_9")
    document.listing("villa-1", last=VILLA, id="prop_2")
    document.listing("villa-2", planned=VILLA)
    report = read_preview(document.text)
    assert [entry.action for entry in report.losses] == [Action.RENAME, Action.DELETE]
    for form in (markdown, page):
        text = form(report).replace("&#95;", "_").replace("&#45;", "-")
        for fact in ("renamed key", "prop_2", "villa-1", "villa-2", "formerly", "aliases"):
            assert fact in text
