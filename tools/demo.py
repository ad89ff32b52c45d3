"""The tour behind `make demo`: the provider at work against a SetSmart on this machine."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import httpx

REPOSITORY = Path(__file__).resolve().parents[1]
KEY = "sandbox-key"
PROGRESS = re.compile(r" .  pulumi\S* \S+( (refreshing|refresh|creating|updating|running)\b.*| *)")
QUIET = ("--non-interactive", "--suppress-progress", "--color", "never")


def main() -> int:
    """Take the tour.

    Returns:
        The exit status: 0 if every step succeeded.
    """
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        say("There is no pulumi on the PATH: run `make setup` first.")
        return 1
    with tempfile.TemporaryDirectory(prefix="setsmart-demo-") as folder, sandbox() as base_url:
        try:
            tour(Stack(pulumi, Path(folder), base_url), SetSmart(base_url))
        except subprocess.CalledProcessError as error:
            say(f"`{' '.join(error.cmd[1:])}` failed:")
            show(f"{error.stdout}{error.stderr}")
            return 1
    say("Done. The sandbox is stopped, and the stack went with its temporary folder.")
    say("To see the listings in a browser, and change them outside Pulumi, run")
    show(".venv/bin/pulumi-setsmart sandbox --seed 40")
    say("and open http://127.0.0.1:8787/")
    return 0


def tour(stack: Stack, setsmart: SetSmart) -> None:
    """Show each step: create, look, change outside Pulumi, find it, repair it."""
    say(f"A SetSmart of your own is running at {setsmart.base_url}; it has no listings yet.")
    say("What Pulumi prints stands indented, less the lines that only show progress.")
    stack.run("stack", "init", "demo")

    say("1. `pulumi up` on examples/quickstart makes the account look like the program.")
    show(stack.run("up", "--yes", "--skip-preview", *QUIET))

    say("2. What SetSmart holds now:")
    show(setsmart.table())

    say("3. Somebody changes Beachfront Villa and deletes Pine Cabin in the dashboard …")
    villa = setsmart.find("Beachfront Villa")
    setsmart.replace({**villa, "bedrooms": 5, "max_guests": 12})
    setsmart.delete(setsmart.find("Pine Cabin"))
    show(setsmart.table())

    say("4. … and `pulumi preview --diff` finds both, field by field:")
    show(stack.run("preview", "--diff", *QUIET))

    say("5. `pulumi up` repairs it:")
    show(stack.run("up", "--yes", "--skip-preview", *QUIET))
    show(setsmart.table())

    say("6. From here on there is nothing to do:")
    show(stack.run("preview", "--expect-no-changes", *QUIET))


class Stack:
    """A stack in a folder of its own, which neither knows nor touches the user's Pulumi login."""

    def __init__(self, pulumi: str, folder: Path, base_url: str) -> None:
        self._pulumi = pulumi
        self._project = folder / "project"
        self._project.mkdir()
        shutil.copy(REPOSITORY / "Pulumi.yaml", self._project)
        (self._project / "examples").symlink_to(REPOSITORY / "examples")
        (folder / "state").mkdir()
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")},
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "demo",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "SETSMART_BASE_URL": base_url,
            "SETSMART_API_KEY": KEY,
        }

    def run(self, *arguments: str) -> str:
        """Run the CLI with ``arguments`` and return what it prints."""
        # Not a shell: the program is the pulumi that `make setup` found.
        finished = subprocess.run(  # noqa: S603
            [self._pulumi, *arguments],
            cwd=self._project,
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return finished.stdout


class SetSmart:
    """The account, as somebody with the dashboard sees it."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._http = httpx.Client(headers={"X-API-Key": KEY})

    def find(self, name: str) -> dict[str, object]:
        """Return the listing with a name."""
        return next(listing for listing in self._listings() if listing["name"] == name)

    def replace(self, listing: dict[str, object]) -> None:
        """Change a listing."""
        address = f"{self.base_url}/properties/{listing['id']}"
        self._http.put(address, json=listing).raise_for_status()

    def delete(self, listing: dict[str, object]) -> None:
        """Delete a listing."""
        self._http.delete(f"{self.base_url}/properties/{listing['id']}").raise_for_status()

    def table(self) -> str:
        """Return the listings as a table."""
        columns = ("id", "name", "bedrooms", "bathrooms", "max_guests", "status")
        rows = [
            columns,
            *([_cell(listing.get(name)) for name in columns] for listing in self._listings()),
        ]
        widths = [max(len(row[index]) for row in rows) for index in range(len(columns))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )

    def _listings(self) -> list[dict[str, object]]:
        response = self._http.get(f"{self.base_url}/properties").raise_for_status()
        listings: list[dict[str, object]] = response.json()
        return listings


def _cell(value: object) -> str:
    return "-" if value is None else str(value)


@contextlib.contextmanager
def sandbox() -> Iterator[str]:
    """Run the sandbox on a free port and yield its base URL."""
    command = [sys.executable, "-m", "pulumi_setsmart.sandbox", "--port", "0", "--key", KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            assert server.stdout is not None  # noqa: S101 -- tells the type checker of the pipe
            announcement = server.stdout.readline()
            if not announcement:
                raise SystemExit("The sandbox did not start.")
            yield announcement.split()[-1]
        finally:
            server.terminate()


def say(text: str) -> None:
    """Print what happens next."""
    print(f"\n{text}", flush=True)  # noqa: T201 -- this is what a tour is for


def show(text: str) -> None:
    """Print the output of a step, less the lines that only show progress."""
    lines = (line for line in text.splitlines() if not PROGRESS.fullmatch(line))
    kept = re.sub(r"\n{2,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")
    print(textwrap.indent(f"\n{kept}", "    "), flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
