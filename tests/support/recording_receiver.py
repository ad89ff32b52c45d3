"""A receiver of webhooks that remembers what it was sent and answers as it is told."""

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
        answers: The statuses of its next answers; once there are none, 204. In place of None it
            answers 204 once it is let go on.
    """

    url: str = ""
    received: list[Received] = field(factory=list)
    answers: deque[int | None] = field(factory=deque)
    _pause: Pause = field(factory=Pause)

    def go_on(self) -> None:
        """Let it answer what it held up."""
        self._pause.end()

    async def receive(self, request: Request) -> Response:
        """Answer a request."""
        self.received.append(Received(dict(request.headers), await request.body()))
        answer = self.answers.popleft() if self.answers else 204
        if answer is None:
            await self._pause.sleep(0)
            answer = 204
        return Response(status_code=answer)


@contextmanager
def receiving(*answers: int | None) -> Iterator[RecordingReceiver]:
    """Run a receiver on a free port while the block runs."""
    receiver = RecordingReceiver(answers=deque(answers))
    app = Starlette(routes=[Route("/v1/hook", receiver.receive, methods=["POST"])])
    with running(app) as base_url:
        receiver.url = f"{base_url}/hook"
        try:
            yield receiver
        finally:
            receiver.go_on()
