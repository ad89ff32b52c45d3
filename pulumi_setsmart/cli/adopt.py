"""The command ``adopt``."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click
from click.core import ParameterSource

from pulumi_setsmart.automation.project_file import project_file_of
from pulumi_setsmart.cli.console import Command, say, write_json
from pulumi_setsmart.cli.portfolio_option import portfolio_option
from pulumi_setsmart.cli.stack_option import chosen_stack, environment_option, stack_option
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.models.text import listed

if TYPE_CHECKING:
    from pulumi_setsmart.adoption.project_files import ProjectFiles
    from pulumi_setsmart.adoption.result import AdoptionResult, Proof
    from pulumi_setsmart.adoption.yaml_project import YamlProject

_PORTFOLIO = "portfolio"
_PULUMI_YAML = "pulumi-yaml"


@click.command(cls=Command)
@stack_option
@environment_option
@portfolio_option
@click.option(
    "--name",
    default="portfolio",
    metavar="NAME",
    show_default=True,
    help="Name of the Portfolio in the program.",
)
@click.option(
    "--fields",
    metavar="FIELD,…",
    help='Fields to declare, by their API names, or "all".  [default: the documented ones]',
)
@click.option(
    "--only",
    multiple=True,
    metavar="FIELD~TEXT",
    help="Adopt only what has this text in a field, in any case; FIELD=TEXT: what is exactly this. "
    "May be given several times; then all must hold.",
)
@click.option(
    "--only-ids",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Adopt only what has an id in this file: one in each line.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice((_PORTFOLIO, _PULUMI_YAML)),
    help="What to write: a portfolio file and a program in Python; or a program in YAML, with the"
    f" native plugin (preview).  [default: {_PULUMI_YAML} in a project in YAML, or else"
    f" {_PORTFOLIO}]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def adopt(
    stack: str | None,
    file: str,
    name: str,
    fields: str | None,
    only: tuple[str, ...],
    only_ids: Path | None,
    format_: str | None,
    *,
    only_environment: bool,
    as_json: bool,
) -> None:
    """Declare everything in an account, and import it into a stack.

    Writes FILE, with a readable name for each listing and webhook subscription; beside it an
    import file for `pulumi import --file`; and `__main__.py`, if the project has no program. Then
    runs the import, and previews the program to prove that nothing would change; with --env, or
    without a project, only the files are written. The account is only read. Run it again to add new
    listings and to report deleted ones.

    With --only, several stacks share the account; in a portfolio file, entries name their stack.

    With --format pulumi-yaml, the resources are written into Pulumi.yaml instead.

    Exit status: 0 if everything is adopted and would stay unchanged, 1 if not, 2 for a usage
    error.
    """
    from pulumi_setsmart.adoption.adopt import adopt as adopt_account  # noqa: PLC0415 - heavy
    from pulumi_setsmart.adoption.project_files import ProjectFiles  # noqa: PLC0415 - as above
    from pulumi_setsmart.adoption.scope import known_fields, named_fields  # noqa: PLC0415 - as above
    from pulumi_setsmart.adoption.selection import (  # noqa: PLC0415 - as above
        Condition,
        Selection,
        read_ids,
    )
    from pulumi_setsmart.adoption.yaml_adoption import adopt_in_yaml  # noqa: PLC0415 - as above
    from pulumi_setsmart.adoption.yaml_project import YamlProject  # noqa: PLC0415 - as above
    from pulumi_setsmart.automation.project import Project  # noqa: PLC0415 - as above
    from pulumi_setsmart.cli.display import shown_progress  # noqa: PLC0415 - as above
    from pulumi_setsmart.specification.format import format_of  # noqa: PLC0415 - as above

    names = frozenset(field.strip() for field in (fields or "").split(",") if field.strip())
    format_of(file)
    project_file = project_file_of(Path())
    folder = Path() if project_file is None else project_file.parent
    is_in_yaml = project_file is not None and Project(project_file).is_in_yaml()
    in_yaml = format_ == _PULUMI_YAML or (is_in_yaml and format_ is None)
    if in_yaml and project_file is not None and not is_in_yaml:
        raise click.UsageError(f"{project_file} is not a project in YAML; `init --yaml` makes one")
    if in_yaml:
        _refuse_given("file", "name")
    stack = chosen_stack(stack, only_environment=only_environment)
    if project_file is not None and stack is not None and not in_yaml:
        Project(project_file).require_python()
    scope = named_fields(names) if names else known_fields
    try:
        conditions = [*map(Condition.read, only)]
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--only'") from None
    selection = Selection(conditions, None if only_ids is None else read_ids(only_ids))
    project: ProjectFiles | YamlProject
    if in_yaml:
        project = YamlProject(folder, stack)
        adoption = adopt_in_yaml(project, scope, selection, os.environ, shown_progress())
    else:
        project = ProjectFiles(folder, file, name, stack)
        adoption = adopt_account(project, scope, selection, os.environ, shown_progress())
    for notice in adoption.left_out:
        say(str(notice), err=True)
    notices = _notices(adoption, project)
    if as_json:
        write_json(_as_json(adoption, notices))
    else:
        for line in [*_report(adoption, project), *notices]:
            say(str(line))
    if not adoption.succeeded:
        raise SystemExit(1)


def _refuse_given(*parameters: str) -> None:
    """Refuse options that have no meaning for a program in YAML."""
    context = click.get_current_context()
    for name in parameters:
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise click.UsageError(
                f"--{name} is for portfolio files; this program is in YAML, in Pulumi.yaml"
            )


def _as_json(adoption: "AdoptionResult", notices: list[Notice]) -> dict[str, Any]:
    plain = attrs.asdict(adoption)
    plain["files"] = [str(path) for path in adoption.files]
    plain["notices"] = [attrs.asdict(notice) for notice in notices]
    return plain


def _report(adoption: "AdoptionResult", project: "ProjectFiles | YamlProject") -> list[str]:
    lines = [
        f"{len(adoption.new)} adopted, {adoption.known} known before",
        *(f"formerly {former}: {name}" for name, former in adoption.renamed.items()),
        *([f"{adoption.unselected} not selected"] if adoption.unselected else []),
        f"wrote {', '.join(str(path) for path in adoption.files) or 'nothing'}",
    ]
    if adoption.proof is None:
        lines.append(
            f"next: `pulumi import --file {project.import_path.name} --protect=false "
            f"--generate-code=false`, {project.next_steps}"
        )
    elif not adoption.proof.changes:
        lines.append("the preview shows no change to them")
    return lines


def _notices(adoption: "AdoptionResult", project: "ProjectFiles | YamlProject") -> list[Notice]:
    """Return what a person may have to act on, beside what is left out."""
    notices = []
    if adoption.managed:
        notices.append(
            Notice(
                MessageCode.MANAGED_ELSEWHERE,
                f"{adoption.managed} left to other resources of the stack",
            )
        )
    if adoption.elsewhere:
        notices.append(
            Notice(MessageCode.OTHER_STACK, f"{adoption.elsewhere} left to other stacks")
        )
    if adoption.unassigned:
        notices.append(
            Notice(
                MessageCode.UNASSIGNED,
                f"no stack manages {listed(adoption.unassigned)}; adopt them with --only or "
                f"--only-ids, as the entries of {project.file} name their stacks",
            )
        )
    if adoption.gone:
        notices.append(
            Notice(
                MessageCode.NO_LONGER_IN_ACCOUNT,
                f"not in this account (any more): {listed(adoption.gone)}; remove them from "
                f"{project.file}, or `pulumi up` creates them",
            )
        )
    if adoption.proof is not None:
        notices += _preview_notices(adoption.proof, project)
    return notices


def _preview_notices(proof: "Proof", project: "ProjectFiles | YamlProject") -> Iterator[Notice]:
    if proof.others:
        yield Notice(
            MessageCode.OTHERS_WOULD_CHANGE,
            f"`pulumi up` would also change {proof.others} other resources",
        )
    if proof.changes:
        changes = [f"{name} ({change})" for name, change in proof.changes.items()]
        yield Notice(
            MessageCode.WOULD_CHANGE,
            f"`pulumi up` would change {len(changes)} of them: {listed(changes)}",
        )
    if not proof.kept:
        yield Notice(
            MessageCode.PORTFOLIO_NOT_DECLARED,
            f"the stack was left as it was. The program has to declare {project.declaration}; "
            "then run this again",
        )
