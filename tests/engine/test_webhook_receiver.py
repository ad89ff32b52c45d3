"""A declared subscription and its receiver: no delivery is lost."""

import json
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from support.engine_stack import EngineStack
from support.receiver_process import EXAMPLE, ReceiverProcess, receiver_process
from support.waiting import HANG_GUARD, wait_until

from pulumi_setsmart.sandbox import DeliverySettings, SandboxSettings
from pulumi_setsmart.testing import SandboxAccount
from pulumi_setsmart.webhooks import new_secret

LISTINGS = 10
CHANGES = 1000
RUSH = 300


@pytest.fixture
def setsmart_sandbox_settings() -> SandboxSettings:
    """A server that signs with the newest secret only, and asks again soon."""
    return SandboxSettings(rate_limit=0, deliveries=DeliverySettings(backoff=0.05, attempts=100))


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[ReceiverProcess]:
    """The example's receiver, not started yet."""
    with receiver_process(tmp_path) as receiver:
        yield receiver


@pytest.fixture
def subscription(
    pulumi: Path, tmp_path: Path, setsmart_sandbox: SandboxAccount, receiver: ReceiverProcess
) -> EngineStack:
    """The example's program, which declares the subscription."""
    account = setsmart_sandbox
    project = EngineStack.create(pulumi, tmp_path / "project", account.url, account.key)
    for file in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(EXAMPLE / file, project.folder)
    project.succeed("stack", "init", "dev")
    project.succeed("config", "set", "receiverUrl", receiver.url)
    return project


def declare(subscription: EngineStack, secret: str) -> str:
    """Have the subscription sign with a secret; return what Pulumi says of it."""
    subscription.succeed("config", "set", "--secret", "webhookSecret", secret)
    return subscription.up()


def copied(receiver: ReceiverProcess) -> list[object]:
    """Return the receiver's copy of the listings."""
    rows = receiver.rows("SELECT fields FROM listings WHERE fields NOT NULL")
    return sorted((json.loads(fields) for (fields,) in rows), key=lambda one: str(one["id"]))


def change_listings(
    account: SandboxAccount, begun: threading.Event, rotated: threading.Event
) -> None:
    """Make `LISTINGS` listings, and change them until there were `CHANGES` changes in all.

    The first ones in a rush; then, while the secret rotates, fewer, so that some are left for
    afterwards, however long it takes.
    """
    headers = {"X-API-Key": account.key}
    with httpx.Client(
        base_url=account.url, headers=headers, trust_env=False, timeout=HANG_GUARD
    ) as client:
        for number in range(LISTINGS):
            client.post("/properties", json={"name": f"Cabin {number}"}).raise_for_status()
        for number in range(CHANGES - LISTINGS):
            listing = {"name": f"Cabin {number % LISTINGS}", "bedrooms": number % 90}
            path = f"/properties/prop_{number % LISTINGS + 1}"
            client.put(path, json=listing | {"change": number}).raise_for_status()
            if number >= RUSH:
                begun.set()
                rotated.wait(0.02 if number < CHANGES - RUSH else None)


def test_a_change_reaches_the_receiver_even_if_that_is_killed(
    subscription: EngineStack, setsmart_sandbox: SandboxAccount, receiver: ReceiverProcess
) -> None:
    """`pulumi up` declares it, a listing changes, the delivery verifies; what fails comes again."""
    secret = new_secret()
    receiver.start(secret)
    declare(subscription, secret)
    setsmart_sandbox.add("properties", name="Cabin")
    [delivery] = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert [attempt.status for attempt in delivery.attempts] == [202]
    wait_until(lambda: receiver.processed() == 1)

    receiver.stop(signal.SIGKILL)
    setsmart_sandbox.change("prop_1", bedrooms=4)
    wait_until(lambda: setsmart_sandbox.deliveries()[1].attempts)
    for number in range(20):
        setsmart_sandbox.add("properties", name=f"Hut {number}")
    receiver.start(secret)
    wait_until(lambda: receiver.processed() > 5)
    receiver.stop(signal.SIGKILL)
    receiver.start(secret)
    deliveries = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert {delivery.state for delivery in deliveries} == {"delivered"}
    wait_until(lambda: receiver.processed() == 22)
    assert copied(receiver) == sorted(setsmart_sandbox.objects(), key=lambda one: str(one["id"]))
    assert receiver.rows("SELECT sum(events) FROM listings") == [(22,)]
    assert secret not in "".join(subscription.printed)


