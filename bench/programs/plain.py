"""The same portfolio with a plain dynamic provider."""

import os

from plain_provider import PlainListing

for number in range(int(os.environ["LISTINGS"])):
    PlainListing(
        f"listing-{number}",
        name=f"Villa {number}",
        address=f"{number} Ocean Drive",
        bedrooms=1 + number % 5,
        bathrooms=1.5,
        max_guests=2 + number % 8,
        status="active",
    )
