"""A portfolio with the native plugin of pulumi-setsmart, from a program in Python."""

from typing import Any

import pulumi
from portfolio_listings import declare


class Property(pulumi.CustomResource):
    """A listing."""

    def __init__(self, resource_name: str, **props: Any) -> None:
        super().__init__("setsmart:index:Property", resource_name, props)


declare(Property)
