"""The rate limit as the user meets it, and a look at each request."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack, messages
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import DEFAULT_KEY, SandboxSettings, create_app, running


def test_a_long_wait_has_a_message_and_nothing_is_rejected(pulumi: Path, tmp_path: Path) -> None:
    """Eight listings at five requests in ten seconds: no 429, and the user knows why.

    So few that a slow machine, too, has used them up before the window is over.
    """
    sandbox = create_app(SandboxSettings(rate_limit=5, rate_window=10.0))
    with running(sandbox) as base_url:
        stack = EngineStack.create(pulumi, tmp_path / "stack", base_url, DEFAULT_KEY)
        stack.declare('for n in range(8): Property(f"p{n}", name=f"Villa {n}")')
        output = stack.up()
    statuses = Counter(request.status for request in sandbox.requests)
    assert statuses == Counter({201: 8, 200: 1})
    waits = messages(output)
    assert 1 <= len(waits) <= 2
    for wait in waits:
        assert wait == message(MessageCode.RATE_LIMITED)
        assert re.search(r"\b\d+ s\b", wait)


def test_many_waits_are_one_message(pulumi: Path, tmp_path: Path) -> None:
    """A large portfolio waits in each window; Pulumi's summary does not say it each time."""
    sandbox = create_app(SandboxSettings(rate_limit=5, rate_window=7.0))
    with running(sandbox) as base_url:
        stack = EngineStack.create(pulumi, tmp_path / "stack", base_url, DEFAULT_KEY)
        stack.declare('for n in range(17): Property(f"p{n}", name=f"Villa {n}")')
        output = stack.up()
    assert messages(output) == [message(MessageCode.RATE_LIMITED)]


def test_each_request_is_logged_if_asked_for(stack: EngineStack, account: EngineSandbox) -> None:
    """SETSMART_LOG=debug shows method, path, status, duration, attempt and budget; no secret."""
    stack.declare(
        'WebhookSubscription("hook", url="https://a.example/", events=["a.a"], secret="whsec-hush")'
    )
    assert "SetSmart request" not in stack.preview()
    output = stack.up(SETSMART_LOG="debug")
    logged = [json.loads(line) for line in re.findall(r"SetSmart request (\{.*\})", output)]
    # Pulumi shows each line as it comes, and again in its summary.
    facts = {
        (request["method"], request["path"], request["status"], request["attempt"])
        for request in logged
    }
    assert facts == {("GET", "/webhooks", 200, 1), ("POST", "/webhooks", 201, 1)}
    assert all(request["milliseconds"] >= 0 and request["remaining"] > 0 for request in logged)
    assert DEFAULT_KEY not in output
    assert "hush" not in output
    assert account.writes() == ["POST /webhooks"]
