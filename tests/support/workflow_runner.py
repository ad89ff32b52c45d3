"""GitHub's workflows, run here: their steps by bash, GitHub itself by a server that remembers."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from attrs import Factory, define, frozen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from support.waiting import HANG_GUARD

TOKEN = "token-of-the-workflow"
REPOSITORY = "hosts/portfolio"
BASE = "github.event.pull_request.base.sha"
LARGE_CHANGE = "contains(github.event.pull_request.labels.*.name, 'large change')"


@define
class GitHub:
    """Comments, issues and pull requests of one repository, served as GitHub's API does.

    Lists have two to a page.

    Attributes:
        comments: The comments, by their ids.
        issues: The issues, by their numbers.
        pulls: The pull requests that a commit belongs to, by the commit.
        proposals: The pull requests of a workflow, by their numbers.
        commits: The commits that were made or asked for, by their hashes.
        branches: The hashes of their commits, by the names of branches.
        trees: The files that each tree changes, by hash.
        writes: What was asked that changes something.
        may_write: Whether the token may.
        bot: Who the token stands for.
        next_page: Where the next page of a list is said to be, in place of where it is.
    """

    comments: dict[int, dict[str, Any]] = Factory(dict)
    issues: dict[int, dict[str, Any]] = Factory(dict)
    pulls: dict[str, list[dict[str, Any]]] = Factory(dict)
    proposals: dict[int, dict[str, Any]] = Factory(dict)
    commits: dict[str, dict[str, Any]] = Factory(dict)
    branches: dict[str, str] = Factory(dict)
    trees: dict[str, dict[str, str]] = Factory(lambda: {"tree-0": {}})
    writes: list[str] = Factory(list)
    may_write: bool = True
    bot: str = "github-actions[bot]"
    next_page: str | None = None
    _ticks: int = 0

    def now(self) -> str:
        """Return the time, which is another one each time."""
        self._ticks += 1
        return f"2026-11-29T10:{self._ticks // 60:02}:{self._ticks % 60:02}Z"

    def merge(self, commit: str, number: int = 7, **more: Any) -> None:
        """Merge a pull request into main as a commit."""
        pull = {
            "number": number,
            "merged_at": self.now(),
            "merge_commit_sha": commit,
            "base": {"ref": "main"},
        }
        self.pulls.setdefault(commit, []).append(pull | more)

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
                Route(f"{base}/commits/{{commit}}/pulls", self._pulls),
                Route(f"{base}/pulls", self._proposals, methods=["GET", "POST"]),
                Route(f"{base}/pulls/{{id:int}}", self._proposal, methods=["PATCH"]),
                Route(f"{base}/commits/{{ref:path}}", self._shown_commit),
                Route(f"{base}/git/trees", self._add_tree, methods=["POST"]),
                Route(f"{base}/git/commits", self._add_commit, methods=["POST"]),
                Route(f"{base}/git/refs", self._add_branch, methods=["POST"]),
                Route(f"{base}/git/refs/heads/{{name}}", self._move_branch, methods=["PATCH"]),
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

    async def _pulls(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _not_known()
        return JSONResponse(self.pulls.get(request.path_params["commit"], []))

    async def _proposals(self, request: Request) -> Response:
        response = await self._list_or_add(request, self.proposals, "number")
        for pull in self.proposals.values():
            if isinstance(pull["head"], str):
                assert pull["head"] in self.branches
                repository = {"full_name": REPOSITORY}
                for side in ("head", "base"):
                    pull[side] = {"ref": pull[side], "repo": repository}
        return response

    async def _proposal(self, request: Request) -> Response:
        return await self._change(request, self.proposals)

    async def _shown_commit(self, request: Request) -> Response:
        ref = str(request.path_params["ref"])
        branch = ref.removeprefix("heads/")
        if branch != ref and branch not in self.branches:
            return JSONResponse({"message": f"No commit found for SHA: {ref}"}, 422)
        sha = self.branches.get(branch, ref)
        return JSONResponse(self.commits.setdefault(sha, _commit(sha, "tree-0", [], {})))

    async def _add_tree(self, request: Request) -> Response:
        asked = await request.json()
        files = self.trees[asked["base_tree"]] | {
            entry["path"]: entry["content"] for entry in asked["tree"]
        }
        known = [sha for sha, each in self.trees.items() if each == files]
        sha = known[0] if known else f"tree-{len(self.trees)}"
        self.trees[sha] = files
        return self._written("trees") or JSONResponse({"sha": sha}, 201)

    async def _add_commit(self, request: Request) -> Response:
        asked = await request.json()
        assert asked["tree"] in self.trees
        assert all(parent in self.commits for parent in asked["parents"])
        sha = f"commit-{len(self.commits)}"
        bot = {"login": self.bot, "type": "Bot"}
        self.commits[sha] = _commit(sha, asked["tree"], asked["parents"], bot)
        return self._written("commits") or JSONResponse({"sha": sha}, 201)

    async def _add_branch(self, request: Request) -> Response:
        asked = await request.json()
        name = asked["ref"].removeprefix("refs/heads/")
        if name in self.branches:
            return JSONResponse({"message": "Reference already exists"}, 422)
        self.branches[name] = asked["sha"]
        return self._written(f"refs {name}") or JSONResponse({}, 201)

    async def _move_branch(self, request: Request) -> Response:
        asked = await request.json()
        name = request.path_params["name"]
        assert asked == {"sha": asked["sha"], "force": True}
        self.branches[name] = asked["sha"]
        return self._written(f"refs {name}") or JSONResponse({})

    def _written(self, what: str) -> Response | None:
        """Note a write, and return the response if it is not allowed."""
        self.writes.append(what)
        return None if self.may_write else _not_allowed()

    async def _list_or_add(
        self, request: Request, kept: dict[int, dict[str, Any]], key: str
    ) -> Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _not_known()
        if request.method == "POST" and not self.may_write:
            return _not_allowed()
        if request.method == "POST":
            self.writes.append(f"POST {request.url.path.rpartition('/')[2]}")
            number = len(kept) + 1
            bot = {"login": self.bot, "type": "Bot"}
            made = {key: number, "state": "open", "user": bot, "updated_at": self.now()}
            kept[number] = made | await request.json()
            return JSONResponse(kept[number], 201)
        page = int(request.query_params.get("page", "1"))
        state = request.query_params.get("state", "open")
        shown = [deployment for deployment in kept.values() if deployment["state"] == state]
        following = self.next_page or request.url.include_query_params(page=page + 1)
        headers = {"Link": f'<{following}>; rel="next"'} if len(shown) > page * 2 else {}
        return JSONResponse(shown[page * 2 - 2 : page * 2], headers=headers)

    async def _change(self, request: Request, kept: dict[int, dict[str, Any]]) -> Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _not_known()
        if not self.may_write:
            return _not_allowed()
        path = request.url.path.partition(f"{REPOSITORY}/")[2]
        self.writes.append(f"PATCH {path.removeprefix('issues/')}")
        kept[request.path_params["id"]].update(await request.json(), updated_at=self.now())
        return JSONResponse({})


def _commit(sha: str, tree: str, parents: list[str], author: dict[str, str]) -> dict[str, Any]:
    return {
        "sha": sha,
        "commit": {"tree": {"sha": tree}},
        "parents": [{"sha": parent} for parent in parents],
        "author": author,
    }


def _not_known() -> Response:
    return JSONResponse({"message": "Bad credentials"}, 401)


def _not_allowed() -> Response:
    return JSONResponse({"message": "Resource not accessible by integration"}, 403)


def jobs_of(path: Path) -> dict[str, dict[str, Any]]:
    """Return the jobs of a workflow by their names."""
    jobs: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text())["jobs"]
    return jobs


@frozen
class Repository:
    """A repository in which workflows run, with what GitHub keeps for it.

    Attributes:
        main: What is checked out of `main`.
        branch: What is checked out of a pull request.
        variables: What GitHub puts in the place of an expression anywhere.
        environments: Secrets and variables by the environment of the repository that has them.
        runner: What a runner has in its environment.
        kept: A folder for caches and artifacts, and for the jobs.
        seen: By job, the environment variables of each step.
    """

    main: Path
    branch: Path
    variables: Mapping[str, str]
    environments: dict[str, dict[str, str]]
    runner: dict[str, str]
    kept: Path
    seen: dict[str, list[dict[str, str]]] = Factory(dict)

    def run(self, path: Path) -> dict[str, subprocess.CompletedProcess[str]]:
        """Run the jobs of a workflow, in their order.

        Args:
            path: The workflow.

        Returns:
            By job, the step that failed, or the last one.
        """
        workflow = yaml.safe_load(path.read_text())
        # To a parser of YAML 1.1, `on` is true.
        is_branch = "pull_request" in workflow[True]
        jobs: dict[str, dict[str, Any]] = workflow["jobs"]
        finished: dict[str, subprocess.CompletedProcess[str]] = {}
        for name, job in jobs.items():
            if self._runs(job, finished):
                finished[name] = self._job(name, job, self.branch if is_branch else self.main)
        return finished

    def _runs(
        self, job: dict[str, Any], finished: Mapping[str, subprocess.CompletedProcess[str]]
    ) -> bool:
        """Return whether a job runs: if it needs one that failed, only where it says so."""
        condition = str(job.get("if", ""))
        needed = finished.get(job.get("needs", ""))
        has_failed = needed is not None and needed.returncode != 0
        return _holds(condition, self.variables) and (not has_failed or "!cancelled()" in condition)

    def _job(
        self, name: str, job: dict[str, Any], checkout: Path
    ) -> subprocess.CompletedProcess[str]:
        environment = job.get("environment")
        assert environment != "production" or checkout == self.main, "only main can use it"
        expressions = {**self.variables, **self.environments.get(environment or "", {})}
        folder = self.kept / "jobs" / str(len(list(self.kept.glob("jobs/*"))))
        temporary = folder / "temporary"
        temporary.mkdir(parents=True)
        expressions["runner.temp"] = str(temporary)
        running = _Job(self, folder / "checkout", temporary, expressions, job.get("env", {}))
        finished = subprocess.CompletedProcess[str]([], 0, "", "")
        for step in job["steps"]:
            condition = step.get("if", "")
            if finished.returncode != 0 and condition != "${{ !cancelled() }}":
                continue
            if not _holds(condition, self.variables):
                continue
            ended = running.run(step, checkout)
            if finished.returncode == 0:
                finished = ended
        self.seen.setdefault(name, []).extend(running.seen)
        return finished


def _holds(condition: str, variables: Mapping[str, str]) -> bool:
    """Return whether a condition holds, if it is about a variable; any other does."""
    about = re.fullmatch(r"vars\.(\w+) == '(\w+)'", condition)
    return about is None or variables.get(f"vars.{about[1]}", "") == about[2]


@frozen
class _Job:
    """A job that is under way.

    Attributes:
        repository: Where it runs.
        folder: Its checkout.
        temporary: The runner's folder for temporary files.
        expressions: What GitHub puts in the place of each expression.
        variables: The environment variables of all steps.
        seen: The environment variables of each step that was run.
    """

    repository: Repository
    folder: Path
    temporary: Path
    expressions: Mapping[str, str]
    variables: Mapping[str, Any]
    seen: list[dict[str, str]] = Factory(list)

    def run(self, step: dict[str, Any], checkout: Path) -> subprocess.CompletedProcess[str]:
        """Run a step; what would install is there already."""
        status, errors = 0, ""
        if "run" in step and step.get("name") != "Install":
            return self._command(step)
        try:
            self._action(step.get("uses", "").partition("@")[0], step.get("with", {}), checkout)
        except FileNotFoundError as error:
            status, errors = 1, str(error)
        return subprocess.CompletedProcess[str]([], status, "", errors)

    def _action(self, name: str, given: dict[str, Any], checkout: Path) -> None:
        """Do what the action of a name does, as far as it matters here."""
        given = self._resolved(given)
        match name:
            case "actions/checkout":
                is_base = given.get("ref") == self.expressions[BASE]
                shutil.copytree(self.repository.main if is_base else checkout, self.folder)
            case "actions/cache/save":
                cache = self.repository.kept / "cache"
                cache.mkdir(exist_ok=True)
                shutil.copy(self.folder / given["path"], cache / given["key"])
            case "actions/cache/restore":
                cached = self.repository.kept.glob(f"cache/{given['restore-keys']}*")
                newest = max(cached, key=lambda one: one.stat().st_mtime_ns, default=None)
                if newest is None:
                    raise FileNotFoundError("no cache of this name")
                shutil.copy(newest, self.folder / given["path"])
            case "actions/upload-artifact":
                artifact = self.repository.kept / "artifacts" / given["name"]
                shutil.rmtree(artifact, ignore_errors=True)
                artifact.mkdir(parents=True)
                for path in given["path"].split():
                    shutil.copy(self.folder / path, artifact, follow_symlinks=False)
            case "actions/download-artifact":
                artifact = self.repository.kept / "artifacts" / given["name"]
                shutil.copytree(artifact, given["path"], symlinks=True)
            case "" | "actions/setup-python" | "pulumi/actions":
                pass
            case _:
                raise AssertionError(name)

    def _command(self, step: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        exported = self.temporary / "github-env"
        exported.touch()
        later = dict(line.split("=", 1) for line in exported.read_text().splitlines())
        environment = {
            **self.repository.runner,
            **self._resolved(self.variables),
            **self._resolved(step.get("env", {})),
            **later,
            "GITHUB_ENV": str(exported),
            "GITHUB_STEP_SUMMARY": str(self.repository.kept / "summary"),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_REF_NAME": "main",
            "GITHUB_SHA": self.expressions["github.sha"],
            "RUNNER_TEMP": str(self.temporary),
        }
        self.seen.append(environment)
        return subprocess.run(
            ["/bin/bash", "-e", "-c", step["run"]],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HANG_GUARD,
            check=False,
        )

    def _resolved(self, values: Mapping[str, Any]) -> dict[str, str]:
        return {
            name: re.sub(r"\$\{\{ (.*?) \}\}", lambda one: self._expression(one[1]), str(value))
            for name, value in values.items()
        }

    def _expression(self, expression: str) -> str:
        # GitHub has an empty text in the place of a secret or variable that there is not.
        is_optional = expression.startswith(("secrets.", "vars."))
        return self.expressions.get(expression, "") if is_optional else self.expressions[expression]
