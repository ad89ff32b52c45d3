"""examples/drift_watch with the receiver: drift within seconds, and nothing of our own changes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from support.engine_stack import EngineStack
from support.receiver_process import ReceiverProcess, receiver_process
from support.waiting import HANG_GUARD, wait_until

from pulumi_setsmart.sandbox import ApiKey, DeliverySettings, SandboxSettings, running
from pulumi_setsmart.testing import SandboxAccount
from pulumi_setsmart.webhooks import new_secret

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "drift_watch"
WRITER, READER = "key-that-writes", "key-that-reads"
QUIET = 60
BURST = 500
PROGRAM = """
Property("villa", name="Villa", bedrooms=3)
WebhookSubscription(
    "listings",
    url=pulumi.Config().require("receiverUrl"),
    events=["property.updated", "property.deleted"],
    secret=pulumi.Config().require_secret("webhookSecret"),
)
"""


@pytest.fixture
def setsmart_sandbox_settings() -> SandboxSettings:
    """A key that may only read, and deliveries that are sent again soon."""
    return SandboxSettings(
        keys=(ApiKey(WRITER), ApiKey(READER, read_only=True)),
        rate_limit=0,
        deliveries=DeliverySettings(backoff=0.05, attempts=100),
    )


@define
class Watch:
    """The watch as a process, whose clock is a pipe: it does nothing but at the times it is told.

    Attributes:
        stack: The stack that it watches.
        inbox: The inbox of the receiver.
        notify_url: Where it tells of drift.
    """

    stack: EngineStack
    inbox: Path
    notify_url: str
    _process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it."""
        environment = {"SETSMART_API_KEY": READER, "SETSMART_NOTIFY_URL": self.notify_url}
        self._process = subprocess.Popen(
            [
                *(sys.executable, EXAMPLE / "watch.py", self.inbox, "test"),
                *("--quiet", str(QUIET), "--clock", "-"),
            ],
            cwd=self.stack.folder,
            env={**self.stack.environment, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tick(self, later: float) -> str:
        """Let it be some seconds after the last event; return what it did."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{time.time() + later}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate(timeout=HANG_GUARD)


@define
class Watched:
    """A deployed stack whose events arrive, and the summaries that a chat got."""

    account: SandboxAccount
    stack: EngineStack
    receiver: ReceiverProcess
    watch: Watch
    summaries: list[dict[str, Any]] = field(factory=list)

    def stored(self) -> int:
        """Return how many events the receiver has stored."""
        return len(self.receiver.rows("SELECT 1 FROM events"))


@pytest.fixture
def watched(pulumi: Path, tmp_path: Path, setsmart_sandbox: SandboxAccount) -> Iterator[Watched]:
    """Everything in processes of its own, with nothing reported yet."""
    account, secret = setsmart_sandbox, new_secret()
    summaries: list[dict[str, Any]] = []

    async def keep(request: Request) -> Response:
        summaries.append(await request.json())
        return Response("ok")

    chat = Starlette(routes=[Route("/v1/hook", keep, methods=["POST"])])
    stack = EngineStack.create(pulumi, tmp_path / "stack", account.url, WRITER)
    with receiver_process(tmp_path) as receiver, running(chat) as url:
        watch = Watch(stack, receiver.inbox, f"{url}/hook")
        receiver.start(secret)
        stack.succeed("config", "set", "receiverUrl", receiver.url)
        stack.succeed("config", "set", "--secret", "webhookSecret", secret)
        stack.declare(PROGRAM)
        stack.up()
        watch.start()
        try:
            yield Watched(account, stack, receiver, watch, summaries)
        finally:
            watch.kill()


def test_drift_is_told_soon_and_our_own_changes_are_not(watched: Watched) -> None:
    """Also after a restart, and not while a deployment is under way."""
    account, stack, watch = watched.account, watched.stack, watched.watch
    [villa] = account.objects()
    before = watched.stored()
    account.change(str(villa["id"]), bedrooms=4)
    wait_until(lambda: watched.stored() == before + 1)
    assert watch.tick(0) == "waiting"
    watch.kill()
    watch.start()
    assert watched.summaries == []
    assert watch.tick(QUIET) == "drift"
    assert len(watched.summaries) == 1
    assert "Villa" in json.dumps(watched.summaries)
    assert watch.tick(QUIET) == "no events"

    gate = stack.folder / "gate"
    os.mkfifo(gate)
    stack.declare(f"open({str(gate)!r}).close()  # waits for who opens it\n{PROGRAM}")
    account.change(str(villa["id"]), bedrooms=5)
    deployment = stack.start("up", "--yes", "--skip-preview")
    wait_until(lambda: [*stack.folder.glob("state/.pulumi/locks/**/*.json")])
    assert watch.tick(QUIET) == "locked"
    gate.open("w").close()
    assert deployment.wait(HANG_GUARD) == 0
    stack.declare(PROGRAM)
    wait_until(lambda: watched.stored() == before + 3)
    assert watch.tick(QUIET) == "no drift"
    assert len(watched.summaries) == 1


def test_a_burst_of_events_makes_one_report(watched: Watched) -> None:
    """Of which the last one puts back what was declared: then there is nothing to tell."""
    account, watch = watched.account, watched.watch
    [villa] = account.objects()
    before, asked = watched.stored(), len(account.requests)
    for number in range(BURST):
        account.change(str(villa["id"]), bedrooms=3 if number == BURST - 1 else number % 9 + 5)
    wait_until(lambda: watched.stored() == before + BURST)
    assert watch.tick(0) == "waiting"
    assert len(account.requests) == asked
    assert [watch.tick(QUIET) for _ in range(2)] == ["no drift", "no events"]
    reads = [request for request in account.requests[asked:] if request.path.endswith("/prop_1")]
    assert 0 < len(reads) < 10
    assert {request.method for request in account.requests[asked:]} == {"GET"}
    assert watched.summaries == []
