"""`formerly` in portfolio files: the keys that an entry had."""

from __future__ import annotations

import ast
import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pulumi
import pytest
from support.messages import message, raises

from pulumi_setsmart import Portfolio, PropertyArgs
from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.lifecycle.resource_key import ResourceKey
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.format import Format
from pulumi_setsmart.specification.reading import entries_in, read_portfolio
from pulumi_setsmart.specification.schema import portfolio_schema
from pulumi_setsmart.specification.writing import omissions, portfolio_text

NEVER_KEYS: list[Json] = ["", " ", 3, True, {}, {"a": "b"}, [3], ["a", ""], [["a"]], ["a", None]]


def entries(**formerly: Json) -> str:
    """Return a file in JSON whose listings have these former keys."""
    named = {key: {"name": key, "formerly": value} for key, value in formerly.items()}
    return json.dumps({"properties": named})


@pytest.mark.parametrize("former", ["a", ["a"], ["a", "b"], [], None])
def test_an_entry_names_its_former_keys(tmp_path: Path, former: Json) -> None:
    """One key or several, or none; a program gets them with the other arguments."""
    (tmp_path / "portfolio.json").write_text(entries(villa=former))
    assert read_portfolio(tmp_path / "portfolio.json").properties["villa"].formerly == former


@pytest.mark.parametrize("former", NEVER_KEYS)
def test_anything_else_is_no_key(former: Json) -> None:
    """The error names the entry."""
    with raises(PortfolioFileError, MessageCode.INVALID_VALUE, "properties.villa.formerly"):
        entries_in(entries(villa=former), "portfolio.json")


@pytest.mark.parametrize(
    ("formerly", "place", "fact"),
    [
        ({"a": "a"}, "properties.a.formerly", "a is the key"),
        ({"a": ["x", "b"], "b": None}, "properties.a.formerly", "b is the key of another"),
        ({"a": "x", "b": ["x"]}, "properties.a.formerly", "x is named by 2"),
    ],
)
def test_a_key_in_use_is_refused(formerly: dict[str, Json], place: str, fact: str) -> None:
    """Pulumi would prefer the resource of that name; the error says where and which."""
    with raises(PortfolioFileError, MessageCode.FORMER_KEY_USED, ":1:", place, fact):
        entries_in(entries(**formerly), "portfolio.json")


@pytest.mark.parametrize(
    "key",
    ["prop_1", "a b", "a.b", "a/b", "a::b", "$x", "a$b", "größe", "x" * 200, "1", "007", "1e3",
     "true", "Null", "~", "a: b", "a #b", "#a", "- a", "[a]", "{a}", "a,b", "'a'", '"a"', "`a`",
     "a\\b", "@a", "%a", "&a", "*a", "!a", "|a", "?a", "a:", '"', "a\u200bb", "yes", ".inf"],
)  # fmt: skip
def test_the_former_key_that_a_message_names_can_be_pasted(tmp_path: Path, key: str) -> None:
    """Into YAML of both styles; so can the alias, into a program."""
    old, new = (ResourceKey.of_entry(PROPERTY, "p", each) for each in (key, "new"))
    assert old is not None
    assert new is not None
    file = tmp_path / "portfolio.yaml"
    for style in ("{{name: Villa, {}}}", "\n    name: Villa\n    {}"):
        entry = style.format(f"formerly: {old.former_key_for(new)}")
        file.write_text(f"properties:\n  new: {entry}\n", encoding="utf-8")
        assert read_portfolio(file).properties["new"].formerly == key
    [alias] = re.findall('name=(".*")', old.alias_for(new))
    assert ast.literal_eval(alias) == f"p-{key}"


def test_keys_of_another_section_are_free() -> None:
    """A subscription may have the key that a listing had."""
    hook: Json = {"hook": {"url": "https://a.example/", "events": ["a.b"], "formerly": "villa"}}
    listing: Json = {"villa": {"name": "V", "formerly": "hook"}}
    entries_in(json.dumps({"properties": listing, "webhooks": hook}), "portfolio.json")


