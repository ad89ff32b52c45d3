"""From what `pulumi preview --json` prints to a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen
from pulumi.runtime.rpc import UNKNOWN as UNKNOWN_TEXT

from pulumi_setsmart.automation.failure import causes
from pulumi_setsmart.automation.resource_type import (
    NO_RESOURCES,
    SECRET,
    ResourceAddress,
    addresses,
    holds_secret,
)
from pulumi_setsmart.client.errors import MetadataError
from pulumi_setsmart.lifecycle.adoption import adoption_in
from pulumi_setsmart.lifecycle.comparison import is_equal
from pulumi_setsmart.lifecycle.declaration import (
    ID,
    Declaration,
    known_fields_of,
    read_declaration,
)
from pulumi_setsmart.lifecycle.identity import identity_of, is_same
from pulumi_setsmart.lifecycle.kind import ACCOUNT, DELETION_POLICY, PATH, PROPERTY, Kind
from pulumi_setsmart.lifecycle.metadata import UNAPPLIED_KEY, load_metadata, unapplied_in
from pulumi_setsmart.lifecycle.ordering import in_order_of, is_unordered
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json, pointer, value_at
from pulumi_setsmart.models.json import steps as steps_of
from pulumi_setsmart.models.portfolio_names import entry_key, portfolio_of
from pulumi_setsmart.models.text import one_line
from pulumi_setsmart.models.web_address import masked
from pulumi_setsmart.providers.values import from_engine
from pulumi_setsmart.reporting.field_change import ABSENT, Cause, FieldChange, field_changes
from pulumi_setsmart.reporting.printed import read_printed
from pulumi_setsmart.reporting.renamed_key import Resource, Step, with_renames
from pulumi_setsmart.reporting.report import CHANGES, Action, Entry, Report

_ORDER = [*Action]
_STAYING = {"refresh", "update", "replace"}
_NO_CHANGE = {"same", "refresh", "read", "discard"}
_ACTIONS = {
    "create": Action.CREATE,
    "update": Action.UPDATE,
    "replace": Action.REPLACE,
    "create-replacement": Action.REPLACE,
    "delete": Action.DELETE,
}


def read_preview(text: str, source: str = "the preview") -> Report:
    """Return what a preview comes to.

    Args:
        text: What `pulumi preview --json` printed, in either of its forms, and whatever was
            printed with it.
        source: Where it comes from, for messages.

    Raises:
        StackError: It is something else.
        MetadataError: What a state says of values that were not applied cannot be read.
    """
    printed = read_printed(text, source)
    steps, diagnostics = printed.steps, printed.diagnostics
    before = {step["urn"]: _state(step, "oldState") for step in steps if step["op"] == "refresh"}
    ours: dict[str, Step] = {}
    others: dict[str, str] = {}
    other_steps: list[str] = []
    # A replacement has up to three steps, of which the deletion says the least.
    for step in sorted(steps, key=lambda step: step["op"] == "delete-replaced"):
        kind_of_step, urn = step["op"], step["urn"]
        address = next(addresses(urn), None)
        if not changes_resource(step) or urn in ours:
            continue
        if address is None or kind_of_step not in _ACTIONS:
            others.setdefault(urn, _ACTIONS.get(kind_of_step, kind_of_step))
            other_steps.append(f"{kind_of_step} {urn}")
        else:
            ours[urn] = _step(address, step, before.get(_former_urn(step)))
    project, stack = _project_and_stack(steps)
    return Report(
        project=project,
        stack=stack,
        entries=sorted(
            with_renames([*ours.values()], [*_staying(steps)]),
            key=lambda entry: (_ORDER.index(entry.action), entry.label, entry.title.casefold()),
        ),
        others=Counter(others.values()),
        warnings=[*_messages(diagnostics, "warning")],
        errors=causes(_messages(diagnostics, "error")),
        # Before the first deployment there is nothing to look at.
        refreshed=bool(before) or not any(_state(step, "oldState") for step in steps),
        listings=len(_listings(steps, ours)),
        configured=printed.config,
        portfolios=sorted({*filter(None, map(_portfolio, steps))}),
        resources=_resources(steps),
        other_steps=other_steps,
    )


def changes_resource(step: Mapping[str, Any]) -> bool:
    """Return whether a step does something to a resource that is something by itself."""
    resource_type = step["urn"].split("::")[2].rpartition("$")[2]
    return step["op"] not in _NO_CHANGE and not resource_type.startswith(NO_RESOURCES)


def _resources(steps: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    found = (address for step in steps for address in addresses(step["urn"]))
    return [*{(address.kind.noun, address.name): None for address in found}]


@frozen
class _Sides:
    """The three things that are compared, as fields, and what is known of them."""

    last: Any
    current: Any
    planned: Any
    declarations: tuple[Declaration, Declaration]
    unapplied: Mapping[str, Json]


def _step(
    address: ResourceAddress, step: Mapping[str, Any], before: Mapping[str, Any] | None
) -> Step:
    kind = address.kind
    current, planned = _state(step, "oldState"), _state(step, "newState")
    inputs = _properties(planned or current, "inputs")
    action = _action(step["op"], inputs, current, before)
    sides = _sides(kind, before or current, current, planned)
    was_deleted = action is Action.RESTORE
    adoption = adoption_in(inputs) if action in (Action.CREATE, Action.RESTORE) else None
    if adoption is not None:
        action = Action.ADOPT
    if adoption is not None and adoption.current is not None:
        changes = [*_overwritten(sides, adoption.current)]
    elif planned is not None:
        changes = [*_changes(sides)]
    else:
        changes = [*_lost(sides)] if action is Action.DELETE else []
    if action is Action.REPLACE:
        changes = [*_moves(kind, _properties(current, "inputs"), inputs), *changes]
    causes = {change.cause for change in changes}
    if action is Action.UPDATE and causes == {Cause.UNAPPLIED}:
        action = Action.SEND_AGAIN
    elif action is Action.UPDATE and causes and causes <= {Cause.DRIFT, Cause.UNAPPLIED}:
        action = Action.REVERT
    hides = action is Action.UPDATE and not changes and _holds_hidden_value(inputs)
    former = next(addresses(_former_urn(step)), address).name if _is_renamed(step) else None
    if action is Action.UPDATE and former is not None and not changes and not hides:
        action = Action.NEW_KEY
    if adoption is not None:
        is_change = adoption.changes
    elif action is Action.UPDATE:
        is_change = bool(changes) or hides  # a new key, or another policy, sends nothing
    else:
        is_change = action in CHANGES
    identifier = adoption.identifier if adoption else (current or before or {}).get("id")
    portfolio = _portfolio(step)
    entry = Entry(
        action=action,
        label=kind.noun,
        title=_title(kind, sides, inputs) or address.name,
        resource=address.name,
        identifier=str(identifier) if identifier else None,
        account=str(inputs[ACCOUNT]) if ACCOUNT in inputs else None,
        fields=changes,
        hides=hides,
        is_change=kind is PROPERTY and is_change,
        portfolio=portfolio,
        key=None if portfolio is None else entry_key(portfolio, address.name),
        former_key=former,
        is_listing=kind is PROPERTY,
        was_deleted=was_deleted,
        planned=None if sides.planned is ABSENT else sides.planned,
    )
    known = [side for side in (sides.planned, sides.current, sides.last) if side is not ABSENT]
    return Step(address.name, kind, inputs, known, _identity_since(kind, current, planned), entry)


def _staying(steps: Sequence[Mapping[str, Any]]) -> Iterator[Resource]:
    """Yield the resources that the stack manages now and will manage.

    Of those that stay as they are, Pulumi prints the refresh only.
    """
    gone = {_former_urn(step) for step in steps if step["op"] == "delete" or _is_renamed(step)}
    states = {
        step["urn"]: (_state(step, "oldState"), _state(step, "newState"))
        for step in steps
        if step["op"] in _STAYING and step["urn"] not in gone
    }
    for urn, (current, planned) in states.items():
        if planned is None or planned.get("external"):
            continue
        inputs = _properties(planned, "inputs")
        for address in addresses(urn):
            kind = address.kind
            fields = read_declaration(kind, inputs).fields
            since = _identity_since(kind, current, planned)
            yield Resource(address.name, kind, inputs, [fields], since)


def _identity_since(
    kind: Kind, current: Mapping[str, Any] | None, planned: Mapping[str, Any] | None
) -> int | None:
    """Return since when an object has the identity that it will have, if the state says so."""
    shown, inputs = _properties(current, "outputs"), _properties(planned, "inputs")
    declared = read_declaration(kind, inputs).fields
    identity = identity_of(kind.identity_names(inputs), declared) or {}
    if shown.get(KEY) == SECRET or not is_same(identity, known_fields_of(kind, shown)):
        return None
    try:
        metadata = load_metadata(shown, shown.get(ID))
    except MetadataError:  # the run itself refuses it
        return None
    return None if metadata is None else metadata.identity_since


def _portfolio(step: Mapping[str, Any]) -> str | None:
    """Return the name of the portfolio that declares a resource, or None."""
    state = _state(step, "newState") or _state(step, "oldState") or {}
    return portfolio_of(str(state.get("parent", "")))


def _former_urn(step: Mapping[str, Any]) -> str:
    """Return the URN that a resource has in the state: another one if an alias names it."""
    return str((_state(step, "oldState") or {}).get("urn", step["urn"]))


def _is_renamed(step: Mapping[str, Any]) -> bool:
    return _former_urn(step) != str(step["urn"])


def _listings(steps: Iterable[Mapping[str, Any]], ours: Mapping[str, Step]) -> set[str]:
    """Return the URNs of the listings that the stack manages or adopts."""
    managed = {
        _former_urn(step)
        for step in steps
        for state in [_state(step, "oldState")]
        if state is not None and not state.get("external")
        for address in addresses(step["urn"])
        if address.kind is PROPERTY
    }
    adopted = {
        urn
        for urn, step in ours.items()
        if step.kind is PROPERTY and step.entry.action is Action.ADOPT
    }
    return managed | adopted


def _action(
    step: str,
    inputs: Mapping[str, Json],
    current: Mapping[str, Any] | None,
    before: Mapping[str, Any] | None,
) -> Action:
    action = _ACTIONS[step]
    if action is Action.CREATE and before is not None:
        return Action.RESTORE
    if action is Action.DELETE and (current or {}).get("retainOnDelete"):
        return Action.RELEASE
    if action is Action.DELETE and inputs.get(DELETION_POLICY) == "deactivate":
        return Action.DEACTIVATE
    return action


def _sides(
    kind: Kind,
    last: Mapping[str, Any] | None,
    current: Mapping[str, Any] | None,
    planned: Mapping[str, Any] | None,
) -> _Sides:
    before = read_declaration(kind, _properties(last, "inputs"))
    after = read_declaration(kind, _properties(planned, "inputs"))
    shown = _properties(current, "outputs")
    order = before.fields if planned is None else after.fields
    unordered = before.unordered | after.unordered
    return _Sides(
        last=ABSENT if last is None else in_order_of(order, before.fields, unordered),
        current=ABSENT
        if current is None
        else in_order_of(order, known_fields_of(kind, shown), unordered),
        planned=ABSENT if planned is None else after.fields,
        declarations=(before, after),
        unapplied={} if shown.get(UNAPPLIED_KEY) == SECRET else unapplied_in(shown, shown.get(ID)),
    )


def _changes(sides: _Sides) -> Iterator[FieldChange]:
    for change in field_changes(sides.last, sides.current, sides.planned):
        found = _described(change, sides)
        yield evolve(found, unapplied=_is_unapplied(change, sides.unapplied))


def _described(change: FieldChange, sides: _Sides) -> FieldChange:
    unordered = (lists for each in sides.declarations for lists in each.unordered)
    return evolve(
        change,
        secret=_is_secret(change, sides.declarations),
        unordered=is_unordered(change.path, unordered),
    )


def _overwritten(sides: _Sides, current: Mapping[str, Json]) -> Iterator[FieldChange]:
    """Yield what an object that is adopted has where it gets another value."""
    for path, value in current.items():
        planned = value_at(sides.planned, steps_of(path), ABSENT)
        last = value_at(sides.last, steps_of(path), ABSENT)
        yield _described(FieldChange(path, last, value, planned), sides)


def _lost(sides: _Sides) -> Iterator[FieldChange]:
    """Yield each value that the object has, of fields that are declared or known by name."""
    shown = sides.last if sides.current is ABSENT else sides.current
    for found in field_changes(ABSENT, ABSENT, shown):
        last = value_at(sides.last, steps_of(found.path), ABSENT)
        change = evolve(found, last=last, current=found.planned, planned=ABSENT)
        yield _described(change, sides)


def _moves(
    kind: Kind, current: Mapping[str, Any], planned: Mapping[str, Json]
) -> Iterator[FieldChange]:
    """Yield what says where the object is, which is why it has to be replaced."""
    for name in kind.replace_on_change:
        before, after = current.get(name, ABSENT), planned.get(name, ABSENT)
        if before != after:
            yield FieldChange(pointer("", name), before, before, after)


def _is_unapplied(change: FieldChange, unapplied: Mapping[str, Json]) -> bool:
    """Return whether SetSmart was sent this value before, and did not apply it."""
    if change.path not in unapplied or ABSENT in (change.current, change.planned):
        return False
    return is_equal(unapplied[change.path], change.planned)


def _is_secret(change: FieldChange, declarations: Iterable[Declaration]) -> bool:
    sides = [change.last, change.current, change.planned]
    return any(declaration.is_secret(change.path) for declaration in declarations) or holds_secret(
        sides, SECRET
    )


def _holds_hidden_value(inputs: Mapping[str, Json]) -> bool:
    """Return whether Pulumi hides an input; the bookkeeping, which it always hides, is none."""
    return holds_secret({name: value for name, value in inputs.items() if name != KEY}, SECRET)


def _title(kind: Kind, sides: _Sides, inputs: Mapping[str, Json]) -> str:
    titles = [
        title
        for title in ((kind.title, "name") if kind.title else ("name",))
        if not any(declaration.is_secret(pointer("", title)) for declaration in sides.declarations)
    ]
    for side in (sides.planned, sides.current, sides.last):
        for title in titles:
            value = None if side is ABSENT else side.get(title)
            if isinstance(value, str) and value not in (SECRET, UNKNOWN_TEXT) and value.strip():
                return one_line(value)
    return str(inputs.get(PATH) or "")


def _state(step: Mapping[str, Any], side: str) -> Mapping[str, Any] | None:
    state = step.get(side)
    return state if isinstance(state, dict) else None


def _properties(state: Mapping[str, Any] | None, which: str) -> dict[str, Json]:
    properties = None if state is None else state.get(which)
    return from_engine(properties) if isinstance(properties, dict) else {}


def _project_and_stack(steps: list[dict[str, Any]]) -> tuple[str, str]:
    if not steps:
        return "", ""
    stack, project, *_ = steps[0]["urn"].split("::")
    return project, stack.rpartition(":")[2]


def _messages(diagnostics: list[dict[str, Any]], severity: str) -> Iterator[str]:
    for diagnostic in diagnostics:
        word, _, message = str(diagnostic.get("message", "")).partition(": ")
        if diagnostic["severity"].partition("#")[0] in (severity, "info") and word == severity:
            yield one_line(masked(message))
