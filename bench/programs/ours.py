"""A portfolio with pulumi-setsmart."""

import os

from pulumi_setsmart import Property

for number in range(int(os.environ["LISTINGS"])):
    Property(
        f"listing-{number}",
        name=f"Villa {number}",
        address=f"{number} Ocean Drive",
        bedrooms=1 + number % 5,
        bathrooms=1.5,
        max_guests=2 + number % 8,
        status="active",
    )
