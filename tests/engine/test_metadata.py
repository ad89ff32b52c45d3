"""A state whose metadata is damaged or missing: nothing is created, deleted or forgotten."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from engine_account import Account, OpenAccount
from engine_stack import QUIET, EngineStack, Finished

from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES, ApiKey

LISTINGS = ("garbled", "halved", "emptied", "newer", "retyped", "removed", "whole")
DAMAGED = ("garbled", "halved", "emptied", "retyped")
WITHOUT_REFRESH = ("--yes", "--skip-preview", "--refresh=false", *QUIET)


def newer(text: str) -> str:
    """Return the text as a far release would write it."""
    return json.dumps({**json.loads(text), "version": 99, "release": "7.1"})


EDITS: dict[str, Callable[[str], Any]] = {
    "garbled": lambda text: text.replace(":", ";"),
    "halved": lambda text: text[: len(text) // 2],
    "emptied": lambda _: "",
    "newer": newer,
    "retyped": lambda text: json.dumps({**json.loads(text), "account": ["x"]}),
    "removed": lambda _: None,
}


def program(bedrooms: int, existing: Mapping[str, str] | None = None) -> str:
    """Return the program; it names the ids of some listings that exist."""
    return "\n".join(
        f"Property({name!r}, name={name!r}, bedrooms={bedrooms}, "
        f"existing_id={(existing or {}).get(name)!r})"
        for name in LISTINGS
    )


def edited(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state with each of the edits in the metadata of the listing called so."""
    for resource in state["deployment"]["resources"]:
        name = resource["urn"].rpartition("::")[2]
        if name not in EDITS:
            continue
        stored = resource["outputs"]["__setsmart"]
        is_secret = isinstance(stored, dict)
        text = json.loads(stored["plaintext"]) if is_secret else stored
        value = EDITS[name](text)
        if value is None:
            del resource["outputs"]["__setsmart"]
        elif is_secret:
            stored["plaintext"] = json.dumps(value)
        else:
            resource["outputs"]["__setsmart"] = value
    return state


@pytest.fixture
def damaged(stack: EngineStack) -> EngineStack:
    """A stack of listings, with a state that somebody edited."""
    stack.declare(program(3))
    stack.up()
    state = json.loads(stack.succeed("stack", "export", "--show-secrets"))
    file = stack.folder / "edited.json"
    file.write_text(json.dumps(edited(state)))
    stack.succeed("stack", "import", "--file", str(file))
    return stack


def ids_in(stack: EngineStack) -> dict[str, str]:
    """Return the ids of the listings that the state knows, by the names of the resources."""
    return {
        one["urn"].rpartition("::")[2]: one["id"]
        for one in stack.export()["deployment"]["resources"]
        if "setsmart:Property" in one["type"]
    }


def assert_told(finished: Finished) -> None:
    """Assert that ways out are named of whatever is told to be damaged, and that something is."""
    assert "is damaged: " in finished.output
    assert "unexpected" not in finished.output
    assert "`pulumi state delete URN`" in finished.output
    assert "existing_id=" in finished.output
    assert "created" not in finished.output
    assert "to create" not in finished.output


def test_a_state_that_cannot_be_read_loses_nothing(
    damaged: EngineStack, account: Account, open_account: OpenAccount
) -> None:
    """In an empty account, whatever is run; and each message says how to go on."""
    ids, written = ids_in(damaged), account.writes()
    elsewhere = open_account(ApiKey(DEFAULT_KEY))
    there = {"SETSMART_BASE_URL": elsewhere.base_url}
    damaged.declare(program(4))
    assert_told(damaged.fail("preview", *QUIET, **there))
    assert_told(damaged.fail("refresh", "--yes", "--skip-preview", *QUIET, **there))
    assert_told(damaged.fail("up", *WITHOUT_REFRESH, **there))
    assert_told(damaged.fail("destroy", *WITHOUT_REFRESH, **there))
    assert ids_in(damaged) == ids
    assert elsewhere.sandbox.storage.objects(PROPERTIES) == []
    assert elsewhere.requests("POST", "PUT") == []
    assert account.writes() == written
    printed = "".join(damaged.printed)
    for name in DAMAGED:
        assert f"({ids[name]}): its metadata in the state (__setsmart) is damaged: " in printed
        assert f'existing_id="{ids[name]}"' in printed
    assert f"({ids['newer']}): its metadata in the state (__setsmart) has version 99" in printed
    assert "Update pulumi-setsmart to release 7.1 or a later one" in printed
    assert f"{ids['removed']} is not in this account ({elsewhere.base_url}" in printed
    assert "does not say in which one it was" in printed
    assert f"{ids['whole']} is not in this account ({elsewhere.base_url}" in printed


def test_the_ways_out_lead_on(damaged: EngineStack, account: Account) -> None:
    """In its own account; no listing is made twice, and the next run has nothing to do."""
    ids, written = ids_in(damaged), account.writes()
    assert_told(damaged.fail("up", *WITHOUT_REFRESH))
    for resource in damaged.export()["deployment"]["resources"]:
        name = resource["urn"].rpartition("::")[2]
        if name in EDITS and name != "removed":  # a refresh is enough for that one
            damaged.succeed("state", "delete", resource["urn"], "--yes", *QUIET[:-1])
    lost = {name: ids[name] for name in EDITS if name != "removed"}
    damaged.declare(program(3, lost))
    damaged.up()
    assert ids_in(damaged) == ids
    assert account.writes() == written
    damaged.declare(program(3))
    damaged.up()
    damaged.assert_clean()
    assert account.writes() == written
