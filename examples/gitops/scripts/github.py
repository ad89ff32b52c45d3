"""What the workflows say on GitHub: one comment on a pull request, one issue about drift.

    python scripts/github.py comment NUMBER FILE
    python scripts/github.py open-issue TITLE FILE
    python scripts/github.py close-issue TITLE

It finds what it said before and changes that, rather than to say it again.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx


class Repository:
    """The repository that a workflow runs for."""

    def __init__(self) -> None:
        api = os.environ.get("GITHUB_API_URL", "https://api.github.com")
        self._http = httpx.Client(
            base_url=f"{api}/repos/{os.environ['GITHUB_REPOSITORY']}",
            headers={
                "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
                "Accept": "application/vnd.github+json",
            },
            timeout=30,
        )

    def comment(self, number: str, text: str) -> None:
        """Say something on a pull request, in place of what was said there before."""
        path = f"/issues/{number}/comments"
        marker = text.partition("\n")[0]
        for one in self._all(path):
            # Whoever wrote a comment can change it later: the report goes into no person's.
            by = (one["user"] or {}).get("type")
            if by == "Bot" and one["body"].startswith(marker):
                self._send("PATCH", f"/issues/comments/{one['id']}", {"body": text})
                return
        self._send("POST", path, {"body": text})

    def open_issue(self, title: str, text: str) -> None:
        """Have one open issue of this title say this."""
        for one in self._issues(title):
            self._send("PATCH", f"/issues/{one['number']}", {"body": text})
            return
        self._send("POST", "/issues", {"title": title, "body": text})

    def close_issue(self, title: str) -> None:
        """Have no open issue of this title."""
        for one in self._issues(title):
            self._send("PATCH", f"/issues/{one['number']}", {"state": "closed"})

    def _issues(self, title: str) -> list[dict[str, Any]]:
        # To GitHub, a pull request is an issue as well.
        return [
            one
            for one in self._all("/issues?state=open")
            if one["title"] == title and "pull_request" not in one
        ]

    def _all(self, path: str) -> Iterator[dict[str, Any]]:
        url: str | None = path
        while url is not None:
            answer = self._http.get(url).raise_for_status()
            yield from answer.json()
            url = answer.links.get("next", {}).get("url")

    def _send(self, method: str, path: str, body: dict[str, str]) -> None:
        self._http.request(method, path, json=body).raise_for_status()


def main(command: str, subject: str, *files: str) -> None:
    """Do what a workflow asks for."""
    repository = Repository()
    texts = [Path(file).read_text(encoding="utf-8") for file in files]
    match command:
        case "comment":
            repository.comment(subject, *texts)
        case "open-issue":
            repository.open_issue(subject, *texts)
        case "close-issue":
            repository.close_issue(subject)


if __name__ == "__main__":
    main(*sys.argv[1:])
