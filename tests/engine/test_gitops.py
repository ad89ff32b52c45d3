"""The whole way of a change in examples/gitops: pull request, report, merge, nightly look."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen
from engine_stack import EngineStack
from workflow import TOKEN, GitHub, run_workflow

from pulumi_setsmart.sandbox import ApiKey, SandboxSettings, running
from pulumi_setsmart.testing import SandboxAccount

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "gitops"
WRITER, NEXT_WRITER, READER = "key-that-writes", "its-successor", "key-that-reads"


@pytest.fixture
def setsmart_sandbox_settings() -> SandboxSettings:
    """An account with the keys that the example asks for."""
    keys = (ApiKey(WRITER), ApiKey(NEXT_WRITER), ApiKey(READER, read_only=True))
    return SandboxSettings(keys=keys, rate_limit=0)


@frozen
class Forge:
    """A repository with its workflows, its GitHub, its state and its account."""

    project: EngineStack
    github: GitHub
    api_url: str

    def run(self, workflow: str, *, writer: str = WRITER) -> subprocess.CompletedProcess[str]:
        """Run a workflow of the example."""
        environment = {
            name: value
            for name, value in self.project.environment.items()
            if name not in ("SETSMART_API_KEY", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_BACKEND_URL")
        }
        return run_workflow(
            EXAMPLE / ".github" / "workflows" / f"{workflow}.yaml",
            self.project.folder,
            {**environment, "GITHUB_API_URL": self.api_url},
            {
                "vars.PULUMI_BACKEND_URL": self.project.environment["PULUMI_BACKEND_URL"],
                "secrets.PULUMI_ACCESS_TOKEN": "",
                "secrets.PULUMI_CONFIG_PASSPHRASE": "test",
                "secrets.SETSMART_READ_ONLY_KEY": READER,
                "secrets.SETSMART_API_KEY": writer,
                "github.token": TOKEN,
                "github.event.pull_request.number": "7",
            },
        )

    def succeed(self, workflow: str, *, writer: str = WRITER) -> str:
        """Run a workflow that must be green."""
        finished = self.run(workflow, writer=writer)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    def edit(self, *changes: tuple[str, str]) -> None:
        """Change the portfolio."""
        file = self.project.folder / "portfolio.yaml"
        text = file.read_text()
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        file.write_text(text)


@pytest.fixture
def forge(pulumi: Path, tmp_path: Path, setsmart_sandbox: SandboxAccount) -> Iterator[Forge]:
    """The example in a repository of its own, deployed once."""
    github = GitHub()
    for number, body in enumerate(["Looks good to me", "<!-- pulumi-setsmart report a/b -->"], 1):
        user = {"login": "ada", "type": "User"}
        github.comments[number] = {"id": number, "state": "open", "user": user, "body": body}
    project = EngineStack.create(pulumi, tmp_path / "clone", setsmart_sandbox.url, "")
    shutil.copytree(EXAMPLE, project.folder, dirs_exist_ok=True)
    project.succeed("stack", "init", "production")
    with running(github.app) as api_url:
        forge = Forge(project, github, api_url)
        forge.succeed("deploy")
        yield forge


def test_a_change_goes_from_the_pull_request_to_the_account(
    forge: Forge, setsmart_sandbox: SandboxAccount
) -> None:
    """Two listings change, one goes, and there is a drift: the report shows exactly that."""
    account, github = setsmart_sandbox, forge.github
    ids = {str(one["name"]): str(one["id"]) for one in account.objects()}
    assert sorted(ids) == ["Beachfront Villa", "Harbour Loft", "Pine Cabin"]
    account.change(ids["Harbour Loft"], bedrooms=9)
    forge.edit(
        ("bedrooms: 3", "bedrooms: 4"),
        ("max_guests: 2", "max_guests: 3"),
        ("  pine-cabin:\n    name: Pine Cabin\n    bedrooms: 2\n    max_guests: 4\n", ""),
    )
    asked = len(account.requests)
    for _ in range(2):
        forge.succeed("pull-request")
    assert {one.method for one in account.requests[asked:]} == {"GET"}
    assert github.writes == ["POST comments", "PATCH comments/3"]
    report = github.comments[3]["body"]
    assert github.comments[2]["body"] == "<!-- pulumi-setsmart report a/b -->"
    head, deleted, changed = report.split("####")
    assert "1 deleted, 2 changed; 1 changed behind our back" in head
    assert "Deleted: 1" in deleted
    assert "Pine Cabin" in deleted
    rows = [line.strip(" |").split(" | ") for line in changed.splitlines() if "| <code>" in line]
    assert [[re.sub(r"</?code>", "", cell) for cell in row] for row in rows] == [
        ["bedrooms", "3", "4", "this change"],
        ["bedrooms", "9", "1", "changed behind our back, was 1"],
        ["max&#95;guests", "2", "3", "this change"],
    ]
    assert (forge.project.folder / ".summary").read_text() == report * 2

    forge.succeed("deploy")
    assert sorted(
        (one["name"], one["bedrooms"], one["max_guests"]) for one in account.objects()
    ) == ([("Beachfront Villa", 4, 6), ("Harbour Loft", 1, 3)])
    forge.succeed("drift")
    assert github.issues == {}


def test_drift_is_one_issue_until_it_is_gone(
    forge: Forge, setsmart_sandbox: SandboxAccount
) -> None:
    """It is opened, kept up to date and closed; a rotated key makes no run red."""
    account, github = setsmart_sandbox, forge.github
    github.issues[1] = {"number": 1, "title": "Paint the hut", "state": "open", "body": ""}
    account.change("prop_1", name="Renamed | by somebody")
    for _ in range(2):
        forge.succeed("drift")
    assert github.writes == ["POST issues", "PATCH 2"]
    assert github.issues[2]["title"] == "Drift: production"
    assert "Put back: 1" in github.issues[2]["body"]
    account.remove("prop_2")
    forge.succeed("drift")
    assert "Created again: 1" in github.issues[2]["body"]
    forge.succeed("deploy", writer=NEXT_WRITER)
    forge.succeed("drift")
    assert [one["state"] for one in github.issues.values()] == ["open", "closed"]
    assert len(account.objects()) == 3


def test_a_preview_that_fails_is_red_and_says_why(forge: Forge) -> None:
    """On the pull request; the nightly look is red as well, and opens no issue about drift."""
    forge.edit(("bedrooms: 3", "bedrooms: three"))
    failed = forge.run("pull-request")
    assert failed.returncode == 2
    assert "The preview failed" in forge.github.comments[3]["body"]
    assert "bedrooms" in forge.github.comments[3]["body"]
    assert forge.run("drift").returncode == 2
    assert forge.github.issues == {}
