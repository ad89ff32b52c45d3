"""Reads are served from one list of the collection, and are right none the less."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.in_memory_account import InMemoryAccount, created, through_engine, undisturbed
from support.messages import message
from support.waiting import HANG_GUARD, MOMENT

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import (
    AuthenticationError,
    ConnectionFailedError,
    NotFoundError,
)
from pulumi_setsmart.lifecycle.kind import API_OBJECT, PROPERTY, WEBHOOK_SUBSCRIPTION, Kind
from pulumi_setsmart.lifecycle.list_cache import ListCache, NeededFields
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode

THREADS = 4
LIST = "GET /properties"
ANYTHING = NeededFields()
NAMED = NeededFields(frozenset({"name"}), frozenset({"name"}))
Handler = Callable[[httpx.Request], httpx.Response]


def account_with(count: int, page_size: int | None = None, **behaviour: Any) -> InMemoryAccount:
    """Return an account that holds so many listings: p0, p1 and so on."""
    objects = {
        f"/properties/p{number}": {"id": f"p{number}", "name": f"Villa {number}"}
        for number in range(count)
    }
    return InMemoryAccount(objects, page_size=page_size, **behaviour)


def listings_of(account: InMemoryAccount) -> Collection:
    """Return the listings of an account."""
    return Collection(account.lifecycle().account.client, "/properties")


def requests(account: InMemoryAccount) -> list[str]:
    """Return what was asked, each as its method and path."""
    return [f"{method} {path}" for method, path, _ in account.sent]


def brief(fields: dict[str, Any]) -> dict[str, Any]:
    """Show an id and a name only."""
    return {name: fields[name] for name in ("id", "name") if name in fields}


def test_a_single_object_costs_one_request_for_it() -> None:
    """Whoever targets one resource does not pay for the list."""
    account = account_with(500, page_size=10)
    cache, listings = ListCache(), listings_of(account)
    for _ in range(2):  # as of a resource that is refreshed, and then got by another
        assert cache.read(listings, "p7", ANYTHING).id == "p7"
    assert requests(account) == ["GET /properties/p7"]


def test_whoever_needs_the_first_page_waits_for_it() -> None:
    """A thread that comes while another reads it has it afterwards, at no request of its own."""
    account = account_with(5)
    cache, listings = ListCache(), listings_of(account)
    under_way, go_on = threading.Event(), threading.Event()

    def slowly(request: httpx.Request, respond: Handler) -> httpx.Response:
        under_way.set()
        assert go_on.wait(HANG_GUARD)
        return respond(request)

    def ids_of_the_first_page() -> list[str]:
        cache.read_first_page(listings)
        return cache.first_ids(9)

    account.interfere = slowly
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(ids_of_the_first_page)
        assert under_way.wait(HANG_GUARD)
        second = threads.submit(ids_of_the_first_page)
        with pytest.raises(TimeoutError):
            second.result(MOMENT)
        go_on.set()
        assert first.result() == second.result() == ["p0", "p1", "p2", "p3", "p4"]
    assert requests(account) == [LIST]


def test_a_few_objects_of_a_large_account_do_not_cost_its_list() -> None:
    """At most two requests for each of them, whatever the number of pages."""
    account = account_with(500, page_size=5)
    cache, listings = ListCache(), listings_of(account)
    for identifier in ("p499", "p300", "p250"):
        cache.read(listings, identifier, ANYTHING)
    assert len(account.sent) <= 6


@given(
    count=st.integers(1, 60),
    page_size=st.integers(1, 25),
    absent=st.integers(0, 3),
    data=st.data(),
)
@settings(max_examples=200)
def test_reads_cost_at_most_what_is_promised(
    count: int, page_size: int, absent: int, data: st.DataObject
) -> None:
    """Any objects, in any order: two requests for a page or an object, and one for each absent."""
    account = account_with(count, page_size)
    cache, listings = ListCache(), listings_of(account)
    present = [f"p{number}" for number in range(count)]
    wanted = data.draw(st.lists(st.sampled_from(present), unique=True), label="wanted")
    order = data.draw(st.permutations([*wanted, *(f"x{n}" for n in range(absent))]), label="order")
    for identifier in order:
        if identifier in present:
            expected = account.objects[f"/properties/{identifier}"]
            assert cache.read(listings, identifier, ANYTHING).fields == expected
        else:
            with pytest.raises(NotFoundError):
                cache.read(listings, identifier, ANYTHING)
    pages = -(-count // page_size)
    assert len(account.sent) <= 2 * min(len(order), pages) + 4 + absent
    assert len(order) != 1 or len(account.sent) == 1


@given(count=st.integers(1, 40), page_size=st.integers(1, 15), data=st.data())
@settings(max_examples=60)
def test_threads_pay_together(count: int, page_size: int, data: st.DataObject) -> None:
    """What four threads ask for costs no more than what one does."""
    account = account_with(count, page_size)
    cache, listings = ListCache(), listings_of(account)
    order = data.draw(st.permutations([f"p{number}" for number in range(count)]), label="order")
    with ThreadPoolExecutor(THREADS) as threads:
        records = [*threads.map(lambda one: cache.read(listings, one, ANYTHING), order)]
    assert [record.id for record in records] == order
    pages = -(-count // page_size)
    assert len(account.sent) <= 2 * min(count, pages) + 4
    assert requests(account).count(LIST) <= pages


class MeetingPoint:
    """A lock that tells how many threads have come to it."""

    def __init__(self) -> None:
        self._arrived = threading.Semaphore(0)
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._arrived.release()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def wait_for_all(self) -> None:
        """Return when all threads have come."""
        for _ in range(THREADS):
            assert self._arrived.acquire(timeout=HANG_GUARD)


@pytest.mark.parametrize("fails", [False, True])
def test_threads_that_ask_at_once_share_one_fetch(*, fails: bool) -> None:
    """Whoever needs the page that is under way waits for it, and for its failure as well."""
    account = account_with(30)
    cache, listings = ListCache(), listings_of(account)
    cache.read(listings, "p0", ANYTHING)
    account.sent.clear()
    meeting, fetches = MeetingPoint(), list[str]()

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        fetches.append(request.url.path)
        if len(fetches) == 1:
            meeting.wait_for_all()
        if fails:
            return httpx.Response(401)
        return respond(request)

    def outcome(identifier: str) -> str:
        try:
            return cache.read(listings, identifier, ANYTHING).id
        except AuthenticationError:
            return "refused"

    account.interfere = interfere
    pages = cache._pages  # noqa: SLF001 -- to see when all threads have come
    with patch.object(pages, "_reading", meeting), ThreadPoolExecutor(THREADS) as threads:
        outcomes = [*threads.map(outcome, ("p1", "p2", "p3", "p4"))]
    assert outcomes == (["refused"] * THREADS if fails else ["p1", "p2", "p3", "p4"])
    assert fetches == ["/v1/properties"]


def test_threads_compare_one_object_for_all() -> None:
    """Where the list is there before anything was read by id, one request tells how good it is."""
    account = account_with(30)
    cache, listings = ListCache(), listings_of(account)
    cache.all_items(listings)
    meeting = MeetingPoint()

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        meeting.wait_for_all()
        return respond(request)

    account.interfere = interfere
    with patch.object(cache, "_comparing", meeting), ThreadPoolExecutor(THREADS) as threads:
        wanted = ("p1", "p2", "p3", "p4")
        found = [*threads.map(lambda one: cache.read(listings, one, ANYTHING).id, wanted)]
    assert found == [*wanted]
    assert len(account.sent) == 1 + 1


def test_the_first_page_is_read_once() -> None:
    """Whoever only wants to know what stands in the collection costs no second one."""
    account = account_with(30, page_size=10)
    cache, listings = ListCache(), listings_of(account)
    for _ in range(2):
        cache.read_first_page(listings)
    assert cache.first_ids(3) == ["p0", "p1", "p2"]
    assert requests(account) == [LIST]


def test_a_page_that_failed_is_asked_for_again_by_the_next() -> None:
    """One failure is not the end of the list, and its place is kept."""
    account = account_with(30, page_size=10)
    cache, listings = ListCache(), listings_of(account)
    for identifier in ("p0", "p1"):
        cache.read(listings, identifier, ANYTHING)

    def down(_request: httpx.Request, _respond: Handler) -> httpx.Response:
        raise httpx.ConnectError("down")

    account.interfere = down
    with pytest.raises(ConnectionFailedError):
        cache.read(listings, "p12", ANYTHING)
    account.interfere = undisturbed
    account.sent.clear()
    assert cache.read(listings, "p12", ANYTHING).id == "p12"
    assert cache.read(listings, "p22", ANYTHING).id == "p22"
    assert requests(account) == [LIST, LIST]


def listed(account: InMemoryAccount, *numbers: int) -> tuple[ListCache, Collection]:
    """Return a cache that has read the first page, and listings that were compared."""
    cache, listings = ListCache(), listings_of(account)
    for number in numbers or (0, 1):
        cache.read(listings, f"p{number}", ANYTHING)
    account.sent.clear()
    return cache, listings


def test_what_is_not_on_the_list_is_asked_for_by_id() -> None:
    """A list may lag behind; only the object itself tells that it is gone."""
    account = account_with(5)
    cache, listings = listed(account)
    account.objects["/properties/late"] = {"id": "late"}
    assert cache.read(listings, "late", ANYTHING).id == "late"
    with pytest.raises(NotFoundError):
        cache.read(listings, "gone", ANYTHING)
    assert requests(account) == ["GET /properties/late", "GET /properties/gone"]


def test_an_item_without_a_needed_field_is_read_by_id_once() -> None:
    """A field that a server leaves out where it is null, and one that it does not list."""
    account = account_with(5, listed=brief)
    cache, listings = listed(account)
    account.objects["/properties/p3"]["bedrooms"] = 3
    wanted = NeededFields(frozenset({"name", "bedrooms"}), frozenset({"name", "bedrooms"}))
    for _ in range(2):
        assert cache.read(listings, "p3", wanted).fields["bedrooms"] == 3
    assert cache.read(listings, "p4", NAMED).fields["name"] == "Villa 4"
    assert requests(account) == ["GET /properties/p3"]


def test_a_field_that_the_list_shows_otherwise_is_read_by_id() -> None:
    """One object that was seen both ways tells; a field that nobody looks at does not matter."""
    account = account_with(5)
    account.listed = lambda fields: {**fields, "notes": "cut off…", "views": 1}
    for listing in account.objects.values():
        listing |= {"notes": "cut off in the list", "views": 2}
    cache, listings = listed(account)
    noted = NeededFields(frozenset({"notes"}), frozenset({"notes"}))
    assert cache.read(listings, "p2", noted).fields["notes"] == "cut off in the list"
    assert cache.read(listings, "p3", NAMED).fields["name"] == "Villa 3"
    assert cache.read(listings, "p4", ANYTHING).fields["views"] == 2
    assert requests(account) == ["GET /properties/p2", "GET /properties/p4"]


@pytest.mark.parametrize(
    ("listed_as", "is_the_same"),
    [(1, False), ({}, False), ({"a": 1, "b": 2}, False), (True, True)],
)
def test_a_value_is_compared_whole_and_with_its_type(listed_as: Json, *, is_the_same: bool) -> None:
    """Python takes True for 1, and a nested object may be shown in brief or with more."""
    account = account_with(3)
    account.listed = lambda fields: {**fields, "pets": listed_as}
    for listing in account.objects.values():
        listing["pets"] = True if not isinstance(listed_as, dict) else {"a": 1}
    cache, listings = listed(account)
    cache.read(listings, "p2", NeededFields(frozenset(), frozenset({"pets"})))
    assert requests(account) == ([] if is_the_same else ["GET /properties/p2"])


def test_no_item_is_relied_on_before_one_was_compared() -> None:
    """Where the object that was read by id is not on the list, the next one is looked at too."""
    account = account_with(3)
    account.listed = lambda fields: {**fields, "name": "short"}
    cache, listings = ListCache(), listings_of(account)
    with pytest.raises(NotFoundError):
        cache.read(listings, "gone", NAMED)
    names = [cache.read(listings, f"p{number}", NAMED).fields["name"] for number in range(3)]
    assert names == ["Villa 0", "Villa 1", "Villa 2"]


@pytest.mark.parametrize("status", [403, 404, 405])
def test_without_a_list_everything_is_read_by_id(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A path may have no list, or a key may not see it: nothing to worry about."""
    account = account_with(6)
    account.interfere = lambda request, respond: (
        httpx.Response(status) if request.url.path.endswith("/properties") else respond(request)
    )
    cache, listings = ListCache(), listings_of(account)
    for number in range(6):
        assert cache.read(listings, f"p{number}", ANYTHING).id == f"p{number}"
    assert caplog.records == []


