"""Webhook subscriptions in the dashboard: made there, and what was delivered to them."""

import json
import re
from html import unescape

import httpx
import pytest
from support.dashboard_page import Form, cells, submit, text_of
from support.recording_receiver import receiving
from support.signed_delivery import NOW, OTHER_SECRET, SECRET
from support.waiting import HANG_GUARD

from pulumi_setsmart.sandbox import (
    PROPERTIES,
    WEBHOOKS,
    DeliverySettings,
    Json,
    SandboxSettings,
)
from pulumi_setsmart.sandbox.deliveries.delivery import Attempt
from pulumi_setsmart.testing import SandboxAccount, running_sandbox

CLOSED = "http://127.0.0.1:9/"
CREATED: list[Json] = ["property.created"]


def opened(account: SandboxAccount) -> httpx.Client:
    """Return a browser for the dashboard beside an account."""
    origin = account.url.removesuffix("/v1")
    return httpx.Client(base_url=origin, trust_env=False, timeout=HANG_GUARD, follow_redirects=True)


def rows(page: httpx.Response) -> list[list[str]]:
    return [cells(row) for row in page.text.split("<tr>")[2:]]


def test_subscriptions_are_shown_with_their_deliveries(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """With every attempt, never with the secret, and with a way to deliver again."""
    assert "There are none." in text_of(browser.get("/webhooks"))
    with receiving(500) as receiver:
        events = ["property.created", "property.deleted"]
        setsmart_sandbox.add("webhooks", url=receiver.url, events=events, secret=SECRET)
        setsmart_sandbox.add("properties", name="Villa")
        setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
        listed = browser.get("/webhooks")
        assert rows(listed) == [
            [receiver.url, ", ".join(events), "active", "yes", "100 %", "1 delivered"]
        ]
        page = browser.get("/webhooks/wh_1")
        assert "100 % delivered 1 delivered" in text_of(page)
        [link] = re.findall(r'href="(/webhooks/wh_1/deliveries/\d+)"', page.text)
        delivery = browser.get(link)
        assert "status 500" in text_of(delivery)
        assert "status 204" in text_of(delivery)
        assert 'href="/listings/prop_1"' in delivery.text
        again = browser.post("/webhooks/wh_1/deliveries/1", data=Form(page.text).fields)
        assert "It is delivered again." in text_of(again)
        assert again.url.path == link
        setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
        submit(browser, link)
        setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert [len(delivery.attempts) for delivery in setsmart_sandbox.deliveries()] == [4]
    setsmart_sandbox.remove("prop_1")
    gone = browser.get(link)
    assert 'href="/listings/prop_1"' not in gone.text
    assert "Villa, which is gone" in text_of(gone)
    assert SECRET not in listed.text + page.text + delivery.text


def test_what_was_not_delivered_says_why() -> None:
    """Each attempt with what was wrong; what is neither signed nor active is shown as such."""
    twice = SandboxSettings(rate_limit=0, deliveries=DeliverySettings(attempts=2, backoff=0.01))
    with running_sandbox(twice) as account:
        account.add("webhooks", url="https://a.example/", events=CREATED)
        account.add("webhooks", url=CLOSED, events=CREATED)
        storage = account.app.storage
        storage.insert(WEBHOOKS, {"url": CLOSED, "events": "none", "status": "inactive"})
        storage.insert(WEBHOOKS, {"url": CLOSED, "events": []})
        account.add("properties", name="Villa")
        [dropped, failed] = account.wait_for_deliveries(HANG_GUARD)
        with opened(account) as browser:
            listed = browser.get("/webhooks")
            of_dropped = browser.get("/webhooks/wh_1")
            of_failed = browser.get("/webhooks/wh_2")
            attempts = text_of(browser.get(f"/webhooks/wh_2/deliveries/{failed.number}"))
    assert rows(listed) == [
        ["https://a.example/", "property.created", "active", "no", "0 %", "1 dropped"],
        [CLOSED, "property.created", "active", "no", "0 %", "1 failed"],
        [CLOSED, "none", "inactive", "no", "none", "none yet"],
        [CLOSED, "", "active", "no", "none", "none yet"],
    ]
    assert rows(of_dropped)[0][2:5] == ["dropped", "0", dropped.reason]
    assert "wh_2, active, not signed: property.created" in text_of(of_failed)
    assert rows(of_failed)[0][2:4] == ["failed", "2"]
    assert rows(of_failed)[0][4].startswith(f"{failed.reason}, ")
    assert f"failed {failed.reason}" in attempts
    assert len(failed.attempts) == 2
    assert all(f"{attempt.error} " in attempts for attempt in failed.attempts)


@pytest.mark.parametrize(
    ("states", "rate"),
    [
        (["delivered"], '<span class="chip good">100 %</span>'),
        (["delivered", "pending"], '<span class="chip good">100 %</span>'),
        (["delivered"] * 19 + ["failed"], '<span class="chip warn">95 %</span>'),
        (["delivered"] * 999 + ["failed"], '<span class="chip warn">99 %</span>'),
        (["delivered", "dropped"], '<span class="chip bad">50 %</span>'),
        (["failed"], '<span class="chip bad">0 %</span>'),
        (["pending"], "none"),
        ([], "none"),
    ],
)
def test_the_success_rate_is_coloured(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount, states: list[str], rate: str
) -> None:
    """Of the deliveries that have ended. Only if all arrived it is 100 %, and good."""
    storage = setsmart_sandbox.app.storage
    storage.insert(WEBHOOKS, {"url": CLOSED, "events": CREATED, "status": "inactive"})
    log = storage.deliveries
    # Written into the log itself: nothing sends them.
    with storage._database.transaction() as transaction:  # noqa: SLF001 - there is no other way in
        for state in states:
            transaction.execute(
                "INSERT INTO deliveries (event_id, type, subscription, payload, state, due_at)"
                " VALUES ('msg_1', 'property.created', 'wh_1', '{}', ?, 9e18)",
                (state,),
            )
    assert sum(log.counts().get("wh_1", {}).values()) == len(states)
    assert f'<td class="number">{rate}</td>' in browser.get("/webhooks").text


def test_subscriptions_can_be_sorted(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """By any column that has a link, such as the status."""
    for name, status in (("b", "inactive"), ("a", "active")):
        url = f"https://{name}.example/"
        setsmart_sandbox.add("webhooks", url=url, events=CREATED, status=status)
    for sort, hosts in (("url", ["a", "b"]), ("-url", ["b", "a"]), ("status", ["a", "b"])):
        page = browser.get("/webhooks", params={"sort": sort})
        assert re.findall(r">https://(\w)\.example/<", page.text) == hosts


def test_many_deliveries_are_shown_on_pages(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """25 on each, the newest first."""
    setsmart_sandbox.add("webhooks", url="https://a.example/", events=CREATED)
    names = [{"name": f"Villa {number}."} for number in range(26)]
    setsmart_sandbox.app.storage.insert_all(PROPERTIES, names[:25])
    assert "Page 1" not in text_of(browser.get("/webhooks/wh_1"))
    setsmart_sandbox.app.storage.insert_all(PROPERTIES, names[25:])
    first = browser.get("/webhooks/wh_1")
    assert "Deliveries 26" in text_of(first)
    [link] = re.findall(r'rel="next" href="([^"]*)"', first.text)
    second = browser.get(unescape(link))
    shown = [re.findall(r">Villa (\d+)\.<", page.text) for page in (first, second)]
    assert shown == [[str(n) for n in range(25, 0, -1)], ["0"]]


def test_nothing_is_delivered_again_to_a_subscription_that_is_gone(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """The page that offers it may have been loaded before."""
    setsmart_sandbox.add("webhooks", url="https://a.example/", events=CREATED)
    setsmart_sandbox.add("properties", name="Villa")
    [delivery] = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    form = Form(browser.get("/webhooks/wh_1").text).fields
    setsmart_sandbox.remove("wh_1")
    response = browser.post("/webhooks/wh_1/deliveries/1", data=form)
    assert response.status_code == 404
    assert setsmart_sandbox.wait_for_deliveries(HANG_GUARD) == [delivery]


@pytest.mark.parametrize(
    "path",
    [
        *("wh_1/deliveries/2", f"wh_1/deliveries/{10**30}", "wh_2/deliveries/1"),
        *("wh_1/deliveries/01", "wh_1/deliveries/1.0", "wh_1/deliveries/x"),
    ],
)
def test_what_was_not_sent_to_a_subscription_is_not_delivered_again(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount, path: str
) -> None:
    """It is not there, and no message says that it was done; it has no page either."""
    with receiving() as receiver:
        for events in (["property.created"], ["property.deleted"]):
            setsmart_sandbox.add("webhooks", url=receiver.url, events=events)
        setsmart_sandbox.add("properties", name="Villa")
        setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
        token = Form(browser.get("/webhooks/wh_1").text).fields["_token"]
        looked = browser.get(f"/webhooks/{path}")
        response = browser.post(f"/webhooks/{path}", data={"_token": token})
        [delivery] = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    for page in (looked, response):
        assert page.status_code == 404
        assert "There is no such page" in text_of(page)
    assert len(delivery.attempts) == 1


def test_a_delivery_shows_what_went_out_and_what_came_back() -> None:
    """Headers and bodies of both, without the secret of the subscription and the signature."""
    echoed = json.dumps({"error": f"bad signature for {SECRET}", "token": "tok-1", "hint": "time"})
    once = SandboxSettings(deliveries=DeliverySettings(attempts=1))
    with receiving(401) as receiver, running_sandbox(once, clock=lambda: NOW) as account:
        receiver.text = echoed
        url = f"{receiver.url}?token=in-the-url-7"
        account.add("webhooks", url=url, events=CREATED, secret=SECRET)
        account.add("properties", name="Villa", door_code="4711", notes="the code is 4711")
        [delivery] = account.wait_for_deliveries(HANG_GUARD)
        with opened(account) as browser:
            page = browser.get(f"/webhooks/wh_1/deliveries/{delivery.number}")
            others = browser.get("/webhooks").text + browser.get("/webhooks/wh_1").text
    text = text_of(page)
    assert "in-the-url-7" not in page.text + others
    [received] = receiver.received
    assert f"POST {receiver.url}?token=••••" in text
    assert f"webhook-id: {delivery.event_id}" in text
    assert f"webhook-timestamp: {NOW}" in text
    assert "webhook-signature: ••••" in text
    assert received.headers["webhook-signature"] not in page.text
    assert '"name": "Villa"' in text
    assert '"notes": "the code is ••••"' in text
    assert '"error": "bad signature for ••••"' in text
    assert '"hint": "time"' in text
    assert "content-type: application/json" in text
    for secret in (SECRET, "4711", "tok-1"):
        assert secret not in page.text


@pytest.mark.parametrize("spare", [0, 60])
def test_a_secret_in_a_header_that_is_not_kept_is_not_shown(spare: int) -> None:
    """Be it too long, or one of too many: it could not be found in the body."""
    token = "token-of-the-receiver" * (1 if spare else 30)
    once = SandboxSettings(deliveries=DeliverySettings(attempts=1))
    with receiving(500) as receiver, running_sandbox(once) as account:
        receiver.headers = {f"x-{number}": "spare" for number in range(spare)}
        receiver.headers["x-auth-token"] = token
        receiver.text = json.dumps({"error": f"not for {token}"})
        account.add("webhooks", url=receiver.url, events=CREATED)
        account.add("properties", name="Villa")
        account.wait_for_deliveries(HANG_GUARD)
        with opened(account) as browser:
            page = browser.get("/webhooks/wh_1/deliveries/1")
    assert "It is too long, and was not kept." in text_of(page)
    assert token[:20] not in page.text


def test_attempts_say_how_long_ago_they_were() -> None:
    """And how much later each of them was than the one before."""
    now = [float(NOW)]
    twice = SandboxSettings(deliveries=DeliverySettings(attempts=1))
    with receiving(500) as receiver, running_sandbox(twice, clock=lambda: now[0]) as account:
        account.add("webhooks", url=receiver.url, events=CREATED)
        account.add("properties", name="Villa")
        [delivery] = account.wait_for_deliveries(HANG_GUARD)
        now[0] += 90
        account.redeliver(delivery)
        account.wait_for_deliveries(HANG_GUARD)
        now[0] += 3 * 3600
        with opened(account) as browser:
            page = text_of(browser.get(f"/webhooks/wh_1/deliveries/{delivery.number}"))
            listed = rows(browser.get("/webhooks/wh_1"))
    assert page.index("status 204 3 h ago") < page.index("status 500 3 h ago")
    assert "Attempt 2, 2025-11-23 22:01:30 UTC, 1 min after the one before" in page
    assert "Attempt 1, 2025-11-23 22:00:00 UTC Response" in page
    assert listed[0][4] == "status 204, 3 h ago"


def test_attempts_of_earlier_sandboxes_have_no_response(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """They are shown all the same."""
    setsmart_sandbox.add("webhooks", url="https://a.example/", events=CREATED)
    setsmart_sandbox.add("properties", name="Villa")
    [delivery] = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    log = setsmart_sandbox.app.storage.deliveries
    log.finish(log.begin(delivery, NOW, CLOSED), Attempt(NOW, CLOSED, 503, "status 503", 0.25))
    page = text_of(browser.get(f"/webhooks/wh_1/deliveries/{delivery.number}"))
    assert "status 503" in page
    assert "in 0.25 s" in page
    assert "Response" not in page


def test_a_subscription_is_made_in_the_dashboard(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """With the events that are ticked and those that are typed; its secret is in no page."""
    url = "http://127.0.0.1:9000/hooks"
    typed = {"url": f" {url} ", "events": "reservation.created,  reservation.cancelled"}
    response = submit(browser, "/webhooks/new", secret=SECRET, status="inactive", **typed)
    assert "The subscription was created." in text_of(response)
    assert response.url.path == "/webhooks/wh_1"
    [stored] = setsmart_sandbox.objects("webhooks")
    wanted = ["property.created", "property.updated", "property.deleted"]
    assert stored["url"] == url
    assert stored["events"] == [*wanted, "reservation.created", "reservation.cancelled"]
    assert (stored["secret"], stored["status"]) == (SECRET, "inactive")
    assert SECRET not in response.text + browser.get("/webhooks").text


def test_a_subscription_that_is_made_gets_events(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """As one that came through the API does."""
    with receiving() as receiver:
        submit(browser, "/webhooks/new", url=receiver.url)
        setsmart_sandbox.add("properties", name="Villa")
        [delivery] = setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    assert delivery.state == "delivered"
    assert setsmart_sandbox.objects("webhooks")[0]["secret"] is None


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("url", {"url": ""}),
        ("url", {"url": "ftp://a.example/"}),
        ("events", {"events": "Not An Event"}),
        ("events", {"events": "", "drop": "all"}),
        ("secret", {"secret": "x" * 501}),
        ("status", {"status": "gone"}),
    ],
)
def test_what_is_no_subscription_is_not_saved(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount, field: str, typed: dict[str, str]
) -> None:
    """The form comes back as it was sent, and says at which field what is wrong."""
    form = Form(browser.get("/webhooks/new").text).fields
    if typed.get("drop"):
        form = {name: value for name, value in form.items() if not name.startswith("events.")}
    sent = {**form, "url": "http://127.0.0.1:9/kept", "secret": OTHER_SECRET, **typed}
    response = browser.post("/webhooks/new", data=sent)
    assert response.status_code == 400
    assert f"Nothing was saved: {field} " in text_of(response)
    assert f'id="{field}"' in response.text.split('aria-invalid="true"')[0].rsplit("<", 1)[1]
    assert Form(response.text).fields["url"] == sent["url"]
    assert OTHER_SECRET not in response.text
    assert setsmart_sandbox.objects("webhooks") == []


def test_other_collections_offer_their_own_events(browser: httpx.Client) -> None:
    """The form offers what the sandbox sends, and all."""
    page = browser.get("/webhooks/new").text
    boxes = re.findall(r'type="checkbox" name="([^"]*)"( checked)?', page)
    created, updated, deleted, everything = boxes
    assert [name for name, _ in boxes[:3]] == [
        "events.property.created",
        "events.property.updated",
        "events.property.deleted",
    ]
    assert all(checked for _, checked in (created, updated, deleted))
    assert everything == ("events.*", "")


def test_a_subscription_can_be_changed(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """By its form; what was not touched stays as it is, the secret too, which is in no page."""
    events: list[Json] = ["property.deleted", "reservation.created", "property.created"]
    setsmart_sandbox.add("webhooks", url=CLOSED, events=events, secret=SECRET, note="mine")
    before = setsmart_sandbox.get("wh_1")
    form = browser.get("/webhooks/wh_1/edit")
    shown = Form(form.text).fields
    boxes = {name for name in shown if name.startswith("events.")}
    assert boxes == {"events.property.created", "events.property.deleted"}
    assert (shown["url"], shown["events"]) == (CLOSED, "reservation.created")
    response = submit(browser, "/webhooks/wh_1/edit", status="inactive")
    assert "The subscription was saved." in text_of(response)
    assert [redirect.status_code for redirect in response.history] == [303]
    assert response.url.path == "/webhooks/wh_1"
    after = setsmart_sandbox.get("wh_1")
    assert after == {**before, "status": "inactive", "updated_at": after["updated_at"]}
    submit(browser, "/webhooks/wh_1/edit", **{"events.property.updated": "on"}, events="")
    changed: list[Json] = ["property.created", "property.updated", "property.deleted"]
    assert setsmart_sandbox.get("wh_1")["events"] == changed
    assert SECRET not in form.text + response.text


def test_a_secret_that_is_changed_is_in_no_page(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """Neither the new one nor the one before, also where the form comes back."""
    setsmart_sandbox.add("webhooks", url=CLOSED, events=CREATED, secret=SECRET)
    pages = [submit(browser, "/webhooks/wh_1/edit", secret=OTHER_SECRET)]
    assert setsmart_sandbox.get("wh_1")["secret"] == OTHER_SECRET
    pages += [submit(browser, "/webhooks/wh_1/edit", secret=SECRET, events="Not An Event")]
    assert pages[1].status_code == 400
    assert setsmart_sandbox.get("wh_1")["secret"] == OTHER_SECRET
    pages += [browser.get(f"/webhooks/wh_1{path}") for path in ("", "/edit", "/delete")]
    for secret in (SECRET, OTHER_SECRET):
        assert all(secret not in page.text for page in pages)


def test_a_key_in_a_url_is_hidden_and_kept(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """It is not shown to be edited; whoever changes the rest has to enter it again."""
    url = "http://anna:pa55word@127.0.0.1:9/?token=in-the-url-7"
    setsmart_sandbox.app.storage.insert(WEBHOOKS, {"url": url, "events": CREATED})
    shown = "http://••••@127.0.0.1:9/?token=••••"
    pages = [browser.get(f"/webhooks/wh_1{path}") for path in ("/edit", "/delete")]
    assert Form(pages[0].text).fields["url"] == shown
    assert f"Delete {shown}?" in text_of(pages[1])
    submit(browser, "/webhooks/wh_1/edit", status="inactive")
    stored = setsmart_sandbox.get("wh_1")
    assert (stored["url"], stored["status"]) == (url, "inactive")
    refused = submit(browser, "/webhooks/wh_1/edit", url=shown.replace(":9/", ":10/"))
    assert refused.status_code == 400
    assert "Nothing was saved: url hides a secret" in text_of(refused)
    assert setsmart_sandbox.get("wh_1") == stored
    submit(browser, "/webhooks/wh_1/edit", url="http://127.0.0.1:10/")
    assert setsmart_sandbox.get("wh_1")["url"] == "http://127.0.0.1:10/"
    for secret in ("pa55word", "in-the-url-7"):
        assert all(secret not in page.text for page in [*pages, refused])


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("url", {"url": "ftp://a.example/"}),
        ("events", {"events": "Not An Event"}),
        ("events", {"drop": "events."}),
        ("secret", {"secret": "x" * 501}),
        ("status", {"status": "gone"}),
        ("the subscription", {"updated_at": "2020-01-01T00:00:00.000Z"}),
    ],
)
def test_a_subscription_is_not_changed_into_what_is_none(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount, field: str, typed: dict[str, str]
) -> None:
    """Nor if somebody else has changed it since the form was loaded."""
    stored = setsmart_sandbox.add("webhooks", url=CLOSED, events=CREATED, secret=SECRET)
    form = Form(browser.get("/webhooks/wh_1/edit").text).fields
    dropped = typed.get("drop", "nothing")
    sent = {name: value for name, value in form.items() if not name.startswith(dropped)} | typed
    response = browser.post("/webhooks/wh_1/edit", data=sent)
    assert response.status_code == 400
    assert f"Nothing was saved: {field} " in text_of(response)
    assert setsmart_sandbox.objects("webhooks") == [stored]


def test_a_subscription_is_deleted_after_a_question(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """On a page of its own, which the form leads to; what is not delivered yet is dropped."""
    setsmart_sandbox.add("webhooks", url=CLOSED, events=CREATED, secret=SECRET)
    assert 'href="/webhooks/wh_1/edit"' in browser.get("/webhooks/wh_1").text
    assert 'href="/webhooks/wh_1/delete"' in browser.get("/webhooks/wh_1/edit").text
    asked = browser.get("/webhooks/wh_1/delete")
    assert f"Delete {CLOSED}?" in text_of(asked)
    assert len(setsmart_sandbox.objects("webhooks")) == 1
    deleted = submit(browser, "/webhooks/wh_1/delete")
    assert "The subscription was deleted." in text_of(deleted)
    assert deleted.url.path == "/webhooks"
    assert setsmart_sandbox.objects("webhooks") == []
    setsmart_sandbox.add("properties", name="Villa")
    assert setsmart_sandbox.deliveries() == []
    assert browser.get("/webhooks/wh_1").status_code == 404


@pytest.mark.parametrize("events", ["none", [], ["property.created", 7, "a b"], None, {"a": 1}])
def test_events_of_any_kind_are_kept(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount, events: Json
) -> None:
    """Whatever others put into an account; a form that nobody touched changes nothing."""
    storage = setsmart_sandbox.app.storage
    storage.insert(WEBHOOKS, {"url": CLOSED, "events": events, "status": "gone"})
    response = submit(browser, "/webhooks/wh_1/edit", secret=SECRET)
    assert response.status_code == 200
    stored = storage.get(WEBHOOKS, "wh_1")
    assert (stored["events"], stored["status"], stored["secret"]) == (events, "gone", SECRET)
