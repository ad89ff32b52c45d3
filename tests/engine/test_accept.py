"""`accept` with the real engine: the next preview is clean."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES

PORTFOLIO = """\
# Our houses
properties:
  villa: # the big one
    name: "Sea Villa"
    address: 1 Sea Road
    bedrooms: 3 # with a view
    status: active
    attributes:
      amenities:
        - wifi # fast
        - pool
      house_rules: {pets: true, smoking: false}

  loft:
    name: 'Loft'
    max_guests: 2
    address: 2 Quay Street
  hut:
    name: Hut
"""
ACCEPTED = """\
# Our houses
properties:
  villa: # the big one
    name: "Sea Villa, renovated"
    address: null
    bedrooms: 4 # with a view
    status: active
    attributes:
      amenities:
        - wifi # fast
        - sauna
        - pool
      house_rules: {pets: false, smoking: false}

  loft:
    name: 'Loft'
    max_guests: 5
    address: 2 Quay Street
  hut:
    name: Hut
"""
PROGRAM = """
portfolio = load_portfolio("portfolio.yaml")
Portfolio("portfolio", portfolio.properties)
"""


def change(account: EngineSandbox, title: str, /, **fields: Any) -> None:
    """Change a listing in the account, as a person does on SetSmart's own pages."""
    storage = account.sandbox.storage
    [listing] = [each for each in storage.objects(PROPERTIES) if each["name"] == title]
    storage.replace(PROPERTIES, str(listing["id"]), {**listing, **fields})


def test_what_is_accepted_is_clean_in_the_next_preview(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """After `accept --yes`; a field that the file changed too stays until its key is named."""
    file = stack.folder / "portfolio.yaml"
    file.write_text(PORTFOLIO)
    stack.declare(PROGRAM)
    stack.up()
    change(
        account,
        "Sea Villa",
        name="Sea Villa, renovated",
        bedrooms=4,
        address=None,
        amenities=["wifi", "sauna", "pool"],
        house_rules={"pets": False, "smoking": False},
        undeclared="x",
    )
    change(account, "Loft", max_guests=5)
    file.write_text(PORTFOLIO.replace("max_guests: 2", "max_guests: 3"))

    shown = stack.command("accept", "--dry-run")
    assert file.read_text() == PORTFOLIO.replace("max_guests: 2", "max_guests: 3")
    accepted = stack.command("accept", "--yes", "--json")
    assert (shown.returncode, accepted.returncode) == (1, 1)
    both = message(MessageCode.CHANGED_IN_BOTH, "Loft", "max_guests", 3, 5, "accept loft")
    assert shown.stderr == both
    assert accepted.stderr == both
    result = json.loads(accepted.stdout)
    assert {field["field"] for field in result["accepted"]} == {
        "name",
        "address",
        "bedrooms",
        "amenities",
        "house_rules.pets",
    }
    named = stack.command("accept", "loft", "--yes")
    assert (named.returncode, named.stderr) == (0, ""), named
    assert file.read_text() == ACCEPTED

    stack.assert_nothing_to_do()
    again = stack.command("accept", "--yes")
    assert (again.returncode, again.stderr, file.read_text()) == (0, "", ACCEPTED)
    stack.up()
    stack.assert_clean()
    assert stack.resource("portfolio-villa")["outputs"]["bedrooms"] == 4


ROOMS = [{"kind": "king", "beds": 1}, {"kind": "twin", "beds": 2}]
FILES = {
    "portfolio.yaml": (
        (
            "properties:\n  villa:\n    name: Villa\n    address: 1 Sea Road # ours\n"
            "    attributes:\n      note: old\n      rooms:\n"
            "        - kind: king # upstairs\n          beds: 1\n"
        ),
        (
            "properties:\n  villa:\n    name: Villa\n    address: null # ours\n"
            "    attributes:\n      note: null\n      rooms:\n"
            "        - kind: king # upstairs\n          beds: 1\n"
            "        - kind: twin\n          beds: 2\n"
        ),
    ),
    "listings.csv": (
        (
            "resource_name,name,address,attributes.note,attributes.rooms:json\n"
            'villa,Villa,"1, Sea Road",old,"[{""kind"": ""king"", ""beds"": 1}]"\n'
        ),
        (
            "resource_name,name,address,attributes.note,attributes.rooms:json\n"
            'villa,Villa,,,"[{""kind"": ""king"", ""beds"": 1}, '
            '{""kind"": ""twin"", ""beds"": 2}]"\n'
        ),
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_emptied_fields_and_grown_lists_are_clean_in_the_next_preview(
    stack: EngineStack, account: EngineSandbox, name: str
) -> None:
    """An empty cell declares nothing, and a list has an element more: no update is left to do."""
    before, after = FILES[name]
    file = stack.folder / name
    file.write_text(before)
    stack.declare(PROGRAM.replace("portfolio.yaml", name))
    stack.up()
    for round_, rooms in enumerate(([{**ROOMS[0], "id": 1}, {**ROOMS[1], "id": 2}], ROOMS[:1])):
        change(account, "Villa", address=None, note=None, rooms=rooms)
        accepted = stack.command("accept", "--yes", "--file", name)
        assert (accepted.returncode, accepted.stderr) == (0, ""), accepted
        if round_ == 0:
            assert file.read_text() == after
        stack.assert_nothing_to_do()
        writes = account.writes()
        stack.up()
        assert account.writes() == writes
        stack.assert_nothing_to_do()


def test_what_comes_into_an_emptied_cell_is_not_reverted(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """A field that was emptied in SetSmart is no longer declared in CSV."""
    file = stack.folder / "listings.csv"
    file.write_text('resource_name,name,address,bedrooms\nvilla,Villa,"1, Sea Road",3\n')
    stack.declare(PROGRAM.replace("portfolio.yaml", file.name))
    stack.up()
    change(account, "Villa", address=None, bedrooms=4)
    accepted = stack.command("accept", "--yes", "--file", file.name)
    assert (accepted.returncode, accepted.stderr) == (0, ""), accepted
    assert file.read_text() == "resource_name,name,address,bedrooms\nvilla,Villa,,4\n"
    stack.up()
    change(account, "Villa", address="2 Sea Road")
    reported = stack.command("report", "--fail-on", "drift")
    assert (reported.returncode, reported.stderr) == (0, ""), reported
    again = stack.command("accept", "--yes", "--file", file.name)
    assert (again.returncode, again.stderr) == (0, ""), again
    assert file.read_text().endswith("villa,Villa,,4\n")
    writes = account.writes()
    stack.up()
    assert account.writes() == writes
    stack.assert_clean()
