"""Ids of a recorded form, for the numbers of objects."""

import re
from collections.abc import Sequence
from typing import Self
from uuid import UUID

from attrs import frozen

from pulumi_setsmart.sandbox.json import Json, JsonObject

_CHARACTERS = {"lower": "a", "upper": "A", "digits": "1", "underscore": "_", "hyphen": "-"}
_MIXED = "aA0aA0"


@frozen
class RecordedIds:
    """What ids look like.

    Attributes:
        field: The member that holds them.
        whole_numbers: Whether they are integers.
        before: What every id begins with.
        after: What every id ends with.
        least: How many digits the first number has.
        most: How many digits the others have.
        uuids: Whether they are UUIDs.
    """

    field: str
    whole_numbers: bool = False
    before: str = ""
    after: str = ""
    least: int = 1
    most: int = 1
    uuids: bool = False

    @classmethod
    def of(cls, recording: JsonObject) -> Self:
        """Read how a recording describes ids."""
        runs = recording.get("form", [])
        assert isinstance(runs, list)  # noqa: S101 -- for the type checker
        found = [run for run in runs if isinstance(run, dict)]
        digits = [at for at, run in enumerate(found) if run["of"] == "digits"]
        at = digits[-1] if digits else len(found)
        carrier = found[at] if digits else {"least": 1, "most": 1}
        is_mixed = any(run["of"] == "mixed" for run in found)
        return cls(
            field=str(recording["field"]),
            whole_numbers=recording["type"] == "integer",
            before=_MIXED if is_mixed else _constant(found[:at]),
            after=_constant(found[at + 1 :]),
            least=_count(carrier["least"]),
            most=_count(carrier["most"]),
            uuids=any(run["of"] == "uuid" for run in found),
        )

    def shown(self, number: int) -> str | int:
        """Return the id of the object with a number, from 1."""
        if self.uuids:
            return str(UUID(int=number))
        shortest, longest = 10 ** (self.least - 1), 10 ** (self.most - 1)
        digits = shortest if number == 1 else longest + number - 1
        return digits if self.whole_numbers else f"{self.before}{digits}{self.after}"

    def number(self, text: str) -> int | None:
        """Return the number of the object with an id, or None if it cannot be one."""
        if self.uuids:
            try:
                return UUID(text).int
            except ValueError:
                return None
        found = re.fullmatch(rf"{re.escape(self.before)}([0-9]+){re.escape(self.after)}", text)
        if found is None:
            return None
        digits = int(found[1])
        return 1 if digits == 10 ** (self.least - 1) else digits - 10 ** (self.most - 1) + 1


def _constant(runs: Sequence[JsonObject]) -> str:
    return "".join(_CHARACTERS.get(str(run["of"]), ".") * _count(run["least"]) for run in runs)


def _count(value: Json) -> int:
    return value if isinstance(value, int) else 1
