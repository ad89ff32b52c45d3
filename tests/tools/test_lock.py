import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GITOPS = "examples/gitops/requirements.txt"
LOCKS = (
    "requirements.txt",
    GITOPS,
    "tools/lock-requirements.txt",
    "tools/pulumi-cli/go-requirements.txt",
)


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
        *(str(path.relative_to(ROOT)) for path in ROOT.glob("tools/**/go.sum")),
    ],
)
def test_a_lock_names_no_server(lock: str) -> None:
    """Where packages come from is for each machine's own configuration to say."""
    without_hashes = re.sub(r"\bh1:\S+", "", (ROOT / lock).read_text())
    assert "://" not in without_hashes


def test_every_npm_package_has_a_hash_and_no_address() -> None:
    """The same for what the tests take from npm."""
    packages = json.loads((ROOT / "tools/npm/package-lock.json").read_text())["packages"]
    installed = [package for name, package in packages.items() if name]
    assert installed
    assert [
        package for package in installed if "integrity" not in package or "resolved" in package
    ] == []


def test_the_example_in_typescript_asks_for_what_the_tests_ran_with() -> None:
    """It has no lock of its own."""
    asked = json.loads((ROOT / "examples/typescript/package.json").read_text())["dependencies"]
    installed = json.loads((ROOT / "tools/npm/package.json").read_text())["devDependencies"]
    assert asked == {name: installed[name] for name in asked}


def test_the_lock_covers_all_that_the_project_asks_for() -> None:
    """A dependency that was added without `make lock` would be missing from every fresh clone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["sandbox"],
        *project["dependency-groups"]["dev"],
    ]
    names = {normal(re.split(r"[^\w.-]", requirement)[0]) for requirement in asked}
    assert names - set(pins(LOCKS[0])) == set()


def test_the_lock_of_the_example_has_what_the_wheel_needs_and_not_the_wheel() -> None:
    """Nobody can register our name before we do: pip never asks the index for it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {
        normal(re.split(r"[^\w.-]", requirement)[0]) for requirement in project["dependencies"]
    }
    pinned = pins(GITOPS)
    assert names - set(pinned) == set()
    assert "pulumi-setsmart" not in pinned
    # What the tests ran with is what the example installs.
    ours = pins(LOCKS[0])
    assert {name: ours.get(name) for name in pinned} == pinned


def normal(name: str) -> str:
    """Return how an index and its tools write a name: they take ., - and _ for the same."""
    return re.sub("[._-]+", "-", name).lower()


def pins(lock: str) -> dict[str, str]:
    """Return the versions that a lock pins, by name."""
    text = (ROOT / lock).read_text()
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))
