"""Several sandboxes on one file: all of them serve it, and one at a time delivers."""

from __future__ import annotations

import logging
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest
from support.recording_receiver import RecordingReceiver, receiving
from support.sandbox_process import SandboxProcess, sandbox_process
from support.waiting import MOMENT, wait_until

from pulumi_setsmart.sandbox import DeliverySettings, SandboxSettings, Storage
from pulumi_setsmart.sandbox.deliveries.dispatch_lock import DispatchLock
from pulumi_setsmart.testing import running_sandbox

SOON = ("--rate-limit", "0", "--webhook-backoff", "0.01")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.db"


@pytest.fixture
def processes() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def started(processes: ExitStack, path: Path) -> SandboxProcess:
    return processes.enter_context(sandbox_process("--database", str(path), *SOON))


def subscribe(client: httpx.Client, url: str) -> None:
    hook = {"url": url, "events": ["property.created"]}
    client.post("/webhooks", json=hook).raise_for_status()


def add_listings(client: httpx.Client, number: int) -> None:
    for _ in range(number):
        client.post("/properties", json={"name": "Cabin"}).raise_for_status()


def pending(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT count(*) FROM deliveries WHERE state = 'pending'"
        return int(connection.execute(query).fetchone()[0])


def events(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT event_id FROM deliveries ORDER BY number")
        return [event_id for (event_id,) in rows]


def received(receiver: RecordingReceiver) -> Counter[str]:
    return Counter(delivery.headers["webhook-id"] for delivery in receiver.received)


def test_two_processes_deliver_each_event_once(processes: ExitStack, path: Path) -> None:
    """Whichever of them it came through, while both change the file; each has ids of its own."""
    one, other = started(processes, path), started(processes, path)
    with receiving() as receiver:
        subscribe(one.client, receiver.url)
        with ThreadPoolExecutor() as threads:
            work = [threads.submit(add_listings, each.client, 60) for each in (one, other)]
            for each in work:
                each.result()
        wait_until(lambda: not pending(path))
        assert received(receiver) == Counter(events(path))
    listings = other.client.get("/properties").json()
    assert [each["id"] for each in listings] == [f"prop_{number}" for number in range(1, 121)]
    assert len(events(path)) == 120


def test_two_processes_change_the_same_listing_without_getting_in_each_other_s_way(
    processes: ExitStack, path: Path
) -> None:
    """Each change is made on what the one before left, and none is refused."""
    one, other = started(processes, path), started(processes, path)
    add_listings(one.client, 1)

    def change(client: httpx.Client) -> list[int]:
        bodies = ({"name": "Cabin", "bedrooms": number} for number in range(60))
        return [client.put("/properties/prop_1", json=body).status_code for body in bodies]

    with ThreadPoolExecutor() as threads:
        work = [threads.submit(change, each.client) for each in (one, other)]
        assert {status for each in work for status in each.result()} == {200}


def test_another_process_delivers_what_a_killed_one_did_not(
    processes: ExitStack, path: Path
) -> None:
    """Only what was under way when it was killed may come twice, since nobody knows if it came."""
    one = started(processes, path)
    with receiving() as receiver:
        subscribe(one.client, receiver.url)
        add_listings(one.client, 1)
        wait_until(lambda: not pending(path))
        other = started(processes, path)
        receiver.statuses.append(None)
        add_listings(one.client, 1)
        wait_until(lambda: len(receiver.received) == 2)
        for each in (one, other):
            add_listings(each.client, 20)
        one.end(signal.SIGKILL)
        wait_until(lambda: not pending(path))
        _, under_way, *_ = events(path)
        assert received(receiver) == Counter(events(path)) + Counter([under_way])
        assert len(events(path)) == 42


def test_processes_that_are_killed_again_and_again_lose_nothing(
    processes: ExitStack, path: Path
) -> None:
    """Each kill may let one event come twice, and no more."""
    kills = 6
    with receiving() as receiver:
        alive = [started(processes, path), started(processes, path)]
        subscribe(alive[0].client, receiver.url)
        for _ in range(kills):
            for each in alive:
                add_listings(each.client, 10)
            alive.pop(0).end(signal.SIGKILL)
            alive.append(started(processes, path))
        wait_until(lambda: not pending(path))
        counts = received(receiver)
    assert counts.keys() == {*events(path)}
    assert len(events(path)) == kills * 20
    assert counts.total() - len(counts) <= kills


def test_a_process_that_ends_in_good_order_hands_over(processes: ExitStack, path: Path) -> None:
    """What is pending is delivered by the one that stays."""
    one, other = started(processes, path), started(processes, path)
    with receiving(*[500] * 3) as receiver:
        subscribe(one.client, receiver.url)
        add_listings(one.client, 5)
        wait_until(lambda: receiver.received)
        one.end(signal.SIGTERM)
        wait_until(lambda: not pending(path))
    assert received(receiver).keys() == {*events(path)}
    assert other.client.get("/properties").status_code == 200


def test_one_process_holds_the_lock_at_a_time(path: Path) -> None:
    """Between threads and sandboxes of one process as well; another acquires a released one."""
    one, other = DispatchLock(path), DispatchLock(path)
    assert one.acquire()
    assert one.acquire()
    assert not other.acquire()
    one.release()
    assert other.acquire()
    assert not one.acquire()
    other.release()


def test_a_database_that_nobody_shares_needs_no_lock() -> None:
    """A database in memory is delivered from by its own process."""
    assert [DispatchLock(None).acquire() for _ in range(2)] == [True, True]


def test_a_lock_that_cannot_be_had_is_logged_once(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As where something else has its name."""
    (path.parent / f"{path.name}-deliveries").mkdir()
    lock = DispatchLock(path)
    assert [lock.acquire() for _ in range(3)] == [False] * 3
    [record] = caplog.records
    assert "nothing is delivered" in record.getMessage()


def test_nothing_is_sent_while_it_could_not_be_written_down(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """While the database is in trouble; afterwards all is sent, and the log has two lines."""
    settings = SandboxSettings(deliveries=DeliverySettings(backoff=0.01))
    with (
        Storage(path) as storage,
        running_sandbox(settings, storage=storage) as account,
        receiving(None) as receiver,
        closing(sqlite3.connect(path, isolation_level=None)) as somebody,
    ):
        connection = storage._database._connection  # noqa: SLF001 -- it is of this one alone
        connection.execute("PRAGMA busy_timeout = 1")
        account.add("webhooks", url=receiver.url, events=["*"])
        account.add("properties", name="Cabin")
        account.add("properties", name="Hut")
        wait_until(lambda: receiver.received)
        somebody.execute("BEGIN IMMEDIATE")
        receiver.go_on()
        wait_until(lambda: caplog.records)
        receiver_saw = len(receiver.received)
        with pytest.raises(TimeoutError):
            account.wait_for_deliveries(MOMENT * 5)
        assert len(receiver.received) == receiver_saw == 1
        somebody.execute("ROLLBACK")
        wait_until(lambda: not storage.deliveries.pending())
        first, second = (delivery.event_id for delivery in account.deliveries())
    # Nobody could write down that the first one had arrived.
    assert received(receiver) == {first: 2, second: 1}
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert all(record.exc_info is None for record in caplog.records)
