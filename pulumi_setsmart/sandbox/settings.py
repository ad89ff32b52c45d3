"""The settings of a sandbox."""

from typing import get_args

from attrs import Attribute, field, frozen, validators

from pulumi_setsmart.sandbox.api_key import ApiKey
from pulumi_setsmart.sandbox.behaviour import Behaviour
from pulumi_setsmart.sandbox.deliveries.settings import DeliverySettings
from pulumi_setsmart.sandbox.hosts import Hosts
from pulumi_setsmart.sandbox.rate_limit import ResetForm

DEFAULT_KEY = "sandbox-key"


@frozen(kw_only=True)
class SandboxSettings:
    """The keys, the limits and the behaviour of a sandbox.

    Attributes:
        keys: The API keys it knows.
        rate_limit: How many requests each key may send in a window (100, documented); 0 for no
            limit.
        rate_window: The length of a window in seconds (60, assumed).
        reset_form: How ``X-RateLimit-Reset`` gives the end of a window (seconds, documented).
        latency: How many seconds later it responds, as over a network.
        behaviour: How it behaves (assumed).
        deliveries: How it delivers to webhook subscriptions (assumed).
        hosts: By which names it may be asked. On loopback these are names of this machine alone,
            unless others are allowed; elsewhere all, unless some are allowed.
    """

    keys: tuple[ApiKey, ...] = field(default=(ApiKey(DEFAULT_KEY),))
    rate_limit: int = field(default=100, validator=validators.ge(0))
    rate_window: float = field(default=60.0, validator=validators.gt(0))
    reset_form: ResetForm = field(default="seconds", validator=validators.in_(get_args(ResetForm)))
    latency: float = field(default=0.0, validator=validators.ge(0))
    behaviour: Behaviour = field(factory=Behaviour)
    deliveries: DeliverySettings = field(factory=DeliverySettings)
    hosts: Hosts = field(factory=Hosts)

    @keys.validator
    def _check_that_keys_differ(
        self, _attribute: "Attribute[tuple[ApiKey, ...]]", keys: tuple[ApiKey, ...]
    ) -> None:
        if len({key.value for key in keys}) < len(keys):
            raise ValueError("the same API key is given twice")
