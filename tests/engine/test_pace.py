"""The rate limit as the user meets it, and a look at each request."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack

from pulumi_setsmart.sandbox import DEFAULT_KEY, SandboxSettings, create_app, running


def test_a_long_wait_is_told_and_nothing_is_refused(pulumi: Path, tmp_path: Path) -> None:
    """Eight listings at five requests in ten seconds: no 429, and the user knows why.

    So few that a slow machine, too, has used them up before the window is over.
    """
    sandbox = create_app(SandboxSettings(rate_limit=5, rate_window=10.0))
    with running(sandbox) as base_url:
        stack = EngineStack.create(pulumi, tmp_path / "stack", base_url, DEFAULT_KEY)
        stack.declare('for n in range(8): Property(f"p{n}", name=f"Villa {n}")')
        output = stack.up().split("Diagnostics:")[-1]
    statuses = Counter(one.status for one in sandbox.requests)
    assert statuses == Counter({201: 8, 200: 1})
    waits = re.findall(r"SetSmart: the rate limit is used up; continuing in \d+ s", output)
    assert 1 <= len(waits) <= 2


def test_each_request_is_logged_if_asked_for(stack: EngineStack, account: EngineSandbox) -> None:
    """SETSMART_LOG=debug shows method, path, status, duration, attempt and budget; no secret."""
    stack.declare(
        'WebhookSubscription("hook", url="https://a.example/", events=["a.a"], secret="whsec-hush")'
    )
    assert "SetSmart request" not in stack.preview()
    output = stack.up(SETSMART_LOG="debug")
    logged = [json.loads(line) for line in re.findall(r"SetSmart request (\{.*\})", output)]
    # Pulumi shows each line as it comes, and again in its summary.
    facts = {(one["method"], one["path"], one["status"], one["attempt"]) for one in logged}
    assert facts == {("GET", "/webhooks", 200, 1), ("POST", "/webhooks", 201, 1)}
    assert all(one["milliseconds"] >= 0 and one["remaining"] > 0 for one in logged)
    assert DEFAULT_KEY not in output
    assert "hush" not in output
    assert account.writes() == ["POST /webhooks"]
