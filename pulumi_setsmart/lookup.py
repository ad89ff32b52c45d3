"""Reading listings in a program, without making resources of them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pulumi

from pulumi_setsmart.client.confidential import shown
from pulumi_setsmart.client.errors import SetSmartError
from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.mocked_account import is_mocked, mocked_properties, mocked_property
from pulumi_setsmart.models.message_code import MessageCode, with_code
from pulumi_setsmart.models.property import PropertyRecord
from pulumi_setsmart.models.record import Record
from pulumi_setsmart.models.structuring import structure
from pulumi_setsmart.models.text import visible
from pulumi_setsmart.resource import reject_plaintext_key

if TYPE_CHECKING:
    from pulumi_setsmart.client.collection import Collection


def get_property(
    id: str | int,  # noqa: A002 -- what Pulumi calls it everywhere
    *,
    account: str | None = None,
) -> PropertyRecord:
    """Return the listing with an id.

    Under ``pulumi.runtime.set_mocks``, ``Mocks.call`` is asked for ``setsmart:index:getProperty``.

    Args:
        id: The listing's id at SetSmart.
        account: The name of the account that has it; the one that needs no name if left out.

    Raises:
        pulumi.RunError: It could not be read; its cause is a `SetSmartError`, a `NotFoundError`
            where there is none.
    """
    with _reported():
        wanted = str(id)
        record = (
            mocked_property(wanted, account) if is_mocked() else _properties(account).get(wanted)
        )
        return structure(record, PropertyRecord)


def list_properties(*, account: str | None = None) -> list[PropertyRecord]:
    """Return every listing of an account, as it is now.

    It costs a request for each page of the list, and one that looks whether the list shows all of a
    listing; where it does not, one for each. Under ``pulumi.runtime.set_mocks``, ``Mocks.call`` is
    asked for ``setsmart:index:listProperties``, and no account.

    Args:
        account: The name of the account; the one that needs no name if left out.

    Raises:
        pulumi.RunError: They could not be read; its cause is a `SetSmartError`.
    """
    with _reported():
        records = mocked_properties(account) if is_mocked() else _records(account)
        return [structure(record, PropertyRecord) for record in records]


def _records(account: str | None) -> Iterable[Record]:
    from pulumi_setsmart.lifecycle.list_cache import ListCache, NeededFields  # noqa: PLC0415 -- as below

    return ListCache().records(_properties(account), NeededFields(PROPERTY.required_names))


def _properties(account: str | None) -> Collection:
    # Most programs only declare, and need no HTTP client in their own process.
    from pulumi_setsmart.client.collection import Collection  # noqa: PLC0415
    from pulumi_setsmart.config import load_settings  # noqa: PLC0415
    from pulumi_setsmart.providers import process  # noqa: PLC0415

    reject_plaintext_key()
    settings = load_settings(pulumi.runtime.get_config, os.environ, account)
    process.prepare(process.ToUser())
    client = process.account(settings).client.operation()
    return Collection(client, *PROPERTY.location({}, settings))


@contextlib.contextmanager
def _reported() -> Iterator[None]:
    """Turn what goes wrong into an error that Pulumi shows in one line."""
    try:
        yield
    except SetSmartError as error:
        raise pulumi.RunError(shown(f"SetSmart: {error}")) from error
    except ValueError as error:  # its text may hold a value
        raise pulumi.RunError(
            shown(with_code(f"SetSmart: {visible(str(error))}", MessageCode.UNREADABLE_OBJECT))
        ) from None
