"""The receiver that people start from: its responses, its inbox and its work."""

import importlib.util
import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import receiver as receiver_module
from inbox import Inbox
from listings import keep_copy
from receiver import create_app
from starlette.types import ASGIApp
from support.documentation_page import Page
from support.signed_delivery import OTHER_SECRET, SECRET, SignedDelivery
from support.waiting import HANG_GUARD, wait_until

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import running
from pulumi_setsmart.testing import SandboxAccount
from pulumi_setsmart.webhooks import LARGEST_PAYLOAD, WebhookEvent

README = Page.read(Path(receiver_module.__file__).with_name("README.md"))
LISTING = {"id": "prop_1", "name": "Cabin"}


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the receiver's inbox, and the environment that names it."""
    path = tmp_path / "inbox.db"
    monkeypatch.setenv("INBOX", str(path))
    monkeypatch.setenv("SETSMART_WEBHOOK_SECRETS", SECRET)
    return path


@pytest.fixture
def url(inbox: Path) -> Iterator[str]:  # noqa: ARG001 -- its environment
    """The address of a running receiver."""
    with running(create_app()) as base_url:
        yield address(base_url)


def address(base_url: str) -> str:
    return base_url.replace("/v1", "/setsmart")


def now(**fields: Any) -> SignedDelivery:
    """Return a delivery of this moment."""
    event = {"type": "property.updated", "timestamp": "2026-01-01T10:00:00Z", "data": LISTING}
    payload = json.dumps(event).encode()
    return SignedDelivery.standard(payload, timestamp=str(int(time.time())), **fields)


def send(url: str, delivery: SignedDelivery) -> int:
    response = httpx.post(
        url, content=delivery.payload, headers=delivery.headers, trust_env=False, timeout=HANG_GUARD
    )
    return response.status_code


def rows(path: Path, query: str) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    except sqlite3.OperationalError:
        return []
    finally:
        connection.close()


def test_a_genuine_delivery_is_stored_and_processed(url: str, inbox: Path) -> None:
    """Once; when it comes again, the response is 204."""
    assert send(url, now()) == 202
    wait_until(lambda: rows(inbox, "SELECT * FROM listings"))
    assert send(url, now()) == 204
    assert rows(inbox, "SELECT id, fields, events FROM listings") == [
        ("prop_1", json.dumps(LISTING), 1)
    ]


