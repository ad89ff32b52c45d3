"""The file of a run: whoever writes it, however often, all processes know the same."""

import itertools
import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st
from support.messages import raises
from support.waiting import HANG_GUARD

from pulumi_setsmart.client.errors import NotDeletedError, SetSmartError
from pulumi_setsmart.lifecycle.journal import JournalError, LocalJournal
from pulumi_setsmart.lifecycle.run import Run
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record
from pulumi_setsmart.providers.run_file import RunFile, engine_address

ENGINE = "127.0.0.1:1"
ACCOUNT = ("https://api.example/v1", "a-very-secret-key")
PATH = "/properties"
IDS = ("prop_1", "prop_2", "prop_3")
KEYS = ('["property","villa"]', '["property","loft"]', '["property","studio"]')
OWNERS = ("aa", "bb", "cc")
PLAIN_VALUES: tuple[Json, ...] = ("Villa", "villa ", "Loft", 2, 2.0, True, 0.5, None)
VALUES: tuple[Json, ...] = (*PLAIN_VALUES, {"city": "Rome"}, {}, ["Rome", 2.0])


@contextmanager
def runs(temporary: Path, count: int = 2, engine: str = ENGINE) -> Iterator[list[Run]]:
    """Join one run as several processes do."""
    files = [RunFile.open(temporary, engine) for _ in range(count)]
    joined = [Run(journal=file) for file in files]
    try:
        yield joined
    finally:
        for run, file in zip(joined, files, strict=True):
            if is_shared(run):  # otherwise it is closed already
                file.abandon()


def events_in(temporary: Path, engine: str = ENGINE) -> Path:
    """Return the file of a run."""
    return temporary / f"pulumi-setsmart-{os.geteuid()}" / f"{engine}.events"


def is_shared(run: Run) -> bool:
    """Return whether a run may delete, after it had a turn."""
    run.is_declared(None)
    try:
        run.shared.require_sharing(NotDeletedError, "not deleted")
    except NotDeletedError:
        return False
    return True


@frozen
class Step:
    """Something that a process does, with whatever of this it needs."""

    process: int
    does: str
    identifier: str
    owner: str
    key: str
    name: Any
    address: Any
    since: int | None

    def carry_out(self, run: Run) -> object:
        """Do it, and return what came of it."""
        ownership, identities = run.ownership(ACCOUNT[0], PATH), run.identities(*ACCOUNT, PATH)
        fields: dict[str, Json] = {"name": self.name, "address": self.address}
        record = Record(self.identifier, fields)
        identity = identities.sealed(fields)

        def note_and_claim() -> object:
            claim = identities.claim(identity, self.key, self.identifier)
            identities.refuse(claim)
            return claim

        actions: dict[str, Callable[[], object]] = {
            "see": lambda: ownership.claim(self.identifier, None),
            "recognise": lambda: ownership.recognise(self.identifier, self.owner),
            "claim": lambda: ownership.claim(self.identifier, self.owner),
            "adopt": lambda: ownership.claim_existing([record], self.owner),
            "look": lambda: ownership.claim_existing([record]),
            "find": lambda: ownership.claim_new([record], fields, self.owner),
            "contest": lambda: ownership.contest([self.identifier]),
            "release": lambda: ownership.release(self.identifier),
            "note": lambda: identities.note(
                self.identifier, self.key, ("name", "address"), fields, self.since
            ),
            "note without key": lambda: identities.note(self.identifier, None, ("name",), fields),
            "forget": lambda: identities.forget(self.identifier),
            "get": lambda: identities.claim(identity, self.key, means_two=self.since is None),
            "get in vain": note_and_claim,
            "declare": lambda: run.declare(self.key),
            "delete": lambda: run.count_deletion(2),
        }
        try:
            return actions[self.does]()
        except SetSmartError as error:
            return error.code


DOES = (
    *("see", "recognise", "claim", "adopt", "look", "find", "contest", "release"),
    *("note", "note without key", "forget", "get", "get in vain", "declare", "delete"),
)
STEPS = st.lists(
    st.builds(
        Step,
        process=st.integers(0, 2),
        does=st.sampled_from(DOES),
        identifier=st.sampled_from(IDS),
        owner=st.sampled_from(OWNERS),
        key=st.sampled_from(KEYS),
        name=st.sampled_from(VALUES),
        address=st.sampled_from(VALUES),
        since=st.none() | st.integers(1, 3),
    ),
    max_size=30,
)


