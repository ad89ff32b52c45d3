"""What of a preview's drift is written into portfolio files, and what is left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st
from support.json_values import nested
from support.messages import message, raises
from support.preview_document import PreviewDocument

from pulumi_setsmart.acceptance.acceptance import Acceptance, acceptance_of
from pulumi_setsmart.acceptance.declared_part import declared_part
from pulumi_setsmart.client.errors import PortfolioFileError, StackError
from pulumi_setsmart.lifecycle.comparison import is_equal, matches
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.reporting.preview import read_preview
from pulumi_setsmart.specification.reading import check_files, merged_document
from pulumi_setsmart.specification.yaml_reading import read_yaml

VILLA: dict[str, Any] = {"name": "Villa", "bedrooms": 3, "address": "1 Road"}


@define
class Project:
    """A portfolio in files, and what a preview of it shows."""

    folder: Path
    names: list[str] = field(factory=list)
    preview: PreviewDocument = field(factory=PreviewDocument)

    def write(self, name: str, text: str) -> None:
        """Write a file, the first one or an overlay."""
        self.names.append(name)
        (self.folder / name).write_text(text, newline="")

    def drift(self, key: str, fields: dict[str, Any], **current: Any) -> None:
        """Change fields of an entry in SetSmart."""
        now = {**fields, **current}
        self.preview.listing(
            f"portfolio-{key}", last=fields, current=now, planned=fields, portfolio="portfolio"
        )

    def accept(self, *keys: str, portfolio: str | None = None) -> Acceptance:
        """Return what is accepted; the texts are by the names of the files."""
        checked = check_files([self.folder / name for name in self.names])
        assert checked.violations == []
        found = acceptance_of(read_preview(self.preview.text), checked, keys, portfolio)
        found.texts = {Path(name).name: text for name, text in found.texts.items()}
        return found


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with one listing, which has the fields of `VILLA`."""
    project = Project(tmp_path)
    project.write("portfolio.yaml", json.dumps({"properties": {"villa": VILLA}}))
    return project


def test_drift_is_accepted(project: Project) -> None:
    """Fields with arguments and attributes, in the file, with what a person has to know."""
    fields = {**VILLA, "attributes": {"rules": {"pets": True}, "amenities": ["wifi"]}}
    project.names.clear()
    project.write("portfolio.yaml", json.dumps({"properties": {"villa": fields}}))
    project.drift(
        "villa",
        fields,
        bedrooms=4,
        attributes={"rules": {"pets": False, "added": 1}, "amenities": ["wifi", "pool"]},
    )
    found = project.accept()
    assert found.left == []
    assert [(each.field, each.before, each.after) for each in found.fields] == [
        ("bedrooms", 3, 4),
        ("rules.pets", True, False),
        ("amenities", ["wifi"], ["wifi", "pool"]),
    ]
    assert {(each.section, each.key, each.title, each.id) for each in found.fields} == {
        ("properties", "villa", "Villa", "prop_1")
    }
    accepted: Any = read_yaml(found.texts["portfolio.yaml"], "portfolio.yaml").value
    accepted = accepted["properties"]["villa"]
    attributes = {"rules": {"pets": False}, "amenities": ["wifi", "pool"]}
    assert accepted == {**VILLA, "bedrooms": 4, "attributes": attributes}


def test_a_subscription_is_accepted_too(project: Project) -> None:
    """Its events in the order of the file, and nothing of its secret, which is elsewhere."""
    project.names.clear()
    text = (
        "webhooks:\n  bookings: # ours\n    url: https://a.example/hook\n"
        "    events: [reservation.created, property.updated]\n    secret: {config: key}\n"
    )
    project.write("hooks.yaml", text)
    fields = {"url": "https://a.example/hook", "secret": "[secret]"}
    last = {**fields, "events": ["reservation.created", "property.updated"]}
    events = ["property.updated", "message.received", "reservation.created"]
    project.preview.listing(
        "p-bookings",
        last=last,
        current={**last, "url": "https://b.example/hook", "events": events},
        planned=last,
        kind="pulumi-python:dynamic/setsmart:WebhookSubscription",
        portfolio="p",
    )
    found = project.accept("bookings")
    assert found.left == []
    assert found.texts["hooks.yaml"] == text.replace("a.example", "b.example").replace(
        "property.updated]", "property.updated, message.received]"
    )


