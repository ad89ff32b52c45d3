"""The command `accept`, with a preview in the place of Pulumi."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.messages import message
from support.preview_document import PreviewDocument

from pulumi_setsmart.automation import stack
from pulumi_setsmart.cli import main
from pulumi_setsmart.models.message_code import MessageCode

VILLA = {"name": "Villa", "bedrooms": 3}
COMMAND = sys.modules["pulumi_setsmart.cli.accept"]
TEXT = "\ufeffproperties:\r\n  villa: {name: Villa, bedrooms: 3} # ours\r\n"


@pytest.fixture
def preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PreviewDocument:
    """The preview of a project with a portfolio, in which nothing has changed yet."""
    document = PreviewDocument()

    class Previewed:
        def __init__(self, name: str, folder: Path) -> None:
            assert (name, folder) == ("test", Path())

        def preview(self) -> str:
            return document.text

    monkeypatch.setattr(stack, "Stack", Previewed)
    Path("Pulumi.yaml").write_text("name: portfolio\nruntime: python\n")
    (tmp_path / "portfolio.yaml").write_bytes(TEXT.encode())
    return document


def drift(preview: PreviewDocument, **fields: Any) -> None:
    """Change fields of the villa in SetSmart."""
    now = {**VILLA, **fields}
    preview.listing("p-villa", last=VILLA, current=now, planned=VILLA, portfolio="p")


def accept(*arguments: str, **options: Any) -> Result:
    return CliRunner().invoke(main, ["accept", "--stack", "test", *arguments], **options)


def written() -> str:
    return Path("portfolio.yaml").read_bytes().decode()


def test_nothing_is_written_without_a_decision(preview: PreviewDocument) -> None:
    """Neither without --yes where nobody can be asked, nor with --dry-run."""
    drift(preview, bedrooms=4)
    unasked = accept()
    assert unasked.exit_code == 2
    assert "--yes" in unasked.stderr
    shown = accept("--dry-run")
    assert (shown.exit_code, shown.stderr) == (1, "")
    assert shown.stdout.splitlines() == ["portfolio.yaml:", "~ villa: bedrooms: 3 => 4"]
    assert written() == TEXT


def test_the_file_is_written_and_keeps_its_bytes(preview: PreviewDocument) -> None:
    """Its byte order mark and ends of lines as well; a second run has nothing to do."""
    drift(preview, bedrooms=4)
    accepted = accept("--yes")
    assert (accepted.exit_code, accepted.stderr) == (0, "")
    assert accepted.stdout.splitlines()[-1] == "wrote portfolio.yaml"
    assert written() == TEXT.replace("3", "4")


@pytest.mark.usefixtures("preview")
def test_without_drift_there_is_nothing_to_do() -> None:
    """That is success, and the file is not written."""
    before = Path("portfolio.yaml").stat().st_mtime_ns
    result = accept("--yes", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "stack": "test",
        "accepted": [],
        "left": [],
        "files": [],
        "written": False,
    }
    assert Path("portfolio.yaml").stat().st_mtime_ns == before


def test_what_is_left_is_a_status_of_its_own(preview: PreviewDocument) -> None:
    """Programs tell it from success and from failure, and what is accepted is written."""
    drift(preview, bedrooms=4, name=None)
    result = accept("--yes", "--json")
    assert result.exit_code == 1
    assert result.stderr.strip() == message(MessageCode.INVALID_VALUE, "Villa", "name")
    data = json.loads(result.stdout)
    assert data["accepted"] == [
        {
            "file": "portfolio.yaml",
            "section": "properties",
            "key": "villa",
            "title": "Villa",
            "id": "prop_1",
            "field": "bedrooms",
            "before": 3,
            "after": 4,
        }
    ]
    assert [notice["code"] for notice in data["left"]] == ["invalid-value"]
    assert (data["files"], data["written"]) == (["portfolio.yaml"], True)
    assert written() == TEXT.replace("3", "4")


@pytest.mark.parametrize("answer", ["y", "n"])
def test_a_terminal_is_asked(
    preview: PreviewDocument, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """After the changes are shown; without consent nothing is written."""
    drift(preview, bedrooms=4)
    monkeypatch.setattr(COMMAND, "is_interactive", lambda: True)
    result = accept(input=f"{answer}\n")
    assert "bedrooms: 3 => 4" in result.stdout
    assert "Write portfolio.yaml?" in result.stderr
    assert result.exit_code == (0 if answer == "y" else 1)
    assert written() == (TEXT.replace("3", "4") if answer == "y" else TEXT)


def test_a_file_that_changed_meanwhile_is_not_overwritten(
    preview: PreviewDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a person saved while the question was open is newer."""
    drift(preview, bedrooms=4)
    newer = TEXT.replace("ours", "yours")

    def save(*_arguments: object, **_options: object) -> bool:
        Path("portfolio.yaml").write_bytes(newer.encode())
        return True

    monkeypatch.setattr(COMMAND, "is_interactive", lambda: True)
    monkeypatch.setattr("click.confirm", save)
    result = accept()
    assert result.exit_code == 2
    assert result.stderr.strip() == message(MessageCode.FILE_CHANGED, "portfolio.yaml")
    assert written() == newer


def test_without_a_file_it_says_where_the_values_are(preview: PreviewDocument) -> None:
    """A program may declare its listings itself; a file that is wrong is not changed either."""
    drift(preview, bedrooms=4)
    Path("portfolio.yaml").write_text("properties: {villa: {bedroms: 3}}\n")
    assert (wrong := accept("--yes")).exit_code == 2
    assert "[unknown-field]" in wrong.stderr
    Path("portfolio.yaml").unlink()
    missing = accept("--yes")
    assert missing.exit_code == 2
    assert missing.stderr.strip() == message(
        MessageCode.NO_PORTFOLIO_FILE, "portfolio.yaml", "--file", "pulumi-setsmart report"
    )


def test_without_a_project_there_is_nothing_to_accept() -> None:
    """Drift is told from a stack's last deployment."""
    result = CliRunner().invoke(main, ["accept", "--yes"])
    assert result.exit_code == 2
    assert result.stderr.strip() == message(MessageCode.NO_PROJECT, "--cwd")
