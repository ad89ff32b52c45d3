"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.messages import raises
from support.waiting import HANG_GUARD

from pulumi_setsmart import PortfolioFileError
from pulumi_setsmart.files import whole_file
from pulumi_setsmart.files.destination import Destination
from pulumi_setsmart.files.whole_file import LEFTOVERS, write_file
from pulumi_setsmart.models.message_code import MessageCode

ROUNDS = 100


def mode_of(path: Path) -> int:
    """Return the mode of a file, its link followed."""
    return stat.S_IMODE(path.stat().st_mode)


def partials_in(folder: Path) -> list[Path]:
    """Return the files in a folder that are not complete."""
    return [*folder.glob(LEFTOVERS)]


@pytest.fixture
def umask() -> Iterator[None]:
    """A umask that lets the group read, and others nothing."""
    before = os.umask(0o027)
    yield
    os.umask(before)


def test_a_new_file_has_the_mode_of_the_umask(tmp_path: Path, umask: None) -> None:  # noqa: ARG001 -- is set
    """As if a shell had made it; nothing else is left in the folder."""
    path = tmp_path / "p.yaml"
    write_file(path, "é\r\n")
    assert path.read_bytes() == "é\r\n".encode()
    assert mode_of(path) == 0o640
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o400, 0o660])
def test_a_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    """One that only its owner may read does not become one that all may."""
    path = tmp_path / "p.yaml"
    path.touch()
    path.chmod(mode)
    write_file(path, "new")
    assert (path.read_text(), mode_of(path)) == ("new", mode)


def test_a_file_keeps_its_owner_and_group(tmp_path: Path) -> None:
    """Where this user may give files away."""
    if os.geteuid():
        pytest.skip("only root gives files away")
    path = tmp_path / "p.yaml"
    path.touch()
    os.chown(path, 12345, 23456)
    write_file(path, "new")
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 23456)


def test_another_group_gets_the_permissions_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the group cannot be kept, its rights are not given to another one."""
    path = tmp_path / "p.yaml"
    path.touch()
    before = path.stat()
    path.chmod(0o664)

    def refuse(_descriptor: int, _user: int, _group: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "fchown", refuse)
    is_other = [*before]
    is_other[stat.ST_GID] += 1
    is_other[stat.ST_MODE] = path.stat().st_mode
    destination = Destination(path, os.stat_result(is_other))
    monkeypatch.setattr(whole_file, "destination_of", lambda _path: destination)
    write_file(path, "new")
    assert mode_of(path) == 0o644


def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    """Through links of links, relative ones and ones to a folder."""
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "p.yaml"
    real.write_text("old")
    real.chmod(0o600)
    (tmp_path / "folder").symlink_to("real")
    link, second = tmp_path / "folder" / "link.yaml", tmp_path / "second.yaml"
    link.symlink_to("p.yaml")
    second.symlink_to("folder/link.yaml")
    write_file(second, "new")
    assert (real.read_text(), mode_of(real)) == ("new", 0o600)
    assert link.is_symlink()
    assert second.is_symlink()
    assert sorted(path.name for path in (tmp_path / "real").iterdir()) == ["link.yaml", "p.yaml"]


def test_a_link_to_nothing_gets_its_file(tmp_path: Path) -> None:
    """As a shell does it."""
    link = tmp_path / "link.yaml"
    link.symlink_to("p.yaml")
    write_file(link, "new")
    assert (tmp_path / "p.yaml").read_text() == "new"
    assert link.is_symlink()


def test_a_link_with_the_name_of_a_partial_file_is_not_followed(tmp_path: Path) -> None:
    """A link that somebody put where the file was written before leads nowhere now."""
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (tmp_path / "p.yaml.partial").symlink_to(precious)
    write_file(tmp_path / "p.yaml", "new")
    assert precious.read_text() == "precious"
    assert (tmp_path / "p.yaml.partial").is_symlink()


def looped(folder: Path) -> Path:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    return folder / "a"


def a_folder(folder: Path) -> Path:
    (folder / "a").mkdir()
    return folder / "a"


def a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "a")
    return folder / "a"


def a_socket(folder: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "a"))
    return folder / "a"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (looped, "Too many levels of symbolic links"),
        (a_folder, "Is a directory"),
        (a_pipe, "No such device or address"),
        (a_socket, "No such device or address"),
        (lambda folder: folder / "none" / "a", "No such file or directory"),
        (lambda _folder: Path("/dev/full"), "No space left on device"),
        (lambda folder: folder / ("a" * 300), "File name too long"),
    ],
)
def test_a_file_that_cannot_be_written_is_an_error_of_one_line(
    tmp_path: Path, make: object, reason: str
) -> None:
    """Links in a circle, a folder, a pipe that nobody reads; nothing hangs, nothing is left."""
    path: Path = make(tmp_path)  # type: ignore[operator]  # functions and lambdas
    with raises(PortfolioFileError, MessageCode.UNUSABLE_FILE, f"{path}:", reason) as caught:
        write_file(path, "new")
    assert "\n" not in str(caught.value)
    assert partials_in(tmp_path) == []


@pytest.mark.parametrize("step", ["write", "fchmod", "fsync", "replace"])
@pytest.mark.parametrize(
    "failure",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EROFS, "Read-only file system"),
        KeyboardInterrupt(),
        MemoryError(),
    ],
    ids=lambda one: f"{type(one).__name__}-{getattr(one, 'errno', '')}",
)
def test_a_failure_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, failure: BaseException
) -> None:
    """At whatever step; and no other file stays."""
    path = tmp_path / "p.yaml"
    path.write_text("old")

    def fail(*_arguments: object, **_options: object) -> None:
        raise failure

    monkeypatch.setattr(os, step, fail)
    expected = PortfolioFileError if isinstance(failure, OSError) else type(failure)
    with pytest.raises(expected):
        write_file(path, "new")
    monkeypatch.undo()
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_what_exists_is_kept_unless_it_may_be_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it came into being meanwhile, and where the file system has no links."""
    path = tmp_path / "p.yaml"
    write_file(path, "first", replace=False)
    with raises(PortfolioFileError, MessageCode.FILE_EXISTS, path, "--force"):
        write_file(path, "second", replace=False)

    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with raises(PortfolioFileError, MessageCode.FILE_EXISTS, path, "--force"):
        write_file(path, "second", replace=False)
    write_file(tmp_path / "q.yaml", "first", replace=False)
    assert [path.read_text(), (tmp_path / "q.yaml").read_text()] == ["first", "first"]
    assert partials_in(tmp_path) == []


