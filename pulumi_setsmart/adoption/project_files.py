"""The files of a Pulumi project that adoption reads and writes."""

from __future__ import annotations

import glob
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from pulumi_setsmart.adoption.matching import Key
from pulumi_setsmart.adoption.other_stacks import OtherStack
from pulumi_setsmart.automation.import_file import imported_ids, imported_outputs
from pulumi_setsmart.automation.new_project import program_text
from pulumi_setsmart.automation.project import project_in
from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.files.regular_file import utf8_text_of
from pulumi_setsmart.files.whole_file import write_file
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.text import visible_json
from pulumi_setsmart.specification.format import Format, format_of
from pulumi_setsmart.specification.reading import entries_in, text_of
from pulumi_setsmart.specification.sections import SECTIONS, Entries, Entry
from pulumi_setsmart.specification.writing import extended_text, portfolio_text, updated_text

_IMPORT = ".import.json"
_LARGEST_IMPORT_FILE = 256 * 1024 * 1024


@frozen
class PortfolioFile:
    """A portfolio file.

    Attributes:
        text: Its text, or None if there is no such file yet.
        entries: What it declares.
    """

    text: str | None
    entries: Entries


@frozen
class ProjectFiles:
    """A Pulumi project, or a folder that is to become one.

    Attributes:
        folder: The folder.
        file: The name of the portfolio file in it.
        portfolio: The name of the `Portfolio` that the program makes of that file.
        stack: The stack that adopts, or None where none is named.
    """

    folder: Path
    file: str
    portfolio: str
    stack: str | None = None

    @property
    def portfolio_path(self) -> Path:
        """Where the portfolio file is."""
        return self.folder / self.file

    @property
    def declaration(self) -> str:
        """What the program has to declare, as a message says it."""
        return f'{self.file} as Portfolio("{self.portfolio}", …)'

    @property
    def next_steps(self) -> str:
        """What comes after an import that somebody else runs, as a message says it."""
        return "and `pulumi preview`"

    @property
    def import_path(self) -> Path:
        """Where the import file is: each stack has its own, since each has its own account."""
        return self.folder / import_name(self.file, self.stack)

    @property
    def program_path(self) -> Path:
        """Where the program is."""
        return self.folder / "__main__.py"

    @property
    def format(self) -> Format:
        """What the portfolio file is written in."""
        return format_of(self.file)

    def has_program(self) -> bool:
        """Return whether there is a program, here or where Pulumi.yaml says.

        Raises:
            StackError: Pulumi.yaml cannot be read.
        """
        project = project_in(self.folder)
        return self.program_path.exists() or (
            project is not None and project.has_program_elsewhere()
        )

    def read(self) -> PortfolioFile:
        """Return the portfolio file; one without text if there is none.

        Raises:
            PortfolioFileError: It cannot be read.
        """
        if not self.portfolio_path.exists():
            return PortfolioFile(None, {section: {} for section in SECTIONS})
        text = text_of(self.portfolio_path)
        return PortfolioFile(text, entries_in(text, str(self.portfolio_path)))

    def known_ids(self) -> dict[Key, str]:
        """Return the ids that the import file of an earlier run holds; none if there is none.

        Raises:
            PortfolioFileError: It cannot be read.
        """
        if not self.import_path.exists():
            return {}
        return _ids_in(self.import_path, import_file_at(self.import_path), self.portfolio)

    def other_stacks(self) -> list[OtherStack]:
        """Return what other stacks have adopted, as their import files in the folder know it.

        Raises:
            PortfolioFileError: An import file cannot be read.
        """
        stacks = []
        for path in sorted(self.folder.glob(f"*.*{_IMPORT}")):
            name = path.name.removesuffix(_IMPORT).rpartition(".")[2]
            if name != _in_file_names(self.stack or ""):
                file = import_file_at(path)
                ids = _ids_in(path, file, None)
                stacks.append(OtherStack(name, ids, imported_outputs(file)))
        return stacks

    def updated(
        self, before: PortfolioFile, additions: Entries, members: Mapping[str, Mapping[str, Entry]]
    ) -> PortfolioFile:
        """Return the portfolio file that is to be: ``before`` itself where nothing changes.

        Args:
            before: The file as it is.
            additions: The entries to add.
            members: What entries of the file are to have beside what they have, by section and key.

        Raises:
            PortfolioFileError: Something else in it would change.
        """
        if before.text is None:
            text = portfolio_text(additions, self.format)
        elif any(members.values()):
            both = {
                section: {**members.get(section, {}), **additions[section]} for section in additions
            }
            text = updated_text(before.text, both, {}, {}, self.format)
        elif any(additions.values()):
            text = extended_text(before.text, additions, self.format)
        else:
            return before
        after = PortfolioFile(text, entries_in(text, str(self.portfolio_path)))
        if any(
            after.entries[section].get(key) != {**entry, **members.get(section, {}).get(key, {})}
            for section, entries in before.entries.items()
            for key, entry in entries.items()
        ):
            raise PortfolioFileError(
                f"{self.portfolio_path}: cannot be changed without changing what else it says; "
                "write it in plainer YAML, for example with "
                "`pulumi-setsmart export FILE --output NEW`",
                code=MessageCode.NOT_EXTENDABLE,
            )
        return after

    def write_import_file(self, file: Mapping[str, Any]) -> None:
        """Write the import file.

        Raises:
            PortfolioFileError: It cannot be written.
        """
        write_import_file(self.import_path, file)

    def write_program(self, *, is_shared: bool) -> None:
        """Write a program that declares the portfolio file.

        Args:
            is_shared: Whether it declares only the entries of its stack.

        Raises:
            PortfolioFileError: It cannot be written.
        """
        program = program_text(self.file, self.portfolio, is_shared=is_shared)
        write_file(self.program_path, program)


