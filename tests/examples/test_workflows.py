"""The workflows of examples/gitops: right by GitHub's schema, and no more powerful than needed."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from workflow import job_of

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "gitops"
WORKFLOWS = sorted((EXAMPLE / ".github" / "workflows").glob("*.yaml"))
DEPENDABOT = EXAMPLE / ".github" / "dependabot.yml"
PROGRAMS = Path(sys.executable).parent


def document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


@pytest.mark.parametrize(
    ("schema", "files"),
    [("vendor.github-workflows", WORKFLOWS), ("vendor.dependabot", [DEPENDABOT])],
)
def test_they_keep_to_githubs_schemas(schema: str, files: list[Path]) -> None:
    """As a checker outside of this project reads them."""
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    assert [path.stem for path in WORKFLOWS] == ["deploy", "drift", "pull-request"]


def test_actionlint_finds_nothing(actionlint: Path, tmp_path: Path) -> None:
    """Expressions, events, scripts; and inputs of actions, which it knows by their releases."""
    for path in WORKFLOWS:
        text = re.sub(r"@[0-9a-f]{40} # (v\d+).*", r"@\1", path.read_text())
        (tmp_path / path.name).write_text(text)
    shellcheck = PROGRAMS / "shellcheck"
    linted = subprocess.run(
        [
            *(actionlint, "-no-color", "-pyflakes="),
            f"-shellcheck={shellcheck if shellcheck.exists() else ''}",
            *(path.name for path in WORKFLOWS),
        ],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_an_audit_finds_nothing() -> None:
    """As strict as zizmor can be, but for what zizmor.yaml beside this file says."""
    audited = subprocess.run(
        [
            *(PROGRAMS / "zizmor", "--offline", "--persona=auditor", "--collect=all"),
            *("--strict-collection", "--no-progress", "--color=never"),
            *("--config", Path(__file__).with_name("zizmor.yaml"), EXAMPLE),
        ],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert audited.returncode == 0, audited.stdout + audited.stderr
    assert [path for path in (*WORKFLOWS, DEPENDABOT) if str(path) not in audited.stderr] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_they_may_do_what_they_need_and_no_more(path: Path) -> None:
    """Reading the code, and the one thing that each of them says."""
    needed = {
        "deploy": {"contents": "read"},
        "drift": {"contents": "read", "issues": "write"},
        "pull-request": {"contents": "read", "pull-requests": "write"},
    }
    assert document(path)["permissions"] == {}
    job = job_of(path)
    assert job["permissions"] == needed[path.stem]
    secret = "SETSMART_API_KEY" if path.stem == "deploy" else "SETSMART_READ_ONLY_KEY"
    assert job["env"]["SETSMART_API_KEY"] == f"${{{{ secrets.{secret} }}}}"
    assert (job.get("environment") == "production") == (path.stem == "deploy")
    assert job["timeout-minutes"] <= 60


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_shells_are_given_no_expressions_and_checkouts_keep_no_credentials(path: Path) -> None:
    """Nothing that somebody typed becomes a part of a script."""
    for step in job_of(path)["steps"]:
        assert "${{" not in step.get("run", "")
        if step.get("uses", "").startswith("actions/checkout"):
            assert step["with"] == {"persist-credentials": False}


def test_actions_are_pinned_to_commits_that_say_their_version() -> None:
    """The same ones in all workflows; Dependabot reads the version, and writes it anew."""
    uses = [
        line.strip(" -")
        for path in WORKFLOWS
        for line in path.read_text().splitlines()
        if "uses:" in line
    ]
    pin = r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+"
    assert [one for one in uses if not re.fullmatch(pin, one)] == []
    assert len(set(uses)) == 3


def test_every_file_that_the_readme_names_is_there() -> None:
    """What a reader copies is whole."""
    named = set(re.findall(r"`((?:[\w-]+\.)+(?:yaml|txt))`", (EXAMPLE / "README.md").read_text()))
    assert "Pulumi.production.yaml" in named
    files = {path.name for path in EXAMPLE.rglob("*") if path.is_file()}
    assert named <= files


def test_the_package_is_pinned_to_its_release() -> None:
    """A deployment changes when somebody approves it, not when something is released."""
    pinned = (EXAMPLE / "requirements.txt").read_text()
    assert pinned == f"pulumi-setsmart=={version('pulumi-setsmart')}\n"
