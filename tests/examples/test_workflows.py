"""The workflows of examples/gitops: no more powerful than needed."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi_cli.build import ENGINE
from pulumi_cli.version import dotted, parse
from support.workflow_runner import jobs_of

from pulumi_setsmart.automation.oldest_cli import OLDEST_CLI

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "gitops"
WORKFLOWS = sorted((EXAMPLE / ".github" / "workflows").glob("*.yaml"))


def document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


def test_they_are_three() -> None:
    """Tests below look at each of them."""
    assert [path.stem for path in WORKFLOWS] == ["deploy", "drift", "pull-request"]


JOBS = {f"{path.stem}: {name}": job for path in WORKFLOWS for name, job in jobs_of(path).items()}


def test_they_may_do_what_they_need_and_no_more() -> None:
    """Reading the code and what was approved, and the one thing that a job says."""
    assert all(document(path)["permissions"] == {} for path in WORKFLOWS)
    assert {name: job["permissions"] for name, job in JOBS.items()} == {
        "deploy: deploy": {"contents": "read", "pull-requests": "read"},
        "drift: drift": {"contents": "read", "issues": "write"},
        "drift: propose": {"contents": "write", "pull-requests": "write"},
        "pull-request: preview": {"contents": "read"},
        "pull-request: report": {"contents": "read", "pull-requests": "write"},
    }
    assert max(job["timeout-minutes"] for job in JOBS.values()) <= 60


def test_each_job_is_given_the_secrets_of_its_work_and_no_more() -> None:
    """Where code of pull requests runs, that is the key that may read."""
    state = {"PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"}
    assert {name: secrets_of(job) for name, job in JOBS.items()} == {
        "deploy: deploy": ("production", state | {"SETSMART_API_KEY"}),
        "drift: drift": ("production", state | {"SETSMART_READ_ONLY_KEY", "SETSMART_NOTIFY_URL"}),
        "drift: propose": (None, set()),
        "pull-request: preview": ("preview", {"SETSMART_READ_ONLY_KEY"}),
        "pull-request: report": (None, set()),
    }
    preview = yaml.safe_dump(JOBS["pull-request: preview"])
    assert not [word for word in ("vars.", "token", "id-token", "toJSON") if word in preview]


def secrets_of(job: dict[str, Any]) -> tuple[str | None, set[str]]:
    """Return the environment of a job, and which secrets it names."""
    return job.get("environment"), set(re.findall(r"secrets\.(\w+)", yaml.safe_dump(job)))


def test_the_job_that_comments_runs_nothing_of_the_pull_request() -> None:
    """It checks out the base, and what the other job made goes outside of that."""
    steps = JOBS["pull-request: report"]["steps"]
    assert steps[0]["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
    [download] = [step for step in steps if "download-artifact" in step.get("uses", "")]
    assert download["with"]["path"] == "${{ runner.temp }}/preview"
    assert not [step for step in steps if "cache" in step.get("uses", "")]


def test_the_job_that_may_write_code_runs_no_program() -> None:
    """Neither Pulumi nor ours reads the state there, and it runs only where somebody wants it."""
    job = JOBS["drift: propose"]
    assert job["if"] == "vars.ACCEPT_DRIFT == 'true'"
    commands = [
        step["run"] for step in job["steps"] if step.get("name") != "Install" and "run" in step
    ]
    assert [re.search("pulumi", command) for command in commands] == [None]
    assert not [step for step in job["steps"] if "pulumi" in step.get("uses", "")]


def test_pull_requests_run_by_the_event_that_gives_forks_nothing() -> None:
    """`pull_request_target` would run with everything; and a fork's are not previewed."""
    triggers = {path.stem: set(document(path)[True]) for path in WORKFLOWS}  # type: ignore[index]  # YAML 1.1 reads `on` as true
    assert triggers == {
        "deploy": {"push", "workflow_dispatch"},
        "drift": {"schedule", "workflow_dispatch"},
        "pull-request": {"pull_request"},
    }
    condition = "github.event.pull_request.head.repo.full_name == github.repository"
    still_open = "github.event.pull_request.state == 'open'"
    assert JOBS["pull-request: preview"]["if"] == f"{condition} && {still_open}"
    assert "needs.preview.result != 'skipped'" in JOBS["pull-request: report"]["if"]