@pytest.mark.parametrize(
    ("current", "after"),
    [
        (
            [{"kind": "king", "beds": 2}, {"kind": "twin", "beds": 1}],
            "[{kind: twin, beds: 1}, {kind: king, beds: 2}]",
        ),
        (
            [{"kind": "twin", "beds": 1}, {"kind": "bunk", "beds": 1}, {"kind": "king", "beds": 1}],
            "[{kind: twin, beds: 1}, {kind: king, beds: 1}, {kind: bunk, beds: 1}]",
        ),
    ],
    ids=["an element changed", "one more"],
)
def test_a_list_without_an_order_keeps_that_of_the_file(
    project: Project, current: list[Json], after: str
) -> None:
    """A preview shows it in the order of the state; the element that changed is found by value."""
    project.names.clear()
    text = (
        "properties:\n  villa:\n    name: Villa\n    unordered: [rooms]\n    attributes:\n"
        "      rooms: [{kind: twin, beds: 1}, {kind: king, beds: 1}]\n"
    )
    project.write("portfolio.yaml", text)
    rooms = [{"kind": "king", "beds": 1}, {"kind": "twin", "beds": 1}]
    fields = {"name": "Villa", "unordered": ["rooms"], "attributes": {"rooms": rooms}}
    project.drift("villa", fields, attributes={"rooms": current})
    found = project.accept()
    assert found.left == []
    before = "[{kind: twin, beds: 1}, {kind: king, beds: 1}]"
    assert found.texts["portfolio.yaml"] == text.replace(before, after)


def test_the_events_of_a_file_need_not_be_sorted(project: Project) -> None:
    """A preview shows them sorted."""
    project.names.clear()
    text = (
        "webhooks:\n  bookings:\n    url: https://a.example/hook\n"
        "    events: [reservation.created, property.updated]\n"
    )
    project.write("hooks.yaml", text)
    last = {
        "url": "https://a.example/hook",
        "events": ["property.updated", "reservation.created"],
    }
    project.preview.listing(
        "p-bookings",
        last=last,
        current={**last, "events": ["message.received", "property.updated"]},
        planned=last,
        kind="pulumi-python:dynamic/setsmart:WebhookSubscription",
        portfolio="p",
    )
    found = project.accept()
    assert found.left == []
    assert found.texts["hooks.yaml"] == text.replace("reservation.created", "message.received")


def test_what_the_file_changed_too_stays_until_its_key_is_named(project: Project) -> None:
    """Nobody's newer value is overwritten by an older decision."""
    project.preview.listing(
        "portfolio-villa",
        last={**VILLA, "bedrooms": 1},
        current={**VILLA, "bedrooms": 2},
        planned=VILLA,
        portfolio="portfolio",
    )
    found = project.accept()
    assert (found.fields, found.texts) == ([], {})
    assert [*map(str, found.left)] == [
        message(MessageCode.CHANGED_IN_BOTH, "Villa", "prop_1", "bedrooms", 2, 3, "accept villa")
    ]
    assert [each.after for each in project.accept("villa").fields] == [2]
    with raises(PortfolioFileError, MessageCode.NOTHING_SELECTED, "vila"):
        project.accept("vila")


@pytest.mark.parametrize(
    ("current", "planned"),
    [
        ({**VILLA, "bedrooms": 4}, {**VILLA, "bedrooms": 4}),
        ({**VILLA, "bedrooms": 4}, {"name": "Villa", "address": "1 Road"}),
        ({**VILLA}, {**VILLA, "bedrooms": 5}),
    ],
    ids=["the file has it already", "no longer declared", "only the file changed"],
)
def test_what_is_no_drift_of_the_file_is_left_alone(
    project: Project, current: dict[str, Any], planned: dict[str, Any]
) -> None:
    """There is nothing to accept, and nothing to say."""
    project.preview.listing(
        "portfolio-villa", last=VILLA, current=current, planned=planned, portfolio="portfolio"
    )
    assert project.accept() == Acceptance()


def test_what_setsmart_adds_to_elements_is_nothing_to_accept(project: Project) -> None:
    """A list that grew, and that the file has by now, without the ids that SetSmart gave."""
    rooms: list[dict[str, Any]] = [{"beds": 1}, {"beds": 2}]
    known = [{**room, "id": number} for number, room in enumerate(rooms)]
    last, planned, current = (
        {**VILLA, "attributes": {"rooms": each}} for each in (rooms[:1], rooms, known)
    )
    project.preview.listing(
        "portfolio-villa", last=last, current=current, planned=planned, portfolio="portfolio"
    )
    assert project.accept() == Acceptance()


def test_values_are_written_where_they_are_declared(project: Project) -> None:
    """In the overlay that declares them, else in the file below it."""
    project.write("staging.yaml", 'properties:\n  villa:\n    name: "[staging] Villa" # there\n')
    fields = {**VILLA, "name": "[staging] Villa"}
    project.drift("villa", fields, name="[staging] Hut", bedrooms=5)
    found = project.accept()
    assert found.texts["staging.yaml"] == (
        'properties:\n  villa:\n    name: "[staging] Hut" # there\n'
    )
    assert json.loads(found.texts["portfolio.yaml"])["properties"]["villa"] == {
        **VILLA,
        "bedrooms": 5,
    }


