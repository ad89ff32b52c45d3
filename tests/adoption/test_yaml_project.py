"""A program in YAML that adoption extends."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from support.messages import raises

from pulumi_setsmart.adoption.yaml_project import YamlProject
from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.sections import Entries

HEAD = "name: demo # ours\nruntime: yaml\n"
VILLA: Entries = {"properties": {"villa": {"name": "Villa", "address": None}}, "webhooks": {}}
RESOURCE = {
    "type": "setsmart:index:Property",
    "properties": {"name": "Villa", "clear": ["address"]},
}


@pytest.mark.parametrize(
    "resources",
    [
        "",
        "resources: {}\n",
        "resources:\n",
        "# Listings.\nresources:\n  hut: # old\n    type: other:index:Thing\noutputs: {a: b}\n",
        "variables: {pet: {}}\nresources: {hut: {type: other:index:Thing}}\n",
    ],
)
def test_resources_are_added_and_nothing_else_changes(tmp_path: Path, resources: str) -> None:
    """Comments and the order of what is there are kept."""
    (tmp_path / "Pulumi.yaml").write_text(HEAD + resources)
    project = YamlProject(tmp_path)
    before = project.read()
    after = project.extended(before, VILLA)
    project.write(after)
    text = (tmp_path / "Pulumi.yaml").read_text()
    read, expected = yaml.safe_load(text), yaml.safe_load(HEAD + resources)
    expected["resources"] = {**(expected.get("resources") or {}), "villa": RESOURCE}
    assert read == expected
    assert text.startswith(HEAD)
    assert [line for line in resources.splitlines() if "#" in line and line not in text] == []
    assert project.read() == after
    assert project.extended(after, {"properties": {}, "webhooks": {}}) is after
    assert "villa" in after.names


def test_a_program_may_have_a_file_of_its_own(tmp_path: Path) -> None:
    """Pulumi looks for it before it looks into the project file."""
    (tmp_path / "Pulumi.yaml").write_text(HEAD)
    (tmp_path / "Main.yaml").write_text("resources: {}\n")
    project = YamlProject(tmp_path, "dev")
    project.write(project.extended(project.read(), VILLA))
    assert (tmp_path / "Pulumi.yaml").read_text() == HEAD
    assert yaml.safe_load((tmp_path / "Main.yaml").read_text()) == {
        "resources": {"villa": RESOURCE}
    }
    assert project.import_path == tmp_path / "Main.dev.import.json"


def test_a_program_that_cannot_be_extended_stays_as_it_is(tmp_path: Path) -> None:
    """Where anything else would change with it."""
    (tmp_path / "Pulumi.yaml").write_text(f"{HEAD}resources: [a]\n")
    project = YamlProject(tmp_path)
    with raises(PortfolioFileError, MessageCode.NOT_EXTENDABLE, "Pulumi.yaml"):
        project.extended(project.read(), VILLA)


def test_a_default_provider_is_refused(tmp_path: Path) -> None:
    """It may have another account than the one that adoption reads."""
    provider = "  eu: {type: 'pulumi:providers:setsmart', defaultProvider: true}\n"
    (tmp_path / "Pulumi.yaml").write_text(f"{HEAD}resources:\n{provider}")
    with raises(PortfolioFileError, MessageCode.DEFAULT_PROVIDER, "Pulumi.yaml", "eu"):
        YamlProject(tmp_path).read()
