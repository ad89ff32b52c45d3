"""The portfolio file that a conversion updates or writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.files.regular_file import utf8_text_of
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.csv_file import SECTION, read_csv
from pulumi_setsmart.specification.format import Format, format_of
from pulumi_setsmart.specification.json_file import read_json
from pulumi_setsmart.specification.writing import updated_text
from pulumi_setsmart.specification.yaml_reading import read_yaml

_LARGEST = 8 * 1024 * 1024
_READERS = {Format.YAML: read_yaml, Format.JSON: read_json, Format.CSV: read_csv}


@frozen
class ExistingPortfolio:
    """A portfolio file.

    Attributes:
        path: Where it is.
        text: Its text.
        listings: Its entries of listings, by key.
    """

    path: Path
    text: str
    listings: Mapping[str, dict[str, Json]]


def read_existing(path: Path) -> ExistingPortfolio:
    """Return a portfolio file that is to be updated.

    Raises:
        PortfolioFileError: It cannot be read, or is no portfolio.
    """
    text = utf8_text_of(path, _LARGEST)
    return ExistingPortfolio(path, text, _listings(text, path))


def new_portfolio(path: Path) -> ExistingPortfolio:
    """Return the portfolio file that is to be made: an empty one."""
    return ExistingPortfolio(path, "{}" if format_of(path) is Format.JSON else "", {})


def updated_portfolio(
    portfolio: ExistingPortfolio,
    members: Mapping[str, Mapping[str, Json]],
    removed: Collection[str],
) -> str:
    """Return the text of a portfolio with other members, and without some entries.

    It is read again: what would declare anything else is not written.

    Raises:
        PortfolioFileError: The file cannot be changed in this way.
    """
    format_ = format_of(portfolio.path)
    text = updated_text(
        portfolio.text, {SECTION: members}, {SECTION: removed} if removed else {}, format_
    )
    expected = {key: entry for key, entry in portfolio.listings.items() if key not in removed}
    for key, changes in members.items():
        expected[key] = _merged(expected.get(key, {}), changes)
    if _listings(text, portfolio.path) != expected:
        raise PortfolioFileError(
            f"{portfolio.path}: cannot be updated without changing more than the sheet says, for "
            "example because entries share values; write it in plainer YAML, for example with "
            "`pulumi-setsmart export FILE --output NEW`",
            code=MessageCode.NOT_EXTENDABLE,
        )
    return text


def _merged(entry: Mapping[str, Json], changes: Mapping[str, Json]) -> dict[str, Json]:
    merged = {**entry}
    for name, value in changes.items():
        before = merged.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[name] = {**before, **value}
        else:
            merged[name] = value
    return merged


def _listings(text: str, path: Path) -> dict[str, dict[str, Json]]:
    value: Any = _READERS[format_of(path)](text, str(path)).value
    listings = {} if value is None else value.get(SECTION) if isinstance(value, dict) else value
    if listings is None:
        return {}
    if not isinstance(listings, dict) or not all(
        isinstance(entry, dict) for entry in listings.values()
    ):
        raise PortfolioFileError(
            f"{path}: is no portfolio; correct it first", code=MessageCode.INVALID_PORTFOLIO
        )
    return listings
