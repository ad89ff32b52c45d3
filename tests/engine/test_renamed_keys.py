"""Keys that change: with the real engine, nothing is deleted unless a preview has shown it."""

from __future__ import annotations

import json

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack, messages
from support.interface import BOTH_INTERFACES, NATIVE
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.reporting.plan_limit import stopped_deletions
from pulumi_setsmart.reporting.preview import read_preview
from pulumi_setsmart.sandbox import PROPERTIES

YAML = """\
properties:
  {}: {{name: Villa, address: 1 Road{}}}
  loft: {{name: Loft}}
"""
CSV = """\
resource_name,name,address,formerly
{},Villa,1 Road,{}
loft,Loft,,
"""
PROGRAM = 'Portfolio("fleet", load_portfolio("portfolio.{}").properties)'
FORMATS = {
    "yaml": lambda key, former: YAML.format(key, f", formerly: {former}" if former else ""),
    "json": lambda key, former: json.dumps(
        {
            "properties": {
                key: {"name": "Villa", "address": "1 Road", "formerly": [former] if former else []},
                "loft": {"name": "Loft"},
            }
        }
    ),
    "csv": lambda key, former: CSV.format(key, f"{former}; older" if former else ""),
}


@pytest.mark.parametrize("ending", FORMATS)
def test_a_renamed_row_stops_and_formerly_keeps_its_listing(
    ending: str, stack: EngineStack, account: EngineSandbox
) -> None:
    """The preview writes nothing and names the way out; with it, nothing at all is sent."""
    file = stack.folder / f"portfolio.{ending}"
    stack.declare(PROGRAM.format(ending))
    file.write_text(FORMATS[ending]("villa-1", ""))
    stack.up()
    identifier = stack.resource("fleet-villa-1")["id"]
    writes = account.writes()

    file.write_text(FORMATS[ending]("villa-2", ""))
    facts = (identifier, "name and address", "fleet-villa-1", "`formerly: villa-1`")
    refused = message(MessageCode.RENAMED_KEY, *facts, "the entry villa-2;")
    assert messages_of(stack, "preview") == [refused]
    assert messages_of(stack, "up", "--yes", "--skip-preview") == [refused]

    file.write_text(FORMATS[ending]("villa-2", "villa-1"))
    stack.up()
    file.write_text(FORMATS[ending]("villa-2", ""))
    stack.assert_clean()
    assert stack.resource("fleet-villa-2")["id"] == identifier
    assert account.writes() == writes


