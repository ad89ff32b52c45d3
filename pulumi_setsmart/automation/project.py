"""A Pulumi project: its command line, its settings, where its state is."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen
from pulumi import automation
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pulumi_setsmart.automation.failure import first_error
from pulumi_setsmart.automation.limited_command import LimitedCommand, TimeLimit
from pulumi_setsmart.automation.project_file import project_file_of
from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.errors import PortfolioFileError, StackError
from pulumi_setsmart.files.regular_file import utf8_text_of
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.web_address import masked_address

_LARGEST = 1024 * 1024
_LONGEST_LANGUAGE = 20
_NOT_LOGGED_IN = ("requires logging in", "PULUMI_ACCESS_TOKEN must be set")
"""What Pulumi says where nothing names a backend, nor is there a token for its own service;
which of both depends on its version."""
_NOT_SELECTED = "no stack selected"


class NotLoggedInError(StackError):
    """Pulumi does not know where the state is: nobody is logged in, and nothing names a backend."""


@frozen
class Project:
    """The project in a folder.

    Attributes:
        file: Its Pulumi.yaml or Pulumi.yml.
    """

    file: Path

    @classmethod
    def of(cls, folder: Path) -> Project:
        """Return the project of a folder or of one above it.

        Raises:
            StackError: There is none.
        """
        project = project_in(folder)
        if project is not None:
            return project
        raise StackError(
            f"there is no Pulumi project in {folder.absolute()} (no Pulumi.yaml)",
            code=MessageCode.NO_PROJECT,
        )

    def refreshes(self, *, runs_program: bool) -> bool:
        """Return whether every command looks at SetSmart first.

        It does with ``refresh: always``. Where the program is not in Python, all of its resources
        are those of the native plugin, which asks for it. Pulumi does not do what it asks for where
        it runs the program for a refresh.

        Args:
            runs_program: Whether ``PULUMI_RUN_PROGRAM`` is set.

        Raises:
            StackError: Its Pulumi.yaml cannot be read.
        """
        options = self._settings().get("options")
        is_option = isinstance(options, Mapping) and options.get("refresh") in ("always", True)
        return is_option or (self._language() != "python" and not runs_program)

    def has_program_elsewhere(self) -> bool:
        """Return whether the program is where ``main`` says, and not in the project's folder.

        Raises:
            StackError: Its Pulumi.yaml cannot be read.
        """
        return bool(self._settings().get("main"))

    def is_in_yaml(self) -> bool:
        """Return whether its program is in YAML, and so in its Pulumi.yaml.

        Raises:
            StackError: Its Pulumi.yaml cannot be read.
        """
        return self._language() == "yaml"

    def require_python(self) -> None:
        """Make sure that Pulumi runs Python programs in it.

        Raises:
            StackError: It is in another language, or its Pulumi.yaml cannot be read.
        """
        if self._language() != "python":
            language = quoted(str(self._language()), _LONGEST_LANGUAGE)
            raise StackError(
                f"{self.file} is a project in {language}, which cannot run a program in Python:"
                " use another folder",
                code=MessageCode.NOT_PYTHON,
            )

    def _language(self) -> object:
        runtime = self._settings().get("runtime", "python")
        return runtime.get("name") if isinstance(runtime, Mapping) else runtime

    def settings_file(self, stack: str) -> Path:
        """Return the file that has the settings of a stack, unless Pulumi's service has them.

        Raises:
            StackError: Its Pulumi.yaml cannot be read.
        """
        name = f"Pulumi.{stack.rpartition('/')[2]}{self.file.suffix}"
        return self.file.parent / str(self._settings().get("stackConfigDir") or "") / name

    def _settings(self) -> Mapping[str, Any]:
        try:
            settings = YAML(typ="safe").load(utf8_text_of(self.file, _LARGEST))
        except (YAMLError, PortfolioFileError, RecursionError, ValueError):
            raise StackError(f"{self.file} cannot be read", code=MessageCode.NO_PROJECT) from None
        return settings if isinstance(settings, Mapping) else {}

    def backend(self, limit: TimeLimit | None = None) -> str:
        """Return where the state is kept, without what gives access to it.

        Args:
            limit: How long Pulumi may take; None for as long as it takes.

        Raises:
            NotLoggedInError: Pulumi does not know.
            StackError: It cannot be reached there, or read.
        """
        with _reported():
            who = self._workspace(limit).who_am_i()
        return masked_address(str(who.url or "unknown"))

    def selected_stack(self, limit: TimeLimit | None = None) -> str:
        """Return the name of the stack that Pulumi's own commands use.

        Args:
            limit: How long Pulumi may take; None for as long as it takes.

        Raises:
            NotLoggedInError: Pulumi does not know where the stacks are.
            StackError: No stack is selected, or the state cannot be reached.
        """
        with _reported():
            workspace = self._workspace(limit)
            arguments = ["stack", "--show-name", "--non-interactive"]
            found = workspace.pulumi_command.run(
                arguments, workspace.work_dir, workspace.env_vars or {}
            )
        return str(found.stdout).strip()

    def create_stack(self, name: str, *, asks: bool) -> None:
        """Select a stack of the project, and create it if there is none of this name.

        Pulumi's command has the terminal, since it may ask for a passphrase.

        Args:
            name: The name of the stack.
            asks: Whether somebody is there to answer.

        Raises:
            StackError: It cannot be created. Pulumi has said why.
        """
        sys.stdout.flush()
        with _reported():
            finished = subprocess.run(  # noqa: S603 - no shell, and a name that Pulumi checks
                ["pulumi", "stack", "select", "--create", name]
                + ([] if asks else ["--non-interactive"]),
                cwd=self.file.parent,
                check=False,
            )
        if finished.returncode != 0:
            raise StackError(
                f"the stack {name} cannot be created; Pulumi says why above",
                code=MessageCode.NO_STACK,
            )

    def _workspace(self, limit: TimeLimit | None) -> automation.LocalWorkspace:
        command = None if limit is None else LimitedCommand(limit)
        return automation.LocalWorkspace(work_dir=str(self.file.parent), pulumi_command=command)


@contextlib.contextmanager
def _reported() -> Iterator[None]:
    """Turn what goes wrong into an error of one line."""
    try:
        yield
    except FileNotFoundError:
        raise StackError(
            "there is no Pulumi command line on PATH: install it (pulumi.com/docs/install)",
            code=MessageCode.NO_PULUMI,
        ) from None
    except (automation.CommandError, automation.InvalidVersionError, OSError) as error:
        reason = first_error(str(error))
        if any(words in reason for words in _NOT_LOGGED_IN):
            raise NotLoggedInError(
                "Pulumi does not know where to keep the state", code=MessageCode.NOT_LOGGED_IN
            ) from None
        if _NOT_SELECTED in reason:
            raise StackError(
                "no stack is selected: run `pulumi stack select STACK` (`pulumi-setsmart init` "
                "creates the first one), or name one with --stack",
                code=MessageCode.NO_STACK,
            ) from None
        raise StackError(f"cannot be used: {reason}", code=MessageCode.UNUSABLE_BACKEND) from None


def project_in(folder: Path) -> Project | None:
    """Return the project of a folder or of one above it, or None if there is none."""
    file = project_file_of(folder)
    return None if file is None else Project(file)


def is_logged_in(folder: Path) -> bool:
    """Return whether Pulumi knows where to keep the state of a project that does not say so.

    Args:
        folder: The folder in which it is asked.

    Raises:
        StackError: It cannot tell.
    """
    try:
        with _reported():
            automation.LocalWorkspace(work_dir=str(folder)).who_am_i()
    except NotLoggedInError:
        return False
    return True


def cli_version(limit: TimeLimit | None = None) -> str | None:
    """Return the version of the Pulumi command line, or None if there is none that can be used.

    Args:
        limit: How long it may take; None for as long as it takes.

    Raises:
        StackError: It took longer.
    """
    try:
        command = automation.PulumiCommand() if limit is None else LimitedCommand(limit)
    except (automation.InvalidVersionError, OSError):
        return None
    return None if command.version is None else str(command.version)
