"""Which resource of a program an input belongs to, which Pulumi does not tell a provider.

The program passes it with the inputs, and the metadata keeps it. So a resource that was renamed is
told from one that is replaced.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Self

from attrs import frozen

from pulumi_setsmart.lifecycle.kind import KINDS, Kind
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.portfolio_names import PORTFOLIO_TYPE, child_name, entry_key
from pulumi_setsmart.models.text import shown_json

RESOURCE = f"{KEY}_resource"
"""The input that holds it. Stored in users' states, as `KEY` is."""

_STACK_TYPE = "pulumi:pulumi:Stack"
_PLAIN = re.compile(r"[^\W\d](?:[ \w./$-]*[\w./$-])?")
"""What YAML takes for a string without quotes, unless it is one of the other values."""

_OTHER_VALUES = ("true", "false", "null")


@frozen
class ResourceKey:
    """What tells one resource of a program from all others.

    Attributes:
        kind: The name of its kind.
        name: Its name in the program.
        parent_type: The types of its parents, as in a URN; none where it has no parent.
        parent: The name of its parent.
    """

    kind: str
    name: str
    parent_type: str = ""
    parent: str = ""

    @classmethod
    def of_child(cls, kind: Kind, name: str, parent_urn: str) -> Self:
        """Return the key of a resource whose parent has a URN."""
        match parent_urn.split("::", 3):
            case _, _, parent_type, parent if parent_type != _STACK_TYPE:
                return cls(kind.name, name, parent_type, parent)
        return cls(kind.name, name)

    @classmethod
    def of_entry(cls, kind: Kind, portfolio: str, key: str) -> Self:
        """Return the key of the resource that a portfolio makes of an entry."""
        return cls(kind.name, child_name(portfolio, key), PORTFOLIO_TYPE, portfolio)

    @classmethod
    def of_urn(cls, urn: str) -> Self:
        """Return the key of a resource of the native plugin, of which only the URN is known.

        Its kind is the whole type. So it is never that of a dynamic resource of the same name,
        which another provider manages.
        """
        _, types, name = urn.split("::", 3)[1:]
        parent_type, _, token = types.rpartition("$")
        return cls(token, name, parent_type)

    @classmethod
    def of_resource(cls, kind: Kind, urn: str, parent_urn: str) -> Self:
        """Return the key of a resource in a state, of either interface."""
        key = cls.of_urn(urn)
        return key if key.kind == kind.token else cls.of_child(kind, key.name, parent_urn)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the key that a text holds, or None if it holds none."""
        try:
            members = json.loads(text)
        except (ValueError, RecursionError):
            return None
        match members:
            case [str(), str()] | [str(), str(), str(), str()]:
                return cls(*members)
        return None

    def __str__(self) -> str:
        """Return the text that inputs and metadata hold."""
        parent = [self.parent_type, self.parent] if self.parent_type else []
        return json.dumps([self.kind, self.name, *parent], separators=(",", ":"))

    @property
    def entry(self) -> str | None:
        """The key of the portfolio entry that it was made of, or None."""
        is_child = self.parent_type.rpartition("$")[2] == PORTFOLIO_TYPE
        return entry_key(self.parent, self.name) if is_child else None

    def former_key_for(self, successor: ResourceKey) -> str:
        """Return by what an entry's ``formerly`` names this resource, as YAML has it."""
        key = entry_key(successor.parent, self.name) or self.name
        is_plain = _PLAIN.fullmatch(key) and key.casefold() not in _OTHER_VALUES
        return key if is_plain else shown_json(key)

    def alias_for(self, successor: ResourceKey) -> str:
        """Return Pulumi's alias, as source code, that makes this resource another one's past."""
        parts = []
        if self.name != successor.name or self.kind == successor.kind:
            parts.append(f"name={shown_json(self.name)}")
        if self.kind != successor.kind:
            parts.append(f"type_={shown_json(self._type)}")
        if self.parent_type != successor.parent_type:
            parent = "…" if self.parent_type else "pulumi.ROOT_STACK_RESOURCE"
            parts.append(f"parent={parent}")
        return f"pulumi.Alias({', '.join(parts)})"

    @property
    def _type(self) -> str:
        """The type of the resource in a state; a key of the native plugin has it as its kind."""
        types = {kind.name: kind.dynamic_token for kind in KINDS}
        return types.get(self.kind, self.kind)


def resource_key_in(inputs: Mapping[str, Json]) -> str | None:
    """Return the text of the key in inputs, or None where a program did not pass one."""
    text = inputs.get(RESOURCE)
    return text if isinstance(text, str) and text is not UNKNOWN else None
