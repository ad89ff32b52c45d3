"""A receiver of webhooks that remembers what it was sent and answers as it is told."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import define, field, frozen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pulumi_setsmart.sandbox import running


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
        answers: The statuses of its next answers; once there are none, 204. A fraction is how
            many seconds it takes to answer.
    """

    url: str = ""
    received: list[Received] = field(factory=list)
    answers: deque[float] = field(factory=deque)

    async def receive(self, request: Request) -> Response:
        """Answer a request."""
        self.received.append(Received(dict(request.headers), await request.body()))
        answer = self.answers.popleft() if self.answers else 204
        if answer < 1:
            await asyncio.sleep(answer)
            answer = 204
        return Response(status_code=int(answer))


@contextmanager
def receiving(*answers: float) -> Iterator[RecordingReceiver]:
    """Run a receiver on a free port while the block runs."""
    receiver = RecordingReceiver(answers=deque(answers))
    app = Starlette(routes=[Route("/v1/hook", receiver.receive, methods=["POST"])])
    with running(app) as base_url:
        receiver.url = f"{base_url}/hook"
        yield receiver
