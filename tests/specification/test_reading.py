"""From files to typed specifications."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from support.json_values import ANY_JSON
from support.messages import message, raises

from pulumi_setsmart import (
    CLEAR,
    ConfiguredSecret,
    PortfolioArgs,
    PortfolioFileError,
    PropertyArgs,
    WebhookSubscriptionArgs,
)
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.document import LARGEST_FILE
from pulumi_setsmart.specification.format import Format
from pulumi_setsmart.specification.reading import (
    check_files,
    read_entries,
    read_portfolio,
)
from pulumi_setsmart.specification.writing import extended_text

PORTFOLIO = {
    "properties": {
        "villa": {
            "name": 'Sea "Villa" 🏖',
            "address": None,
            "bedrooms": 3,
            "bathrooms": 1.5,
            "attributes": {"pets": True, "rooms": [{"beds": 2, "note": None}]},
            "deletion_policy": "deactivate",
            "if_exists": None,
        },
        "בית": {"name": "בית הים", "existing_id": "prop_7"},
    },
    "webhooks": {
        "bookings": {
            "url": "https://hooks.example/",
            "events": ["reservation.created"],
            "secret": {"config": "hooks:bookings"},
            "status": "active",
        }
    },
}
SPECIFICATION = PortfolioArgs(
    properties={
        "villa": PropertyArgs(
            name='Sea "Villa" 🏖',
            address=CLEAR,
            bedrooms=3,
            bathrooms=1.5,
            attributes={"pets": True, "rooms": [{"beds": 2, "note": CLEAR}]},
            deletion_policy="deactivate",
        ),
        "בית": PropertyArgs(name="בית הים", existing_id="prop_7"),
    },
    webhooks={
        "bookings": WebhookSubscriptionArgs(
            url="https://hooks.example/",
            events=["reservation.created"],
            secret=ConfiguredSecret("hooks:bookings"),
            status="active",
        )
    },
)


def written(folder: Path, name: str, text: str | bytes) -> Path:
    """Return a file with this name and content."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def expect_error(path: Path, code: str, *facts: str) -> str:
    """Return the message of the error that a file causes, with the file and the facts.

    The first fact follows the name of the file. After the line that it begins with, there is a
    column.
    """
    location, *more = facts
    number, _, rest = location.partition(":")
    expected = rf"{number}:\d+:{re.escape(rest)}" if number else re.escape(location)
    with raises(PortfolioFileError, MessageCode(code), *more) as caught:
        read_portfolio(path)
    [line] = str(caught.value).splitlines()
    assert re.match(f"{re.escape(str(path))}:{expected}", line), line
    return line


def outcome(path: Path) -> PortfolioArgs | PortfolioFileError:
    """Return what becomes of a file; any other error is one of the test."""
    try:
        return read_portfolio(path)
    except PortfolioFileError as error:
        return error


def test_yaml_and_json_say_the_same(tmp_path: Path) -> None:
    """Null sets a field to null, secrets are references, any script goes."""
    as_json = written(tmp_path, "portfolio.json", json.dumps(PORTFOLIO, indent="\t"))
    as_yaml = tmp_path / "portfolio.YAML"
    YAML().dump(PORTFOLIO, as_yaml)
    assert read_portfolio(as_json) == SPECIFICATION
    assert read_portfolio(str(as_yaml)) == SPECIFICATION


