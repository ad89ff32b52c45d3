"""What the state remembers of an object beside its fields, under a key that Pulumi never shows.

It holds names, paths and salted digests, no values: so it cannot hold a secret.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

import cattrs
from attrs import Factory, field, frozen
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from pulumi_setsmart.lifecycle.comparison import Mismatch, Shape, reconcile
from pulumi_setsmart.models.json import Json, JsonObject

KEY = "__setsmart"
"""The input and output that holds it. Stored in users' states: it stays as it is for ever."""

_SALT_BYTES = 8
_DIGEST_BYTES = 16


def new_salt() -> str:
    """Return a salt for one object."""
    return secrets.token_hex(_SALT_BYTES)


def digest(salt: str, value: Json) -> str:
    """Return a digest of ``value`` that tells nothing without the salt."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), key=salt.encode(), digest_size=_DIGEST_BYTES).hexdigest()


@frozen
class AccountMark:
    """In which account an object was last seen.

    Attributes:
        base_url: The base URL of the API.
        key_digest: A salted digest of the API key.
        neighbours: The ids of a few objects that stood beside it in its collection.
    """

    base_url: str
    key_digest: str
    neighbours: list[str] = Factory(list)


@frozen(kw_only=True)
class Bookkeeping:
    """What the state remembers of one object.

    Attributes:
        salt: The salt of all digests here.
        account: In which account the object was last seen, or None where that was never noted.
        declared: Which fields the program declares, or None where we do not know: the object is
            only read, or was imported.
        echoes: Digests, by JSON pointer, of the values that the server made of ours when we wrote
            them.
        secret_paths: The JSON pointers of the declared values that are secret.
    """

    salt: str = field(factory=new_salt)
    account: AccountMark | None = None
    declared: dict[str, Shape] | None = None
    echoes: dict[str, str] = Factory(dict)
    secret_paths: list[str] = Factory(list)

    def accepts(self, path: str, actual: Json) -> bool:
        """Return whether ``actual`` is what the server made of our value at ``path``."""
        return self.echoes.get(path) == digest(self.salt, actual)

    def settle(
        self, known: JsonObject, actual: JsonObject
    ) -> tuple[dict[str, Json], dict[str, str]]:
        """Return ``actual``, with our value wherever the server made of it what is there now.

        Returns:
            The fields, and the echoes that were met; one that was not met is out of date.
        """
        met: dict[str, str] = {}

        def accepts(path: str, value: Json) -> bool:
            accepted = self.accepts(path, value)
            if accepted:
                met[path] = self.echoes[path]
            return accepted

        return reconcile(known, actual, accepts), met

    def echoes_of(self, differences: list[Mismatch]) -> dict[str, str]:
        """Return the digests to remember after a write that left these differences."""
        return {one.path: digest(self.salt, one.actual) for one in differences}


def remembered(values: Mapping[str, object]) -> dict[str, Any]:
    """Return what stands beside the inputs or outputs of an object; nothing if it is not ours.

    A program writes an object, which can be secret or not known yet. A provider writes a text:
    every value of a state passes through the engine several times, and a text is one of them.
    """
    found = values.get(KEY)
    if isinstance(found, str):
        with contextlib.suppress(ValueError, RecursionError):
            found = json.loads(found)
    return found if isinstance(found, dict) else {}


def load_bookkeeping(values: Mapping[str, object]) -> Bookkeeping | None:
    """Return the bookkeeping in an object's outputs, or None if there is none we understand."""
    plain = remembered(values)
    if not plain:
        return None
    try:
        return _converter.structure(plain, Bookkeeping)
    except cattrs.ClassValidationError:
        return None


def dump_bookkeeping(bookkeeping: Bookkeeping) -> str:
    """Return the bookkeeping as it is kept in an object's outputs."""
    plain: dict[str, Json] = _converter.unstructure(bookkeeping)
    return json.dumps({name: value for name, value in plain.items() if value is not None})


def _as_it_is(value: Any, _annotation: Any = None) -> Any:
    return value


# A shape is plain already, and cattrs has no use for its recursive type.
_converter = cattrs.Converter()
_converter.register_structure_hook(
    Bookkeeping,
    make_dict_structure_fn(Bookkeeping, _converter, declared=override(struct_hook=_as_it_is)),
)
_converter.register_unstructure_hook(
    Bookkeeping,
    make_dict_unstructure_fn(Bookkeeping, _converter, declared=override(unstruct_hook=_as_it_is)),
)
