"""The portfolio of the stack's environment: portfolio.yaml, and over it what differs there."""

from pathlib import Path

import pulumi

from pulumi_setsmart import Portfolio, load_portfolio

folder = Path(__file__).parent
overlay = folder / f"{pulumi.get_stack()}.yaml"
portfolio = load_portfolio(folder / "portfolio.yaml", overlays=[overlay])

declared = Portfolio("portfolio", portfolio.properties, portfolio.webhooks)
pulumi.export("listing_ids", {key: listing.id for key, listing in declared.properties.items()})
