#!/usr/bin/env python3
"""Lint what GitHub reads in `.github`, and what GitLab reads in `.gitlab-ci.yml`.

    tools/github_files.py [schemas|actionlint|zizmor] [FOLDER...]

Without arguments all three look at this repository and at examples/gitops.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (ROOT, ROOT / "examples" / "gitops")
PROGRAMS = Path(sys.executable).parent
SCHEMAS = {
    "github-workflows": ".github/workflows/*",
    "dependabot": ".github/dependabot.yml",
    "github-issue-forms": ".github/ISSUE_TEMPLATE/[!c]*",
    "github-issue-config": ".github/ISSUE_TEMPLATE/config.yml",
    "gitlab-ci": ".gitlab-ci.yml",
}
"""Which files have which of check-jsonschema's schemas."""


def schemas(folder: Path) -> str:
    """Compare each file with GitHub's or GitLab's schema of it.

    Args:
        folder: The folder that has `.github`, and perhaps `.gitlab-ci.yml`.

    Returns:
        What is wrong; nothing if all is well.
    """
    found = ""
    for schema, pattern in SCHEMAS.items():
        files = sorted(folder.glob(pattern))
        checker = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}")
        found += _errors(*checker, *files) if files else ""
    return found


def actionlint(folder: Path) -> str:
    """Look for mistakes in the workflows: expressions, events, scripts, inputs of actions.

    Args:
        folder: The folder that has `.github`.

    Returns:
        What is wrong; nothing if all is well, or if there is no actionlint.
    """
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), str(PROGRAMS)))
    program = shutil.which("actionlint", path=path)
    if program is None:
        return ""
    shellcheck = shutil.which("shellcheck", path=PROGRAMS) or ""
    with TemporaryDirectory() as copies:
        for workflow in (folder / ".github" / "workflows").iterdir():
            # It knows the inputs of an action by its release, not by its commit.
            text = re.sub(r"@[0-9a-f]{40} # (v\d+).*", r"@\1", workflow.read_text())
            (Path(copies) / workflow.name).write_text(text)
        options = ("-no-color", "-pyflakes=", f"-shellcheck={shellcheck}")
        return _errors(program, *options, *sorted(Path(copies).iterdir()))


def zizmor(folder: Path) -> str:
    """Audit the workflows and Dependabot's file, as strictly as zizmor can, without exceptions.

    Args:
        folder: The folder that has `.github`.

    Returns:
        What is wrong; nothing if all is well.
    """
    return _errors(
        *(PROGRAMS / "zizmor", "--offline", "--persona=auditor", "--collect=all"),
        *("--strict-collection", "--no-progress", "--color=never", "--no-config", "--quiet"),
        folder,
    )


def _errors(*command: str | Path) -> str:
    finished = subprocess.run(  # noqa: S603 - programs of our own environment
        command, capture_output=True, text=True, check=False
    )
    return finished.stdout + finished.stderr if finished.returncode else ""


LINTERS: dict[str, Callable[[Path], str]] = {
    linter.__name__: linter for linter in (schemas, actionlint, zizmor)
}


def main(arguments: list[str]) -> int:
    """Run the linters, print what they find, and return the exit code."""
    names = [name for name in arguments if name in LINTERS]
    folders = [Path(name) for name in arguments if name not in LINTERS]
    found = [LINTERS[name](folder) for name in names or LINTERS for folder in folders or FOLDERS]
    sys.stderr.write("".join(found))
    return 1 if any(found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
