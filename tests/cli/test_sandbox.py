"""The command that runs a sandbox."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest
from attrs import frozen
from support.detached_sandboxes import stop_detached_sandboxes
from support.messages import message
from support.recording_receiver import receiving
from support.signed_delivery import OTHER_SECRET, SECRET
from support.unmeasured import unmeasured
from support.waiting import HANG_GUARD, MOMENT, wait_until

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.webhooks import HexHmac, verify

MODULE = (sys.executable, "-m", "pulumi_setsmart.sandbox")
COMMAND = (sys.executable, "-m", "pulumi_setsmart", "sandbox")


@frozen
class Started:
    """A sandbox process that has said where it listens."""

    process: subprocess.Popen[str]
    first_line: str

    @property
    def base_url(self) -> str:
        return self.first_line.removeprefix("SetSmart sandbox on ").removesuffix("\n")

    def get(self, path: str, key: str = "sandbox-key") -> httpx.Response:
        headers = {"X-API-Key": key}
        return httpx.get(
            f"{self.base_url}{path}", headers=headers, trust_env=False, timeout=HANG_GUARD
        )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.send_signal(how)
        status = self.process.wait(timeout=HANG_GUARD)
        return status, self.process.stdout.read(), self.process.stderr.read()


@contextmanager
def started(*options: str, program: Sequence[str] = MODULE) -> Iterator[Started]:
    process = subprocess.Popen(
        [*program, "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process:
        try:
            yield Started(process, process.stdout.readline())
        finally:
            process.kill()


def failed(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MODULE, *options], capture_output=True, text=True, timeout=HANG_GUARD, check=False
    )


@pytest.mark.parametrize("program", [MODULE, COMMAND])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_listens_and_stops_cleanly(
    program: Sequence[str], how: signal.Signals
) -> None:
    """Once its line is printed it answers; a signal ends it with 0, and it makes no noise."""
    with started(program=program) as sandbox:
        assert sandbox.get("/properties").json() == []
        status, rest, errors = sandbox.stop(how)
    assert sandbox.base_url.startswith("http://127.0.0.1:")
    assert sandbox.base_url.endswith("/v1")
    assert (status, errors) == (0, "")
    assert rest == (
        f"In a browser on this machine: {sandbox.base_url.removesuffix('v1')}\n"
        "API key: sandbox-key. Ctrl-C stops it.\n"
    )


def test_it_stops_while_a_client_is_connected() -> None:
    """A connection that is kept open does not hold it up."""
    with started() as sandbox, httpx.Client(trust_env=False, timeout=HANG_GUARD) as client:
        client.get(sandbox.base_url)
        assert sandbox.stop()[0] == 0


def test_data_and_ids_survive_a_restart(tmp_path: Path) -> None:
    """Listings are seeded once."""
    options = ("--database", str(tmp_path / "sandbox.db"), "--seed", "3")
    with started(*options) as sandbox:
        before = sandbox.get("/properties").json()
        sandbox.stop()
    with started(*options) as sandbox:
        after = sandbox.get("/properties").json()
    assert len(before) == 3
    assert after == before


def test_keys_of_all_kinds_can_be_given() -> None:
    """The default key is not one of them, and is not mentioned."""
    with started(
        *("--key", "one", "--key", "two", "--read-only-key", "reader"),
        *("--key-for-network", "a=b=10.0.0.0/8", "--key-for-network", "home=10.0.0.0/8"),
        *("--key-for-network", "home=127.0.0.1"),
    ) as sandbox:
        keys = ("one", "two", "reader", "home", "a=b", "sandbox-key")
        statuses = {key: sandbox.get("/properties", key).status_code for key in keys}
        url, headers = f"{sandbox.base_url}/properties", {"X-API-Key": "reader"}
        written = httpx.post(
            url, headers=headers, json={"name": "x"}, trust_env=False, timeout=HANG_GUARD
        )
        _, rest, _ = sandbox.stop()
    assert statuses == {
        "one": 200,
        "two": 200,
        "reader": 200,
        "home": 200,
        "a=b": 403,
        "sandbox-key": 401,
    }
    assert written.status_code == 403
    assert rest.splitlines()[1:] == ["Ctrl-C stops it."]


def test_the_behaviour_of_the_server_can_be_chosen() -> None:
    """Each option reaches the server."""
    with (
        started(
            *("--rate-limit", "7", "--rate-window", "3600", "--secrets", "masked"),
            *("--put", "merge", "--normalise", "--page-size", "1"),
        ) as sandbox,
        httpx.Client(
            base_url=sandbox.base_url,
            headers={"X-API-Key": "sandbox-key"},
            trust_env=False,
            timeout=HANG_GUARD,
        ) as client,
    ):
        hook = {"url": "https://example.com", "events": ["a.b"], "secret": "whsec_12345678"}
        created = client.post("/webhooks", json=hook)
        client.post("/webhooks", json=hook)
        merged = client.put("/webhooks/wh_1", json={"status": " INACTIVE "})
        listed = client.get("/webhooks")
    assert created.headers["X-RateLimit-Limit"] == "7"
    assert int(created.headers["X-RateLimit-Reset"]) > sent_at(created) + 3500
    assert created.json()["secret"] == "whsec_****5678"
    assert merged.json()["status"] == "inactive"
    assert len(listed.json()) == 1
    assert "next" in listed.links


def test_it_can_be_as_slow_as_a_network() -> None:
    """An hour is longer than anybody waits."""
    with started("--latency", "3600") as sandbox, pytest.raises(httpx.ReadTimeout):
        httpx.get(sandbox.base_url, trust_env=False, timeout=httpx.Timeout(HANG_GUARD, read=MOMENT))


def test_it_prints_what_came_of_each_delivery() -> None:
    """A line for each attempt, and one where it gives up."""
    options = ("--webhook-attempts", "2", "--webhook-backoff", "0.01")
    with started(*options) as sandbox, receiving(500, 204, 500, 404) as receiver:
        assert sandbox.process.stdout is not None
        lines = [sandbox.process.stdout.readline() for _ in range(2)]
        with httpx.Client(
            headers={"X-API-Key": "sandbox-key"}, trust_env=False, timeout=HANG_GUARD
        ) as client:
            hook = {"url": receiver.url, "events": ["property.created"], "secret": SECRET}
            client.post(f"{sandbox.base_url}/webhooks", json=hook)
            for name, attempts in (("Cabin", 2), ("Hut", 3)):
                client.post(f"{sandbox.base_url}/properties", json={"name": name})
                lines += [sandbox.process.stdout.readline() for _ in range(attempts)]
    first, _, second, _ = (request.headers["webhook-id"] for request in receiver.received)
    assert lines[2:] == [
        f"property.created to wh_1, {first}: status 500\n",
        f"property.created to wh_1, {first}: status 204\n",
        f"property.created to wh_1, {second}: status 500\n",
        f"property.created to wh_1, {second}: status 404\n",
        f"property.created to wh_1, {second}: failed, given up after attempt 2\n",
    ]


def test_how_it_delivers_can_be_chosen() -> None:
    """Each option reaches the server."""
    with (
        started(
            *("--webhook-duplicates", "1", "--webhook-attempts", "1"),
            *("--webhook-secret-overlap", "3600", "--webhook-host", "nowhere.invalid"),
        ) as sandbox,
        started("--webhook-signature", "hex") as other,
        receiving(204, 204, 500) as receiver,
        httpx.Client(
            headers={"X-API-Key": "sandbox-key"}, trust_env=False, timeout=HANG_GUARD
        ) as client,
    ):
        assert sandbox.process.stdout is not None
        hook = {"url": receiver.url, "events": ["property.created"], "secret": SECRET}
        client.post(f"{sandbox.base_url}/webhooks", json=hook)
        client.put(f"{sandbox.base_url}/webhooks/wh_1", json={**hook, "secret": OTHER_SECRET})
        client.post(f"{sandbox.base_url}/properties", json={"name": "Cabin"})
        wait_until(lambda: len(receiver.received) == 2)
        client.post(f"{sandbox.base_url}/properties", json={"name": "Hut"})
        wait_until(lambda: len(receiver.received) == 3)
        elsewhere = {**hook, "url": "http://nowhere.invalid/"}
        client.put(f"{sandbox.base_url}/webhooks/wh_1", json=elsewhere)
        client.post(f"{sandbox.base_url}/properties", json={"name": "Barn"})
        lines = [sandbox.process.stdout.readline().split(": ")[1] for _ in range(8)][2:]
        client.post(f"{other.base_url}/webhooks", json=hook)
        client.post(f"{other.base_url}/properties", json={"name": "Cabin"})
        wait_until(lambda: len(receiver.received) == 4)
    one, again, _, in_hex = receiver.received
    for secret in (SECRET, OTHER_SECRET):
        assert verify(one.payload, one.headers, secret) == (
            verify(again.payload, again.headers, secret)
        )
    assert verify(in_hex.payload, in_hex.headers, SECRET, scheme=HexHmac())
    assert lines == [
        "status 204\n",
        "status 204\n",
        "status 500\n",
        "failed, given up after attempt 1\n",
        "no response",
        "failed, given up after attempt 1\n",
    ]


def test_the_time_limit_for_receivers_can_be_chosen() -> None:
    """Who does not answer within it is given up."""
    options = ("--webhook-attempts", "1", "--webhook-timeout", "0.3")
    with (
        started(*options) as sandbox,
        receiving(None) as receiver,
        httpx.Client(
            headers={"X-API-Key": "sandbox-key"}, trust_env=False, timeout=HANG_GUARD
        ) as client,
    ):
        assert sandbox.process.stdout is not None
        hook = {"url": receiver.url, "events": ["property.created"], "secret": SECRET}
        client.post(f"{sandbox.base_url}/webhooks", json=hook)
        client.post(f"{sandbox.base_url}/properties", json={"name": "Cabin"})
        lines = [sandbox.process.stdout.readline().split(": ")[1] for _ in range(4)][2:]
    assert lines == ["no response within 0.3 s\n", "failed, given up after attempt 1\n"]


def test_it_can_deliver_in_disorder() -> None:
    """What happens within some seconds is sent in another order, and all of it."""
    with (
        started("--webhook-shuffle", "2") as sandbox,
        receiving() as receiver,
        httpx.Client(
            headers={"X-API-Key": "sandbox-key"}, trust_env=False, timeout=HANG_GUARD
        ) as client,
    ):
        hook = {"url": receiver.url, "events": ["property.created"], "secret": SECRET}
        client.post(f"{sandbox.base_url}/webhooks", json=hook)
        names = [f"Cabin {number}" for number in range(30)]
        for name in names:
            client.post(f"{sandbox.base_url}/properties", json={"name": name})
        wait_until(lambda: len(receiver.received) == len(names))
    told = [json.loads(request.payload)["data"]["name"] for request in receiver.received]
    assert sorted(told) == sorted(names)
    assert told != names


def sent_at(response: httpx.Response) -> float:
    return parsedate_to_datetime(response.headers["Date"]).timestamp()


def test_a_port_in_use_is_told_in_one_line() -> None:
    """With exit status 1 and without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = failed("--port", str(port))
    assert (result.returncode, result.stdout) == (1, "")
    facts = (f"127.0.0.1:{port}", "Address already in use")
    assert result.stderr.splitlines() == [message(MessageCode.CANNOT_LISTEN, *facts)]


