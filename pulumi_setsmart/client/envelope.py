"""Objects and lists, taken out of whatever the API puts around them. Envelopes are assumed."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_setsmart.client.answer import Answer
from pulumi_setsmart.client.error_body import error_details
from pulumi_setsmart.client.errors import UnreadableAnswerError
from pulumi_setsmart.models.json import JsonObject
from pulumi_setsmart.models.record import Record

_LIST_ENVELOPES = ("data", "items", "results", "result")


def read_object(answer: Answer, envelopes: Sequence[str], id_field: str = "id") -> JsonObject:
    """Return the object in ``answer``, taken out of its envelope.

    Args:
        answer: A successful answer with a body.
        envelopes: The names under which the object may stand, beside ``data``.
        id_field: The field that an envelope lacks and an object has.

    Raises:
        UnreadableAnswerError: There is no object in it, or it carries an error in spite of its
            status.
    """
    value = answer.json()
    if not isinstance(value, dict):
        raise UnreadableAnswerError("the answer is not an object", answer.context())
    if id_field not in value:
        _refuse_error(value, answer)
    for name in ("data", *envelopes):
        inner = value.get(name)
        if isinstance(inner, dict) and id_field not in value:
            return inner
    return value


def _refuse_error(value: JsonObject, answer: Answer) -> None:
    if value.get("error") or value.get("errors"):
        message, code, field = error_details(answer)
        reason = "the answer has a successful status but carries an error"
        raise UnreadableAnswerError(
            f"{reason}: {message}" if message else reason, answer.context(code, field)
        )


def read_items(answer: Answer, envelopes: Sequence[str]) -> list[JsonObject]:
    """Return the objects of one page of a list.

    Args:
        answer: A successful answer.
        envelopes: The names under which the list may stand, beside the usual ones.

    Raises:
        UnreadableAnswerError: There is no list of objects in it.
    """
    value = answer.json()
    if isinstance(value, dict):
        _refuse_error(value, answer)
        value = next(
            (
                value[name]
                for name in (*_LIST_ENVELOPES, *envelopes)
                if isinstance(value.get(name), list)
            ),
            None,
        )
    if not isinstance(value, list):
        raise UnreadableAnswerError("the answer is not a list", answer.context())
    items: list[JsonObject] = [item for item in value if isinstance(item, dict)]
    if len(items) != len(value):
        raise UnreadableAnswerError(
            "the list holds something that is not an object", answer.context()
        )
    return items


def read_record(fields: JsonObject, id_field: str, answer: Answer) -> Record:
    """Return an object of the API as a record.

    Raises:
        UnreadableAnswerError: Its id is missing or not a text that can be shown.
    """
    identifier = fields.get(id_field)
    if not isinstance(identifier, str) or not identifier or not identifier.isprintable():
        raise UnreadableAnswerError(
            f"the object in the answer has no text as its {id_field}", answer.context()
        )
    return Record(identifier, fields)