def test_an_empty_cell_of_an_overlay_declares_nothing(project: Project) -> None:
    """The file below it does, and gets the value."""
    project.write("staging.csv", "resource_name,name,bedrooms\nvilla,Stage,\n")
    project.drift("villa", {**VILLA, "name": "Stage"}, name="Hut", bedrooms=5)
    found = project.accept()
    assert found.left == []
    assert found.texts["staging.csv"] == "resource_name,name,bedrooms\nvilla,Hut,\n"
    villa = json.loads(found.texts["portfolio.yaml"])["properties"]["villa"]
    assert villa == {**VILLA, "bedrooms": 5}


def test_a_value_that_another_file_would_still_declare_is_left(project: Project) -> None:
    """One that comes to light without that above it, or stays above it; all else is accepted."""
    fields = {**VILLA, "address": "2 Road", "attributes": {"rules": {"a": 1, "b": 2}}}
    declared = {"villa": {**VILLA, "attributes": {"rules": {"a": 1}}}}
    project.names.clear()
    project.write("base.json", json.dumps({"properties": declared}))
    project.write("rules.yaml", "properties: {villa: {attributes: {rules: {b: 2}}}}\n")
    project.write("staging.csv", "resource_name,address\nvilla,2 Road\n")
    project.drift("villa", fields, bedrooms=5, address=None, attributes={"rules": None})
    found = project.accept()
    assert {notice.code for notice in found.left} == {MessageCode.NOT_EXTENDABLE}
    assert [str(notice).split(": ")[1] for notice in found.left] == ["address", "rules"]
    declared["villa"]["bedrooms"] = 5
    assert {name: json.loads(text) for name, text in found.texts.items()} == {
        "base.json": {"properties": declared}
    }


def test_what_no_file_declares_is_left(project: Project) -> None:
    """A value that the program computes, or clears, and a resource outside a portfolio."""
    computed = {**VILLA, "bedrooms": 30, "attributes": {"note": None}}
    project.drift("villa", computed, bedrooms=31, attributes={"note": "new"})
    project.preview.listing(
        "shed", last={"name": "Shed"}, current={"name": "Barn"}, planned={"name": "Shed"}
    )
    found = project.accept()
    assert found.fields == []
    assert sorted(map(str, found.left)) == [
        message(MessageCode.DECLARED_ELSEWHERE, "Shed", "name", '"Barn"', "--file", "--overlay"),
        message(MessageCode.DECLARED_ELSEWHERE, "Villa", "bedrooms", 30, 31, "--overlay"),
        message(MessageCode.DECLARED_ELSEWHERE, "Villa", "note", '"new"', "--overlay"),
    ]


def test_what_a_file_cannot_declare_is_left(project: Project) -> None:
    """Secrets, values that `validate` refuses, and numbers that Pulumi may have rounded."""
    fields = {**VILLA, "status": "active", "attributes": {"code": "[secret]", "big": 1}}
    project.names.clear()
    declared = {**fields, "attributes": {"code": "0000", "big": 1}}
    project.write("portfolio.yaml", json.dumps({"properties": {"villa": declared}}))
    project.drift(
        "villa", fields, bedrooms=-1, name=None, attributes={"code": "new-code", "big": 2**53}
    )
    found = project.accept()
    assert (found.fields, found.texts) == ([], {})
    assert sorted(map(str, found.left)) == [
        message(MessageCode.INVALID_VALUE, "bedrooms", -1),
        message(MessageCode.INEXACT_NUMBER, "big"),
        message(MessageCode.SECRET_IN_FILE, "code", "pulumi config set"),
        message(MessageCode.INVALID_VALUE, "Villa", "name"),
    ]
    assert not any("new-code" in str(notice) for notice in found.left)


def test_a_value_that_others_share_is_left(project: Project) -> None:
    """An anchor's value is that of other entries as well; what is beside it is accepted."""
    project.names.clear()
    project.write(
        "shared.yaml",
        "properties:\n"
        "  villa: {name: Villa, bedrooms: &three 3, max_guests: 6}\n"
        "  loft: {name: Loft, bedrooms: *three}\n",
    )
    project.drift(
        "villa", {"name": "Villa", "bedrooms": 3, "max_guests": 6}, bedrooms=4, max_guests=8
    )
    found = project.accept()
    assert [each.field for each in found.fields] == ["max_guests"]
    assert [*map(str, found.left)] == [
        message(MessageCode.NOT_EXTENDABLE, "Villa", "bedrooms", 4, "shared.yaml")
    ]
    assert found.texts["shared.yaml"].count("&three 3") == 1


