"""What all tests have in common: a clear report if the engine is missing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.any_speed import ignore_speed
from support.engine_stack import restore_sigint
from support.interface import BOTH_INTERFACES, DYNAMIC, NATIVE, Interface
from support.pip_once import asking_pip_once
from support.postgresql_server import PostgresqlServer, programs, running_postgresql
from support.s3_server import S3Server, running_s3
from support.skip_reasons import (
    NO_ACTIONLINT,
    NO_BROWSER,
    NO_ENGINE,
    NO_HOSTS,
    NO_NPM_PACKAGES,
    NO_POCKETBASE,
    NO_POSTGRESQL,
    NO_TERRAFORM,
)

from pulumi_setsmart.client import confidential

pytest_plugins = ["pulumi_setsmart.testing.plugin"]

ignore_speed()

PULUMI = Path(sys.executable).parent / "pulumi"


def pytest_configure() -> None:
    restore_sigint()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, default=1, help="runs of each kind in tests/faults")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what holds for both interfaces through each."""
    is_for_both = metafunc.definition.get_closest_marker(BOTH_INTERFACES.name) is not None
    if is_for_both and "interface" in metafunc.fixturenames:
        both = [pytest.param(each, id=each.name) for each in (DYNAMIC, NATIVE)]
        metafunc.parametrize("interface", both, indirect=True)


@pytest.fixture
def interface(request: pytest.FixtureRequest) -> Interface:
    """How programs declare resources; tests that hold for both have `BOTH_INTERFACES`."""
    return getattr(request, "param", DYNAMIC)


@pytest.fixture(scope="session", autouse=True)
def coverage_follows() -> Iterator[None]:
    """With `--cov`, measure processes that are given an environment of their own, too.

    Coverage finds its settings in a variable, which all other processes inherit.
    """
    name = "COVERAGE_PROCESS_CONFIG"
    start: Callable[..., None] = subprocess.Popen.__init__

    def start_measured(*arguments: Any, env: dict[str, str] | None = None, **options: Any) -> None:
        start(*arguments, env=env and {name: os.environ[name], **env}, **options)

    with pytest.MonkeyPatch.context() as patch:
        if name in os.environ:
            patch.setattr(subprocess.Popen, "__init__", start_measured)
        yield


@pytest.fixture(scope="session", autouse=True)
def pip_is_asked_once() -> Iterator[None]:
    """Let commands that ask pip for the packages again get the same answer at once."""
    with asking_pip_once():
        yield


@pytest.fixture(autouse=True)
def nothing_kept_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the keys of one test be words of another."""
    monkeypatch.setattr(confidential, "_register", confidential.Register())


@pytest.fixture(scope="session")
def pulumi() -> Path:
    """The Pulumi CLI; where there is none, a skip, and on CI a failure."""
    if PULUMI.exists():
        return PULUMI
    if os.environ.get("CI") == "true":
        pytest.fail(NO_ENGINE)
    pytest.skip(NO_ENGINE)


@pytest.fixture(scope="session")
def language_hosts(pulumi: Path) -> Path:
    """The CLI with the hosts of programs in YAML and TypeScript; a skip without, on CI a failure.

    It looks for them beside its real path.
    """
    folder = pulumi.resolve().parent
    if all((folder / f"pulumi-language-{name}").exists() for name in ("yaml", "nodejs")):
        return pulumi
    if os.environ.get("CI") == "true":
        pytest.fail(NO_HOSTS)
    pytest.skip(NO_HOSTS)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A bucket for the states of all tests."""
    with running_s3() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A database for the states of all tests; a skip without, on CI a failure if there is apt."""
    if programs() is None:
        if os.environ.get("CI") == "true" and shutil.which("apt-get"):
            pytest.fail(NO_POSTGRESQL)
        pytest.skip(NO_POSTGRESQL)
    with running_postgresql() as server:
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = [str(report.longrepr) for report in terminalreporter.getreports("skipped")]
    for what, reason in (
        ("the real engine", NO_ENGINE),
        ("programs in YAML or TypeScript", NO_HOSTS),
        ("a real browser", NO_BROWSER),
        ("actionlint", NO_ACTIONLINT),
        ("packages from npm", NO_NPM_PACKAGES),
        ("PocketBase", NO_POCKETBASE),
        ("PostgreSQL", NO_POSTGRESQL),
        ("Terraform", NO_TERRAFORM),
    ):
        skipped = sum(reason in known for known in reasons)
        if skipped:
            line = f"{skipped} tests with {what} were NOT run: {reason}."
            terminalreporter.write_line(line, yellow=True)
