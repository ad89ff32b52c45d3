"""What a `go.mod` file says: the versions are written there and nowhere else."""

import re
from pathlib import Path

from pulumi_cli.version import Version


def required(module: Path, name: str) -> str:
    """Return the version of a module that the `go.mod` in a folder requires, without its `v`."""
    return _search(rf"^(?:require |\t){re.escape(name)} v(\S+)$", module)


def oldest_go(module: Path) -> Version:
    """Return the oldest Go that can build the module in a folder."""
    return tuple(map(int, _search(r"^go ([\d.]+)$", module).split(".")))


def _search(pattern: str, module: Path) -> str:
    text = (module / "go.mod").read_text(encoding="utf-8")
    match = re.search(pattern, text, re.MULTILINE)
    if match is None:
        raise ValueError(f"{module}/go.mod has no line like {pattern}")
    return match[1]
