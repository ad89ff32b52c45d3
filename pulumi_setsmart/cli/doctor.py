"""The command ``doctor``."""

import json
import os
from pathlib import Path

import attrs
import click
from rich.console import Console
from rich.text import Text

from pulumi_setsmart.cli.console import project_folder

_SIGNS = {"good": ("✓", "green"), "doubtful": ("!", "yellow"), "bad": ("✗", "red")}


@click.command()
@click.option(
    "--stack",
    metavar="STACK",
    help="Stack whose configuration counts.  [default: the environment's alone]",
)
@project_folder
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(stack: str | None, directory: Path, *, as_json: bool) -> None:
    """Look at all that a run needs, and say what to do about it.

    Versions, the project's options, where the state is, where the key is read from, whether
    SetSmart accepts it, the clocks, the budget, the path of the webhook subscriptions. Nothing is
    changed, and no key is shown.

    Exit status: 0, or 1 if something cannot work.
    """
    from pulumi_setsmart.diagnosis.diagnosis import findings  # noqa: PLC0415 - heavy

    console = Console(highlight=False, soft_wrap=True)
    found = []
    for one in findings(directory, stack, os.environ):
        found.append(one)
        if not as_json:
            sign, style = _SIGNS[one.verdict]
            console.print(Text.assemble((sign, style), f" {one.subject}: {one.text}"))
            if one.advice:
                console.print(Text(f"  {one.advice}", "dim"))
    if as_json:
        click.echo(json.dumps([attrs.asdict(one) for one in found], ensure_ascii=False, indent=2))
    if any(one.verdict == "bad" for one in found):
        raise SystemExit(1)
