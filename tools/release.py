#!/usr/bin/env python3
"""Build what a tag publishes: `make release TAG=v0.1.0`.

dist/packages has the sdist and the wheel afterwards, dist/notes.md what CHANGELOG.md says of that
version. It stops if the tag names another version than pyproject.toml, or if there are no notes.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def notes(changelog: str, version: str) -> str:
    """Return what a changelog says of a version.

    Args:
        changelog: Its text, in the format of Keep a Changelog.
        version: Such as 0.1.0.

    Returns:
        The section without its heading; empty if there is none.
    """
    for section in re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]:
        heading, _, text = section.partition("\n")
        if re.fullmatch(re.escape(version) + r" - \d{4}-\d\d-\d\d", heading):
            return text.strip()
    return ""


def main(tag: str) -> int:
    """Build it, and return the exit code."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    if tag != f"v{project['version']}":
        sys.stderr.write(f"pyproject.toml has version {project['version']}, not {tag!r}.\n")
        return 1
    text = notes((ROOT / "CHANGELOG.md").read_text(), project["version"])
    if not text:
        sys.stderr.write(f"CHANGELOG.md has no section {project['version']} with a date.\n")
        return 1
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    builder = (sys.executable, "-m", "hatchling", "build", "-d", dist / "packages")
    built = subprocess.run(builder, cwd=ROOT, check=False)  # noqa: S603 - this very Python
    if built.returncode == 0:
        (dist / "notes.md").write_text(f"{text}\n")
    return built.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
