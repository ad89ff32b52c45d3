"""The workflows of examples/gitops: right by GitHub's schema, and no more powerful than needed."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from workflow import job_of

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "gitops" / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yaml"))


def document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


def test_they_keep_to_githubs_schema() -> None:
    """As a checker outside of this project reads it."""
    checked = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    assert [path.stem for path in WORKFLOWS] == ["deploy", "drift", "pull-request"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_they_may_do_what_they_need_and_no_more(path: Path) -> None:
    """Reading the code, and the one thing that each of them says."""
    needed = {
        "deploy": {"contents": "read"},
        "drift": {"contents": "read", "issues": "write"},
        "pull-request": {"contents": "read", "pull-requests": "write"},
    }
    assert document(path)["permissions"] == needed[path.stem]
    job = job_of(path)
    assert "permissions" not in job
    secret = "SETSMART_API_KEY" if path.stem == "deploy" else "SETSMART_READ_ONLY_KEY"
    assert job["env"]["SETSMART_API_KEY"] == f"${{{{ secrets.{secret} }}}}"
    assert (job.get("environment") == "production") == (path.stem == "deploy")
    assert job["timeout-minutes"] <= 60


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_and_shells_are_given_no_expressions(path: Path) -> None:
    """Nothing that somebody typed becomes a part of a script."""
    for step in job_of(path)["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+\.\d+\.\d+", step["uses"])
            if step["uses"].startswith("actions/checkout"):
                assert step["with"] == {"persist-credentials": False}
        else:
            assert "${{" not in step["run"]