def test_an_unusable_list_is_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    """It costs requests, and whoever pays for them should know why."""
    account = account_with(6)
    account.interfere = lambda request, respond: (
        httpx.Response(200, text="junk")
        if request.url.path.endswith("/properties")
        else respond(request)
    )
    cache, listings = ListCache(), listings_of(account)
    for number in range(6):
        assert cache.read(listings, f"p{number}", ANYTHING).id == f"p{number}"
    retrying = message(MessageCode.RETRYING)
    warnings = [warning for warning in caplog.messages if warning != retrying]
    assert warnings == [message(MessageCode.UNUSABLE_LIST, "/properties", "JSON")]


def test_the_whole_list_is_read_afresh_where_pages_may_have_moved() -> None:
    """After a deletion between two pages, the second begins later than where the first ended."""
    account = account_with(9, page_size=3)
    cache, listings = listed(account)
    cache.mark_written("p0")
    listings.delete("p0")
    assert [*cache.all_items(listings)] == [f"p{number}" for number in range(1, 9)]


def test_a_list_is_read_on_where_nothing_was_written() -> None:
    """Whoever creates needs the rest of it only."""
    account = account_with(9, page_size=3)
    cache, listings = listed(account)
    assert cache.complete_items is None
    assert [*cache.all_items(listings)] == [f"p{number}" for number in range(9)]
    assert requests(account) == [LIST, LIST]
    assert cache.complete_items == cache.all_items(listings)


