"""Several stacks share an account: each takes its part, and none proposes what another manages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES

CITIES = {"prop_1": "Lisbon", "prop_2": "Lisbon", "prop_3": "Porto", "prop_4": "Faro"}


def adopt(stack: EngineStack, into: str, *arguments: str) -> dict[str, Any]:
    """Adopt into one of the stacks, and return the result that the command prints."""
    finished = stack.command("adopt", "--stack", into, "--json", *arguments)
    assert finished.returncode == 0, finished.stderr
    result: dict[str, Any] = json.loads(finished.stdout)
    assert result["proof"] == {"changes": {}, "others": 0, "kept": True}
    return result


def codes(result: dict[str, Any]) -> list[str]:
    """Return the codes of what the command says."""
    return [notice["code"] for notice in result["notices"]]


@pytest.mark.parametrize("file", ["portfolio.yaml", "listings.csv"])
def test_each_stack_adopts_its_part(stack: EngineStack, account: EngineSandbox, file: str) -> None:
    """In one file, whose entries name the stacks; an edited address moves nothing."""
    storage = account.sandbox.storage
    for city in CITIES.values():
        storage.insert(PROPERTIES, {"name": "Villa", "address": f"1 Road, {city}"})
    for name in ("lisbon", "porto"):
        stack.succeed("stack", "init", name)
    lisbon = adopt(stack, "lisbon", "--file", file, "--only", "address~LISBON")
    assert lisbon["new"] == {"portfolio-villa": "prop_1", "portfolio-villa-2": "prop_2"}
    assert (lisbon["unselected"], codes(lisbon)) == (2, [])
    porto = adopt(stack, "porto", "--file", file, "--only", "address=1 Road, Porto")
    assert porto["new"] == {"portfolio-villa-3": "prop_3"}
    assert (porto["elsewhere"], porto["unselected"]) == (2, 1)

    edited = storage.objects(PROPERTIES)[1]
    storage.replace(PROPERTIES, "prop_2", {**edited, "address": "1 Road, Porto"})
    stack.succeed("up", "--yes", "--skip-preview", "--stack", "lisbon", *QUIET)
    assert storage.objects(PROPERTIES)[1]["address"] == "1 Road, Lisbon"
    before = (stack.folder / file).read_text()
    for into, others in (("lisbon", 1), ("porto", 2)):
        again = adopt(stack, into, "--file", file)
        assert (again["new"], again["elsewhere"], len(again["unassigned"])) == ({}, others, 1)
        assert "prop_4" in again["unassigned"][0]
        assert codes(again) == [MessageCode.OTHER_STACK, MessageCode.UNASSIGNED]
    assert (stack.folder / file).read_text() == before

    changed = before.replace("porto", "lisbon")
    (stack.folder / file).write_text(changed)
    moved = stack.command("adopt", "--stack", "lisbon", "--file", file)
    assert moved.stderr.strip() == message(MessageCode.OTHER_STACK, "villa-3", "prop_3", "porto")
    left = stack.command("adopt", "--stack", "porto", "--file", file)
    assert left.stderr.strip() == message(MessageCode.OTHER_STACK, "villa-3", "prop_3", "lisbon")
    assert (stack.folder / file).read_text() == changed
    assert {str(each["id"]) for each in storage.objects(PROPERTIES)} == CITIES.keys()
