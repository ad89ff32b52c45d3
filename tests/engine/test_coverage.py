"""What `make test ARGS=--cov` measures: the processes that Pulumi starts as well."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.unmeasured import unmeasured
from support.waiting import HANG_GUARD

ROOT = Path(__file__).resolve().parents[2]
TEST = "tests/engine/test_lifecycle.py::test_a_destroy_of_what_is_gone_succeeds"


@pytest.mark.usefixtures("pulumi")
def test_the_provider_process_is_measured(tmp_path: Path) -> None:
    """A test of the engine covers the provider's methods, which nothing but that process calls."""
    report = tmp_path / "report.json"
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-n0", "-p", "no:cacheprovider", TEST),
            *("--cov", f"--cov-report=json:{report}", "--cov-fail-under=0"),
        ],
        cwd=ROOT,
        # Where this very run is measured, that one still measures for itself.
        env={**unmeasured(), "COVERAGE_FILE": str(tmp_path / "coverage")},
        capture_output=True,
        text=True,
        timeout=HANG_GUARD,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    measured = json.loads(report.read_text())["files"]["pulumi_setsmart/providers/adapter.py"]
    called = {
        name.rpartition(".")[2]
        for name, function in measured["functions"].items()
        if function["summary"]["covered_lines"]
    }
    assert {"check", "create", "delete"} <= called
    assert "update" not in called