def test_a_database_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    """With exit status 1 and without a traceback."""
    path = tmp_path / "nowhere" / "sandbox.db"
    result = failed("--port", "0", "--database", str(path))
    assert (result.returncode, result.stdout) == (1, "")
    facts = (path, "unable to open database file")
    assert result.stderr.splitlines() == [message(MessageCode.UNUSABLE_DATABASE, *facts)]


def test_a_foreign_file_is_refused_in_one_line(tmp_path: Path) -> None:
    """It says what to do, and the file is as it was."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database\n" * 100)
    result = failed("--port", "0", "--database", str(path))
    assert (result.returncode, result.stdout) == (1, "")
    facts = (path, "file is not a database", "--database")
    assert result.stderr.splitlines() == [message(MessageCode.UNUSABLE_DATABASE, *facts)]
    assert path.read_text() == "not a database\n" * 100


def test_a_disk_that_is_full_from_the_beginning_is_told_in_one_line(tmp_path: Path) -> None:
    """Also where it fills while listings are made up."""
    path = tmp_path / "sandbox.db"
    small = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))"
    command = f"{small}\nfrom pulumi_setsmart.cli.sandbox import sandbox\nsandbox()"
    result = subprocess.run(
        [*(sys.executable, "-c", command, "--port", "0"), "--database", path, "--seed", "5000"],
        env=unmeasured(),
        capture_output=True,
        text=True,
        timeout=HANG_GUARD,
        check=False,
    )
    assert (result.returncode, result.stdout) == (1, "")
    *_, line = result.stderr.splitlines()
    assert line == message(MessageCode.UNUSABLE_DATABASE, path)
    assert "Traceback" not in result.stderr


def test_it_can_be_asked_by_other_names() -> None:
    """Those that were allowed, and no others."""
    with started("--allow-host", "sandbox.test", "--allow-host", "other.test:80") as sandbox:
        statuses = {
            host: httpx.get(
                f"{sandbox.base_url}/properties",
                headers={"X-API-Key": "sandbox-key", "Host": host},
                trust_env=False,
                timeout=HANG_GUARD,
            ).status_code
            for host in ("sandbox.test:8787", "other.test", "127.0.0.1", "evil.test")
        }
    assert statuses == {
        "sandbox.test:8787": 200,
        "other.test": 200,
        "127.0.0.1": 200,
        "evil.test": 403,
    }


@pytest.mark.parametrize(
    ("options", "violation"),
    [
        (("--key", "a", "--read-only-key", "a"), "the same API key is given twice"),
        (("--key-for-network", "10.0.0.0/8"), "must be KEY=CIDR"),
        (("--key-for-network", "a=10.0.0.1/8"), "has host bits set"),
        (("--rate-window", "0"), "--rate-window"),
        (("--latency", "-1"), "--latency"),
        (("--page-size", "0"), "--page-size"),
        (("--webhook-duplicates", "2"), "--webhook-duplicates"),
        (("--key", ""), "an API key must not be empty"),
        (("--allow-host", "http://sandbox"), "'http://sandbox' is not the name of a host"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: tuple[str, ...], violation: str) -> None:
    """With exit status 2, and a word on which one it is."""
    result = failed("--port", "0", *options)
    assert (result.returncode, result.stdout) == (2, "")
    assert violation in result.stderr
    assert "Traceback" not in result.stderr


def test_every_option_is_explained() -> None:
    """The help names them all."""
    text = failed("--help").stdout
    for option in ("--host", "--port", "--allow-host", "--database", "--seed", "--key",
                   "--read-only-key",
                   "--key-for-network", "--rate-limit", "--rate-window", "--latency", "--secrets",
                   "--put", "--normalise", "--frozen", "--largest", "--page-size",
                   "--webhook-signature",
                   "--webhook-secret-overlap", "--webhook-timeout", "--webhook-attempts",
                   "--webhook-backoff", "--webhook-duplicates", "--webhook-shuffle",
                   "--webhook-host"):  # fmt: skip
        assert f"  {option} " in text


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_without_its_packages_it_says_what_to_install(missing: str, tmp_path: Path) -> None:
    """In one line; the command line itself works without them."""
    (tmp_path / f"{missing}.py").write_text(f"raise ModuleNotFoundError(name={missing!r})")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    helped, ran = (
        subprocess.run(
            [*COMMAND, *options],
            env=environment,
            capture_output=True,
            text=True,
            timeout=HANG_GUARD,
            check=False,
        )
        for options in (["--help"], ["--port", "0"])
    )
    assert helped.returncode == 0
    assert (ran.returncode, ran.stdout) == (1, "")
    facts = ("pulumi-setsmart[sandbox]",)
    assert ran.stderr.splitlines() == [message(MessageCode.SANDBOX_NOT_INSTALLED, *facts)]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Return a new home, in which no sandbox is left running."""
    yield tmp_path
    stop_detached_sandboxes(tmp_path)


