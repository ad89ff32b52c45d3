"""A local SetSmart server for the tests of programs and webhook receivers.

With pytest, name the plugin ``pulumi_setsmart.testing.plugin`` in a ``conftest.py`` and ask for the
fixture ``setsmart_sandbox``; without, use `running_sandbox`. Needs ``pulumi-setsmart[sandbox]``.
"""

from pulumi_setsmart.sandbox import (
    NONSENSE,
    ApiKey,
    Attempt,
    Cut,
    Delivery,
    DeliverySettings,
    Dialect,
    Failed,
    Hang,
    Hosts,
    LoggedRequest,
    Lost,
    Refused,
    SandboxSettings,
    Slow,
)
from pulumi_setsmart.testing.sandbox_account import SandboxAccount, running_sandbox

__all__ = [
    "NONSENSE",
    "ApiKey",
    "Attempt",
    "Cut",
    "Delivery",
    "DeliverySettings",
    "Dialect",
    "Failed",
    "Hang",
    "Hosts",
    "LoggedRequest",
    "Lost",
    "Refused",
    "SandboxAccount",
    "SandboxSettings",
    "Slow",
    "running_sandbox",
]
