"""The stack that adopts, with what it is configured for and what it has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from attrs import frozen

from pulumi_setsmart.automation.stack import Configuration, Stack, State
from pulumi_setsmart.config import Settings, load_settings


@frozen
class AdoptingStack:
    """A stack that adopts, or none: then only files are written.

    Attributes:
        stack: The stack.
        state: What it has.
        configuration: What is configured for it.
        settings: The settings of its account; without a stack, those of the environment.
    """

    stack: Stack | None
    state: State | None
    configuration: Configuration
    settings: Settings

    @classmethod
    def of(cls, name: str | None, folder: Path, environment: Mapping[str, str]) -> Self:
        """Return the stack with a name.

        Args:
            name: The name, or None for none.
            folder: The folder of its project.
            environment: The environment's variables.

        Raises:
            SetSmartError: It cannot be read, or a setting is missing or not allowed.
        """
        if name is None:
            return cls(None, None, Configuration(), load_settings(None, environment))
        stack = Stack(name, folder)
        state, configuration = stack.state(), stack.configuration()
        settings = load_settings(configuration.values.get, environment)
        return cls(stack, state, configuration, settings)
