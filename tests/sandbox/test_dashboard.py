"""The dashboard: what a browser is shown, what it may change, and who may not."""

import asyncio
import json
import math
import re
from html import unescape
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.dashboard_page import Form, submit, text_of
from support.json_values import ANY_OBJECT
from support.waiting import HANG_GUARD

from pulumi_setsmart.sandbox import (
    BASE_PATH,
    DEFAULT_KEY,
    PROPERTIES,
    ApiKey,
    SandboxSettings,
    Storage,
)
from pulumi_setsmart.sandbox.dashboard.dashboard import dashboard
from pulumi_setsmart.sandbox.dashboard.object_form import FURTHER, ObjectForm
from pulumi_setsmart.sandbox.error_response import FieldViolation
from pulumi_setsmart.sandbox.request_log import RequestLog
from pulumi_setsmart.testing import SandboxAccount, running_sandbox

NASTY = "<script>alert(1)</script> \"'><img src=x onerror=alert(1)> {{ 7 * 7 }} &amp;"


def account_now(account: SandboxAccount) -> list[object]:
    return [account.objects(), account.objects("webhooks"), account.deliveries()]


def test_listings_are_shown_in_a_table(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """With a way to search them, by name, address or id, and by status."""
    assert "There are no listings yet" in text_of(browser.get("/"))
    setsmart_sandbox.add("properties", name="Sea Villa", address="1 Quay", bedrooms=3)
    setsmart_sandbox.add("properties", name="Hütte", status="inactive", max_guests=2)
    everything = text_of(browser.get("/"))
    assert "Listings 2" in everything
    assert "Sea Villa 1 Quay 3 active prop_1" in everything
    for query, found in (
        ({"q": "hÜtTE"}, ["Hütte"]),
        ({"q": " quay "}, ["Sea Villa"]),
        ({"q": "  villa "}, ["Sea Villa"]),
        ({"q": "prop_2"}, ["Hütte"]),
        ({"status": "active"}, ["Sea Villa"]),
        ({"q": "Villa", "status": "inactive"}, []),
    ):
        text = text_of(browser.get("/", params=query))
        assert [name for name in ("Sea Villa", "Hütte") if name in text] == found, query
    assert "No listing matches" in text_of(browser.get("/", params={"q": "nothing"}))


@pytest.mark.parametrize("query", [{}, {"q": "v"}])
def test_many_listings_are_shown_on_pages(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount, query: dict[str, str]
) -> None:
    """25 on each, in the order of their creation; for one that is not there, the nearest."""
    setsmart_sandbox.app.storage.insert_all(
        PROPERTIES, [{"name": f"Villa {number}.", "status": "draft"} for number in range(60)]
    )
    shown_on = {
        page: re.findall(r"Villa (\d+)\.", browser.get("/", params={"page": page, **query}).text)
        for page in ("1", "2", "3", "4", "0", "x", "-1", "²", "9" * 5000)
    }
    assert [len(shown_on[page]) for page in ("1", "2", "3")] == [25, 25, 10]
    assert shown_on["4"] == shown_on["3"]
    assert all(shown_on[page] == shown_on["1"] for page in ("0", "x", "-1", "²", "9" * 5000))
    assert shown_on["1"] + shown_on["2"] + shown_on["3"] == [str(number) for number in range(60)]
    second = browser.get("/", params={"page": "2", "q": "v", "status": "draft"}).text
    [previous, following] = re.findall(r'rel="(?:prev|next)" href="([^"]*)"', second)
    for link, page in ((previous, "Page 1 of 3"), (following, "Page 3 of 3")):
        followed = browser.get(unescape(link))
        assert page in text_of(followed)
        assert followed.url.params.multi_items()[:2] == [("q", "v"), ("status", "draft")]


def test_full_pages_are_followed_by_no_empty_one(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """25 listings are one page, without links to others; fifty are two."""
    storage = setsmart_sandbox.app.storage
    storage.insert_all(PROPERTIES, [{"name": "Villa"}] * 25)
    assert "Page 1" not in text_of(browser.get("/"))
    storage.insert_all(PROPERTIES, [{"name": "Villa"}] * 25)
    assert "Page 2 of 2" in text_of(browser.get("/", params={"page": "3"}))


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("", ["Loft", "attic", "Villa", "Barn"]),
        ("name", ["attic", "Barn", "Loft", "Villa"]),
        ("-name", ["Villa", "Loft", "Barn", "attic"]),
        ("bedrooms", ["Loft", "Villa", "attic", "Barn"]),
        ("-bedrooms", ["attic", "Villa", "Loft", "Barn"]),
        ("id", ["Loft", "attic", "Villa", "Barn"]),
        ("-id", ["Barn", "Villa", "attic", "Loft"]),
        ("notes", ["Loft", "attic", "Villa", "Barn"]),
        ("-", ["Loft", "attic", "Villa", "Barn"]),
    ],
)
def test_a_column_sorts_the_table(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount, sort: str, names: list[str]
) -> None:
    """In either direction; what has no value is last in both. Other columns sort nothing."""
    for name, bedrooms in (("Loft", 2), ("attic", 10), ("Villa", 9), ("Barn", None)):
        setsmart_sandbox.add("properties", name=name, bedrooms=bedrooms)
    page = browser.get("/", params={"sort": sort})
    assert re.findall(r">(\w+)</a></th>\n<td", page.text) == names
    marked = re.findall(r'aria-sort="(\w+)"><a href="([^"]*)"', page.text)
    if sort.strip("-") in ("name", "bedrooms", "id"):
        [(order, link)] = marked
        assert order == ("descending" if sort.startswith("-") else "ascending")
        assert browser.get(unescape(link)).url.params["sort"] != sort
    else:
        assert marked == []


