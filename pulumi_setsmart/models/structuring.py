"""From a record of the API to a typed one."""

from __future__ import annotations

import functools
from typing import TypeVar

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, override

from pulumi_setsmart.models.field import known_fields
from pulumi_setsmart.models.property import PropertyRecord
from pulumi_setsmart.models.record import Record
from pulumi_setsmart.models.webhook_subscription import WebhookSubscriptionRecord

_Typed = TypeVar("_Typed", PropertyRecord, WebhookSubscriptionRecord)


def structure(record: Record, record_class: type[_Typed]) -> _Typed:
    """Return ``record`` as ``record_class``, with the fields that it does not know as attributes.

    Numbers may come as ``2`` or ``2.0`` and absent fields as null: both are accepted.

    Raises:
        ValueError: A field holds what its type cannot; the message names object and field.
    """
    try:
        typed = _converter().structure({**record.fields, "id": record.id}, record_class)
    except cattrs.BaseValidationError as error:
        reason = cattrs.transform_error(error)[0]
        raise ValueError(f"{record.id} cannot be read: {reason}") from None
    named = {field.name for field in known_fields(record_class)} | {"id"}
    extra = {name: value for name, value in record.fields.items() if name not in named}
    return attrs.evolve(typed, attributes=extra)


@functools.cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter()
    converter.register_structure_hook(int, _whole_number)
    for record_class in (PropertyRecord, WebhookSubscriptionRecord):
        converter.register_structure_hook(
            record_class,
            make_dict_structure_fn(record_class, converter, attributes=override(omit=True)),
        )
    return converter


def _whole_number(value: float, _annotation: object) -> int:
    number = int(value)
    if isinstance(value, bool) or number != float(value):
        raise ValueError("not a whole number")
    return number