def test_what_was_read_by_id_is_not_read_again_to_compare_identities() -> None:
    """A brief list costs one request for each object in a process, whoever asks."""
    account = account_with(4, listed=lambda fields: {"id": fields["id"]})
    cache, listings = ListCache(), listings_of(account)
    for number in range(4):
        cache.read(listings, f"p{number}", NAMED)
    [found] = cache.candidates(listings, {"name": "villa 2"})
    assert found.id == "p2"
    assert len(account.sent) == 1 + 4


def test_only_those_alike_are_read_for_the_rest_of_an_identity() -> None:
    """Where the list shows names but no addresses, the names say which ones to look at."""
    account = account_with(4, listed=brief)
    for number, listing in enumerate(account.objects.values()):
        listing["address"] = f"{number} Road"
    cache, listings = ListCache(), listings_of(account)
    [found] = cache.candidates(listings, {"name": "Villa 2", "address": "elsewhere"})
    assert found.fields["address"] == "2 Road"
    assert requests(account) == [LIST, "GET /properties/p2"]


def test_all_records_are_whole() -> None:
    """A program that lists what there is gets all of it, from a list in brief as well."""
    account = account_with(3, page_size=2, listed=brief)
    for listing in account.objects.values():
        listing["bedrooms"] = 2
    found = ListCache().records(listings_of(account), ANYTHING)
    assert [record.fields["bedrooms"] for record in found] == [2, 2, 2]
    whole = account_with(30, page_size=10)
    assert len([*ListCache().records(listings_of(whole), ANYTHING)]) == 30
    assert len(whole.sent) == 3 + 1


