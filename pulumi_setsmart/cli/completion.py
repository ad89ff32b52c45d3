"""The command ``completion``."""

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from pulumi_setsmart.cli.console import Command, write_data

_SHELLS: dict[str, type[ShellComplete]] = {
    "bash": BashComplete,
    "zsh": ZshComplete,
    "fish": FishComplete,
}
_PROGRAM = "pulumi-setsmart"
_VARIABLE = "_PULUMI_SETSMART_COMPLETE"


@click.command(cls=Command)
@click.argument("shell", type=click.Choice([*_SHELLS]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script with which a shell completes commands, options, stacks and keys.

    Add this line to ~/.bashrc, or to ~/.zshrc with zsh in it:

        eval "$(pulumi-setsmart completion bash)"

    For fish, write the script to ~/.config/fish/completions/pulumi-setsmart.fish. Nothing is asked
    of SetSmart or of Pulumi: the stacks are those with settings in the project's folder, and the
    keys are those of the portfolio file.
    """
    commands = context.find_root().command
    write_data(_SHELLS[shell](commands, {}, _PROGRAM, _VARIABLE).source())
