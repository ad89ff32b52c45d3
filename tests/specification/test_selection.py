"""Entries of one stack, or with some keys, where several stacks share an account."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pulumi
import pytest
from support.messages import message, raises

from pulumi_setsmart import load_portfolio
from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.format import Format
from pulumi_setsmart.specification.reading import entries_in, read_entries, read_portfolio
from pulumi_setsmart.specification.writing import omissions, portfolio_text, updated_text

SHARED: dict[str, dict[str, Any]] = {
    "properties": {
        "villa": {"name": "Villa", "stack": "lisbon"},
        "loft": {"name": "Loft", "stack": "porto"},
    },
    "webhooks": {"hook": {"url": "https://a.example", "events": ["a.b"], "stack": "porto"}},
}


def shared(folder: Path, entries: Any = SHARED) -> Path:
    """Return a file with these entries."""
    path = folder / "portfolio.json"
    path.write_text(json.dumps(entries))
    return path


def loaded(
    path: Path, only: Collection[str] | None = None, stack: str | None = None
) -> tuple[list[str], list[str]]:
    """Return the keys of the listings and subscriptions that are loaded."""
    portfolio = load_portfolio(path, only=only, stack=stack)
    return [*portfolio.properties], [*portfolio.webhooks]


@pytest.mark.parametrize(
    ("only", "stack", "keys"),
    [
        (None, None, (["villa", "loft"], ["hook"])),
        (None, "lisbon", (["villa"], [])),
        (None, "porto", (["loft"], ["hook"])),
        (["villa"], None, (["villa"], [])),
        ("hook", None, ([], ["hook"])),
        ({"hook", "villa"}, None, (["villa"], ["hook"])),
        (["loft"], "porto", (["loft"], [])),
    ],
)
def test_a_program_loads_its_share(
    tmp_path: Path,
    only: Collection[str] | None,
    stack: str | None,
    keys: tuple[list[str], list[str]],
) -> None:
    """By the stack that entries name, by their keys, or by both; all of them otherwise."""
    assert loaded(shared(tmp_path), only, stack) == keys


@pytest.mark.parametrize(
    ("only", "stack", "facts"),
    [
        (None, "lisbom", ["lisbom", "did you mean lisbon?", "porto"]),
        (["vila"], None, ["vila", "did you mean villa?"]),
        (["loft"], "lisbon", ["loft", "lisbon"]),
    ],
)
def test_what_is_not_there_is_an_error(
    tmp_path: Path, only: list[str] | None, stack: str | None, facts: list[str]
) -> None:
    """Pulumi would delete what is no longer loaded."""
    with pytest.raises(pulumi.RunError) as error:
        loaded(shared(tmp_path), only, stack)
    assert str(error.value) == message(MessageCode.NOTHING_SELECTED, "portfolio.json", *facts)


def test_each_entry_names_a_stack_if_one_is_loaded(tmp_path: Path) -> None:
    """An entry without a stack would be in none; without a stack to load, it need not name one."""
    properties = {
        **SHARED["properties"],
        "hut": {"name": "Hut"},
        "barn": {"name": "B", "stack": None},
    }
    path = shared(tmp_path, {"properties": properties})
    with raises(PortfolioFileError, MessageCode.NO_STACK_NAMED, "hut", "barn", "stack: NAME"):
        read_portfolio(path, stack="porto")
    assert loaded(path, only=["hut"]) == (["hut"], [])


def test_an_empty_file_is_empty_for_each_stack(tmp_path: Path) -> None:
    """It says nothing of any stack, so no name is wrong."""
    assert loaded(shared(tmp_path, {}), stack="porto") == ([], [])


def test_an_overlay_may_assign_entries(tmp_path: Path) -> None:
    """The stack is selected in what the files say together."""
    base = shared(tmp_path, {"properties": {"villa": {"name": "Villa"}}})
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("properties: {villa: {stack: porto}}")
    assert [*load_portfolio(base, [overlay], stack="porto").properties] == ["villa"]


@pytest.mark.parametrize("name", ["", " ", 3, True, ["a"], {"a": "b"}, "\ud800"])
def test_anything_else_is_no_stack(name: Json) -> None:
    """The error names the entry."""
    text = json.dumps({"properties": {"villa": {"name": "Villa", "stack": name}}})
    with raises(PortfolioFileError, MessageCode.INVALID_VALUE, "properties.villa.stack"):
        entries_in(text, "portfolio.json")


@pytest.mark.parametrize("format_", Format)
def test_the_stack_is_written_and_read(tmp_path: Path, format_: Format) -> None:
    """In each format; in a spreadsheet as a column, which is added where there is none."""
    entries = {"properties": SHARED["properties"], "webhooks": {}}
    path = tmp_path / f"portfolio.{format_}"
    path.write_text(portfolio_text(entries, format_))
    assert read_entries(path) == entries
    assert omissions(entries, format_) == []
    names = {key: {"name": entry["name"]} for key, entry in SHARED["properties"].items()}
    stacks = {key: {"stack": entry["stack"]} for key, entry in SHARED["properties"].items()}
    text = portfolio_text({"properties": names, "webhooks": {}}, format_)
    path.write_text(updated_text(text, {"properties": stacks}, {}, {}, format_))
    assert read_entries(path) == entries
