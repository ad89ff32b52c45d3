"""Values and undeclared fields that a server rejects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.engine_stack import QUIET, EngineStack, messages
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import (
    DEFAULT_KEY,
    PROPERTIES,
    Behaviour,
    Sandbox,
    SandboxSettings,
)
from pulumi_setsmart.testing import running_sandbox

UP = ("up", "--yes", "--skip-preview", *QUIET)
OWN = ("created", "revision")


@contextmanager
def account(
    pulumi: Path, folder: Path, **settings: object
) -> Iterator[tuple[EngineStack, Sandbox]]:
    """Run a sandbox with these settings, with a stack that asks it."""
    with running_sandbox(SandboxSettings(rate_limit=0, **settings)) as served:  # type: ignore[arg-type]
        yield EngineStack.create(pulumi, folder, served.url, DEFAULT_KEY), served.app


@pytest.mark.parametrize("form", ["fastapi", "zod"])
def test_each_of_several_reasons_has_a_line(pulumi: Path, tmp_path: Path, form: str) -> None:
    """With its field, and without the values that the server repeats."""
    behaviour = Behaviour(error_form=form)  # type: ignore[arg-type]
    with account(pulumi, tmp_path / "stack", behaviour=behaviour) as (stack, sandbox):
        stack.declare('Property("one", name="Villa", bedrooms=4711, bathrooms=4712, status="odd")')
        output = stack.fail(*UP).output
    [rejected] = messages(output)
    assert rejected == message(MessageCode.REJECTED_VALUES, 'property "Villa"', "POST /properties")
    reasons = [  # the server's words
        ("bedrooms", "must be between 0 and 100"),
        ("bathrooms", "must be between 0 and 100"),
        ("status", "must be one of: active, inactive, draft"),
    ]
    lines = [line.strip() for line in rejected.splitlines()]
    for field, reason in reasons:
        assert any(re.fullmatch(rf"{field}: \w+ {reason}\.?", line) for line in lines), output
    assert "4711" not in output
    assert "4712" not in output
    assert not sandbox.storage.objects(PROPERTIES)


@pytest.mark.parametrize("form", ["contract", "fastapi", "nestjs"])
def test_undeclared_fields_that_a_server_rejects_are_left_out(
    pulumi: Path, tmp_path: Path, form: str
) -> None:
    """All at once where it names them all; the warning says how to save the requests."""
    behaviour = Behaviour(error_form=form, read_only_fields=OWN)  # type: ignore[arg-type]
    with account(pulumi, tmp_path / "stack", behaviour=behaviour) as (stack, sandbox):
        stack.declare('Property("one", name="Villa", bedrooms=1)')
        stack.up()
        stack.declare('Property("one", name="Villa", bedrooms=2)')
        output = stack.up()
        stack.assert_clean()
        assert sandbox.storage.get(PROPERTIES, "prop_1")["bedrooms"] == 2
        puts = [request.status for request in sandbox.requests if request.method == "PUT"]
        assert puts == [400, 400, 200] if form == "contract" else puts[1:] == [200]
        left_out = message(
            MessageCode.FIELD_LEFT_OUT, "prop_1", "created", "setsmart:readOnlyFields"
        )
        assert left_out in messages(output)

        stack.succeed("config", "set", "setsmart:readOnlyFields", '["id", "created", "revision"]')
        stack.declare('Property("one", name="Villa", bedrooms=3)')
        assert messages(stack.up()) == []
        assert [request.status for request in sandbox.requests if request.method == "PUT"][
            len(puts) :
        ] == [200]


def test_a_rejected_declared_value_leaves_nothing_out(pulumi: Path, tmp_path: Path) -> None:
    """The error is about the declared value; no undeclared field is left out."""
    with account(pulumi, tmp_path / "stack") as (stack, sandbox):
        stack.declare('Property("one", name="Villa", bedrooms=1)')
        stack.up()
        stack.declare('Property("one", name="Villa", bedrooms=1000)')
        output = stack.fail(*UP).output
        rejected = message(MessageCode.REJECTED_VALUES, "bedrooms must be between 0 and 100")
        assert messages(output) == [rejected]
        assert "readOnlyFields" not in output
        assert [request.status for request in sandbox.requests if request.method == "PUT"] == [400]


def test_where_the_server_names_no_field_the_candidates_are_named(
    pulumi: Path, tmp_path: Path
) -> None:
    """With the setting that leaves them out, which then works."""
    behaviour = Behaviour(error_form="silent", read_only_fields=OWN)
    with account(pulumi, tmp_path / "stack", behaviour=behaviour) as (stack, sandbox):
        stack.declare('Property("one", name="Villa", bedrooms=1)')
        stack.up()
        stack.declare('Property("one", name="Villa", bedrooms=2)')
        rejected = message(
            MessageCode.REJECTED_VALUES, "prop_1", "created, revision", "setsmart:readOnlyFields"
        )
        assert messages(stack.fail(*UP).output) == [rejected]
        assert [request.status for request in sandbox.requests if request.method == "PUT"] == [400]
        stack.succeed("config", "set", "setsmart:readOnlyFields", '["id", "created", "revision"]')
        stack.up()
        assert sandbox.storage.get(PROPERTIES, "prop_1")["bedrooms"] == 2


def test_resets_in_milliseconds_are_waited_for(pulumi: Path, tmp_path: Path) -> None:
    """For one window, not for 56,000 years, and no request is rejected."""
    settings = SandboxSettings(rate_limit=3, rate_window=3.0, reset_form="milliseconds")
    with running_sandbox(settings) as served:
        stack = EngineStack.create(pulumi, tmp_path / "stack", served.url, DEFAULT_KEY)
        stack.declare('for n in range(4): Property(f"p{n}", name=f"Villa {n}")')
        stack.up()
    statuses = [request.status for request in served.app.requests]
    assert statuses == [200, 201, 201, 201, 201]
