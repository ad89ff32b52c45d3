"""examples/drift_watch where something goes wrong around it: it goes on."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "drift_watch" / "watch.py"
EVENT = "INSERT INTO events VALUES ('e1', 'property.updated', '2026-01-01 00:00:00')"
LATER = 1_800_000_000


def test_a_backend_that_cannot_be_reached_does_not_end_it(tmp_path: Path) -> None:
    """Nothing is reported, and after a while it looks again: the event is still there."""
    pulumi = tmp_path / "pulumi"
    pulumi.write_text("#!/bin/sh\necho cannot reach the backend >&2\nexit 1\n")
    pulumi.chmod(0o700)
    inbox = tmp_path / "inbox.db"
    with closing(sqlite3.connect(inbox)) as database, database:
        database.execute("CREATE TABLE events (id TEXT, type TEXT, received_at TEXT)")
        database.execute(EVENT)
    times = [LATER, LATER + 1, LATER + 299, LATER + 300]
    finished = subprocess.run(
        [sys.executable, EXAMPLE, inbox, "production", "--clock", "-"],
        input="".join(f"{time}\n" for time in times),
        env={
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "SETSMART_NOTIFY_URL": "https://chat.example/hook",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.stdout.split() == ["failed", "waiting", "waiting", "failed"]
    assert "cannot reach the backend" in finished.stderr
