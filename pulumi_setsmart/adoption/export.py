"""The command ``export``: a portfolio as a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs

from pulumi_setsmart.adoption.inventory import Inventory, take_inventory
from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.config import load_settings
from pulumi_setsmart.specification.csv_file import FIELDS
from pulumi_setsmart.specification.reading import read_portfolio
from pulumi_setsmart.specification.specification import PortfolioSpecification
from pulumi_setsmart.specification.writing import Format, portfolio_text


def inventory_of(source: Path | None, environment: Mapping[str, str]) -> Inventory:
    """Return what a portfolio file declares, or, if there is none, what the account holds.

    Args:
        source: The file, or None for the account that the environment names.
        environment: The environment's variables.

    Raises:
        SetSmartError: The file or the account cannot be read.
    """
    if source is not None:
        return Inventory(read_portfolio(source))
    settings = load_settings(lambda _key: None, environment)
    client = Client.of(settings.connection)
    try:
        return take_inventory(client, settings)
    finally:
        client.close()


def exported(inventory: Inventory, format_: Format) -> tuple[str, list[str]]:
    """Return the text of a file, and what it does not hold, a sentence each."""
    left_out = [*inventory.left_out]
    if format_ is Format.CSV:
        left_out += _not_in_a_spreadsheet(inventory.portfolio)
    return portfolio_text(inventory.portfolio, format_), left_out


def write_file(path: Path, text: str) -> None:
    """Write a file, whole or not at all.

    Raises:
        PortfolioFileError: It cannot be written.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        try:
            partial.write_text(text, encoding="utf-8", newline="")
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise PortfolioFileError(f"{path}: cannot be written: {error.strerror}") from None


def _not_in_a_spreadsheet(portfolio: PortfolioSpecification) -> list[str]:
    partial = sum(
        any(
            value is not None and name not in FIELDS
            for name, value in attrs.asdict(one, recurse=False).items()
        )
        for one in portfolio.properties.values()
    )
    sentences = []
    if partial:
        sentences.append(f"other fields than the documented ones (listings: {partial})")
    if portfolio.webhooks:
        sentences.append(f"webhook subscriptions ({len(portfolio.webhooks)})")
    return [f"CSV does not hold {sentence}" for sentence in sentences]
