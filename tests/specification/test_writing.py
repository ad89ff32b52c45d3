"""From typed specifications to files, and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from support.json_values import ANY_JSON, nested

from pulumi_setsmart import CLEAR, ConfiguredSecret
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.specification.arguments import PropertyArgs
from pulumi_setsmart.specification.document import Document, FileLocation
from pulumi_setsmart.specification.format import Format
from pulumi_setsmart.specification.reading import (
    entries_in,
    entries_of,
    read_entries,
    read_portfolio,
)
from pulumi_setsmart.specification.sections import Entries
from pulumi_setsmart.specification.writing import extended_text, portfolio_text, updated_text
from pulumi_setsmart.specification.yaml_file import extended_yaml
from pulumi_setsmart.specification.yaml_reading import read_yaml
from pulumi_setsmart.specification.yaml_writing import yaml_text

TITLES = st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip)
PROSE = st.lists(
    st.sampled_from(["seaside", "a", " ", "  ", "\t", "\n", ": ", "\\", '"', "'"]),
    min_size=40,
    max_size=60,
).map("".join)
"""Long descriptions: what writes YAML may break their lines, and must not lose a blank there."""
TEXTS = st.text(st.characters(codec="utf-8")) | PROSE
LISTINGS = st.fixed_dictionaries(
    {"name": TITLES | st.sampled_from(["=1+1", "'=1", "yes", "12", "2026-01-01", "~", "<<"])},
    optional={
        "address": TEXTS,
        "bedrooms": st.integers(0, 9),
        "bathrooms": st.sampled_from([0, 1, 1.5]),
        "status": TITLES,
    },
)
ATTRIBUTES = st.fixed_dictionaries(
    {}, optional={"attributes": st.dictionaries(st.sampled_from(["a", "b"]), ANY_JSON | PROSE)}
)
MARKS = st.lists(
    st.sampled_from([*" \n:#-?,[]{}&*!|>'\"%@`.~=<0123eo", "no", "é", "\N{BEACH WITH UMBRELLA}"]),
    max_size=8,
).map("".join)
ODD_TEXTS = MARKS | st.text(st.characters(codec="utf-8"), max_size=12)
UNGROUPED_TEXTS = MARKS | st.text(st.characters(codec="utf-8", exclude_characters="_"), max_size=12)
"""Without digits in groups."""

NUMBERS = st.booleans() | st.integers() | st.floats(allow_nan=False)
ANY_LISTING = st.builds(lambda listing, attributes: {**listing, **attributes}, LISTINGS, ATTRIBUTES)


def checked(listings: Mapping[str, object], **webhooks: object) -> Entries:
    """Return these entries, as they are read from a file."""
    value: object = {"properties": listings, "webhooks": webhooks}
    return entries_of(Document(value, {"": FileLocation("p", 1)}))  # type: ignore[arg-type]  # JSON


def read_back(text: str, folder: Path, format_: Format) -> Entries:
    """Return what a file with this text says."""
    path = folder / f"p.{format_}"
    path.write_bytes(text.encode())
    return read_entries(path)


@pytest.mark.parametrize("format_", [Format.YAML, Format.JSON])
@given(st.dictionaries(TITLES, ANY_LISTING, max_size=3))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, format_: Format, listings: dict[str, object]
) -> None:
    """All of it, whatever the texts hold; and written again it is the same text."""
    portfolio = checked(listings)
    text = portfolio_text(portfolio, format_)
    again = read_back(text, tmp_path_factory.mktemp("p"), format_)
    assert again == portfolio
    assert portfolio_text(again, format_) == text


@given(st.dictionaries(ODD_TEXTS, nested(ODD_TEXTS | NUMBERS | st.none(), ODD_TEXTS), max_size=4))
@example({"<<": "=", "long" * 300: {"a\nb": [[{"x": None}], {}, []]}, "": "12:30"})
def test_every_reader_of_yaml_finds_what_was_written(value: dict[str, Json]) -> None:
    """Whatever the keys and values look like: ours, and another one for YAML 1.2."""
    text = yaml_text(value)
    assert repr(read_yaml(text, "a.yaml").value) == repr(value)
    assert repr(YAML(typ="safe", pure=True).load(text)) == repr(value)


@given(
    st.dictionaries(UNGROUPED_TEXTS, nested(UNGROUPED_TEXTS | NUMBERS, UNGROUPED_TEXTS), min_size=1)
)
@example({"opened": "2026-01-02", "at": "2026-01-02 10:00:00", "no": "012", "12": "-0x1F"})
def test_entries_look_the_same_if_they_are_added_later(entries: dict[str, Json]) -> None:
    """With the same quotes and indentation, so an update of a file changes no other line."""
    first = {"first": 1}
    later = extended_yaml(yaml_text({"properties": first}), {"properties": entries})
    assert later == yaml_text({"properties": {**first, **entries}})


@given(st.dictionaries(TITLES.map(str.strip), LISTINGS, max_size=3))
def test_a_spreadsheet_holds_the_documented_fields(
    tmp_path_factory: pytest.TempPathFactory, listings: dict[str, object]
) -> None:
    """An empty text is an empty cell; all else is read back, and written again the same."""
    portfolio = checked(listings)
    text = portfolio_text(portfolio, Format.CSV)
    again = read_back(text, tmp_path_factory.mktemp("p"), Format.CSV)
    for name, listing in portfolio["properties"].items():
        same = again["properties"][name]
        assert {**same, "address": ""} == {**listing, "address": ""}
        assert same.get("address", "") == listing.get("address", "")
    assert portfolio_text(again, Format.CSV) == text


def test_nothing_that_a_spreadsheet_would_run_begins_a_cell() -> None:
    """A listing can be called anything."""
    names = ["=1+1", "+1", "-1", "@x", "\t=1", "'=1"]
    listings = {str(number): {"name": name} for number, name in enumerate(names)}
    text = portfolio_text(checked(listings), Format.CSV)
    cells = [line.split(",")[1] for line in text.splitlines()[1:]]
    assert cells == ["'=1+1", "'+1", "'-1", "'@x", "'\t=1", "''=1"]


@pytest.mark.parametrize("format_", [Format.YAML, Format.JSON])
@pytest.mark.parametrize("events", [["*"], ["*", "a.b"]])
def test_a_subscription_to_everything_is_read_back(
    tmp_path: Path, format_: Format, events: list[str]
) -> None:
    """In YAML a `*` without quotes would be an alias."""
    portfolio = checked({}, hook={"url": "https://a.example/", "events": events})
    again = read_back(portfolio_text(portfolio, format_), tmp_path, format_)
    assert again == portfolio
    assert again["webhooks"]["hook"]["events"] == events


@pytest.mark.parametrize("format_", [Format.YAML, Format.JSON])
def test_null_and_references_keep_their_meaning(tmp_path: Path, format_: Format) -> None:
    """A field that is set to null, and where a secret is configured."""
    hook = {"url": "https://a.example/", "events": ["a.b"], "secret": {"config": "key"}}
    portfolio = checked({"villa": {"name": "Villa", "address": None}}, hook=hook)
    again = read_back(portfolio_text(portfolio, format_), tmp_path, format_)
    assert again == portfolio
    typed = read_portfolio(tmp_path / f"p.{format_}")
    assert typed.properties["villa"] == PropertyArgs(name="Villa", address=CLEAR)
    assert typed.webhooks["hook"].secret == ConfiguredSecret("key")


@pytest.mark.parametrize("format_", [Format.YAML, Format.JSON])
@given(
    st.dictionaries(TITLES, ANY_LISTING, max_size=3),
    st.dictionaries(TITLES, ANY_LISTING, max_size=3),
)
def test_entries_are_added_and_nothing_else_changes(
    tmp_path_factory: pytest.TempPathFactory,
    format_: Format,
    before: dict[str, object],
    more: dict[str, object],
) -> None:
    """Read back, the file is what it was, and then what was added."""
    added = {name: one for name, one in more.items() if name not in before}
    text = extended_text(portfolio_text(checked(before), format_), checked(added), format_)
    again = read_back(text, tmp_path_factory.mktemp("p"), format_)
    assert again == checked({**before, **added})
    assert [*again["properties"]] == [*before, *added]


COMMENTED = """\
# Ours.

