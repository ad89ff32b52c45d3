"""The formats of portfolio files."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.message_code import MessageCode


class Format(StrEnum):
    """The format of a portfolio file."""

    YAML = "yaml"
    JSON = "json"
    CSV = "csv"


_ENDINGS = {
    ".yaml": Format.YAML,
    ".yml": Format.YAML,
    ".json": Format.JSON,
    ".csv": Format.CSV,
}


def format_of(path: str | os.PathLike[str]) -> Format:
    """Return the format that belongs to the ending of a file's name.

    Raises:
        PortfolioFileError: The ending belongs to no format.
    """
    found = _ENDINGS.get(Path(path).suffix.lower())
    if found is None:
        raise PortfolioFileError(
            f"{path}: must end in one of {', '.join(_ENDINGS)}", code=MessageCode.UNUSABLE_FILE
        )
    return found
