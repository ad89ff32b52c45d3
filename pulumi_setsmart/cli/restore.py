"""The command ``restore``."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from pulumi_setsmart.cli.console import Command, is_interactive, say
from pulumi_setsmart.cli.differences import show_differences
from pulumi_setsmart.cli.stack_option import chosen_stack, environment_option, stack_option
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.models.text import listed

if TYPE_CHECKING:
    from pulumi_setsmart.backup.plan import Plan
    from pulumi_setsmart.backup.restore import Restoration
    from pulumi_setsmart.backup.stack_update import StackUpdate

_TROUBLE = 2


@click.command(cls=Command, failure=_TROUBLE)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--only",
    multiple=True,
    metavar="KEY|ID",
    help="Bring back only the entry with this key, or the object that had this id. May be given "
    "several times.",
)
@stack_option
@environment_option
@click.option(
    "--accept-account-change",
    is_flag=True,
    help="Write also if nothing in the account is as the backup knows it.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--yes", is_flag=True, help="Write without asking. Needed without a terminal.")
def restore(
    file: Path,
    only: tuple[str, ...],
    stack: str | None,
    *,
    only_environment: bool,
    accept_account_change: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Bring an account back to a backup.

    FILE is what `backup` wrote. The command shows what differs, field by field, asks, and writes
    it to SetSmart. A field that an object did not have is set to null. A deleted object is created
    again, with a new id, and the state of the stack gets to know it. Objects that the backup does
    not have stay. Run it again if it was stopped: nothing is created twice.

    The program is neither run nor changed. `pulumi preview` shows whether it agrees.

    Exit status: 0 if all is as in the backup, 1 if something differs or was left, 2 if something
    went wrong.
    """
    from pulumi_setsmart.adoption.account import opened  # noqa: PLC0415 - needs the client
    from pulumi_setsmart.adoption.inventory import take_inventory  # noqa: PLC0415 - as above
    from pulumi_setsmart.adoption.scope import every_field  # noqa: PLC0415 - as above
    from pulumi_setsmart.automation.known_state import KnownState  # noqa: PLC0415 - as above
    from pulumi_setsmart.automation.stack import Stack  # noqa: PLC0415 - as above
    from pulumi_setsmart.automation.stack_settings import (  # noqa: PLC0415 - as above
        load_stack_settings,
    )
    from pulumi_setsmart.backup import backup_file  # noqa: PLC0415 - as above
    from pulumi_setsmart.backup.plan import plan_of  # noqa: PLC0415 - as above
    from pulumi_setsmart.backup.restore import restore as restore_account  # noqa: PLC0415 - as above
    from pulumi_setsmart.backup.stack_update import (  # noqa: PLC0415 - as above
        StackUpdate,
        stack_update_of,
        update_stack,
    )
    from pulumi_setsmart.cli.display import shown_progress  # noqa: PLC0415 - as above
    from pulumi_setsmart.files.folder_lock import locked  # noqa: PLC0415 - as above

    asks = not (yes or dry_run)
    if asks and not is_interactive():
        raise click.UsageError("Add --yes to write to SetSmart, or --dry-run to write nothing.")
    saved = backup_file.read_backup(file)
    wanted = backup_file.wanted_objects(saved, only)
    chosen = chosen_stack(stack, only_environment=only_environment)
    settings = load_stack_settings(chosen, Path(), os.environ)
    if accept_account_change:
        settings = attrs.evolve(settings, accept_account_change=True)
    pulumi_stack = None if chosen is None else Stack(chosen, Path())
    state = KnownState() if pulumi_stack is None else pulumi_stack.known_state()
    with locked(Path(), "pulumi-setsmart restore"), opened(settings) as account:
        inventory = take_inventory(account, settings, every_field, shown_progress())
        plan = plan_of(saved, wanted, inventory, state, settings)
        lacking = StackUpdate() if pulumi_stack is None else stack_update_of(plan.found, state)
        _show(plan, file, lacking)
        differs = bool(plan.differences or lacking)
        if dry_run or not differs or (asks and not click.confirm("Write it?", err=True)):
            raise SystemExit(1 if differs or plan.left or lacking.notices else 0)
        restoration = restore_account(plan, account, settings, shown_progress())
        _report(restoration)
        update = StackUpdate()
        if pulumi_stack is None:
            say("no stack: no state was changed")
        else:
            state = pulumi_stack.known_state()
            update = stack_update_of(restoration.objects, state)
            update_stack(pulumi_stack, update, state, account, settings)
        if update:
            say(f"stack {chosen}: {_counted(update)}")
    for notice in update.notices:
        say(str(notice), err=True)
    if restoration.stopped is not None:
        raise restoration.stopped
    if plan.left or restoration.notices or update.notices:
        raise SystemExit(1)


def _show(plan: "Plan", file: Path, update: "StackUpdate") -> None:
    show_differences(plan.differences, f"account → {file}")
    if update:
        say(f"the stack lacks objects that exist: {_counted(update)}")
    beyond = f"{plan.beyond} in the account are not in the backup, and stay as they are"
    notices = [Notice(MessageCode.NOT_IN_BACKUP, beyond)] if plan.beyond else []
    for notice in [*notices, *plan.left, *update.notices]:
        say(str(notice), err=True)


def _counted(update: "StackUpdate") -> str:
    missing = [each.saved.subject for each in update.missing]
    names = f": {listed(missing)}" if missing else ""
    return f"{len(update.ids)} new ids, {len(missing)} resources that it no longer had{names}"


def _report(restoration: "Restoration") -> None:
    for each in restoration.created:
        say(f"created again: {each.saved.subject} is {each.identifier} now")
    say(f"{restoration.changed} changed, {len(restoration.created)} created again")
    for notice in restoration.notices:
        say(str(notice), err=True)
