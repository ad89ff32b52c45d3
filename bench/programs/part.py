"""A part of a portfolio file, as a stack that manages only that part declares it."""

import os

from pulumi_setsmart import Portfolio, load_portfolio

first = int(os.environ["FIRST"])
last = first + int(os.environ["LISTINGS"])
only = [f"villa-{number}" for number in range(first, last)]
declared = load_portfolio(os.environ["PORTFOLIO"], only=only)
Portfolio("portfolio", properties=declared.properties)
