"""The settings of the account that a command asks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pulumi_setsmart.config import Settings, load_settings


def load_stack_settings(
    stack: str | None, folder: Path, environment: Mapping[str, str], account: str | None = None
) -> Settings:
    """Return the settings of an account that a stack is configured for, or the environment.

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
    if stack is None:
        return load_settings(None, environment, account)
    from pulumi_setsmart.automation.stack import Stack  # noqa: PLC0415 - loads Pulumi

    return load_settings(Stack(stack, folder).configuration().values.get, environment, account)
