"""What GitHub reads: right by its schemas, and no more powerful than needed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.documentation_page import Page
from support.skip_reasons import NO_ACTIONLINT
from support.workflow_runner import jobs_of

ROOT = Path(__file__).resolve().parents[2]
GITOPS = ROOT / "examples" / "gitops"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").iterdir())
JOBS = {f"{path.stem}: {name}": job for path in WORKFLOWS for name, job in jobs_of(path).items()}
RELEASE = jobs_of(ROOT / ".github" / "workflows" / "release.yaml")
DEPENDABOT = ".github/dependabot.yml"
FORMS = ("bug", "feature")


def document(path: Path) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(path.read_text())
    return found


def lint(linter: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Do what `make workflows` does, with one linter."""
    if linter == "actionlint":
        need_actionlint()
    return subprocess.run(
        [sys.executable, ROOT / "tools" / "github_files.py", linter, folder],
        capture_output=True,
        text=True,
        check=False,
    )


def need_actionlint() -> None:
    """Skip without `tools/actionlint.sh`'s; on CI fail where Go could have built it."""
    folders = [os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)]
    if shutil.which("actionlint", path=os.pathsep.join(folders)):
        return
    if os.environ.get("CI") == "true" and shutil.which("go"):
        pytest.fail(NO_ACTIONLINT)
    pytest.skip(NO_ACTIONLINT)


@pytest.mark.parametrize("folder", [ROOT, GITOPS], ids=["project", "gitops"])
@pytest.mark.parametrize("linter", ["schemas", "actionlint", "zizmor"])
def test_a_linter_finds_nothing(linter: str, folder: Path) -> None:
    """GitHub's schemas, actionlint and zizmor: three checkers from outside of this project."""
    finished = lint(linter, folder)
    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.parametrize("linter", ["schemas", "actionlint", "zizmor"])
def test_a_linter_finds_nothing_in_what_a_guide_shows(linter: str, tmp_path: Path) -> None:
    """The jobs for several stacks, which no test can run."""
    page = Page.read(ROOT / "docs" / "guides" / "large-portfolios.md")
    for block in page.blocks:
        if block.title is not None:
            path = tmp_path / block.title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text)
    assert len(list(tmp_path.glob(".git*"))) == 2
    finished = lint(linter, tmp_path)
    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.parametrize(
    ("linter", "file", "right", "wrong"),
    [
        ("schemas", "workflows/checks.yaml", "timeout-minutes: 20", "timeout: 20"),
        ("schemas", "../.gitlab-ci.yml", "stage: copy", "step: copy"),
        ("schemas", "dependabot.yml", "interval: weekly", "interval: hourly"),
        ("schemas", "ISSUE_TEMPLATE/bug.yml", "type: textarea", "type: box"),
        ("schemas", "ISSUE_TEMPLATE/config.yml", "false", "maybe"),
        ("actionlint", "workflows/checks.yaml", "matrix.python }}", "matrix.snake }}"),
        ("actionlint", "workflows/checks.yaml", 'python-version: "', 'python: "'),
        ("actionlint", "workflows/release.yaml", 'TAG="$GITHUB_REF_NAME"', "TAG=$GITHUB_REF_NAME"),
        ("zizmor", "workflows/release.yaml", "permissions: {}", "permissions: write-all"),
        ("zizmor", "dependabot.yml", "default-days: 7", "default-days: 1"),
    ],
)
def test_a_linter_finds_a_mistake(
    tmp_path: Path, linter: str, file: str, right: str, wrong: str
) -> None:
    """Each of them looks at each kind of file that it knows."""
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    shutil.copy(GITOPS / ".gitlab-ci.yml", tmp_path)
    path = tmp_path / ".github" / file
    assert right in path.read_text()
    path.write_text(path.read_text().replace(right, wrong))
    finished = lint(linter, tmp_path)
    assert finished.returncode == 1
    assert path.name in finished.stderr


def test_the_jobs_may_do_what_they_need_and_no_more() -> None:
    """Reading the code; and, in a release that was switched on, one thing for each job."""
    assert all(document(path)["permissions"] == {} for path in WORKFLOWS)
    assert {name: job["permissions"] for name, job in JOBS.items()} == {
        "checks: check": {"contents": "read"},
        "checks: test": {"contents": "read"},
        "release: build": {"contents": "read"},
        "release: attest": {"attestations": "write", "id-token": "write"},
        "release: publish": {"id-token": "write"},
        "release: announce": {"contents": "write"},
    }
    assert max(job["timeout-minutes"] for job in JOBS.values()) <= 90
    assert not [path for path in WORKFLOWS if "secrets." in path.read_text()]


