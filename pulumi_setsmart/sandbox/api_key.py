"""Who may ask."""

from ipaddress import IPv4Network, IPv6Network, ip_address

from attrs import Attribute, field, frozen


@frozen
class ApiKey:
    """A key as the dashboard would issue it. The header that carries it is documented.

    Attributes:
        value: What is sent in ``X-API-Key``. Never shown.
        read_only: Whether it may only read.
        networks: From where it may be used, or nothing for everywhere.
    """

    value: str = field(repr=False)
    read_only: bool = field(default=False, kw_only=True)
    networks: tuple[IPv4Network | IPv6Network, ...] = field(default=(), kw_only=True)

    @value.validator
    def _check_that_it_is_not_empty(self, _attribute: "Attribute[str]", value: str) -> None:
        if not value:
            raise ValueError("an API key must not be empty")

    def admits(self, address: str | None) -> bool:
        """Return whether the key may be used from an IP address (None where it is not known)."""
        if not self.networks:
            return True
        try:
            origin = ip_address(address or "")
        except ValueError:
            return False
        return any(origin in network for network in self.networks)
