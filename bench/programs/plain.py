"""The same portfolio with a plain dynamic provider."""

from plain_provider import PlainListing
from portfolio_listings import declare

declare(PlainListing)
