"""The commands `list` and `show`: what an account has, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.messages import message
from support.served_sandbox import ServedSandbox, serving

from pulumi_setsmart.cli import main
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES, WEBHOOKS

VILLA: dict[str, Any] = {
    "name": "Sea Villa",
    "status": "active",
    "address": "1 Road",
    "bedrooms": 3,
    "max_guests": 6,
    "rooms": [{"beds": 2}],
}
HOOK: dict[str, Any] = {"url": "https://a.example/", "events": ["a.b"], "secret": "whsec-hush"}


@pytest.fixture
def account() -> Iterator[ServedSandbox]:
    """Three listings, two of the same name, and a subscription."""
    with serving() as served:
        storage = served.app.storage
        for listing in (VILLA, {"name": "Loft"}, {"name": "Loft", "address": "2 Road"}):
            storage.insert(PROPERTIES, listing)
        storage.insert(WEBHOOKS, HOOK)
        yield served


def run(account: ServedSandbox, *arguments: str) -> Result:
    """Run a command on the account of the environment."""
    environment = {
        "SETSMART_BASE_URL": str(account.client.base_url).rstrip("/"),
        "SETSMART_API_KEY": account.client.headers["X-API-Key"],
    }
    result = CliRunner().invoke(main, [*arguments], env=environment)
    assert "hush" not in result.output
    return result


def test_listings_are_a_table(account: ServedSandbox) -> None:
    """A line for each, with the fields that tell them apart, and how many there are."""
    result = run(account, "list")
    header, *lines, last = result.stdout.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    assert not [each for each in account.app.requests if not each.path.startswith("/v1/properties")]
    assert header.split("  ")[0] == "Id"
    assert {"Name", "Max guests", "Address"} <= {*map(str.strip, header.split("  "))}
    assert [line.split()[0] for line in lines] == ["prop_1", "prop_2", "prop_3"]
    assert "Sea Villa" in lines[0]
    assert last == "3 in this account"


@pytest.mark.parametrize(
    ("conditions", "ids"),
    [
        (["name~sea"], ["prop_1"]),
        (["name=Loft"], ["prop_2", "prop_3"]),
        (["name=Loft", "address~road"], ["prop_3"]),
        (["bedrooms=3"], ["prop_1"]),
        (["name~nothing"], []),
    ],
)
def test_conditions_select_listings(
    account: ServedSandbox, conditions: list[str], ids: list[str]
) -> None:
    """As --only of adopt does; none is no failure."""
    options = [option for condition in conditions for option in ("--where", condition)]
    result = run(account, "list", "--json", *options)
    assert result.exit_code == 0
    assert [listing["id"] for listing in json.loads(result.stdout)] == ids


def test_what_is_printed_as_json_has_all_fields(account: ServedSandbox) -> None:
    """Of listings and of subscriptions, with the names of the API, and without secrets."""
    [villa, *_] = json.loads(run(account, "list", "--json").stdout)
    assert villa == {"id": "prop_1", **VILLA}
    [hook] = json.loads(run(account, "list", "webhooks", "--json").stdout)
    assert (hook["id"], hook["url"], hook["events"]) == ("wh_1", HOOK["url"], HOOK["events"])


@pytest.mark.parametrize(
    ("condition", "status", "fact"), [("nme~x", 1, "name"), ("name", 2, "FIELD~TEXT")]
)
def test_a_condition_that_cannot_be_meant_is_refused(
    account: ServedSandbox, condition: str, status: int, fact: str
) -> None:
    """An unknown field would select nothing."""
    result = run(account, "list", "--where", condition)
    assert result.exit_code == status
    assert fact in result.stderr


@pytest.mark.parametrize("wanted", ["prop_1", "sea villa", "Villa", "SEA"])
def test_a_listing_is_found_by_id_or_name(account: ServedSandbox, wanted: str) -> None:
    """In any case, and by a part that only its name has."""
    result = run(account, "show", wanted, "--json")
    assert json.loads(result.stdout) == {"id": "prop_1", **VILLA}
    lines = dict(
        line.split(maxsplit=1) for line in run(account, "show", wanted).stdout.splitlines()
    )
    assert (lines["id"].strip(), lines["name"].strip(), lines["max_guests"].strip()) == (
        "prop_1",
        "Sea Villa",
        "6",
    )


def test_a_subscription_is_found_by_its_address(account: ServedSandbox) -> None:
    """Without its secret."""
    found = json.loads(run(account, "show", "a.example", "--json").stdout)
    assert (found["id"], "secret" in found) == ("wh_1", False)


def test_what_may_be_several_is_refused(account: ServedSandbox) -> None:
    """With the ids that may be meant."""
    result = run(account, "show", "loft")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == message(MessageCode.SEVERAL_OBJECTS, "prop_2", "prop_3")


@pytest.mark.parametrize("wanted", ["prop_9", "Hut", ""])
def test_what_there_is_not_is_refused(account: ServedSandbox, wanted: str) -> None:
    """With the way to see what there is."""
    result = run(account, "show", wanted)
    assert (result.exit_code, result.stdout) == (1, "")
    name = wanted or '""'
    said = f"name {name};"
    assert result.stderr == message(MessageCode.NOTHING_FOUND, said, "pulumi-setsmart list")
