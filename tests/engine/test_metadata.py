"""A state whose metadata is damaged or missing: nothing is created, deleted or forgotten."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import QUIET, EngineStack, Finished, messages
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES, ApiKey

DAMAGED = ("garbled", "halved", "emptied", "retyped", "numbered")
MISSING = ("removed", "nulled")
LISTINGS = (*DAMAGED, *MISSING, "newer", "whole")
DAMAGED_MESSAGE = message(
    MessageCode.DAMAGED_METADATA, "__setsmart", "`pulumi state delete URN`", "existing_id"
)
WITHOUT_REFRESH = ("--yes", "--skip-preview", "--refresh=false", *QUIET)


def newer(text: str) -> str:
    """Return the text as a far release would write it."""
    return json.dumps({**json.loads(text), "version": 99, "release": "7.1"})


ABSENT = object()
EDITS: dict[str, Callable[[str], Any]] = {
    "garbled": lambda text: text.replace(":", ";"),
    "halved": lambda text: text[: len(text) // 2],
    "emptied": lambda _: "",
    "newer": newer,
    "retyped": lambda text: json.dumps({**json.loads(text), "account": ["x"]}),
    "numbered": lambda _: 5,
    "nulled": lambda _: None,
    "removed": lambda _: ABSENT,
}


def program(bedrooms: int, existing: Mapping[str, str] | None = None) -> str:
    """Return the program; it names the ids of some listings that exist."""
    return "\n".join(
        f"Property({name!r}, name={name!r}, bedrooms={bedrooms}, "
        f"existing_id={(existing or {}).get(name)!r})"
        for name in LISTINGS
    )


def damage(stack: EngineStack, edits: Mapping[str, Callable[[str], Any]]) -> None:
    """Edit the metadata of resources in the state, by their names."""
    state = json.loads(stack.succeed("stack", "export", "--show-secrets"))
    for resource in state["deployment"]["resources"]:
        name = resource["urn"].rpartition("::")[2]
        if name not in edits:
            continue
        stored = resource["outputs"]["__setsmart"]
        is_secret = isinstance(stored, dict)
        text = json.loads(stored["plaintext"]) if is_secret else stored
        value = edits[name](text)
        if value is ABSENT:
            del resource["outputs"]["__setsmart"]
        elif is_secret:
            stored["plaintext"] = json.dumps(value)
        else:
            resource["outputs"]["__setsmart"] = value
    file = stack.folder / "edited.json"
    file.write_text(json.dumps(state))
    stack.succeed("stack", "import", "--file", str(file))


@pytest.fixture
def damaged(stack: EngineStack) -> EngineStack:
    """A stack of listings, with a state that somebody edited."""
    stack.declare(program(3))
    stack.up()
    damage(stack, EDITS)
    return stack


def ids_in(stack: EngineStack) -> dict[str, str]:
    """Return the ids of the listings that the state knows, by the names of the resources."""
    return {
        resource["urn"].rpartition("::")[2]: resource["id"]
        for resource in stack.export()["deployment"]["resources"]
        if "setsmart:Property" in resource["type"]
    }


def assert_damage_reported(finished: Finished) -> None:
    """Assert that damage is reported with ways out, and nothing would be created."""
    assert DAMAGED_MESSAGE in messages(finished.output)
    assert "unexpected-error" not in finished.output
    assert "created" not in finished.output
    assert "to create" not in finished.output


def test_a_state_that_cannot_be_read_loses_nothing(
    damaged: EngineStack, account: EngineSandbox, open_account: OpenEngineSandbox
) -> None:
    """In an empty account, whichever command runs; in its own, the ways out work."""
    ids, written = ids_in(damaged), account.writes()
    elsewhere = open_account(ApiKey(DEFAULT_KEY))
    there = {"SETSMART_BASE_URL": elsewhere.base_url}
    damaged.declare(program(4))
    assert_damage_reported(damaged.fail("preview", *QUIET, **there))
    assert_damage_reported(damaged.fail("refresh", "--yes", "--skip-preview", *QUIET, **there))
    assert_damage_reported(damaged.fail("up", *WITHOUT_REFRESH, **there))
    assert_damage_reported(damaged.fail("destroy", *WITHOUT_REFRESH, **there))
    assert ids_in(damaged) == ids
    assert elsewhere.sandbox.storage.objects(PROPERTIES) == []
    assert elsewhere.requests("POST", "PUT") == []
    assert account.writes() == written
    printed = messages("\n".join(damaged.printed))
    for name in DAMAGED:
        existing = (f"({ids[name]})", "__setsmart", f'existing_id="{ids[name]}"')
        assert message(MessageCode.DAMAGED_METADATA, *existing) in printed
    newer = (f"({ids['newer']})", "__setsmart", 99, "pulumi-setsmart", "7.1")
    assert message(MessageCode.NEWER_METADATA, *newer) in printed
    for name in MISSING:  # Pulumi drops a null
        assert message(MessageCode.UNKNOWN_ACCOUNT, ids[name], elsewhere.base_url) in printed
    elsewhere_only = message(MessageCode.NOT_IN_THIS_ACCOUNT, ids["whole"], elsewhere.base_url)
    assert elsewhere_only in printed

    damaged.declare(program(3))
    assert_damage_reported(damaged.fail("up", *WITHOUT_REFRESH))
    for resource in damaged.export()["deployment"]["resources"]:
        name = resource["urn"].rpartition("::")[2]
        if name in EDITS and name not in MISSING:  # a refresh is enough for those
            damaged.succeed("state", "delete", resource["urn"], "--yes", *QUIET[:-1])
    lost = {name: ids[name] for name in EDITS if name not in MISSING}
    damaged.declare(program(3, lost))
    damaged.up()
    assert ids_in(damaged) == ids
    assert account.writes() == written
    damaged.declare(program(3))
    damaged.up()
    damaged.assert_clean()
    assert account.writes() == written


def test_what_is_taken_out_of_the_state_can_be_adopted_again(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """While the damage is there, adoption stops with a message and leaves the state as it is."""
    for name in ("Villa", "Loft"):
        account.sandbox.storage.insert(PROPERTIES, {"name": name})
    adopt = ("adopt", "--stack", "test")
    assert stack.command(*adopt).returncode == 0
    ids = ids_in(stack)
    damage(stack, {"portfolio-villa": EDITS["garbled"]})
    stopped = stack.command(*adopt)
    assert stopped.returncode != 0
    damaged = message(MessageCode.DAMAGED_METADATA, "stack test", "__setsmart")
    assert stopped.stderr.strip() == damaged
    assert f"[{MessageCode.PULUMI_FAILED}]" not in stopped.stderr
    assert ids_in(stack) == ids
    stack.succeed("state", "delete", stack.resource("portfolio-villa")["urn"], "--yes", *QUIET[:-1])
    assert stack.command(*adopt).returncode == 0
    assert ids_in(stack) == ids
    stack.assert_clean()
    assert account.writes() == []
