"""What the commands show on a terminal, and what elsewhere."""

from __future__ import annotations

import os
import pty
import re
import socket
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest
from support.conversation import CTRL_C, INTERRUPTED, Conversation
from support.preview_document import PreviewDocument
from support.served_sandbox import serving

from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES, SandboxSettings, listings

ESCAPE = "\x1b"


def on_a_terminal(folder: Path, *arguments: str, **environment: str) -> str:
    """Run the command on a terminal, and return all that it showed there."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "pulumi_setsmart", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "TERM": "xterm-256color", **environment},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ):
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # the other side is closed
            pass
    os.close(ours)
    return shown.decode()


def test_colours_are_for_terminals_that_want_them(tmp_path: Path) -> None:
    """NO_COLOR turns them off; whatever a listing is called, the terminal does not obey it."""
    (tmp_path / "left.yaml").write_text('properties: {a: {name: "A \\e[31m[red]"}}')
    (tmp_path / "right.yaml").write_text("")
    shown = on_a_terminal(tmp_path, "compare", "left.yaml", "right.yaml")
    plain = on_a_terminal(tmp_path, "compare", "left.yaml", "right.yaml", NO_COLOR="1")
    assert f"{ESCAPE}[31mmissing{ESCAPE}[0m  A \\x1b[31m[red] (a)" in shown
    assert "missing  A \\x1b[31m[red] (a)" in plain


def test_a_report_is_text_for_people(tmp_path: Path) -> None:
    """In colours that NO_COLOR turns off, as wide as the terminal, and without entities."""
    preview = PreviewDocument()
    villa = {"name": "Sea \x1b[31m & Villa", "max_guests": 6}
    preview.listing("villa", last=villa, current={**villa, "max_guests": 12}, planned=villa)
    preview.listing("gone", last={"name": "Old Hut", "attributes": {"notes": "long " * 40}})
    (tmp_path / "preview.json").write_text(preview.text)
    shown = on_a_terminal(tmp_path, "report", "preview.json", COLUMNS="60")
    plain = on_a_terminal(tmp_path, "report", "preview.json", COLUMNS="60", NO_COLOR="1")
    assert f"{ESCAPE}[1;31mDeleted: 1{ESCAPE}[0m" in shown
    assert f"{ESCAPE}[3" not in plain
    text = re.sub(f"{ESCAPE}\\[[0-9;]*m", "", plain)
    assert ESCAPE not in text
    assert "Sea \\x1b[31m & Villa, listing prop_1 (villa)" in text
    assert "Max guests" in text
    assert "12 → 6" in text
    assert text.index("Old Hut") < text.index("Villa, listing")
    assert "&" not in text.replace(" & ", "")
    assert max(map(len, text.splitlines())) <= 60


def test_a_long_command_shows_how_far_it_is(tmp_path: Path) -> None:
    """On a terminal only, and until it is done: elsewhere it says nothing before that."""
    with serving(SandboxSettings()) as served:
        served.app.storage.insert_all(PROPERTIES, islice(listings(), 12))
        environment = {
            "SETSMART_BASE_URL": str(served.client.base_url).rstrip("/"),
            "SETSMART_API_KEY": DEFAULT_KEY,
        }
        shown = on_a_terminal(tmp_path, "export", "--output", "p.yaml", **environment)
        silent = subprocess.run(
            [sys.executable, "-m", "pulumi_setsmart", "export", "--output", "q.yaml"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], **environment},
            capture_output=True,
            check=True,
        )
    assert "Reading /properties" in shown
    assert "12/12" in shown
    assert re.split(r"\x1b\[2K", shown)[-1].split() == ["wrote", "p.yaml"]
    assert (silent.stdout, silent.stderr) == (b"", b"wrote q.yaml\n")
    assert (tmp_path / "p.yaml").read_bytes() == (tmp_path / "q.yaml").read_bytes()


def test_data_on_a_terminal_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    """Elsewhere it is as it is, byte for byte."""
    name = "Sea \u202e\x9b31m\u200b Villa"
    text = f"resource_name,name,address\na,{name},Road\n"
    (tmp_path / "left.csv").write_text(text)
    arguments = ("export", "left.csv", "--format", "csv")
    shown = on_a_terminal(tmp_path, *arguments)
    assert "Sea \\u202e\\x9b31m\\u200b Villa" in shown
    assert not {"\u202e", "\x9b", "\u200b"} & {*shown}
    piped = subprocess.run(
        [sys.executable, "-m", "pulumi_setsmart", *arguments],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        check=True,
    )
    assert name.encode() in piped.stdout


def test_a_terminal_without_unicode_gets_escapes(tmp_path: Path) -> None:
    """It is printed all the same, with nothing that it would obey, and without a traceback."""
    (tmp_path / "left.yaml").write_text('properties: {a: {name: "Å \\e[5m\\u202e"}}', "utf-8")
    (tmp_path / "right.yaml").write_text("")
    environment = {"PYTHONIOENCODING": "ascii", "NO_COLOR": "1"}
    shown = on_a_terminal(tmp_path, "compare", "left.yaml", "right.yaml", **environment)
    assert "missing  \\xc5 \\x1b[5m\\u202e (a)" in shown
    printed = on_a_terminal(
        tmp_path, "doctor", "--stack", "\x1b[5m\u202e\n::error::x", **environment
    )
    assert "Traceback" not in shown + printed
    assert f"{ESCAPE}[5m" not in printed
    assert "\n::error" not in printed


@pytest.mark.parametrize(
    "arguments", [("list",), ("show", "a"), ("export",), ("compare", "p.yaml")]
)
def test_whoever_waits_is_told_at_once_that_nobody_listens(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """The first attempt is reported, in one line, while a script tries again."""
    (tmp_path / "p.yaml").write_text("")
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}/v1"
        shown = on_a_terminal(
            tmp_path, *arguments, SETSMART_API_KEY=DEFAULT_KEY, SETSMART_BASE_URL=url
        )
    assert f"cannot connect to {url}" in shown
    assert "attempt" not in shown
    assert "connection-failed" in shown


def test_an_interrupted_command_leaves_one_line(tmp_path: Path) -> None:
    """The bar that showed how far it was is gone."""
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, and never responds
        command = Conversation(
            tmp_path,
            ("export", "--output", "p.yaml"),
            {
                "SETSMART_API_KEY": DEFAULT_KEY,
                "SETSMART_BASE_URL": f"http://127.0.0.1:{silent.getsockname()[1]}/v1",
                "TERM": "xterm",
            },
        )
        command.answer("Reading /properties", CTRL_C)
        assert command.end() == INTERRUPTED
    assert re.split(r"\x1b\[2K", command.shown)[-1] == "Aborted!\r\n"
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("columns", [60, 80])
def test_a_narrow_terminal_breaks_no_word(tmp_path: Path, columns: int) -> None:
    """Lines fit, and names, ids and headings are whole; addresses give way."""
    with serving(SandboxSettings()) as served:
        served.app.storage.insert_all(PROPERTIES, islice(listings(), 12))
        shown = on_a_terminal(
            tmp_path,
            "list",
            SETSMART_BASE_URL=str(served.client.base_url).rstrip("/"),
            SETSMART_API_KEY=DEFAULT_KEY,
            COLUMNS=str(columns),
            NO_COLOR="1",
        )
    shown = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    table = shown[shown.index("Id ") :]
    words = {*table.split()}
    assert max(map(len, table.splitlines())) <= columns
    assert {"Id", "Name", "Status", "Bedrooms", "guests", "prop_12", "active"} <= words
    for listing in islice(listings(), 12):
        assert {*str(listing["name"]).split()} <= words
    assert ("Address" in words) == (columns == 80)
