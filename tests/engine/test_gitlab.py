"""A change in examples/gitops through GitLab's pipeline: merge request, deployment, schedule."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from attrs import field, frozen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from support.messages import message
from support.pip_once import pip_variables
from support.waiting import HANG_GUARD

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import ApiKey, SandboxSettings, running
from pulumi_setsmart.testing import SandboxAccount

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "gitops"
WRITER, READER, TOKEN = "key-that-writes", "key-that-reads", "token-that-reads-artifacts"
COMMIT = "c0ffee" * 6 + "c0ff"


@pytest.fixture
def setsmart_sandbox_settings() -> SandboxSettings:
    """An account with the keys that the example asks for."""
    keys = (ApiKey(WRITER), ApiKey(READER, read_only=True))
    return SandboxSettings(keys=keys, rate_limit=0)


def at(number: int) -> str:
    """Return when the preview with a number finished."""
    return f"2026-11-29T10:{number:02}:00.000Z"


@frozen
class GitLab:
    """A project with its pipeline; jobs run in its folder, by bash as on a runner.

    Attributes:
        folder: The checkout.
        runner: What each job has in its environment.
        protected: The variables that only jobs of main have.
        copies: The files that the job `copy` has left, by their names.
        previews: The jobs of the merge request, oldest first, as GitLab's API shows them.
        reports: The report of each of these jobs, by its id.
        requests: The merge requests that a commit belongs to, by the commit.
        summaries: What a chat was told.
    """

    folder: Path
    runner: dict[str, str]
    protected: dict[str, str]
    copies: dict[str, bytes] = field(factory=dict)
    previews: list[dict[str, Any]] = field(factory=list)
    reports: dict[int, bytes] = field(factory=dict)
    requests: dict[str, list[dict[str, Any]]] = field(factory=dict)
    summaries: list[bytes] = field(factory=list)

    @property
    def app(self) -> Starlette:
        """The server with the artifacts and the merge request, and a chat."""

        def project(path: str, answer: Callable[[Request], bytes | object | None]) -> Route:
            async def respond(request: Request) -> Response:
                found = answer(request)
                if request.headers.get("Authorization") != f"Bearer {TOKEN}" or found is None:
                    return Response("404", 404)
                return Response(found) if isinstance(found, bytes) else JSONResponse(found)

            return Route(f"/v1/projects/5{path}", respond)

        def copy(request: Request) -> bytes | None:
            assert dict(request.query_params) == {"job": "copy"}
            return self.copies.get(request.path_params["name"])

        def jobs(request: Request) -> object:
            assert request.query_params["include_retried"] == "true"
            return self.previews

        def merge_request(_: Request) -> object:
            return {"iid": 3, "head_pipeline": {"id": 11} if self.previews else None}

        async def stored(request: Request) -> Response:
            assert "Authorization" not in request.headers
            return Response(self.reports[request.path_params["id"]])

        async def redirected(request: Request) -> Response:
            assert request.headers["Authorization"] == f"Bearer {TOKEN}"
            # Another origin, as the storage of artifacts has.
            storage = f"http://localhost:{request.url.port}/v1/storage/{request.path_params['id']}"
            return RedirectResponse(storage)

        async def notify(request: Request) -> Response:
            self.summaries.append(await request.body())
            return Response("ok")

        return Starlette(
            routes=[
                project("/jobs/artifacts/main/raw/{name}", copy),
                project(
                    "/repository/commits/{commit}/merge_requests",
                    lambda request: self.requests.get(request.path_params["commit"], []),
                ),
                project("/merge_requests/3", merge_request),
                project("/pipelines/11/jobs", jobs),
                Route("/v1/projects/5/jobs/{id:int}/artifacts/report.html", redirected),
                Route("/v1/storage/{id:int}", stored),
                Route("/v1/chat", notify, methods=["POST"]),
            ]
        )

    def preview(self, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the job of the merge request, whose report GitLab keeps; leave the checkout as is."""
        settings = (self.folder / "Pulumi.production.yaml").read_text()
        finished = self.run("preview", **variables)
        (self.folder / "Pulumi.production.yaml").write_text(settings)
        number = len(self.previews) + 1
        self.previews.append(
            {
                "id": number,
                "name": "preview",
                "status": "failed" if finished.returncode else "success",
                "finished_at": at(number),
            }
        )
        self.reports[number] = (self.folder / "report.html").read_bytes()
        return finished

    def merge(self, **more: Any) -> None:
        """Merge the merge request as the commit of main, after the newest of its previews."""
        merged = {
            "iid": 3,
            "state": "merged",
            "target_branch": "main",
            "merged_at": at(len(self.previews)).replace(".000Z", ".500Z"),
            "sha": "5" * 40,
            "squash_commit_sha": None,
            "merge_commit_sha": COMMIT,
        }
        self.requests.setdefault(COMMIT, []).append(merged | more)

    def deploy_by_hand(self) -> None:
        """Deploy without a merge request: nobody approved it, so it stops and shows its plan."""
        stopped = self.run("deploy")
        assert stopped.returncode == 1, stopped.stdout + stopped.stderr
        assert "so no plan was approved" in stopped.stderr
        [plan] = re.findall("^Plan <code>([0-9a-f]{40})</code>", stopped.stdout, re.MULTILINE)
        self.succeed("deploy", PLAN=plan)

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
                self.copies[path] = (self.folder / path).read_bytes()
                (self.folder / path).unlink()
        return finished

    def script(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a script of the pipeline."""
        return subprocess.run(
            [sys.executable, f"scripts/{name}", *arguments],
            cwd=self.folder,
            env={**self.runner, "GITLAB_TOKEN": TOKEN},
            capture_output=True,
            text=True,
            timeout=HANG_GUARD,
            check=False,
        )

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
def gitlab_project(tmp_path: Path) -> Iterator[GitLab]:
    """The example in a project of its own."""
    folder = tmp_path / "project"
    shutil.copytree(EXAMPLE, folder)
    runner = {
        **pip_variables(),
        "HOME": str(tmp_path),
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "SETSMART_READ_ONLY_KEY": READER,
        "PREVIEW_TOKEN": TOKEN,
        "CI_PROJECT_ID": "5",
        "CI_COMMIT_SHA": COMMIT,
        "CI_DEFAULT_BRANCH": "main",
        "CI_BUILDS_DIR": str(tmp_path),
    }
    project = GitLab(folder, runner, {"SETSMART_WRITE_KEY": WRITER})
    with running(project.app) as url:
        runner["CI_API_V4_URL"] = url
        project.protected["SETSMART_NOTIFY_URL"] = f"{url}/chat"
        yield project


@pytest.fixture
def gitlab(
    gitlab_project: GitLab, pulumi: Path, tmp_path: Path, setsmart_sandbox: SandboxAccount
) -> GitLab:
    """The project with a stack."""
    state = tmp_path / "state"
    state.mkdir()
    gitlab_project.runner["SETSMART_BASE_URL"] = setsmart_sandbox.url
    gitlab_project.protected["PULUMI_BACKEND_URL"] = f"file://{state}"
    gitlab_project.protected["PULUMI_CONFIG_PASSPHRASE"] = "passphrase"
    subprocess.run(
        [pulumi, "stack", "init", "production"],
        cwd=gitlab_project.folder,
        env={**gitlab_project.runner, **gitlab_project.protected},
        check=True,
        capture_output=True,
    )
    return gitlab_project


def test_a_change_goes_from_the_merge_request_to_the_account(
    gitlab: GitLab, setsmart_sandbox: SandboxAccount
) -> None:
    """With a report as an artifact; drift makes the schedule fail, with a report as well."""
    account, report = setsmart_sandbox, gitlab.folder / "report.html"
    gitlab.deploy_by_hand()
    gitlab.succeed("copy")
    assert len(account.objects()) == 3

    gitlab.edit("bedrooms: 3", "bedrooms: 4")
    asked = len(account.requests)
    assert gitlab.preview().returncode == 0
    assert {request.method for request in account.requests[asked:]} == {"GET"}
    assert "Beachfront Villa" in report.read_text()
    gitlab.merge()
    gitlab.succeed("deploy")
    assert sorted(str(listing["bedrooms"]) for listing in account.objects()) == ["1", "2", "4"]
    pipeline = yaml.safe_load((gitlab.folder / ".gitlab-ci.yml").read_text())
    [kept] = pipeline["deploy"]["artifacts"]["paths"]
    saved = yaml.safe_load((gitlab.folder / kept).read_text())["properties"]
    assert saved["beachfront-villa"]["bedrooms"] == 3
    gitlab.succeed("drift")
    assert gitlab.summaries == []

    [villa] = [each for each in account.objects() if each["bedrooms"] == 4]
    account.change(str(villa["id"]), bedrooms=9)
    report.unlink()
    assert gitlab.run("drift").returncode == 1
    assert ["Beachfront Villa" in summary.decode() for summary in gitlab.summaries] == [True]
    assert "Beachfront Villa" in report.read_text()


def test_what_was_approved_is_what_is_deployed(
    gitlab: GitLab, setsmart_sandbox: SandboxAccount
) -> None:
    """A listing that somebody changed since stops it, and the job says which one."""
    account = setsmart_sandbox
    gitlab.deploy_by_hand()
    gitlab.succeed("copy")
    gitlab.edit("bedrooms: 3", "bedrooms: 4")
    assert gitlab.preview().returncode == 0
    gitlab.merge()
    [loft] = [each for each in account.objects() if each["name"] == "Harbour Loft"]
    account.change(str(loft["id"]), bedrooms=9)
    before = account.objects()
    stopped = gitlab.run("deploy")
    assert stopped.returncode == 1
    said = stopped.stderr.splitlines()[-1]
    assert said == message(MessageCode.PLAN_CHANGED, "not approved: portfolio-harbour-loft")
    assert "Harbour Loft" in stopped.stdout
    assert account.objects() == before
    # A report of the new plan that is made after the merge approves nothing.
    assert gitlab.preview().returncode == 0
    assert gitlab.run("deploy").returncode == 1
    assert account.objects() == before
    account.change(str(loft["id"]), bedrooms=1)
    gitlab.succeed("deploy")


@pytest.mark.parametrize(
    ("merges", "reason"),
    [
        ([], "is not the merge of one merge request"),
        ([{}, {"iid": 4}], "is not the merge of one merge request"),
        ([{"state": "opened"}], "is not the merge of one merge request"),
        ([{"target_branch": "release"}], "is not the merge of one merge request"),
        ([{"merge_commit_sha": "4" * 40}], "is not the merge of one merge request"),
        ([{"merge_commit_sha": None}], "is not the merge of one merge request"),
        (
            [{"merge_commit_sha": None, "squash_commit_sha": "4" * 40, "sha": COMMIT}],
            "is not the merge of one merge request",
        ),
        (
            [{"merged_at": "2026-11-29T09:59:00.000Z"}],
            "had no report with a plan when it was merged",
        ),
        ([{}], None),
        ([{"merge_commit_sha": None, "sha": COMMIT}], None),
        ([{"merge_commit_sha": None, "squash_commit_sha": COMMIT}], None),
        ([{"merged_at": "2026-11-29T12:01:00.000+02:00"}], None),
        ([{"state": "closed"}, {}], None),
    ],
)
def test_a_plan_counts_as_approved_only_with_the_merge_of_its_report(
    gitlab_project: GitLab, merges: list[dict[str, Any]], reason: str | None
) -> None:
    """A merge commit, or what was fast-forwarded, of main; with a report from before it."""
    project = gitlab_project
    plan = "a" * 40 + "." + "b" * 40
    job = {"id": 1, "name": "preview", "status": "success", "finished_at": at(1)}
    project.previews.extend(
        [
            {**job, "id": 2, "finished_at": at(0)},
            job,
            {**job, "id": 3, "status": "failed"},
            {**job, "id": 4, "status": "running", "finished_at": None},
            {**job, "id": 5, "name": "lint"},
            {**job, "id": 6, "finished_at": at(2)},
        ]
    )
    page = '<meta name="pulumi-setsmart-plan" content="{}">\n'
    others = {number: page.format("f" * 40).encode() for number in range(7)}
    project.reports.update({**others, 1: page.format(plan).encode()})
    for more in merges:
        project.merge(**{"merged_at": at(1), **more})
    finished = project.script("gitlab.py", "approved-plan", COMMIT)
    if reason is None:
        assert (finished.stdout, finished.returncode) == (f"{plan}\n", 0), finished.stderr
    else:
        assert reason in finished.stderr
        assert finished.returncode == 1


def test_a_report_without_a_plan_approves_nothing(gitlab_project: GitLab) -> None:
    """As when the preview failed."""
    project = gitlab_project
    job = {"id": 1, "name": "preview", "status": "success", "finished_at": at(1)}
    project.previews.append(job)
    # What somebody typed is text of the page, and no element of it.
    fake = f'&lt;meta name="pulumi-setsmart-plan" content="{"f" * 40}">\n'
    project.reports[1] = fake.encode()
    project.merge()
    finished = project.script("gitlab.py", "approved-plan", COMMIT)
    assert "!3 had a report without a plan when it was merged" in finished.stderr
    assert finished.returncode == 1


def test_a_merge_request_without_a_pipeline_approves_nothing(gitlab_project: GitLab) -> None:
    """As one from before the pipeline was there."""
    gitlab_project.merge(merged_at=at(1))
    finished = gitlab_project.script("gitlab.py", "approved-plan", COMMIT)
    assert finished.stderr == "!3 had no report with a plan when it was merged\n"
    assert finished.returncode == 1


def test_a_sheet_that_went_wrong_stops_before_anything_is_written(
    gitlab: GitLab, setsmart_sandbox: SandboxAccount
) -> None:
    """In the merge request and in the deployment, until somebody says that it is meant."""
    account = setsmart_sandbox
    entries = "".join(f"  hut-{n}:\n    name: Hut {n}\n    bedrooms: 1\n" for n in range(7))
    gitlab.edit("  pine-cabin:", f"{entries}  pine-cabin:")
    gitlab.deploy_by_hand()
    gitlab.succeed("copy")
    for number in range(4):
        gitlab.edit(f"Hut {number}\n    bedrooms: 1", f"Hut {number}\n    bedrooms: 8")
    stopped = gitlab.preview(CI_MERGE_REQUEST_LABELS="large,change")
    assert stopped.returncode == 1, stopped.stdout + stopped.stderr
    assert f"[{MessageCode.TOO_MANY_CHANGES}]" in stopped.stderr
    allowed = gitlab.preview(CI_MERGE_REQUEST_LABELS="urgent,large change")
    assert allowed.returncode == 0, allowed.stdout + allowed.stderr
    gitlab.merge()
    before = account.objects()
    assert gitlab.run("deploy").returncode == 1
    assert account.objects() == before
    gitlab.succeed("deploy", LARGE_CHANGE="true")
    assert sum(listing["bedrooms"] == 8 for listing in account.objects()) == 4
