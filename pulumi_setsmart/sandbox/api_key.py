"""Who may ask."""

from ipaddress import IPv4Network, IPv6Network, ip_address

from attrs import field, frozen, validators


@frozen
class ApiKey:
    """A key as the dashboard would issue it. The header that carries it is documented.

    Attributes:
        value: What is sent in ``X-API-Key``. Never shown.
        read_only: Whether it may only read.
        networks: From where it may be used, or nothing for everywhere.
    """

    value: str = field(repr=False, validator=validators.min_len(1))
    read_only: bool = field(default=False, kw_only=True)
    networks: tuple[IPv4Network | IPv6Network, ...] = field(default=(), kw_only=True)

    def admits(self, address: str | None) -> bool:
        """Return whether the key may be used from an IP address (None where it is not known)."""
        if not self.networks:
            return True
        try:
            origin = ip_address(address or "")
        except ValueError:
            return False
        return any(origin in network for network in self.networks)
