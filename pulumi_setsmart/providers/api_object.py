"""PERMANENT import path: stored in users' states."""

from pulumi_setsmart.lifecycle.kind import API_OBJECT
from pulumi_setsmart.providers.adapter import LifecycleProvider


class ApiObjectProvider(LifecycleProvider):
    """The provider of `pulumi_setsmart.ApiObject`."""

    kind = API_OBJECT
