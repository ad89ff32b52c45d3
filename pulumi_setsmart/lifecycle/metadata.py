"""The metadata of a resource, under keys that Pulumi never shows: how the state holds it.

Outputs hold the metadata as one text, since every value of a state passes through the engine
several times. Inputs hold an object, which a program writes and which can be secret or not known
yet. The two have nothing in common but the key.

The text is read strictly. It is what tells one account from another, so a text that cannot be
understood as a whole is an error, and never taken for none.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from pulumi_setsmart.client.errors import MetadataError
from pulumi_setsmart.lifecycle.comparison import Shape, read_shape
from pulumi_setsmart.lifecycle.state_metadata import (
    KEY,
    AccountMark,
    Imported,
    Since,
    StateMetadata,
    Unapplied,
)
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode

UNAPPLIED_KEY = f"{KEY}_unapplied"
"""The output that tells reports which values were sent and not applied. It is not encrypted, so it
holds none that may be secret."""

SECRET_PATHS = "secret_paths"  # noqa: S105 -- the name of a key, not a secret
SEALED = "sealed"

VERSION = 1
"""The newest version of the text that this release reads, and the one that it writes.

It is raised only where an older release would misunderstand a text. Who raises it also writes the
first release that reads it, under `_RELEASE`.
"""

_VERSION = "version"
_RELEASE = "release"
_RELEASE_NUMBER = re.compile(r"[0-9][0-9A-Za-z.+-]{0,31}", re.ASCII)
_LARGEST_VERSION = 9999
_DEEPEST = 100
"""How deep a text may be nested. Pulumi's protocol carries no values that are nested deeper."""

_LARGEST_SALT = 64
_TEXTS_AT_ONCE = 64

_MEMBERS = frozenset(
    {
        _VERSION,
        "salt",
        "account",
        "declared",
        "echoes",
        SECRET_PATHS,
        "unapplied",
        "inputs_ahead",
        "null_secrets",
        "resource",
        "identity_since",
        "imported",
    }
)
_ACCOUNT_MEMBERS = frozenset({"base_url", "key_digest", "neighbours", "names"})
_UNAPPLIED_MEMBERS = frozenset({"declared", "since"})

_Read = TypeVar("_Read")
_Choice = TypeVar("_Choice", bound=StrEnum)
_Reader = Callable[[Any], _Read]


class _DamageError(ValueError):
    """A text is not what any release has written. It names the place or the fault in a word."""


def load_metadata(outputs: Mapping[str, object], identifier: object = None) -> StateMetadata | None:
    """Return the metadata in the outputs of an object.

    It is a text. The first releases wrote the object itself, which stays readable.

    Args:
        outputs: The outputs.
        identifier: The id of the object, for the error.

    Returns:
        The metadata, or None where there is none.

    Raises:
        MetadataError: What is there cannot be understood.
    """
    if KEY not in outputs:
        return None
    found = outputs[KEY]
    try:
        return _metadata_in(found) if isinstance(found, str) else _state_metadata(_sound(found))
    except (ValueError, RecursionError) as damage:
        raise _unreadable(KEY, damage, identifier) from None


def dump_metadata(metadata: StateMetadata) -> str:
    """Return the text for an object's outputs."""
    mark = metadata.account
    account = mark and {
        "base_url": mark.base_url,
        "key_digest": mark.key_digest,
        **_filled("neighbours", mark.siblings),
        **_filled("names", mark.names),
        **mark.newer,
    }
    unapplied = {
        path: {"declared": value.declared, "since": value.since, **value.newer}
        for path, value in metadata.unapplied.items()
    }
    null_secrets = metadata.null_secrets
    return json.dumps(
        {
            _VERSION: VERSION,
            "salt": metadata.salt,
            **_filled("account", account),
            **({} if metadata.declared is None else {"declared": metadata.declared}),
            **_filled("echoes", metadata.accepted_values),
            **_filled(SECRET_PATHS, metadata.secret_paths),
            **_filled("unapplied", unapplied),
            **_filled("inputs_ahead", metadata.inputs_ahead),
            **({} if null_secrets is None else {"null_secrets": null_secrets}),
            **_filled("resource", metadata.resource_key),
            **_filled("identity_since", metadata.identity_since),
            **_filled("imported", metadata.imported),
            **metadata.newer,
        },
        separators=(",", ":"),
    )


