"""The command ``init``."""

import json
import os
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulumi_setsmart.automation.project_file import NAMES
from pulumi_setsmart.cli.console import Command, is_interactive, say
from pulumi_setsmart.client.errors import StackError
from pulumi_setsmart.config import API_KEY_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulumi_setsmart.automation.new_project import NewProject, Workflows
    from pulumi_setsmart.automation.project import Project

_STATE_FOLDER = "state"
_STACK, _STACK_OF_WORKFLOWS = "dev", "production"
_NONE = "none"
_QUESTION = "Declare a few listings as an example?"
_SERVICES = (_NONE, "github", "gitlab")
_PORTFOLIOS = ("portfolio.yaml", "portfolio.yml", "portfolio.json", "portfolio.csv")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_STACK_NAME = re.compile(r"(?:[A-Za-z0-9_.-]{1,100}/){0,2}[A-Za-z0-9_.-]{1,100}")


class _Name(click.ParamType[str]):
    """A name that Pulumi accepts, as an option or as the answer to a question."""

    name = "name"

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name."""
        if not self.pattern.fullmatch(value):
            self.fail("a name may have English letters, digits, '-', '_' and '.' only", param, ctx)
        return value


@click.command(cls=Command)
@click.argument(
    "folder", type=click.Path(file_okay=False, path_type=Path), metavar="[DIR]", default=Path()
)
@click.option(
    "--name",
    type=_Name(_NAME),
    metavar="NAME",
    help="Name of the project.  [default: the name of DIR]",
)
@click.option(
    "--portfolio",
    "portfolio_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Portfolio file to declare, which is copied into DIR.  [default: portfolio.yaml, .json or"
    " .csv in DIR, if there is one]",
)
@click.option(
    "--example/--no-example",
    default=None,
    help="Declare a few listings as an example, where there is no portfolio file.",
)
@click.option(
    "--stack",
    "-s",
    type=_Name(_STACK_NAME),
    metavar="STACK",
    help=f"First stack.  [default: the selected one, or {_STACK}; with workflows"
    f" {_STACK_OF_WORKFLOWS}]",
)
@click.option(
    "--backend",
    metavar="URL",
    help="Where Pulumi keeps the state: a URL such as s3://bucket, or a folder in DIR.  [default:"
    f" where you are logged in, or else the folder {_STATE_FOLDER}]",
)
@click.option(
    "--yaml",
    "in_yaml",
    is_flag=True,
    help="Write the program in YAML, in Pulumi.yaml, for the native plugin (preview).",
)
@click.option(
    "--workflows",
    type=click.Choice(_SERVICES),
    help="Add workflows that preview pull requests, deploy, and report drift.  [default: none]",
)
def init(
    folder: Path,
    name: str | None,
    portfolio_file: Path | None,
    stack: str | None,
    backend: str | None,
    workflows: "Workflows | None",
    *,
    example: bool | None,
    in_yaml: bool,
) -> None:
    """Make a Pulumi project for a portfolio, with its first stack.

    DIR is the project's folder.  [default: the current one]

    On a terminal it asks for what no option says. It replaces no file. In a project that exists, it
    adds what is missing: the stack, the workflows, and a program if there is a portfolio file.

    With --yaml, the portfolio becomes a program in YAML, in Pulumi.yaml itself.

    Exit status: 0 if the project and its stack exist now, 1 if not, 2 for a usage error.
    """
    from pulumi_setsmart.automation.new_project import workflow_files  # noqa: PLC0415 - heavy
    from pulumi_setsmart.automation.project import Project  # noqa: PLC0415 - loads Pulumi

    asks = is_interactive()
    project_file = next(filter(Path.exists, map(folder.joinpath, NAMES)), None)
    project = None
    if project_file is None:
        project = _new_project(folder, name, backend, in_yaml=in_yaml, asks=asks)
        project_file = folder / "Pulumi.yaml"
    else:
        ignored = {"--name": name, "--backend": backend, "--yaml": in_yaml}
        _say_ignored(ignored, f"{project_file} exists")
        in_yaml = _is_in_yaml(Project(project_file))
    portfolio: dict[str, str] = {}
    if project is None if in_yaml else _has_program(folder):
        _say_ignored({"--portfolio": portfolio_file, "--example": example}, "there is a program")
    else:
        portfolio = _portfolio_files(folder, portfolio_file, example=example, asks=asks)
    files = _files(project, portfolio, in_yaml=in_yaml)
    workflows = _chosen_workflows(workflows, in_yaml=in_yaml, asks=asks)
    default_stack = _STACK_OF_WORKFLOWS if workflows else _selected_stack(Project(project_file))
    stack = stack or _asked("Stack", default_stack, _Name(_STACK_NAME), asks=asks)
    if workflows:
        files = {**workflow_files(workflows, stack), **files}
    _write(folder, files)
    if project is not None and project.state_folder is not None:
        (folder / project.state_folder).mkdir(parents=True, exist_ok=True)
    Project(project_file).create_stack(stack, asks=asks)
    say("Next:")
    has_program = in_yaml or (folder / "__main__.py").exists()
    for step in _next_steps(folder, has_program=has_program, has_workflows=workflows is not None):
        say(f"  {step}")


def _new_project(
    folder: Path, name: str | None, backend: str | None, *, in_yaml: bool, asks: bool
) -> "NewProject":
    from pulumi_setsmart.automation.native_plugin import plugin_folder  # noqa: PLC0415 - heavy
    from pulumi_setsmart.automation.new_project import (  # noqa: PLC0415 - heavy
        NewProject,
        default_name,
    )
    from pulumi_setsmart.automation.project import is_logged_in  # noqa: PLC0415 - loads Pulumi

    plugin = plugin_folder(folder) if in_yaml else None
    name = name or _asked("Project", default_name(folder), _Name(_NAME), asks=asks)
    if backend is None and not is_logged_in(Path()):
        backend = _asked("State: a folder, or a URL such as s3://bucket", _STATE_FOLDER, asks=asks)
    return NewProject(name, backend, plugin)


def _selected_stack(project: "Project") -> str:
    """Return the stack that a project uses already, or the first one of a new project."""
    try:
        return project.selected_stack() if project.file.exists() else _STACK
    except StackError:
        return _STACK


def _chosen_workflows(
    workflows: "Workflows | None", *, in_yaml: bool, asks: bool
) -> "Workflows | None":
    """Return the service whose workflows to write, or None for none."""
    if in_yaml:
        if workflows not in (None, _NONE):
            raise click.UsageError(
                "--workflows is for programs in Python: leave it out, or leave out --yaml"
            )
        return None
    chosen = workflows or _asked("Workflows of", _NONE, click.Choice(_SERVICES), asks=asks)
    return None if chosen == _NONE else chosen


def _is_in_yaml(project: "Project") -> bool:
    """Return whether the program of a project is in YAML, and not in Python.

    Raises:
        StackError: It is in neither.
    """
    if project.is_in_yaml():
        return True
    project.require_python()
    return False


def _has_program(folder: Path) -> bool:
    from pulumi_setsmart.adoption.project_files import ProjectFiles  # noqa: PLC0415 - heavy
    from pulumi_setsmart.automation.new_project import PORTFOLIO  # noqa: PLC0415 - heavy

    return ProjectFiles(folder, PORTFOLIO, "portfolio", None).has_program()


def _portfolio_files(
    folder: Path, portfolio_file: Path | None, *, example: bool | None, asks: bool
) -> dict[str, str]:
    """Return the portfolio file first, and what belongs to it; nothing if there is none yet."""
    from pulumi_setsmart.automation.new_project import (  # noqa: PLC0415 - heavy
        PORTFOLIO,
        example_entries,
    )
    from pulumi_setsmart.specification.reading import (  # noqa: PLC0415 - heavy
        read_entries,
        text_of,
    )
    from pulumi_setsmart.specification.schema import portfolio_schema  # noqa: PLC0415 - heavy

    file = portfolio_file or next(filter(Path.exists, map(folder.joinpath, _PORTFOLIOS)), None)
    if file is not None:
        read_entries(file)  # its errors are reported before anything is written
        return {file.name: text_of(file)}
    if example or (example is None and asks and click.confirm(_QUESTION, err=True)):
        schema = json.dumps(portfolio_schema(), ensure_ascii=False, indent=2)
        return {PORTFOLIO: example_entries(), "schema.json": f"{schema}\n"}
    return {}


def _files(
    project: "NewProject | None", portfolio: "Mapping[str, str]", *, in_yaml: bool
) -> dict[str, str]:
    """Return the files of a new project, if it is one, with a program for a portfolio file."""
    from pulumi_setsmart.automation.new_project import (  # noqa: PLC0415 - heavy
        program_text,
        project_files,
    )

    if in_yaml:
        return {} if project is None else project_files(project, _program_in_yaml(portfolio))
    files = {} if project is None else project_files(project)
    if not portfolio:
        return files
    return {**portfolio, "__main__.py": program_text(next(iter(portfolio)), "portfolio"), **files}


def _program_in_yaml(portfolio: "Mapping[str, str]") -> str:
    from pulumi_setsmart.specification.assigned_stack import is_shared  # noqa: PLC0415 - heavy
    from pulumi_setsmart.specification.reading import entries_in  # noqa: PLC0415 - heavy
    from pulumi_setsmart.specification.yaml_program import yaml_program  # noqa: PLC0415 - heavy

    file, text = next(iter(portfolio.items()), ("portfolio.yaml", ""))
    entries = entries_in(text, file)
    if is_shared(entries):
        raise click.UsageError(
            f"{file}: entries name their stacks, which a program in YAML cannot select; use a "
            "program in Python"
        )
    return yaml_program(entries)


def _asked(
    question: str, default: str, kind: click.ParamType[str] | None = None, *, asks: bool
) -> Any:
    return click.prompt(question, default=default, type=kind, err=True) if asks else default


def _write(folder: Path, files: "Mapping[str, str]") -> None:
    from pulumi_setsmart.files.whole_file import write_file  # noqa: PLC0415 - heavy

    for name, text in files.items():
        path = folder / name
        if path.exists():
            say(f"kept {path}{_missing_lines(path, text)}")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, text, replace=False)
        say(f"wrote {path}")


def _missing_lines(path: Path, text: str) -> str:
    """Return what a .gitignore that was kept lacks, since the state does not belong into git."""
    if path.name != ".gitignore":
        return ""
    present = path.read_text(encoding="utf-8", errors="replace").splitlines()
    missing = [line for line in text.splitlines() if line not in present]
    return f"; add to it: {', '.join(missing)}" if missing else ""


def _say_ignored(options: "Mapping[str, object]", reason: str) -> None:
    given = [option for option, value in options.items() if value]
    if given:
        say(f"ignored {' and '.join(given)}: {reason}")


def _next_steps(folder: Path, *, has_program: bool, has_workflows: bool) -> "Iterator[str]":
    if folder.resolve() != Path.cwd():
        yield f"cd {shlex.quote(str(folder))}"
    if os.environ.get("VIRTUAL_ENV") is None and sys.prefix != sys.base_prefix:
        yield f". {shlex.quote(str(Path(sys.prefix, 'bin', 'activate')))}"
    if API_KEY_VARIABLE not in os.environ:
        yield f"export {API_KEY_VARIABLE}=YOUR-KEY"
    if has_program:
        yield "pulumi up"
    else:
        yield "pulumi-setsmart adopt (to declare what the account has), or"
        yield "pulumi-setsmart convert SHEET && pulumi-setsmart init (to declare a spreadsheet), or"
        yield "write __main__.py; then"
        yield "pulumi up"
    if has_workflows:
        from pulumi_setsmart.automation.new_project import DEPLOYMENT  # noqa: PLC0415 - heavy

        yield f"add the wheel and the settings of the repository, as {DEPLOYMENT} says"
