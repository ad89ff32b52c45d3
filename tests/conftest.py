"""What all tests have in common: telling loudly where the engine is missing."""

import os
import sys
from pathlib import Path

import pytest
from engine_stack import heed_interrupts

pytest_plugins = ["pulumi_setsmart.testing.plugin"]

PULUMI = Path(sys.executable).parent / "pulumi"
NO_ENGINE = "no Pulumi engine beside this Python: `make setup` gets it"


def pytest_configure() -> None:
    heed_interrupts()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, default=1, help="runs of each kind in tests/faults")


@pytest.fixture(scope="session")
def pulumi() -> Path:
    """The Pulumi CLI; where there is none, a skip, and on CI a failure."""
    if PULUMI.exists():
        return PULUMI
    if os.environ.get("CI") == "true":
        pytest.fail(NO_ENGINE)
    pytest.skip(NO_ENGINE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [
        report
        for report in terminalreporter.getreports("skipped")
        if NO_ENGINE in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.write_line(
            f"{len(skipped)} tests with the real engine were NOT run: {NO_ENGINE}.", yellow=True
        )
