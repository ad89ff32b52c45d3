"""A deletion and a creation that are one listing: its key changed, and nothing says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from attrs import evolve, frozen
from pulumi.runtime.rpc import UNKNOWN as UNKNOWN_TEXT

from pulumi_setsmart.automation.resource_type import SECRET, holds_secret
from pulumi_setsmart.lifecycle.identity import is_same, may_stand_for, recognisable
from pulumi_setsmart.lifecycle.kind import ACCOUNT, PATH, Kind
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.reporting.report import Action, Entry

_Sign: TypeAlias = tuple[str, tuple[str, ...], str, object]
_Namesakes: TypeAlias = dict[str, dict[str | None, list[int]]]
_BySign: TypeAlias = dict[_Sign, _Namesakes]

_ENDS = frozenset({Action.DELETE, Action.DEACTIVATE})


@frozen
class Resource:
    """A resource of the stack, or one that is new.

    Attributes:
        name: Its name in the program.
        kind: Its kind.
        inputs: The inputs that the program declares, or declared last.
        fields: Its fields: as they will be, as they are, as they were declared; as far as there
            are any.
        identity_since: When the run began in which its object got its identity, in seconds, or
            None where that is not known, or only now happens.
    """

    name: str
    kind: Kind
    inputs: JsonObject
    fields: Sequence[JsonObject]
    identity_since: int | None


@frozen
class Step(Resource):
    """What happens to one resource.

    Attributes:
        entry: What the report says of it.
    """

    entry: Entry


def with_renames(steps: Sequence[Step], staying: Sequence[Resource] = ()) -> list[Entry]:
    """Return what happens, with each pair of a deletion and a creation as one renamed key.

    Args:
        steps: What happens to the resources that do not stay as they are.
        staying: The resources that the stack has now and will have.
    """
    ends = [step for step in steps if step.entry.action in _ENDS]
    begins = [step for step in steps if step.entry.action is Action.CREATE]
    creations = _by_sign(begins)
    likenesses = sorted(
        (-likeness, number, other)
        for other, end in enumerate(ends)
        for number in _candidates(creations, end)
        if (likeness := _likeness(begins[number], end))
    )
    former: dict[int, int] = {}
    taken: set[int] = set()
    for _, number, other in likenesses:
        if number not in former and other not in taken:
            former[number] = other
            taken.add(other)
    renamed = [
        evolve(
            begins[number].entry,
            action=Action.RENAME,
            identifier=ends[other].entry.identifier,
            former=ends[other].entry,
            is_change=ends[other].entry.is_change,
        )
        for number, other in sorted(former.items())
    ]
    paired = {id(begins[number]) for number in former} | {id(ends[other]) for other in taken}
    twins = _by_sign(staying)
    return [
        *renamed,
        *(_with_twin(step, staying, twins) for step in steps if id(step) not in paired),
    ]


def _with_twin(step: Step, staying: Sequence[Resource], by_sign: _BySign) -> Entry:
    if step.entry.action not in _ENDS:
        return step.entry
    candidates = (staying[number] for number in _candidates(by_sign, step))
    twins = (
        resource.name
        for resource in candidates
        if _likeness(resource, step) and may_stand_for(resource.identity_since, step.identity_since)
    )
    return evolve(step.entry, twin=next(twins, None))


def _by_sign(resources: Sequence[Resource]) -> _BySign:
    """Return the positions of resources by the first field of their identity, then by the second.

    So each is compared with a few others, not with all of a plan of thousands, even if all of them
    have one name and are told apart by their address.
    """
    by_sign: _BySign = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for number, resource in enumerate(resources):
        first, second, *_ = (*resource.kind.identity_names(resource.inputs), "", "")
        planned = resource.fields[0]
        namesakes = by_sign[_sign(resource, first, planned.get(first))]
        namesakes[second][_text(planned.get(second))].append(number)
    return by_sign


def _candidates(by_sign: _BySign, end: Resource) -> list[int]:
    """Return the positions of the resources that may stand for the object of an old one."""
    found: set[int] = set()
    for fields in end.fields:
        for name, value in fields.items():
            for second, by_text in by_sign.get(_sign(end, name, value), {}).items():
                text = _text(fields.get(second))
                # Where one of the two says nothing, the first field tells.
                texts = [*by_text] if text is None else [text, None]
                found.update(number for each in texts for number in by_text.get(each, ()))
    return sorted(found)


def _text(value: Json) -> str | None:
    """Return what a value that is shown is known by, if that is a string."""
    known = recognisable(value)
    return known if isinstance(known, str) and _is_shown(value) else None


def _sign(resource: Resource, name: str, value: Json) -> _Sign:
    known = recognisable(value)
    scalar = known if isinstance(known, str | int | float) else None
    return resource.kind.name, _place(resource), name, scalar


def _likeness(begin: Resource, end: Resource) -> int:
    """Return how many fields say that a resource stands for the object of an old one."""
    if begin.kind is not end.kind or _place(begin) != _place(end):
        return 0
    return max((_common(begin, fields) for fields in end.fields), default=0)


def _common(begin: Resource, fields: JsonObject) -> int:
    """Return how many fields of the identity both have; 0 if one of them differs."""
    planned = begin.fields[0]
    names = begin.kind.identity_names(begin.inputs)
    identity = {
        name: planned[name]
        for name in names
        if _is_shown(planned.get(name)) and _is_shown(fields.get(name))
    }
    if not identity or names[0] not in identity or not is_same(identity, fields):
        return 0
    return len(identity)


def _is_shown(value: Json) -> bool:
    return value not in (None, "", UNKNOWN_TEXT) and not holds_secret(value, SECRET)


def _place(resource: Resource) -> tuple[str, ...]:
    return tuple(str(resource.inputs.get(name, "")).rstrip("/") for name in (ACCOUNT, PATH))
