"""The command ``pulumi-setsmart``, with a module for each subcommand."""

import click

from pulumi_setsmart.cli.accept import accept
from pulumi_setsmart.cli.adopt import adopt
from pulumi_setsmart.cli.backup import backup
from pulumi_setsmart.cli.bulk_create import bulk_create
from pulumi_setsmart.cli.compare import compare
from pulumi_setsmart.cli.completion import completion
from pulumi_setsmart.cli.console import Commands
from pulumi_setsmart.cli.convert import convert
from pulumi_setsmart.cli.doctor import doctor
from pulumi_setsmart.cli.export import export
from pulumi_setsmart.cli.format import format_
from pulumi_setsmart.cli.init import init
from pulumi_setsmart.cli.list import list_objects
from pulumi_setsmart.cli.report import report
from pulumi_setsmart.cli.restore import restore
from pulumi_setsmart.cli.sandbox import sandbox
from pulumi_setsmart.cli.schema import schema
from pulumi_setsmart.cli.show import show
from pulumi_setsmart.cli.validate import validate
from pulumi_setsmart.cli.webhook_secret import webhook_secret


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pulumi-setsmart")
def main() -> None:
    """Manage short-term-rental listings and webhook subscriptions of SetSmart as code.

    In a Pulumi project, commands use the selected stack and its account; elsewhere, the account of
    SETSMART_API_KEY (and SETSMART_BASE_URL). Colours are off if the output is not a terminal, or if
    NO_COLOR is set.

    Exit status: 0 for success, 1 for failure, 2 for a usage error. The statuses of accept,
    compare, format, report, restore and validate are in their help.
    """


for command in (
    *(accept, adopt, backup, bulk_create, compare, completion, convert, doctor, export, format_),
    *(init, list_objects, report, restore, sandbox, schema, show, validate, webhook_secret),
):
    main.add_command(command)
