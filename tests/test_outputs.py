"""What a program sees of a resource."""

import asyncio
from typing import Any

import pulumi
import pytest
from attrs import frozen
from pulumi.output import UNKNOWN

from pulumi_setsmart.outputs import seen_outputs

WRITTEN_BY_THE_PROVIDER = '{"salt": "x"}'


@frozen
class Resolved:
    """What Pulumi knows of an output."""

    value: Any
    known: bool = True
    secret: bool = False


NOT_THERE = Resolved(None, known=False)


def seen(output: Resolved, bookkeeping: Resolved) -> Resolved:
    """Return what a program sees where Pulumi resolves an output and the bookkeeping like this."""

    async def looked_at() -> Resolved:
        [result] = seen_outputs({"field": _output(output)}, _output(bookkeeping)).values()
        known = await result.is_known()
        value = await result.future() if known else None
        return Resolved(value, known, await result.is_secret())

    return asyncio.run(looked_at())


def _output(resolved: Resolved) -> pulumi.Output[Any]:
    def given(value: Any) -> asyncio.Future[Any]:
        future = asyncio.get_running_loop().create_future()
        future.set_result(value)
        return future

    return pulumi.Output(
        set(), given(resolved.value), given(resolved.known), given(resolved.secret)
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("null (none)", None),
        ("setsmart:null", None),
        ({"a": ["null (none)", {"b": "setsmart:null"}]}, {"a": [None, {"b": None}]}),
        ({"null (none)": 1}, {"null (none)": 1}),
        ("null", "null"),
        ([0, False, "", {}, []], [0, False, "", {}, []]),
        (3.0, 3.0),
    ],
)
def test_null_is_none_at_every_depth(value: Any, expected: Any) -> None:
    """In its present form and in the former one; everything else passes unchanged."""
    for bookkeeping in (NOT_THERE, Resolved(WRITTEN_BY_THE_PROVIDER)):
        assert seen(Resolved(value), bookkeeping) == Resolved(expected)
        assert seen(Resolved(value, secret=True), bookkeeping) == Resolved(expected, secret=True)


@pytest.mark.parametrize("secret", [False, True])
def test_what_the_provider_left_out_is_a_known_none(*, secret: bool) -> None:
    """It writes its bookkeeping, which may be secret without making the rest a secret."""
    assert seen(NOT_THERE, Resolved(WRITTEN_BY_THE_PROVIDER, secret=secret)) == Resolved(None)


@pytest.mark.parametrize(
    "bookkeeping",
    [
        NOT_THERE,
        Resolved(None),
        Resolved({"secret_paths": []}),
        Resolved(UNKNOWN, known=False),
    ],
)
def test_what_inputs_leave_out_stays_unknown(bookkeeping: Resolved) -> None:
    """A preview shows inputs in the place of outputs where a resource is going to change."""
    assert seen(NOT_THERE, bookkeeping) == NOT_THERE


def test_an_unknown_part_makes_a_value_unknown() -> None:
    """Nothing runs with half a value, even where the rest of the outputs is complete."""
    half = Resolved({"a": UNKNOWN, "b": "null (none)"})
    assert not seen(half, Resolved(WRITTEN_BY_THE_PROVIDER)).known