def test_a_date_in_yaml_is_a_string_and_an_alias_is_its_value(tmp_path: Path) -> None:
    """A file holds what JSON can hold."""
    text = """
        properties:
          villa: {name: Villa, attributes: &extra {since: 2026-01-01, on: yes}}
          loft: {name: 12 Harbour, attributes: *extra}
    """
    loaded = read_portfolio(written(tmp_path, "a.yaml", textwrap.dedent(text)))
    assert loaded.properties["loft"].name == "12 Harbour"
    assert loaded.properties["loft"].attributes == {"since": "2026-01-01", "on": "yes"}


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "properties:\n", "webhooks: {}\n"])
def test_a_portfolio_may_be_empty(tmp_path: Path, text: str) -> None:
    """Sections that are missing or empty declare nothing."""
    assert read_portfolio(written(tmp_path, "a.yaml", text)) == PortfolioArgs()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_spreadsheet_has_a_listing_in_each_row(
    tmp_path: Path, delimiter: str, newline: str
) -> None:
    """Empty cells declare nothing; a guard against formulas is no part of a text."""
    rows = [
        ["name", "resource_name", "bedrooms", "bathrooms", "address"],
        ['"Sea ""Villa"""', "villa", "3", "1.5", ""],
        ["'=1+1", "sum", "", "2.0", f'"1 Road{delimiter} Town"'],
        ["", "", "", "", ""],
        ["''-quoted", "quoted", "0", "", ""],
        ["'tis", "tis", "", "", ""],
    ]
    text = "\ufeff" + newline.join(delimiter.join(row) for row in rows) + newline
    loaded = read_portfolio(written(tmp_path, "portfolio.csv", text))
    assert loaded == PortfolioArgs(
        {
            "villa": PropertyArgs(name='Sea "Villa"', bedrooms=3, bathrooms=1.5),
            "sum": PropertyArgs(name="=1+1", bathrooms=2, address=f"1 Road{delimiter} Town"),
            "quoted": PropertyArgs(name="'-quoted", bedrooms=0),
            "tis": PropertyArgs(name="'tis"),
        }
    )


BOMB = "a: &a [x, x]\n" + "".join(
    f"{letter}: &{letter} [{', '.join([f'*{before}'] * 20)}]\n"
    for before, letter in zip("abcdefgh", "bcdefghi", strict=True)
)
VILLA = "properties:\n  villa:\n    name: Villa\n"


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        (VILLA + "    name: Loft\n", "duplicate-key", ["4: name", "2"]),
        (VILLA + "  villa: {}\n", "duplicate-key", ["4: villa", "1"]),
        (VILLA + "    bedrooms: two\n", "invalid-value", ["4: properties.villa.bedrooms:"]),
        (VILLA + "    bedrooms: .nan\n", "missing-value", ["4: properties.villa.bedrooms:"]),
        (VILLA + "    beds: 2\n", "unknown-field", ["4: properties.villa.beds:", "bedrooms"]),
        (VILLA + "    id: prop_1\n", "unknown-field", ["4: properties.villa.id:"]),
        (
            VILLA + "    if_exists: keep\n",
            "invalid-value",
            ["4: properties.villa.if_exists:", "error"],
        ),
        (
            VILLA + "    attributes: {name: x}\n",
            "field-has-argument",
            ["4: properties.villa.attributes.name:"],
        ),
        (
            VILLA + "    attributes: [x]\n",
            "invalid-value",
            ["4: properties.villa.attributes:"],
        ),
        (VILLA + "  loft:\n    bedrooms: 2\n", "required", ["4: properties.loft.name:"]),
        (VILLA + "  loft: Loft\n", "invalid-portfolio", ["4: properties.loft:", "string"]),
        (VILLA + "  ' ': {name: x}\n", "invalid-portfolio", ["4: properties. :", "property"]),
        ("listings: {}\n", "invalid-portfolio", ["1:", "properties and webhooks"]),
        ("properties: [villa]\n", "invalid-portfolio", ["1: properties:", "property", "list"]),
        ("- villa\n", "invalid-portfolio", ["1:", "properties and webhooks", "list"]),
        ("properties: {villa\n", "invalid-syntax", ["2:", "YAML"]),
        ("properties:\n\tvilla: 1\n", "invalid-syntax", ["2:", "YAML"]),
        ("{}\n---\n{}\n", "unsupported-yaml", ["2:", "document"]),
        ("properties: \x00\n", "unsupported-yaml", ["1:"]),
        ("properties: !!python/name:os.system\n", "unsupported-yaml", ["1:", "tag"]),
        ("properties: {<<: {}}\n", "unsupported-yaml", ["1:", "(<<)", "YAML 1.2", "overlay"]),
        ("properties: {[1]: {}}\n", "unsupported-yaml", ["1:", "key"]),
        ("properties: &a {villa: *a}\n", "too-deep", ["1:", "100"]),
        ("[" * 5000, "too-deep", ["1:", "100"]),
        (f"properties: {{villa: {{name: {'9' * 5000}}}}}\n", "unsupported-yaml", ["1:"]),
        (BOMB, "too-many-values", ["5:", "400,000 values"]),
    ],
)
def test_a_bad_file_in_yaml_is_one_clear_line(
    tmp_path: Path, text: str, code: str, facts: list[str]
) -> None:
    """It names file, line and field, and what would be right."""
    expect_error(written(tmp_path, "p.yaml", text), code, *facts)


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        ('{"properties":\n{"a": {"name": "x",\n"name": "y"}}}', "duplicate-key", ["3: name"]),
        (
            '{"properties":\n{"a": {"name": "\\ud83d\\ude00",\n"bedrooms": true}}}',
            "invalid-value",
            ["3: properties.a.bedrooms:"],
        ),
        (
            '{"properties":\n{"a": {"name": "x", "bathrooms": NaN}}}',
            "missing-value",
            ["2: properties.a.bathrooms:"],
        ),
        ('{"properties": {"a": {"name": ' + "9" * 5000 + "}}}", "number-too-long", ["1:"]),
        (
            '{"properties": {"a": {"name": "x", "bedrooms": ' + "9" * 400 + "}}}",
            "inexact-number",
            ["1: properties.a.bedrooms:", "2^53"],
        ),
        ('{"properties":\n{"a" {}}}', "invalid-syntax", ["2:", "JSON"]),
        ('[{"a": 1},\n{"b": 2}]', "invalid-portfolio", ["1:", "properties and webhooks", "list"]),
        ('{"properties":\n{"a": {"name": "\\ud83d"}}}', "invalid-value", ["2: properties.a.name:"]),
        (
            '{"properties":\n{"a\\ud83d": {"name": "x"}}}',
            "invalid-value",
            ["2: properties.a\\ud83d:"],
        ),
        ("[" * 100_000, "too-deep", ["1:", "100"]),
        ("", "invalid-syntax", ["1:", "JSON"]),
    ],
)
def test_a_bad_file_in_json_is_one_clear_line(
    tmp_path: Path, text: str, code: str, facts: list[str]
) -> None:
    """As in YAML."""
    expect_error(written(tmp_path, "p.json", text), code, *facts)


