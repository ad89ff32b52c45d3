"""The preview that is reported comes from code that nobody has approved: it is data, no more."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from attrs import frozen
from support.preview_document import PreviewDocument
from support.workflow_runner import BASE, LARGE_CHANGE, TOKEN, GitHub, Repository

from pulumi_setsmart.sandbox import running

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "gitops"
WORKFLOW = EXAMPLE / ".github" / "workflows" / "pull-request.yaml"


@frozen
class PullRequest:
    """A pull request that brings its own script for the preview, and nothing of Pulumi."""

    repository: Repository
    github: GitHub

    def run(self, script: str) -> CompletedProcess[str]:
        """Run the workflow with a script that makes the preview; return how the report ended."""
        (self.repository.branch / "scripts" / "preview.py").write_text(script)
        return self.repository.run(WORKFLOW)["report"]


@pytest.fixture
def pull_request(tmp_path: Path, runner_environment: dict[str, str]) -> Iterator[PullRequest]:
    """The example with a branch whose own script for comments would leave a trace."""
    main, branch, kept = (tmp_path / name for name in ("main", "branch", "kept"))
    shutil.copytree(EXAMPLE, main)
    shutil.copytree(EXAMPLE, branch)
    (branch / "scripts" / "github.py").write_text("raise SystemExit('that of the branch')")
    (kept / "cache").mkdir(parents=True)
    (kept / "cache" / "preview-state-1000-1").write_text("{}")
    github = GitHub()
    variables = {
        "github.token": TOKEN,
        "github.event.pull_request.number": "7",
        "github.run_id": "1001",
        "github.sha": "5ha",
        LARGE_CHANGE: "false",
        BASE: "0000000",
    }
    with running(github.app) as api_url:
        runner = {**runner_environment, "HOME": str(tmp_path), "GITHUB_API_URL": api_url}
        yield PullRequest(Repository(main, branch, variables, {}, runner, kept), github)


def writing(text: str) -> str:
    """Return a script that writes a preview."""
    return f"import pathlib\npathlib.Path('preview.json').write_text({text!r})\n"


def test_what_it_forges_is_shown_as_data(pull_request: PullRequest) -> None:
    """It can lie about the change, but neither format, link, mention nor run anything."""
    preview = PreviewDocument()
    title = "</code><script>alert(1)</script> @everyone #1 [x](https://a.example) ![y](z)"
    preview.listing("villa", planned={"name": title})
    finished = pull_request.run(writing(preview.text))
    assert finished.returncode == 0, finished.stderr
    [said] = pull_request.github.comments.values()
    assert pull_request.github.writes == ["POST comments"]
    for part in ("<script", "@everyone", "](", "![", "</code><"):
        assert part not in said["body"].replace("</code> (<code>", "")
    assert "alert" in said["body"]


@pytest.mark.parametrize(
    "script",
    [
        "",
        writing(""),
        writing("<html>"),
        writing(json.dumps({"steps": "none"})),
        "import os\nos.symlink('/etc/passwd', 'preview.json')\n",
        "import os\nos.symlink('/dev/zero', 'preview.json')\n",
        "open('preview.json', 'wb').truncate(50_000_001)\n",
    ],
    ids=["none", "empty", "HTML", "no steps", "a link", "an endless link", "too large"],
)
def test_what_is_no_preview_is_red_and_said_nowhere(pull_request: PullRequest, script: str) -> None:
    """Nothing of the machine that reports gets into a comment."""
    finished = pull_request.run(script)
    assert finished.returncode != 0
    assert "Traceback" not in finished.stderr
    assert pull_request.github.writes == []
