"""A database that cannot be used for a while: a clear response, one line in the log, no loss."""

from __future__ import annotations

import json
import logging
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from support.sandbox_process import sandbox_process
from support.served_sandbox import ServedSandbox, serving
from support.waiting import HANG_GUARD

from pulumi_setsmart.sandbox import PROPERTIES, SandboxSettings, Storage
from pulumi_setsmart.sandbox.database import Database

LARGE = {"name": "Cabin", "note": "x" * 20_000}
UNLIMITED = SandboxSettings(rate_limit=0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.db"


@pytest.fixture
def served(path: Path) -> Iterator[ServedSandbox]:
    with Storage(path) as storage, serving(UNLIMITED, storage=storage) as one:
        yield one


def limited_to(served: ServedSandbox, pages: int) -> None:
    """Give the database so many pages, as a disk has so many blocks."""
    set_up(served, f"max_page_count = {pages}")


def set_up(served: ServedSandbox, pragma: str) -> None:
    connection = served.app.storage._database._connection  # noqa: SLF001 -- it is of this one alone
    connection.execute(f"PRAGMA {pragma}")


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    assert all(record.exc_info is None for record in caplog.records)
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_full_disk_is_a_507_until_there_is_space(
    served: ServedSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is stored in part, reading goes on, and the log says it once, and when it is over."""
    limited_to(served, 20)
    statuses = [served.client.post("/properties", json=LARGE).status_code for _ in range(20)]
    refused = served.client.post("/properties", json=LARGE)
    stored = statuses.count(201)
    assert {*statuses} == {201, 507}
    assert statuses == sorted(statuses)
    assert refused.json() == {
        "error": {
            "code": "insufficient_storage",
            "message": "The sandbox cannot use its database: the disk is full.",
        }
    }
    assert "X-Request-Id" in refused.headers
    assert len(served.client.get("/properties").json()) == stored
    assert len(lines(caplog)) == 1
    assert "the database cannot be written: the disk is full" in caplog.text
    limited_to(served, 10_000)
    assert served.client.post("/properties", json=LARGE).json()["id"] == f"prop_{stored + 1}"
    assert len(served.client.get("/properties").json()) == stored + 1
    assert lines(caplog)[1:] == ["the database can be written again"]


def test_nothing_is_delivered_of_a_change_on_a_full_disk(served: ServedSandbox) -> None:
    """A change and its deliveries are stored together or not at all."""
    served.client.post("/webhooks", json={"url": "http://127.0.0.1:9/", "events": ["*"]})
    limited_to(served, 25)
    statuses = [served.client.post("/properties", json=LARGE).status_code for _ in range(20)]
    assert served.client.delete("/properties/prop_1").status_code in (204, 507)
    deliveries = served.app.storage.deliveries.deliveries()
    assert len(
        [delivery for delivery in deliveries if delivery.type == "property.created"]
    ) == statuses.count(201)


def test_the_dashboard_says_it_as_a_page(served: ServedSandbox) -> None:
    """Without a traceback, with the way back."""
    origin = str(served.client.base_url).removesuffix("/v1/")
    with httpx.Client(base_url=origin, trust_env=False, timeout=HANG_GUARD) as browser:
        token = browser.get("/listings/new").text.split('name="_token" value="')[1].split('"')[0]
        limited_to(served, 20)
        form = {"_token": token, "name": "Cabin", "_further": json.dumps({"note": "x" * 90_000})}
        page = browser.post("/listings/new", data=form)
    assert page.status_code == 507
    assert "the disk is full" in page.text
    assert served.app.storage.objects(PROPERTIES) == []


def removed(path: Path) -> None:
    path.unlink()


def replaced(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))
    path.write_text("something else")


def damaged(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\xff" * path.stat().st_size)


def cut_off(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(4096)


@pytest.mark.parametrize("happen", [removed, replaced, damaged, cut_off])
def test_a_file_that_is_lost_during_a_run_is_a_503(
    served: ServedSandbox,
    path: Path,
    happen: Callable[[Path], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each request is refused, and the log says once for reading and for writing what happened."""
    served.client.post("/properties", json=LARGE)
    happen(path)
    statuses = {served.client.post("/properties", json=LARGE).status_code for _ in range(5)}
    read = {served.client.get("/properties").status_code for _ in range(5)}
    refused = served.client.put("/properties/prop_1", json=LARGE)
    assert statuses == {503}
    assert read <= {200, 503}
    assert refused.json()["error"]["code"] == "unavailable"
    assert refused.json()["error"]["message"].startswith("The sandbox cannot use its database: its")
    assert 1 <= len(lines(caplog)) <= 2


def test_a_locked_file_is_a_503_until_it_is_unlocked(
    served: ServedSandbox, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever else opened it, such as a browser for databases."""
    set_up(served, "busy_timeout = 1")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            refused = served.client.post("/properties", json={"name": "Cabin"})
            assert refused.status_code == 503
            assert served.client.get("/properties").json() == []
    assert "another process is using its file" in refused.json()["error"]["message"]
    assert served.client.post("/properties", json={"name": "Cabin"}).status_code == 201
    assert len(lines(caplog)) == 2


def test_mistakes_of_ours_are_no_condition_of_the_world() -> None:
    """They are raised as they are, so that they are found."""
    database = Database()
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        database.rows("SELECT 1 FROM objects")


SMALL_FILES = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))"


def test_a_process_at_its_limit_goes_on_when_there_is_space_again(path: Path) -> None:
    """With a limit of the system, as a quota is: two lines in the terminal, and no more."""
    options = ("--rate-limit", "0", "--database", str(path))
    with sandbox_process(*options, limits=SMALL_FILES) as limited:
        client = limited.client
        statuses = [client.post("/properties", json=LARGE).status_code for _ in range(30)]
        stored = statuses.count(201)
        assert statuses == [201] * stored + [503] * (30 - stored)
        assert 0 < stored < 30
        assert len(client.get("/properties").json()) == stored
        for number in range(1, stored + 1):
            assert client.delete(f"/properties/prop_{number}").status_code == 204
        again = [client.post("/properties", json=LARGE) for _ in range(stored)]
        first, second = limited.end(signal.SIGTERM).splitlines()
    assert [response.json()["id"] for response in again] == [
        f"prop_{stored + number}" for number in range(1, stored + 1)
    ]
    assert first.startswith("the database cannot be written: its file cannot be read or written")
    assert second == "the database can be written again"
