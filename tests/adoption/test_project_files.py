"""The files of a project: what is there already."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.messages import raises

from pulumi_setsmart.adoption.project_files import ProjectFiles
from pulumi_setsmart.client.errors import StackError
from pulumi_setsmart.models.message_code import MessageCode


def files_in(folder: Path) -> ProjectFiles:
    return ProjectFiles(folder, "portfolio.yaml", "portfolio")


@pytest.mark.parametrize("file", ["Pulumi.yaml", "Pulumi.yml"])
@pytest.mark.parametrize(
    ("settings", "has_program"),
    [
        ("name: x\nmain: src\n", True),
        ('name: x\n"main" : src/\n', True),
        ("{name: x, main: src}", True),
        ("name: x\nmain:\n", False),
        ("name: x\ndescription: |\n  main: no\n", False),
        ("- a list", False),
    ],
)
def test_a_program_may_be_elsewhere(
    tmp_path: Path, file: str, settings: str, *, has_program: bool
) -> None:
    """Where the project says so in any YAML; then none is written beside it."""
    (tmp_path / file).write_text(settings)
    assert files_in(tmp_path).has_program() == has_program


@pytest.mark.parametrize("settings", [None, "a: ["])
def test_a_program_in_the_folder_is_enough(tmp_path: Path, settings: str | None) -> None:
    """A folder does not have to be a project, and its settings do not count then."""
    if settings is not None:
        (tmp_path / "Pulumi.yml").write_text(settings)
    (tmp_path / "__main__.py").touch()
    assert files_in(tmp_path).has_program()


def test_settings_that_nobody_can_read_are_an_error(tmp_path: Path) -> None:
    """They may say where the program is."""
    assert not files_in(tmp_path).has_program()
    (tmp_path / "Pulumi.yml").write_text("a: [")
    with raises(StackError, MessageCode.NO_PROJECT, "Pulumi.yml"):
        files_in(tmp_path).has_program()


def test_nothing_to_add_leaves_a_file_as_it_is(tmp_path: Path) -> None:
    """Where there is none yet, an empty one is written."""
    files = files_in(tmp_path)
    nothing: dict[str, dict[str, dict[str, object]]] = {"properties": {}, "webhooks": {}}
    none = files.read()
    assert (none.text, none.entries) == (None, nothing)
    assert files.updated(none, none.entries, {}).text == "{}\n"
    files.portfolio_path.write_text("# ours\nproperties: {villa: {name: Villa}}\n")
    before = files.read()
    assert files.updated(before, none.entries, {}) is before
