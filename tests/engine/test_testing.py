"""What the README says about users' own tests, in a project of a user's."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_lines_of_the_readme_test_a_program(pulumi: Path, tmp_path: Path) -> None:
    """As they stand there: a plugin named in conftest.py, and a test of a whole program."""
    section = (ROOT / "README.md").read_text().split("## Testing your own programs\n")[1]
    blocks = re.findall(r"```python\n# (\w+\.py)\n(.*?)```", section, re.DOTALL)
    assert [name for name, _ in blocks] == ["conftest.py", "test_portfolio.py"]
    shutil.copytree(ROOT / "examples" / "quickstart", tmp_path, dirs_exist_ok=True)
    (tmp_path / "Pulumi.yaml").write_text("name: portfolio\nruntime: python\n")
    for name, text in blocks:
        (tmp_path / name).write_text(text)
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", "."],
        cwd=tmp_path,
        env={
            "HOME": str(tmp_path),
            "PATH": os.pathsep.join((str(pulumi.parent), os.environ["PATH"])),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "1 passed" in finished.stdout, finished.stdout
