"""A whole portfolio: from a file to a Pulumi component."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import attrs
import pulumi

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.portfolio_names import PORTFOLIO_TYPE, child_name
from pulumi_setsmart.python_value import run_error
from pulumi_setsmart.resource import SetSmartResource
from pulumi_setsmart.specification.arguments import PortfolioArgs
from pulumi_setsmart.specification.configured_secret import ConfiguredSecret
from pulumi_setsmart.specification.former_keys import (
    FORMERLY,
    former_key_violations,
    former_keys,
)
from pulumi_setsmart.specification.reading import read_portfolio

_Child = TypeVar("_Child", bound=SetSmartResource)


def load_portfolio(
    path: str | os.PathLike[str],
    overlays: Sequence[str | os.PathLike[str]] = (),
    *,
    only: Collection[str] | None = None,
    stack: str | None = None,
) -> PortfolioArgs:
    """Return the portfolio that a file declares.

    Args:
        path: The file: YAML or JSON with the sections ``properties`` and ``webhooks``, or CSV with
            a listing in each row. The name's ending tells which. It may have 8 MiB.
        overlays: Files of the same form to lay over it, one after the other, for what differs in
            an environment. They name only what differs. A listing or subscription that is null
            there is left out.
        only: The keys of the entries to load, or None for all.
        stack: The stack whose entries to load, as each entry's ``stack`` names it, or None for all.

    Raises:
        pulumi.RunError: A file cannot be read, or does not describe a portfolio. The text names
            the file, the line and the field; the cause is a `PortfolioFileError`.
    """
    try:
        return read_portfolio(path, overlays, only, stack)
    except PortfolioFileError as error:
        raise pulumi.RunError(str(error)) from error


class PortfolioComponent(pulumi.ComponentResource):
    """The component that declares a portfolio, whatever kinds of resource it has.

    Args:
        resource_name: The name of the component in the program.
        account: The name of the account that has all of its resources, or None.
        opts: Pulumi's options.
    """

    def __init__(
        self, resource_name: str, account: str | None, opts: pulumi.ResourceOptions | None
    ) -> None:
        super().__init__(PORTFOLIO_TYPE, resource_name, None, opts)
        self._resource_name = resource_name
        self._account = account

    def _children(
        self,
        resource_class: Callable[..., _Child],
        arguments: Mapping[str, attrs.AttrsInstance] | None,
    ) -> dict[str, _Child]:
        """Return a resource for each entry, by its key."""
        entries = arguments or {}
        formerly = {key: getattr(entry, FORMERLY) for key, entry in entries.items()}
        for violation in former_key_violations(formerly):
            name = child_name(self._resource_name, violation.key)
            raise run_error(name, f"{FORMERLY}: {violation.reason}", violation.code)
        return {
            key: resource_class(
                child_name(self._resource_name, key),
                **_passed(entry),
                account=self._account,
                opts=pulumi.ResourceOptions(
                    parent=self, aliases=[*self._former_names(former_keys(formerly[key]))]
                ),
            )
            for key, entry in entries.items()
        }

    def _former_names(self, keys: Sequence[str]) -> Iterator[pulumi.Alias]:
        """Yield what Pulumi may know an entry by that had other keys.

        A URN holds the types of the parents and not their names, so a child of another portfolio is
        found by the name of its resource.
        """
        for key in keys:
            yield pulumi.Alias(name=child_name(self._resource_name, key))
            yield pulumi.Alias(name=key)
            yield pulumi.Alias(name=key, parent=pulumi.ROOT_STACK_RESOURCE)


def _passed(entry: attrs.AttrsInstance) -> dict[str, Any]:
    return {
        name: _configured(value) if isinstance(value, ConfiguredSecret) else value
        for name, value in attrs.asdict(entry, recurse=False).items()
        if name != FORMERLY
    }


def _configured(secret: ConfiguredSecret) -> pulumi.Output[str]:
    namespace, _, key = secret.key.rpartition(":")
    return pulumi.Config(namespace or None).require_secret(key)
