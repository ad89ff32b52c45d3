"""Runs commands on a terminal, and shows what a person would see there as a page."""

from __future__ import annotations

import fcntl
import html
import io
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import frozen
from rich.console import Console
from rich.terminal_theme import MONOKAI, TerminalTheme
from rich.text import Text

COLUMNS, ROWS = 104, 40
LIGHT = TerminalTheme(
    (255, 255, 255),
    (36, 41, 47),
    [
        (36, 41, 47),
        (207, 34, 46),
        (17, 99, 41),
        (125, 78, 0),
        (9, 105, 218),
        (130, 80, 223),
        (27, 124, 131),
        (110, 119, 129),
    ],
)
THEMES = {"light": LIGHT, "dark": MONOKAI}
PAGE = """<!DOCTYPE html>
<meta charset="utf-8">
<style>
body {{ margin: 0; padding: 16px; background: {background}; color: {foreground}; }}
pre {{ margin: 0; font: 13px/1.45 "DejaVu Sans Mono", monospace; }}
</style>
<pre>{code}</pre>
"""


@frozen
class Step:
    """A command that somebody types.

    Attributes:
        line: The command.
        answers: What is typed at each question, after the text that shows that it is asked.
    """

    line: str
    answers: Sequence[tuple[str, str]] = ()


def typed(steps: Sequence[Step], folder: Path, environment: Mapping[str, str]) -> str:
    """Return what a terminal shows of commands, with its codes for colours."""
    return "\n".join(f"$ {step.line}\n{_output(step, folder, environment)}" for step in steps)


def page(shown: str, scheme: str) -> str:
    """Return what a terminal shows as a page, in a light or dark scheme."""
    theme = THEMES[scheme]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(shown))
    code = console.export_html(theme=theme, inline_styles=True, code_format="{code}")
    return PAGE.format(
        background=html.escape(theme.background_color.hex),
        foreground=html.escape(theme.foreground_color.hex),
        code=code,
    )


def _output(step: Step, folder: Path, environment: Mapping[str, str]) -> str:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(
        ["bash", "-c", step.line],
        cwd=folder,
        env={**environment, "TERM": "xterm-256color"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    answers = [*step.answers]
    shown, seen = "", 0
    while part := _part(ours):
        shown += part
        if answers and answers[0][0] in shown[seen:]:
            seen = len(shown)
            os.write(ours, f"{answers.pop(0)[1]}\n".encode())
    os.close(ours)
    process.wait()
    return shown.replace("\r\n", "\n").rstrip("\n") + "\n"


def _part(terminal: int) -> str:
    try:
        return os.read(terminal, 4096).decode(errors="replace")
    except OSError:  # the command has ended
        return ""