def in_background(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *options],
        cwd=home,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=HANG_GUARD,
        check=False,
    )


def detached(home: Path, *options: str) -> tuple[str, str]:
    """Start one, and return its base URL and its port."""
    result = in_background(home, "--detach", "--port", "0", *options)
    assert (result.returncode, result.stderr) == (0, "")
    url = result.stdout.splitlines()[0].removeprefix("SetSmart sandbox on ")
    port = str(httpx.URL(url).port)
    assert f"sandbox --stop --port {port}`" in result.stdout
    return url, port


def answers(url: str) -> bool:
    try:
        httpx.get(f"{url}/properties", trust_env=False, timeout=HANG_GUARD)
    except httpx.ConnectError:
        return False
    return True


def test_a_detached_sandbox_responds_until_it_is_stopped(home: Path) -> None:
    """The command returns when the server responds; stopping one leaves the other."""
    first, port = detached(home)
    second, other_port = detached(home, "--host", "localhost")
    assert answers(first)
    assert answers(second)
    assert in_background(home, "--stop", "--port", port).returncode == 0
    assert not answers(first)
    assert answers(second)
    again = in_background(home, "--stop", "--port", port)
    assert (again.returncode, message(MessageCode.NO_SANDBOX, port) == again.stderr) == (1, True)
    assert in_background(home, "--stop", "--port", other_port).returncode == 0


