"""The extra with the packages that read spreadsheets."""

from __future__ import annotations

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.message_code import MessageCode


def missing_extra() -> PortfolioFileError:
    """Return the error about packages that are not installed."""
    return PortfolioFileError(
        "Spreadsheets need more packages: install pulumi-setsmart[spreadsheets]",
        code=MessageCode.SPREADSHEETS_NOT_INSTALLED,
    )
