"""The same resources with a provider that does nothing: what the engine itself costs."""

import os

from idle_provider import IdleListing

for number in range(int(os.environ["LISTINGS"])):
    IdleListing(
        f"listing-{number}",
        name=f"Villa {number}",
        address=f"{number} Ocean Drive",
        bedrooms=1 + number % 5,
        bathrooms=1.5,
        max_guests=2 + number % 8,
        status="active",
    )
