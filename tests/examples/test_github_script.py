"""What the workflows of examples/gitops say on GitHub, and what they leave alone there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from workflow import REPOSITORY, TOKEN, GitHub

from pulumi_setsmart.sandbox import running

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "gitops" / "scripts" / "github.py"
MARKER = "<!-- pulumi-setsmart report portfolio/production -->"
BOT = {"login": "github-actions[bot]", "type": "Bot"}
PERSON = {"login": "ada", "type": "User"}


class Runner:
    """Runs the script as a workflow does."""

    def __init__(self, github: GitHub, api_url: str, folder: Path) -> None:
        self.github = github
        self._api_url = api_url
        self._report = folder / "report.md"

    def run(
        self, command: str, subject: str, text: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command, with a report if there is a text."""
        if text is not None:
            self._report.write_text(text)
        files = [] if text is None else [str(self._report)]
        environment = {
            "PATH": os.environ["PATH"],
            "GITHUB_API_URL": self._api_url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_TOKEN": TOKEN,
        }
        return subprocess.run(
            [sys.executable, SCRIPT, command, subject, *files],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def succeed(self, command: str, subject: str, text: str | None = None) -> None:
        """Run a command that must work."""
        finished = self.run(command, subject, text)
        assert finished.returncode == 0, finished.stderr


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    """A repository in which nothing was said yet."""
    github = GitHub()
    with running(github.app) as api_url:
        yield Runner(github, api_url, tmp_path)


def comment(number: int, body: str, user: dict[str, str] | None) -> dict[str, Any]:
    return {"id": number, "state": "open", "body": body, "user": user}


def issue(number: int, title: str, **more: Any) -> dict[str, Any]:
    return {"number": number, "title": title, "state": "open", "body": "", "user": BOT, **more}


def test_a_comment_is_found_wherever_it_is_and_kept_up_to_date(runner: Runner) -> None:
    """Behind those of others, and beside the report of another stack."""
    comments = runner.github.comments
    for number in range(1, 5):
        comments[number] = comment(number, "Looks good to me", PERSON)
    comments[4]["user"] = None
    comments[5] = comment(5, "<!-- pulumi-setsmart report portfolio/staging -->\nOld", BOT)
    for text in ("first", "second"):
        runner.succeed("comment", "7", f"{MARKER}\n{text}\n")
    assert runner.github.writes == ["POST comments", "PATCH comments/6"]
    assert comments[6]["body"] == f"{MARKER}\nsecond\n"
    assert comments[5]["body"].endswith("Old")


def test_a_comment_of_a_person_is_left_alone(runner: Runner) -> None:
    """Even one that looks like a report: its author could change what it says later."""
    runner.github.comments[1] = comment(1, f"{MARKER}\nNo changes", PERSON)
    runner.succeed("comment", "7", f"{MARKER}\n1 deleted\n")
    assert runner.github.writes == ["POST comments"]
    assert runner.github.comments[1]["body"] == f"{MARKER}\nNo changes"
    assert runner.github.comments[2]["body"] == f"{MARKER}\n1 deleted\n"


def test_an_issue_is_opened_once_and_closed(runner: Runner) -> None:
    """Others stay as they are: of another title, closed, or in truth a pull request."""
    issues = runner.github.issues
    issues[1] = issue(1, "Paint the hut")
    issues[2] = issue(2, "Drift: production", state="closed")
    issues[3] = issue(3, "Drift: production", pull_request={"url": "https://a.example/"})
    before = {number: dict(one) for number, one in issues.items()}
    for text in ("first", "second"):
        runner.succeed("open-issue", "Drift: production", text)
    assert (issues[4]["title"], issues[4]["body"]) == ("Drift: production", "second")
    runner.succeed("close-issue", "Drift: production")
    assert issues[4]["state"] == "closed"
    assert runner.github.writes == ["POST issues", "PATCH 4", "PATCH 4"]
    runner.succeed("close-issue", "Drift: production")
    assert len(runner.github.writes) == 3
    assert {number: issues[number] for number in before} == before


@pytest.mark.parametrize("there", [False, True])
def test_what_github_refuses_is_red(runner: Runner, *, there: bool) -> None:
    """A report that nobody is shown must not look like one that somebody was."""
    if there:
        runner.github.comments[1] = comment(1, f"{MARKER}\nOld", BOT)
    runner.github.may_write = False
    refused = runner.run("comment", "7", f"{MARKER}\ntext")
    assert refused.returncode != 0
    assert "403" in refused.stderr
