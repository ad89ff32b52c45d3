"""The command ``bulk-create``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulumi_setsmart.cli.console import Command, command_error, is_interactive, say
from pulumi_setsmart.cli.stack_option import chosen_stack, stack_option
from pulumi_setsmart.config import IF_EXISTS_VARIABLE
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.policy import IfExists

if TYPE_CHECKING:
    from pulumi_setsmart.automation.stack import Stack
    from pulumi_setsmart.reporting.bulk_creation import BulkCreation

_TAG = "setsmart:bulkCreate"
"""Where it is noted, beside the state, that a run has begun: with the digest of its listings."""

NO_CHECKPOINTS = {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}
"""Pulumi knows the first as an experimental setting only."""

_MOST_REASONS = 5


@click.command("bulk-create", cls=Command)
@stack_option
@click.option("--yes", is_flag=True, help="Create without asking. Needed without a terminal.")
def bulk_create(stack: str | None, *, yes: bool) -> None:
    """Create many listings at once: Pulumi stores the state at the end, not after each listing.

    Runs a preview, and goes on only if nothing but listings is created, each of which has a name
    and address of its own, and none of which exists. Then runs `pulumi up`. If that is killed,
    remove its lock with `pulumi cancel` and run the same command again: it adopts what was created,
    if the program declares the same listings as then, and creates the rest.

    Exit status: 0 if all listings are created, 1 if not, 2 for a usage error.
    """
    from pulumi_setsmart.automation.stack import Stack  # noqa: PLC0415 - heavy

    if not yes and not is_interactive():
        raise click.UsageError("Add --yes to create the listings.")
    name = chosen_stack(stack, only_environment=False)
    if name is None:
        raise command_error(
            MessageCode.NO_PROJECT, "there is no Pulumi project here; name its folder with --cwd"
        )
    chosen = Stack(name, Path())
    begun = chosen.tag(_TAG)
    policy = IfExists.ERROR if begun is None else IfExists.ADOPT
    errors, plan = _previewed(chosen, policy)
    _refuse(errors, plan, begun)
    if not (plan.created or plan.adopted):
        say("nothing to create")
        if begun is not None:
            chosen.remove_tag(_TAG)
        return
    say(f"creates {plan.created} listings, adopts {plan.adopted} that a killed run created")
    if not yes:
        click.confirm("Go on?", default=True, abort=True, err=True)
    chosen.set_tag(_TAG, plan.digest)
    _create(chosen, policy)


def _create(stack: "Stack", policy: IfExists) -> None:
    """Run `pulumi up`, and note that it has ended, unless it has to be completed."""
    status = stack.up({IF_EXISTS_VARIABLE: policy, **NO_CHECKPOINTS})
    if status < 0 or (status > 0 and _previewed(stack, IfExists.ERROR)[0]):
        raise command_error(
            MessageCode.BULK_UNFINISHED,
            "not all listings are created and in the state; Pulumi says why above. Run the same "
            "command again: it adopts those that exist, and creates the rest",
        )
    stack.remove_tag(_TAG)
    if status > 0:
        raise command_error(
            MessageCode.BULK_UNFINISHED,
            "not all listings are created; Pulumi says why above. Those that exist are in the "
            "state: change what is wrong, and run it again",
        )


def _previewed(stack: "Stack", policy: IfExists) -> "tuple[Sequence[str], BulkCreation]":
    """Return why a preview fails, if it does, and what it comes to."""
    from pulumi_setsmart.reporting.bulk_creation import read_bulk_creation  # noqa: PLC0415 - heavy
    from pulumi_setsmart.reporting.preview import read_preview  # noqa: PLC0415 - as above

    # A preview stores none, but with them its time grows with the square of what it creates.
    environment = {IF_EXISTS_VARIABLE: policy, **NO_CHECKPOINTS}
    text, source = stack.preview(environment), f"stack {stack.name}"
    return read_preview(text, source).errors, read_bulk_creation(
        text, source, completes=policy == IfExists.ADOPT
    )


def _refuse(errors: Sequence[str], plan: "BulkCreation", begun: str | None) -> None:
    """End the command before anything is written, unless the plan can be carried out."""
    reasons = errors or [*map(str, plan.objections)]  # a failed preview does not show all
    for reason in reasons[:_MOST_REASONS]:
        say(reason, err=True)
    if reasons:
        more = len(reasons) - _MOST_REASONS
        raise command_error(
            MessageCode.BULK_REFUSED,
            "nothing was created" + (f"; {more} more reasons are not shown" if more > 0 else ""),
        )
    if begun not in (None, plan.digest):
        raise command_error(
            MessageCode.BULK_CHANGED,
            "nothing was created: the program declares other listings than a run that was killed. "
            "Declare those of then, and complete that run first; or give it up, with "
            f"`pulumi stack tag rm {_TAG}`",
        )
