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
from pulumi_setsmart.models.text import one_line
from pulumi_setsmart.specification.csv_file import SECTION, read_csv
from pulumi_setsmart.specification.format import Format, format_of
from pulumi_setsmart.specification.former_keys import FORMERLY, former_keys
from pulumi_setsmart.specification.json_file import read_json
from pulumi_setsmart.specification.writing import portfolio_text, updated_text
from pulumi_setsmart.specification.yaml_reading import read_yaml

_LARGEST = 8 * 1024 * 1024
_REASONS = {
    Format.YAML: "without another entry, as they share values; write the values out in each entry",
    Format.JSON: "in this file; correct it first",
    Format.CSV: "in the columns of a CSV file; use a portfolio in YAML, which "
    "`pulumi-setsmart export FILE --output NEW.yaml` makes of it",
}
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
    return ExistingPortfolio(path, "", {})


def updated_portfolio(
    portfolio: ExistingPortfolio,
    members: Mapping[str, Mapping[str, Json]],
    removed: Collection[str],
    renamed: Mapping[str, str],
) -> str:
    """Return the text of a portfolio with other members, and without some entries.

    It is read again: what would declare anything else is not written.

    Args:
        portfolio: The portfolio.
        members: What changes or is new, by key.
        removed: The keys of the entries to leave out.
        renamed: The new keys by the old ones. Members have the new ones.

    Raises:
        PortfolioFileError: The file cannot be changed in this way.
    """
    path = portfolio.path
    expected = {
        renamed.get(key, key): entry
        for key, entry in portfolio.listings.items()
        if key not in removed
    }
    for key, changes in members.items():
        expected[key] = _merged(expected.get(key, {}), changes)
    if portfolio.text:
        text = updated_text(
            portfolio.text,
            {SECTION: members},
            {SECTION: removed} if removed else {},
            {SECTION: renamed} if renamed else {},
            format_of(path),
        )
    else:
        text = portfolio_text({SECTION: expected}, format_of(path))
    different = _first_difference(_listings(text, path), expected)
    if different is not None:
        raise PortfolioFileError(
            f"{path}: {different} cannot be written {_REASONS[format_of(path)]}",
            code=MessageCode.NOT_EXTENDABLE,
        )
    return text


def _first_difference(
    written: Mapping[str, Mapping[str, Json]], expected: Mapping[str, Mapping[str, Json]]
) -> str | None:
    """Return what of the entries is not as expected, or None if all is."""
    for key in {**expected, **written}:
        one, other = (_comparable(entries.get(key)) for entries in (written, expected))
        for name in {**other, **one}:
            if name not in one or name not in other or one[name] != other[name]:
                return one_line(f"{name} of {key}")
    if [*written] != [*expected]:
        return "the order of the entries"
    return None


def _comparable(entry: Mapping[str, Json] | None) -> dict[str, Json]:
    """Return an entry with its former keys as CSV has them: as a list."""
    members = {**(entry or {})}
    if FORMERLY in members:
        keys: list[Json] = [*former_keys(members[FORMERLY])]
        members[FORMERLY] = keys
    return members


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