def unapplied_in(outputs: Mapping[str, object], identifier: object = None) -> dict[str, Json]:
    """Return the values that outputs say were sent and not applied, by JSON pointer.

    Args:
        outputs: The outputs.
        identifier: The id of the object, for the error.

    Raises:
        MetadataError: What is there cannot be understood.
    """
    if UNAPPLIED_KEY not in outputs:
        return {}
    try:
        found = _object_in(outputs[UNAPPLIED_KEY])
        return _within("paths", _by_pointer(_anything), found)
    except (ValueError, RecursionError) as damage:
        raise _unreadable(UNAPPLIED_KEY, damage, identifier) from None


def input_metadata(inputs: Mapping[str, object]) -> dict[str, Any]:
    """Return what a program or a check passes under the key in inputs; nothing if it is no object.

    Whatever it does not name is taken for secret, so it need not be understood.
    """
    found = inputs.get(KEY)
    return found if isinstance(found, dict) else {}


def require_input_metadata(inputs: Mapping[str, object]) -> None:
    """Make sure that what the state keeps under the key of inputs is as a check has left it.

    Raises:
        MetadataError: It is not.
    """
    found = inputs.get(KEY, UNKNOWN)
    if found is UNKNOWN:
        return
    try:
        metadata = _within("type", _an_object, found)
        _optional(metadata, SECRET_PATHS, _list_of(_pointer))
        _optional(metadata, SEALED, _true_or_false)
    except _DamageError as damage:
        raise _unreadable(KEY, damage, None) from None


def _unreadable(key: str, damage: Exception, identifier: object) -> MetadataError:
    place = str(damage) if isinstance(damage, _DamageError) else "syntax"
    existing = f'"{identifier}"' if isinstance(identifier, str) else "…"
    return MetadataError(
        f"its metadata in the state ({key}) is damaged: {place}. Nothing was changed. Import a "
        "backup of the state, or run `pulumi state delete URN` and then `pulumi-setsmart adopt`, "
        f"or declare it with existing_id={existing}"
    )


def _state_metadata(plain: dict[str, Any]) -> StateMetadata:
    version = plain.get(_VERSION, 1)
    if type(version) is not int or not 1 <= version <= _LARGEST_VERSION:
        raise _DamageError(_VERSION)
    if version > VERSION:
        raise _newer(version, plain.get(_RELEASE))
    return StateMetadata(
        salt=_required(plain, "salt", _salt),
        account=_optional(plain, "account", _account_mark),
        declared=_optional(plain, "declared", _declared),
        accepted_values=_optional(plain, "echoes", _by_pointer(_string)) or {},
        secret_paths=_optional(plain, SECRET_PATHS, _list_of(_pointer)) or [],
        unapplied=_optional(plain, "unapplied", _by_pointer(_unapplied)) or {},
        inputs_ahead=_optional(plain, "inputs_ahead", _true_or_false) or False,
        null_secrets=_optional(plain, "null_secrets", _list_of(_pointer)),
        resource_key=_optional(plain, "resource", _string),
        identity_since=_optional(plain, "identity_since", _seconds),
        imported=_optional(plain, "imported", _imported),
        newer=_newer_members(plain, _MEMBERS),
    )


def _newer(version: int, release: object) -> MetadataError:
    names_release = isinstance(release, str) and _RELEASE_NUMBER.fullmatch(release) is not None
    needed = f"release {release}" if names_release else "the release that wrote it"
    return MetadataError(
        f"its metadata in the state ({KEY}) has version {version}, and this release of "
        f"pulumi-setsmart reads version {VERSION}. Nothing was changed. Update pulumi-setsmart to "
        f"{needed} or a later one",
        code=MessageCode.NEWER_METADATA,
    )


def _account_mark(value: Any) -> AccountMark:
    plain = _an_object(value)
    return AccountMark(
        base_url=_required(plain, "base_url", _string),
        key_digest=_required(plain, "key_digest", _string),
        siblings=_optional(plain, "neighbours", _list_of(_string)) or [],
        names=_optional(plain, "names", _object_of(_string)) or {},
        newer=_newer_members(plain, _ACCOUNT_MEMBERS),
    )


