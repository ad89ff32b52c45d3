"""What a program sees of a resource: its outputs, with None wherever the API has null."""

import functools
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.output import Unknown

from pulumi_setsmart.models.marker import stands_for_null


def seen_outputs(
    outputs: Mapping[str, pulumi.Output[Any]], metadata: pulumi.Output[Any]
) -> dict[str, pulumi.Output[Any]]:
    """Return the outputs of a resource as a program is to see them.

    Pulumi carries no null: a field that is declared has a string in its place, any other one is
    missing. Pulumi takes a missing output for unknown in a preview, although the resource exists.
    But outputs that hold what the provider remembers were written by the provider, so they are
    complete: what is missing there is null.

    Args:
        outputs: The outputs as Pulumi resolves them.
        metadata: The output that holds what the provider remembers. It is a string where the
            provider wrote it; inputs, which a preview shows of a resource that is going to
            change, have none or an object.
    """

    async def nothing() -> None:
        return None

    async def is_complete() -> bool:
        return isinstance(await metadata.future(), str)

    @functools.cache
    def missing() -> pulumi.Output[None]:
        return pulumi.Output(set(), nothing(), is_complete())

    def seen(value: Any) -> Any:
        return missing() if isinstance(value, Unknown) else _with_nulls(value)

    return {name: output.apply(seen, run_with_unknowns=True) for name, output in outputs.items()}


def _with_nulls(value: Any) -> Any:
    match value:
        case dict():
            return {name: _with_nulls(member) for name, member in value.items()}
        case list():
            return [_with_nulls(element) for element in value]
    return None if stands_for_null(value) else value