def test_a_pipe_and_devices_are_written_to(tmp_path: Path) -> None:
    """They are not replaced by a file."""
    pipe = a_pipe(tmp_path)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    while True:  # until the reader has opened it
        try:
            write_file(pipe, "new")
        except PortfolioFileError:
            continue
        break
    reader.join(HANG_GUARD)
    assert read == ["new"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    write_file(Path("/dev/null"), "new")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_is_written_to_where_it_is(tmp_path: Path, name: str) -> None:
    """After what was written before, into a file as well as into a pipe."""
    code = (
        "import sys; from pathlib import Path\n"
        "from pulumi_setsmart.files.whole_file import write_file\n"
        f"print('one'); write_file(Path({name!r}), 'two\\n'); print('three')"
    )
    command = [sys.executable, "-c", code]
    piped = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=HANG_GUARD)
    assert piped.stdout == b"one\ntwo\nthree\n"
    path = tmp_path / "out"
    with path.open("ab") as out:
        out.write(b"zero\n")
        out.flush()
        subprocess.run(command, stdout=out, check=True, timeout=HANG_GUARD)
    assert path.read_bytes() == b"zero\none\ntwo\nthree\n"
    assert [*tmp_path.iterdir()] == [path]


def test_partial_files_of_killed_writers_are_removed(tmp_path: Path) -> None:
    """By the next one that writes there; what another one is writing stays."""
    (tmp_path / LEFTOVERS.replace("*", "0123456789abcdef")).write_text("half")
    mine = tmp_path / ".pulumi-setsmart.partial"
    mine.write_text("mine")
    (tmp_path / LEFTOVERS.replace("*", "link")).symlink_to(mine)
    folder = os.open(tmp_path, os.O_RDONLY)
    with whole_file._Partial.created_in(folder) as other:  # noqa: SLF001 -- another writer at work
        write_file(tmp_path / "p.yaml", "new")
        assert {partial.name for partial in partials_in(tmp_path)} == {
            other.name,
            ".pulumi-setsmart-link.partial",
        }
    os.close(folder)
    assert mine.read_text() == "mine"


def test_a_string_that_cannot_be_encoded_is_rejected(tmp_path: Path) -> None:
    """Half a character cannot be written in UTF-8."""
    with raises(PortfolioFileError, MessageCode.NOT_ENCODABLE, tmp_path / "p.yaml"):
        write_file(tmp_path / "p.yaml", "\ud800")
    assert [*tmp_path.iterdir()] == []


def test_two_writers_with_kills_never_tear_a_file(tmp_path: Path) -> None:
    """In 100 rounds, whenever it is looked at, the file is one of the two versions, complete."""
    path = tmp_path / "p.yaml"
    path.touch(0o600)
    program = Path(__file__).with_name("rounds.py")
    run = subprocess.run(
        [sys.executable, str(program), str(path), str(ROUNDS), "18"],
        capture_output=True,
        check=True,
        timeout=HANG_GUARD,
    )
    seen = json.loads(run.stdout)
    assert seen["torn"] == 0
    assert seen["kills"] == ROUNDS
    assert seen["a"] > 0
    assert seen["b"] > 0
    assert mode_of(path) == 0o600
    write_file(path, "end")
    assert [*tmp_path.iterdir()] == [path]
