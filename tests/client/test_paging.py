"""The next page, in every form that servers use."""

import pytest
from hypothesis import given
from support.json_values import ANY_JSON, TEXTS

from pulumi_setsmart.client import paging
from pulumi_setsmart.client.paging import ForeignPageError, Page
from pulumi_setsmart.models.json import Json

HERE = "https://setsmart.example/v1/properties?limit=2"


def following_url(headers: dict[str, str], body: Json) -> str | None:
    """Return what comes after a page with two objects: the second one, where pages are counted."""
    number = body.get("page", body.get("offset", 0)) if isinstance(body, dict) else 0
    pages_read = number if isinstance(number, int) and number in (1, 2) else 1
    page = Page(HERE, headers, body, ["a", "b"], 2 * pages_read, pages_read)
    return paging.following(page).url


@pytest.mark.parametrize(
    ("headers", "body", "following"),
    [
        ({}, [], None),
        ({"Link": '</v1/properties?page=2>; rel="next"'}, [], "/v1/properties?page=2"),
        ({"link": "<?page=2>; rel=next, <?page=1>; rel=prev"}, [], "/v1/properties?page=2"),
        ({"Link": '<?page=1>; rel="prev", <?page=3>; rel="next"'}, [], "/v1/properties?page=3"),
        ({"Link": '<?page=1>; rel="prev"'}, [], None),
        ({}, {"data": [], "links": {"next": "/v1/properties?page=2"}}, "/v1/properties?page=2"),
        ({}, {"data": [], "links": {"next": None}}, None),
        ({}, {"next": "https://setsmart.example/v1/p2"}, "/v1/p2"),
        ({}, {"next_url": "/v1/p2"}, "/v1/p2"),
        ({}, {"has_more": True, "next_cursor": "a b"}, "/v1/properties?limit=2&cursor=a+b"),
        ({}, {"has_more": False, "next_cursor": "ab"}, None),
        ({}, {"has_more": True, "next_cursor": None}, "/v1/properties?limit=2&starting_after=b"),
        ({}, {"page": 1, "total_pages": 2}, "/v1/properties?limit=2&page=2"),
        ({}, {"page": 2, "total_pages": 2}, None),
        ({}, {"meta": {"page": 1, "total_pages": 3}}, "/v1/properties?limit=2&page=2"),
        ({}, {"total": 5, "limit": 2, "offset": 2}, "/v1/properties?limit=2&offset=4"),
        ({}, {"total": 4, "limit": 2, "offset": 2}, None),
        ({}, {"total": 5, "limit": 0, "offset": 0}, "/v1/properties?limit=2&offset=2"),
    ],
)
def test_the_next_page_is_found(headers: dict[str, str], body: Json, following: str | None) -> None:
    """Each form that the field's APIs use leads on, and each end is an end."""
    expected = None if following is None else f"https://setsmart.example{following}"
    assert following_url(headers, body) == expected


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/v1/properties",
        "//elsewhere.example/v1/properties",
        "http://setsmart.example/v1/properties",
        "https://setsmart.example:444/v1/properties",
        "https://setsmart.example@elsewhere.example/",
        "ftp://setsmart.example/",
    ],
)
def test_a_next_page_on_another_server_is_rejected(address: str) -> None:
    """The key goes to the configured origin only."""
    with pytest.raises(ForeignPageError):
        following_url({}, {"next": address})
    with pytest.raises(ForeignPageError):
        following_url({"Link": f"<{address}>; rel=next"}, [])


@given(ANY_JSON, TEXTS)
def test_any_next_page_is_on_the_same_origin(body: Json, link: str) -> None:
    """No body and no header leads elsewhere, or anywhere but to an address or an end."""
    try:
        following = following_url({"Link": f"<{link}>; rel=next"}, body)
    except ForeignPageError:
        return
    assert following is None or following.startswith("https://setsmart.example/")
