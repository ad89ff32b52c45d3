"""A recording replays: what answers like the account was recorded like it, and can be used."""

import json
from contextlib import closing
from typing import Any

import pytest
from support.account_recording import recording_of, settings_of
from support.divergent_server import (
    NOW,
    DivergentServer,
    by_cursor,
    by_last_id,
    by_link,
    by_next_address,
    by_offset,
    by_page,
    counted_in_a_header,
    cut,
    html,
    in_data,
)
from support.in_memory_account import created, through_engine

from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import IncompleteListError, NotFoundError
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.run import Run
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.recording.file import read, written
from pulumi_setsmart.sandbox import running
from pulumi_setsmart.sandbox.replay.replay import replay


def listing(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"prop_{number}",
        "name": f"Listing {number}",
        "address": None if number == 2 else "1 Sea Road",
        "bedrooms": number,
        "bathrooms": 1.5,
        "max_guests": 4,
        "status": "active",
        "amenities": ["wifi"],
        **fields,
    }


FIVE = [listing(number) for number in range(1, 6)]
HOOK = {"id": "wh_1", "url": "https://a.example/", "events": ["a.b"], "status": "active"}


def rate_limited(requests: int) -> dict[str, str]:
    reset = {"RateLimit-Reset": "60", "Cache-Control": "no-store, max-age=0"}
    return {"RateLimit-Limit": "50", "RateLimit-Remaining": str(50 - requests), **reset}


ACCOUNTS = {
    "bare array": DivergentServer(properties=FIVE, webhooks=[HOOK]),
    "enveloped": DivergentServer(
        properties=FIVE, list_style=in_data, shown=lambda item: {"data": {"property": item}}
    ),
    "integer ids": DivergentServer(
        properties=[listing(number, id=number) for number in (7, 8, 123)], missing=html
    ),
    "uuids": DivergentServer(
        properties=[
            listing(number, id=f"00000000-0000-4000-8000-00000000000{number}") for number in (1, 2)
        ]
    ),
    "another id field": DivergentServer(
        properties=[{"uid": f"{number}", "name": f"Villa {number}"} for number in range(3)]
    ),
    "by link": DivergentServer(properties=FIVE, list_style=by_link),
    "by page": DivergentServer(properties=FIVE, list_style=by_page),
    "by cursor": DivergentServer(properties=FIVE, list_style=by_cursor),
    "by last id": DivergentServer(properties=FIVE, list_style=by_last_id),
    "by offset": DivergentServer(properties=FIVE, list_style=by_offset),
    "by address": DivergentServer(properties=FIVE, list_style=by_next_address),
    "more pages than are read": DivergentServer(
        properties=[listing(number) for number in range(1, 20)], list_style=by_page
    ),
    "one page of a paged list": DivergentServer(properties=FIVE[:2], list_style=by_page),
    "counted in a header": DivergentServer(properties=FIVE, list_style=counted_in_a_header),
    "cut": DivergentServer(properties=FIVE, list_style=cut),
    "brief": DivergentServer(
        properties=FIVE,
        listed=lambda item: {name: item[name] for name in ("id", "name", "status")},
    ),
    "optional fields": DivergentServer(
        properties=[FIVE[0], listing(2, house_rules={"pets": True, "notes": "no"}), listing(3)]
    ),
    "another rate limit": DivergentServer(properties=FIVE, headers=rate_limited),
    "empty": DivergentServer(list_style=by_page),
}
READABLE = ACCOUNTS.keys() - {"cut", "another id field"}


@pytest.mark.parametrize("account", ACCOUNTS.values(), ids=ACCOUNTS)
def test_the_recording_of_a_replay_is_the_recording(account: DivergentServer) -> None:
    """Whatever the recording tells, the replay does."""
    with account.running() as url:
        first = written(recording_of(url))
    with running(replay(json.loads(first), clock=lambda: NOW)) as url:
        second = written(recording_of(url))
    assert second.splitlines() == first.splitlines()
    assert written(read(first)) == first


@pytest.mark.parametrize("name", sorted(READABLE))
def test_the_client_works_with_a_replay(name: str) -> None:
    """All objects are listed, and one is created, read, updated and deleted, whole."""
    with ACCOUNTS[name].running() as url:
        recording = json.loads(written(recording_of(url)))
    with (
        running(replay(recording, clock=lambda: NOW)) as url,
        closing(Client.of(settings_of(url).connection)) as client,
    ):
        settings = settings_of(url)
        collection = Collection(client, "/properties")
        there = [*collection.records()]
        lifecycle = Lifecycle(PROPERTY, Account(client, accept_change=False, run=Run()), settings)
        declared: dict[str, Json] = {
            "name": "Loft",
            "bedrooms": 2,
            "attributes": {"pets": True},
        }
        identifier, outputs = created(lifecycle, declared)
        shown = [*collection.records()]
        assert len({record.id for record in shown}) == len(shown) == len(there) + 1
        assert collection.get(identifier).fields["name"] == "Loft"
        inputs = lifecycle.check(through_engine(declared | {"bedrooms": 3}), exists=True).inputs
        lifecycle.update(identifier, outputs, through_engine(inputs))
        after = collection.get(identifier).fields
        assert (after["bedrooms"], after["pets"]) == (3, True)
        lifecycle.delete(identifier, outputs)
        with pytest.raises(NotFoundError):
            collection.get(identifier)
        assert [record.id for record in collection.records()] == [record.id for record in there]


def test_a_list_that_is_cut_is_cut_in_the_replay() -> None:
    """What our client refuses of the account, it refuses of the replay."""
    with ACCOUNTS["cut"].running() as url:
        recording = recording_of(url)
    assert recording.properties.list_end == "IncompleteListError"
    with (
        running(replay(json.loads(written(recording)), clock=lambda: NOW)) as url,
        closing(Client.of(settings_of(url).connection)) as client,
        pytest.raises(IncompleteListError),
    ):
        [*Collection(client, "/properties").records()]
