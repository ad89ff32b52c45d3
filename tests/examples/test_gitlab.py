"""The pipeline of examples/gitops for GitLab: pinned, and no more powerful than needed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from pulumi_cli.build import ENGINE

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "gitops"
PIPELINE: dict[str, Any] = yaml.safe_load((EXAMPLE / ".gitlab-ci.yml").read_text())
JOBS = {name: job for name, job in PIPELINE.items() if isinstance(job, dict) and "script" in job}
PROTECTED = {"SETSMART_WRITE_KEY", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN"}


def text_of(job: dict[str, Any]) -> str:
    return yaml.safe_dump(job, width=1000)


def test_only_jobs_of_main_are_given_what_can_write() -> None:
    """The code of a merge request has a key that may read, and a token that reads the project."""
    assert [*JOBS] == ["preview", "deploy", "drift", "copy"]
    named = {
        name: {*re.findall(r"\$(SETSMART_\w+_KEY|PREVIEW_TOKEN)", text_of(job))}
        for name, job in JOBS.items()
    }
    assert named == {
        "preview": {"SETSMART_READ_ONLY_KEY", "PREVIEW_TOKEN"},
        "deploy": {"SETSMART_WRITE_KEY", "PREVIEW_TOKEN"},
        "drift": {"SETSMART_READ_ONLY_KEY"},
        "copy": set(),
    }
    has_environment = {name for name, job in JOBS.items() if "environment" in job}
    assert has_environment == {"deploy", "drift", "copy"}
    assert "merge_request_event" in text_of(JOBS["preview"]["rules"])
    assert all("merge_request" not in text_of(JOBS[name]["rules"]) for name in has_environment)


def test_forks_are_not_previewed_and_deployments_take_turns() -> None:
    """As with GitHub."""
    [merge_request, main] = [rule["if"] for rule in PIPELINE["workflow"]["rules"]]
    assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID" in merge_request
    assert main == "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"
    assert JOBS["deploy"]["resource_group"] == "production"
    for name in ("deploy", "drift"):
        assert JOBS[name]["script"][0] == 'pulumi-setsmart doctor --stack "$STACK" --state-only'


def test_the_account_is_backed_up_before_anything_is_written() -> None:
    """The backup is kept for ninety days, also if the deployment fails."""
    deploy = JOBS["deploy"]
    backup, up = deploy["script"][-2:]
    assert backup.startswith("pulumi-setsmart backup account.yaml ")
    assert up.startswith("pulumi up ")
    assert deploy["artifacts"] == {
        "when": "always",
        "access": "developer",
        "paths": ["account.yaml"],
        "expire_in": "90 days",
    }


def test_what_is_installed_is_pinned() -> None:
    """Packages by their hashes, our wheel from its file, Pulumi by the version that is tested."""
    assert PIPELINE["default"]["image"]["name"].rpartition(":")[2] == ENGINE.version
    assert PIPELINE["default"]["before_script"][2:] == [
        "pip install --require-hashes --requirement requirements.txt",
        "pip install --require-hashes --no-deps --no-index --requirement wheels/requirements.txt",
    ]
    assert not [name for name, job in JOBS.items() if {"image", "before_script"} & job.keys()]
