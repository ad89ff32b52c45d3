"""A server that responds with what a test says, be it odd JSON that no encoder writes."""

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
    """What the server responds.

    Attributes:
        url: Its base URL.
        status: The status of its responses to a GET.
        bodies: Their bodies as JSON, by paths below the base URL. A body that is no list is that of
            all paths below, too. Any other path is not found.
        headers: Their further headers, whose values are sent as UTF-8.
        writes: The methods and paths of requests that would change something; they fail.
    """

    url: str = ""
    status: int = 200
    bodies: Mapping[str, str] = Factory(dict)
    headers: Mapping[str, str] = Factory(dict)
    writes: list[str] = Factory(list)

    def respond(self, bodies: Mapping[str, object], status: int = 200, **headers: str) -> None:
        """Respond with values by the names of collections, and with each object of a list."""
        lists = {name: body for name, body in bodies.items() if isinstance(body, list)}
        objects = {f"{name}/{item['id']}": item for name, body in lists.items() for item in body}
        self.bodies = {path: json.dumps(body) for path, body in {**bodies, **objects}.items()}
        self.status, self.headers = status, headers

    def respond_with_listings(self, listings: Mapping[str, Mapping[str, str]]) -> None:
        """Respond with listings, by their ids, whose fields are given as JSON."""
        objects = {
            identifier: _json_object({"id": json.dumps(identifier), **fields})
            for identifier, fields in listings.items()
        }
        self.bodies = {
            "properties": f"[{','.join(objects.values())}]",
            "webhooks": "[]",
            **{f"properties/{identifier}": text for identifier, text in objects.items()},
        }

    def environment(self) -> dict[str, str]:
        """Return the variables that name the account."""
        return {"SETSMART_BASE_URL": self.url, "SETSMART_API_KEY": "key", "COLUMNS": "200"}

    def body(self, path: str) -> str | None:
        """Return the body of the response to a GET, or None if there is nothing at the path."""
        below = path.partition("?")[0].removeprefix("/v1/")
        collection = self.bodies.get(below.partition("/")[0], "[]")
        return self.bodies.get(below, None if collection.startswith("[") else collection)


def _json_object(fields: Mapping[str, str]) -> str:
    members = ",".join(f"{json.dumps(name)}:{value}" for name, value in fields.items())
    return f"{{{members}}}"


@contextmanager
def raw_json_server() -> Iterator[RawJsonServer]:
    """Run the server on a free port while the block runs."""
    account = RawJsonServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = account.body(self.path)
            if body is None:
                self.send(404, '{"error": {"code": "not_found"}}')
            else:
                self.send(account.status, body)

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            account.writes.append(f"{self.command} {self.path}")
            self.send(500, "{}")

        do_POST = do_PUT  # noqa: N815 -- as above

        def send(self, status: int, body: str) -> None:
            content = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            for name, value in account.headers.items():
                self.send_header(name.replace("_", "-"), value.encode().decode("latin-1"))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        account.url = f"http://127.0.0.1:{server.server_port}/v1"
        try:
            yield account
        finally:
            server.shutdown()
            thread.join()
