"""A part of a portfolio file, as a stack that manages only that part declares it.

As the guide recommends for large portfolios: the function is asynchronous and awaits something at
its end, so that Pulumi waits for one resource after the other, and nothing looks for garbage.
"""

import asyncio
import gc
import os

import pulumi

from pulumi_setsmart import Portfolio, load_portfolio

gc.disable()


async def main() -> None:
    """Declare the part."""
    first = int(os.environ["FIRST"])
    last = first + int(os.environ["LISTINGS"])
    only = [f"villa-{number}" for number in range(first, last)]
    declared = load_portfolio(os.environ["PORTFOLIO"], only=only)
    Portfolio("portfolio", properties=declared.properties)
    await asyncio.sleep(0)


pulumi.run(main)
