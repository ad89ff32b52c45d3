"""From files to typed specifications."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from support.json_values import ANY_JSON

from pulumi_setsmart import (
    CLEAR,
    ConfiguredSecret,
    PortfolioArgs,
    PortfolioFileError,
    PropertyArgs,
    WebhookSubscriptionArgs,
)
from pulumi_setsmart.specification.reading import LARGEST_FILE, read_portfolio

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


def refusal(path: Path, *overlays: Path) -> str:
    """Return the reason why a file is refused, less the folder; it must be one line."""
    with pytest.raises(PortfolioFileError) as caught:
        read_portfolio(path, overlays)
    [line] = caught.value.message.splitlines()
    return line.removeprefix(f"{path.parent}/")


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


def test_a_date_in_yaml_is_a_text_and_an_alias_is_what_it_stands_for(tmp_path: Path) -> None:
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
    ("text", "reason"),
    [
        (VILLA + "    name: Loft\n", "4: name is twice in the object that begins in line 2"),
        (VILLA + "  villa: {}\n", "4: villa is twice in the object that begins in line 1"),
        (
            VILLA + "    bedrooms: two\n",
            "4: properties.villa.bedrooms: must be a whole number, not",
        ),
        (VILLA + "    bedrooms: .nan\n", "4: properties.villa.bedrooms: must be a finite number"),
        (VILLA + "    beds: 2\n", "4: properties.villa.beds: is an unknown field of a property"),
        (VILLA + "    id: prop_1\n", "4: properties.villa.id: is an unknown field of a property"),
        (VILLA + "    if_exists: keep\n", "4: properties.villa.if_exists: must be one of error,"),
        (VILLA + "    attributes: {name: x}\n", "4: properties.villa.attributes.name: has an arg"),
        (VILLA + "    attributes: [x]\n", "4: properties.villa.attributes: must be an object"),
        (VILLA + "  loft:\n    bedrooms: 2\n", "4: properties.loft.name: is required"),
        (VILLA + "  loft: Loft\n", "4: properties.loft: must hold fields, not a string"),
        (VILLA + "  ' ': {name: x}\n", "4: properties. : a property needs a name for its res"),
        (VILLA + "    beds: 2\n    rooms: 2\n    bedrooms: x\n", " (and 2 more)"),
        ("listings: {}\n", "1: is an unknown section; there are properties and webhooks"),
        (
            "properties: [villa]\n",
            "1: properties: must hold each property under a name",
        ),
        ("- villa\n", "1: must hold properties and webhooks, not a list"),
        ("properties: {villa\n", "2: is not YAML: "),
        ("properties:\n\tvilla: 1\n", "2: is not YAML: "),
        ("{}\n---\n{}\n", "2: contains more than one YAML document"),
        ("properties: \x00\n", "1: contains a control character, which YAML does not allow"),
        ("properties: !!python/name:os.system\n", "1: has a tag, which is not supported"),
        ("properties: {<<: {}}\n", "1: merge keys (<<) are not part of YAML 1.2; use an overlay"),
        ("properties: {[1]: {}}\n", "1: a key must be a string"),
        ("properties: &a {villa: *a}\n", "1: is nested more than 100 deep"),
        ("[" * 5000, "1: is nested more than 100 deep"),
        (f"properties: {{villa: {{name: {'9' * 5000}}}}}\n", "1: is a number that cannot be read"),
        (BOMB, "unfolds to more than 400,000 values"),
    ],
)
def test_a_bad_file_in_yaml_is_one_clear_line(tmp_path: Path, text: str, reason: str) -> None:
    """It names file, line and field, and what would be right."""
    line = refusal(written(tmp_path, "p.yaml", text))
    assert line.startswith("p.yaml:")
    assert reason in line
    if reason[0].isdigit():
        assert line.startswith(f"p.yaml:{reason}")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"properties":\n{"a": {"name": "x",\n"name": "y"}}}', "3: name is twice in the same"),
        (
            '{"properties":\n{"a": {"name": "\\ud83d\\ude00",\n"bedrooms": true}}}',
            "3: properties.a.b",
        ),
        (
            '{"properties":\n{"a": {"name": "x", "bathrooms": NaN}}}',
            "2: properties.a.bathrooms: must",
        ),
        (
            '{"properties": {"a": {"name": ' + "9" * 5000 + "}}}",
            "1: contains a number that is too",
        ),
        ('{"properties":\n{"a" {}}}', "2: is not JSON: "),
        ('[{"a": 1},\n{"b": 2}]', "1: must hold properties and webhooks, not a list"),
        ('{"properties":\n{"a": {"name": "\\ud83d"}}}', "2: properties.a.name: holds half a char"),
        (
            '{"properties":\n{"a\\ud83d": {"name": "x"}}}',
            "2: properties.a\\ud83d: holds half a",
        ),
        ("[" * 100_000, "1: is nested more than 100 deep"),
        ("", "1: is not JSON: "),
    ],
)
def test_a_bad_file_in_json_is_one_clear_line(tmp_path: Path, text: str, reason: str) -> None:
    """As in YAML."""
    assert refusal(written(tmp_path, "p.json", text)).startswith(f"p.json:{reason}")


HEADER = "resource_name,name,bedrooms\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "1: there is no column resource_name"),
        ("resource_name,title\n", "1: title is an unknown column; there are resource_name, name"),
        ("resource_name,name,name\n", "1: there are two columns name"),
        ("resource_name,,name\n", "1: an empty title is an unknown column"),
        (HEADER + "a,A\n", "2: has 2 cells where there are 3 columns"),
        (HEADER + ",A,1\n", "2: resource_name: must not be empty"),
        (HEADER + 'a,"A\nA",1\na,A,1\n', "4: a is also in line 2"),
        (HEADER + "a,A,1\nb,B,two\n", "3: bedrooms: must be a number like 2 or 1.5"),
        (HEADER + "a,A,1\nb,B,nan\n", "3: bedrooms: must be a number like 2 or 1.5"),
        (HEADER + "a,A,1\nb,B,1.5\n", "3: properties.b.bedrooms: must be a whole number"),
        (HEADER + "a,A,1\nb,,1\n", "3: properties.b.name: is required"),
        (HEADER + 'a,A,1\nb,"B,1\n', "3: is not CSV: "),
    ],
)
def test_a_bad_spreadsheet_is_one_clear_line(tmp_path: Path, text: str, reason: str) -> None:
    """It names the row by its first line."""
    assert refusal(written(tmp_path, "p.csv", text)).startswith(f"p.csv:{reason}")


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
        line = refusal(path)
        assert line.startswith("p.json:1: webhooks.hook.secret: does not belong in a file")
        assert "pulumi config set --secret" in line
        assert "hush" not in line


def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    """It is missing, a folder, too large, of another format or in another encoding."""
    (tmp_path / "folder.yaml").mkdir()
    ten_megabytes = b"# \n" * (10 * 1000**2 // 3)
    assert len(ten_megabytes) > LARGEST_FILE
    assert refusal(tmp_path / "no.yaml") == "no.yaml: cannot be read: No such file or directory"
    assert refusal(tmp_path / "folder.yaml") == "folder.yaml: cannot be read: Is a directory"
    assert refusal(written(tmp_path, "p.yaml", ten_megabytes)) == "p.yaml: is larger than 8 MiB"
    assert refusal(written(tmp_path, "p.txt", "")).startswith("p.txt: must end in one of .yaml,")
    latin = written(tmp_path, "l.yaml", "properties:\n  # Caf\xe9\n".encode("latin-1"))
    assert refusal(latin) == "l.yaml:2: is not UTF-8"


@given(ANY_JSON | st.fixed_dictionaries({"properties": ANY_JSON, "webhooks": ANY_JSON}))
def test_whatever_a_file_holds_is_a_portfolio_or_refused(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    """In one line, and YAML takes any JSON for the same."""
    folder = tmp_path_factory.mktemp("any")
    as_json, as_yaml = (
        outcome(written(folder, name, json.dumps(value, allow_nan=False)))
        for name in ("p.json", "p.yaml")
    )
    assert len(str(as_json).splitlines()) == 1
    assert type(as_json) is type(as_yaml)
    if isinstance(as_json, PortfolioArgs):
        assert as_json == as_yaml


@given(st.text() | st.binary())
def test_any_text_is_a_portfolio_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str | bytes
) -> None:
    """In every format, whatever the bytes."""
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    folder = tmp_path_factory.mktemp("any")
    for name in ("p.json", "p.yaml", "p.csv"):
        assert len(str(outcome(written(folder, name, content))).splitlines()) == 1