@pytest.mark.parametrize("name", ["deploy: deploy", "drift: drift"])
def test_the_state_is_examined_before_pulumi_runs_on_it(name: str) -> None:
    """What starts Pulumi with the passphrase comes after it."""
    commands = [step["run"] for step in JOBS[name]["steps"] if "run" in step]
    assert commands[1] == 'pulumi-setsmart doctor --stack "$STACK" --state-only'
    assert not re.search(r"pulumi(-setsmart)? (up|preview|report|stack)", commands[0])


def test_nothing_is_deployed_that_was_not_approved() -> None:
    """The plan is compared with the approved one before `pulumi up`, in each way to start it."""
    commands = [step["run"] for step in JOBS["deploy: deploy"]["steps"] if "run" in step]
    places = [next(n for n, command in enumerate(commands) if word in command) for word in WORDS]
    assert places[0] == places[1] < places[2]


WORDS = ("approved-plan", "--expect", "pulumi up")


def test_the_account_is_backed_up_before_anything_is_written() -> None:
    """The backup is kept, for ninety days, in the step after the one that makes it."""
    steps = JOBS["deploy: deploy"]["steps"]
    names = [step.get("name") for step in steps]
    place = names.index("Back up")
    assert names.index("Check") < place < names.index("Deploy")
    assert "$RUNNER_TEMP/account.yaml" in steps[place]["run"]
    kept = steps[place + 1]
    assert kept["uses"].startswith("actions/upload-artifact@")
    assert "if" not in kept
    assert kept["with"]["path"] == "${{ runner.temp }}/account.yaml"
    assert kept["with"]["retention-days"] == 90


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_shells_are_given_no_expressions_and_checkouts_keep_no_credentials(
    job: dict[str, Any],
) -> None:
    """Nothing that somebody typed becomes a part of a script."""
    for step in job["steps"]:
        assert "${{" not in step.get("run", "")
        if step.get("uses", "").startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_what_is_installed_is_pinned(job: dict[str, Any]) -> None:
    """Packages by their hashes, our wheel from its file, Pulumi by its version."""
    [install] = [step["run"] for step in job["steps"] if step.get("name") == "Install"]
    assert install.splitlines() == [
        "pip install --require-hashes --requirement requirements.txt",
        "pip install --require-hashes --no-deps --no-index --requirement wheels/requirements.txt",
    ]
    pulumi = [step["with"] for step in job["steps"] if "pulumi/actions" in step.get("uses", "")]
    assert pulumi in ([{"pulumi-version": ENGINE.version}], [])


def test_actions_are_pinned_to_commits_that_say_their_version() -> None:
    """The same ones in all workflows; Dependabot reads the version, and writes it anew."""
    uses = [
        line.strip(" -")
        for path in WORKFLOWS
        for line in path.read_text().splitlines()
        if "uses:" in line
    ]
    pin = r"uses: [\w-]+/[\w-]+(/[\w-]+)?@[0-9a-f]{40} # v\d+\.\d+\.\d+"
    assert [use for use in uses if not re.fullmatch(pin, use)] == []
    assert len({re.sub("/(save|restore)@", "@", use) for use in uses}) == 6


def test_every_file_that_the_readme_names_is_there() -> None:
    """What a reader copies is whole."""
    named = set(re.findall(r"`((?:[\w-]+\.)+(?:yaml|txt))`", (EXAMPLE / "README.md").read_text()))
    assert "Pulumi.production.yaml" in named
    files = {path.name for path in EXAMPLE.rglob("*") if path.is_file()}
    assert named <= files


def test_the_project_requires_a_cli_that_can_run_it() -> None:
    """Pulumi itself refuses an older one; the pinned one is the one that is tested."""
    required = document(EXAMPLE / "Pulumi.yaml")["requiredPulumiVersion"]
    assert required == f">={dotted(OLDEST_CLI)}"
    assert (parse(ENGINE.version) or ()) >= OLDEST_CLI
