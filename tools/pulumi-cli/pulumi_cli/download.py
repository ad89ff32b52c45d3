"""The official download, on request, of an archive whose SHA-256 the user names."""

import hashlib
import platform
import re
import shutil
import sys
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPMessage
from importlib.metadata import version
from pathlib import Path
from typing import IO

from pulumi_cli import folder
from pulumi_cli.engine import Engine, Unavailable

SITE = "https://get.pulumi.com/releases/sdk"
LIMIT = 1800.0  # seconds for all of it
SILENCE = 10.0  # seconds; without access to the site some machines refuse, others stay silent
LARGEST_ARCHIVE = 500 * 2**20  # about 150 MB are usual
LARGEST_CONTENT = 2 * 2**30  # about 500 MB are usual
LARGEST_NUMBER = 1_000  # of files; about 30 are usual
CHUNK = 2**20

MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def download(versions: Path, digest: str, say: Callable[[str], None], site: str = SITE) -> Engine:
    """Install the engine of the SDK's own version from Pulumi's site.

    Nothing is unpacked, let alone run, before the whole archive has the digest.

    Args:
        versions: the folder of all versions.
        digest: the SHA-256 of the archive, in hexadecimal digits.
        say: Called with a line that says what is downloaded.
        site: where the archives are.

    Raises:
        Unavailable: it cannot be had, or it is another archive.
    """
    wanted = version("pulumi")
    name = archive_name(wanted)
    if not re.fullmatch(r"[0-9a-fA-F]{64}", digest):
        raise Unavailable(f"PULUMI_CLI_SHA256 is no SHA-256 of {name}: 64 hexadecimal digits.")

    def fill(root: Path) -> None:
        archive = root / name
        try:
            found = _fetch(f"{site}/{name}", archive)
            if found != digest.lower():
                raise Unavailable(f"{name} has the SHA-256 {found}, and not the one that you gave.")
            _unpack(archive, root)
        except (OSError, HTTPException, tarfile.TarError, EOFError) as error:
            if isinstance(error, urllib.error.HTTPError):
                error.close()  # it is the response as well
            # An error of a member may name it, over several lines.
            said = " ".join(str(error).split()) or type(error).__name__
            raise Unavailable(f"The download of {name} failed: {said}") from error
        archive.unlink()

    say(f"Downloading {name}.")
    return folder.install(versions, wanted, fill, say)


def archive_name(wanted: str) -> str:
    """Return what Pulumi calls the archive of a version for this machine."""
    machine = platform.machine().lower()
    return f"pulumi-v{wanted}-{sys.platform}-{MACHINES.get(machine, machine)}.tar.gz"


def _fetch(url: str, target: Path) -> str:
    """Save what is at an address, and return its SHA-256."""
    digest, size = hashlib.sha256(), 0
    end = time.monotonic() + LIMIT
    opener = urllib.request.build_opener(_NoLessSecure)
    with opener.open(url, timeout=SILENCE) as response, target.open("wb") as file:
        while chunk := response.read1(CHUNK):
            size += len(chunk)
            if time.monotonic() > end:
                raise Unavailable(f"{target.name} was not there after {LIMIT:g} seconds.")
            if size > LARGEST_ARCHIVE:
                raise Unavailable(f"{target.name} is larger than {LARGEST_ARCHIVE >> 20} MiB.")
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


class _NoLessSecure(urllib.request.HTTPRedirectHandler):
    """Follows to https only. To where does not matter: the digest decides what is accepted."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if not newurl.startswith("https://"):
            return None  # which makes an error of the redirect
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _unpack(archive: Path, root: Path) -> None:
    """Put the programs of an archive into `bin`. Nothing of it can get elsewhere."""
    if not hasattr(tarfile, "data_filter"):
        raise Unavailable("This Python cannot unpack safely: use 3.11.4 or later.")
    unpacked = root / "unpacked"
    with tarfile.open(archive, "r:gz") as opened:
        size = 0
        for number, member in enumerate(opened, 1):
            size += member.size
            if size > LARGEST_CONTENT or number > LARGEST_NUMBER:
                raise Unavailable(f"{archive.name} holds more than a Pulumi CLI does.")
            opened.extract(member, unpacked, filter="data")
    (unpacked / "pulumi").rename(root / "bin")
    shutil.rmtree(unpacked)
