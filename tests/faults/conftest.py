"""Runs with faults: how many, and what came of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from attrs import define, field
from support.fault_run import FaultRun

_PROPERTY = "setsmart faults"


@define
class Row:
    """What came of all runs of one kind."""

    runs: int = 0
    faults: Counter[str] = field(factory=Counter)
    failed_ups: int = 0
    stops: int = 0
    duplicates: int = 0
    orphans: int = 0
    lost_fields: int = 0


@pytest.fixture
def record_faults(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Write down what came of a run, for the table at the end."""

    def record(kind: str, faults: Counter[str], run: FaultRun) -> None:
        record_property(
            _PROPERTY,
            json.dumps(
                {
                    "kind": kind,
                    "faults": faults,
                    "failed_ups": run.ups,
                    "stops": run.stops,
                    "duplicates": run.tally.duplicates,
                    "orphans": run.tally.orphans,
                    "lost_fields": run.tally.lost_fields,
                }
            ),
        )

    return record


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--seeds")))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows: dict[str, Row] = {}
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == _PROPERTY:
                _add(rows, json.loads(str(value)))
    if not rows:
        return
    terminalreporter.write_line("")
    header = f"{'faults':<34}{'runs':>6}{'injected':>10}{'second ups':>12}{'stops':>10}"
    terminalreporter.write_line(f"{header}{'duplicates':>12}{'orphans':>9}{'lost fields':>13}")
    for kind, row in sorted(rows.items()):
        counted = (
            f"{kind:<34}{row.runs:>6}{row.faults.total():>10}{row.failed_ups:>12}{row.stops:>10}"
        )
        terminalreporter.write_line(
            f"{counted}{row.duplicates:>12}{row.orphans:>9}{row.lost_fields:>13}"
        )
    injected = sum((row.faults for row in rows.values()), Counter[str]())
    terminalreporter.write_line("")
    for fault, number in sorted(injected.items()):
        terminalreporter.write_line(f"  {fault:<32}{number:>6}")


def _add(rows: dict[str, Row], run: dict[str, Any]) -> None:
    row = rows.setdefault(run["kind"], Row())
    row.runs += 1
    row.faults.update(run["faults"])
    row.failed_ups += run["failed_ups"]
    row.stops += run["stops"]
    row.duplicates += run["duplicates"]
    row.orphans += run["orphans"]
    row.lost_fields += run["lost_fields"]
