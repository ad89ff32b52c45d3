"""PERMANENT import path: stored in users' states."""

from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.providers.adapter import LifecycleProvider


class PropertyProvider(LifecycleProvider):
    """The provider of `pulumi_setsmart.Property`."""

    kind = PROPERTY
