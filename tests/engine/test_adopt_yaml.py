"""`pulumi-setsmart adopt --format pulumi-yaml`: an account becomes a program in YAML."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import QUIET, EngineStack, Finished, messages
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES, WEBHOOKS, Json

PROJECT = """\
name: portfolio # ours
runtime: yaml
plugins:
  providers:
    - name: setsmart
      path: .venv/bin
"""
URN = "urn:pulumi:test::portfolio::setsmart:index:Property"
ODD: list[dict[str, Json]] = [
    {"name": "Sea ${villa.id} $$ Villa", "address": "$5 ${", "rating": {"stars": 4.5, "by": None}},
    {"name": "pulumi", "address": None, "tags": ["$$", None, {"${a}": None}]},
    {"name": "2024", "bathrooms": 1.5, "code": "1_000", "bits": "0b11", "day": "2020-01-01"},
    {"name": "Studio", "address": "1 Street"},
    {"name": "Studio", "address": "1 Street"},
    {"name": "Hütte 🏖", "status": "draft", "note": "yes"},
]
HOOK: dict[str, Json] = {"url": "https://a.example/", "events": ["b.b"], "secret": "whsec-hush"}


@pytest.fixture
def account(open_account: OpenEngineSandbox) -> EngineSandbox:
    """An account of odd listings and a subscription that shows its secret."""
    account = open_account(secrets="full")
    account.sandbox.storage.insert_all(PROPERTIES, ODD)
    account.sandbox.storage.insert(WEBHOOKS, HOOK)
    return account


@pytest.fixture
def project(language_hosts: Path, stack: EngineStack) -> EngineStack:
    """A project in YAML without resources."""
    assert stack.pulumi == language_hosts
    (stack.folder / ".venv").symlink_to(sys.prefix)
    (stack.folder / "Pulumi.yaml").write_text(PROJECT)
    return stack


def adopt(project: EngineStack, *arguments: str) -> dict[str, Any]:
    """Adopt into the stack, and return the result that the command prints."""
    finished = project.command("adopt", "--stack", "test", "--json", *arguments)
    assert finished.returncode == 0, finished.stderr + finished.stdout
    result: dict[str, Any] = json.loads(finished.stdout)
    return result


@pytest.mark.parametrize("fields", [(), ("--fields", "all")], ids=["documented", "all"])
def test_an_account_becomes_a_program_in_yaml(
    project: EngineStack, account: EngineSandbox, fields: tuple[str, ...]
) -> None:
    """Without a write, and nothing is to do then: whatever the listings hold."""
    result = adopt(project, *fields)
    assert result["proof"] == {"changes": {}, "others": 0, "kept": True}
    assert result["new"].keys() == {
        *("sea-villa-id-villa", "pulumi-2", "2024", "studio", "studio-2", "hütte"),
        "https-a-example",
    }
    assert account.writes() == []
    project.assert_clean()
    text = (project.folder / "Pulumi.yaml").read_text()
    assert text.startswith(PROJECT)
    imported = (project.folder / "Pulumi.test.import.json").read_text()
    assert "hush" not in text + imported + str(project.export()) + "".join(project.printed)
    assert project.resource("studio")["type"] == "setsmart:index:Property"
    destroyed = project.fail("destroy", "--yes", "--skip-preview")
    assert messages(destroyed.output)[0] == message(
        MessageCode.DELETION_LIMIT, "setsmart:maxDeletions", 0
    )


def test_another_run_adds_what_is_new(project: EngineStack, account: EngineSandbox) -> None:
    """It keeps what is there, names what is gone, and leaves what else the program manages."""
    (project.folder / "ids.txt").write_text("prop_3\nprop_4\n")
    adopt(project, "--only-ids", "ids.txt")
    program = project.folder / "Pulumi.yaml"
    program.write_text(program.read_text() + "# The end.\n")
    storage = account.sandbox.storage
    storage.delete(PROPERTIES, "prop_3")
    storage.insert(PROPERTIES, {"name": "Studio", "address": "9 Street"})
    result = adopt(project)
    assert (len(result["new"]), result["known"], result["gone"]) == (6, 1, ["2024"])
    text = program.read_text()
    assert text.startswith(PROJECT)
    assert text.count("# The end.") == 1
    assert account.writes() == []
    assert adopt(project)["new"] == {}
    assert program.read_text() == text
    listing = storage.get(PROPERTIES, "prop_4")
    storage.replace(PROPERTIES, "prop_4", {**listing, "address": "other"})
    assert '~ address: "other" => "1 Street"' in project.preview()


def test_resources_of_a_program_are_known_however_they_are_written(
    project: EngineStack, account: EngineSandbox
) -> None:
    """By short types and other names; a listing that one imports is its own, one only read is not.

    A resource of another provider keeps its listing, too, whatever account that is in.
    """
    program = project.folder / "Pulumi.yaml"
    program.write_text(
        PROJECT
        + """\
