"""What Pulumi is given to show, while servers and programs hold texts that mean harm."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hostile_text import HOSTILE_TEXTS, seen_by_a_terminal
from support.in_memory_plugin import NO_ENGINE

from pulumi_setsmart.client.errors import ApiError, BadRequestError, ErrorContext, SetSmartError
from pulumi_setsmart.client.violation import violation_of
from pulumi_setsmart.plugin.engine_log import EngineLog
from pulumi_setsmart.providers import process
from pulumi_setsmart.providers.failure import SetSmartFailure, reported
from pulumi_setsmart.sandbox.printable import printable

ENGINE_LOG = EngineLog(NO_ENGINE)


@given(texts=st.lists(HOSTILE_TEXTS, min_size=5, max_size=5))
def test_an_error_contains_no_foreign_lines(texts: list[str]) -> None:
    """Whatever a path, a code, an id, a field or a reason is."""
    path, code, request_id, field, reason = texts
    context = ErrorContext("GET", path, 400, api_code=code, request_id=request_id)
    violations = (violation_of(reason, (field,)), violation_of(field, (reason,)))
    for error, lines in (
        (SetSmartError(reason), 1),
        (ApiError(reason, context), 1),
        (BadRequestError(reason, context, violations=violations, heading=code), 3),
    ):
        with pytest.raises(SetSmartFailure) as caught, reported():
            raise error
        message = str(caught.value)
        assert seen_by_a_terminal(message), ascii(message)
        assert len(message.split("\n")) <= lines
        assert message.encode().decode() == message


@given(texts=st.lists(HOSTILE_TEXTS, min_size=2, max_size=2))
def test_a_warning_is_a_line_of_ours(texts: list[str]) -> None:
    """Pulumi shows it as it is given, by a dynamic provider and by the plugin."""
    shown: list[str] = []
    engine = SimpleNamespace(Log=lambda request: shown.append(request.message))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pulumi.log.warn", shown.append)
        patch.setattr(ENGINE_LOG, "_engine", engine)
        record = logging.LogRecord("x", logging.WARNING, "", 0, "%s: %s", tuple(texts), None)
        for handler in (process.ToUser(), ENGINE_LOG):
            handler.emit(record)
    assert len(shown) == 2
    assert all(map(seen_by_a_terminal, shown))
    assert "\n" not in "".join(shown)


@given(HOSTILE_TEXTS)
def test_the_sandbox_prints_a_line(text: str) -> None:
    """Names of events and ids come from a file."""
    assert printable(text).isprintable()
    assert printable(text).encode().decode() == printable(text)