def test_ids_are_sorted_by_their_number(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """prop_10 comes after prop_9; and what was searched for stays while one sorts."""
    setsmart_sandbox.app.storage.insert_all(PROPERTIES, [{"name": f"V{n}."} for n in range(11)])
    page = browser.get("/", params={"q": "V", "sort": "-id"})
    assert re.findall(r">V(\d+)\.<", page.text) == [str(number) for number in range(10, -1, -1)]
    links = re.findall(r'<th scope="col"[^>]*><a href="([^"]*)"', page.text)
    assert all(browser.get(unescape(link)).url.params["q"] == "V" for link in links)
    assert Form(page.text).fields["sort"] == "-id"


def test_values_of_any_type_can_be_sorted(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """Nothing checks what others put into an account."""
    odd: list[Any] = [3, "two", None, [1], {"a": 1}, True, 1.5, "", math.inf]
    storage = setsmart_sandbox.app.storage
    storage.insert_all(PROPERTIES, [{"name": f"V{n}.", "bedrooms": v} for n, v in enumerate(odd)])
    for sort in ("bedrooms", "-bedrooms"):
        text = browser.get("/", params={"sort": sort}).text
        found = re.findall(r">V(\d)\.<", text)
        assert sorted(found) == [str(number) for number in range(len(odd))]
        assert found[-3:] == ["2", "7", "8"]
        numbers = [place for place in found if place in ("0", "6")]
        assert numbers == (["6", "0"] if sort == "bedrooms" else ["0", "6"])
    assert "V3." in browser.get("/", params={"q": "v3"}).text


def test_an_empty_account_says_how_to_begin(setsmart_sandbox: SandboxAccount) -> None:
    """With base URL, key and a program of six lines; a key that is not public is not shown."""
    origin = setsmart_sandbox.url.removesuffix("/v1")
    page = httpx.get(origin, trust_env=False, timeout=HANG_GUARD)
    assert f"Base URL {setsmart_sandbox.url} API key {DEFAULT_KEY}" in text_of(page)
    program = unescape(page.text.split('<pre id="program" tabindex="0">')[1].split("</pre>")[0])
    assert len(program.splitlines()) == 6
    compile(program, "__main__.py", "exec")
    with running_sandbox(SandboxSettings(keys=(ApiKey("my-own-key-4711"),))) as account:
        other = httpx.get(account.url.removesuffix("/v1"), trust_env=False, timeout=HANG_GUARD)
    assert "API key the one that the sandbox was started with" in text_of(other)
    assert "4711" not in other.text


def test_what_was_searched_for_stays_in_the_form(browser: httpx.Client) -> None:
    """So that it can be changed, and nobody wonders why so little is shown."""
    page = browser.get("/", params={"q": 'a "b" <c>', "status": "draft"})
    assert re.findall(r"<option[^>]* selected[^>]*>(\w+)", page.text) == ["draft"]
    assert 'value="a &#34;b&#34; &lt;c&gt;"' in page.text
    assert "Show all" in text_of(page)
    assert "Show all" not in text_of(browser.get("/"))


def test_a_listing_can_be_changed(browser: httpx.Client, setsmart_sandbox: SandboxAccount) -> None:
    """By its form; what was not touched stays as it is."""
    setsmart_sandbox.add("properties", name="Villa", bedrooms=3, pets=True, price=10.50)
    before = setsmart_sandbox.get("prop_1")
    response = submit(browser, "/listings/prop_1", bedrooms="4", bathrooms="1.5", address="1 Quay")
    assert "The listing was saved." in text_of(response)
    # So that loading the page again sends nothing again.
    assert [redirect.status_code for redirect in response.history] == [303]
    assert response.status_code == 200
    after = setsmart_sandbox.get("prop_1")
    changed = {"bedrooms": 4, "bathrooms": 1.5, "address": "1 Quay"}
    assert after == {**before, **changed, "updated_at": after["updated_at"]}
    submit(browser, "/listings/prop_1", _further='{"pets": false}', bathrooms="")
    emptied = setsmart_sandbox.get("prop_1")
    assert (emptied["pets"], emptied["bathrooms"], "price" in emptied) == (False, None, False)


def test_line_breaks_that_a_form_cannot_show_are_kept(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """A field of one line comes back without them, although nobody touched it."""
    setsmart_sandbox.add("properties", name="Sea\nVilla", address="1 Quay\r\nHarbour\r")
    before = setsmart_sandbox.get("prop_1")
    submit(browser, "/listings/prop_1", bedrooms="4")
    after = setsmart_sandbox.get("prop_1")
    assert after == {**before, "bedrooms": 4, "updated_at": after["updated_at"]}
    submit(browser, "/listings/prop_1", address="2 Quay")
    assert setsmart_sandbox.get("prop_1")["address"] == "2 Quay"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", " "),
        ("name", "x" * 201),
        ("bedrooms", "three"),
        ("bedrooms", "1.5"),
        ("bedrooms", "-1"),
        ("bedrooms", "nan"),
        ("bathrooms", "1e1"),
        ("max_guests", "0"),
        ("max_guests", "\u0663"),
        ("status", "gone"),
        ("_further", "{"),
        ("_further", "\n{"),
        ("_further", "[]"),
        ("_further", '{"a": NaN}'),
    ],
)
def test_what_is_no_listing_is_not_saved(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount, field: str, text: str
) -> None:
    """The form comes back as it was sent, and says at which field what is wrong."""
    stored = setsmart_sandbox.add("properties", name="Villa")
    response = submit(browser, "/listings/prop_1", address="2 Quay", **{field: text})
    assert response.status_code == 400
    label = "further fields" if field == "_further" else field
    assert f"Nothing was saved: {label} " in text_of(response)
    assert f'id="{field}"' in response.text.split('aria-invalid="true"')[0].rsplit("<", 1)[1]
    form = Form(response.text).fields
    assert form["address"] == "2 Quay"
    assert form[field] == text
    assert setsmart_sandbox.get("prop_1") == stored


def test_a_listing_that_changed_in_the_meantime_is_not_overwritten(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """Whoever comes second sees what is there now."""
    setsmart_sandbox.add("properties", name="Villa", bedrooms=3)
    fields = Form(browser.get("/listings/prop_1").text).fields
    fields["updated_at"] = "2020-01-01T00:00:00.000Z"
    setsmart_sandbox.change("prop_1", bedrooms=5)
    response = browser.post("/listings/prop_1", data={**fields, "bedrooms": "4"})
    assert response.status_code == 400
    assert "changed by somebody else in the meantime" in text_of(response)
    assert Form(response.text).fields["bedrooms"] == "5"
    assert setsmart_sandbox.get("prop_1")["bedrooms"] == 5


def test_listings_are_made_and_deleted(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """The second after it was asked for on a page of its own."""
    response = submit(browser, "/listings/new", name="Barn", max_guests="2")
    assert "The listing was created." in text_of(response)
    assert response.url.path == "/listings/prop_1"
    created = setsmart_sandbox.get("prop_1")
    assert (created["name"], created["max_guests"], created["status"]) == ("Barn", 2, "active")
    asked = browser.get("/listings/prop_1/delete")
    assert "Delete Barn?" in text_of(asked)
    assert len(setsmart_sandbox.objects()) == 1
    assert "The listing was deleted." in text_of(submit(browser, "/listings/prop_1/delete"))
    assert setsmart_sandbox.objects() == []


@pytest.mark.parametrize(
    ("path", "section"),
    [
        ("/", "Listings"),
        ("/listings/new", "Listings"),
        ("/requests", "Requests"),
        ("/webhooks", "Webhooks"),
        ("/webhooks/new", "Webhooks"),
        ("/webhooks/wh_1", "Webhooks"),
        ("/webhooks/wh_1/edit", "Webhooks"),
        ("/webhooks/wh_1/delete", "Webhooks"),
    ],
)
def test_the_navigation_says_where_one_is(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount, path: str, section: str
) -> None:
    """Also to those who hear the page."""
    setsmart_sandbox.add("webhooks", url="https://a.example/", events=["property.created"])
    page = browser.get(path).text
    assert re.findall(r'aria-current="page">(\w+)', page) == [section]


@pytest.mark.parametrize(
    "path",
    [
        *("/nope", "/listings/prop_9", "/listings/prop_9/delete", "/webhooks/wh_9", "/v2/x"),
        *("/requests/0", "/requests/7", "/requests/x", "/requests/²", f"/requests/{10**30}"),
        *("/webhooks/wh_9/deliveries/1", "/requests/1/more"),
        *("/webhooks/wh_9/edit", "/webhooks/wh_9/delete", "/webhooks/prop_1/edit"),
    ],
)
def test_what_is_not_there_is_a_page_too(browser: httpx.Client, path: str) -> None:
    """With a way back."""
    response = browser.get(path)
    assert response.status_code == 404
    assert "There is no such page" in text_of(response)
    assert 'href="/"' in response.text


@pytest.mark.parametrize(
    "path",
    [
        *("/listings/new", "/listings/prop_1", "/listings/prop_1/delete"),
        *("/webhooks/new", "/webhooks/wh_1/edit", "/webhooks/wh_1/delete"),
        "/webhooks/wh_1/deliveries/1",
    ],
)
@pytest.mark.parametrize("token", [None, "", "x" * 43, "é"])
def test_a_form_of_another_page_changes_nothing(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount, path: str, token: str | None
) -> None:
    """It cannot have the token."""
    setsmart_sandbox.add("webhooks", url="https://a.example/", events=["property.created"])
    setsmart_sandbox.add("properties", name="Villa")
    setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    before = account_now(setsmart_sandbox)
    response = browser.post(
        path,
        data={"name": "Owned", "url": "http://a/", "events.*": "on"}
        | ({} if token is None else {"_token": token}),
    )
    assert response.status_code == 403
    assert "not of this page" in text_of(response)
    assert account_now(setsmart_sandbox) == before


def test_each_dashboard_has_a_token_of_its_own(browser: httpx.Client) -> None:
    """Long enough that nobody guesses it; it cannot be known from another sandbox."""
    with running_sandbox() as other:
        theirs = httpx.get(
            f"{other.url.removesuffix('/v1')}/listings/new", trust_env=False, timeout=HANG_GUARD
        )
    form = Form(browser.get("/listings/new").text).fields
    foreign = Form(theirs.text).fields["_token"]
    assert len(form["_token"]) >= 32
    assert form["_token"] != foreign
    refused = browser.post("/listings/new", data={**form, "name": "Owned", "_token": foreign})
    assert refused.status_code == 403


@pytest.mark.parametrize(("size", "status"), [(1024 * 1024, 400), (1024 * 1024 + 1, 413)])
def test_a_form_has_its_limits(browser: httpx.Client, size: int, status: int) -> None:
    """Nobody fills this machine's memory through it; up to a mebibyte is read."""
    start = "_token=" + Form(browser.get("/listings/new").text).fields["_token"] + "&name="
    response = browser.post("/listings/new", content=start + "x" * (size - len(start)))
    assert response.status_code == status
    assert ("larger than 1 MiB" in text_of(response)) == (status == 413)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "10.0.0.1"])
def test_a_name_that_is_not_this_machine_s_is_refused(browser: httpx.Client, host: str) -> None:
    """So no other site can be made to lead here and read its pages."""
    response = browser.get("/", headers={"Host": host})
    assert response.status_code == 403
    assert "Listings" not in response.text


@pytest.mark.parametrize(
    ("client", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.168.1.5", 403), ("", 403)]
)
def test_other_machines_are_refused(client: str, status: int) -> None:
    """Even where the sandbox listens to them."""

    async def ask(storage: Storage) -> int:
        transport = httpx.ASGITransport(
            dashboard(storage, SandboxSettings(), RequestLog(), base_path=BASE_PATH),
            client=(client, 5),
        )
        async with httpx.AsyncClient(transport=transport) as browser:
            return (await browser.get("http://localhost:8787/")).status_code

    with Storage() as storage:
        assert asyncio.run(ask(storage)) == status


def test_pages_tell_the_browser_to_be_careful(browser: httpx.Client) -> None:
    """No scripts, nothing from elsewhere, in nobody's frame, kept by nobody; no key is needed."""
    for path in ("/", "/listings/new", "/requests", "/webhooks", "/nope", "/dashboard.css"):
        headers = browser.get(path).headers
        policy = dict(
            directive.split() for directive in headers["Content-Security-Policy"].split(";")
        )
        assert policy == {
            "default-src": "'none'",
            "style-src": "'self'",
            "img-src": "data:",
            "form-action": "'self'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
        }
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
    assert browser.get("/dashboard.css").headers["Content-Type"].startswith("text/css")


def test_no_name_of_a_listing_does_harm(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """On every page on which it stands."""
    hostile = {"X-API-Key": NASTY, "User-Agent": NASTY}
    browser.get(f"/v1/{quote(NASTY)}", params={NASTY: NASTY}, headers=hostile)
    setsmart_sandbox.add("webhooks", url=f"http://a/{NASTY}", events=["property.created", NASTY])
    setsmart_sandbox.add("properties", name=NASTY, address=NASTY, status=NASTY, extra=NASTY)
    setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    for path in (
        "/",
        "/listings/prop_1",
        "/listings/prop_1/delete",
        "/requests",
        "/requests/1",
        "/webhooks",
        "/webhooks/wh_1",
        "/webhooks/wh_1/edit",
        "/webhooks/wh_1/delete",
        "/webhooks/wh_1/deliveries/1",
    ):
        page = browser.get(path, params={"q": "", "notice": NASTY}).text
        assert "<script" not in page
        assert "<img" not in page
        assert "onerror=alert(1)>" not in page
        assert "49" not in page.split("<main")[1].split("</h1>")[0]
    assert Form(browser.get("/listings/prop_1").text).fields["name"] == NASTY
    searched = browser.get("/", params={"q": NASTY}).text
    assert "<script" not in searched


def test_the_api_beside_it_is_as_strict_as_ever(browser: httpx.Client) -> None:
    """Its paths need a key, and answer in JSON."""
    for path in ("/v1", "/v1/properties", "/v1/nope"):
        response = browser.get(path)
        assert (response.status_code, response.json()["error"]["code"]) == (401, "unauthorized")


def test_a_status_that_nobody_knows_is_kept(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """By the page as well, which offers it beside the others; and so is a name too long."""
    storage = setsmart_sandbox.app.storage
    odd: dict[str, Any] = {"name": "x" * 300, "status": "ready", "max_guests": "two", "others": [1]}
    storage.insert(PROPERTIES, odd)
    assert 'class="chip ">ready' in browser.get("/").text
    response = submit(browser, "/listings/prop_1", bedrooms="2")
    assert "The listing was saved." in text_of(response)
    stored = storage.get(PROPERTIES, "prop_1")
    assert {name: stored.get(name) for name in odd} == odd
    assert stored["bedrooms"] == 2
    submit(browser, "/listings/prop_1", status="draft", _further="")
    stored = storage.get(PROPERTIES, "prop_1")
    assert (stored["status"], "others" in stored) == ("draft", False)


def test_a_field_cannot_be_set_twice(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """What has a field of its own counts there, whatever the further fields say."""
    setsmart_sandbox.add("properties", name="Villa", bedrooms=3)
    before = setsmart_sandbox.get("prop_1")
    further = '{"bedrooms": 9, "id": "prop_7", "created_at": "never", "pets": true}'
    submit(browser, "/listings/prop_1", bedrooms="4", _further=further)
    after = setsmart_sandbox.get("prop_1")
    changed = {"bedrooms": 4, "pets": True, "updated_at": after["updated_at"]}
    assert after == {**before, **changed}


@settings(max_examples=50)
@given(ANY_OBJECT, st.sampled_from(["Villa", " Villa ", "v\u00a0w"]))
def test_a_form_that_nobody_touched_changes_nothing(fields: dict[str, Any], name: str) -> None:
    """Whatever the storage holds: what a form shows and gets back is what there was."""
    named = {field.name for field in PROPERTIES.fields} | {"id", "created_at", "updated_at"}
    others = {key: value for key, value in fields.items() if key not in named}
    odd = {"name": name, "bedrooms": 3.0, "max_guests": "two", "status": "gone", "rate": math.inf}
    stored = {"id": "prop_1", "updated_at": "now", **others, **odd}
    object_form = ObjectForm(PROPERTIES, hints={FURTHER: "JSON"})
    form = {name: text.replace("\n", "\r\n") for name, text in object_form.shown(stored).items()}
    taken = object_form.read(form, stored)
    assert not isinstance(taken, FieldViolation)
    expected = {**others, **odd, "address": None, "bathrooms": None}
    assert json.dumps(taken, sort_keys=True) == json.dumps(expected, sort_keys=True)
