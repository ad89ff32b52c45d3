"""The server and the account that the contenders share."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from contenders import Contender

from pulumi_setsmart.sandbox import (
    COLLECTIONS,
    ApiKey,
    Behaviour,
    Sandbox,
    SandboxSettings,
    Storage,
    create_app,
    running,
)

PAGE_SIZE = 100
LATENCY = 0.02
LIMIT = 100
WINDOW = 10.0
_SHARE_DRIFTED = 100
_DRIFTED = {"max_guests": 77}


@contextmanager
def serving(
    contenders: Sequence[Contender],
    storage: Storage,
    port: int,
    limit: int = 0,
    window: float = WINDOW,
) -> Iterator[tuple[Sandbox, str]]:
    """Serve what a storage holds, as far away as a network, while the block runs."""
    settings = SandboxSettings(
        keys=tuple(ApiKey(contender.key) for contender in contenders),
        rate_limit=limit,
        rate_window=window,
        latency=LATENCY,
        behaviour=Behaviour(page_size=PAGE_SIZE),
    )
    collections = [*COLLECTIONS]
    for contender in contenders:
        if contender.collection and contender.collection not in collections:
            collections.append(contender.collection)
    sandbox = create_app(settings, storage=storage, collections=collections)
    with running(sandbox, port=port) as base_url:
        yield sandbox, base_url


def free_port() -> int:
    """Return a port that all servers of a bench can have, one after the other."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def drift(contenders: Sequence[Contender], storage: Storage, number: int) -> None:
    """Change one listing in a hundred of each portfolio; another number changes others."""
    for contender in contenders:
        if contender.collection is not None:
            for listing in storage.objects(contender.collection)[number::_SHARE_DRIFTED]:
                changed = {**listing, **_DRIFTED}
                storage.replace(contender.collection, str(listing["id"]), changed)


def drifted(contender: Contender, storage: Storage) -> int:
    """Return how many listings of a contender are as `drift` left them."""
    if contender.collection is None:
        return 0
    listings = storage.objects(contender.collection)
    return sum(listing.items() >= _DRIFTED.items() for listing in listings)
