"""The settings of the account that a command asks."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import attrs

from pulumi_setsmart.config import Settings, load_settings


def load_stack_settings(
    stack: str | None, folder: Path, environment: Mapping[str, str], account: str | None = None
) -> Settings:
    """Return the settings of an account that a stack is configured for, or the environment.

    On a terminal, requests are not retried if there is no connection: somebody waits who can
    correct the address.

    Args:
        stack: The name of the stack, or None for the environment alone.
        folder: The folder of the Pulumi project that has the stack.
        environment: The environment's variables.
        account: The name of one of ``setsmart:accounts``, or None for the account that needs no
            name.

    Raises:
        StackError: The stack's configuration cannot be read.
        ConfigurationError: A setting is missing or not allowed.
    """
    value_of = None
    if stack is not None:
        from pulumi_setsmart.automation.stack import Stack  # noqa: PLC0415 - loads Pulumi

        value_of = Stack(stack, folder).configuration().values.get
    settings = load_settings(value_of, environment, account)
    retry = attrs.evolve(
        settings.connection.retry, retries_connecting=not (sys.stderr and sys.stderr.isatty())
    )
    return attrs.evolve(settings, connection=attrs.evolve(settings.connection, retry=retry))
