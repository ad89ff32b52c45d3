"""`pulumi-setsmart convert --update`: newer spreadsheets applied to portfolio files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.messages import message
from support.spreadsheets import convert, listings

from pulumi_setsmart.models.message_code import MessageCode

PORTFOLIOS = {
    "portfolio.yaml": (
        "# Our listings\nproperties:\n    # the large one\n    villa:  # by the sea\n"
        "        name: Villa  # as on the sign\n        bedrooms: 3\n"
        "    # the small one\n    loft:  # in town\n        name: 'Loft'\n        bedrooms: 1\n"
        "        attributes: {pets: true}\n    # the end\n"
    ),
    "portfolio.json": (
        '{"properties": {"villa": {"name": "Villa", "bedrooms": 3}, '
        '"loft": {"name": "Loft", "bedrooms": 1, "attributes": {"pets": true}}}}'
    ),
    "portfolio.csv": (
        'sep=;\nresource_name;name;bedrooms;attributes.pets:json;;\n"villa";"Villa";3;;;\n\n'
        '"loft";"Loft";1;true;;'
    ),
}
"""One portfolio in each format: comments, quotes, blank lines and endings are to stay."""

VILLA = {"name": "Villa", "bedrooms": 3}
LOFT = {"name": "Loft", "bedrooms": 1, "attributes": {"pets": True}}

each_format = pytest.mark.parametrize("name", PORTFOLIOS)


@pytest.fixture
def update(tmp_path: Path, name: str) -> Callable[..., str]:
    """Return what applies a sheet to the portfolio and returns what is printed."""
    (tmp_path / name).write_text(PORTFOLIOS[name], newline="")

    def run(content: str, *arguments: str) -> str:
        result = convert(tmp_path, content, "--update", *arguments, name=name)
        assert result.exit_code == 0, result.output
        return result.output

    return run


@each_format
def test_a_sheet_that_says_the_same_changes_no_byte(
    tmp_path: Path, name: str, update: Callable[..., str]
) -> None:
    """A difference in the repository would be one that somebody has to review."""
    if name == "portfolio.json":
        update("Name,Bedrooms\nVilla,3\nLoft,1\n")
    before = (tmp_path / name).read_text()
    output = update("Name,Bedrooms\nLoft,1\nVilla,3\n")
    assert (tmp_path / name).read_text().rstrip("\n") == before.rstrip("\n")
    assert "0 new, 0 changed, 2 unchanged, 0 without a row" in output


@each_format
def test_a_newer_sheet_changes_fields_and_adds_rows(
    tmp_path: Path, name: str, update: Callable[..., str]
) -> None:
    """Other fields, order and entries without a row stay, unless they are pruned."""
    sheet = "Name,Bedrooms,Address\nBarn,5,9 Road\nLoft,2,\n"
    output = update(sheet)
    barn = {"name": "Barn", "bedrooms": 5, "address": "9 Road"}
    after = [("villa", VILLA), ("loft", {**LOFT, "bedrooms": 2}), ("barn", barn)]
    assert [*listings(tmp_path, name).items()] == after
    for line in (
        "+ barn",
        "~ loft: bedrooms: 1 => 2",
        "  villa: no row, stays (--prune removes it)",
    ):
        assert line in output.splitlines()
    assert "1 new, 1 changed, 0 unchanged, 1 without a row" in output
    assert "- villa" in update(sheet, "--prune").splitlines()
    assert [*listings(tmp_path, name).items()] == after[1:]


@each_format
def test_a_new_title_is_the_same_listing_by_its_id(
    tmp_path: Path, name: str, update: Callable[..., str]
) -> None:
    """The ids are in the mapping since the first sheet that has them."""
    update("ID,Name\n7,Villa\n8,Loft\n")
    output = update("ID,Name\n8,Loft\n7,Chalet\n")
    assert '~ villa: name: "Villa" => "Chalet"' in output.splitlines()
    assert listings(tmp_path, name) == {"villa": {**VILLA, "name": "Chalet"}, "loft": LOFT}


@each_format
def test_a_new_title_is_the_same_listing_by_its_key(
    tmp_path: Path, name: str, update: Callable[..., str]
) -> None:
    """A sheet may have the keys of the portfolio."""
    update("Code,Name\nvilla,Chalet\nloft,Loft\n", "--key", "Code")
    assert listings(tmp_path, name) == {"villa": {**VILLA, "name": "Chalet"}, "loft": LOFT}


@each_format
@pytest.mark.parametrize("column", ["ID,", ""], ids=["id", "name"])
def test_a_changed_key_names_the_old_one(
    tmp_path: Path, name: str, update: Callable[..., str], column: str
) -> None:
    """So Pulumi keeps the listing, however often the key changes."""
    one, two = ("7,", "8,") if column else ("", "")
    header = f"{column}Name,Code\n"
    update(f"{header}{one}Villa,villa\n{two}Loft,loft\n", "--key", "Code")
    output = update(f"{header}{one}Villa,sea\n{two}Loft,loft\n")
    assert any("villa => sea" in line and "formerly" in line for line in output.splitlines())
    text = (tmp_path / name).read_text()
    formerly = [(name.endswith(".csv") and ["villa"]) or "villa"][0]
    assert [*listings(tmp_path, name).items()] == [
        ("sea", {**VILLA, "formerly": formerly}),
        ("loft", LOFT),
    ]
    update(f"{header}{one}Villa,sea\n{two}Loft,loft\n")
    assert (tmp_path / name).read_text() == text
    update(f"{header}{one}Villa,ocean\n{two}Loft,loft\n")
    assert listings(tmp_path, name)["ocean"]["formerly"] == ["villa", "sea"]


@pytest.mark.parametrize("name", ["portfolio.yaml"])
def test_a_changed_key_keeps_its_comments(tmp_path: Path, update: Callable[..., str]) -> None:
    """People write them about the listing, not about its key."""
    update("Name,Code\nVilla,sea\nLoft,town\n", "--key", "Code")
    written = (tmp_path / "portfolio.yaml").read_text()
    for comment in ("sea: # by the sea", "name: Villa # as on the sign", "town: # in town"):
        assert comment in " ".join(written.split())
    assert "# Our listings\nproperties:\n    # the large one\n    sea:" in written
    assert "    # the small one\n    town:" in written
    assert "    # the end\n" in written


@each_format
@pytest.mark.parametrize(
    "sheet",
    ["ID,Name,Code\n7,Villa,loft\n8,Loft,villa\n", "ID,Name,Code\n7,Villa,loft\n8,Loft,town\n"],
    ids=["swapped", "moved-on"],
)
def test_a_key_that_another_entry_has_is_not_given_to_a_second(
    tmp_path: Path, name: str, update: Callable[..., str], sheet: str
) -> None:
    """Two entries would claim one listing."""
    update("ID,Name\n7,Villa\n8,Loft\n")
    output = update(sheet, "--key", "Code")
    assert message(MessageCode.KEY_KEPT, "villa", "loft") in output.splitlines()
    loaded = listings(tmp_path, name)
    assert loaded["villa"]["name"] == "Villa"
    assert next(each["name"] for key, each in loaded.items() if key != "villa") == "Loft"


@each_format
def test_a_former_key_is_no_new_listing(
    tmp_path: Path, name: str, update: Callable[..., str]
) -> None:
    """A sheet may still have the key that was changed in the portfolio."""
    update("ID,Name,Code\n7,Villa,villa\n8,Loft,loft\n", "--key", "Code")
    update("ID,Name,Code\n7,Villa,sea\n8,Loft,loft\n")
    loaded = listings(tmp_path, name)
    output = update("ID,Name,Code\n7,Villa,villa\n8,Loft,loft\n")
    assert message(MessageCode.KEY_KEPT, "villa", "sea") in output.splitlines()
    (tmp_path / "portfolio.map.yaml").unlink()
    update("Name,Code\nChalet,villa\n", "--key", "Code")
    assert listings(tmp_path, name) == {**loaded, "sea": {**loaded["sea"], "name": "Chalet"}}


@each_format
def test_a_sheet_may_name_former_keys(
    tmp_path: Path, name: str, update: Callable[..., str]
) -> None:
    """As a portfolio in CSV does."""
    update("resource_name,name,formerly\nsea,Chalet,villa\n")
    formerly = ["villa"] if name.endswith(".csv") else "villa"
    assert listings(tmp_path, name) == {
        "sea": {**VILLA, "name": "Chalet", "formerly": formerly},
        "loft": LOFT,
    }


@each_format
def test_a_new_listing_does_not_get_a_former_key(
    tmp_path: Path, name: str, update: Callable[..., str]
) -> None:
    """It would take over the listing of another."""
    update("ID,Name,Code\n7,Villa,sea\n", "--key", "Code", "--map", "ID=id")
    update("ID,Name,Code\n7,Chalet,sea\n9,Villa,v2\n")
    assert [*listings(tmp_path, name)] == ["sea", "loft", "v2"]
    (tmp_path / "portfolio.map.yaml").unlink()
    update("Name\nChalet\nLoft\nVilla\nVilla Nova\nvilla\n")
    assert [*listings(tmp_path, name)] == ["sea", "loft", "v2", "villa-nova", "villa-2"]


@pytest.mark.parametrize("name", ["portfolio.csv"])
def test_a_portfolio_in_csv_gets_the_columns_that_it_needs(
    tmp_path: Path, update: Callable[..., str]
) -> None:
    """The type of a further field is in the name of its column."""
    update(
        "Name,Address,Rent,Tags,Note\nVilla,1 Road,90.5,a;b,x\n",
        *("--map", "Rent=attributes.rent:number", "--map", "Tags=attributes.tags:list"),
        *("--map", "Note=attributes.note"),
    )
    assert (tmp_path / "portfolio.csv").read_text() == (
        "sep=;\nresource_name;name;bedrooms;attributes.pets:json;address;attributes.rent:number;"
        "attributes.tags:json;attributes.note;;\n"
        'villa;Villa;3;;1 Road;90.5;"[""a"", ""b""]";x;;\n\nloft;Loft;1;true;;;;;;\n'
    )


@pytest.mark.parametrize("name", ["portfolio.csv"])
def test_what_a_column_cannot_hold_is_named(tmp_path: Path, name: str) -> None:
    """Nothing else is written instead."""
    before = "resource_name,name,attributes.pets\nloft,Loft,yes\n"
    (tmp_path / name).write_text(before)
    result = convert(
        tmp_path,
        "Name,Pets\nLoft,no\n",
        "--update",
        "--map",
        "Pets=attributes.pets:boolean",
        name=name,
    )
    assert result.stderr.splitlines()[-1] == message(
        MessageCode.NOT_EXTENDABLE, "portfolio.csv:", "attributes of loft"
    )
    assert (tmp_path / name).read_text() == before


def test_a_newer_sheet_changes_what_it_says_and_keeps_the_rest(tmp_path: Path) -> None:
    """Comments, order, other fields, keys and entries without a row stay, unless pruned."""
    assert convert(tmp_path, "id,Name,Bedrooms\n1,Villa,3\n2,Loft,1\n").exit_code == 0
    portfolio = tmp_path / "portfolio.yaml"
    before = portfolio.read_text().replace("  loft:", "  # the small one\n  loft:")
    portfolio.write_text(before + "    attributes: {pets: true}\n")
    newer = "id,Name,Bedrooms\n3,Barn,5\n2,Loft Deluxe,2\n"
    result = convert(tmp_path, newer, "--update")
    assert result.exit_code == 0, result.output
    villa, barn = {"name": "Villa", "bedrooms": 3}, {"name": "Barn", "bedrooms": 5}
    loft = {"name": "Loft Deluxe", "bedrooms": 2, "attributes": {"pets": True}}
    assert [*listings(tmp_path).items()] == [("villa", villa), ("loft", loft), ("barn", barn)]
    assert "  # the small one\n  loft:" in portfolio.read_text()
    assert convert(tmp_path, newer, "--update", "--prune").exit_code == 0
    assert listings(tmp_path) == {"loft": loft, "barn": barn}


def test_an_update_says_what_may_be_a_renamed_listing(tmp_path: Path) -> None:
    """Without ids, a new name at the same address is a new listing, and nobody overlooks it."""
    convert(tmp_path, "Name,Address\nVilla,1 Road\n")
    result = convert(tmp_path, "Name,Address\nChalet,1 Road\n", "--update")
    assert message(MessageCode.POSSIBLE_RENAME, "chalet", "villa") in result.stderr.splitlines()
    assert [*listings(tmp_path)] == ["villa", "chalet"]


def test_entries_that_share_values_are_not_changed_together(tmp_path: Path) -> None:
    """An alias in the YAML would change another listing as well."""
    shared = (
        "properties:\n  a:\n    name: A\n    attributes: &x {n: '1'}\n"
        "  b:\n    name: B\n    attributes: *x\n"
    )
    (tmp_path / "portfolio.yaml").write_text(shared)
    result = convert(tmp_path, "Name,N\nA,2\n", "--update", "--map", "N=attributes.n")
    assert result.stderr.splitlines()[-1] == message(MessageCode.NOT_EXTENDABLE, "portfolio.yaml:")
    assert (tmp_path / "portfolio.yaml").read_text() == shared


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("name: A", "name: A\n    bedrooms: 2"),
        ("name: A  # eol", "name: A  # eol\n    bedrooms: 2"),
        ("name: A\n    attributes: {x: y}", "name: A\n    attributes: {x: y}\n    bedrooms: 2"),
        (
            "name: A\n    attributes:\n      l:\n        - p  # eol",
            "name: A\n    attributes:\n      l:\n        - p  # eol\n    bedrooms: 2",
        ),
        ("name: A\n    status: |\n      s", "name: A\n    status: |\n      s\n    bedrooms: 2"),
    ],
    ids=["plain", "end-of-line", "flow", "list", "block"],
)
@pytest.mark.parametrize("below", ["  # about b\n", "\n  # about b\n\n", "\n", ""])
def test_comments_below_an_entry_stay_below_it(
    tmp_path: Path, before: str, after: str, below: str
) -> None:
    """They are about the next entry, whatever the last field was."""
    text = "properties:\n  a:\n    {}\n{}  b:\n    name: B\n"
    (tmp_path / "portfolio.yaml").write_text(text.format(before, below))
    result = convert(tmp_path, "Name,Bedrooms\nA,2\n", "--update")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "portfolio.yaml").read_text() == text.format(after, below)