def test_every_system_and_python_is_tested() -> None:
    """Linux and macOS; and beside the Pythons that the package names the next one."""
    matrix = JOBS["checks: test"]["strategy"]["matrix"]
    assert [name.split("-")[0] for name in matrix["system"]] == ["ubuntu", "macos"]
    supported = re.findall(r"Python :: (3\.\d+)\"", (ROOT / "pyproject.toml").read_text())
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert set(supported) <= set(matrix["python"])


def test_the_jobs_run_targets_of_the_makefile() -> None:
    """What passes on GitHub passes in a clone. Only the announcement asks GitHub itself."""
    commands = {
        name: [step["run"] for step in job["steps"] if "run" in step] for name, job in JOBS.items()
    }
    assert commands.pop("release: announce")[0].startswith("gh release create ")
    assert commands == {
        "checks: check": ["make check", "make docs"],
        "checks: test": ["make setup", "make test"],
        "release: build": ['make release TAG="$GITHUB_REF_NAME"'],
        "release: attest": [],
        "release: publish": [],
    }
    makefile = (ROOT / "Makefile").read_text()
    for target in ("check", "docs", "setup", "test", "release"):
        assert re.search(f"^{target}: ", makefile, re.MULTILINE)


def test_a_tag_publishes_nothing_unless_that_is_switched_on() -> None:
    """A fork has no such variable. All later jobs need the one that asks for it."""
    assert document(ROOT / ".github" / "workflows" / "release.yaml")[True] == {
        "push": {"tags": ["v*"]}
    }
    assert RELEASE["attest"]["if"] == "vars.PUBLISH_RELEASES == 'true'"
    assert {name: job.get("needs") for name, job in RELEASE.items()} == {
        "build": None,
        "attest": "build",
        "publish": "attest",
        "announce": "publish",
    }
    assert not [name for name, job in RELEASE.items() if name != "attest" and "if" in job]
    assert RELEASE["publish"]["environment"] == "pypi"


def test_actions_are_pinned_to_the_same_commits_everywhere() -> None:
    """Each action to one commit, which tells its version, here and in examples/gitops."""
    uses = [
        line.partition("uses: ")[2]
        for folder in (ROOT, GITOPS)
        for path in sorted((folder / ".github" / "workflows").iterdir())
        for line in path.read_text().splitlines()
        if "uses:" in line
    ]
    pin = re.compile(r"([\w-]+/[\w-]+)(?:/[\w-]+)?@([0-9a-f]{40} # v\d+\.\d+\.\d+)")
    pins = {(found[1], found[2]) for use in uses if (found := pin.fullmatch(use))}
    assert [use for use in uses if not pin.fullmatch(use)] == []
    assert len({action for action, _ in pins}) == len(pins)


def test_checkouts_keep_no_credentials() -> None:
    """Nor is an expression a part of a script."""
    steps = [step for job in JOBS.values() for step in job["steps"]]
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout")]
    assert [step["with"] for step in checkouts] == [{"persist-credentials": False}] * 3
    assert not [step for step in steps if "${{" in step.get("run", "")]


def test_dependabot_knows_every_manifest() -> None:
    """All files that pin packages or actions, wherever they are."""
    watched = {
        (update["package-ecosystem"], folder.strip("/"))
        for update in document(ROOT / DEPENDABOT)["updates"]
        for folder in update.get("directories", [update.get("directory")])
    }
    patterns = {
        "pip": "*requirements.txt",
        "gomod": "go.mod",
        "npm": "package-lock.json",
        "github-actions": "workflows/*",
    }
    there = {
        (ecosystem, str(path.parent.relative_to(ROOT)).removeprefix("."))
        for ecosystem, pattern in patterns.items()
        for top in (ROOT, ROOT / "tools", ROOT / "examples")
        for path in (top.glob(pattern) if top == ROOT else top.rglob(pattern))
    }
    assert watched == there | {("github-actions", "")}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_asks_for_no_secret(form: str) -> None:
    """It begins with that, and whoever sends it has to confirm it."""
    body = document(ROOT / ".github" / "ISSUE_TEMPLATE" / f"{form}.yml")["body"]
    assert body[0]["attributes"]["value"].startswith("**Do not paste API keys, ")
    assert body[-1]["attributes"]["options"][0] == {
        "label": "This issue contains no key, secret or door code.",
        "required": True,
    }
