"""What the contract says the client adds to list operations by itself is what it adds."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from support.contract_validator import contract
from support.mock_client import client_of

from pulumi_setsmart.client.collection import Collection

SAID: dict[str, Any] = contract()["x-setsmart-list-query"]
FIRST = {"id": "prop_123", "name": "Beachfront Villa"}
SECOND = {"id": "prop_124", "name": "Cabin"}


def asked_with(path: str, *pages: Any) -> list[dict[str, str]]:
    """List a collection, which a server answers with these pages; return the queries asked with."""
    queries: list[dict[str, str]] = []
    responses: Iterator[Any] = iter(pages)

    def response(request: httpx.Request) -> httpx.Response:
        queries.append(dict(parse_qsl(request.url.query.decode())))
        return httpx.Response(200, json=next(responses))

    list(Collection(client_of(response), path).records())
    return queries


@pytest.mark.parametrize("path", [path for path in contract()["paths"] if "{" not in path])
def test_the_first_request_has_only_what_is_sent_unasked(path: str) -> None:
    """A server that refuses unknown parameters has no reason to."""
    [query] = asked_with(path, [FIRST])
    assert [*query] == SAID["unasked"] == []


@pytest.mark.parametrize("asked", SAID["asked"], ids=lambda asked: str(asked["name"]))
def test_another_page_is_asked_for_as_the_contract_says(asked: dict[str, Any]) -> None:
    """A response of this form leads to this parameter, and to no other."""
    end = {"data": [SECOND], "has_more": False}
    queries = asked_with("/properties", {"data": [FIRST], **asked["response"]}, end)
    assert queries == [{}, {asked["name"]: asked["example"]}]
