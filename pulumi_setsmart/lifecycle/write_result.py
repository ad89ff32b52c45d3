"""What the state holds after a write, and what it reports."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from pulumi_setsmart.lifecycle.comparison import Mismatch, mismatches, project, reconcile, shape_of
from pulumi_setsmart.lifecycle.declaration import Declaration, outputs_of
from pulumi_setsmart.lifecycle.identity import identity_of, is_same
from pulumi_setsmart.lifecycle.kind import UNORDERED
from pulumi_setsmart.lifecycle.normalisation import is_normalised
from pulumi_setsmart.lifecycle.operation import Operation, shown
from pulumi_setsmart.lifecycle.ordering import in_order_of, is_reordered, reordering_around
from pulumi_setsmart.lifecycle.resource_key import resource_key_in
from pulumi_setsmart.lifecycle.same_object import known_fields
from pulumi_setsmart.lifecycle.state_metadata import Imported, Since
from pulumi_setsmart.lifecycle.stored_object import StoredObject
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record


def outputs_after_write(
    operation: Operation, stored: StoredObject, response: Record, record: Record, since: Since
) -> dict[str, Json]:
    """Return the outputs after a write, which can no longer fail.

    Normalised forms of our values are accepted. Other values are shown as they are.

    Args:
        operation: The create or update.
        stored: The object as the state knew it.
        response: The object as the response to the write shows it, perhaps in part: it may be the
            only one to show a secret.
        record: The whole object.
        since: What kind of write it was.
    """
    declaration, before = operation.declaration, stored.metadata
    known = known_fields(operation, stored, record)
    known = declaration.visible(response.fields, {**known, **declaration.fields})
    nulls: list[str] = []

    def hides_by_null(path: str) -> bool:
        nulls.append(path)
        return True

    visible = declaration.visible(record.fields, known, hides_by_null)
    fields = in_order_of(declaration.fields, visible, declaration.unordered)
    shape = shape_of(declaration.fields)
    actual = project(shape, fields)
    differing = [*mismatches(declaration.fields, actual)]
    normalised = [
        difference
        for difference in differing
        if is_normalised(difference.declared, difference.actual)
    ]
    unapplied = [difference for difference in differing if difference not in normalised]
    lists = [reordering_around(difference, declaration.fields, actual) for difference in unapplied]
    for difference in {each.path: each for each in lists}.values():
        operation.report(
            _unapplied_warning(declaration, difference),
            record.id,
            code=MessageCode.VALUE_NOT_APPLIED,
        )
    for difference in normalised:
        if not before.accepts(difference.path, difference.actual):
            operation.report(
                _normalised_warning(declaration, difference),
                record.id,
                code=MessageCode.VALUE_NORMALISED,
            )
    after = attrs.evolve(
        before,
        account=operation.account_mark(record, before),
        declared=shape,
        accepted_values=before.accepted_values_of(_storable(declaration, normalised)),
        secret_paths=declaration.secret_paths,
        unapplied=before.unapplied_of(_storable(declaration, unapplied), since),
        inputs_ahead=bool(unapplied),
        null_secrets=sorted({*nulls, *(before.null_secrets or ())})
        if declaration.secrets
        else None,
        resource_key=resource_key_in(operation.properties) or before.resource_key,
        identity_since=_identity_since(operation, stored),
        imported=before.imported and Imported.DECLARED,
    )
    paths = {difference.path for difference in unapplied}
    current = reconcile(declaration.fields, actual, lambda path, _value: path not in paths)
    sent = {
        difference.path: difference.declared
        for difference in unapplied
        if not declaration.is_secret(difference.path)
    }
    return outputs_of(operation.kind, operation.properties, record.id, fields, current, after, sent)


def _identity_since(operation: Operation, stored: StoredObject) -> int | None:
    """Return since when the object has the identity with which it was written."""
    identity = identity_of(operation.natural_key, operation.declaration.fields)
    is_known = stored.owner is not None
    if identity is None or (is_known and is_same(identity, stored.fields)):
        return stored.metadata.identity_since
    return operation.account.run.started_at


def overwrite_warning(declaration: Declaration, reverted: Iterable[Mismatch]) -> str:
    """Return the warning about changes outside Pulumi that an update reverted."""
    changes = ", ".join(
        difference.name
        if declaration.is_secret(difference.path)
        else f"{difference.name} {shown(difference.actual)} → {shown(difference.declared)}"
        for difference in reverted
    )
    return (
        f"reverted what somebody changed in SetSmart since the last refresh ({changes}); "
        "`pulumi preview --refresh` shows such changes first"
    )


def _storable(declaration: Declaration, differences: list[Mismatch]) -> list[Mismatch]:
    """Return the differences whose digests the state may keep.

    The digest of a secret, next to its salt, lets the secret be guessed unless it is encrypted.
    """
    return [
        difference
        for difference in differences
        if declaration.sealed or not declaration.is_secret(difference.path)
    ]


def _normalised_warning(declaration: Declaration, difference: Mismatch) -> str:
    name = difference.name
    if declaration.is_secret(difference.path):
        return f"SetSmart keeps another {name} than the secret one declared; taken as the same"
    return (
        f"SetSmart keeps {name} as {shown(difference.actual)} where "
        f"{shown(difference.declared)} is declared; taken as the same from now on"
    )


def _unapplied_warning(declaration: Declaration, difference: Mismatch) -> str:
    name = difference.name
    if declaration.is_secret(difference.path):
        return (
            f"SetSmart reported success but did not apply the secret {name} that is declared; "
            "declare what it keeps, or leave it to SetSmart with ignore_changes"
        )
    kept = shown(difference.actual)
    ways_out = "take it out of the program" if difference.actual is None else f"declare {kept}"
    if is_reordered(difference.declared, difference.actual):
        ways_out += f", name it in {UNORDERED} if its order means nothing"
    return (
        f"SetSmart keeps {name} as {kept} where {shown(difference.declared)} is declared, which it "
        f"did not apply; {ways_out}, or leave it to SetSmart with ignore_changes"
    )
