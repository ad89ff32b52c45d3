"""A receiver of webhooks that remembers what it was sent and responds with given statuses."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import define, field, frozen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pulumi_setsmart.sandbox import running
from support.pause import Pause


@frozen
class Received:
    """A request to the receiver."""

    headers: dict[str, str]
    payload: bytes


@define
class RecordingReceiver:
    """A running receiver.

    Attributes:
        url: Its address.
        received: What it was sent, in order.
        statuses: Those of its next responses; once there are none, 204. In place of None it
            responds with 204 after `go_on`.
        text: What its responses say, apart from those with 204.
        headers: What headers its responses have besides the usual ones.
    """

    url: str = ""
    received: list[Received] = field(factory=list)
    statuses: deque[int | None] = field(factory=deque)
    text: str = ""
    headers: dict[str, str] = field(factory=dict)
    _pause: Pause = field(factory=Pause)

    def go_on(self) -> None:
        """Let it respond to the requests that it paused."""
        self._pause.end()

    async def receive(self, request: Request) -> Response:
        """Respond to a request."""
        self.received.append(Received(dict(request.headers), await request.body()))
        status = self.statuses.popleft() if self.statuses else 204
        if status is None:
            await self._pause.sleep(0)
            status = 204
        text = "" if status == 204 else self.text
        return Response(text, status, self.headers, media_type="application/json")


@contextmanager
def receiving(*statuses: int | None) -> Iterator[RecordingReceiver]:
    """Run a receiver on a free port while the block runs."""
    receiver = RecordingReceiver(statuses=deque(statuses))
    app = Starlette(routes=[Route("/v1/hook", receiver.receive, methods=["POST"])])
    with running(app) as base_url:
        receiver.url = f"{base_url}/hook"
        try:
            yield receiver
        finally:
            receiver.go_on()
