"""What other stacks have adopted in the same account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from support.in_memory_account import InMemoryAccount
from support.messages import raises

from pulumi_setsmart.adoption.inventory import AccountObject, Inventory
from pulumi_setsmart.adoption.matching import Known
from pulumi_setsmart.adoption.other_stacks import with_other_stacks
from pulumi_setsmart.adoption.project_files import ProjectFiles
from pulumi_setsmart.automation.import_file import ImportedResource, import_file
from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record

VILLA: dict[str, Json] = {"id": "p1", "name": "Villa", "address": None}


def adopted(file: Path, **account: Any) -> None:
    """Write the import file of a stack that adopted the villa in an account."""
    lifecycle = InMemoryAccount().lifecycle(**account)
    seen = lifecycle.imported(Record("p1", VILLA), {"name": "Villa", "address": None})
    resource = ImportedResource(PROPERTY, "portfolio-villa", seen.inputs or {}, seen.outputs)
    file.write_text(json.dumps(import_file("portfolio", [resource])))


def known_in(
    folder: Path, stack: str | None, present: dict[str, Json], entries: dict[str, Any]
) -> Known:
    """Return what is known when a stack adopts in an account that has one listing."""
    project = ProjectFiles(folder, "portfolio.yaml", "portfolio", stack)
    account = InMemoryAccount().lifecycle().account
    found = AccountObject(PROPERTY, Record(str(present["id"]), present), None, [])
    return with_other_stacks(
        Known({}),
        {"properties": entries, "webhooks": {}},
        project.other_stacks(),
        account,
        Inventory("https://a.example", {"properties": [found], "webhooks": []}),
    )


@pytest.mark.parametrize(
    ("account", "name", "counts"),
    [
        ({}, "Renamed", True),
        ({"key": "rotated-key"}, "VILLA", True),
        ({"key": "rotated-key"}, "Stranger", False),
        ({"base_url": "https://b.example/v1"}, "Villa", False),
    ],
)
def test_only_stacks_of_this_account_count(
    tmp_path: Path, account: dict[str, str], name: str, *, counts: bool
) -> None:
    """It has the same key, or an object of the same name; another account may have the same id."""
    adopted(tmp_path / "portfolio.porto.import.json", **account)
    known = known_in(tmp_path, "lisbon", {**VILLA, "name": name}, {})
    assert known.elsewhere == ({(PROPERTY, "p1"): "porto"} if counts else {})


def test_the_files_of_the_stack_itself_and_of_none_do_not_count(tmp_path: Path) -> None:
    """A stack may have several portfolios; without a stack nobody knows where it was imported."""
    for name in ("portfolio", "portfolio.org-lisbon", "other.org-lisbon"):
        adopted(tmp_path / f"{name}.import.json")
    assert known_in(tmp_path, "org/lisbon", VILLA, {}).elsewhere == {}


@pytest.mark.parametrize(
    ("stack", "is_theirs"), [("porto", True), ("org-porto", True), ("o", False)]
)
def test_an_entry_of_another_stack_stands_for_what_that_adopted(
    tmp_path: Path, stack: str, *, is_theirs: bool
) -> None:
    """Whether the stack was named with its organisation or not."""
    adopted(tmp_path / "portfolio.org-porto.import.json")
    known = known_in(tmp_path, "lisbon", VILLA, {"villa": {"name": "x", "stack": stack}})
    assert known.ids == ({(PROPERTY, "villa"): "p1"} if is_theirs else {})


def test_a_file_that_nobody_can_read_stops(tmp_path: Path) -> None:
    """It may say that another stack manages something."""
    (tmp_path / "portfolio.porto.import.json").write_text("{}")
    with raises(PortfolioFileError, MessageCode.NOT_AN_IMPORT_FILE, "portfolio.porto.import.json"):
        known_in(tmp_path, "lisbon", VILLA, {})


def test_the_program_of_a_shared_file_declares_the_entries_of_its_stack(tmp_path: Path) -> None:
    """It asks Pulumi which stack it is."""
    project = ProjectFiles(tmp_path, "portfolio.yaml", "portfolio", "lisbon")
    project.write_program(is_shared=True)
    shared = project.program_path.read_text()
    attrs.evolve(project, stack=None).write_program(is_shared=False)
    plain = project.program_path.read_text()
    assert shared == plain.replace("from pulumi_", "import pulumi\nfrom pulumi_").replace(
        '"portfolio.yaml"', '"portfolio.yaml", stack=pulumi.get_stack()'
    )
