"""The command ``webhook-secret``."""

import click

from pulumi_setsmart.cli.console import Command


@click.command("webhook-secret", cls=Command)
def webhook_secret() -> None:
    """Print a new secret for a webhook subscription.

    It is stored nowhere. Pipe it into "pulumi config set --secret webhookSecret" to encrypt it in
    the stack's configuration without showing it.
    """
    from pulumi_setsmart.webhooks.secret import new_secret  # noqa: PLC0415 - heavy

    click.echo(new_secret())
