"""What the workflows of examples/gitops say on GitHub, and what they leave alone there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.workflow_runner import REPOSITORY, TOKEN, GitHub

from pulumi_setsmart.sandbox import running

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "gitops" / "scripts" / "github.py"
MARKER = "<!-- pulumi-setsmart report portfolio/production -->"
MAIN = "5ha"
BOT = {"login": "github-actions[bot]", "type": "Bot"}
PERSON = {"login": "ada", "type": "User"}


class Runner:
    """Runs the script as a workflow does."""

    def __init__(self, github: GitHub, api_url: str, folder: Path) -> None:
        self.github = github
        self._api_url = api_url
        self.bot = ""
        self._report = folder / "report.md"

    def approved_plan(self, commit: str = "merge", stack: str = "production") -> str | None:
        """Return the plan that was approved with a commit, or None if the script finds none."""
        finished = self.run("approved-plan", commit, stack)
        assert "Traceback" not in finished.stderr
        assert (finished.returncode == 0) is (finished.stderr == "")
        return finished.stdout.strip() if finished.returncode == 0 else None

    def run(
        self, command: str, subject: str, *options: str, text: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command, with a report if there is one."""
        if text is not None:
            self._report.write_text(text)
        files = options if text is None else [str(self._report)]
        return self._run(command, subject, *files)

    def propose(self, text: str, before: str, after: str) -> subprocess.CompletedProcess[str]:
        """Ask to replace the portfolio."""
        self._report.write_text(text)
        for name, content in (("portfolio.yaml", before), ("accepted.yaml", after)):
            self._report.with_name(name).write_bytes(content.encode())
        files = (self._report.name, "portfolio.yaml", "accepted.yaml")
        return self._run("propose", "Accept drift: production", *files)

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "GITHUB_API_URL": self._api_url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SHA": MAIN,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_REF_NAME": "main",
            "BOT_LOGIN": self.bot,
        }
        return subprocess.run(
            [sys.executable, SCRIPT, *arguments],
            cwd=self._report.parent,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def succeed(self, command: str, subject: str, text: str | None = None) -> None:
        """Run a command that must work."""
        finished = self.run(command, subject, text=text)
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
    made = {"number": number, "title": title, "state": "open", "body": "", "user": BOT}
    return made | more


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


STRANGERS: list[dict[str, str] | None] = [
    PERSON,
    None,  # an account that is gone
    {"login": "some-app[bot]", "type": "Bot"},
    {"login": "github-actions", "type": "User"},
    {"login": "github-actions[bot]", "type": "User"},
    {"login": "GitHub-Actions[bot]", "type": "Bot"},
    {"login": "github-actions[bot]"},
]


def test_what_a_stranger_wrote_is_left_alone(runner: Runner) -> None:
    """Whoever wrote an issue or a comment can change it later; ours is opened beside theirs."""
    github = runner.github
    spoofed = {
        "body": f"{MARKER}\nNo changes",
        "labels": [{"name": "drift"}],
        "author_association": "OWNER",
        "performed_via_github_app": {"slug": "github-actions"},
    }
    for number, stranger in enumerate(STRANGERS, 1):
        github.issues[number] = issue(number, "Drift: production", **spoofed, user=stranger)
        github.comments[number] = {**comment(number, "", stranger), **spoofed}
    before = [dict(posted) for kept in (github.issues, github.comments) for posted in kept.values()]
    ours = len(STRANGERS) + 1
    for text in ("first", "second"):
        runner.succeed("open-issue", "Drift: production", text)
        runner.succeed("comment", "7", f"{MARKER}\n{text}\n")
    runner.succeed("close-issue", "Drift: production")
    mine, said = github.issues.pop(ours), github.comments.pop(ours)
    assert [*github.issues.values(), *github.comments.values()] == before
    assert (mine["body"], mine["state"]) == ("second", "closed")
    assert said["body"] == f"{MARKER}\nsecond\n"


def test_an_app_of_ones_own_is_known_by_its_name(runner: Runner) -> None:
    """Where the token is that of an app, what GitHub's own bot wrote is another's."""
    runner.bot = runner.github.bot = "our-app[bot]"
    runner.github.issues[1] = issue(1, "Drift: production")
    for text in ("first", "second"):
        runner.succeed("open-issue", "Drift: production", text)
    assert runner.github.writes == ["POST issues", "PATCH 2"]
    assert runner.github.issues[1]["body"] == ""


def test_of_several_of_ours_the_oldest_is_kept_up_to_date(runner: Runner) -> None:
    """Wherever they are among others; all of them are closed."""
    issues, comments = runner.github.issues, runner.github.comments
    for number in (9, 8, 3, 7):
        issues[number] = issue(number, "Drift: production")
        comments[number] = comment(number, f"{MARKER}\nOld", BOT)
    issues[2] = issue(2, "drift: production")
    issues[1] = issue(1, "Drift: production ", user=PERSON)
    runner.succeed("open-issue", "Drift: production", "text")
    runner.succeed("comment", "7", f"{MARKER}\ntext")
    assert runner.github.writes == ["PATCH 3", "PATCH comments/3"]
    runner.succeed("close-issue", "Drift: production")
    assert [number for number, one in issues.items() if one["state"] == "open"] == [2, 1]


def test_ours_stays_ours_when_somebody_has_edited_or_locked_it(runner: Runner) -> None:
    """Maintainers may do both; a comment that nothing marks any more is theirs now."""
    issues, comments = runner.github.issues, runner.github.comments
    issues[1] = issue(1, "Drift: production", body=None, locked=True, active_lock_reason="spam")
    comments[1] = comment(1, f"{MARKER}\r\nEdited by a maintainer", BOT)
    comments[2] = comment(2, "Edited by a maintainer", BOT) | {"body": None}
    runner.succeed("open-issue", "Drift: production", "text")
    runner.succeed("comment", "7", f"{MARKER}\ntext")
    assert runner.github.writes == ["PATCH 1", "PATCH comments/1"]
    assert issues[1]["body"] == "text"


def test_a_next_page_elsewhere_gets_no_token(runner: Runner) -> None:
    """It is an error, in one line."""
    for number in range(1, 4):
        runner.github.issues[number] = issue(number, "Paint the hut")
    runner.github.next_page = "http://127.0.0.1:9/page"
    refused = runner.run("open-issue", "Drift: production", text="text")
    assert refused.returncode != 0
    assert refused.stderr == "GitHub's next page is on another server: 127.0.0.1\n"
    assert runner.github.writes == []


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
    refused = runner.run("comment", "7", text=f"{MARKER}\ntext")
    assert refused.returncode != 0
    assert "403" in refused.stderr


def test_a_proposal_is_one_pull_request_until_nothing_is_left(runner: Runner) -> None:
    """It is opened with a branch, kept up to date, and closed; the same again writes no commit."""
    github = runner.github
    made = ["trees", "commits", "refs accept-drift-production", "POST pulls"]
    assert runner.propose("first", "a", "b").returncode == 0
    assert github.writes == made
    assert github.proposals[1]["base"]["ref"] == "main"
    assert github.trees[tree_of(github)] == {"portfolio.yaml": "b"}
    github.writes.clear()
    assert runner.propose("again", "a", "b").returncode == 0
    assert github.writes == ["trees", "PATCH pulls/1"]
    assert runner.propose("second", "a", "c").returncode == 0
    assert github.trees[tree_of(github)] == {"portfolio.yaml": "c"}
    assert (github.proposals[1]["body"], github.proposals[1]["state"]) == ("second", "open")
    assert runner.propose("", "a", "a").returncode == 0
    assert github.proposals[1]["state"] == "closed"
    assert runner.propose("third", "a", "b").returncode == 0
    assert [pull["state"] for pull in github.proposals.values()] == ["closed", "open"]


def tree_of(github: GitHub) -> str:
    """Return the tree of the branch with the proposal."""
    commit = github.commits[github.branches["accept-drift-production"]]
    assert commit["parents"] == [{"sha": MAIN}]
    return str(commit["commit"]["tree"]["sha"])


def test_a_proposal_has_the_characters_of_the_file(runner: Runner) -> None:
    """Ends of lines and a byte order mark as well, or the pull request would change each line."""
    before, after = "\ufeffname\r\na\r\n", "\ufeffname\r\nb\r\n"
    assert runner.propose("first", before, after).returncode == 0
    assert runner.github.trees[tree_of(runner.github)] == {"portfolio.yaml": after}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_the_work_of_others_on_a_proposal_is_not_overwritten(
    runner: Runner, stranger: dict[str, str] | None
) -> None:
    """A commit of anybody else on the branch stays, and so does a pull request of others."""
    github = runner.github
    runner.propose("first", "a", "b")
    github.commits[github.branches["accept-drift-production"]]["author"] = stranger
    github.writes.clear()
    finished = runner.propose("second", "a", "c")
    assert (finished.returncode, github.writes) == (0, ["trees"])
    assert "accept-drift-production" in finished.stderr
    github.proposals[1]["user"] = stranger
    runner.propose("", "a", "a")
    assert github.proposals[1]["state"] == "open"


def test_a_token_that_may_not_write_fails(runner: Runner) -> None:
    """The workflow is red, as the setting of the repository is missing."""
    runner.github.may_write = False
    assert runner.propose("first", "a", "b").returncode == 1


PLAN, OTHER = "a" * 40, f"{'b' * 40}.{'c' * 40}.abcdefghij."


def with_plan(plan: str, marker: str = MARKER) -> str:
    return f"{marker}\n### 1 changed\n\n<!-- pulumi-setsmart plan {plan} -->\nPlan ...\n"


@pytest.mark.parametrize("plan", [PLAN, OTHER])
@pytest.mark.parametrize("stack", ["production", "hosts/production"])
def test_the_approved_plan_is_what_the_pull_request_showed(
    runner: Runner, plan: str, stack: str
) -> None:
    """Among the comments of others, and beside the report of another stack."""
    github = runner.github
    for number in range(1, 4):
        github.comments[number] = comment(number, with_plan("d" * 40), PERSON)
        github.comments[number]["updated_at"] = github.now()
    runner.succeed("comment", "7", with_plan("e" * 40, MARKER.replace("production", "staging")))
    for each in ("f" * 40, plan):
        runner.succeed("comment", "7", with_plan(each))
    github.merge("merge")
    assert runner.approved_plan(stack=stack) == plan


def test_a_report_that_changed_after_the_merge_approves_nothing(runner: Runner) -> None:
    """Whoever merged it saw another one, whoever wrote it."""
    runner.succeed("comment", "7", with_plan(PLAN))
    runner.github.merge("merge")
    runner.succeed("comment", "7", with_plan(OTHER))
    assert runner.approved_plan() is None


def test_nobody_else_can_approve_a_plan(runner: Runner) -> None:
    """Not a person, another app, a comment without a plan, nor a name of a listing."""
    github = runner.github
    bodies = [(with_plan(PLAN), stranger) for stranger in STRANGERS]
    named = "<code>&#60;&#33;&#45;&#45; pulumi&#45;setsmart plan &#45;&#45;&#62;</code>"
    bodies += [
        (f"{MARKER}\n### The preview failed\n- {named} <!-- pulumi-setsmart plan {PLAN} -->", BOT),
        (f"Hello\n{with_plan(PLAN)}", BOT),
        (with_plan("latest"), BOT),
    ]
    for number, (body, user) in enumerate(bodies, 1):
        github.comments[number] = comment(number, body, user) | {"updated_at": github.now()}
    github.merge("merge")
    assert runner.approved_plan() is None


def test_two_reports_on_one_stack_approve_nothing(runner: Runner) -> None:
    """One of them was written by something else than the workflow, which has but one."""
    github = runner.github
    for number, plan in enumerate((PLAN, OTHER), 1):
        github.comments[number] = comment(number, with_plan(plan), BOT)
        github.comments[number]["updated_at"] = github.now()
    github.merge("merge")
    assert runner.approved_plan() is None


@pytest.mark.parametrize(
    "pull",
    [
        {"merged_at": None},
        {"merge_commit_sha": "another"},
        {"base": {"ref": "staging"}},
    ],
)
def test_only_the_pull_request_that_was_merged_into_main_counts(
    runner: Runner, pull: dict[str, Any]
) -> None:
    """GitHub lists each one that has the commit; a push has none."""
    runner.succeed("comment", "7", with_plan(PLAN))
    runner.github.merge("merge", **pull)
    assert runner.approved_plan() is None
    assert runner.approved_plan("push") is None
    runner.github.merge("merge")
    assert runner.approved_plan() == PLAN