KINDS: dict[str, tuple[Kind, dict[str, Json], str]] = {
    "properties": (PROPERTY, {}, "name"),
    "webhooks": (WEBHOOK_SUBSCRIPTION, {}, "url"),
    "rules": (API_OBJECT, {"path": "/rules", "body": {"name": "r"}}, "name"),
}


@pytest.mark.parametrize(("path", "kind"), KINDS.items(), ids=KINDS)
def test_every_kind_is_read_from_its_list(
    path: str, kind: tuple[Kind, dict[str, Json], str]
) -> None:
    """Listings, subscriptions and any other object; and with the setting off, none."""
    the_kind, inputs, title = kind
    account = InMemoryAccount(
        {f"/{path}/o{n}": {"id": f"o{n}", title: f"n{n}", "events": ["a.a"]} for n in range(9)}
    )
    for list_cache, expected in ((True, 2), (False, 9)):
        account.sent.clear()
        lifecycle = account.lifecycle(the_kind, list_cache=list_cache)
        for number in range(9):
            assert lifecycle.read(f"o{number}", through_engine(inputs)) is not None
        assert len(account.sent) == expected


def test_a_secret_that_no_list_shows_costs_no_request() -> None:
    """It is not needed: reads by id do not show it either."""
    account = InMemoryAccount(
        shown=lambda fields: {name: value for name, value in fields.items() if name != "secret"}
    )
    maker = account.lifecycle(WEBHOOK_SUBSCRIPTION)
    states = [
        created(maker, {"url": f"https://a.example/{n}", "events": ["a.a"], "secret": "hush"})
        for n in range(6)
    ]
    account.sent.clear()
    lifecycle = account.lifecycle(WEBHOOK_SUBSCRIPTION)
    for identifier, outputs in states:
        seen = lifecycle.read(identifier, outputs)
        assert seen is not None
        assert seen.outputs["secret"] == "hush"
    assert len(account.sent) == 1 + 1