resources:
  a:
    type: setsmart:Property
    name: loft
    properties: {name: "2024", bathrooms: 1.5}
  b:
    type: setsmart:Property
    properties: {name: Studio, address: 1 Street}
    options: {import: prop_5}
  studio:
    type: setsmart:Property
    get: {id: prop_4}
  eu:
    type: pulumi:providers:setsmart
    properties: {ifExists: adopt}
  c:
    type: setsmart:Property
    properties: {name: "Hütte 🏖"}
    options: {provider: "${eu}"}
"""
    )
    project.succeed("up", "--yes", "--skip-preview", "--target", f"{URN}::c", *QUIET)
    before = account.writes()
    result = adopt(project)
    assert result["proof"] == {"changes": {}, "others": 0, "kept": True}
    assert (result["known"], result["managed"]) == (2, 1)
    assert result["new"]["studio-2"] == "prop_4"
    assert "prop_5" not in result["new"].values()
    assert (project.resource("loft")["id"], project.resource("b")["id"]) == ("prop_3", "prop_5")
    text = program.read_text()
    assert adopt(project)["new"] == {}
    assert program.read_text() == text
    project.up()
    project.assert_clean()
    assert account.writes() == before


def test_an_import_that_did_not_happen_is_made_up_for(
    project: EngineStack, account: EngineSandbox
) -> None:
    """The names in the files stay with their listings, though two of them look the same."""
    first = adopt(project)
    project.succeed("state", "delete", "--all", "--yes", "--force")
    again = adopt(project)
    assert (again["new"], again["known"]) == ({}, len(first["new"]))
    assert project.resource("studio-2")["id"] == first["new"]["studio-2"]
    assert account.writes() == []
    project.assert_clean()


def test_options_of_portfolios_are_refused(project: EngineStack) -> None:
    """And a project in another language is."""
    for arguments in (("--name", "a"), ("--file", "b.yaml")):
        finished = project.command("adopt", "--stack", "test", *arguments)
        assert (finished.returncode, arguments[0] in finished.stderr) == (2, True)
    (project.folder / "Pulumi.yaml").write_text("name: portfolio\nruntime: python\n")
    finished = project.command("adopt", "--stack", "test", "--format", "pulumi-yaml")
    assert (finished.returncode, "init --yaml" in finished.stderr) == (2, True)


def test_a_folder_without_a_project_gets_one(project: EngineStack, account: EngineSandbox) -> None:
    """With what the import needs, as the command says."""
    (project.folder / "Pulumi.yaml").unlink()
    finished = project.command("adopt", "--env", "--format", "pulumi-yaml")
    assert finished.returncode == 0, finished.stderr
    assert "--file Pulumi.import.json" in finished.stdout
    command = ("import", "--file", "Pulumi.import.json", "--protect=false", "--generate-code=false")
    project.succeed("stack", "init", "adopted")
    imported: Finished = project.run(*command, "--yes", "--stack", "adopted")
    assert imported.status == 0, imported.output
    project.succeed("refresh", "--yes", "--stack", "adopted")
    project.succeed("preview", "--stack", "adopted", "--expect-no-changes")
    assert account.writes() == []
