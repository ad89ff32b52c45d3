"""Every example is a program that runs, and the demo does what it says."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack, unaligned
from support.pip_once import pip_variables
from support.waiting import HANG_GUARD

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(
    path.parent.name
    for path in (REPOSITORY / "examples").glob("*/__main__.py")
    if not (path.parent / "Pulumi.yaml").exists()  # a project of its own has a test of its own
)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_deployed_without_a_diff(
    stack: EngineStack, account: EngineSandbox, example: str
) -> None:
    """An example can be deployed as it is, is clean afterwards, and can be destroyed."""
    shutil.copy(REPOSITORY / "examples" / example / "__main__.py", stack.folder)
    stack.up()
    stack.assert_clean()
    assert account.writes()
    stack.succeed("destroy", "--yes", "--skip-preview", *QUIET)


def test_the_demo_finds_and_repairs_drift(pulumi: Path, tmp_path: Path) -> None:
    """`make demo` shows the drift that it made, repairs it, and leaves nothing behind."""
    environment = {
        **pip_variables(),
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "PATH": os.pathsep.join((str(pulumi.parent), os.environ["PATH"])),
    }
    finished = subprocess.run(
        [sys.executable, REPOSITORY / "tools" / "demo.py"],
        env=environment,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HANG_GUARD,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "~ bedrooms: 3 => 5" in unaligned(finished.stdout)
    assert "1 to create" in finished.stdout
    assert "7 unchanged" in finished.stdout
    assert finished.stderr == ""
    assert list(tmp_path.glob("setsmart-demo-*")) == []