def test_only_what_was_detached_is_stopped(home: Path) -> None:
    """Neither a sandbox in the foreground nor a process that got an old id is ended."""
    with started() as foreground:
        port = httpx.URL(foreground.base_url).port
        assert in_background(home, "--stop", "--port", str(port)).returncode == 1
        left_behind = home / ".pulumi-setsmart" / f"sandbox-{port}.pid"
        left_behind.parent.mkdir(parents=True)
        left_behind.write_text(str(foreground.process.pid))
        assert in_background(home, "--stop", "--port", str(port)).returncode == 1
        assert answers(foreground.base_url)


def test_a_killed_sandbox_leaves_the_port_to_the_next(home: Path) -> None:
    """What it left behind is no obstacle."""
    url, port = detached(home)
    file = next(home.rglob(f"sandbox-{port}.pid"))
    os.kill(int(file.read_text()), signal.SIGKILL)
    wait_until(lambda: not answers(url))
    result = in_background(home, "--detach", "--port", port)
    assert (result.returncode, result.stderr) == (0, "")
    assert answers(url)


def test_what_keeps_it_from_starting_is_reported_before_it_returns(home: Path) -> None:
    """In one line, with the status of a sandbox in the foreground."""
    with started() as foreground:
        port = httpx.URL(foreground.base_url).port
        result = in_background(home, "--detach", "--port", str(port))
    assert (result.returncode, result.stdout) == (1, "")
    assert message(MessageCode.CANNOT_LISTEN, str(port)) == result.stderr
    assert [*home.rglob("*.pid")] == []


def test_a_home_that_cannot_be_written_is_not_taken_for_a_port_in_use(home: Path) -> None:
    """The message names the folder."""
    taken = home / ".pulumi-setsmart"
    taken.touch()
    result = in_background(home, "--detach", "--port", "0")
    assert (result.returncode, result.stdout) == (1, "")
    assert message(MessageCode.UNUSABLE_FILE, str(taken)) == result.stderr


def test_a_detached_sandbox_writes_its_output_to_a_file(home: Path) -> None:
    """Only its owner can read that."""
    url, port = detached(home, "--webhook-attempts", "1")
    headers = {"X-API-Key": "sandbox-key"}
    with httpx.Client(headers=headers, trust_env=False, timeout=HANG_GUARD) as client:
        subscription = {"url": "http://127.0.0.1:9/", "events": ["property.created"]}
        assert client.post(f"{url}/webhooks", json=subscription).is_success
        assert client.post(f"{url}/properties", json={"name": "Villa"}).is_success
    log = next(home.rglob(f"sandbox-{port}.log"))
    wait_until(lambda: "property.created to wh_1" in log.read_text())
    assert log.stat().st_mode & 0o077 == 0