def all_known(run: Run) -> list[object]:
    """Return all that can be asked about what was done."""
    ownership, identities = run.ownership(ACCOUNT[0], PATH), run.identities(*ACCOUNT, PATH)
    managed = [identities.managed(identifier) for identifier in IDS]
    return [
        [ownership.claim_existing([Record(identifier, {})]) for identifier in IDS],
        [ownership.is_contested(identifier) for identifier in IDS],
        [ownership.is_others(identifier, owner) for identifier in IDS for owner in OWNERS],
        managed,
        [(identities.claims_of_others(one), identities.twins(one)) for one in managed if one],
        [identities.holders(identities.sealed({"name": value})) for value in VALUES],
        [(identities.manages(key), run.is_declared(key)) for key in KEYS],
    ]


@given(steps=STEPS)
def test_processes_do_together_what_one_would(steps: list[Step]) -> None:
    """Whatever they do in whatever order, each step and the end are those of a single process."""
    journal = LocalJournal()
    journal.salt = ENGINE
    alone = Run(journal=journal)
    with tempfile.TemporaryDirectory() as folder, runs(Path(folder), 3) as together:
        for step in steps:
            assert step.carry_out(together[step.process]) == step.carry_out(alone)
        assert [all_known(run) for run in together] == [all_known(alone)] * 3
        known = [run.ownership(ACCOUNT[0], PATH).known_ids for run in (*together, alone)]
        assert frozenset().union(*known[:3]) == known[3]


def test_all_processes_begin_at_one_time(tmp_path: Path) -> None:
    """Twins that two of them created count as created together."""
    files = [RunFile.open(tmp_path, ENGINE) for _ in range(2)]
    clock = itertools.count(1000)
    assert [Run(lambda: next(clock), file).started_at for file in files] == [1000, 1000]
    for file in files:
        file.abandon()


def test_each_engine_has_a_file_of_its_own(tmp_path: Path) -> None:
    """A preview and the update that follows it are two runs."""
    with runs(tmp_path, 1) as [preview], runs(tmp_path, 1, "127.0.0.1:2") as [update]:
        preview.declare(KEYS[0])
        assert preview.is_declared(KEYS[0])
        assert not update.is_declared(KEYS[0])


def test_only_a_process_of_an_engine_has_a_file() -> None:
    """A command or a program is a run of its own."""
    assert engine_address(["main.py", "--logtostderr", "127.0.0.1:41234"]) == "127.0.0.1:41234"
    assert engine_address(["main.py", "[::1]:41234"]) == "[::1]:41234"
    for arguments in (["127.0.0.1:1"], ["a"], ["a", "b"], ["a", "../x:1"], ["a", "1:x"], ["a", ""]):
        assert engine_address(arguments) is None


def test_the_file_tells_nothing_to_anybody(tmp_path: Path) -> None:
    """It is its owner's, and holds no value, no key and no address of an account."""
    with runs(tmp_path, 1) as [run]:
        fields: dict[str, Json] = {
            "name": "Beachfront Villa",
            "hook": {"Secret Path": ["s3cret", 471_177]},
        }
        identities = run.identities(*ACCOUNT, PATH)
        identities.note("prop_1", KEYS[0], ("name", "hook"), fields)
        identities.claim(identities.sealed(fields), KEYS[1])
        run.ownership(ACCOUNT[0], PATH).claim("prop_1", "aa")
        content = events_in(tmp_path).read_text()
    for fact in ("Beachfront", "villa ", "Secret", "s3cret", "471177", "a-very", "api.example"):
        assert fact.casefold() not in content.casefold()
    folder = events_in(tmp_path).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_names_cannot_be_guessed_from_the_file(tmp_path: Path) -> None:
    """Accounts of another key seal the same name otherwise."""
    with runs(tmp_path, 1) as [run]:
        sealed = [
            run.identities(ACCOUNT[0], key, PATH).sealed({"name": "Villa"}) for key in ("k", "l")
        ]
    assert sealed[0] != sealed[1]


