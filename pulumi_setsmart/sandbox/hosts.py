"""The names by which a sandbox may be asked.

A browser sends the name that a page used. Whoever has a domain can let its name lead to this
machine, and the browser would then take the sandbox for that site, whose scripts may read its
responses (DNS rebinding). So the name has to be one that no stranger can own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import field, frozen
from starlette.datastructures import Headers
from starlette.types import Scope

from pulumi_setsmart.sandbox.loopback import is_loopback, is_unspecified

_HEADER = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


def named_in(header: str) -> str:
    """Return the host that a ``Host`` header names, without its port; nothing if it names none."""
    match = _HEADER.fullmatch(header)
    return match["host"].strip("[]").lower().removesuffix(".") if match else ""


def _hosts(given: Iterable[str]) -> frozenset[str]:
    found = {host: named_in(host) or named_in(f"[{host}]") for host in given}
    for one, host in found.items():
        if not host:
            raise ValueError(f"{one!r} is not the name of a host")
    return frozenset(found.values())


@frozen
class Hosts:
    """Says whether a request came under a name of this machine.

    Attributes:
        allowed: Names and addresses that count as this machine's, beside its own.
    """

    allowed: frozenset[str] = field(default=frozenset(), converter=_hosts)

    def are_local(self, scope: Scope) -> bool:
        """Return whether the name in a request is one of this machine's, or allowed."""
        host = named_in(Headers(scope=scope).get("host", ""))
        return is_loopback(host) or is_unspecified(host) or host in self.allowed

    def admit(self, scope: Scope) -> bool:
        """Return whether the name in a request will do for the interface on which it arrived.

        On loopback it has to be one of this machine's. On another interface, which somebody chose
        to listen on, this machine has names that it does not know of, such as that of a container:
        any will do, unless it was said which ones are allowed.
        """
        header = Headers(scope=scope).get("host")
        if header is not None and not named_in(header):
            return False
        interface, _port = scope.get("server") or ("", None)
        is_bound = is_loopback(interface) or bool(self.allowed)
        return not is_bound or named_in(header or "") == interface or self.are_local(scope)
