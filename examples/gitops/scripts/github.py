"""What the workflows say on GitHub: one comment on a pull request, one issue about drift.

    python scripts/github.py comment NUMBER FILE
    python scripts/github.py open-issue TITLE FILE
    python scripts/github.py close-issue TITLE

It finds what it said before and changes that, rather than to say it again. Everybody can write a
comment that looks like a report, or an issue of the same title. So only what the workflows' own bot
wrote is taken for ours: that of GITHUB_TOKEN, or the one that BOT_LOGIN names, such as
`our-app[bot]`, where the token is that of a GitHub App.
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
        """Say something on a pull request, in place of what was said there before."""
        path = f"/issues/{number}/comments"
        marker = text.partition("\n")[0]
        ours = [
            one["id"]
            for one in self._ours(path)
            if (one.get("body") or "").partition("\n")[0].rstrip() == marker
        ]
        if ours:
            self._send("PATCH", f"/issues/comments/{min(ours)}", {"body": text})
        else:
            self._send("POST", path, {"body": text})

    def open_issue(self, title: str, text: str) -> None:
        """Have one open issue of this title say this: the oldest one, should there be several."""
        ours = self._issues(title)
        if ours:
            self._send("PATCH", f"/issues/{min(ours)}", {"body": text})
        else:
            self._send("POST", "/issues", {"title": title, "body": text})

    def close_issue(self, title: str) -> None:
        """Have no open issue of this title."""
        for number in self._issues(title):
            self._send("PATCH", f"/issues/{number}", {"state": "closed"})

    def _issues(self, title: str) -> list[int]:
        """Return the numbers of our open issues of a title; to GitHub a pull request is one too."""
        return [
            one["number"]
            for one in self._ours("/issues?state=open")
            if one["title"] == title and "pull_request" not in one
        ]

    def _ours(self, path: str) -> list[dict[str, Any]]:
        """Return what our bot wrote. Nobody can have its name: people's have no brackets."""
        return [one for one in self._all(path) if self._is_ours(one.get("user") or {})]

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