def test_a_declared_field_that_the_list_leaves_out_is_read_by_id() -> None:
    """The object that was compared may happen to have no such field."""
    account = InMemoryAccount(listed=brief)
    maker = account.lifecycle()
    bare = created(maker, {"name": "Bare"})
    rich = created(maker, {"name": "Rich", "bedrooms": 3})
    account.objects[f"/properties/{rich[0]}"]["bedrooms"] = 9
    lifecycle = account.lifecycle()
    for identifier, outputs in (bare, rich):
        seen = lifecycle.read(identifier, outputs)
    assert seen is not None
    assert seen.outputs["bedrooms"] == 9


def test_what_is_only_read_shows_all_that_it_has() -> None:
    """Its named fields, and those of any other object all, where the list shows them otherwise."""
    account = InMemoryAccount(
        {
            f"/{path}/o{n}": {"id": f"o{n}", "name": f"n{n}", "status": "draft", "notes": "long"}
            for path in ("properties", "rules")
            for n in range(3)
        }
    )
    account.listed = lambda fields: {**brief(fields), "notes": "cut off…"}
    lifecycle, rules = account.lifecycle(), account.lifecycle(API_OBJECT)
    for number in range(3):
        listing = lifecycle.read(f"o{number}", {})
        rule = rules.read(f"o{number}", {"path": "/rules"})
        assert listing is not None
        assert listing.outputs["status"] == "draft"
        assert rule is not None
        assert rule.outputs["body"] == {"name": f"n{number}", "status": "draft", "notes": "long"}


