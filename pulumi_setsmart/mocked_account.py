"""An account in a unit test: Pulumi's mocks say what it holds, and no real one is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode, with_code
from pulumi_setsmart.models.record import Record
from pulumi_setsmart.providers.values import from_engine

GET_PROPERTY = "setsmart:index:getProperty"
"""What ``Mocks.call`` is asked for a listing."""
LIST_PROPERTIES = "setsmart:index:listProperties"
"""What ``Mocks.call`` is asked for all listings."""


def is_mocked() -> bool:
    """Return whether the program runs under ``pulumi.runtime.set_mocks``."""
    return isinstance(get_monitor(), MockMonitor)


def mocked_property(identifier: str, account: str | None) -> Record:
    """Return the listing that the mocks have under an id.

    Raises:
        pulumi.RunError: They have none.
    """
    match _response(GET_PROPERTY, {"id": identifier}, account):
        case {"name": _} as fields:
            return Record(identifier, {**fields, "id": identifier})
    raise _no_response(GET_PROPERTY, '{"name": …, …}')


def mocked_properties(account: str | None) -> list[Record]:
    """Return the listings that the mocks have.

    Raises:
        pulumi.RunError: They do not say which.
    """
    match _response(LIST_PROPERTIES, {}, account):
        case {"properties": list(listings)}:
            records = [
                Record(str(listing["id"]), listing)
                for listing in listings
                if isinstance(listing, dict) and listing.get("id")
            ]
            if len(records) == len(listings):
                return records
    raise _no_response(LIST_PROPERTIES, '{"properties": [{"id": …, "name": …, …}]}')


def _response(token: str, arguments: Mapping[str, str], account: str | None) -> dict[str, Json]:
    sent = arguments if account is None else {**arguments, "account": account}
    value: Any = pulumi.runtime.invoke(token, dict(sent)).value
    return from_engine(value) if isinstance(value, dict) else {}


def _no_response(token: str, form: str) -> pulumi.RunError:
    return pulumi.RunError(
        with_code(
            f"SetSmart: under mocks no account is asked; have Mocks.call return {form} for {token} "
            "(documentation, Test programs)",
            MessageCode.MOCKED_ACCOUNT,
        )
    )
