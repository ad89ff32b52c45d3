"""What the sandbox sends when listings change: to whom, signed how, and again until it arrives."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route
from support.recording_receiver import Received, receiving
from support.signed_delivery import OTHER_SECRET, SECRET
from support.waiting import HANG_GUARD, wait_until

from pulumi_setsmart.sandbox import (
    PROPERTIES,
    WEBHOOKS,
    Delivery,
    DeliverySettings,
    NoSuchObjectError,
    SandboxSettings,
    Storage,
    running,
)
from pulumi_setsmart.testing import SandboxAccount, running_sandbox
from pulumi_setsmart.webhooks import HexHmac, WebhookVerificationError, verify

ROUNDING = 1e-6
"""Seconds by which a time in floating point may be off."""

ALL_EVENTS = ["property.created", "property.updated", "property.deleted"]


def delivering(**behaviour: Any) -> SandboxSettings:
    """Return settings with which deliveries come again soon."""
    return SandboxSettings(
        rate_limit=0, deliveries=DeliverySettings(**{"backoff": 0.02} | behaviour)
    )


def subscribe(account: SandboxAccount, url: str, **fields: Any) -> str:
    subscription = {"url": url, "events": ALL_EVENTS, "secret": SECRET} | fields
    return str(account.add("webhooks", **subscription)["id"])


def types(received: list[Received]) -> list[str]:
    return [json.loads(delivery.payload)["type"] for delivery in received]


def states(deliveries: list[Delivery]) -> list[str]:
    return [delivery.state for delivery in deliveries]


def test_every_change_of_a_listing_is_delivered(setsmart_sandbox: SandboxAccount) -> None:
    """Through the API, with the whole listing as it is then, and as it was when it is deleted."""
    with (
        receiving() as receiver,
        httpx.Client(
            base_url=setsmart_sandbox.url,
            headers={"X-API-Key": setsmart_sandbox.key},
            trust_env=False,
            timeout=HANG_GUARD,
        ) as client,
    ):
        subscribe(setsmart_sandbox, receiver.url)
        created = client.post("/properties", json={"name": "Cabin", "pets": True}).json()
        updated = client.put("/properties/prop_1", json={"name": "Hütte"}).json()
        client.delete("/properties/prop_1")
        setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert types(receiver.received) == ALL_EVENTS
    events = [verify(delivery.payload, delivery.headers, SECRET) for delivery in receiver.received]
    assert [event.data for event in events] == [created, updated, updated]
    assert [event.type for event in events] == ALL_EVENTS
    assert len({event.id for event in events}) == 3


def test_a_change_in_the_dashboard_is_delivered_as_well(setsmart_sandbox: SandboxAccount) -> None:
    """Wherever it comes from."""
    with receiving() as receiver:
        subscribe(setsmart_sandbox, receiver.url)
        setsmart_sandbox.add("properties", name="Cabin")
        setsmart_sandbox.change("prop_1", bedrooms=4)
        setsmart_sandbox.remove("prop_1")
        setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert types(receiver.received) == ALL_EVENTS


def test_what_changes_nothing_is_not_delivered(setsmart_sandbox: SandboxAccount) -> None:
    """A PUT of the same, a change that failed, and whatever happens to other objects."""
    subscribe(setsmart_sandbox, "http://127.0.0.1:9/")
    setsmart_sandbox.add("pricing-rules", name="Summer")
    storage = setsmart_sandbox.app.storage
    listing = storage.insert(PROPERTIES, {"name": "Cabin"})
    delivered = len(setsmart_sandbox.deliveries())
    storage.replace(PROPERTIES, "prop_1", listing)
    with pytest.raises(NoSuchObjectError):
        storage.replace(PROPERTIES, "prop_2", {"name": "Hut"})
    with pytest.raises(NoSuchObjectError):
        storage.delete(PROPERTIES, "prop_2")
    assert (delivered, len(setsmart_sandbox.deliveries())) == (1, 1)


def test_each_subscription_gets_its_events(setsmart_sandbox: SandboxAccount) -> None:
    """Active ones only; one event has the same id for all, and is signed for each."""
    with receiving() as receiver, receiving() as other:
        subscribe(setsmart_sandbox, receiver.url, events=["property.created"])
        subscribe(setsmart_sandbox, other.url, secret=OTHER_SECRET)
        subscribe(setsmart_sandbox, receiver.url, status="inactive")
        subscribe(setsmart_sandbox, receiver.url, events=["message.received"])
        setsmart_sandbox.add("properties", name="Cabin")
        setsmart_sandbox.remove("prop_1")
        setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert setsmart_sandbox.deliveries("wh_3") == []
    assert types(receiver.received) == ["property.created"]
    assert types(other.received) == ["property.created", "property.deleted"]
    [mine], [theirs, _] = receiver.received, other.received
    assert mine.payload == theirs.payload
    same_event = verify(mine.payload, mine.headers, SECRET)
    assert verify(theirs.payload, theirs.headers, OTHER_SECRET) == same_event


@pytest.mark.parametrize("events", [["*"], ["*", "property.created"], ["message.received", "*"]])
def test_a_subscription_to_everything_gets_every_event_once(
    setsmart_sandbox: SandboxAccount, events: list[str]
) -> None:
    """Whatever is named beside the `*`; it can be made through the API and is shown as it is."""
    headers = {"X-API-Key": setsmart_sandbox.key}
    with (
        receiving() as receiver,
        httpx.Client(
            base_url=setsmart_sandbox.url, headers=headers, trust_env=False, timeout=HANG_GUARD
        ) as client,
    ):
        hook = {"url": receiver.url, "events": events, "secret": SECRET}
        assert client.post("/webhooks", json=hook).json()["events"] == events
        setsmart_sandbox.add("properties", name="Cabin")
        setsmart_sandbox.change("prop_1", bedrooms=4)
        setsmart_sandbox.remove("prop_1")
        setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert types(receiver.received) == ALL_EVENTS


def test_a_delivery_has_the_form_of_its_time() -> None:
    """The hex form has one header; a changed byte is found out."""
    with (
        running_sandbox(delivering(signature="hex")) as account,
        receiving() as receiver,
    ):
        subscribe(account, receiver.url, secret="any text will do")
        account.add("properties", name="Cabin")
        account.wait_for_deliveries(HANG_GUARD)
    [received] = receiver.received
    secret = "any text will do"
    assert (
        verify(received.payload, received.headers, secret, scheme=HexHmac()).type == ALL_EVENTS[0]
    )
    with pytest.raises(WebhookVerificationError):
        verify(received.payload + b" ", received.headers, secret, scheme=HexHmac())


def test_what_is_refused_comes_again_with_the_same_id() -> None:
    """After every status but 2xx, redirects included, signed anew each time."""
    with running_sandbox(delivering()) as account, receiving(500, 404, 302, 429) as receiver:
        subscribe(account, receiver.url)
        account.add("properties", name="Cabin")
        [delivery] = account.wait_for_deliveries(HANG_GUARD)
    assert [attempt.status for attempt in delivery.attempts] == [500, 404, 302, 429, 204]
    assert [attempt.error for attempt in delivery.attempts][-2:] == ["status 429", None]
    assert {attempt.url for attempt in delivery.attempts} == {receiver.url}
    assert delivery.state == "delivered"
    events = [verify(delivery.payload, delivery.headers, SECRET) for delivery in receiver.received]
    assert {event.id for event in events} == {delivery.event_id}


def test_each_wait_is_twice_the_one_before() -> None:
    """But for a bit of chance, which keeps receivers from being asked by all at once."""
    now = 1_700_000_000.0
    behaviour = delivering(backoff=0.05)
    with (
        running_sandbox(behaviour, clock=lambda: now) as account,
        receiving(*[500] * 4) as receiver,
    ):
        subscription = subscribe(account, receiver.url)
        account.add("properties", name="Cabin")
        due_times = account.app.storage.deliveries.due_times

        def is_put_off() -> bool:
            return due_times()[subscription] > now

        for longest in (0.05, 0.1, 0.2, 0.4):
            wait_until(is_put_off)
            due_at = due_times()[subscription]
            assert 0.8 * longest <= due_at - now + ROUNDING
            assert due_at - now <= longest + ROUNDING
            now = due_at
        [delivery] = account.wait_for_deliveries(HANG_GUARD)
    assert len(delivery.attempts) == 5


def test_who_takes_too_long_is_asked_again() -> None:
    """And so is who cannot be reached at all."""
    impatient = delivering(timeout=0.2, attempts=1000)
    with running_sandbox(impatient) as account, receiving(None) as receiver:
        subscribe(account, receiver.url)
        account.add("properties", name="Cabin")
        wait_until(lambda: account.deliveries()[0].attempts)
        receiver.go_on()
        [delivery] = account.wait_for_deliveries(HANG_GUARD)
        *late, in_time = [attempt.error for attempt in delivery.attempts]
        # More than once where the machine is slower than that itself.
        assert {*late} == {"no response within 0.2 s"}
        assert in_time is None
    with running_sandbox(delivering(attempts=2)) as account:
        subscribe(account, receiver.url)
        account.add("properties", name="Cabin")
        [delivery] = account.wait_for_deliveries(HANG_GUARD)
    assert [attempt.error for attempt in delivery.attempts] == ["no response: ConnectError"] * 2
    assert (delivery.state, delivery.reason) == ("failed", "given up after attempt 2")


def test_who_is_slow_holds_up_nobody_else() -> None:
    """Subscriptions are served side by side."""
    with (
        running_sandbox(delivering()) as account,
        receiving(None) as slow,
        receiving() as quick,
    ):
        subscribe(account, slow.url)
        subscribe(account, quick.url)
        account.add("properties", name="Cabin")
        account.add("properties", name="Hut")
        wait_until(lambda: len(quick.received) == 2)
        wait_until(lambda: slow.received)
        assert len(slow.received) == 1
        slow.go_on()
        deliveries = account.wait_for_deliveries(HANG_GUARD)
    assert states(deliveries) == ["delivered"] * 4


def test_deliveries_keep_the_order_of_the_changes(setsmart_sandbox: SandboxAccount) -> None:
    """As long as the receiver takes them."""
    with receiving() as receiver:
        subscribe(setsmart_sandbox, receiver.url)
        setsmart_sandbox.add("properties", name="Cabin", bedrooms=0)
        for bedrooms in range(1, 120):
            setsmart_sandbox.change("prop_1", bedrooms=bedrooms)
        setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    delivered = [json.loads(delivery.payload)["data"]["bedrooms"] for delivery in receiver.received]
    assert delivered == [*range(120)]


def test_receivers_can_be_tested_with_duplicates_and_disorder() -> None:
    """All of them come twice, in an order that is not that of the changes, and none is missing."""
    settings = delivering(duplicates=1.0, shuffle=0.2)
    with running_sandbox(settings) as account, receiving() as receiver:
        subscribe(account, receiver.url)
        for number in range(30):
            account.add("properties", name=f"Cabin {number}")
        account.wait_for_deliveries(HANG_GUARD)
    ids = [delivery.headers["webhook-id"] for delivery in receiver.received]
    in_order = [delivery.event_id for delivery in account.deliveries()]
    assert sorted(ids) == sorted(in_order * 2)
    assert [*dict.fromkeys(ids)] != in_order


def test_only_what_arrived_is_sent_twice() -> None:
    """What was refused comes again anyway."""
    with running_sandbox(delivering(duplicates=1.0)) as account, receiving(500) as receiver:
        subscribe(account, receiver.url)
        account.add("properties", name="Cabin")
        [delivery] = account.wait_for_deliveries(HANG_GUARD)
    assert [attempt.status for attempt in delivery.attempts] == [500, 204, 204]


def test_a_share_of_duplicates_is_a_share() -> None:
    """Not all and not none of fifty."""
    with running_sandbox(delivering(duplicates=0.5)) as account, receiving() as receiver:
        subscribe(account, receiver.url)
        for number in range(50):
            account.add("properties", name=f"Cabin {number}")
        account.wait_for_deliveries(HANG_GUARD)
    assert 60 < len(receiver.received) < 90


def test_what_was_delivered_can_be_delivered_again(setsmart_sandbox: SandboxAccount) -> None:
    """With the id it had, as a dashboard offers it."""
    with receiving() as receiver:
        subscribe(setsmart_sandbox, receiver.url)
        setsmart_sandbox.add("properties", name="Cabin")
        [delivery] = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
        setsmart_sandbox.redeliver(delivery)
        [again] = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert len(again.attempts) == 2
    assert len({delivery.headers["webhook-id"] for delivery in receiver.received}) == 1


def test_the_log_and_what_is_pending_survive_a_restart(tmp_path: Path) -> None:
    """The receiver is down, the sandbox stops; both come back, and nothing is lost."""
    path = tmp_path / "sandbox.db"
    with receiving() as receiver:
        url = receiver.url
    with Storage(path) as storage, running_sandbox(delivering(), storage=storage) as account:
        subscribe(account, url)
        for number in range(20):
            account.add("properties", name=f"Cabin {number}")
        ids = [delivery.event_id for delivery in account.deliveries()]
        wait_until(lambda: account.deliveries()[0].attempts)
    with (
        receiving() as receiver,
        Storage(path) as storage,
        running_sandbox(delivering(), storage=storage) as account,
    ):
        account.change("wh_1", url=receiver.url)
        deliveries = account.wait_for_deliveries(HANG_GUARD)
    assert [delivery.event_id for delivery in deliveries] == ids
    assert states(deliveries) == ["delivered"] * 20
    assert deliveries[0].attempts[0].error == "no response: ConnectError"
    assert sorted(delivery.headers["webhook-id"] for delivery in receiver.received) == sorted(ids)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/setsmart",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest",
        "http://[2001:db8::1]/",
        "http://127.0.0.1.example.com/",
        "https://api.setsmart.com/v1/properties",
        "http://[::1",
    ],
)
def test_only_this_machine_is_called(setsmart_sandbox: SandboxAccount, url: str) -> None:
    """Whoever tries out a program does not surprise the addresses in it."""
    subscribe(setsmart_sandbox, url)
    setsmart_sandbox.add("properties", name="Cabin")
    [delivery] = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert (delivery.state, delivery.attempts) == ("dropped", ())
    assert delivery.reason == "the sandbox calls this machine only"


@pytest.mark.parametrize(
    "url", ["http://localhost:1/", "http://127.0.0.9/", "https://[::1]:80", "http://receiver:80/x"]
)
def test_this_machine_and_named_hosts_may_be_called(url: str) -> None:
    """Such as another container."""
    assert DeliverySettings(hosts=frozenset({"receiver"})).may_call(url)


def test_a_new_secret_signs_from_then_on(setsmart_sandbox: SandboxAccount) -> None:
    """The old one does not sign any more, unless the server lets them overlap."""
    with receiving() as receiver:
        subscribe(setsmart_sandbox, receiver.url)
        setsmart_sandbox.change("wh_1", secret=OTHER_SECRET)
        setsmart_sandbox.add("properties", name="Cabin")
        setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    [received] = receiver.received
    assert verify(received.payload, received.headers, OTHER_SECRET)
    with pytest.raises(WebhookVerificationError, match="no signature"):
        verify(received.payload, received.headers, SECRET)


def test_secrets_can_overlap() -> None:
    """As Standard Webhooks recommends: receivers of either secret accept what is sent."""
    with running_sandbox(delivering(secret_overlap=60)) as account, receiving() as receiver:
        subscribe(account, receiver.url)
        account.change("wh_1", secret=OTHER_SECRET)
        account.change("wh_1", status="active")
        account.add("properties", name="Cabin")
        account.wait_for_deliveries(HANG_GUARD)
    [received] = receiver.received
    assert len(received.headers["webhook-signature"].split(" ")) == 2
    for secret in (SECRET, OTHER_SECRET):
        assert verify(received.payload, received.headers, secret).type == "property.created"


def test_without_a_secret_nothing_is_signed(setsmart_sandbox: SandboxAccount) -> None:
    """A receiver that verifies refuses it."""
    with receiving() as receiver:
        subscribe(setsmart_sandbox, receiver.url, secret=None)
        setsmart_sandbox.add("properties", name="Cabin")
        setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    [received] = receiver.received
    with pytest.raises(WebhookVerificationError, match="webhook-signature is missing"):
        verify(received.payload, received.headers, SECRET)


@pytest.mark.parametrize("secret", ["my own secret", SECRET + "!", SECRET[:20] + " " + SECRET[20:]])
def test_a_secret_that_cannot_sign_is_in_the_log(
    setsmart_sandbox: SandboxAccount, secret: str
) -> None:
    """Instead of signing with something that nobody has."""
    subscribe(setsmart_sandbox, "http://127.0.0.1:9/", secret=secret)
    setsmart_sandbox.add("properties", name="Cabin")
    [delivery] = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert delivery.state == "dropped"
    assert delivery.reason == "its secret is not whsec_ followed by base64"


@pytest.mark.parametrize("end", ["remove", "deactivate"])
def test_a_subscription_that_ended_gets_nothing_more(end: str) -> None:
    """What was still on its way to it is dropped."""
    with running_sandbox(delivering(backoff=0.1)) as account, receiving(500) as receiver:
        subscribe(account, receiver.url)
        account.add("properties", name="Cabin")
        wait_until(lambda: receiver.received)
        if end == "remove":
            account.remove("wh_1")
        else:
            account.change("wh_1", status="inactive")
        [delivery] = account.wait_for_deliveries(HANG_GUARD)
    assert len(receiver.received) == 1
    assert delivery.state == "dropped"


def test_subscriptions_of_any_form_do_no_harm(setsmart_sandbox: SandboxAccount) -> None:
    """The storage takes whatever a test puts into it."""
    setsmart_sandbox.add("webhooks", url="http://127.0.0.1:9/", events="property.created")
    setsmart_sandbox.add("webhooks", url=5, events=["property.created"])
    setsmart_sandbox.add("properties", name="Cabin")
    [delivery] = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert delivery.state == "dropped"


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "rsa"},
        {"duplicates": 1.5},
        {"attempts": 0},
        {"timeout": 0},
        {"backoff": -1},
        {"shuffle": -1},
        {"secret_overlap": -1},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    """When they are made."""
    with pytest.raises(ValueError):  # noqa: PT011 -- attrs words them
        DeliverySettings(**wrong)


@settings(max_examples=25)
@given(st.data())
def test_each_event_arrives_whatever_the_receiver_responds(data: st.DataObject) -> None:
    """Once accepted it is never sent again, and until then always."""
    responses = data.draw(st.lists(st.sampled_from([200, 202, 204, 301, 400, 404, 410, 500, 503])))
    with (
        running_sandbox(delivering(backoff=0, attempts=100)) as account,
        receiving() as receiver,
    ):
        subscribe(account, receiver.url)
        receiver.statuses.extend(responses)
        number = data.draw(st.integers(1, 4))
        for _ in range(number):
            account.add("properties", name="Cabin")
        deliveries = account.wait_for_deliveries(HANG_GUARD)
    received = [delivery.headers["webhook-id"] for delivery in receiver.received]
    assert states(deliveries) == ["delivered"] * number
    for delivery in deliveries:
        *refused, accepted = [attempt.status for attempt in delivery.attempts]
        assert accepted is not None
        assert 200 <= accepted < 300
        assert all(status is not None and status >= 300 for status in refused)
        assert received.count(delivery.event_id) == len(delivery.attempts)


UNCALLABLE = [
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:65536/",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:00080/",
    "http://127.0.0.1:-1/",
    "http://127.0.0.1:x/",
    "http://127.0.0.1:/",
    "http://127.0.0.1: 80/",
    "http://127.0.0.1:٨٠/",
    "http://::1/",
    "http://[::1/",
    "http://[localhost]/",
    "http://[::1%25lo]/",
    "http://user:word@127.0.0.1/",
    "http://@127.0.0.1/",
    "http://127.0.0.1\\@evil.example/",
    "http:///",
    "http://",
    "http:/127.0.0.1/",
    "http:127.0.0.1",
    "//127.0.0.1/",
    "127.0.0.1:80",
    "HTTP://127.0.0.1/",
    "ftp://127.0.0.1/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    " http://127.0.0.1/",
    "http://127.0.0.1/ ",
    "http://127.0.0.1/\n",
    "http://127.0.0.1/a b",
    "http://127.0.0.1/\x00",
    "http://127.0.0.1/\r\nX-Header: 1",
    "http://127.0.0.1\t/",
    "http://127.0.0.1/\ud7ff\u202e",
    "http://127.0.0.1/é",
    "http://receiver..example/",
    "http://.receiver/",
    f"http://{'a' * 64}.example/",
    "http://ü.example/",
    "http://xn--\u0080/",
    "http://receiver_/",
    "",
]
"""None is a URL that could be called."""


@pytest.mark.parametrize("url", UNCALLABLE)
def test_a_url_that_cannot_be_called_does_no_harm(
    setsmart_sandbox: SandboxAccount, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The API refuses it; where somebody stored it, the delivery ends and the pages show it."""
    origin = setsmart_sandbox.url.removesuffix("/v1")
    headers = {"X-API-Key": setsmart_sandbox.key}
    with httpx.Client(trust_env=False, timeout=HANG_GUARD) as client:
        setsmart_sandbox.add("webhooks", url="http://127.0.0.1:9/", events=["a.a"])
        for method, path in (("POST", "/webhooks"), ("PUT", "/webhooks/wh_1")):
            refused = client.request(
                method,
                f"{setsmart_sandbox.url}{path}",
                json={"url": url, "events": ALL_EVENTS},
                headers=headers,
            )
            assert (refused.status_code, refused.json()["error"]["field"]) == (400, "url")
        hook = subscribe(setsmart_sandbox, url)
        setsmart_sandbox.add("properties", name="Cabin")
        [delivery] = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
        pages = [client.get(f"{origin}/webhooks{path}") for path in ("", f"/{hook}")]
    assert delivery.state in ("failed", "dropped")
    assert delivery.attempts == ()
    assert [page.status_code for page in pages] == [200, 200]
    assert [record for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize(
    "host", ["-", "a-", "xn--a", "xn--zz--", ".".join(["a" * 63] * 5), "nowhere.invalid", "[:::]"]
)
def test_a_host_that_cannot_be_found_is_a_failed_attempt(
    host: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the system, or the encoding of names, has against it."""
    settings = delivering(attempts=1, hosts=frozenset({host.strip("[]")}))
    with running_sandbox(settings) as account:
        subscribe(account, f"http://{host}:9/")
        account.add("properties", name="Cabin")
        [delivery] = account.wait_for_deliveries(HANG_GUARD)
    assert delivery.state in ("failed", "dropped")
    assert [record for record in caplog.records if record.exc_info] == []


def test_a_subscription_without_a_url_does_no_harm(setsmart_sandbox: SandboxAccount) -> None:
    """The storage takes whatever a test puts into it."""
    setsmart_sandbox.app.storage.insert(WEBHOOKS, {"events": ["*"]})
    setsmart_sandbox.add("properties", name="Cabin")
    [delivery] = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert delivery.state == "dropped"


def test_a_response_without_end_is_not_read(
    setsmart_sandbox: SandboxAccount,
) -> None:
    """Its status counts, however much it goes on to say."""

    async def endless(_request: Request) -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            while True:
                yield b"x" * 65536
                await asyncio.sleep(0)

        return StreamingResponse(pieces(), status_code=202)

    with running(Starlette(routes=[Route("/v1/hook", endless, methods=["POST"])])) as url:
        subscribe(setsmart_sandbox, f"{url}/hook")
        setsmart_sandbox.add("properties", name="Cabin")
        [delivery] = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert (delivery.state, delivery.attempts[0].status) == ("delivered", 202)


def test_an_attempt_is_not_shown_before_it_is_over(setsmart_sandbox: SandboxAccount) -> None:
    """Nothing is known of it yet, though its place is taken."""
    with receiving(None) as receiver:
        subscribe(setsmart_sandbox, receiver.url)
        setsmart_sandbox.add("properties", name="Cabin")
        wait_until(lambda: receiver.received)
        [under_way] = setsmart_sandbox.deliveries()
        receiver.go_on()
        [over] = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert under_way.attempts == ()
    assert [attempt.status for attempt in over.attempts] == [204]
