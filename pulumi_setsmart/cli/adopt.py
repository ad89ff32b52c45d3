"""The command ``adopt``."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from pulumi_setsmart.cli.console import Command, project_folder, say, shown_progress, write_json

if TYPE_CHECKING:
    from pulumi_setsmart.adoption.adopt import Adoption, Proof
    from pulumi_setsmart.adoption.project_files import ProjectFiles

_MOST_NAMED = 10


@click.command(cls=Command)
@click.option(
    "--into",
    "stack",
    metavar="STACK",
    help="Stack to import into; its configuration selects the account.",
)
@project_folder
@click.option(
    "--file",
    default="portfolio.yaml",
    metavar="FILE",
    show_default=True,
    help="Portfolio file in this folder: .yaml, .json or .csv.",
)
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
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def adopt(
    stack: str | None, directory: Path, file: str, name: str, fields: str | None, *, as_json: bool
) -> None:
    """Declare everything in an account, and import it into a stack.

    Writes FILE, with a readable name for each listing and webhook subscription; beside it an
    import file for `pulumi import --file`; and `__main__.py`, if the project has no program. With
    --into, runs the import, and previews the program to prove that nothing would change. The
    account is only read. Run it again to add new listings and to report deleted ones.

    Exit status: 0 if everything is adopted and would stay unchanged, 1 if not, 2 for a usage
    error.
    """
    from pulumi_setsmart.adoption.adopt import adopt as adopt_account  # noqa: PLC0415 - heavy
    from pulumi_setsmart.adoption.project_files import ProjectFiles  # noqa: PLC0415 - as above
    from pulumi_setsmart.adoption.scope import known_fields, named_fields  # noqa: PLC0415 - as above
    from pulumi_setsmart.specification.format import format_of  # noqa: PLC0415 - as above

    names = frozenset(field.strip() for field in (fields or "").split(",") if field.strip())
    format_of(file)
    project = ProjectFiles(directory, file, name, stack)
    scope = named_fields(names) if names else known_fields
    adoption = adopt_account(project, scope, os.environ, shown_progress())
    for sentence in adoption.left_out:
        say(sentence, err=True)
    if as_json:
        write_json(_as_json(adoption))
    else:
        for line in _report(adoption, project):
            say(line)
    if not adoption.succeeded:
        raise SystemExit(1)


def _as_json(adoption: "Adoption") -> dict[str, Any]:
    plain = attrs.asdict(adoption)
    plain["files"] = [str(path) for path in adoption.files]
    return plain


def _report(adoption: "Adoption", project: "ProjectFiles") -> list[str]:
    lines = [f"{len(adoption.new)} adopted, {adoption.known} known before"]
    if adoption.managed:
        lines.append(f"{adoption.managed} left to other resources of the stack")
    if adoption.gone:
        lines.append(
            f"not in this account (any more): {_named(adoption.gone)}; take them out of "
            f"{project.file}, or `pulumi up` creates them"
        )
    lines.append(f"written: {', '.join(str(path) for path in adoption.files) or 'nothing'}")
    if adoption.proof is None:
        lines.append(
            f"next: `pulumi import --file {project.import_path.name} --protect=false "
            "--generate-code=false`, and `pulumi preview`"
        )
    elif not adoption.proof.changes:
        lines.append("the preview shows no change" + _beside(adoption.proof))
    else:
        changes = [f"{name} ({change})" for name, change in adoption.proof.changes.items()]
        lines.append(
            f"`pulumi up` would change {len(changes)} of them: {_named(changes)}"
            + _beside(adoption.proof)
        )
        if not adoption.proof.kept:
            lines.append(
                f"so the stack was left as it was. The program has to declare {project.file} as "
                f'Portfolio("{project.portfolio}", …); then run this again'
            )
    return lines


def _beside(proof: "Proof") -> str:
    return f"; it does something to {proof.others} other resources" if proof.others else ""


def _named(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
