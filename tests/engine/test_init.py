"""`pulumi-setsmart init`: a project that can be deployed at once."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import attrs
import pytest
from support.conversation import Conversation
from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES

EXAMPLE = Path(__file__).parents[2] / "examples" / "gitops"


@pytest.fixture
def home(stack: EngineStack, tmp_path: Path) -> EngineStack:
    """An account and an empty folder, where nobody is logged in to Pulumi."""
    folder = tmp_path / "new home"
    folder.mkdir()
    environment = {**stack.environment, "HOME": str(folder), "PULUMI_HOME": str(folder / ".pulumi")}
    del environment["PULUMI_BACKEND_URL"]
    return attrs.evolve(stack, folder=folder, environment=environment)


def init(
    home: EngineStack, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command without a terminal."""
    return home.command("init", *arguments, **environment)


def in_project(home: EngineStack, name: str) -> EngineStack:
    """Return the stack of the project in a folder."""
    return attrs.evolve(home, folder=home.folder / name)


def test_a_new_project_can_be_deployed_at_once(home: EngineStack, account: EngineSandbox) -> None:
    """Its example is created; running the command again keeps every file, and says what it ignores.

    A .gitignore that is there already is kept too; what it lacks is named.
    """
    project = in_project(home, "our-flats")
    project.folder.mkdir()
    (project.folder / ".gitignore").write_text("__pycache__/\n")
    made = init(home, "our-flats", "--example")
    assert made.returncode == 0, made.stderr
    [kept] = [line for line in made.stdout.splitlines() if line.startswith("kept ")]
    assert "state/" in kept
    assert "__pycache__" not in kept
    assert json.loads((project.folder / "schema.json").read_text())["$schema"]
    project.up()
    names = [listing["name"] for listing in account.sandbox.storage.objects(PROPERTIES)]
    assert "Harbour Loft" in names
    project.assert_nothing_to_do()
    before = {path: path.read_bytes() for path in project.folder.glob("*.*")}
    again = init(home, "our-flats", "--name", "x", "--backend", "elsewhere", "--example")
    assert again.returncode == 0, again.stderr
    for option in ("--name", "--backend", "--example"):
        assert option in again.stdout
    assert "wrote" not in again.stdout
    assert {path: path.read_bytes() for path in project.folder.glob("*.*")} == before


def test_what_an_account_has_is_adopted_into_a_new_project(
    home: EngineStack, account: EngineSandbox
) -> None:
    """The program and the portfolio file are written then, and nothing would change."""
    account.sandbox.storage.insert(PROPERTIES, {"name": "Villa", "bedrooms": 3})
    assert init(home).returncode == 0
    adopted = home.command("adopt")
    assert adopted.returncode == 0, adopted.stderr
    home.assert_nothing_to_do()
    assert "Villa" in (home.folder / "portfolio.yaml").read_text()


def test_a_portfolio_file_is_declared(home: EngineStack, account: EngineSandbox) -> None:
    """One from elsewhere is copied, one with errors stops before anything is written."""
    sheet = home.folder / "flats.csv"
    sheet.write_text("resource_name,name,bedrooms\nvilla,Villa,three\n")
    refused = init(home, "project", "--portfolio", "flats.csv")
    assert refused.returncode == 1
    assert refused.stderr.endswith("]\n")
    assert not (home.folder / "project").exists()
    sheet.write_text("resource_name,name,bedrooms\nvilla,Villa,3\n")
    assert init(home, "project", "--portfolio", "flats.csv").returncode == 0
    in_project(home, "project").up()
    [listing] = account.sandbox.storage.objects(PROPERTIES)
    assert listing["bedrooms"] == 3


def test_a_spreadsheet_can_follow_the_project(home: EngineStack, account: EngineSandbox) -> None:
    """Without a program, running it again writes one for the file that is there by then.

    It makes no other stack.
    """
    assert init(home, "--no-example", "--stack", "eu").returncode == 0
    (home.folder / "flats.csv").write_text("Name;Bedrooms\nVilla;3\n")
    converted = home.command("convert", "flats.csv", "--yes")
    assert converted.returncode == 0, converted.stderr
    assert init(home).returncode == 0
    assert [file.name for file in home.folder.glob("Pulumi.*.yaml")] == ["Pulumi.eu.yaml"]
    home.up()
    assert [each["name"] for each in account.sandbox.storage.objects(PROPERTIES)] == ["Villa"]


