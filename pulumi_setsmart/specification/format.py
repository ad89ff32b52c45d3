"""What a portfolio file may be written in."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.message_code import MessageCode


class Format(StrEnum):
    """The form of a portfolio file."""

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
    """Return the format that the ending of a file's name stands for.

    Raises:
        PortfolioFileError: It stands for none.
    """
    found = _ENDINGS.get(Path(path).suffix.lower())
    if found is None:
        raise PortfolioFileError(
            f"{path}: must end in one of {', '.join(_ENDINGS)}", code=MessageCode.UNUSABLE_FILE
        )
    return found