HEADER = "resource_name,name,bedrooms\n"


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        ("", "invalid-table", ["1:", "resource_name"]),
        ("resource_name,title\n", "invalid-table", ["1: title", "resource_name, name"]),
        ("resource_name,name,name\n", "invalid-table", ["1:", "name"]),
        ("resource_name,,name\n", "invalid-table", ["1:", "title", "resource_name, name"]),
        (HEADER + "a,A\n", "invalid-table", ["2:", "2", "3"]),
        (HEADER + ",A,1\n", "invalid-table", ["2: resource_name:"]),
        (HEADER + 'a,"A\nA",1\na,A,1\n', "duplicate-key", ["4: a", "2"]),
        (HEADER + "a,A,1\nb,B,two\n", "invalid-table", ["3: bedrooms:", "2", "1.5"]),
        (HEADER + "a,A,1\nb,B,nan\n", "invalid-table", ["3: bedrooms:", "2", "1.5"]),
        (HEADER + "a,A,1\nb,B,1.5\n", "invalid-value", ["3: properties.b.bedrooms:"]),
        (HEADER + "a,A,1\nb,,1\n", "required", ["3: properties.b.name:"]),
        (HEADER + 'a,A,1\nb,"B,1\n', "invalid-syntax", ["3:", "CSV"]),
    ],
)
def test_a_bad_spreadsheet_is_one_clear_line(
    tmp_path: Path, text: str, code: str, facts: list[str]
) -> None:
    """It names the row by its first line."""
    expect_error(written(tmp_path, "p.csv", text), code, *facts)


