"""A server whose every response is what a test says, bytes and all."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from attrs import define, field


@define
class HostileTextServer:
    """What it says, and where it is.

    Attributes:
        url: Its base URL.
        status: The status of its responses.
        bodies: The body of a response, by the first part of the path; any other path has none.
        headers: Further headers, whose values are sent as UTF-8.
    """

    url: str = ""
    status: int = 200
    bodies: dict[str, Any] = field(factory=dict)
    headers: dict[str, str] = field(factory=dict)

    def says(self, bodies: dict[str, Any], status: int = 200, **headers: str) -> None:
        """Have it respond so from now on."""
        self.bodies, self.status, self.headers = bodies, status, headers

    def body(self, path: str) -> Any:
        """Return what is at a path: an object of a list by its id, or all that is said of it."""
        name, *rest = path.partition("?")[0].removeprefix("/v1/").split("/")
        body = self.bodies.get(name, {})
        objects = [one for one in body if isinstance(one, dict)] if isinstance(body, list) else []
        return next((one for one in objects if rest and one.get("id") == rest[0]), body)


@contextmanager
def hostile_text_server() -> Iterator[HostileTextServer]:
    """Run one on a free port."""
    hostile = HostileTextServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = json.dumps(hostile.body(self.path)).encode()
            self.send_response(hostile.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for header, value in hostile.headers.items():
                self.send_header(header.replace("_", "-"), value.encode().decode("latin-1"))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        hostile.url = f"http://127.0.0.1:{server.server_port}/v1"
        try:
            yield hostile
        finally:
            server.shutdown()
            thread.join()
