"""A listing with a field that is nested too deeply: read, shown, and never written back in part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support.messages import message, raises
from support.raw_json_server import RawJsonServer, nested, raw_json_server

from pulumi_setsmart import UnexpectedResponseError
from pulumi_setsmart.adoption.account import opened
from pulumi_setsmart.config import load_settings
from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.models.json import DEEPEST, Json
from pulumi_setsmart.models.marker import TOO_DEEP
from pulumi_setsmart.models.message_code import MessageCode

DEPTHS = [DEEPEST + 1, DEEPEST + 21, 900, 2_000, 100_000]


@pytest.fixture
def served() -> Iterator[RawJsonServer]:
    with raw_json_server() as account:
        yield account


@contextmanager
def asking(served: RawJsonServer) -> Iterator[Lifecycle]:
    """What Pulumi asks about listings in one run."""
    settings = load_settings(lambda _key: None, served.environment())
    with opened(settings) as account:
        yield Lifecycle(PROPERTY, account, settings)


@pytest.fixture
def lifecycle(served: RawJsonServer) -> Iterator[Lifecycle]:
    with asking(served) as one:
        yield one


def outputs_of(lifecycle: Lifecycle, inputs: dict[str, Json]) -> dict[str, Json]:
    """Return what a state holds that declares these inputs."""
    found = lifecycle.read("1", {**inputs, "id": "1"})
    assert found is not None
    return dict(found.outputs)


@pytest.mark.parametrize("depth", DEPTHS)
def test_an_undeclared_field_that_is_too_deep_is_ignored(
    served: RawJsonServer, lifecycle: Lifecycle, depth: int
) -> None:
    """A refresh shows what is declared, as ever."""
    served.respond_with_listings({"1": {"name": '"One"', "bedrooms": "1", "odd": nested(depth)}})
    outputs = outputs_of(lifecycle, {"name": "One", "bedrooms": 1})
    assert (outputs["name"], outputs["bedrooms"]) == ("One", 1)


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_declared_field_shows_that_it_is_too_deep(
    served: RawJsonServer, lifecycle: Lifecycle, depth: int
) -> None:
    """As a difference that a person can read."""
    inputs: dict[str, Json] = {"name": "One", "attributes": {"odd": {"a": 1}}}
    served.respond_with_listings({"1": {"name": '"One"', "odd": '{"a": 1}'}})
    outputs = outputs_of(lifecycle, inputs)
    served.respond_with_listings({"1": {"name": '"One"', "odd": nested(depth)}})
    with asking(served) as later:
        found = later.read("1", outputs)
    assert found is not None
    assert found.outputs["attributes"] == {"odd": TOO_DEEP}
    assert str(TOO_DEEP) == "(nested too deeply)"


@pytest.mark.parametrize("depth", DEPTHS)
def test_an_update_without_a_field_that_is_too_deep_is_refused(
    served: RawJsonServer, lifecycle: Lifecycle, depth: int
) -> None:
    """A PUT without the field could delete it; the error names the field and the way out."""
    served.respond_with_listings({"1": {"name": '"One"', "bedrooms": "1", "odd": nested(depth)}})
    outputs = outputs_of(lifecycle, {"name": "One", "bedrooms": 1})
    facts = ("odd", DEEPEST)
    with raises(UnexpectedResponseError, MessageCode.UNEXPECTED_RESPONSE, *facts) as caught:
        lifecycle.update("1", outputs, {"name": "One", "bedrooms": 2})
    assert len(str(caught.value).splitlines()) <= 2
    assert served.writes == []


def test_a_program_declares_no_more_than_a_file(lifecycle: Lifecycle) -> None:
    """It is one bound."""
    value: Json = 1
    for _ in range(DEEPEST):
        value = [value]
    inputs: dict[str, Json] = {"name": "One", "attributes": {"odd": value}}
    assert lifecycle.check(inputs, exists=True, before=inputs).violations == []
    inputs["attributes"] = {"odd": [value]}
    [violation] = lifecycle.check(inputs, exists=True, before=inputs).violations
    assert violation == message(MessageCode.INVALID_VALUE, "attributes", "odd", DEEPEST)
