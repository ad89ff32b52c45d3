"""A state that a team shares: a folder, a bucket, a database."""

import contextlib
import json
import os
import signal
from pathlib import Path

import psutil
from attrs import evolve
from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack, messages
from support.messages import message
from support.postgresql_server import PostgresqlServer
from support.s3_server import S3Server
from support.state_backend import Folders, StateBackend
from support.waiting import wait_until

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES

SECRET = "whsec_c2VjcmV0LW9mLXRoZS1ob29r"
PROGRAM = f"""
Property("villa", name="Villa", bedrooms=3)
WebhookSubscription("hook", url="https://a.example/", events=["a.a"], secret="{SECRET}")
"""


LOCKED = "the stack is currently locked by 1 lock"


def in_backend(stack: EngineStack, state_backend: StateBackend) -> EngineStack:
    """Return the same project with a stack of its own in a backend."""
    team = {**state_backend.writer, "PULUMI_STACK": "team"}
    moved = evolve(stack, environment={**stack.environment, **team})
    moved.succeed("stack", "init", "team")
    return moved


def names(account: EngineSandbox) -> list[str]:
    """Return the names of all listings of an account."""
    return sorted(str(each["name"]) for each in account.sandbox.storage.objects(PROPERTIES))


def test_a_stack_is_kept_in_every_backend(
    stack: EngineStack, account: EngineSandbox, state_backend: StateBackend
) -> None:
    """From up to export; the stored secret is encrypted, and a preview needs only to read."""
    stack = in_backend(stack, state_backend)
    stack.declare(PROGRAM)
    stack.up()
    stack.assert_clean()
    listing = account.sandbox.storage.objects(PROPERTIES)[0]
    account.sandbox.storage.replace(PROPERTIES, str(listing["id"]), {**listing, "bedrooms": 9})

    stored = state_backend.content()
    assert "Villa" in "".join(stored.values())
    assert SECRET not in "".join(stored.values())
    assert "~ bedrooms: 9 => 3" in stack.preview(**state_backend.reader)
    report = stack.command("report", "--fail-on", "drift", **state_backend.reader)
    assert report.returncode == 1, report.stderr
    assert state_backend.content() == stored

    doctor = stack.command("doctor", "--json")
    assert {finding["verdict"] for finding in json.loads(doctor.stdout)} == {"ok"}
    exported = stack.command("export", "--format", "json")
    assert json.loads(exported.stdout)["properties"]["villa"]["bedrooms"] == 9
    stack.succeed("refresh", "--yes", "--skip-preview")
    stack.up()
    stack.assert_clean()
    assert account.sandbox.storage.objects(PROPERTIES)[0]["bedrooms"] == 3


def test_what_exists_is_adopted_in_every_backend(
    stack: EngineStack, account: EngineSandbox, state_backend: StateBackend
) -> None:
    """And lost with the state, it is adopted again: nothing is written at SetSmart."""
    stack = in_backend(stack, state_backend)
    account.sandbox.storage.insert(PROPERTIES, {"name": "Villa", "bedrooms": 3})
    for _ in range(2):
        adopted = stack.command("adopt", "--stack", "team")
        assert adopted.returncode == 0, adopted.stderr
        stack.assert_clean()
        stack.succeed("stack", "rm", "--yes", "--force", "--preserve-config")
        stack.succeed("stack", "init", "team")
    assert account.writes() == []


def test_a_stack_moves_between_backends(
    stack: EngineStack,
    account: EngineSandbox,
    tmp_path: Path,
    s3_server: S3Server,
    postgresql_server: PostgresqlServer,
) -> None:
    """From a folder to a bucket, to a database and back: nothing changes, the secret stays one."""
    first, last = (Folders(tmp_path).backend(name) for name in ("first", "last"))
    name = tmp_path.name.replace("_", "") + str(os.getpid())
    backends = [s3_server.backend(name), postgresql_server.backend(f"moved{name}"), last]
    stack = in_backend(stack, first)
    stack.declare(PROGRAM)
    stack.up()
    written = account.writes()
    for backend in backends:
        file = tmp_path / "state.json"
        stack.succeed("stack", "export", "--file", str(file))
        assert SECRET not in file.read_text()
        stack = in_backend(stack, backend)
        stack.succeed("stack", "import", "--file", str(file))
        stack.assert_clean()
        stack.up()
    assert account.writes() == written
    assert SECRET not in "".join(last.content().values())


def test_of_two_deployments_the_second_one_stops(
    stack: EngineStack, account: EngineSandbox, state_backend: StateBackend
) -> None:
    """Previews and reports go on; the lock of a killed one is removed by hand."""
    stack = in_backend(stack, state_backend)
    gate, started = stack.folder / "gate", stack.folder / "started"
    os.mkfifo(gate)
    waiting = f"open({str(started)!r}, 'w').close()\nopen({str(gate)!r}).close()"
    stack.declare(waiting + PROGRAM)
    deployment = stack.start("up", "--yes", "--skip-preview")
    wait_until(started.exists)
    assert any("/locks/" in file for file in state_backend.content())
    stack.declare(PROGRAM)
    assert LOCKED in stack.run("up", "--yes", "--skip-preview").output
    assert "+ 3 to create" in stack.preview()
    assert stack.command("report").returncode == 0
    assert names(account) == []

    killed = psutil.Process(deployment.pid)
    for each in [killed, *killed.children(recursive=True)]:  # or it would remove its lock
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    assert deployment.wait() == -signal.SIGKILL
    assert LOCKED in stack.run("up", "--yes", "--skip-preview").output
    assert names(account) == []
    stack.succeed("cancel", "--yes")
    stack.up()
    assert names(account) == ["Villa"]


def test_an_old_state_brings_nothing_back_and_doubles_nothing(
    stack: EngineStack, account: EngineSandbox, tmp_path: Path
) -> None:
    """What was created since is found, and what was deleted since is named before it is created."""
    old = tmp_path / "old.json"
    stack.declare('for n in "abc": Property(n, name=f"Villa {n}")')
    stack.up()
    stack.succeed("stack", "export", "--file", str(old))
    stack.declare('for n in "bcd": Property(n, name=f"Villa {n}")')
    stack.up()
    written = account.writes()
    stack.succeed("stack", "import", "--file", str(old))

    failed = stack.fail("preview")
    assert messages(failed.output) == [message(MessageCode.ALREADY_EXISTS, "'d'", "prop_4")]
    stack.succeed("config", "set", "setsmart:ifExists", "adopt")
    stack.up()
    stack.assert_clean()
    assert account.writes() == written
    assert names(account) == ["Villa b", "Villa c", "Villa d"]

    stack.succeed("stack", "import", "--file", str(old))
    stack.declare('for n in "abcd": Property(n, name=f"Villa {n}")')
    report = stack.command("report").stdout
    assert "Villa a" in report
    assert "1 created" in report.splitlines()[1]
