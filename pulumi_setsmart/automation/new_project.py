"""The files of a new Pulumi project. Its model is examples/gitops."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from attrs import frozen
from slugify import slugify

Workflows = Literal["github", "gitlab"]
"""The services with workflows of ours."""

PORTFOLIO = "portfolio.yaml"
"""The portfolio file of the example."""

DEPLOYMENT = "DEPLOYMENT.md"
"""What says how workflows are set up: in a new project, the README of the example."""

_PACKAGED_MODEL = Path(__file__).parents[1] / "gitops"
"""In an installed package; a clone has the example itself."""
_STACK = "production"
"""The stack of the example."""
_PROGRAM = '''\
"""Declares what the portfolio file holds."""

{pulumi}from pulumi_setsmart import Portfolio, load_portfolio

portfolio = load_portfolio({arguments})
Portfolio({name}, portfolio.properties, portfolio.webhooks)
'''
_PLUGINS = """\
plugins:
  providers:
    - name: setsmart
      path: {folder}
"""
_COMMON_FILES = ("scripts/preview.py", "scripts/preview_state.py", "requirements.txt")
_WORKFLOW_FILES: Mapping[Workflows, tuple[str, ...]] = {
    "github": (".github", "scripts/github.py", *_COMMON_FILES),
    "gitlab": (".gitlab-ci.yml", "scripts/gitlab.py", *_COMMON_FILES),
}


@frozen
class NewProject:
    """What a new project is to be like.

    Attributes:
        name: Its name.
        backend: Where Pulumi keeps its state: a URL, or a folder in that of the project; None for
            where the user is logged in.
        plugin: The folder with the native plugin, where the program is in YAML and so in the
            project file itself; None for a program in Python.
    """

    name: str
    backend: str | None
    plugin: str | None = None

    @property
    def state_folder(self) -> str | None:
        """The folder with its state, or None if another backend has the state."""
        return None if self.backend is None or "://" in self.backend else self.backend


def default_name(folder: Path) -> str:
    """Return the name for a project in a folder: that of the folder, in Pulumi's characters."""
    return slugify(folder.absolute().name)[:100] or "portfolio"


def example_entries() -> str:
    """Return the portfolio file of the example, with a few listings."""
    return _text(PORTFOLIO)


def program_text(file: str, name: str, *, is_shared: bool = False) -> str:
    """Return a program that declares a portfolio file.

    Args:
        file: The name of the file.
        name: The name of the `Portfolio` in the program.
        is_shared: Whether it declares only the entries of its stack.
    """
    return _PROGRAM.format(
        pulumi="import pulumi\n" if is_shared else "",
        arguments=json.dumps(file) + (", stack=pulumi.get_stack()" if is_shared else ""),
        name=json.dumps(name),
    )


def project_files(project: NewProject, program: str = "") -> dict[str, str]:
    """Return the texts of the files that make a folder a project, by their paths in it.

    Args:
        project: The project.
        program: A program in YAML, which is a part of the project file.
    """
    state = project.state_folder
    return {
        ".gitignore": _text(".gitignore") + ("" if state is None else f"{state}/\n"),
        "Pulumi.yaml": _project_file(project) + program,
    }


def workflow_files(service: Workflows, stack: str) -> dict[str, str]:
    """Return the texts of the files by which a service reviews and deploys a stack, by their paths.

    Args:
        service: The service.
        stack: The name of the stack.
    """
    settings = f"Pulumi.{stack.rpartition('/')[2]}.yaml"
    files = {path: _for_stack(_text(path), stack) for path in _paths(_WORKFLOW_FILES[service])}
    return {settings: _text(f"Pulumi.{_STACK}.yaml"), DEPLOYMENT: _text("README.md"), **files}


def _model() -> Path:
    if _PACKAGED_MODEL.is_dir():
        return _PACKAGED_MODEL
    return Path(__file__).parents[2] / "examples" / "gitops"


def _text(path: str) -> str:
    return (_model() / path).read_text(encoding="utf-8")


def _paths(names: Iterable[str]) -> Iterator[str]:
    """Yield the paths of files, and of all files in folders, in the folder of the example."""
    model = _model()
    for name in names:
        path = model / name
        files = sorted(path.rglob("*.*")) if path.is_dir() else [path]
        yield from (str(file.relative_to(model)) for file in files if file.suffix != ".pyc")


def _project_file(project: NewProject) -> str:
    text = re.sub(r"(?m)^name: .*", f"name: {json.dumps(project.name)}", _text("Pulumi.yaml"))
    text = re.sub(r"(?m)^description: .*", "description: A SetSmart portfolio", text)
    if project.plugin is not None:
        text = re.sub(r"(?m)^runtime: .*", "runtime: yaml", text)
        # The plugin asks for a refresh by itself.
        text = re.sub(r"(?m)^options:\n(?: .*\n)*", "", text)
        text += _PLUGINS.format(folder=json.dumps(project.plugin))
    if project.backend is not None:
        state = project.state_folder
        url = project.backend if state is None else f"file://{os.path.join('.', state)}"  # noqa: PTH118 -- keeps an absolute one
        text += f"backend:\n  url: {json.dumps(url)}\n"
    return text


def _for_stack(text: str, stack: str) -> str:
    """Return a file of the example that is about another stack."""
    return re.sub(rf"(?m)^( *STACK: ){_STACK}$", rf"\g<1>{stack}", text)
