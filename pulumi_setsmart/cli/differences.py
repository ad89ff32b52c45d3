"""The differences between two portfolios, or accounts, for people."""

from typing import TYPE_CHECKING

from pulumi_setsmart.models.text import EMPTY, shown_json

if TYPE_CHECKING:
    from pulumi_setsmart.adoption.compare import ObjectDifference
    from pulumi_setsmart.models.json import Json

_STYLES = {"added": "green", "missing": "red", "changed": "yellow"}


def show_differences(found: "list[ObjectDifference]", heading: str) -> None:
    """Show the differences between two sides, object by object and field by field.

    Args:
        found: The differences.
        heading: What is compared with what.
    """
    from rich.padding import Padding  # noqa: PLC0415 - heavy
    from rich.text import Text  # noqa: PLC0415 - heavy

    from pulumi_setsmart.cli.display import (  # noqa: PLC0415 - heavy
        cell,
        fields_table,
        table_output,
    )

    console = table_output()
    if not found:
        console.print("no differences", style="green")
        return
    console.print(cell(heading))
    for difference in found:
        name = f"{difference.title} ({difference.left or difference.right})"
        change = cell(difference.change, _STYLES[difference.change])
        console.print(Text("  ").join([change, cell(name)]))
        rows = (
            (cell(field.name), cell(f"{_text(field.left)} → {_text(field.right)}"))
            for field in difference.fields
        )
        console.print(Padding(fields_table(rows), (0, 0, 0, 2)))
    counted = {
        change: sum(difference.change == change for difference in found) for change in _STYLES
    }
    console.print(", ".join(f"{number} {change}" for change, number in counted.items() if number))


def _text(value: "Json") -> str:
    return EMPTY if value is None else shown_json(value)
