"""The command ``webhook-secret``."""

import click

from pulumi_setsmart.cli.console import Command
from pulumi_setsmart.webhooks.secret import new_secret


@click.command("webhook-secret", cls=Command)
def webhook_secret() -> None:
    """Print a new secret for a webhook subscription, another one each time.

    It is kept nowhere else. Piped into "pulumi config set --secret webhookSecret" it is encrypted
    in the stack's configuration, and nobody sees it.
    """
    click.echo(new_secret())
