"""A server of listings that a test writes as raw JSON, such as no encoder would write."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from attrs import Factory, define


def nested(depth: int, inside: str = "1") -> str:
    """Return JSON of objects in one another; no encoder writes as many."""
    return '{"in":' * depth + inside + "}" * depth


@define
class RawJsonServer:
    """What the server holds.

    Attributes:
        listings: The listings as JSON, by their ids, which the texts hold too.
        url: Where it is.
        writes: The methods and paths of requests that would change something.
    """

    listings: Mapping[str, str] = Factory(dict)
    url: str = ""
    writes: list[str] = Factory(list)

    def hold(self, listings: Mapping[str, Mapping[str, str]]) -> None:
        """Hold listings whose fields are given as JSON."""
        self.listings = {
            identifier: _written({"id": json.dumps(identifier), **fields})
            for identifier, fields in listings.items()
        }

    def environment(self) -> dict[str, str]:
        """Return the variables that name the account."""
        return {"SETSMART_BASE_URL": self.url, "SETSMART_API_KEY": "key", "COLUMNS": "200"}

    def response(self, path: str) -> str | None:
        """Return the body of the response to a GET, or None if there is nothing at the path."""
        match path.removeprefix("/v1/").split("/"):
            case ["properties"]:
                return f"[{','.join(self.listings.values())}]"
            case ["webhooks"]:
                return "[]"
            case ["properties", identifier]:
                return self.listings.get(identifier)
        return None


def _written(fields: Mapping[str, str]) -> str:
    members = ",".join(f"{json.dumps(name)}:{value}" for name, value in fields.items())
    return f"{{{members}}}"


@contextmanager
def raw_json_server() -> Iterator[RawJsonServer]:
    """Run the server while the block runs."""
    account = RawJsonServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = account.response(self.path.partition("?")[0])
            self.respond(404 if body is None else 200, body or '{"error": {"code": "not_found"}}')

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            account.writes.append(f"{self.command} {self.path}")
            self.respond(500, "{}")

        do_POST = do_PUT  # noqa: N815 -- as above

        def respond(self, status: int, body: str) -> None:
            content = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    account.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield account
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
