"""The example's receiver as a process of its own, under uvicorn, and what is in its inbox."""

from __future__ import annotations

import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from attrs import define, field

from support.waiting import HANG_GUARD, wait_until

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "webhook_receiver"


PORTS = range(20_000, 30_000)
"""Below those that systems give to connections, of which the engine makes many at any time."""


def free_port() -> int:
    """Return a port that nothing listens on, nor is likely to until a test uses it."""
    while True:
        with suppress(OSError), socket.create_server(("127.0.0.1", secrets.choice(PORTS))) as one:
            port: int = one.getsockname()[1]
            return port


@define
class ReceiverProcess:
    """A receiver that can be started, stopped and killed, always at the same address.

    Attributes:
        inbox: The file of its inbox.
        port: Its port.
    """

    inbox: Path
    port: int = field(factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address that a subscription calls."""
        return f"http://127.0.0.1:{self.port}/setsmart"

    def start(self, *secrets: str) -> None:
        """Start it with these secrets; return once it accepts connections."""
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", "--factory", "receiver:create_app"),
                *("--port", str(self.port), "--no-access-log", "--log-level", "warning"),
            ],
            cwd=EXAMPLE,
            env={"SETSMART_WEBHOOK_SECRETS": " ".join(secrets), "INBOX": str(self.inbox)},
            stdin=subprocess.DEVNULL,
        )
        wait_until(self._accepts)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, if it runs: in good order, or with SIGKILL at once."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=HANG_GUARD)
            self._process = None

    def rows(self, query: str) -> list[Any]:
        """Return what a query finds in its inbox."""
        connection = sqlite3.connect(self.inbox)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def processed(self) -> int:
        """Return how many events it has processed."""
        return len(self.rows("SELECT 1 FROM events WHERE processed_at NOT NULL"))

    def _accepts(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "the receiver has ended"
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def receiver_process(folder: Path) -> Iterator[ReceiverProcess]:
    """Provide a receiver, with its inbox in a folder, that is ended with the block."""
    receiver = ReceiverProcess(folder / "inbox.db")
    try:
        yield receiver
    finally:
        receiver.stop(signal.SIGKILL)
