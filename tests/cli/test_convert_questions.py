"""`pulumi-setsmart convert` on a terminal: what it asks, and what ends it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.conversation import CTRL_C, CTRL_D, INTERRUPTED, Conversation
from support.spreadsheets import listings

SHEET = "Name;Beds;Rent\nVilla;3;1.200\n"
COMMAND = ("convert", "sheet.csv", "--map", "Rent=attributes.rent:number")
BEDS, RENT, WRITE = "Beds (", "Rent (", "Write portfolio.yaml?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a sheet that leaves two questions."""
    (tmp_path / "sheet.csv").write_text(SHEET)
    return tmp_path


def test_what_is_not_certain_is_asked_once(folder: Path) -> None:
    """A mistake in an answer is asked again; the next sheet asks nothing that was decided."""
    first = Conversation(folder, COMMAND)
    first.answer(BEDS, b"bedroms\n")
    first.answer("bedrooms?", b"\n")
    first.answer(RENT, b"neither\n")
    first.answer(RENT, b"comma\n")
    first.answer(WRITE, b"\n")
    assert first.end() == 0, first.shown
    villa = {"name": "Villa", "bedrooms": 3, "attributes": {"rent": 1200}}
    assert listings(folder) == {"villa": villa}
    (folder / "sheet.csv").write_text(SHEET.replace("3;1.200", "4;2.500"))
    again = Conversation(folder, ("convert", "sheet.csv", "--update"))
    again.answer(WRITE, b"y\n")
    assert again.end() == 0, again.shown
    assert listings(folder)["villa"] == {**villa, "bedrooms": 4, "attributes": {"rent": 2500}}


@pytest.mark.parametrize("ending", [CTRL_C, CTRL_D], ids=["ctrl-c", "ctrl-d"])
@pytest.mark.parametrize("last", [BEDS, RENT, WRITE], ids=["column", "decimal", "confirmation"])
def test_an_end_in_the_middle_writes_nothing(folder: Path, ending: bytes, last: str) -> None:
    """Neither the portfolio nor the mapping."""
    conversation = Conversation(folder, COMMAND)
    for question, answer in ((BEDS, b"skip\n"), (RENT, b"point\n"), (WRITE, b"")):
        if question == last:
            conversation.answer(question, ending)
            break
        conversation.answer(question, answer)
    assert conversation.end() == INTERRUPTED, conversation.shown
    assert "Traceback" not in conversation.shown
    assert [file.name for file in folder.iterdir()] == ["sheet.csv"]


def test_no_writes_nothing(folder: Path) -> None:
    """A person who has seen the summary may not want it."""
    conversation = Conversation(folder, COMMAND)
    conversation.answer(BEDS, b"skip\n")
    conversation.answer(RENT, b"point\n")
    conversation.answer(WRITE, b"n\n")
    assert conversation.end() == 1
    assert [file.name for file in folder.iterdir()] == ["sheet.csv"]


def test_yes_on_a_terminal_asks_nothing(folder: Path) -> None:
    """It stops at what is not certain, as it does without a terminal."""
    conversation = Conversation(folder, (*COMMAND, "--yes"))
    assert conversation.end() == 1
    assert "--map 'Beds=bedrooms'" in "".join(conversation.shown.split("\r\n"))
    assert [file.name for file in folder.iterdir()] == ["sheet.csv"]