def test_a_secret_does_not_belong_in_a_file(tmp_path: Path) -> None:
    """It is refused, not shown, and the message tells where it belongs."""
    for secret in (
        "whsec_hush",
        ["whsec_hush"],
        {"config": ""},
        {"config": "a", "b": "whsec_hush"},
    ):
        hook = {"url": "https://a.example/", "events": ["a.b"], "secret": secret}
        path = written(tmp_path, "p.json", json.dumps({"webhooks": {"hook": hook}}))
        line = expect_error(
            path, "secret-in-file", "1: webhooks.hook.secret:", "pulumi config set --secret KEY"
        )
        assert "hush" not in line


def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    """It is missing, a folder, too large, of another format or in another encoding."""
    (tmp_path / "folder.yaml").mkdir()
    ten_megabytes = b"# \n" * (10 * 1000**2 // 3)
    assert len(ten_megabytes) > LARGEST_FILE
    expect_error(tmp_path / "no.yaml", "unusable-file", "", "No such file or directory")
    expect_error(tmp_path / "folder.yaml", "unusable-file", "", "Is a directory")
    expect_error(written(tmp_path, "p.yaml", ten_megabytes), "unusable-file", "", "8 MiB")
    expect_error(written(tmp_path, "p.txt", ""), "unusable-file", "", ".yaml")
    latin = written(tmp_path, "l.yaml", "properties:\n  # Caf\xe9\n".encode("latin-1"))
    expect_error(latin, "unusable-file", "2:", "UTF-8")


@given(ANY_JSON | st.fixed_dictionaries({"properties": ANY_JSON, "webhooks": ANY_JSON}))
def test_any_json_is_a_portfolio_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    """In one line, and YAML takes any JSON for the same."""
    folder = tmp_path_factory.mktemp("any")
    as_json, as_yaml = (
        outcome(written(folder, name, json.dumps(value, allow_nan=False)))
        for name in ("p.json", "p.yaml")
    )
    if isinstance(as_json, PortfolioFileError):
        assert all(
            line.startswith((f"{folder}/p.json:1:", "and ")) for line in str(as_json).splitlines()
        )
    assert type(as_json) is type(as_yaml)
    if isinstance(as_json, PortfolioArgs):
        assert as_json == as_yaml


@given(st.text() | st.binary())
def test_any_file_is_a_portfolio_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, text: str | bytes
) -> None:
    """In every format, whatever the bytes."""
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    folder = tmp_path_factory.mktemp("any")
    for name in ("p.json", "p.yaml", "p.csv"):
        assert len(str(outcome(written(folder, name, content))).splitlines()) == 1


def test_a_spreadsheet_may_have_what_is_harmless(tmp_path: Path) -> None:
    """Capitals, a mark, `sep=`, empty columns at the end, and columns of further fields."""
    text = (
        "\ufeffsep=;\r\nResource_Name;NAME;Attributes.zip;attributes.Rent:number;"
        "attributes.tags:json;;\r\n"
        'a;A;04109;1.5;"[1, ""x""]";;\r\n'
    )
    attributes: dict[str, Json] = {"zip": "04109", "Rent": 1.5, "tags": [1, "x"]}
    entry: dict[str, Json] = {"name": "A", "attributes": attributes}
    entries = read_entries(written(tmp_path, "p.csv", text))
    assert entries["properties"] == {"a": entry}
    longer = extended_text(text.removeprefix("\ufeff"), {"properties": {"b": entry}}, Format.CSV)
    again = read_entries(written(tmp_path, "p.csv", longer))
    assert again["properties"] == {"a": entry, "b": entry}


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (HEADER + "a,A,1,\n", ["2:", "4", "3"]),
        (HEADER.rstrip("\n") + ",\na,A,1,x\n", ["2:"]),
        ("resource_name,name,attributes.\n", ["1:", "attributes.NAME"]),
        ("resource_name,name,attributes.n:decimal\n", ["1:", "attributes.NAME", ":number"]),
        ("resource_name,name,NAME\n", ["1:", "name"]),
        ("sep=;\nresource_name;name;attributes.n:number\na;A;1,5\n", ["3:", "attributes.n:"]),
    ],
)
def test_a_spreadsheet_stays_strict(tmp_path: Path, text: str, facts: list[str]) -> None:
    """A value without a title, or with another type than its column, is never dropped."""
    expect_error(written(tmp_path, "p.csv", text), MessageCode.INVALID_TABLE, *facts)


