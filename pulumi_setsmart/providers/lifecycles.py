"""The lifecycles of one kind of resource, of which each account has its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Protocol, Self

from attrs import field, frozen

from pulumi_setsmart.client.errors import ConfigurationError
from pulumi_setsmart.config import (
    API_KEY_VARIABLE,
    Settings,
    has_account,
    has_named_accounts,
    load_settings,
)
from pulumi_setsmart.lifecycle.kind import ACCOUNT, ACCOUNT_SEPARATOR, Kind
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.models.constraint import AccountName
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.setting import API_KEY, setting
from pulumi_setsmart.providers import process

_DEFAULT_PROVIDER = re.compile(r"default(?:_.*)?", re.DOTALL)
"""What the engine calls the provider that it makes of a stack's configuration."""


class Lifecycles(Protocol):
    """Finds the lifecycle of an object."""

    def of_account(self, properties: Mapping[str, Json]) -> Lifecycle:
        """Return the lifecycle in the account that inputs or outputs name."""

    def located(self, identifier: str, place: Mapping[str, Json]) -> tuple[str, Mapping[str, Json]]:
        """Return an id and the place of its object, where a text may name its account, too."""

    def refuse_missing(self, identifier: str, place: Mapping[str, Json]) -> None:
        """Refuse an object that is not there, if another account may have been meant."""

    def note_failed_read(self) -> None:
        """Note that an import, or a read by an id, failed in this run."""


@frozen
class ConfiguredLifecycles:
    """The lifecycles in the accounts that a stack is configured for.

    Attributes:
        kind: The kind of resource.
        configured: Looks up a key in Pulumi's configuration.
        environment: The environment's variables.
    """

    kind: Kind
    configured: Callable[[str], object]
    environment: Mapping[str, str]
    _settings: dict[str | None, Settings] = field(factory=dict, init=False)

    @classmethod
    def of(
        cls, kind: Kind, configured: Callable[[str], object], environment: Mapping[str, str]
    ) -> Self:
        """Return them, after a look at the account that needs no name.

        Raises:
            ConfigurationError: A setting is missing or not allowed, and no account has a name.
        """
        lifecycles = cls(kind, configured, environment)
        if not has_named_accounts(configured, environment):
            lifecycles.of_account({})
        return lifecycles

    def of_account(self, properties: Mapping[str, Json]) -> Lifecycle:
        """Return the lifecycle in the account that inputs or outputs name.

        Raises:
            ConfigurationError: A setting of the account is missing or not allowed.
        """
        name = properties.get(ACCOUNT)
        if name is UNKNOWN:
            raise ConfigurationError(
                f"{ACCOUNT}: must be known before the program is deployed",
                code=MessageCode.ACCOUNT_NOT_KNOWN,
            )
        violation = None if name is None else AccountName().violation(name)
        if violation is not None:
            raise ConfigurationError(f"{ACCOUNT}: {violation}", code=MessageCode.INVALID_VALUE)
        account = None if name is None else str(name)
        if account not in self._settings:
            self._settings[account] = load_settings(self.configured, self.environment, account)
        settings = self._settings[account]
        return Lifecycle(self.kind, process.account(settings), settings)

    def located(self, identifier: str, place: Mapping[str, Json]) -> tuple[str, Mapping[str, Json]]:
        """Return an id and the place of its object, where a text may name its account, too.

        An import has nothing but this text: Pulumi passes no inputs with it.

        Args:
            identifier: The id, or account and id, such as ``eu:prop_1``.
            place: Where the object is, as far as a program that reads it says so.

        Raises:
            ConfigurationError: Neither names an account, and the one without a name has no key.
        """
        if place.get(ACCOUNT) is not None:
            return identifier, place
        name, rest = _account_and_rest(identifier)
        if name is not None and has_account(name, self.configured, self.environment):
            return rest, {**place, ACCOUNT: name}
        if not has_account(None, self.configured, self.environment):
            self._refuse_unnamed("no account without a name is configured", identifier)
        return identifier, place

    def refuse_missing(self, identifier: str, place: Mapping[str, Json]) -> None:
        """Refuse an object that is not there, if another account may have been meant.

        Args:
            identifier: The text of the import.
            place: Where the object was looked for.

        Raises:
            ConfigurationError: Nothing named an account, and there are some with names.
        """
        if place.get(ACCOUNT) is None:
            self._refuse_unnamed("is not in the account without a name", identifier)

    def note_failed_read(self) -> None:
        """Note that an import, or a read by an id, failed in this run."""
        process.the_run().note_failed_read()

    def _refuse_unnamed(self, reason: str, identifier: str) -> None:
        if has_named_accounts(self.configured, self.environment):
            name, _ = _account_and_rest(identifier)
            hint = (
                f"import it from another account by its name and id, such as eu:{identifier}"
                if name is None
                else f"no key of an account {name} is configured"
            )
            raise ConfigurationError(f"{reason}; {hint}", code=MessageCode.PLACE_OF_IMPORT)


def environment_of(
    provider: str, configured: Callable[[str], object], environment: Mapping[str, str]
) -> Mapping[str, str]:
    """Return what a provider sees of the environment.

    The key in the environment is used where SetSmart rejects the configured one. For an explicit
    provider that has a key of its own, it may be the key of another account.

    Args:
        provider: The name of the provider; empty where the engine does not tell it.
        configured: Looks up a key in its configuration.
        environment: The environment's variables.
    """
    is_default = not provider or _DEFAULT_PROVIDER.fullmatch(provider)
    if is_default or configured(setting(API_KEY)) is None:
        return environment
    return {name: value for name, value in environment.items() if name != API_KEY_VARIABLE}


def _account_and_rest(text: str) -> tuple[str | None, str]:
    """Return what may be the name of an account in the text of an import, and what follows it."""
    name, separator, rest = text.partition(ACCOUNT_SEPARATOR)
    is_name = separator and AccountName().violation(name) is None
    return (name, rest) if is_name else (None, text)
