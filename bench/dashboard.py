"""What a page of the sandbox's dashboard costs the server with 2,000 listings, beside an empty one.

Each page is asked for over one connection, in turns with the page of an account without listings,
so that a machine that slows down slows both.
"""

import argparse
import statistics
import time
from http import HTTPStatus
from http.client import HTTPConnection
from urllib.parse import urlsplit

from pulumi_setsmart.sandbox import (
    PROPERTIES,
    WEBHOOKS,
    LoggedRequest,
    Sandbox,
    create_app,
    listings,
    running,
)

LISTINGS = 2000
GOAL = 3.0
PAGES = {
    "listings": "/",
    "last page": f"/?page={LISTINGS}",
    "sorted": "/?sort=-bedrooms",
    "searched": "/?q=cabin",
    "a listing": "/listings/prop_1",
    "requests": "/requests",
    "a listing's": "/requests?listing=prop_1",
    "subscriptions": "/webhooks",
    "deliveries": "/webhooks/wh_1",
    "a delivery": "/webhooks/wh_1/deliveries/1",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=25, help="how often each page is timed")
    runs: int = parser.parse_args().runs
    print(f"{LISTINGS} listings, medians of {runs}: page / empty page = ratio")
    with running(create_app()) as empty, running(filled()) as full:
        idle, busy = browser(empty), browser(full)
        for name, path in PAGES.items():
            for client, address in ((idle, "/"), (busy, path)):  # templates are read once
                timed(client, address)
            pairs = [(timed(busy, path), timed(idle, "/")) for _ in range(runs)]
            own, other = (statistics.median(column) for column in zip(*pairs, strict=True))
            ratio = statistics.median(one / another for one, another in pairs)
            print(
                f"{name:<14} {own * 1000:6.1f} ms / {other * 1000:4.1f} ms = {ratio:5.2f}"
                f" (goal {GOAL:.0f})"
            )


def filled() -> Sandbox:
    """Return a sandbox with listings, as many deliveries, and as many requests."""
    app = create_app()
    made_up = listings()
    app.storage.insert(WEBHOOKS, {"url": "https://a.example/", "events": ["property.created"]})
    app.storage.insert_all(PROPERTIES, [next(made_up) for _ in range(LISTINGS)])
    for number in range(LISTINGS):
        app.requests.add(LoggedRequest("GET", f"/v1/properties/prop_{number}", 200))
    return app


def browser(base_url: str) -> HTTPConnection:
    """Return a connection to the server at a URL, which is kept open."""
    return HTTPConnection(urlsplit(base_url).netloc)


def timed(browser: HTTPConnection, path: str) -> float:
    """Return how long a page takes, in seconds."""
    started = time.perf_counter()
    browser.request("GET", path)
    response = browser.getresponse()
    response.read()
    seconds = time.perf_counter() - started
    if response.status != HTTPStatus.OK:
        raise ValueError(f"{path}: status {response.status}")
    return seconds


if __name__ == "__main__":
    main()
