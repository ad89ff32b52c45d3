"""A Pulumi project, as its files are."""

from pathlib import Path

import pytest
from support.messages import raises

from pulumi_setsmart.automation.project import Project
from pulumi_setsmart.client.errors import StackError
from pulumi_setsmart.models.message_code import MessageCode


@pytest.mark.parametrize(
    ("settings", "stack", "file"),
    [
        ("name: x\n", "dev", "Pulumi.dev.yaml"),
        ("name: x\n", "organization/x/dev", "Pulumi.dev.yaml"),
        ("name: x\nstackConfigDir: stacks\n", "dev", "stacks/Pulumi.dev.yaml"),
    ],
)
def test_the_settings_of_a_stack_are_where_pulumi_has_them(
    tmp_path: Path, settings: str, stack: str, file: str
) -> None:
    """Without the organisation in the name, and in the folder that Pulumi.yaml names."""
    (tmp_path / "Pulumi.yaml").write_text(settings)
    assert Project.of(tmp_path).settings_file(stack) == tmp_path / file


def test_without_pulumi_no_stack_is_selected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is said as such."""
    (tmp_path / "Pulumi.yaml").write_text("name: x\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    with raises(StackError, MessageCode.NO_PULUMI, "pulumi.com/docs/install"):
        Project.of(tmp_path).selected_stack()


def test_a_project_is_found_from_a_folder_below_it(tmp_path: Path) -> None:
    """As Pulumi's own commands do; the nearest one counts."""
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "Pulumi.yaml").write_text("name: x\n")
    assert Project.of(below).file == tmp_path / "Pulumi.yaml"
    (tmp_path / "a" / "Pulumi.yml").write_text("name: y\n")
    assert Project.of(below).file == tmp_path / "a" / "Pulumi.yml"


@pytest.mark.parametrize("runtime", ["nodejs", "{name: yaml}", "{options: {}}", "null"])
def test_a_project_in_another_language_is_not_used(tmp_path: Path, runtime: str) -> None:
    """Pulumi would never run the program that is written into it."""
    (tmp_path / "Pulumi.yaml").write_text(f"name: x\nruntime: {runtime}\n")
    with raises(StackError, MessageCode.NOT_PYTHON, str(tmp_path / "Pulumi.yaml")):
        Project.of(tmp_path).require_python()


@pytest.mark.parametrize("runtime", ["python", "{name: python, options: {virtualenv: .venv}}"])
def test_a_project_in_python_is_used(tmp_path: Path, runtime: str) -> None:
    """In each of the two ways in which Pulumi.yaml names the language."""
    (tmp_path / "Pulumi.yaml").write_text(f"name: x\nruntime: {runtime}\n")
    Project.of(tmp_path).require_python()


@pytest.mark.parametrize(
    ("runtime", "expected"), [("yaml", True), ("{name: yaml}", True), ("nodejs", False)]
)
def test_a_program_in_yaml_is_known(tmp_path: Path, runtime: str, *, expected: bool) -> None:
    """By what Pulumi.yaml names as the language."""
    (tmp_path / "Pulumi.yaml").write_text(f"name: x\nruntime: {runtime}\n")
    assert Project.of(tmp_path).is_in_yaml() is expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("runtime: python\n", False),
        ("runtime: python\noptions: {refresh: always}\n", True),
        ("runtime: yaml\n", True),
        ("runtime: {name: nodejs}\n", True),
    ],
)
def test_the_native_plugin_needs_no_option_for_refreshes(
    tmp_path: Path, settings: str, *, expected: bool
) -> None:
    """It asks for them, and programs that are not in Python have no other resources of ours."""
    (tmp_path / "Pulumi.yaml").write_text(f"name: x\n{settings}")
    assert Project.of(tmp_path).refreshes(runs_program=False) is expected
