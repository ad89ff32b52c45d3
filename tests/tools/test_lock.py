import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "tools/pulumi-cli/go-requirements.txt")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pinned_package_has_a_hash(lock: str) -> None:
    """What is installed is what was reviewed, wherever it is fetched from."""
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    packages = [line for line in text.splitlines() if not line.startswith("#")]
    assert packages
    assert [line for line in packages if not re.search(r"==\S+ .*--hash=sha256:\w{64}", line)] == []


@pytest.mark.parametrize(
    "lock",
    [
        *LOCKS,
        "tools/actionlint/go.sum",
        "tools/pocketbase/go.sum",
        "tools/pulumi-cli/engine/go.sum",
    ],
)
def test_a_lock_names_no_server(lock: str) -> None:
    """Where packages come from is for each machine's own configuration to say."""
    assert "://" not in (ROOT / lock).read_text()


def test_every_npm_package_has_a_hash_and_no_address() -> None:
    """The same for what the tests take from npm."""
    packages = json.loads((ROOT / "tools/npm/package-lock.json").read_text())["packages"]
    installed = [one for name, one in packages.items() if name]
    assert installed
    assert [one for one in installed if "integrity" not in one or "resolved" in one] == []


def test_the_lock_covers_all_that_the_project_asks_for() -> None:
    """A dependency that was added without `make lock` would be missing from every fresh clone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["sandbox"],
        *project["dependency-groups"]["dev"],
    ]
    # An index and its tools take ., - and _ for the same.
    names = {re.sub("[._-]+", "-", re.split(r"[^\w.-]", one)[0]).lower() for one in asked}
    pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / LOCKS[0]).read_text(), re.MULTILINE))
    assert names - pinned == set()