def test_entries_move_between_portfolios_and_out_of_a_program(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Each keeps its listing, and a real twin gets one of its own."""
    stack.declare(
        """
        Portfolio("north", {"villa": PropertyArgs(name="Villa")})
        Property("loft", name="Loft")
        """
    )
    stack.up()
    ids = [stack.resource(name)["id"] for name in ("north-villa", "loft")]
    writes = account.writes()
    south = """
        Portfolio("north", {{}})
        Portfolio("south", {{
            "villa": PropertyArgs(name="Villa"{}),
            "loft-2": PropertyArgs(name="Loft"{}),
        }})
        """
    stack.declare(south.format("", ""))
    villa = message(MessageCode.RENAMED_KEY, ids[0], "`formerly: north-villa`")
    loft = message(MessageCode.RENAMED_KEY, ids[1], "`formerly: loft`")
    assert all(each in (villa, loft) for each in messages_of(stack, "preview"))
    stack.declare(south.format(', formerly="north-villa"', ', formerly=["loft"]'))
    stack.up()
    stack.assert_clean()
    assert [stack.resource(name)["id"] for name in ("south-villa", "south-loft-2")] == ids
    assert account.writes() == writes

    twin = """
        Property("a", name="Villa"{})
        """
    stack.declare(south.format("", "") + twin.format(""))
    alias = 'pulumi.Alias(name="south-villa", parent=…)'
    [refused] = messages_of(stack, "preview")
    assert refused == message(MessageCode.RENAMED_KEY, ids[0], "south-villa", alias)
    stack.declare(south.format("", "") + twin.format(', if_exists="create"'))
    stack.up()
    stack.assert_clean()
    assert len(account.sandbox.storage.objects(PROPERTIES)) == 3


def test_without_a_refresh_the_deletion_is_the_second_line(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """The new key comes first and knows nothing of the old resource, which is deleted last."""
    program = 'Property("villa-{}", name="Villa", bedrooms=3)'
    stack.declare(program.format(1))
    stack.up()
    writes = account.writes()
    without = ("up", "--yes", *QUIET, "--refresh=false")

    stack.declare(program.format(2))
    [refused] = messages_of(stack, *without[:2], "--refresh=false", "--continue-on-error")
    assert refused == message(MessageCode.ALREADY_EXISTS, "prop_1")

    stack.succeed("config", "set", "setsmart:ifExists", "adopt")
    adopted = messages(stack.succeed(*without))
    skipped = message(MessageCode.DELETION_SKIPPED, "prop_1")
    assert message(MessageCode.ADOPTED, "prop_1") in adopted
    assert skipped in adopted
    stack.assert_clean()
    assert account.writes() == writes

    stack.succeed("config", "set", "setsmart:ifExists", "create")
    stack.declare(program.format(3))
    stopped = message(MessageCode.DELETION_STOPPED, "prop_1", "villa-3 has", "as villa-2 again")
    assert messages_of(stack, *without[:2], "--refresh=false") == [stopped]
    assert messages_of(stack, "up", "--yes") == [stopped]
    assert listing_ids(account) == ["prop_1", "prop_2"]

    stack.declare(program.format(2))
    stack.succeed(*without)
    stack.assert_clean()
    assert listing_ids(account) == ["prop_1"]

    stack.declare(program.format(3))
    other = message(MessageCode.DELETION_STOPPED, "prop_1", "SETSMART_ALLOW_DELETION=prop_1")
    assert messages_of(stack, *without[:2], "--refresh=false") == [other]
    stack.up(SETSMART_ALLOW_DELETION="prop_1")
    stack.assert_clean()
    assert listing_ids(account) == ["prop_3"]


def test_one_of_two_equal_listings_is_deleted_as_any_other(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """They were created together, or the one that stays was there first; the report agrees."""
    twins = 'for key in "abcd": Property(key, name="Villa")'
    stack.declare(twins)
    stack.up()
    assert len(listing_ids(account)) == 4
    stack.declare(twins.replace("abcd", "bc"))
    text = stack.succeed("preview", "--json", "--refresh")
    assert [*stopped_deletions(read_preview(text), {})] == []
    stack.up()
    stack.declare(twins.replace("abcd", "bc") + '\nProperty("e", name="Villa", if_exists="create")')
    stack.up()
    assert len(listing_ids(account)) == 3
    stack.declare(twins.replace("abcd", "b"))
    stack.up()
    stack.assert_clean()
    assert listing_ids(account) == [stack.resource("b")["id"]]


@BOTH_INTERFACES
def test_shifted_rows_stop_before_anything_is_written(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """A row inserted in the middle of numbered ones; a swap that is meant needs a permission."""
    rows = 'for number, name in enumerate("{}"): Property(f"row-{{number}}", name=name)'
    stack.declare(rows.format("ABC"))
    stack.up()
    before = account.sandbox.storage.objects(PROPERTIES)
    for names in ("AXBC", "AC", "BAC"):
        stack.declare(rows.format(names))
        codes = {str(each).rpartition(" ")[2] for each in messages_of(stack, "preview")}
        assert codes <= {f"[{MessageCode.SHIFTED_ROWS}]", f"[{MessageCode.RENAMED_KEY}]"}
    stack.fail("up", "--yes", "--skip-preview", *QUIET)
    assert account.sandbox.storage.objects(PROPERTIES) == before
    stack.up(SETSMART_ALLOW_SWAPS="true")
    stack.assert_clean()
    after = account.sandbox.storage.objects(PROPERTIES)
    assert [listing["id"] for listing in after] == [listing["id"] for listing in before]
    swapped = {"A": "B", "B": "A", "C": "C"}
    assert [listing["name"] for listing in after] == [
        swapped[str(listing["name"])] for listing in before
    ]


def listing_ids(account: EngineSandbox) -> list[str]:
    """Return the ids of the listings in the account."""
    return [str(listing["id"]) for listing in account.sandbox.storage.objects(PROPERTIES)]


def messages_of(stack: EngineStack, *command: str) -> list[str]:
    """Return the distinct messages of a command that fails."""
    return [*dict.fromkeys(messages(stack.fail(*command, *QUIET).output))]


@pytest.mark.parametrize("interface", [NATIVE], indirect=True)
def test_a_resource_that_was_renamed_in_the_state_alone_is_not_replaced(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """The name in the state counts, and not the one under which it was created."""
    stack.declare('Property("villa", name="Villa")')
    stack.up()
    stack.succeed("state", "rename", stack.resource("villa")["urn"], "house", "--yes")
    for command in (("preview", *QUIET), ("up", "--yes", "--skip-preview", *QUIET)):
        [error] = stack.fail(*command).errors
        assert error == message(MessageCode.RENAMED_KEY, "prop_1", "house")
    assert account.writes() == ["POST /properties"]
    stack.declare('Property("house", name="Villa")')
    stack.up()
    stack.assert_clean()
    assert account.writes() == ["POST /properties"]
