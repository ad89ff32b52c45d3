"""Every way of splitting a list into pages: read to its end or refused, never cut in silence."""

from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import URL
from support.messages import raises
from support.mock_client import client_of

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import UnexpectedResponseError
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.paging import PagingScheme
from pulumi_setsmart.sandbox.list_styles import LIST_STYLES, STYLES_WITHOUT_NEXT

STYLES_WITH_NEXT = sorted(LIST_STYLES.keys() - STYLES_WITHOUT_NEXT)


def server(
    style: str, ids: list[str], size: int | None, *, obeys: bool = True
) -> Callable[[httpx.Request], httpx.Response]:
    """Return a server that has listings with these ids, and shows them in a style."""

    def respond(request: httpx.Request) -> httpx.Response:
        response = LIST_STYLES[style].response(
            [{"id": identifier, "name": f"Listing {identifier}"} for identifier in ids],
            size,
            "properties",
            URL(str(request.url)),
            obeys=obeys,
        )
        return httpx.Response(200, content=bytes(response.body), headers=dict(response.headers))

    return respond


def listed(
    handler: Callable[[httpx.Request], httpx.Response], scheme: PagingScheme | None = None
) -> list[str]:
    """Return the ids that the client makes of a server's list."""
    collection = Collection(client_of(handler), "/properties", paging=scheme)
    return [record.id for record in collection.records()]


def test_there_are_enough_styles() -> None:
    """Thirty at the least are promised."""
    assert len(STYLES_WITH_NEXT) >= 30


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, None])
@pytest.mark.parametrize("style", STYLES_WITH_NEXT)
def test_every_style_is_read_to_its_end(style: str, size: int | None) -> None:
    """Whatever the size of a page, each listing is found once and in order."""
    ids = ["a", "b", "c", "d", "e"]
    assert listed(server(style, ids, size)) == ids


@pytest.mark.parametrize("style", STYLES_WITH_NEXT)
def test_an_empty_list_is_complete(style: str) -> None:
    """An account without listings is no error."""
    assert listed(server(style, [], 2)) == []


@pytest.mark.parametrize("style", sorted(LIST_STYLES))
def test_a_list_whose_pages_are_all_the_first_one_is_rejected(style: str) -> None:
    """Every page is the first one: the rest is not taken for the whole."""
    with pytest.raises(UnexpectedResponseError, match="setsmart:paging"):
        listed(server(style, ["a", "b", "c", "d", "e"], 2, obeys=False))


@pytest.mark.parametrize("style", sorted(STYLES_WITHOUT_NEXT))
def test_a_list_that_mentions_more_without_a_next_page_is_rejected(style: str) -> None:
    """The message names the member that speaks of more, and the setting that helps."""
    with pytest.raises(UnexpectedResponseError, match="setsmart:paging"):
        listed(server(style, ["a", "b", "c"], 2))


@pytest.mark.parametrize("style", sorted(STYLES_WITHOUT_NEXT))
def test_a_list_that_counts_no_more_than_it_shows_is_complete(style: str) -> None:
    """One page is the whole list where nothing says otherwise."""
    assert listed(server(style, ["a", "b", "c"], None)) == ["a", "b", "c"]


@given(
    style=st.sampled_from(sorted(LIST_STYLES)),
    count=st.integers(0, 12),
    size=st.none() | st.integers(1, 13),
    obeys=st.booleans(),
)
def test_no_list_is_cut_silently(style: str, count: int, size: int | None, obeys: bool) -> None:  # noqa: FBT001 -- drawn by Hypothesis
    """All of it, or an error."""
    ids = [f"prop_{number}" for number in range(count)]
    try:
        assert listed(server(style, ids, size, obeys=obeys)) == ids
    except UnexpectedResponseError:
        assert (size or count) <= count
        assert not obeys or (style in STYLES_WITHOUT_NEXT and size is not None)


TWO = [{"id": "a"}, {"id": "b"}]


def responding(body: object, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    """Return a server that gives the same response to whatever it is asked for."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _request: httpx.Response(200, json=body, headers=named)


@pytest.mark.parametrize(
    "handler",
    [
        responding({"data": TWO, "range": "1-2 of 120"}),
        responding({"data": TWO, "total": "1,200"}),
        responding({"data": TWO, "total": "2+"}),
        responding({"data": TWO, "total": [5]}),
        responding({"data": TWO, "count": {"all": 5}}),
        responding({"data": TWO, "page": "1 of 3"}),
        responding({"data": TWO, "hasMore": "yes"}),
        responding({"data": TWO, "meta": [{"total": 3}]}),
        responding({"data": TWO, "counts": {"total": 3}}),
        responding({"data": TWO, "page": {"number": 1, "of": 3}}),
        responding(TWO, Content_Range="items 0-1/3"),
        responding(TWO, X_Content_Range="items 0-1/3"),
        responding(TWO, Link='<?page=4>; rel="last"'),
    ],
)
def test_any_sign_of_more_objects_rejects_the_list(
    handler: Callable[[httpx.Request], httpx.Response],
) -> None:
    """Numbers in texts, flags in words, counts beside the list, the address of the last page."""
    with pytest.raises(UnexpectedResponseError, match="setsmart:paging"):
        listed(handler)


@pytest.mark.parametrize(
    "handler",
    [
        responding({"data": TWO, "range": "1-2 of 2"}),
        responding({"data": TWO, "page": "1 of 1"}),
        responding({"data": TWO, "total": [2], "count": {"all": 2}}),
        responding({"data": TWO, "hasMore": "no"}),
        responding({"data": TWO, "counts": {"guests": 40}}),
        responding({"data": TWO, "account": {"requests_remaining": 40, "quota_total": 90}}),
        responding({"data": TWO, "records": 2, "next_invoice_date": "2026-12-01"}),
        responding(TWO, Link='<?page=1>; rel="last"'),
        responding(TWO, X_RateLimit_Limit="100", X_Total_Time="120"),
        responding({"data": TWO, "quota": {"remaining": 3}, "plan": {"limit": 2, "total": 100}}),
        responding({"data": TWO, "ScannedCount": 99, "meta": {"rate_limit": 60}}),
        responding({"data": TWO, "after_url": "https://else.example/x", "end_of_stream": True}),
        responding(TWO, X_Query_Count="17", X_Quota_Total="900", X_RateLimit_Remaining="99"),
    ],
)
def test_unrelated_numbers_do_not_reject_a_list(
    handler: Callable[[httpx.Request], httpx.Response],
) -> None:
    """What counts guests, requests or milliseconds says nothing about the list."""
    assert listed(handler) == ["a", "b"]


@pytest.mark.parametrize("body", [{"items": None, "total": 0}, {"data": {}, "has_more": False}])
def test_an_empty_list_may_be_null(body: object) -> None:
    """Some languages write it so; where nothing says that it is empty, it is no list."""
    assert listed(responding(body)) == []
    with raises(UnexpectedResponseError, MessageCode.UNEXPECTED_RESPONSE, "items"):
        listed(responding({"items": None}))
