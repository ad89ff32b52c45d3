"""The download of the Pulumi CLI: what is not what the user named is not even unpacked."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from itertools import count
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
from attrs import define, field
from pulumi_cli import download as module
from pulumi_cli.download import archive_name, download
from pulumi_cli.engine import Unavailable

WANTED = version("pulumi")
NAME = archive_name(WANTED)


@define
class Site:
    """A server in the place of Pulumi's.

    Attributes:
        status: The status of all its responses.
        headers: Their headers.
        body: Their content.
        paths: What it was asked for.
        url: Where it is.
    """

    status: int = 200
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = b""
    paths: list[str] = field(factory=list)
    url: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 of its content."""
        return hashlib.sha256(self.body).hexdigest()


@pytest.fixture
def site() -> Iterator[Site]:
    """The server, which listens."""
    one = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            one.paths.append(self.path)
            self.send_response(one.status)
            headers = {"Content-Length": str(len(one.body)), **one.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(one.body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        one.url = f"http://127.0.0.1:{server.server_port}"
        yield one
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def archive_of(folder: Path, *more: tarfile.TarInfo) -> bytes:
    """Return an archive as Pulumi's are, of the programs in a folder."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for part in more:
            archive.addfile(part)
        archive.add(folder, "pulumi")
    return made.getvalue()


@pytest.fixture
def programs(tmp_path: Path, engine: Callable[..., Path]) -> Path:
    """A folder with an engine of the wanted version, which leaves a trace when it is run."""
    made = engine(tmp_path / "made", f"v{WANTED}")
    made.write_text(made.read_text().replace("\n", f"\ntouch {tmp_path / 'executed'}\n", 1))
    return made.parent


def test_an_archive_of_the_digest_is_installed(
    tmp_path: Path, programs: Path, site: Site, said: list[str]
) -> None:
    """It becomes the version's folder, and nothing is left of the archive."""
    site.body = archive_of(programs)
    found = download(tmp_path / "versions", site.digest.upper(), said.append, site.url)
    assert found.path == tmp_path / "versions" / WANTED / "bin" / "pulumi"
    assert sorted(path.name for path in (tmp_path / "versions").iterdir()) == [".lock", WANTED]
    assert [path.name for path in (tmp_path / "versions" / WANTED).iterdir()] == ["bin"]
    assert site.paths == [f"/{NAME}"]
    assert said == [f"Downloading {NAME}."]


def refused(tmp_path: Path, site: Site, digest: str, said: list[str]) -> str:
    """Return the one line that a refused download ends with, of which nothing is left or run."""
    with pytest.raises(Unavailable) as caught:
        download(tmp_path / "versions", digest, said.append, site.url)
    left = (tmp_path / "versions").glob("*")
    assert [path.name for path in left if path.name != ".lock"] == []
    assert not (tmp_path / "executed").exists()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("cut", [0, 1, 100])
def test_another_archive_is_not_even_unpacked(
    tmp_path: Path,
    programs: Path,
    site: Site,
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
    cut: int,
) -> None:
    """A replaced one, or one that lacks its end."""
    whole = archive_of(programs)
    site.body = whole[: len(whole) - cut]
    digest = hashlib.sha256(whole if cut else b"what the user named").hexdigest()
    monkeypatch.setattr(module, "_unpack", pytest.fail)
    line = refused(tmp_path, site, digest, said)
    assert line == f"{NAME} has the SHA-256 {site.digest}, and not the one that you gave."


@pytest.mark.parametrize(
    "digest", ["", "abc", "g" * 64, "0" * 65, f"{'0' * 64}\n", "sha256:" + "0" * 64]
)
def test_what_is_no_digest_asks_no_server(
    tmp_path: Path, site: Site, said: list[str], digest: str
) -> None:
    """It says of which file the digest has to be."""
    assert NAME in refused(tmp_path, site, digest, said)
    assert site.paths == []


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (404, {}),
        (500, {}),
        (302, {"Location": "http://127.0.0.1:9/"}),
        (302, {"Location": "file:///etc/passwd"}),
        (302, {"Location": "ftp://127.0.0.1:9/"}),
        (200, {"Content-Length": "99999999"}),
    ],
)
def test_a_site_that_fails_is_a_one_line_error(
    tmp_path: Path,
    programs: Path,
    site: Site,
    said: list[str],
    status: int,
    headers: Mapping[str, str],
) -> None:
    """So is one that leads to where no TLS is, or ends too early."""
    site.body, site.status, site.headers = archive_of(programs), status, headers
    line = refused(tmp_path, site, "0" * 64, said)
    assert line.startswith((f"The download of {NAME} failed: ", f"{NAME} has the SHA-256"))
    assert site.paths == [f"/{NAME}"]


def test_a_missing_site_is_a_one_line_error(tmp_path: Path, site: Site, said: list[str]) -> None:
    """As on a machine without access to it."""
    site.url = "http://127.0.0.1:9"
    assert refused(tmp_path, site, "0" * 64, said).startswith(f"The download of {NAME} failed: ")


def test_an_endless_archive_is_given_up(
    tmp_path: Path, site: Site, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its size, and by the time it takes."""
    site.body = bytes(1000)
    monkeypatch.setattr(module, "LARGEST_ARCHIVE", 999)
    assert "larger" in refused(tmp_path, site, site.digest, said)
    monkeypatch.undo()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    ticks = count(0, int(module.LIMIT) + 1)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=ticks.__next__))
    assert "not there after 1800 seconds" in refused(tmp_path, site, site.digest, said)


def member(name: str, **attributes: object) -> tarfile.TarInfo:
    """Return a member of an archive that holds nothing."""
    made = tarfile.TarInfo(name)
    for attribute, value in attributes.items():
        setattr(made, attribute, value)
    return made


@pytest.mark.parametrize(
    "hostile",
    [
        member("../outside"),
        member("pulumi/../../../outside"),
        member("pulumi/link", type=tarfile.SYMTYPE, linkname="../../../outside"),
        member("pulumi/link", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("pulumi/link", type=tarfile.LNKTYPE, linkname="../../outside"),
        member("pulumi/device", type=tarfile.CHRTYPE),
        member("pulumi/pipe", type=tarfile.FIFOTYPE),
    ],
    ids=lambda one: f"{one.name} {one.type!r}",
)
def test_an_archive_that_reaches_out_of_its_folder_is_refused(
    tmp_path: Path, programs: Path, site: Site, said: list[str], hostile: tarfile.TarInfo
) -> None:
    """Even if it has the digest."""
    site.body = archive_of(programs, hostile)
    line = refused(tmp_path, site, site.digest, said)
    assert line.startswith(f"The download of {NAME} failed: ")
    assert not list(tmp_path.rglob("outside"))


def test_an_archive_of_too_much_is_refused(
    tmp_path: Path, programs: Path, site: Site, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many files, or too large ones, by what its head says."""
    site.body = archive_of(programs)
    for limit in ("LARGEST_NUMBER", "LARGEST_CONTENT"):
        with monkeypatch.context() as changed:
            changed.setattr(module, limit, 3)
            assert "holds more than" in refused(tmp_path, site, site.digest, said)


def test_an_archive_without_an_engine_is_refused(
    tmp_path: Path, site: Site, said: list[str]
) -> None:
    """Or what is no archive at all."""
    (tmp_path / "empty").mkdir()
    for body in (archive_of(tmp_path / "empty"), b"#!/bin/sh\ntouch executed\n"):
        site.body = body
        assert refused(tmp_path, site, site.digest, said)
