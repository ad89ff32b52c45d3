"""The portfolio: what is in portfolio.yaml, no more."""

from pulumi_setsmart import Portfolio, load_portfolio

portfolio = load_portfolio("portfolio.yaml")
Portfolio("portfolio", portfolio.properties, portfolio.webhooks)
