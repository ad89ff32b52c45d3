"""A receiver of SetSmart's webhooks: `uvicorn --factory receiver:create_app`.

SETSMART_WEBHOOK_SECRETS has the secret of the subscription. During a rotation it has the new one
and the old one, separated by a space. INBOX is the file that stores the events (default: inbox.db).
"""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from inbox import Inbox
from listings import keep_copy
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pulumi_setsmart.webhooks import (
    LARGEST_PAYLOAD,
    WebhookReplayedError,
    WebhookSetupError,
    WebhookVerificationError,
    WebhookVerifier,
)

log = logging.getLogger("uvicorn.error.receiver")
PAUSE_AFTER_FAILURE = 1.0
"""Seconds."""


class Receiver:
    """Stores genuine events and responds at once; the work is done in the background.

    Args:
        secrets: The secret of the subscription, or several during a rotation.
        inbox: Stores the events.
    """

    def __init__(self, secrets: Sequence[str], inbox: Inbox) -> None:
        self._verifier = WebhookVerifier(secrets, seen=inbox)
        self._inbox = inbox
        self._added = asyncio.Event()

    async def receive(self, request: Request) -> Response:
        """Respond to a delivery: 2xx only once the event is stored."""
        payload = await raw_body(request)
        if payload is None:
            return Response(status_code=413)
        try:
            event = self._verifier.verify(payload, request.headers)
        except WebhookReplayedError:
            return Response(status_code=204)  # already stored, so no retry is needed
        except WebhookSetupError:
            log.exception("nothing can be verified")
            return Response(status_code=500)  # our fault, so SetSmart should retry
        except WebhookVerificationError as error:
            log.warning("rejected a delivery: %s", error)
            return Response(status_code=400)
        await asyncio.to_thread(self._inbox.add, event)
        self._added.set()
        return Response(status_code=202)

    @asynccontextmanager
    async def working(self, _app: Starlette) -> AsyncIterator[None]:
        """Process events while the server runs, beginning with those from before its start."""
        work = asyncio.create_task(self._work())
        yield
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work

    async def _work(self) -> None:
        await asyncio.to_thread(self._inbox.forget, days=30)
        while True:
            self._added.clear()
            try:
                while await asyncio.to_thread(self._inbox.process_next, keep_copy):
                    pass
            except Exception:
                log.exception("an event could not be processed; it will be retried")
                await asyncio.sleep(PAUSE_AFTER_FAILURE)
            else:
                await self._added.wait()


async def raw_body(request: Request) -> bytes | None:
    """Return the bytes that were signed, or None if there are too many.

    `request.json()` would not do: parsed and written again, a body has another signature.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_PAYLOAD:
            return None
    return body


def create_app() -> Starlette:
    """Return the receiver from the environment, or exit if a setting is wrong."""
    try:
        receiver = Receiver(
            os.environ.get("SETSMART_WEBHOOK_SECRETS", "").split(),
            Inbox(os.environ.get("INBOX", "inbox.db")),
        )
    except WebhookSetupError as error:
        sys.exit(f"SETSMART_WEBHOOK_SECRETS: {error}")
    return Starlette(
        routes=[Route("/setsmart", receiver.receive, methods=["POST"])], lifespan=receiver.working
    )