def test_all_events_are_delivered_and_signed_with_a_generated_secret(
    subscription: EngineStack, setsmart_sandbox: SandboxAccount, receiver: ReceiverProcess
) -> None:
    """The command prints the secret into a pipe to the configuration; `*` is all events."""
    piped = subprocess.run(
        [
            "/bin/sh",
            "-c",
            "pulumi-setsmart webhook-secret | pulumi config set --secret webhookSecret",
        ],
        cwd=subscription.folder,
        env=subscription.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    secret = subscription.succeed("config", "get", "webhookSecret").strip()
    assert secret not in piped.stdout + piped.stderr
    program = (EXAMPLE / "__main__.py").read_text()
    before, _, rest = program.partition("    events=[")
    everything = f'{before}    events=["*"],{rest.partition("],")[2]}'
    (subscription.folder / "__main__.py").write_text(everything)
    receiver.start(secret)
    subscription.up()
    [webhook] = setsmart_sandbox.objects("webhooks")
    assert webhook["events"] == ["*"]
    subscription.assert_clean()
    setsmart_sandbox.add("properties", name="Cabin")
    setsmart_sandbox.change("prop_1", bedrooms=4)
    setsmart_sandbox.remove("prop_1")
    wait_until(lambda: receiver.processed() == 3)
    events = receiver.rows("SELECT type FROM events")
    assert sorted(events) == [("property.created",), ("property.deleted",), ("property.updated",)]


def test_a_secret_is_rotated_under_load_and_no_delivery_is_rejected(
    subscription: EngineStack, setsmart_sandbox: SandboxAccount, receiver: ReceiverProcess
) -> None:
    """1,000 deliveries, one rotation in the middle: each is accepted, and processed once."""
    first, second = new_secret(), new_secret()
    receiver.start(first)
    declare(subscription, first)
    begun, rotated = threading.Event(), threading.Event()
    changes = threading.Thread(target=change_listings, args=(setsmart_sandbox, begun, rotated))
    changes.start()
    try:
        assert begun.wait(HANG_GUARD)
        receiver.stop()
        receiver.start(second, first)
        output = declare(subscription, second)
    finally:
        rotated.set()
        changes.join()
    setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    receiver.stop()
    receiver.start(second)
    setsmart_sandbox.change("prop_1", bedrooms=91)
    deliveries = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)

    assert "~ 1 updated" in output
    [webhook] = setsmart_sandbox.objects("webhooks")
    assert webhook["id"] == "wh_1"
    rotated_at = datetime.fromisoformat(str(webhook["updated_at"])).timestamp()
    assert len(deliveries) == CHANGES + 1
    early = [delivery for delivery in deliveries if delivery.attempts[-1].at < rotated_at]
    assert 50 <= len(early) <= CHANGES - 50
    assert {delivery.state for delivery in deliveries} == {"delivered"}
    statuses = {attempt.status for delivery in deliveries for attempt in delivery.attempts}
    assert statuses <= {202, 204, None}
    wait_until(lambda: receiver.processed() == CHANGES + 1)
    assert receiver.rows("SELECT sum(events) FROM listings") == [(CHANGES + 1,)]
    assert copied(receiver) == sorted(setsmart_sandbox.objects(), key=lambda one: str(one["id"]))
    subscription.assert_clean()
    assert second not in "".join(subscription.printed)
