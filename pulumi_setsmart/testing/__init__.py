"""A local SetSmart server for the tests of programs and webhook receivers.

With pytest, name the plugin ``pulumi_setsmart.testing.plugin`` in a ``conftest.py`` and ask for the
fixture ``setsmart_sandbox``; without, use `running_sandbox`. Needs ``pulumi-setsmart[sandbox]``.
"""

from pulumi_setsmart.sandbox import (
    MALFORMED,
    ApiKey,
    Attempt,
    Behaviour,
    Cut,
    Delivery,
    DeliverySettings,
    Failed,
    Hang,
    Hosts,
    LoggedRequest,
    Lost,
    RateLimited,
    SandboxSettings,
    Slow,
)
from pulumi_setsmart.testing.sandbox_account import SandboxAccount, running_sandbox

__all__ = [
    "MALFORMED",
    "ApiKey",
    "Attempt",
    "Behaviour",
    "Cut",
    "Delivery",
    "DeliverySettings",
    "Failed",
    "Hang",
    "Hosts",
    "LoggedRequest",
    "Lost",
    "RateLimited",
    "SandboxAccount",
    "SandboxSettings",
    "Slow",
    "running_sandbox",
]
