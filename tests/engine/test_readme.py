"""The README's first steps, word for word, in a fresh home."""

import os
import re
import socket
import subprocess
from pathlib import Path

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()
SECTION = re.search(r"## Your first listing\n(.*?)\n## ", README, re.DOTALL)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def test_a_newcomer_gets_from_the_readme_to_a_listing(pulumi: Path, tmp_path: Path) -> None:
    """The commands of the README make a listing, show its drift and settle, as the text says."""
    assert SECTION is not None
    script = "\n".join(re.findall(r"```sh\n(.*?)```", SECTION[1], re.DOTALL))
    for written, run in (
        (". .venv/bin/activate", f"export PATH={pulumi.parent}:$PATH"),
        ("8787", str(free_port())),
        ("pulumi up\n", "pulumi up --yes\n"),
    ):
        assert written in script
        script = script.replace(written, run)
    finished = subprocess.run(
        ["/bin/bash", "-eu", "-c", f"trap 'kill $(jobs -p)' EXIT\n{script}\npulumi up --yes\n"],
        cwd=tmp_path,
        env={
            "HOME": str(tmp_path),
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
    assert '"name":"Beachfront Villa"' in finished.stdout
    assert re.search(r"~ bedrooms *: 5 => 3", finished.stdout)
    assert "1 updated" in finished.stdout.split("5 => 3")[1]
    assert "warning" not in finished.stdout
