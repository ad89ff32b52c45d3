"""Commands run where there is no Pulumi project, unless a test makes one."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def folder_without_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the repository, which has a project of its own."""
    monkeypatch.chdir(tmp_path)
