"""The same resources with a provider that does nothing: what the engine itself costs."""

from idle_provider import IdleListing
from portfolio_listings import declare

declare(IdleListing)
