"""A portfolio with pulumi-setsmart."""

from portfolio_listings import declare

from pulumi_setsmart import Property

declare(Property)
