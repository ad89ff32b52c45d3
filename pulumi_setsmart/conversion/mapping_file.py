"""What a conversion decided, stored beside the portfolio, so that the next one asks nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import frozen

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.conversion.target import Assignment, target_of
from pulumi_setsmart.files.regular_file import utf8_text_of
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.yaml_reading import read_yaml
from pulumi_setsmart.specification.yaml_writing import yaml_text

_LARGEST = 8 * 1024 * 1024
_VERSION = 1
_HEADER = """\
# How `pulumi-setsmart convert` read the spreadsheet. Keep this file beside the portfolio.
# `ids` says which key the listing with an id has, so that a new title is no new listing.
"""


@frozen
class StoredMapping:
    """What an earlier conversion decided.

    Attributes:
        assignments: What the columns become.
        ids: The key in the portfolio, by the id in the spreadsheet.
    """

    assignments: tuple[Assignment, ...] = ()
    ids: Mapping[str, str] = {}


def mapping_path(portfolio: Path) -> Path:
    """Return where the mapping of a portfolio is stored."""
    return portfolio.with_name(f"{portfolio.stem}.map.yaml")


def read_mapping(path: Path) -> StoredMapping:
    """Return what is stored; nothing if there is no such file.

    Raises:
        PortfolioFileError: It cannot be read.
    """
    if not path.exists():
        return StoredMapping()
    value = read_yaml(utf8_text_of(path, _LARGEST), str(path)).value
    match value:
        case {"version": version} if version != _VERSION:
            raise _invalid(path, f"has version {version}, which this release does not read")
        case {"columns": list(columns), **rest}:
            ids = rest.get("ids") or {}
            if isinstance(ids, dict) and all(isinstance(key, str) for key in ids.values()):
                assignments = tuple(_assignment(path, each) for each in columns)
                return StoredMapping(assignments, {name: str(key) for name, key in ids.items()})
    raise _invalid(path, "is no mapping")


def mapping_text(assignments: Sequence[Assignment], ids: Mapping[str, str]) -> str:
    """Return the text of a mapping file."""
    columns: list[Json] = [
        {"column": _one_or_list(each.columns), "field": str(each.target)} for each in assignments
    ]
    return _HEADER + yaml_text({"version": _VERSION, "columns": columns, "ids": {**ids}})


def _one_or_list(columns: Sequence[str]) -> Json:
    return columns[0] if len(columns) == 1 else [*columns]


def _assignment(path: Path, value: Json) -> Assignment:
    match value:
        case {"column": str(column), "field": str(field)}:
            return Assignment((column,), target_of(field))
        case {"column": [*columns], "field": str(field)} if all(
            isinstance(column, str) for column in columns
        ):
            return Assignment(tuple(map(str, columns)), target_of(field))
    raise _invalid(path, "has a column without a field")


def _invalid(path: Path, reason: str) -> PortfolioFileError:
    return PortfolioFileError(
        f"{path}: {reason}; correct it, or delete it to be asked again",
        code=MessageCode.INVALID_MAPPING,
    )
