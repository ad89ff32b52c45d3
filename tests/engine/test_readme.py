"""First steps that are written down, word for word, in a fresh home."""

import os
import re
import shutil
import subprocess
import textwrap
from pathlib import Path

from receiver_process import EXAMPLE, free_port

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()
SECTION = re.search(r"## Your first listing\n(.*?)\n## ", README, re.DOTALL)
COUNT_EVENTS = """
sleep 1
python - <<'PYTHON'
import sqlite3
print(sqlite3.connect("inbox.db").execute("SELECT events FROM listings").fetchall())
PYTHON
"""


def commands(text: str) -> str:
    """Return the commands in a text, those in lists as well."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    return "\n".join(textwrap.dedent(block) for block in blocks)


def with_changes(script: str, *changes: tuple[str, str]) -> str:
    """Return a script with what a test has to do otherwise than a person."""
    for written, run_instead in changes:
        assert written in script
        script = script.replace(written, run_instead)
    return script


def run(script: str, folder: Path) -> str:
    """Run commands, in a folder that is a new home as well; return what they print."""
    finished = subprocess.run(
        ["/bin/bash", "-eu", "-c", f"trap 'kill $(jobs -p)' EXIT\n{script}"],
        cwd=folder,
        env={
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
    return finished.stdout


def test_a_newcomer_gets_from_the_readme_to_a_listing(pulumi: Path, tmp_path: Path) -> None:
    """The commands of the README make a listing, show its drift and settle, as the text says."""
    assert SECTION is not None
    script = with_changes(
        commands(SECTION[1]),
        (". .venv/bin/activate", f"export PATH={pulumi.parent}:$PATH"),
        ("8787", str(free_port())),
        ("pulumi up\n", "pulumi up --yes\n"),
    )
    printed = run(f"{script}\npulumi up --yes\n", tmp_path)
    assert '"name":"Beachfront Villa"' in printed
    assert re.search(r"~ bedrooms *: 5 => 3", printed)
    assert "1 updated" in printed.split("5 => 3")[1]
    assert "warning" not in printed


def test_a_newcomer_gets_from_the_example_to_a_rotated_secret(pulumi: Path, tmp_path: Path) -> None:
    """The commands of examples/webhook_receiver, in a copy of it, deliver what they say."""
    folder = tmp_path / "copy"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    script = with_changes(
        commands((EXAMPLE / "README.md").read_text()),
        ("8787", str(free_port())),
        ("8788", str(free_port())),
    )
    printed = run(f"export PATH={pulumi.parent}:$PATH\n{script}\n{COUNT_EVENTS}", folder)
    assert re.search(r"property.created to wh_1, msg_\w+: status 202", printed)
    assert "Beachfront Villa" in printed.split("status 202")[1]
    assert "~ 1 to update" in printed
    assert "whsec_" not in printed
    assert set(re.findall(r"status (\d+)", printed)) == {"202"}
    assert "[(1,), (1,)]" in printed