def test_a_deleted_listing_is_left(project: Project) -> None:
    """To accept a deletion is to remove the entry, which nobody does by the way."""
    project.preview.listing(
        "portfolio-villa", last=VILLA, planned=VILLA, op="create", portfolio="portfolio"
    )
    found = project.accept()
    assert found.texts == {}
    assert [*map(str, found.left)] == [message(MessageCode.DELETED_OUTSIDE, "Villa", "villa")]


def test_of_several_portfolios_one_is_named(project: Project) -> None:
    """Two may have entries of the same key in different files."""
    project.drift("villa", VILLA, bedrooms=4)
    project.preview.listing("b-villa", last=VILLA, planned=VILLA, op="same", portfolio="b")
    with raises(PortfolioFileError, MessageCode.SEVERAL_PORTFOLIOS, "b", "portfolio", "--name"):
        project.accept()
    assert [each.after for each in project.accept(portfolio="portfolio").fields] == [4]
    assert project.accept(portfolio="b") == Acceptance()
    with raises(PortfolioFileError, MessageCode.NOTHING_SELECTED, "c", "portfolio"):
        project.accept(portfolio="c")


def test_a_failed_preview_accepts_nothing(project: Project) -> None:
    """What it shows of other listings may not be all."""
    project.drift("villa", VILLA, bedrooms=4)
    project.preview.says("error", "error: no such account [not-in-this-account]")
    with raises(StackError, MessageCode.NOT_IN_THIS_ACCOUNT, "no such account"):
        project.accept()


def test_a_list_keeps_what_is_declared_of_its_elements() -> None:
    """What SetSmart adds to elements is not declared; what it adds to a list is."""
    declared: Json = [{"kind": "king", "beds": 1}, {"kind": "twin"}]
    actual: Json = [{"id": 7, "kind": "twin", "size": 2}, {"id": 8, "kind": "bunk", "beds": 2}]
    assert declared_part(actual, declared) == [{"kind": "twin"}, {"kind": "bunk", "beds": 2}]
    assert declared_part([{"id": 7}], []) == [{"id": 7}]
    assert declared_part([{"id": 7}], declared) == [{"id": 7}]
    assert declared_part({"id": 7}, 1) == {"id": 7}


def test_a_long_value_is_cut_in_messages_only(project: Project) -> None:
    """Its end says nothing to a person."""
    project.drift("villa", {**VILLA, "name": "another"}, name="x" * 5000)
    [notice] = project.accept().left
    assert notice.code == MessageCode.DECLARED_ELSEWHERE
    assert 200 < len(notice.message) < 1000


NAMES = st.text("abc_ .-/~é", min_size=1, max_size=5)
VALUES = nested(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab '\"#:,\n\\é", max_size=5), NAMES
)
ATTRIBUTES = st.dictionaries(NAMES, VALUES, min_size=1, max_size=4)


@pytest.mark.parametrize("form", ["yaml", "json"])
@settings(max_examples=30)
@given(last=ATTRIBUTES, data=st.data())
def test_after_it_the_files_declare_the_account(
    tmp_path_factory: pytest.TempPathFactory, form: str, last: dict[str, Any], data: st.DataObject
) -> None:
    """They have no violations, nothing of these fields differs, and other entries are the same."""
    current = {name: data.draw(st.just(value) | VALUES) for name, value in last.items()}
    project = Project(tmp_path_factory.mktemp("project"))
    other: Any = {"name": "Other", "attributes": {"a": 1}}
    entries = {"a": other, "villa": {"name": "Villa", "attributes": last}, "z": other}
    project.write(f"portfolio.{form}", json.dumps({"properties": entries}, indent=2))
    before = (project.folder / project.names[0]).read_text()
    fields = {"name": "Villa", "attributes": last}
    project.drift("villa", fields, attributes=current)

    found = project.accept()
    assert found.left == []
    text = found.texts.get(f"portfolio.{form}", before)
    merged: Any = merged_document({f"portfolio.{form}": text}).value
    villa = merged["properties"]["villa"]
    assert matches(villa["attributes"], current)
    assert is_equal(merged["properties"]["a"], other)
    start, end = before.index('"villa"'), before.index('"z"')
    assert text.startswith(before[:start])
    assert text.endswith(before[end:])

    again = Project(project.folder)
    again.write(f"portfolio.{form}", text)
    now = {**fields, "attributes": current}
    again.preview.listing(
        "portfolio-villa", last=fields, current=now, planned=villa, portfolio="portfolio"
    )
    assert again.accept() == Acceptance()
