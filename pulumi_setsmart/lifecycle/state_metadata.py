"""What the state remembers of an object beside its fields.

It holds names, paths and salted digests, no values: so it cannot hold a secret.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from enum import StrEnum

from attrs import Factory, field, frozen

from pulumi_setsmart.lifecycle.comparison import Mismatch, Shape, mismatches, reconcile
from pulumi_setsmart.lifecycle.identity import recognisable
from pulumi_setsmart.lifecycle.normalisation import is_blank, is_normalised
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.web_address import ascii_host

KEY = "__setsmart"
"""The input and output that holds it. Stored in users' states: it stays as it is for ever."""

_SALT_BYTES = 8
_DIGEST_BYTES = 16
_NAME_DIGEST_DIGITS = 8
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def new_salt() -> str:
    """Return a salt for one object."""
    return secrets.token_hex(_SALT_BYTES)


def digest(salt: str, value: Json) -> str:
    """Return a digest of ``value`` that tells nothing without the salt."""
    return hashlib.blake2b(
        _canonical(value).encode(), key=salt.encode(), digest_size=_DIGEST_BYTES
    ).hexdigest()


def name_digest(salt: str, name: Json) -> str | None:
    """Return a short digest of what an object is called, or None if that is no text or number.

    Case, spacing and Unicode form do not matter. It tells one object from another, and no more.
    """
    if isinstance(name, bool) or not isinstance(name, str | int | float) or is_blank(name):
        return None
    return digest(salt, recognisable(name))[:_NAME_DIGEST_DIGITS]


def _in_ascii(base_url: str) -> str:
    """Return a base URL as clients have it; states from before have international hosts as is."""
    try:
        return ascii_host(base_url)
    except ValueError:
        return base_url


@frozen
class AccountMark:
    """In which account an object was last seen.

    Attributes:
        base_url: The base URL of the API.
        key_digest: A salted digest of the API key.
        siblings: The ids of a few objects that stood beside it in its collection.
        names: By these ids, digests of what the objects were called, as far as that was seen.
        newer: What a newer release keeps here; it is kept as it is.
    """

    base_url: str = field(converter=_in_ascii)
    key_digest: str
    siblings: list[str] = Factory(list)
    names: dict[str, str] = Factory(dict)
    newer: dict[str, Json] = Factory(dict)


class Since(StrEnum):
    """What an object went through when a declared value was found not to be there."""

    CREATE = "create"
    UPDATE = "update"
    IMPORT = "import"


@frozen
class Unapplied:
    """A declared value that the object does not have.

    Attributes:
        declared: The digest of the value.
        since: When that was found. What a create did not bring, a replacement would not either.
        newer: What a newer release keeps here; it is kept as it is.
    """

    declared: str
    since: Since
    newer: dict[str, Json] = Factory(dict)


class Imported(StrEnum):
    """Whether a program has declared an object since Pulumi imported it by its id, or read it."""

    UNDECLARED = "undeclared"
    DECLARED = "declared"


@frozen(kw_only=True)
class StateMetadata:
    """What the state remembers of one object.

    Attributes:
        salt: The salt of all digests here.
        account: In which account the object was last seen, or None where that was never noted.
        declared: Which fields the program declares, or None where we do not know: the object is
            only read, or was imported.
        accepted_values: Digests, by JSON pointer, of the normalised forms that the server made of
            our values when we wrote them.
        unapplied: The declared values, by JSON pointer, that the object does not have although they
            were declared when it was last written or imported. The outputs show what it has.
        inputs_ahead: Whether the inputs in the state still declare the unapplied values; a read
            returns the actual ones, which Pulumi then compares with the program.
        null_secrets: The JSON pointers of the secrets that the server shows as null although they
            are set, or None where that was never looked at: then each null is taken for one.
        secret_paths: The JSON pointers of the declared values that are secret.
        resource_key: The text of the key of the resource, or None where that was never noted.
        identity_since: When the run began in which the object got its identity in this state, in
            whole seconds since 1970, or None where that was never noted. A run creates, adopts or
            imports the object, or changes a field by which it is recognised.
        imported: Whether a program has declared the object since it was imported by its id; None
            where it was created or adopted.
        newer: What a newer release keeps here; it is kept as it is.
    """

    salt: str = field(factory=new_salt)
    account: AccountMark | None = None
    declared: dict[str, Shape] | None = None
    accepted_values: dict[str, str] = Factory(dict)
    secret_paths: list[str] = Factory(list)
    unapplied: dict[str, Unapplied] = Factory(dict)
    inputs_ahead: bool = False
    null_secrets: list[str] | None = None
    resource_key: str | None = None
    identity_since: int | None = None
    imported: Imported | None = None
    newer: dict[str, Json] = Factory(dict)

    def hides_by_null(self, path: str) -> bool:
        """Return whether a null at ``path`` stands for a secret that the server does not show."""
        return self.null_secrets is None or path in self.null_secrets

    def knows_unapplied(self, difference: Mismatch) -> bool:
        """Return whether a declared value is one that the object is known not to have."""
        known = self.unapplied.get(difference.path)
        return known is not None and known.declared == digest(self.salt, difference.declared)

    def accepts(self, path: str, actual: Json) -> bool:
        """Return whether ``actual`` is what the server made of our value at ``path``."""
        return self.accepted_values.get(path) == digest(self.salt, actual)

    def reconcile(
        self, known: JsonObject, actual: JsonObject
    ) -> tuple[dict[str, Json], dict[str, str]]:
        """Return ``actual``, with our value wherever the server made of it what is there now.

        Returns:
            The fields, and the accepted values that were met; one that was not met is out of date.
        """
        normalised = {
            difference.path
            for difference in mismatches(dict(known), dict(actual))
            if self.accepts(difference.path, difference.actual)
            and is_normalised(difference.declared, difference.actual)
        }
        met = {path: value for path, value in self.accepted_values.items() if path in normalised}
        return reconcile(known, actual, lambda path, _: path in normalised), met

    def accepted_values_of(self, normalised: Iterable[Mismatch]) -> dict[str, str]:
        """Return the digests to remember after a write that left these normalised forms."""
        return {each.path: digest(self.salt, each.actual) for each in normalised}

    def unapplied_of(self, differing: Iterable[Mismatch], since: Since) -> dict[str, Unapplied]:
        """Return what to remember of declared values that the object does not have."""
        return {
            each.path: self.unapplied[each.path]
            if self.knows_unapplied(each)
            else Unapplied(digest(self.salt, each.declared), since)
            for each in differing
        }