def test_an_overlay_that_brings_a_former_key_back_is_refused(tmp_path: Path) -> None:
    """Files are merged first, so the error names the file with `formerly`."""
    (tmp_path / "a.json").write_text(entries(villa="old"))
    (tmp_path / "b.json").write_text(json.dumps({"properties": {"old": {"name": "Old"}}}))
    with raises(PortfolioFileError, MessageCode.FORMER_KEY_USED, "a.json:1", "villa"):
        read_portfolio(tmp_path / "a.json", [tmp_path / "b.json"])


@pytest.mark.parametrize("cell", ["a;b", " a ; b;", "a; b", "'a;b"])
def test_a_cell_holds_several_keys(cell: str) -> None:
    """Semicolons separate them, and blanks around them mean nothing."""
    text = f'resource_name,name,formerly\nvilla,Villa,"{cell}"\nloft,Loft,\n'
    read = entries_in(text, "portfolio.csv")["properties"]
    first = "'a" if cell.startswith("'") else "a"
    assert read["villa"]["formerly"] == [first, "b"]
    assert "formerly" not in read["loft"]


@pytest.mark.parametrize("format_", Format)
def test_every_format_keeps_former_keys(format_: Format) -> None:
    """Writing and reading it returns the same; CSV leaves nothing out."""
    listing: dict[str, Json] = {"name": "V", "formerly": ["a", "=b"]}
    known = {"properties": {"villa": listing}, "webhooks": {}}
    text = portfolio_text(known, format_)
    assert entries_in(text, "portfolio", format_) == known
    assert omissions(known, format_) == []


def test_csv_has_no_such_column_without_need() -> None:
    """A spreadsheet that never renamed anything stays as it was."""
    text = portfolio_text({"properties": {"villa": {"name": "V"}}, "webhooks": {}}, Format.CSV)
    assert "formerly" not in text


def test_editors_know_former_keys() -> None:
    """Both sections of the schema have them."""
    sections = portfolio_schema()["properties"]
    assert isinstance(sections, dict)
    for section in ("properties", "webhooks"):
        assert "formerly" in json.dumps(sections[section])


def test_a_program_that_names_a_key_in_use_stops() -> None:
    """`PropertyArgs` in a program are held to the same rule."""
    arguments = {"a": PropertyArgs(name="A"), "b": PropertyArgs(name="B", formerly="a")}

    async def program() -> None:
        pulumi.runtime.set_mocks(_Mocks())
        Portfolio("fleet", arguments)

    with pytest.raises(pulumi.RunError) as stopped:
        asyncio.run(program())
    assert str(stopped.value) == message(MessageCode.FORMER_KEY_USED, "fleet-b", "formerly")


class _Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Json]]:
        return "id", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:
        return args.args


@pytest.mark.parametrize(
    ("old", "new", "alias"),
    [
        (["Property", "villa"], ["Property", "house"], 'name="villa"'),
        (
            ["Property", "villa"],
            ["setsmart:index:Property", "villa"],
            'type_="pulumi-python:dynamic/setsmart:Property"',
        ),
        (
            ["setsmart:index:Property", "villa"],
            ["Property", "house"],
            'name="villa", type_="setsmart:index:Property"',
        ),
        (
            ["Property", "fleet-villa", "setsmart:index:Portfolio", "fleet"],
            ["setsmart:index:Property", "fleet-villa"],
            'type_="pulumi-python:dynamic/setsmart:Property", parent=…',
        ),
    ],
)
def test_an_alias_names_what_differs(old: list[str], new: list[str], alias: str) -> None:
    """The name, the type where another interface declares it, and the parent."""
    former, successor = (ResourceKey.read(json.dumps(key)) for key in (old, new))
    assert former is not None
    assert successor is not None
    assert former.alias_for(successor) == f"pulumi.Alias({alias})"
