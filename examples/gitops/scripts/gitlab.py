"""Downloads the copy of the state, and finds which plan was approved.

    python scripts/gitlab.py state-copy FILE
    python scripts/gitlab.py approved-plan COMMIT

The copy of the state is the newest that the job `copy` has made on the default branch.

The approved plan is the one in the report of the merge request that was merged as COMMIT, as it was
when somebody merged it: a report that was made later counts for nothing.

GITLAB_TOKEN is a token that may read the project with GitLab's API.
"""

import os
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

PLAN = re.compile(r'<meta name="pulumi-setsmart-plan" content="([0-9a-f]{40}[.0-9a-z]*)">')


class Project:
    """The project that a job runs for."""

    def __init__(self) -> None:
        self._branch = os.environ["CI_DEFAULT_BRANCH"]
        self._http = httpx.Client(
            base_url=f"{os.environ['CI_API_V4_URL']}/projects/{os.environ['CI_PROJECT_ID']}",
            # GitLab redirects to the storage of its artifacts. This header does not go there.
            headers={"Authorization": f"Bearer {os.environ['GITLAB_TOKEN']}"},
            follow_redirects=True,
            timeout=30,
        )

    def state_copy(self) -> bytes:
        """Return the copy of the state."""
        path = f"/jobs/artifacts/{self._branch}/raw/preview-state.json"
        return self._get(path, job="copy").content

    def approved_plan(self, commit: str) -> str:
        """Return the plan that was approved with the merge request of a commit."""
        found = self._get(f"/repository/commits/{commit}/merge_requests", per_page=100).json()
        merged = [
            request
            for request in found
            if request["state"] == "merged"
            and request["target_branch"] == self._branch
            and commit in _tips(request)
        ]
        if len(merged) != 1:
            sys.exit(f"{commit} is not the merge of one merge request, so no plan was approved")
        [request] = merged
        preview = self._preview(request["iid"], datetime.fromisoformat(request["merged_at"]))
        plan = PLAN.search(self._get(f"/jobs/{preview}/artifacts/report.html").text)
        if plan is None:
            sys.exit(f"!{request['iid']} had a report without a plan when it was merged")
        return plan[1]

    def _preview(self, number: int, merged_at: datetime) -> int:
        """Return the job with the report that a merge request had when it was merged."""
        pipeline = self._get(f"/merge_requests/{number}").json()["head_pipeline"]
        finished = {
            datetime.fromisoformat(job["finished_at"]): job["id"]
            for job in (self._jobs(pipeline["id"]) if pipeline else [])
            if job["name"] == "preview" and job["status"] == "success"
        }
        in_time = [when for when in finished if when <= merged_at]
        if not in_time:
            sys.exit(f"!{number} had no report with a plan when it was merged")
        return int(finished[max(in_time)])

    def _jobs(self, pipeline: int) -> list[dict[str, Any]]:
        """Return the jobs of a pipeline, with those that were run again."""
        path = f"/pipelines/{pipeline}/jobs"
        found: list[dict[str, Any]] = self._get(path, include_retried="true", per_page=100).json()
        return found

    def _get(self, path: str, **parameters: Any) -> httpx.Response:
        return self._http.get(path, params=parameters).raise_for_status()


def _tips(request: dict[str, Any]) -> set[str | None]:
    """Return what the branch can end with after a merge: a merge, or what was fast-forwarded."""
    merge = request["merge_commit_sha"]
    return {merge} if merge else {request["squash_commit_sha"] or request["sha"]}


def main(*arguments: str) -> None:
    """Run a command of the pipeline."""
    project = Project()
    match arguments:
        case ("state-copy", file):
            Path(file).write_bytes(project.state_copy())
        case ("approved-plan", commit):
            sys.stdout.write(f"{project.approved_plan(commit)}\n")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
