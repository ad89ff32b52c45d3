"""A change in examples/gitops through GitLab's pipeline: merge request, deployment, schedule."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from attrs import field, frozen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from support.waiting import HANG_GUARD

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import ApiKey, SandboxSettings, running
from pulumi_setsmart.testing import SandboxAccount

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "gitops"
WRITER, READER, TOKEN = "key-that-writes", "key-that-reads", "token-that-reads-artifacts"


@pytest.fixture
def setsmart_sandbox_settings() -> SandboxSettings:
    """An account with the keys that the example asks for."""
    keys = (ApiKey(WRITER), ApiKey(READER, read_only=True))
    return SandboxSettings(keys=keys, rate_limit=0)


@frozen
class GitLab:
    """A project with its pipeline; jobs run in its folder, by bash as on a runner.

    Attributes:
        folder: The checkout.
        runner: What each job has in its environment.
        protected: The variables that only jobs of main have.
        artifacts: The files that a server keeps, by their names.
        summaries: What a chat was told.
    """

    folder: Path
    runner: dict[str, str]
    protected: dict[str, str]
    artifacts: dict[str, bytes] = field(factory=dict)
    summaries: list[bytes] = field(factory=list)

    @property
    def app(self) -> Starlette:
        """The server with the artifacts of main, and a chat."""

        async def raw(request: Request) -> Response:
            name = request.path_params["name"]
            is_known = dict(request.query_params) == {"job": "copy"} and name in self.artifacts
            if request.headers.get("PRIVATE-TOKEN") != TOKEN or not is_known:
                return Response("404", 404)
            return Response(self.artifacts[name])

        async def notify(request: Request) -> Response:
            self.summaries.append(await request.body())
            return Response("ok")

        return Starlette(
            routes=[
                Route("/v1/projects/5/jobs/artifacts/main/raw/{name}", raw),
                Route("/v1/chat", notify, methods=["POST"]),
            ]
        )

    def run(self, name: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a job of main, or `preview`, which is one of a merge request."""
        pipeline = yaml.safe_load((self.folder / ".gitlab-ci.yml").read_text())
        job: dict[str, Any] = pipeline[name]
        given = {**self.runner, **({} if name == "preview" else self.protected), **variables}
        for key, value in {**pipeline["variables"], **job.get("variables", {})}.items():
            given[key] = given.get(value[1:], "") if value.startswith("$") else value
        finished = subprocess.run(
            ["/bin/bash", "-eo", "pipefail", "-c", "\n".join(job["script"])],
            cwd=self.folder,
            env=given,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HANG_GUARD,
            check=False,
        )
        if name == "copy" and finished.returncode == 0:
            for path in job["artifacts"]["paths"]:
                self.artifacts[path] = (self.folder / path).read_bytes()
                (self.folder / path).unlink()
        return finished

    def succeed(self, name: str, **variables: str) -> None:
        """Run a job that must be green."""
        finished = self.run(name, **variables)
        assert finished.returncode == 0, finished.stdout + finished.stderr

    def edit(self, before: str, after: str) -> None:
        """Change the portfolio."""
        path = self.folder / "portfolio.yaml"
        assert before in path.read_text()
        path.write_text(path.read_text().replace(before, after))


@pytest.fixture
def gitlab(pulumi: Path, tmp_path: Path, setsmart_sandbox: SandboxAccount) -> Iterator[GitLab]:
    """The example in a project of its own, with a stack."""
    folder, state = tmp_path / "project", tmp_path / "state"
    shutil.copytree(EXAMPLE, folder)
    state.mkdir()
    runner = {
        "HOME": str(tmp_path),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "SETSMART_BASE_URL": setsmart_sandbox.url,
        "SETSMART_READ_ONLY_KEY": READER,
        "PREVIEW_TOKEN": TOKEN,
        "CI_PROJECT_ID": "5",
        "CI_DEFAULT_BRANCH": "main",
        "CI_BUILDS_DIR": str(tmp_path),
    }
    protected = {
        "SETSMART_WRITE_KEY": WRITER,
        "PULUMI_BACKEND_URL": f"file://{state}",
        "PULUMI_CONFIG_PASSPHRASE": "passphrase",
    }
    subprocess.run(
        [pulumi, "stack", "init", "production"],
        cwd=folder,
        env={**runner, **protected},
        check=True,
        capture_output=True,
    )
    project = GitLab(folder, runner, protected)
    with running(project.app) as url:
        runner["CI_API_V4_URL"] = url
        protected["SETSMART_NOTIFY_URL"] = f"{url}/chat"
        yield project


def test_a_change_goes_from_the_merge_request_to_the_account(
    gitlab: GitLab, setsmart_sandbox: SandboxAccount
) -> None:
    """With a report as an artifact; drift makes the schedule fail, with a report as well."""
    account, report = setsmart_sandbox, gitlab.folder / "report.html"
    gitlab.succeed("deploy")
    gitlab.succeed("copy")
    assert len(account.objects()) == 3

    settings = (gitlab.folder / "Pulumi.production.yaml").read_text()
    gitlab.edit("bedrooms: 3", "bedrooms: 4")
    asked = len(account.requests)
    gitlab.succeed("preview")
    assert {request.method for request in account.requests[asked:]} == {"GET"}
    assert "Beachfront Villa" in report.read_text()
    (gitlab.folder / "Pulumi.production.yaml").write_text(settings)
    gitlab.succeed("deploy")
    assert sorted(str(listing["bedrooms"]) for listing in account.objects()) == ["1", "2", "4"]
    gitlab.succeed("drift")
    assert gitlab.summaries == []

    [villa] = [each for each in account.objects() if each["bedrooms"] == 4]
    account.change(str(villa["id"]), bedrooms=9)
    report.unlink()
    assert gitlab.run("drift").returncode == 1
    assert ["Beachfront Villa" in summary.decode() for summary in gitlab.summaries] == [True]
    assert "Beachfront Villa" in report.read_text()


def test_a_sheet_that_went_wrong_stops_before_anything_is_written(
    gitlab: GitLab, setsmart_sandbox: SandboxAccount
) -> None:
    """In the merge request and in the deployment, until somebody says that it is meant."""
    account = setsmart_sandbox
    entries = "".join(f"  hut-{n}:\n    name: Hut {n}\n    bedrooms: 1\n" for n in range(7))
    gitlab.edit("  pine-cabin:", f"{entries}  pine-cabin:")
    gitlab.succeed("deploy")
    gitlab.succeed("copy")
    settings = (gitlab.folder / "Pulumi.production.yaml").read_text()
    for number in range(4):
        gitlab.edit(f"Hut {number}\n    bedrooms: 1", f"Hut {number}\n    bedrooms: 8")
    stopped = gitlab.run("preview", CI_MERGE_REQUEST_LABELS="large,change")
    assert stopped.returncode == 1, stopped.stdout + stopped.stderr
    assert f"[{MessageCode.TOO_MANY_CHANGES}]" in stopped.stderr
    (gitlab.folder / "Pulumi.production.yaml").write_text(settings)
    gitlab.succeed("preview", CI_MERGE_REQUEST_LABELS="urgent,large change")
    (gitlab.folder / "Pulumi.production.yaml").write_text(settings)
    before = account.objects()
    assert gitlab.run("deploy").returncode == 1
    assert account.objects() == before
    gitlab.succeed("deploy", LARGE_CHANGE="true")
    assert sum(listing["bedrooms"] == 8 for listing in account.objects()) == 4
