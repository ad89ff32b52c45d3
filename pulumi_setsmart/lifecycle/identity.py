"""By what a person knows an object again, where its id is not known."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_setsmart.lifecycle.comparison import matches, mismatches
from pulumi_setsmart.lifecycle.masking import is_masked
from pulumi_setsmart.lifecycle.normalisation import folded, is_blank, is_normalised
from pulumi_setsmart.models.json import Json, JsonObject, digits
from pulumi_setsmart.models.marker import holds_unknown


def identity_of(names: tuple[str, ...], declared: JsonObject) -> dict[str, Json] | None:
    """Return the declared fields by which an object is known again.

    Args:
        names: The names of the fields that can tell; the first has to be declared.
        declared: The declared fields.

    Returns:
        Their values, or None where they do not tell, or not yet.
    """
    if not names or names[0] not in declared:
        return None
    identity = {name: declared[name] for name in names if name in declared}
    return None if holds_unknown(identity) else identity


def is_same(identity: Mapping[str, Json], fields: JsonObject) -> bool:
    """Return whether an object with these fields has the identity."""
    return all(
        matches(recognisable(value), recognisable(fields.get(name)))
        for name, value in identity.items()
    )


def told_by_both(identity: Mapping[str, Json], fields: JsonObject) -> dict[str, Json]:
    """Return the part of an identity that can tell an object with these fields from another one.

    A field that is cleared or was never filled in tells nothing, and without the first one nothing
    does.
    """
    told = {
        name: value
        for name, value in identity.items()
        if not is_blank(value) and not is_blank(fields.get(name))
    }
    return told if next(iter(identity)) in told else {}


def may_be_same(identity: Mapping[str, Json], fields: JsonObject) -> bool:
    """Return whether an object lacks a part of the identity, or has one more, and else has it."""
    told = told_by_both(identity, fields)
    return 0 < len(told) < len(identity) and is_same(told, fields)


def recognisable(value: Json) -> Json:
    """Return ``value`` folded, or None where it says nothing.

    Whole numbers are their digits: an id may be either.
    """
    return None if is_blank(value) else digits(value) or folded(value)


def may_stand_for(since: int | None, twin_since: int | None) -> bool:
    """Return whether an object may be there because the key of its twin changed.

    Not if it had the identity when the twin got it, or if both got it in one run: that run
    declared both.

    Args:
        since: When the run began in which the object got its identity, in seconds, or None where
            that is not known.
        twin_since: The same of its twin.
    """
    return since is None or twin_since is None or since > twin_since


def may_come_from(declared: JsonObject, fields: JsonObject) -> bool:
    """Return whether an object with these fields can be what a server made of the declared ones.

    A server may normalise values, and drop or mask what it does not keep or show; and not
    everything can be dropped.
    """
    differences = list(mismatches(dict(declared), dict(fields)))
    kept = len(declared) - sum(name not in fields for name in declared)
    return (kept > 0 or not declared) and all(
        may_become(difference.declared, difference.actual) for difference in differences
    )


def may_become(declared: Json, actual: Json) -> bool:
    """Return whether a server may show ``actual`` where it was sent ``declared``."""
    match declared, actual:
        case (_, None) | (None, _):  # dropped, or filled with the server's own default
            return True
        case _, str() if is_masked(actual):
            return True
    return is_normalised(declared, actual)
