"""A page of the documentation as a program: what a reader types, saves and sees."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, takewhile
from pathlib import Path
from typing import Self

import attrs
from attrs import frozen
from markdown_it import MarkdownIt
from markdown_it.token import Token

from support.detached_sandboxes import stop_detached_sandboxes
from support.pip_once import pip_variables
from support.receiver_process import free_port
from support.waiting import HANG_GUARD

ROOT = Path(__file__).resolve().parents[2]
PORTS = ("8787", "8788")
"""Those that the pages use; a test takes free ones instead."""

FOLLOWED = "Python"
"""The tab that a reader chooses."""

_TAB = re.compile(r"^///(?: tab \| (.+))?$", re.MULTILINE)
"""Where a tab begins or ends."""
_INCLUDED = re.compile(r'^--8<-- "(.+)"$', re.MULTILINE)
_MARK = "\x1e"
_END = "END-OF-WHAT-STANDS-IN-THE-PAGE"
_LEAVING_NOTHING = "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n"


class UnrunnableError(Exception):
    """A block of a page that there is no way to run."""


@frozen
class Block:
    """A block of code in a page.

    Attributes:
        where: The page and the line.
        language: ``sh`` for what is typed, ``text`` for what that prints, or another one.
        title: The file as which a reader saves it, or None.
        text: What stands in it.
        tab: The title of the tab that it is in, or None.
    """

    where: str
    language: str
    title: str | None
    text: str
    tab: str | None = None

    @property
    def command(self) -> str:
        """What a shell does in place of the reader.

        Raises:
            UnrunnableError: There is nothing that it could do.
        """
        here = f"<<'{_END}'\n{self.text}{_END}\n"
        match self.language, self.title:
            case "text", None:
                return ""
            case "sh", None:
                return self.text
            case "python", None:
                return f"python - {here}"
            case _, str():
                return f'mkdir -p "$(dirname "{self.title}")"\ncat > "{self.title}" {here}'
        raise UnrunnableError(f"{self.where}: {self.language or 'no language'}, and no title")

    def is_shown_by(self, printed: str) -> bool:
        """Return whether what was printed has the lines of this block, in this order.

        ``…`` stands for anything within a line, and alone on a line for any lines. Spaces count as
        one.
        """
        lines = iter(_spaced(line) for line in printed.splitlines())
        patterns = [
            re.compile(".*".join(re.escape(part) for part in _spaced(line).split("…")))
            for line in self.text.splitlines()
            if line.strip() not in ("", "…")
        ]
        return all(any(pattern.search(line) for line in lines) for pattern in patterns)


@frozen
class Page:
    """A page as a list of blocks, in order.

    Attributes:
        blocks: Those that a reader follows who chooses the tab for Python.
        others: Those in other tabs.
    """

    blocks: tuple[Block, ...]
    others: tuple[Block, ...] = ()

    @classmethod
    def read(cls, path: Path, until: str | None = None) -> Self:
        """Return a page, or what stands before a heading of it."""
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        text = "".join(takewhile(lambda line: line.strip() != until, lines))
        return cls.of(text, str(path.relative_to(ROOT)))

    @classmethod
    def of(cls, text: str, name: str) -> Self:
        """Return the page with a text.

        Raises:
            UnrunnableError: A block cannot be run, or is hidden from whoever looks for blocks.
        """
        fences = [*_fences(text)]
        written = len(re.findall(r"^ *```", text, re.MULTILINE)) / 2
        if len(fences) != written:
            raise UnrunnableError(
                f"{name}: {written:g} blocks stand there, {len(fences)} are found"
            )
        blocks = tuple(
            Block(
                where=f"{name}:{(token.map or [0])[0] + 1}",
                language=token.info.partition(" ")[0],
                title=_title(token.info),
                text=_INCLUDED.sub(_included, token.content),
                tab=tab,
            )
            for token, tab in fences
        )
        for block in blocks:
            _ = block.command  # what cannot be run is found before anything is
        return cls(
            tuple(block for block in blocks if block.tab in {None, FOLLOWED}),
            tuple(block for block in blocks if block.tab not in {None, FOLLOWED}),
        )

    def after(self, command: str) -> Self:
        """Return the page with a command before its first block."""
        return attrs.evolve(
            self, blocks=(Block("before the page", "sh", None, command), *self.blocks)
        )

    def follow(self, folder: Path, changes: Iterable[tuple[str, str]] = ()) -> str:
        """Do what the page says, as `follow` does with several of them."""
        return follow([self], folder, changes)


def follow(pages: Sequence[Page], folder: Path, changes: Iterable[tuple[str, str]] = ()) -> str:
    """Do what pages say, each in a shell of its own; return what is printed.

    Args:
        pages: The pages.
        folder: The folder in which they are followed, which is a new home as well.
        changes: What stands in a page, each with what a test has to do instead.

    Raises:
        AssertionError: A command fails, or something else is printed than a page shows.
    """
    blocks = joined(pages).blocks
    for written, done_instead in changes:
        assert any(written in block.text for block in blocks), written
        blocks = _with(blocks, written, done_instead)
    for port in PORTS:
        blocks = _with(blocks, port, str(free_port()))
    left = iter(blocks)
    try:
        return "".join(
            _follow_in_a_shell([*islice(left, len(page.blocks))], folder) for page in pages
        )
    finally:
        stop_detached_sandboxes(folder)


def _follow_in_a_shell(blocks: Sequence[Block], folder: Path) -> str:
    script = "".join(f"printf '{_MARK}'\n{block.command}\n" for block in blocks)
    printed = _run(_LEAVING_NOTHING + script, folder)
    seen = ""
    for block, part in zip(blocks, printed.split(_MARK)[1:], strict=True):
        if block.language != "text":
            seen = part
            continue
        shown = f"{block.where} shows\n\n{block.text}\nand this is printed:\n\n{seen}"
        assert block.is_shown_by(seen), shown
    return printed


def _with(blocks: Iterable[Block], written: str, done_instead: str) -> tuple[Block, ...]:
    return tuple(
        attrs.evolve(block, text=block.text.replace(written, done_instead)) for block in blocks
    )


def _fences(text: str) -> Iterator[tuple[Token, str | None]]:
    """Yield the blocks of code, each with the tab that it is in."""
    tab: str | None = None
    for token in MarkdownIt().parse(text):
        if token.type == "inline":
            for found in _TAB.finditer(token.content):
                tab = found[1]
        elif token.type == "fence":
            yield token, tab


def _title(info: str) -> str | None:
    found = re.search(r'title="(.+?)"', info)
    return None if found is None else found[1]


def _included(match: re.Match[str]) -> str:
    return (ROOT / match[1]).read_text(encoding="utf-8").rstrip("\n")


def _spaced(line: str) -> str:
    return " ".join(line.split())


def _run(script: str, folder: Path) -> str:
    finished = subprocess.run(
        ["/bin/bash", "-eu", "-c", script],
        cwd=folder,
        env={
            **pip_variables(),
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=HANG_GUARD,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-8000:]
    return finished.stdout


def joined(pages: Sequence[Page]) -> Page:
    """Return pages that are followed one after the other as one."""
    return Page(tuple(block for page in pages for block in page.blocks))
