"""GitHub's workflows, run here: their steps by bash, GitHub itself by a server that remembers."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from attrs import Factory, define
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from waiting import HANG_GUARD

TOKEN = "token-of-the-workflow"
REPOSITORY = "hosts/portfolio"


@define
class GitHub:
    """Comments and issues of one repository, served as GitHub's API does, two to a page.

    Attributes:
        comments: The comments, by their ids.
        issues: The issues, by their numbers.
        writes: What was asked that changes something.
        may_write: Whether the token may.
    """

    comments: dict[int, dict[str, Any]] = Factory(dict)
    issues: dict[int, dict[str, Any]] = Factory(dict)
    writes: list[str] = Factory(list)
    may_write: bool = True

    @property
    def app(self) -> Starlette:
        """The server."""
        base = f"/v1/repos/{REPOSITORY}"
        return Starlette(
            routes=[
                Route(f"{base}/issues/7/comments", self._comments, methods=["GET", "POST"]),
                Route(f"{base}/issues/comments/{{id:int}}", self._comment, methods=["PATCH"]),
                Route(f"{base}/issues", self._issues, methods=["GET", "POST"]),
                Route(f"{base}/issues/{{id:int}}", self._issue, methods=["PATCH"]),
            ]
        )

    async def _comments(self, request: Request) -> Response:
        return await self._list_or_add(request, self.comments, "id")

    async def _comment(self, request: Request) -> Response:
        return await self._change(request, self.comments)

    async def _issues(self, request: Request) -> Response:
        return await self._list_or_add(request, self.issues, "number")

    async def _issue(self, request: Request) -> Response:
        return await self._change(request, self.issues)

    async def _list_or_add(
        self, request: Request, kept: dict[int, dict[str, Any]], key: str
    ) -> Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        if request.method == "POST" and not self.may_write:
            return _not_allowed()
        if request.method == "POST":
            self.writes.append(f"POST {request.url.path.rpartition('/')[2]}")
            number = len(kept) + 1
            bot = {"login": "github-actions[bot]", "type": "Bot"}
            kept[number] = {key: number, "state": "open", "user": bot, **await request.json()}
            return JSONResponse(kept[number], 201)
        page = int(request.query_params.get("page", "1"))
        state = request.query_params.get("state", "open")
        shown = [one for one in kept.values() if one["state"] == state]
        following = request.url.include_query_params(page=page + 1)
        headers = {"Link": f'<{following}>; rel="next"'} if len(shown) > page * 2 else {}
        return JSONResponse(shown[page * 2 - 2 : page * 2], headers=headers)

    async def _change(self, request: Request, kept: dict[int, dict[str, Any]]) -> Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        if not self.may_write:
            return _not_allowed()
        self.writes.append(f"PATCH {request.url.path.split('/issues/')[1]}")
        kept[request.path_params["id"]].update(await request.json())
        return JSONResponse({})


def _not_allowed() -> Response:
    return JSONResponse({"message": "Resource not accessible by integration"}, 403)


def job_of(path: Path) -> dict[str, Any]:
    """Return the one job of a workflow."""
    job: dict[str, Any]
    [job] = yaml.safe_load(path.read_text())["jobs"].values()
    return job


def run_workflow(
    path: Path, folder: Path, environment: Mapping[str, str], expressions: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run the steps of a workflow that are commands, but those that install, until one fails.

    Args:
        path: The workflow.
        folder: Where its repository is checked out.
        environment: What a runner has in its environment.
        expressions: What GitHub puts in the place of each expression.

    Returns:
        The step that failed, or the last one.
    """
    job = job_of(path)

    def resolved(variables: Mapping[str, Any]) -> dict[str, str]:
        return {
            name: re.sub(r"\$\{\{ (.*?) \}\}", lambda one: expressions[one[1]], str(value))
            for name, value in variables.items()
        }

    told = folder / ".github-env"
    told.write_text("")
    finished = subprocess.CompletedProcess[str]([], 0, "", "")
    for step in job["steps"]:
        if "run" not in step or step.get("name") == "Install":
            continue
        later = dict(line.split("=", 1) for line in told.read_text().splitlines())
        finished = subprocess.run(
            ["/bin/bash", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=folder,
            env={
                **environment,
                **resolved(job.get("env", {})),
                **resolved(step.get("env", {})),
                **later,
                "GITHUB_ENV": str(told),
                "GITHUB_STEP_SUMMARY": str(folder / ".summary"),
                "GITHUB_REPOSITORY": REPOSITORY,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HANG_GUARD,
            check=False,
        )
        if finished.returncode != 0:
            break
    return finished
