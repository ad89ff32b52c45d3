"""How the sandbox delivers."""

from typing import Literal, TypeAlias, get_args

from attrs import field, frozen, validators

from pulumi_setsmart.sandbox.loopback import host_in, is_loopback

Signature: TypeAlias = Literal["standard", "hex"]


@frozen(kw_only=True)
class DeliverySettings:
    """How deliveries are signed, sent and repeated. All of it is assumed.

    Attributes:
        signature: ``standard``: Standard Webhooks; ``hex``: the hex HMAC-SHA256 of the body in
            ``X-SetSmart-Signature``.
        secret_overlap: For how many seconds a secret that was replaced signs beside the new one.
            With 0 the receiver alone has to bridge the change, which is harder for it.
        timeout: After how many seconds without a response an attempt has failed.
        attempts: After how many failed attempts a delivery is given up.
        backoff: How many seconds after the first failed attempt the second one follows; each wait
            is twice the one before, up to ten minutes.
        duplicates: What share of the deliveries is sent twice, from 0 to 1.
        shuffle: For how many seconds deliveries are collected, to be sent in random order; 0 to
            send them at once and in order.
        seed: Decides about duplicates and order.
        hosts: Hosts that may be called beside this machine itself.
    """

    signature: Signature = field(default="standard", validator=validators.in_(get_args(Signature)))
    secret_overlap: float = field(default=0.0, validator=validators.ge(0))
    timeout: float = field(default=15.0, validator=validators.gt(0))
    attempts: int = field(default=12, validator=validators.ge(1))
    backoff: float = field(default=1.0, validator=validators.ge(0))
    duplicates: float = field(default=0.0, validator=[validators.ge(0), validators.le(1)])
    shuffle: float = field(default=0.0, validator=validators.ge(0))
    seed: int = 0
    hosts: frozenset[str] = frozenset()

    def may_call(self, url: str) -> bool:
        """Return whether a URL may be called: a sandbox must not surprise the internet."""
        host = host_in(url)
        return host in self.hosts or is_loopback(host)
