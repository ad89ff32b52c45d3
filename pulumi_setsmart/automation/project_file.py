"""Where a Pulumi project is, found as Pulumi finds it, without loading Pulumi."""

from __future__ import annotations

from pathlib import Path

NAMES = ("Pulumi.yaml", "Pulumi.yml")


def project_file_of(folder: Path) -> Path | None:
    """Return the Pulumi.yaml or Pulumi.yml of a folder or of the nearest one above it, or None."""
    folders = (folder, *folder.absolute().parents)
    files = (place / name for place in folders for name in NAMES)
    return next((file for file in files if file.is_file()), None)
