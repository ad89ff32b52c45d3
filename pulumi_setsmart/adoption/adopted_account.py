"""Whether an account is the one from which objects were adopted before."""

from __future__ import annotations

from pathlib import Path

from pulumi_setsmart.adoption.inventory import Inventory
from pulumi_setsmart.adoption.matching import Known
from pulumi_setsmart.client.errors import WrongAccountError
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.sections import Entries


def refuse_other_account(
    entries: Entries, inventory: Inventory, known: Known, import_path: Path, file: str
) -> None:
    """Refuse to go on in an account that has nothing of what is known.

    Args:
        entries: What the file declares.
        inventory: The account.
        known: What is known of its objects.
        import_path: The import file of an earlier run.
        file: The name of the file.

    Raises:
        WrongAccountError: It has nothing of it.
    """
    present = {
        (found.kind, found.record.id)
        for objects in inventory.sections.values()
        for found in objects
    }
    adopted = {
        (kind, identifier)
        for (kind, key), identifier in known.ids.items()
        if key in entries[str(kind.section)] or (kind, identifier) not in known.managed
    }
    if adopted and adopted.isdisjoint(present):
        raise WrongAccountError(
            f"none of the {len(adopted)} objects adopted before is in this account "
            f"({inventory.base_url}). Set the base URL and the key of their account; if they are "
            f"all deleted, remove {import_path.name} and their entries in {file}",
            code=MessageCode.OTHER_ACCOUNT_ADOPTED,
        )