def test_what_this_process_wrote_is_seen_at_once() -> None:
    """Changed, deleted or created: what was listed before does not count any more."""
    account = account_with(5)
    earlier, lifecycle = account.lifecycle(), account.lifecycle()
    states: dict[str, dict[str, Json]] = {}
    for number in range(5):
        seen = earlier.read(f"p{number}", {})
        assert seen is not None
        states[f"p{number}"] = through_engine(seen.outputs)
        assert lifecycle.read(f"p{number}", states[f"p{number}"]) is not None
    changed = through_engine(lifecycle.update("p1", states["p1"], {"name": "Changed"}))
    by_id = through_engine(lifecycle.update("p0", states["p0"], {"name": "Changed too"}))
    lifecycle.delete("p2", states["p2"])
    identifier, new = created(lifecycle, {"name": "New"})
    for known, name in ((changed, "Changed"), (by_id, "Changed too"), (new, "New")):
        seen = lifecycle.read(str(known["id"]), known)
        assert seen is not None
        assert seen.outputs["name"] == name
    assert lifecycle.read("p2", states["p2"]) is None
    assert identifier not in states


def test_what_is_written_while_it_is_read_is_read_again() -> None:
    """A response that was under way then tells what was."""
    account = account_with(3)
    cache, listings = ListCache(), listings_of(account)

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        response = respond(request)
        cache.mark_written("p0")
        account.objects["/properties/p0"]["name"] = "Changed"
        return response

    account.interfere = interfere
    assert cache.read(listings, "p0", NAMED).fields["name"] == "Villa 0"
    account.interfere = undisturbed
    assert cache.read(listings, "p0", NAMED).fields["name"] == "Changed"


def test_an_update_lays_its_values_over_what_is_there_now() -> None:
    """Its read is fresh: what somebody added after the list was read is not lost."""
    account = account_with(3)
    lifecycle = account.lifecycle()
    outputs: dict[str, Json] = {}
    for number in range(3):
        seen = lifecycle.read(f"p{number}", {})
        assert seen is not None
        outputs = through_engine(seen.outputs)
    account.objects["/properties/p2"]["wifi"] = "added since"
    lifecycle.update("p2", outputs, {"name": "Changed"})
    assert account.objects["/properties/p2"] == {
        "id": "p2",
        "name": "Changed",
        "wifi": "added since",
    }


def test_a_lost_post_is_looked_for_in_a_fresh_list() -> None:
    """The list from before tells what was there, and not what is."""
    account = account_with(3)
    lifecycle = account.lifecycle()
    for number in range(3):
        lifecycle.read(f"p{number}", {})

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        response = respond(request)
        if request.method == "POST":
            raise httpx.ReadTimeout("no response")
        return response

    account.interfere = interfere
    identifier, _ = created(lifecycle, {"name": "New"})
    assert account.objects[f"/properties/{identifier}"]["name"] == "New"
    assert len(account.writes()) == 1


def test_the_check_before_a_create_uses_the_same_list() -> None:
    """Reads, checks and creates of one process cost the list once."""
    account = account_with(20, page_size=10)
    lifecycle = account.lifecycle()
    for number in range(19):
        lifecycle.read(f"p{number}", {})
    for number in range(3):
        created(lifecycle, {"name": f"New {number}"})
    [violation] = lifecycle.check({"name": "Villa 19"}, exists=False).violations
    assert violation == message(MessageCode.ALREADY_EXISTS, "p19", "name")
    assert requests(account).count(LIST) == 2
    assert len(account.sent) == 1 + 2 + 3


def test_an_adoption_is_announced_from_the_list(caplog: pytest.LogCaptureFixture) -> None:
    """A preview that adopts a whole portfolio costs a request a page, and one to compare."""
    account = account_with(12)
    lifecycle = account.lifecycle()
    for number in range(12):
        inputs = through_engine({"name": f"Villa {number}", "if_exists": "adopt"})
        assert lifecycle.check(inputs, exists=False).violations == []
    adopted = [message(MessageCode.ADOPTED, f"p{number}") for number in range(5)]
    assert caplog.messages == [*adopted, message(MessageCode.MORE_ADOPTED)]
    assert requests(account) == [LIST, "GET /properties/p0"]