@given(content=st.binary(max_size=60))
def test_half_a_line_is_nothing_and_another_one_ends_the_sharing(content: bytes) -> None:
    """Whatever a process left in the file, nobody else fails, and all draw the same conclusion."""
    with tempfile.TemporaryDirectory() as folder, runs(Path(folder)) as [one, other]:
        one.declare(KEYS[0])
        with events_in(Path(folder)).open("ab") as file:
            file.write(content)
        expected = b"\n" not in content
        assert is_shared(one) == expected
        assert is_shared(other) == expected
        if expected:
            other.declare(KEYS[1])
            assert one.is_declared(KEYS[1])


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "[]",
        '["run","shrunk"]',
        '["run"]',
        '["run","began","today"]',
        '[["run"],"deleted"]',
        "[" * 5000,
        '[{"a":1}]',
    ],
)
def test_an_event_that_is_none_ends_the_sharing(tmp_path: Path, line: str) -> None:
    """For whoever had a turn before as for who has none yet."""
    with runs(tmp_path) as [one, other]:
        with events_in(tmp_path).open("a") as file:
            file.write(f"{line}\n")
        assert not is_shared(one)
        assert not is_shared(other)
        late = Run(journal=RunFile.open(tmp_path, ENGINE))
        assert not is_shared(late)


def test_an_event_of_a_collection_that_is_not_known_yet(tmp_path: Path) -> None:
    """It is looked at when somebody asks about the collection, and then ends the sharing."""
    with runs(tmp_path) as [one, other]:
        one.ownership(ACCOUNT[0], PATH).claim("prop_1", None)
        content = events_in(tmp_path).read_text()
        events_in(tmp_path).write_text(content.replace('"claimed"', '"clamed"'))
        assert is_shared(other)
        other.ownership(ACCOUNT[0], PATH)
        assert not is_shared(other)


def test_another_release_is_not_understood(tmp_path: Path) -> None:
    """Two releases in one run share nothing, and neither deletes."""
    with runs(tmp_path, 1) as [one]:
        content = events_in(tmp_path).read_text()
        events_in(tmp_path).write_text(
            content.replace('"pulumi-setsmart",1', '"pulumi-setsmart",2')
        )
        late = Run(journal=RunFile.open(tmp_path, ENGINE))
        assert not is_shared(late)
        assert not is_shared(one)


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_removed_ends_the_sharing(tmp_path: Path, *, replaced: bool) -> None:
    """Also where another one is in its place."""
    with runs(tmp_path) as [one, other]:
        events_in(tmp_path).unlink()
        if replaced:
            events_in(tmp_path).touch()
        assert not is_shared(one)
        assert not is_shared(other)


def test_who_cannot_write_stops_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full: what this one did, the others cannot know."""
    with runs(tmp_path) as [one, other]:
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", _disk_full)
            one.declare(KEYS[0])
        assert one.is_declared(KEYS[0])
        assert not is_shared(one)
        assert not is_shared(other)
        with raises(NotDeletedError, MessageCode.RUN_NOT_SHARED, "TMPDIR"):
            other.count_deletion(None)


def _disk_full(*_: object) -> int:
    raise OSError(28, "No space left on device")


def test_a_line_that_is_written_in_part_stops_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There was no space for all of it."""
    write = os.write
    with runs(tmp_path) as [one, other]:
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", lambda file, content: write(file, content[:5]))
            one.declare(KEYS[0])
        assert not is_shared(one)
        assert not is_shared(other)


def _folder_is_missing(temporary: Path) -> None:
    temporary.rmdir()


def _folder_is_a_file(temporary: Path) -> None:
    (temporary / f"pulumi-setsmart-{os.geteuid()}").touch()


def _folder_is_open(temporary: Path) -> None:
    (temporary / f"pulumi-setsmart-{os.geteuid()}").mkdir(mode=0o755)


def _folder_is_a_link(temporary: Path) -> None:
    (temporary / "other").mkdir(mode=0o700)
    (temporary / f"pulumi-setsmart-{os.geteuid()}").symlink_to(temporary / "other")


def _file_is(make: Callable[[Path, Path], object]) -> Callable[[Path], None]:
    def place(temporary: Path) -> None:
        events_in(temporary).parent.mkdir(mode=0o700)
        other = temporary / "other"
        other.touch(mode=0o600)
        make(events_in(temporary), other)
        assert other.read_bytes() == b""

    return place


@pytest.mark.parametrize(
    "prepare",
    [
        _folder_is_missing,
        _folder_is_a_file,
        _folder_is_open,
        _folder_is_a_link,
        _file_is(lambda file, other: file.symlink_to(other)),
        _file_is(lambda file, other: file.hardlink_to(other)),
        _file_is(lambda file, _: os.mkfifo(file, 0o600)),
        _file_is(lambda file, _: file.mkdir()),
        _file_is(lambda file, _: file.touch(mode=0o644)),
    ],
)
def test_a_file_that_may_be_anybodys_is_not_used(
    tmp_path: Path, prepare: Callable[[Path], None]
) -> None:
    """It, or its folder, is a link, no file, or open to others."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    prepare(temporary)
    with pytest.raises(JournalError, match="cannot be used"):
        RunFile.open(temporary, ENGINE)


def test_a_folder_of_another_user_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who made it can read and replace what is in it."""
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(JournalError, match="other users have access"):
        RunFile.open(tmp_path, ENGINE)


