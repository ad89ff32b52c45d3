"""The command ``compare``."""

import functools
import os
from pathlib import Path

import attrs
import click

from pulumi_setsmart.cli.console import Command, say, write_json
from pulumi_setsmart.cli.differences import show_differences
from pulumi_setsmart.cli.stack_option import chosen_stack, environment_option, stack_option

_TROUBLE = 2


@click.command(cls=Command, failure=_TROUBLE)
@click.argument("left", default="stack")
@click.argument("right", default="account")
@stack_option
@environment_option
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
def compare(
    left: str, right: str, stack: str | None, *, only_environment: bool, as_json: bool
) -> None:
    """Show the differences between two portfolios.

    LEFT and RIGHT are each a portfolio file; stack, what the stack declared when it was last
    deployed; or account, the account that it is configured for. stack:STACK and account@STACK are
    those of another stack, account:NAME and account:NAME@STACK are named accounts. Without LEFT and
    RIGHT, the stack is compared with its account. Nothing is written.

    Ids, secrets, order and fields that only the server sets are ignored. Blank, null and absent are
    equal. Between an account and a file or stack, only declared fields count, and objects are
    matched by id where the stack, the import file or existing_id knows it.

    Exit status, as of diff: 0 if they are equal, 1 if not, 2 if something went wrong.
    """
    from pulumi_setsmart.adoption.compare import differences  # noqa: PLC0415 - heavy
    from pulumi_setsmart.adoption.source import of_stack, read_source  # noqa: PLC0415 - as above
    from pulumi_setsmart.cli.display import shown_progress  # noqa: PLC0415 - as above

    chosen = functools.cache(lambda: chosen_stack(stack, only_environment=only_environment))
    left, right = (of_stack(name, chosen) for name in (left, right))
    sources = [
        read_source(name, Path(), os.environ, shown_progress(), other)
        for name, other in ((left, right), (right, left))
    ]
    left_out = [notice for source in sources for notice in source.left_out]
    for notice in left_out:
        say(str(notice), err=True)
    found = differences(*sources)
    if as_json:
        write_json(
            {
                "differences": [attrs.asdict(difference) for difference in found],
                "left_out": [attrs.asdict(notice) for notice in left_out],
            }
        )
    else:
        show_differences(found, f"{left} → {right}")
    if found:
        raise SystemExit(1)
