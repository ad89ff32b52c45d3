"""A request to the API, before anything of the account is added to it."""

from __future__ import annotations

from attrs import field, frozen

from pulumi_setsmart.models.json import JsonObject


@frozen
class Request:
    """A request to the API.

    Attributes:
        method: The HTTP method.
        path: The path below the base URL, quoted, or an absolute address on the same origin.
        payload: The object to send as JSON, or None.
        headers: Headers of this request alone.
    """

    method: str
    path: str
    payload: JsonObject | None = None
    headers: dict[str, str] = field(factory=dict)