def _unapplied(value: Any) -> Unapplied:
    plain = _an_object(value)
    return Unapplied(
        declared=_required(plain, "declared", _string),
        since=_required(plain, "since", _since),
        newer=_newer_members(plain, _UNAPPLIED_MEMBERS),
    )


@functools.lru_cache(maxsize=_TEXTS_AT_ONCE)
def _metadata_in(text: str) -> StateMetadata:
    """Return the metadata in a text; each operation looks at the same one several times."""
    return _state_metadata(_object_in(text))


def _object_in(text: object) -> dict[str, Any]:
    if not isinstance(text, str):
        raise _DamageError("type")
    plain = json.loads(
        text, object_pairs_hook=_unique, parse_constant=_no_number, parse_float=_number
    )
    # Whatever could be wrong inside shows in the text, and most texts have none of it.
    is_shallow = text.count("{") + text.count("[") < _DEEPEST
    if is_shallow and text.isascii() and "\\u" not in text:
        return _within("type", _an_object, plain)
    return _sound(plain)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _DamageError("duplicate")
    return members


def _no_number(_name: str) -> None:
    raise _DamageError("number")


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _DamageError("number")
    return number


def _sound(whole: object) -> dict[str, Any]:
    """Return an object as it is, unless it could not be worked with, or not be written again."""
    plain = _within("type", _an_object, whole)
    level: list[Json] = [plain]
    for _ in range(_DEEPEST):
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return plain
    raise _DamageError("nesting")


def _inside(value: Json) -> Iterator[Json]:
    match value:
        case dict():
            yield from value
            yield from value.values()
        case list():
            yield from value
        case float() if not math.isfinite(value):
            raise _DamageError("number")
        case str() if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
            raise _DamageError("character")


def _newer_members(plain: dict[str, Any], known: frozenset[str]) -> dict[str, Json]:
    return {name: value for name, value in plain.items() if name not in known}


def _filled(name: str, value: Any) -> dict[str, Any]:
    """Return a member, unless its value says no more than that it is not there."""
    return {name: value} if value else {}


def _within(name: str, read: _Reader[_Read], value: Any) -> _Read:
    try:
        return read(value)
    except _DamageError as damage:
        raise _DamageError(".".join(filter(None, (name, str(damage))))) from None


def _optional(plain: dict[str, Any], name: str, read: _Reader[_Read]) -> _Read | None:
    return _within(name, read, plain[name]) if name in plain else None


def _required(plain: dict[str, Any], name: str, read: _Reader[_Read]) -> _Read:
    if name not in plain:
        raise _DamageError(name)
    return _within(name, read, plain[name])


def _an_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _DamageError
    return value


def _anything(value: Any) -> Any:
    return value


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise _DamageError
    return value


def _pointer(value: Any) -> str:
    path = _string(value)
    if path and not path.startswith("/"):
        raise _DamageError
    return path


def _salt(value: Any) -> str:
    salt = _string(value)
    if not 0 < len(salt.encode()) <= _LARGEST_SALT:
        raise _DamageError
    return salt


def _since(value: Any) -> Since:
    return _choice(Since, value)


def _imported(value: Any) -> Imported:
    return _choice(Imported, value)


def _choice(choices: type[_Choice], value: Any) -> _Choice:
    for choice in choices:
        if value == choice:
            return choice
    raise _DamageError


def _true_or_false(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _DamageError
    return value


def _seconds(value: Any) -> int:
    if type(value) is not int or value <= 0:
        raise _DamageError
    return value


def _list_of(read: _Reader[_Read]) -> _Reader[list[_Read]]:
    def read_list(value: Any) -> list[_Read]:
        if not isinstance(value, list):
            raise _DamageError
        return [read(element) for element in value]

    return read_list


def _object_of(read: _Reader[_Read]) -> _Reader[dict[str, _Read]]:
    def read_object(value: Any) -> dict[str, _Read]:
        return {name: read(member) for name, member in _an_object(value).items()}

    return read_object


def _by_pointer(read: _Reader[_Read]) -> _Reader[dict[str, _Read]]:
    def read_members(value: Any) -> dict[str, _Read]:
        return {_pointer(path): read(member) for path, member in _an_object(value).items()}

    return read_members


def _declared(value: Any) -> dict[str, Shape]:
    try:
        return read_shape(value)
    except ValueError:
        raise _DamageError from None
