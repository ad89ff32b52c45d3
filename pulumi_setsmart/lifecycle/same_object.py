"""Is an object that is found in the account, or is not, the one that the state knows?"""

from __future__ import annotations

from pulumi_setsmart.lifecycle.comparison import matches, project
from pulumi_setsmart.lifecycle.identity import is_same
from pulumi_setsmart.lifecycle.operation import Operation
from pulumi_setsmart.lifecycle.ordering import in_order_of
from pulumi_setsmart.lifecycle.stored_object import StoredObject
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.record import Record


def add_reference(operation: Operation, stored: StoredObject) -> None:
    """Let an object prove which account this is, for objects that cannot prove it."""
    title = operation.title
    if title is not None and not operation.account.is_the_same(stored.metadata):
        operation.account.add_reference(
            operation.collection,
            stored.identifier,
            stored.metadata,
            title,
            stored.fields.get(title),
        )


def confirm_deletion(operation: Operation, stored: StoredObject) -> None:
    """Make sure that an object that is not found was deleted, and not looked for elsewhere.

    Raises:
        WrongAccountError: It may be in another account.
    """
    operation.account.confirm_deletion(
        operation.collection, stored.identifier, stored.metadata, operation.title
    )


def confirm_same(operation: Operation, stored: StoredObject, record: Record) -> JsonObject:
    """Make sure that an object that is found in an account is the one that the state knows.

    Returns:
        What is known of its secrets, see `known_fields`.

    Raises:
        WrongAccountError: Another account may have another object with the same id.
    """
    if operation.account.is_the_same(stored.metadata):
        return stored.fields
    if not _is_recognised(operation, stored, record):
        operation.account.confirm_same(
            operation.collection, record.id, stored.metadata, operation.title
        )
    return known_fields(operation, stored, record)


def known_fields(operation: Operation, stored: StoredObject, record: Record) -> JsonObject:
    """Return what is known of the secrets of an object, nothing if it is another one now.

    Another account can have another object with the same id. Whether another key leads to another
    account shows in whether the object is still called the same.
    """
    account, mark = operation.account, stored.metadata.account
    if mark is None or account.is_the_same(stored.metadata):
        return stored.fields
    is_same_object = mark.base_url == account.client.base_url and is_same(
        _identity(operation, stored), record.fields
    )
    return stored.fields if is_same_object else {}


def _is_recognised(operation: Operation, stored: StoredObject, record: Record) -> bool:
    """Return whether an object is called as the state knows it.

    Where nothing tells what it is called, its declared values tell. One that is only read has none;
    then it is not recognised where anything stood beside it, which tells.
    """
    identity = _identity(operation, stored)
    if identity:
        return is_same(identity, record.fields)
    metadata, declaration = stored.metadata, operation.declaration
    if metadata.declared is None:
        return metadata.account is None or not metadata.account.siblings
    visible = declaration.visible(record.fields, stored.fields, metadata.hides_by_null)
    fields = in_order_of(stored.fields, visible, declaration.unordered)
    current, _ = metadata.reconcile(stored.fields, project(metadata.declared, fields))
    return matches(project(metadata.declared, stored.fields), current)


def _identity(operation: Operation, stored: StoredObject) -> dict[str, Json]:
    """Return the known fields by which an object is recognised."""
    return {
        name: stored.fields[name]
        for name in operation.natural_key
        if stored.fields.get(name) is not None
    }
