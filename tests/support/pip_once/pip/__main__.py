"""Print what pip printed before, if it is asked for a list again; otherwise run pip."""

import hashlib
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

PACKAGES = Path(sysconfig.get_path("purelib"))


def real_pip(arguments: list[str], stdout: int | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run the pip of this Python, which does not look at `PYTHONPATH` for it."""
    return subprocess.run(
        [sys.executable, "-E", "-m", "pip", *arguments],
        stdout=stdout,
        check=False,
    )


def answer_file(arguments: list[str]) -> Path:
    """Return where the answer is kept; other packages, and another Python, have another one."""
    question = repr((arguments, sys.prefix, PACKAGES.stat().st_mtime_ns))
    name = hashlib.sha256(question.encode()).hexdigest()
    return Path(os.environ["PIP_ONCE_ANSWERS"]) / name


def main(arguments: list[str]) -> int:
    """Answer as pip does."""
    if arguments[:1] != ["list"]:
        return real_pip(arguments).returncode
    file = answer_file(arguments)
    if not file.exists():
        finished = real_pip(arguments, subprocess.PIPE)
        if finished.returncode:
            return finished.returncode
        unfinished = file.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(finished.stdout)
        unfinished.replace(file)
    sys.stdout.buffer.write(file.read_bytes())
    return 0


sys.exit(main(sys.argv[1:]))