---
properties:   # those by the sea
    villa:    # "Villa"
        name: 'Villa'
        bathrooms: 1.50  # and a half
        attributes: {list: [1, two], exact: [7.175674554865974e-242, 0x1F, 2026-01-02, 1_0]}
    # more to come
webhooks:
# the end
"""


def test_comments_order_and_quotes_survive() -> None:
    """Only lines are added; how deep a line is indented is taken from the file."""
    added = checked({"new": {"name": "New: one"}})
    lines = extended_text(COMMENTED, added, Format.YAML).splitlines()
    before = [" ".join(line.split()) for line in COMMENTED.splitlines()]
    after = [" ".join(line.split()) for line in lines]
    assert [line for line in after if line in before] == before
    assert [line for line in lines if " ".join(line.split()) not in before] == [
        "    new:",
        "        name: 'New: one'",
    ]


@pytest.mark.parametrize("text", ["", "# nothing yet", "properties:\n", "{}", "# a\n---\n"])
def test_an_empty_file_can_be_added_to(tmp_path: Path, text: str) -> None:
    """Its comments stay."""
    added = checked({"villa": {"name": "Villa"}})
    extended = extended_text(text, added, Format.YAML)
    assert read_back(extended, tmp_path, Format.YAML) == added
    assert all(line in extended for line in text.splitlines() if line.startswith("#"))


def test_rows_are_added_in_the_columns_of_the_spreadsheet() -> None:
    """With its own delimiter; what is there stays as it is, byte for byte."""
    text = "name;resource_name ;status\n\n'=1 ;one;active"
    added = checked({"two": {"name": "=Two;", "bedrooms": 2, "status": "draft"}})
    assert extended_text(text, added, Format.CSV) == f'{text}\r\n"\'=Two;";two;draft\r\n'


@pytest.mark.parametrize(
    ("text", "updated"),
    [
        (
            "resource_name;name\none;One\n\ntwo;Two\n",
            "resource_name;name;formerly\none;One;\n\ntwo;Two;old\n",
        ),
        (
            "sep=,\nresource_name,name,,\none,One,,\ntwo,Two,,\n",
            "sep=,\nresource_name,name,formerly,,\none,One,,,\ntwo,Two,old,,\n",
        ),
        (
            "resource_name,Formerly,name\none,first,One\ntwo,,Two\n",
            "resource_name,Formerly,name\none,first,One\ntwo,old,Two\n",
        ),
    ],
)
def test_a_spreadsheet_gets_a_column_of_former_keys(text: str, updated: str) -> None:
    """After the last title; the values that are there stay in their columns."""
    members: Entries = {"properties": {"two": {"formerly": ["old"]}}}
    assert updated_text(text, members, {}, {}, Format.CSV) == updated
    assert entries_in(updated, "a.csv")["properties"]["two"]["formerly"] == ["old"]
