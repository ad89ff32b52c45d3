"""The portfolio that all programs declare, each with a resource of its own."""

import os
from collections.abc import Callable
from typing import Any


def declare(listing: Callable[..., object]) -> None:
    """Declare as many listings as the environment asks for."""
    for number in range(int(os.environ["LISTINGS"])):
        listing(f"listing-{number}", **fields(number))


def fields(number: int) -> dict[str, Any]:
    """Return the fields of a listing."""
    return {
        "name": f"Villa {number}",
        "address": f"{number} Ocean Drive",
        "bedrooms": 1 + number % 5,
        "bathrooms": 1.5,
        "max_guests": 2 + number % 8,
        "status": "active",
    }