def ids_beside(file: Path, stack: str | None) -> dict[Key, str]:
    """Return the ids in the import file beside a portfolio file; none if none is known to be its.

    Args:
        file: The portfolio file.
        stack: The stack that adopted. If None, it is the import file without a stack, or else the
            only one there is.

    Raises:
        PortfolioFileError: It cannot be read.
    """
    path = file.with_name(import_name(file.name, stack))
    if stack is None and not path.exists():
        beside = [*file.parent.glob(f"{glob.escape(file.stem)}.*.import.json")]
        if len(beside) == 1:
            [path] = beside
    return _ids_in(path, import_file_at(path), None) if path.exists() else {}


def write_import_file(path: Path, file: Mapping[str, Any]) -> None:
    """Write an import file.

    Raises:
        PortfolioFileError: It cannot be written.
    """
    write_file(path, visible_json(json.dumps(file, ensure_ascii=False, indent=2)) + "\n")


def import_name(file: str, stack: str | None) -> str:
    """Return the name of the import file that belongs to a file and a stack."""
    suffix = "" if stack is None else f".{_in_file_names(stack)}"
    return f"{Path(file).stem}{suffix}{_IMPORT}"


def _in_file_names(stack: str) -> str:
    return stack.replace("/", "-")


def import_file_at(path: Path) -> Any:
    """Return an import file as plain values.

    Raises:
        PortfolioFileError: It cannot be read.
    """
    text = utf8_text_of(path, _LARGEST_IMPORT_FILE)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _no_import_file(path) from None


def _ids_in(path: Path, file: Any, portfolio: str | None) -> dict[Key, str]:
    """Return the ids in an import file, of the portfolio with a name, or of the one it has."""
    try:
        return imported_ids(file, portfolio)
    except ValueError:
        raise _no_import_file(path) from None


def _no_import_file(path: Path) -> PortfolioFileError:
    return PortfolioFileError(
        f"{path}: is no import file of `pulumi-setsmart adopt`; move it away",
        code=MessageCode.NOT_AN_IMPORT_FILE,
    )
