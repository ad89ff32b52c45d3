"""A Pulumi project whose program is in YAML, as adoption reads and extends it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from pulumi_setsmart.adoption.matching import Key
from pulumi_setsmart.adoption.project_files import import_file_at, import_name, write_import_file
from pulumi_setsmart.automation.native_plugin import plugin_folder
from pulumi_setsmart.automation.new_project import NewProject, default_name, project_files
from pulumi_setsmart.automation.resource_type import KINDS_BY_TOKEN
from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.files.whole_file import write_file
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.reading import text_of
from pulumi_setsmart.specification.sections import Entries
from pulumi_setsmart.specification.yaml_file import extended_yaml
from pulumi_setsmart.specification.yaml_program import (
    declared_in,
    default_provider_in,
    names_in,
    program_sections,
    resources_in,
    yaml_program,
)
from pulumi_setsmart.specification.yaml_reading import read_yaml

_PROJECT = "Pulumi.yaml"
_MAIN = "Main.yaml"
_NO_RESOURCES = re.compile(r"^resources:[ \t]*\{[ \t]*\}[ \t]*$", re.MULTILINE)


@frozen
class YamlProgram:
    """A program in YAML.

    Attributes:
        text: The text of its file, or None if there is no such file yet.
        value: The same as plain values.
    """

    text: str | None
    value: Mapping[str, Any]

    @property
    def entries(self) -> Entries:
        """What its resources declare."""
        return declared_in(self.value)

    @property
    def imported_ids(self) -> dict[Key, str]:
        """The ids of the objects that its resources import."""
        return {
            (each.kind, each.name): each.imported
            for each in resources_in(self.value)
            if each.imported is not None
        }

    @property
    def names(self) -> set[str]:
        """The names that no new resource may have."""
        return names_in(self.value)


@frozen
class YamlProject:
    """A project in YAML, or a folder that is to become one.

    Attributes:
        folder: The folder.
        stack: The stack that adopts, or None where none is named.
    """

    folder: Path
    stack: str | None = None

    @property
    def path(self) -> Path:
        """Where the program is: where Pulumi looks first."""
        main = self.folder / _MAIN
        return main if main.exists() else self.folder / _PROJECT

    @property
    def file(self) -> str:
        """The name of the file with the program."""
        return self.path.name

    @property
    def declaration(self) -> str:
        """What the program has to declare, as a message says it."""
        return f"what was adopted as resources in {self.file}"

    @property
    def next_steps(self) -> str:
        """What comes after an import that somebody else runs, as a message says it."""
        return "`pulumi refresh`, and `pulumi preview`"

    @property
    def import_path(self) -> Path:
        """Where the import file is."""
        return self.folder / import_name(self.file, self.stack)

    def read(self) -> YamlProgram:
        """Return the program; one without text if there is none.

        Raises:
            PortfolioFileError: It cannot be read, or its resources have another provider than the
                one that the stack configures.
        """
        if not self.path.exists():
            return YamlProgram(None, {})
        text = text_of(self.path)
        value = self._value_of(text)
        provider = default_provider_in(value)
        if provider is not None:
            raise PortfolioFileError(
                f"{self.path}: {provider} is the default provider, but adopt reads the account "
                "that the stack configures. Remove `defaultProvider`, and name the provider in the "
                "`options` of the resources that need it",
                code=MessageCode.DEFAULT_PROVIDER,
            )
        return YamlProgram(text, value)

    def known_ids(self) -> dict[Key, str]:
        """Return the ids that the import file of an earlier run holds; none if there is none.

        Raises:
            PortfolioFileError: It cannot be read.
        """
        if not self.import_path.exists():
            return {}
        file = import_file_at(self.import_path)
        resources = file.get("resources") if isinstance(file, dict) else None
        ids: dict[Key, str] = {}
        for resource in resources if isinstance(resources, list) else ():
            match resource:
                case {"type": str(token), "name": str(name), "id": str(identifier)} if (
                    token in KINDS_BY_TOKEN
                ):
                    ids[KINDS_BY_TOKEN[token], name] = identifier
        return ids

    def extended(self, program: YamlProgram, additions: Entries) -> YamlProgram:
        """Return the program with resources for entries: ``program`` itself if there are none.

        Raises:
            PortfolioFileError: Something else in it would change.
            StackError: It is a new one, and the native plugin is not installed.
        """
        if program.text is None:
            project = NewProject(default_name(self.folder), None, plugin_folder(self.folder))
            text = project_files(project, yaml_program(additions))[_PROJECT]
            return YamlProgram(text, self._value_of(text))
        if not any(additions.values()):
            return program
        sections = program_sections(additions)
        if not all(isinstance(program.value.get(name) or {}, dict) for name in sections):
            raise self._not_extendable()
        text = extended_yaml(_NO_RESOURCES.sub("resources:", program.text), sections)
        after = YamlProgram(text, self._value_of(text))
        if after.value != _merged(program.value, sections):
            raise self._not_extendable()
        return after

    def write(self, program: YamlProgram) -> None:
        """Write the program.

        Raises:
            PortfolioFileError: It cannot be written.
        """
        write_file(self.path, program.text or "")

    def write_import_file(self, resources: list[dict[str, Any]]) -> None:
        """Write the import file.

        Raises:
            PortfolioFileError: It cannot be written.
        """
        write_import_file(self.import_path, {"resources": resources})

    def _not_extendable(self) -> PortfolioFileError:
        return PortfolioFileError(
            f"{self.path}: cannot be extended without changing other parts of it; write its "
            "resources in plainer YAML",
            code=MessageCode.NOT_EXTENDABLE,
        )

    def _value_of(self, text: str) -> Mapping[str, Any]:
        value = read_yaml(text, str(self.path)).value
        return value if isinstance(value, dict) else {}


def _merged(before: Mapping[str, Any], sections: Mapping[str, Mapping[str, Json]]) -> object:
    return {
        **before,
        **{name: {**(before.get(name) or {}), **members} for name, members in sections.items()},
    }