def test_an_error_has_the_first_ten_violations(tmp_path: Path) -> None:
    """One in each line with its place and code, in the order of the file, and their number."""
    fields = "".join(f"    {field}: 2\n" for field in "abcdefghijkl")
    path = written(tmp_path, "p.yaml", VILLA + fields + "    bedrooms: x\n")
    with pytest.raises(PortfolioFileError) as caught:
        read_portfolio(path)
    *lines, last = str(caught.value).splitlines()
    assert lines == [
        message(MessageCode.UNKNOWN_FIELD, f"{path}:{line}:5: properties.villa.{field}:")
        for line, field in enumerate("abcdefghij", 4)
    ]
    assert last == "and 3 more"
    assert caught.value.code == MessageCode.UNKNOWN_FIELD


def test_a_file_declares_null_itself(tmp_path: Path) -> None:
    """The argument of programs that names fields to clear is refused, with what to write."""
    path = written(tmp_path, "p.yaml", VILLA + "    clear: [address]\n")
    expect_error(path, MessageCode.UNKNOWN_FIELD, "4:", "clear", "address: null")


def test_a_file_that_cannot_be_parsed_hides_no_violation_of_another(tmp_path: Path) -> None:
    """The others are checked without what the missing one may declare."""
    base = written(tmp_path, "base.yaml", "properties: {villa\n")
    overlay = written(tmp_path, "overlay.yaml", "properties: {villa: {beds: 2}, loft: null}")
    missing = tmp_path / "no.yaml"
    with pytest.raises(PortfolioFileError) as caught:
        read_portfolio(base, [overlay, missing])
    assert str(caught.value).splitlines() == [
        message(MessageCode.INVALID_SYNTAX, f"{base}:2:1:"),
        message(MessageCode.UNKNOWN_FIELD, f"{overlay}:1:22: properties.villa.beds:"),
        message(MessageCode.UNUSABLE_FILE, f"{missing}:", "No such file or directory"),
    ]


@pytest.mark.parametrize(
    ("name", "lines", "places"),
    [
        (
            "p.yaml",
            [
                "properties:",
                "  villa: {name: Vïlla 日本, bedrooms: x, 'beds': 1}",
                "  loft: {name: Loft, bathrooms:\n    none, max_guests: [\n1]}",
                "  cabin: {name: A, name: B, bedrooms: !a 1, bathrooms: 1_0}",
            ],
            ["2:37", "2:40", "3:22", "4:23", "6:20", "6:39", "6:56"],
        ),
        (
            "p.json",
            [
                '{"properties": {"villa": {"name": "\\u00e9 日本", "bedrooms": "x",',
                ' "beds": 1, "attributes": {"name": 1}},',
                '\t"loft":\n[], "cabin": {"name": "A", "name": {}}}}',
            ],
            ["1:60", "2:2", "2:28", "3:2", "4:28"],
        ),
        (
            "p.csv",
            [
                "sep=;",
                "resource_name;name;bedroom;bedrooms;attributes.x:number",
                'a;"日\r\n""x""";1;two;3',
                "b;B;1;-1;three",
                ";C;1;;",
                "b;B;1;;",
                "d;D",
                "e;;1;;",
            ],
            ["2:20", "4:10", "5:7", "5:10", "6:1", "7:1", "8:1", "9:3"],
        ),
    ],
)
def test_a_violation_has_its_line_and_column(
    tmp_path: Path, name: str, lines: list[str], places: list[str]
) -> None:
    """In characters, of the value or of the key that is wrong; of the cell in a table."""
    path = written(tmp_path, name, "\n".join(lines))
    checked = check_files([path])
    assert [f"{each.location}".removeprefix(f"{path}:") for each in checked.violations] == places