def test_what_runs_have_left_is_removed(tmp_path: Path) -> None:
    """A file stays while a process of its run lives, or its engine; and so does any other file."""
    sockets = [socket.socket() for _ in range(3)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    over, lives, listens = (f"127.0.0.1:{each.getsockname()[1]}" for each in sockets)
    for each in sockets[:2]:
        each.close()
    with sockets[2] as engine, runs(tmp_path, 1, lives):
        engine.listen()
        for file in [RunFile.open(tmp_path, address) for address in (over, listens)]:
            file.abandon()
        folder = events_in(tmp_path).parent
        (folder / "notes.lock").touch(mode=0o600)
        left = {file.name.removesuffix(".lock") for file in folder.glob("*.lock")}
        assert left == {over, lives, listens, "notes"}
        with runs(tmp_path, 1):
            kept = {lives, listens, ENGINE}
            names = {file.name for file in folder.iterdir()}
            expected = {f"{name}{ending}" for name in kept for ending in (".lock", ".events")}
            assert names == expected | {"notes.lock"}


@contextmanager
def listening(port: int = 0) -> Iterator[int]:
    """Listen at a port, as an engine does."""
    with socket.create_server(("127.0.0.1", port)) as engine:
        yield engine.getsockname()[1]


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the system does not tell sockets")
def test_an_engine_does_not_join_the_run_of_one_that_had_its_address(tmp_path: Path) -> None:
    """What a killed run left is nothing to it, and a process of that run shares no longer."""
    with listening() as port:
        address = f"127.0.0.1:{port}"
        former = Run(journal=RunFile.open(tmp_path, address))
        former.declare(KEYS[0])
        with runs(tmp_path, 1, address) as [other]:
            assert other.is_declared(KEYS[0])
            left = events_in(tmp_path, address).read_bytes()
    events_in(tmp_path, address).write_bytes(left)
    with listening(port), runs(tmp_path, 2, address) as [first, second]:
        assert not first.is_declared(KEYS[0])
        first.declare(KEYS[1])
        assert second.is_declared(KEYS[1])
        assert not is_shared(former)


PROCESS = """
import sys
from pathlib import Path
from pulumi_setsmart.client.errors import NotDeletedError
from pulumi_setsmart.lifecycle.run import Run
from pulumi_setsmart.providers.run_file import RunFile

number, folder, engine = sys.argv[1:]
file = RunFile.open(Path(folder), engine)
run = Run(journal=file)
print("ready", flush=True)
sys.stdin.readline()
"""
DELETES = """
for _ in range(50):
    try:
        run.count_deletion(7)
        print("deleted")
    except NotDeletedError:
        pass
    run.declare(f"{number}/{_}")
"""
IS_KILLED = """
import os, signal
file.begin()
os.write(file._file, b'["run","decl')
os.kill(os.getpid(), signal.SIGKILL)
"""


@contextmanager
def processes(folder: Path, *codes: str) -> Iterator[list["subprocess.Popen[str]"]]:
    """Start processes that join a run, and let them go on together."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS + code, str(number), str(folder), ENGINE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number, code in enumerate(codes)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def test_deletions_are_counted_over_all_processes(tmp_path: Path) -> None:
    """Four processes delete as many objects as one may; and no event is lost."""
    with processes(tmp_path, *[DELETES] * 4) as started:
        for process in started:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        printed = "".join(process.communicate(timeout=HANG_GUARD)[0] for process in started)
    assert printed.split() == ["deleted"] * 7
    with runs(tmp_path, 1) as [late]:
        assert all(
            late.is_declared(f"{number}/{each}") for number in range(4) for each in range(50)
        )
        with raises(NotDeletedError, MessageCode.DELETION_LIMIT, "maxDeletions is 7"):
            late.count_deletion(7)


def test_a_process_that_is_killed_in_its_turn_stops_nobody(tmp_path: Path) -> None:
    """The system unlocks the file, and the half line is dropped."""
    with processes(tmp_path, IS_KILLED) as [process], runs(tmp_path) as [one, other]:
        process.communicate("\n", timeout=HANG_GUARD)
        assert process.returncode < 0
        one.declare(KEYS[0])
        assert other.is_declared(KEYS[0])
        assert is_shared(one)
