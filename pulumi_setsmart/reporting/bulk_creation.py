"""Whether a preview only creates listings, each of which a later run would find again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen
from pulumi.runtime.rpc import UNKNOWN as UNKNOWN_TEXT

from pulumi_setsmart.automation.resource_type import SECRET, ResourceAddress, addresses
from pulumi_setsmart.config import IF_EXISTS
from pulumi_setsmart.lifecycle.adoption import adoption_in
from pulumi_setsmart.lifecycle.declaration import read_declaration
from pulumi_setsmart.lifecycle.identity import identity_of, may_become, recognisable, told_by_both
from pulumi_setsmart.lifecycle.kind import ACCOUNT
from pulumi_setsmart.lifecycle.kind import IF_EXISTS as IF_EXISTS_INPUT
from pulumi_setsmart.models.json import Json, JsonObject, steps, value_at
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.models.policy import IfExists
from pulumi_setsmart.models.setting import setting
from pulumi_setsmart.models.text import MARK, listed
from pulumi_setsmart.providers.values import from_engine
from pulumi_setsmart.reporting.preview import changes_resource
from pulumi_setsmart.reporting.printed import read_printed

_NOT_CREATED = "would not be created; deploy with `pulumi up` first, or take it out"
_NOT_OURS = "not of SetSmart; create it first, with `pulumi up --target URN`"
_RETURNS_SECRET = (
    "may show a secret when it is created, which a killed run loses; create it first, with "  # noqa: S105 -- a message
    "`pulumi up --target URN`"
)
_NOT_KNOWN = "its name or address is secret, or known only when it is deployed"
_CREATES_ANOTHER = (
    f"{IF_EXISTS_INPUT} is not {IfExists.ADOPT}, so that a killed run could not be completed"
)
_SAME = "declared twice by name and address, so that nothing tells them apart"
_DIFFERENT = "exists, and not as declared; adopt it with `pulumi up` first"


@frozen
class BulkCreation:
    """What a preview comes to if it is carried out without checkpoints.

    Attributes:
        digest: The same for each run of a program that declares the same listings.
        created: How many listings are created.
        adopted: How many are adopted, which a killed run created.
        objections: Why it must not be carried out; nothing if it may.
    """

    digest: str
    created: int
    adopted: int
    objections: Sequence[Notice]


@frozen
class _Listing:
    """A listing that the stack has, or gets: by what it is known again."""

    name: str
    is_new: bool
    place: tuple[str, str]
    identity: Mapping[str, Json]

    @classmethod
    def of(
        cls, address: ResourceAddress, inputs: Mapping[str, Json], *, is_new: bool
    ) -> _Listing | None:
        """Return the listing that inputs declare, or None if it cannot be known again."""
        kind = address.kind
        identity = identity_of(kind.identity_names(inputs), read_declaration(kind, inputs).fields)
        if identity is None or {SECRET, UNKNOWN_TEXT} & {*map(str, identity.values())}:
            return None
        place = kind.name, str(inputs.get(ACCOUNT, ""))
        told = told_by_both(identity, identity)
        known = {name: recognisable(value) for name, value in told.items()}
        return cls(address.name, is_new, place, known) if known else None

    def key(self, names: Sequence[str]) -> str:
        """Return what is the same for two listings that are the same by some fields."""
        return json.dumps([*self.place, *(self.identity.get(name) for name in names)])


def read_bulk_creation(text: str, source: str, *, completes: bool) -> BulkCreation:
    """Return what a preview with a refresh comes to if it is carried out without checkpoints.

    Args:
        text: What `pulumi preview --json` printed.
        source: Where it comes from, for messages.
        completes: Whether it may adopt what a killed run created.

    Raises:
        StackError: It is something else.
    """
    printed = read_printed(text, source)
    objections: defaultdict[str, list[str]] = defaultdict(list)
    listings: list[_Listing] = []
    created = adopted = 0
    known = {step["urn"] for step in printed.steps if step["op"] == "refresh"}
    for step in printed.steps:
        address = next(addresses(step["urn"]), None)
        if step["op"] == "refresh":
            listings += _managed(address, step)
            continue
        if not changes_resource(step) or _is_component(step):
            continue
        name = step["urn"].rpartition("::")[2] if address is None else address.name
        inputs = from_engine((step.get("newState") or {}).get("inputs") or {})
        adoption = adoption_in(inputs)
        is_new = step["op"] == "create" and step["urn"] not in known
        creates = is_new and (completes or adoption is None)
        objection = _objection(address, inputs, creates=creates)
        listing = (
            None if objection or address is None else _Listing.of(address, inputs, is_new=True)
        )
        if listing is None:
            objections[objection or _NOT_KNOWN].append(name)
            continue
        listings.append(listing)
        adopted += adoption is not None
        created += adoption is None
    objections[_SAME] += _same(listings)
    notices = [
        Notice(MessageCode.BULK_REFUSED, f"{listed(names)}: {why}")
        for why, names in objections.items()
        if names
    ]
    if printed.config.get(setting(IF_EXISTS), "").strip().lower() == IfExists.CREATE:
        why = f"{setting(IF_EXISTS)} is {IfExists.CREATE}, so that a later run creates them again"
        notices.append(Notice(MessageCode.BULK_REFUSED, why))
    return BulkCreation(_digest(listings), created, adopted, notices)


def _managed(address: ResourceAddress | None, step: Mapping[str, Any]) -> Iterator[_Listing]:
    state = step.get("oldState") or {}
    if address is None or address.kind.may_return_secret or state.get("external"):
        return
    listing = _Listing.of(address, from_engine(state.get("inputs") or {}), is_new=False)
    if listing is not None:
        yield listing


def _is_component(step: Mapping[str, Any]) -> bool:
    """Return whether a step creates what is only in the state, and groups other resources."""
    return step["op"] == "create" and (step.get("newState") or {}).get("custom") is False


def _objection(
    address: ResourceAddress | None, inputs: Mapping[str, Json], *, creates: bool
) -> str | None:
    """Return why a step must not be carried out without checkpoints, or None if it may."""
    if address is None:
        return _NOT_OURS
    if not creates:
        return _NOT_CREATED
    if address.kind.may_return_secret:
        return _RETURNS_SECRET
    if inputs.get(IF_EXISTS_INPUT, IfExists.ADOPT) != IfExists.ADOPT:
        return _CREATES_ANOTHER
    adoption = adoption_in(inputs)
    if adoption is None:
        return None
    fields = read_declaration(address.kind, inputs).fields
    is_same = all(
        _may_be_of_a_killed_run(fields, path, value)
        for path, value in (adoption.current or {}).items()
    )
    return None if is_same else _DIFFERENT


def _may_be_of_a_killed_run(declared: JsonObject, path: str, actual: Json) -> bool:
    """Return whether a create may have made this value of the declared one."""
    return actual == MARK or may_become(value_at({**declared}, steps(path), None), actual)


def _same(listings: Sequence[_Listing]) -> Iterator[str]:
    """Yield the names of the listings that may be taken for one another, if one of them is new.

    Two with the same name are told apart by their addresses, if both have one.
    """
    titles = defaultdict(list)
    for listing in listings:
        titles[listing.key([next(iter(listing.identity))])].append(listing)
    for group in titles.values():
        shared = set.intersection(*({*listing.identity} for listing in group))
        keys = [listing.key(sorted(shared)) for listing in group]
        counted = Counter(keys)
        new = {key for listing, key in zip(group, keys, strict=True) if listing.is_new}
        yield from (
            listing.name
            for listing, key in zip(group, keys, strict=True)
            if counted[key] > 1 and key in new
        )


def _digest(listings: Sequence[_Listing]) -> str:
    keys = sorted(
        json.dumps([listing.key(sorted(listing.identity)), *sorted(listing.identity)])
        for listing in listings
    )
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest()
