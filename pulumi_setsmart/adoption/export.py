"""The command ``export``: a portfolio as a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pulumi_setsmart.adoption.account import opened
from pulumi_setsmart.adoption.inventory import take_inventory
from pulumi_setsmart.adoption.progress import ShowProgress
from pulumi_setsmart.adoption.scope import every_field
from pulumi_setsmart.config import load_settings
from pulumi_setsmart.models.message_code import Notice
from pulumi_setsmart.specification.reading import read_entries
from pulumi_setsmart.specification.sections import Entries


def exportable(
    source: Path | None, environment: Mapping[str, str], show_progress: ShowProgress
) -> tuple[Entries, list[Notice]]:
    """Return what a portfolio file declares, or, if there is none, what the account holds.

    Args:
        source: The file, or None for the account that the environment names.
        environment: The environment's variables.
        show_progress: Shows how far the reading is.

    Returns:
        The entries, and what of the account they do not declare, and why.

    Raises:
        SetSmartError: The file or the account cannot be read.
    """
    if source is not None:
        return read_entries(source), []
    settings = load_settings(lambda _key: None, environment)
    with opened(settings) as account:
        inventory = take_inventory(account, settings, every_field, show_progress)
    return inventory.entries(), inventory.left_out
