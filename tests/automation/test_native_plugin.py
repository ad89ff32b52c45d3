"""Where the native plugin is."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest
from support.messages import raises

from pulumi_setsmart.automation.native_plugin import PROGRAM, plugin_folder
from pulumi_setsmart.client.errors import StackError
from pulumi_setsmart.models.message_code import MessageCode


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which this Python installs scripts, with the plugin."""
    folder = tmp_path / "project" / ".venv" / "bin"
    folder.mkdir(parents=True)
    (folder / PROGRAM).write_text("")
    (folder / PROGRAM).chmod(0o755)
    monkeypatch.setattr(sysconfig, "get_path", lambda *_: str(folder))
    return folder


def test_a_plugin_in_the_project_is_named_from_there(scripts: Path, tmp_path: Path) -> None:
    """So the project can be moved; one elsewhere has its whole path."""
    assert plugin_folder(tmp_path / "project") == ".venv/bin"
    assert plugin_folder(tmp_path / "other") == str(scripts)


def test_a_plugin_that_is_missing_is_an_error(scripts: Path, tmp_path: Path) -> None:
    """Before Pulumi would say so at every step."""
    (scripts / PROGRAM).unlink()
    with raises(StackError, MessageCode.NO_PLUGIN, str(scripts)):
        plugin_folder(tmp_path)