def test_a_stack_that_cannot_be_created_can_be_created_later(home: EngineStack) -> None:
    """Pulumi says why, and the files stay."""
    environment = {**home.environment}
    del environment["PULUMI_CONFIG_PASSPHRASE"]
    failed = init(attrs.evolve(home, environment=environment), "project")
    assert failed.returncode == 1
    assert message(MessageCode.NO_STACK, "dev") == failed.stderr.splitlines()[-1]
    assert init(home, "project").returncode == 0
    assert in_project(home, "project").succeed("stack", "--show-name").strip() == "dev"


def test_a_portfolio_becomes_a_program_in_yaml(
    language_hosts: Path, home: EngineStack, account: EngineSandbox
) -> None:
    """Pulumi runs it with the plugin of this installation; running it again adds a stack only."""
    assert home.pulumi == language_hosts
    sheet = "resource_name,name,bedrooms\nvilla,Villa,3\n"
    (home.folder / "flats.csv").write_text(sheet)
    made = init(home, "flats", "--yaml", "--portfolio", "flats.csv")
    assert made.returncode == 0, made.stderr
    project = in_project(home, "flats")
    assert not (project.folder / "__main__.py").exists()
    project.up()
    project.assert_nothing_to_do()
    [listing] = account.sandbox.storage.objects(PROPERTIES)
    assert (listing["name"], listing["bedrooms"]) == ("Villa", 3)
    before = (project.folder / "Pulumi.yaml").read_text()
    again = init(home, "flats", "--yaml", "--example", "--stack", "eu")
    assert again.returncode == 0, again.stderr
    assert "--example" in again.stdout
    assert "wrote" not in again.stdout
    assert (project.folder / "Pulumi.yaml").read_text() == before
    assert "warning" not in "".join(home.printed)


def test_what_yaml_cannot_do_is_refused(home: EngineStack) -> None:
    """Before anything is written."""
    shared = "properties:\n  villa: {name: Villa, stack: eu}\n"
    (home.folder / "shared.yaml").write_text(shared)
    for option in ("--workflows=github", "--portfolio=shared.yaml"):
        refused = init(home, "project", "--yaml", option)
        assert refused.returncode == 2
        assert option.partition("=")[2] in refused.stderr or "--workflows" in refused.stderr
    assert not (home.folder / "project").exists()


def test_questions_are_asked_on_a_terminal(home: EngineStack) -> None:
    """For what no option says, each with its default, and again where Pulumi would say no."""
    conversation = Conversation(home.folder, ("init", "flats"), home.environment)
    conversation.answer("Project [flats]", b"our flats\n")
    conversation.answer("Project [flats]", b"\n")
    conversation.answer("[state]", b"our-state\n")
    conversation.answer("example?", b"y\n")
    conversation.answer("(none, ", b"github\n")
    conversation.answer("Stack [production]", b"e u\n")
    conversation.answer("Stack [production]", b"eu\n")
    assert conversation.end() == 0, conversation.shown
    folder = home.folder / "flats"
    assert (folder / "our-state" / ".pulumi").is_dir()
    assert "STACK: eu" in (folder / ".github" / "workflows" / "deploy.yaml").read_text()
    assert "maxDeletions" in (folder / "Pulumi.eu.yaml").read_text()
    assert "encryptionsalt" in (folder / "Pulumi.eu.yaml").read_text()


def test_the_example_is_a_template_of_pulumi_new(home: EngineStack, account: EngineSandbox) -> None:
    """`pulumi new --generate-only` copies it, under the name that was given."""
    folder = home.folder / "project"
    home.succeed(
        "new", "--generate-only", "--yes", "--name", "our-flats", "--dir", str(folder), str(EXAMPLE)
    )
    project = in_project(home, "project")
    assert init(home, "project", PULUMI_BACKEND_URL=f"file://{home.folder}").returncode == 0
    deployed = attrs.evolve(
        project,
        environment={**project.environment, "PULUMI_BACKEND_URL": f"file://{home.folder}"},
    )
    assert re.search(r"(?m)^name: our-flats$", (folder / "Pulumi.yaml").read_text())
    deployed.up()
    assert len([*account.sandbox.storage.objects(PROPERTIES)]) == 3
