"""Writes what the workflows report, and finds which plan was approved.

    python scripts/github.py comment NUMBER FILE
    python scripts/github.py open-issue TITLE FILE
    python scripts/github.py close-issue TITLE
    python scripts/github.py propose TITLE REPORT FILE NEW-FILE
    python scripts/github.py approved-plan COMMIT STACK

It edits an earlier comment, issue or pull request instead of adding another one. Anybody can write
a comment that looks like a report, or an issue with the same title. So only those by the workflows'
own bot count: the bot of GITHUB_TOKEN or, if the token is that of a GitHub App, the one that
BOT_LOGIN names, such as `our-app[bot]`.

`propose` opens a pull request that replaces a file. If both files are the same, it closes it.

The approved plan is the one in the report on the pull request that was merged as COMMIT, as it was
when somebody merged it: a report that was edited later counts for nothing.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

REPORT = re.compile(r"<!-- pulumi-setsmart report [\w.-]*/([\w.-]+) -->")
PLAN = re.compile(r"^<!-- pulumi-setsmart plan ([0-9a-f]{40}[.0-9a-z]*) -->\r?$", re.MULTILINE)


class Repository:
    """The repository that a workflow runs for."""

    def __init__(self) -> None:
        api = os.environ.get("GITHUB_API_URL", "https://api.github.com")
        self._bot = os.environ.get("BOT_LOGIN") or "github-actions[bot]"
        self._http = httpx.Client(
            base_url=f"{api}/repos/{os.environ['GITHUB_REPOSITORY']}",
            headers={
                "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
                "Accept": "application/vnd.github+json",
            },
            timeout=30,
        )

    def comment(self, number: str, text: str) -> None:
        """Comment on a pull request, or update the comment with the same first line."""
        path = f"/issues/{number}/comments"
        marker = text.partition("\n")[0]
        ours = [
            comment["id"]
            for comment in self._ours(path)
            if (comment.get("body") or "").partition("\n")[0].rstrip() == marker
        ]
        if ours:
            self._send("PATCH", f"/issues/comments/{min(ours)}", {"body": text})
        else:
            self._send("POST", path, {"body": text})

    def open_issue(self, title: str, text: str) -> None:
        """Open an issue, or update the oldest open one with the same title."""
        ours = self._issues(title)
        if ours:
            self._send("PATCH", f"/issues/{min(ours)}", {"body": text})
        else:
            self._send("POST", "/issues", {"title": title, "body": text})

    def close_issue(self, title: str) -> None:
        """Close the open issues with this title."""
        for number in self._issues(title):
            self._send("PATCH", f"/issues/{number}", {"state": "closed"})

    def propose(self, title: str, text: str, path: str, content: str) -> None:
        """Open a pull request for the new content of a file, update ours, or close it."""
        branch = "-".join(title.lower().replace(":", "").split())
        ours = [
            pull["number"]
            for pull in self._ours("/pulls?state=open")
            if pull["head"]["ref"] == branch and pull["head"]["repo"] == pull["base"]["repo"]
        ]
        if content == _as_it_is(path):
            for number in ours:
                self._send("PATCH", f"/pulls/{number}", {"state": "closed"})
            return
        if not self._commit(branch, title, path, content):
            return
        if ours:
            self._send("PATCH", f"/pulls/{min(ours)}", {"body": text})
        else:
            base = os.environ["GITHUB_REF_NAME"]
            pull = {"title": title, "head": branch, "base": base, "body": text}
            self._send("POST", "/pulls", pull)

    def _commit(self, branch: str, title: str, path: str, content: str) -> bool:
        """Make a branch the checked out commit with a file replaced; return whether it is that.

        A branch with a commit of anybody else stays as it is: somebody is working on it.
        """
        parent = os.environ["GITHUB_SHA"]
        base = self._http.get(f"/commits/{parent}").raise_for_status().json()
        file = {"path": path, "mode": "100644", "type": "blob", "content": content}
        entries = {"base_tree": base["commit"]["tree"]["sha"], "tree": [file]}
        tree = self._send("POST", "/git/trees", entries)["sha"]
        response = self._http.get(f"/commits/heads/{branch}")
        is_new = response.status_code in (404, 422)
        if not is_new:
            head = response.raise_for_status().json()
            if head["sha"] != parent and not self._is_ours(head["author"] or {}):
                sys.stderr.write(f"{branch} has commits of others: it stays as it is\n")
                return False
            parents = [each["sha"] for each in head["parents"]]
            if head["commit"]["tree"]["sha"] == tree and parents == [parent]:
                return True
        commit = {"message": title, "tree": tree, "parents": [parent]}
        sha = self._send("POST", "/git/commits", commit)["sha"]
        if is_new:
            self._send("POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": sha})
        else:
            self._send("PATCH", f"/git/refs/heads/{branch}", {"sha": sha, "force": True})
        return True

    def approved_plan(self, commit: str, stack: str) -> str:
        """Return the plan that was approved for a stack with the pull request of a commit."""
        merged = [
            pull
            for pull in self._all(f"/commits/{commit}/pulls")
            if pull["merged_at"]
            and pull["merge_commit_sha"] == commit
            and pull["base"]["ref"] == os.environ["GITHUB_REF_NAME"]
        ]
        if len(merged) != 1:
            sys.exit(f"{commit} is not the merge of one pull request, so no plan was approved")
        number, merged_at = merged[0]["number"], merged[0]["merged_at"]
        plans = [
            plan[1]
            for comment in self._ours(f"/issues/{number}/comments")
            # GitHub writes all times alike, so they are in order as strings.
            if comment["updated_at"] <= merged_at and _stack_of(comment) == stack
            if (plan := PLAN.search(comment["body"]))
        ]
        if len(plans) != 1:
            sys.exit(
                f"#{number} had {len(plans)} reports on {stack} with a plan when it was merged"
            )
        return plans[0]

    def _issues(self, title: str) -> list[int]:
        """Return the numbers of our open issues with a title; GitHub also lists pull requests."""
        return [
            issue["number"]
            for issue in self._ours("/issues?state=open")
            if issue["title"] == title and "pull_request" not in issue
        ]

    def _ours(self, path: str) -> list[dict[str, Any]]:
        """Return what our bot wrote. Nobody else can have its name, which has brackets."""
        return [item for item in self._all(path) if self._is_ours(item.get("user") or {})]

    def _is_ours(self, author: dict[str, Any]) -> bool:
        return author.get("type") == "Bot" and author.get("login") == self._bot

    def _all(self, path: str) -> Iterator[dict[str, Any]]:
        url = self._http.base_url.join(f".{path}")
        url = url.copy_merge_params({"per_page": 100})
        while True:
            response = self._http.get(url).raise_for_status()
            yield from response.json()
            following = response.links.get("next", {}).get("url")
            if following is None:
                return
            url = url.join(following)
            if (url.scheme, url.netloc) != (response.url.scheme, response.url.netloc):
                sys.exit(f"GitHub's next page is on another server: {url.host}")

    def _send(self, method: str, path: str, body: dict[str, Any]) -> Any:
        return self._http.request(method, path, json=body).raise_for_status().json()


def _stack_of(comment: dict[str, Any]) -> str | None:
    """Return the stack that a comment reports on, or None if it is no report."""
    report = REPORT.fullmatch((comment.get("body") or "").partition("\n")[0].rstrip())
    return None if report is None else report[1]


def _as_it_is(path: str) -> str:
    """Return the text of a file with its own line ends, which a commit has to keep."""
    return Path(path).read_bytes().decode()


def main(*arguments: str) -> None:
    """Run a command of a workflow."""
    repository = Repository()
    match arguments:
        case ("comment", number, file):
            repository.comment(number, Path(file).read_text(encoding="utf-8"))
        case ("open-issue", title, file):
            repository.open_issue(title, Path(file).read_text(encoding="utf-8"))
        case ("close-issue", title):
            repository.close_issue(title)
        case ("propose", title, report, path, new):
            text = Path(report).read_text(encoding="utf-8")
            repository.propose(title, text, path, _as_it_is(new))
        case ("approved-plan", commit, stack):
            plan = repository.approved_plan(commit, stack.rpartition("/")[2])
            sys.stdout.write(f"{plan}\n")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
