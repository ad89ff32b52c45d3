"""Faults of the network: connections that end, and time that passes."""

from __future__ import annotations

import asyncio

from attrs import frozen

from pulumi_setsmart.sandbox.exchange import Exchange, Sleep
from pulumi_setsmart.sandbox.faults.fault import Moment


@frozen
class Lost:
    """The connection is lost.

    Attributes:
        moment: Before or after the server has done what was asked.
        reset: Whether a TCP reset ends it.
    """

    moment: Moment
    reset: bool = False

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"{'reset' if self.reset else 'drop'} {self.moment} commit"

    async def apply(self, exchange: Exchange) -> None:
        """Let it go wrong."""
        if self.moment == "after":
            await exchange.forward()
        await exchange.close(reset=self.reset)


@frozen
class Cut:
    """The server does what was asked, and the connection is lost in the middle of the response."""

    name: str = "response cut off"

    async def apply(self, exchange: Exchange) -> None:
        """Let it go wrong."""
        response = await exchange.forward()
        await exchange.send_part(response, response.body[: len(response.body) // 2])
        await exchange.close()


@frozen
class Hang:
    """The server takes its time, and does what was asked even if the client has gone.

    Attributes:
        seconds: How much time.
        moment: Before or after it does what was asked.
        sleep: Lets that time pass; a test may decide when it is over.
    """

    seconds: float
    moment: Moment = "before"
    sleep: Sleep = asyncio.sleep

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"hang {self.moment} commit"

    async def apply(self, exchange: Exchange) -> None:
        """Let it go wrong."""
        if self.moment == "before":
            await self.sleep(self.seconds)
        response = await exchange.forward()
        if self.moment == "after":
            await self.sleep(self.seconds)
        await exchange.respond(response)


@frozen
class Slow:
    """The response trickles.

    Attributes:
        seconds: How long it takes in all.
        sleep: Lets that time pass; a test may decide when it is over.
    """

    seconds: float
    name: str = "slow response"
    sleep: Sleep = asyncio.sleep

    async def apply(self, exchange: Exchange) -> None:
        """Let it go wrong."""
        response = await exchange.forward()
        await exchange.respond(response, pieces=5, seconds=self.seconds, sleep=self.sleep)