def test_what_is_not_genuine_is_answered_and_forgotten(
    url: str, inbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With a line in the log that holds nothing of it."""
    assert send(url, now(secret=OTHER_SECRET)) == 400
    assert send(url, SignedDelivery(b"{}", {})) == 400
    assert send(url, SignedDelivery(b"x" * (LARGEST_PAYLOAD + 1), {})) == 413
    assert httpx.get(url, trust_env=False, timeout=HANG_GUARD).status_code == 405
    assert rows(inbox, "SELECT * FROM events") == []
    assert f"[{MessageCode.WRONG_SIGNATURE}]" in caplog.text
    assert "prop_1" not in caplog.text


def test_what_came_before_a_stop_is_processed_after_it(inbox: Path) -> None:
    """An event that is in the inbox is not lost."""
    Inbox(inbox).add(WebhookEvent("msg_1", "property.created", None, LISTING))
    with running(create_app()):
        wait_until(lambda: not rows(inbox, "SELECT 1 FROM events WHERE processed_at IS NULL"))


def test_a_store_that_fails_lets_the_delivery_come_again(url: str, inbox: Path) -> None:
    """It is not the sender's fault."""
    connection = sqlite3.connect(inbox)
    connection.execute("DROP TABLE events")
    connection.close()
    assert send(url, now()) == 500


def test_work_that_fails_is_done_later(inbox: Path) -> None:
    """Nothing of it is kept, others come first, and it is tried again."""
    events = Inbox(inbox)
    for number in (1, 2):
        events.add(WebhookEvent(f"msg_{number}", "property.created", None, LISTING))
    done: list[str] = []

    def work(database: sqlite3.Connection, event: WebhookEvent) -> None:
        database.execute("CREATE TABLE IF NOT EXISTS work (id TEXT)")
        database.execute("INSERT INTO work VALUES (?)", (event.id,))
        if event.id == "msg_1" and not done:
            raise ArithmeticError
        done.append(event.id)

    with pytest.raises(ArithmeticError):
        events.process_next(work)
    assert [events.process_next(work) for _ in range(3)] == [True, True, False]
    assert done == ["msg_2", "msg_1"]
    assert rows(inbox, "SELECT id FROM work") == [("msg_2",), ("msg_1",)]


def test_order_means_nothing(inbox: Path) -> None:
    """What happened last stays, and what is deleted does not come back."""
    database = sqlite3.connect(inbox)
    moments = ["10:00:00+00:00", "11:30:00+01:00", "11:00:00+00:00"]
    kinds = ["created", "updated", "deleted"]
    events = [
        WebhookEvent(
            f"msg_{kind}",
            f"property.{kind}",
            datetime.fromisoformat(f"2026-01-01T{moment}"),
            {"id": "prop_1", "name": kind},
        )
        for kind, moment in zip(kinds, moments, strict=True)
    ]
    for event in (events[1], events[0]):
        keep_copy(database, event)
    [[fields]] = database.execute("SELECT fields FROM listings").fetchall()
    assert json.loads(fields)["name"] == "updated"
    for event in (events[2], events[0], events[1]):
        keep_copy(database, event)
    assert database.execute("SELECT fields, events FROM listings").fetchall() == [(None, 5)]
    keep_copy(database, WebhookEvent("msg_9", "message.received", None, {}))
    database.close()


def test_an_event_that_is_stored_twice_at_once_is_processed_once(inbox: Path) -> None:
    """Also where the first was processed in between."""
    events, event = Inbox(inbox), WebhookEvent("msg_1", None, None, {})
    events.add(event)
    assert events.process_next(lambda _database, _event: None)
    events.add(event)
    assert not events.process_next(lambda _database, _event: None)


def test_ids_are_kept_as_long_as_a_delivery_can_be_replayed(inbox: Path) -> None:
    """What is not processed is kept for ever."""
    events = Inbox(inbox)
    for number in (1, 2, 3):
        events.add(WebhookEvent(f"msg_{number}", None, None, {}))
    for days in (40, 20):
        events.process_next(lambda _database, _event: None)
        connection = sqlite3.connect(inbox)
        with connection:
            connection.execute(
                "UPDATE events SET processed_at = datetime('now', ?)"
                " WHERE processed_at > datetime('now', '-1 days')",
                (f"-{days} days",),
            )
        connection.close()
    events.forget(days=30)
    assert ["msg_1" in events, "msg_2" in events, "msg_3" in events] == [False, True, True]


@pytest.mark.parametrize("secrets", ["", "my-secret", f"{SECRET} whsec_short"])
def test_a_receiver_with_a_bad_secret_does_not_start(
    inbox: Path,  # noqa: ARG001 -- its environment
    monkeypatch: pytest.MonkeyPatch,
    secrets: str,
) -> None:
    """It says so in one line, without the secret."""
    monkeypatch.setenv("SETSMART_WEBHOOK_SECRETS", secrets)
    with pytest.raises(SystemExit) as end:
        create_app()
    assert str(end.value).startswith("SETSMART_WEBHOOK_SECRETS: ")
    assert "short" not in str(end.value)


def test_the_sandbox_and_the_receiver_agree(
    setsmart_sandbox: SandboxAccount, url: str, inbox: Path
) -> None:
    """Every change is in the copy."""
    events = ["property.created", "property.updated", "property.deleted"]
    setsmart_sandbox.add("webhooks", url=url, events=events, secret=SECRET)
    for name in ("Cabin", "Hut", "Barn"):
        setsmart_sandbox.add("properties", name=name)
    setsmart_sandbox.change("prop_1", bedrooms=5)
    setsmart_sandbox.remove("prop_2")
    deliveries = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert [[attempt.status for attempt in each.attempts] for each in deliveries] == [[202]] * 5
    wait_until(lambda: rows(inbox, "SELECT sum(events) FROM listings") == [(5,)])
    copy = rows(inbox, "SELECT fields FROM listings WHERE fields NOT NULL ORDER BY id")
    assert [json.loads(fields) for (fields,) in copy] == setsmart_sandbox.objects()


def documented(framework: str, folder: Path) -> Any:
    """Return the application in the README's lines for a framework."""
    [block] = [
        block for block in README.blocks if block.title == f"{framework.lower()}_receiver.py"
    ]
    file = folder / str(block.title)
    file.write_text(block.text)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.app


@pytest.mark.usefixtures("inbox")
def test_the_lines_for_fastapi_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As they stand in the README."""
    app: ASGIApp = documented("FastAPI", tmp_path)
    with running(app) as base_url:
        statuses = [
            send(address(base_url), now(secret=secret)) for secret in (SECRET, SECRET, OTHER_SECRET)
        ]
    assert statuses == [202, 204, 400]
    printed = capsys.readouterr().out
    assert "WebhookEvent(id='msg_1'" in printed
    assert f"[{MessageCode.WRONG_SIGNATURE}]" in printed


@pytest.mark.usefixtures("inbox")
def test_the_lines_for_flask_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As they stand in the README."""
    client = documented("Flask", tmp_path).test_client()
    statuses = [
        client.post("/setsmart", data=signed.payload, headers=signed.headers).status_code
        for signed in (now(), now(), now(secret=OTHER_SECRET))
    ]
    assert statuses == [202, 204, 400]
    assert capsys.readouterr().out.count("WebhookEvent(id='msg_1'") == 1
