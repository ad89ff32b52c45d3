"""Portfolios that a file or a program declares."""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path

from click.testing import CliRunner
from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import QUIET, EngineStack

from pulumi_setsmart import PortfolioArgs, PropertyArgs
from pulumi_setsmart.cli import main
from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES, WEBHOOKS, Json, listings
from pulumi_setsmart.specification.reading import read_portfolio

CSV = """\
resource_name,name,address,bedrooms,bathrooms,max_guests,status
villa,"Sea ""Villa"" 🏖",,3,2.5,6,active
bayit,בית הים,"1 Road, Town",1,1,2,
"""
PROGRAM = """
loaded = load_portfolio("portfolio.csv")
by_hand = {"hook": WebhookSubscriptionArgs(
    url="https://a.example/", events=["a.b"], secret=pulumi.Output.secret("whsec-hush"),
)}
Portfolio("east", loaded.properties, by_hand)
Portfolio("west", {"villa": PropertyArgs(name="West", address=CLEAR)})
"""


def test_several_portfolios_fit_into_one_program(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """From a spreadsheet and by hand; equal keys do not collide, and nothing is left to do."""
    (stack.folder / "portfolio.csv").write_text(CSV)
    stack.declare(PROGRAM)
    stack.up()
    stack.assert_clean()
    listings = {listing["name"]: listing for listing in account.sandbox.storage.objects(PROPERTIES)}
    assert listings.keys() == {'Sea "Villa" 🏖', "בית הים", "West"}
    assert (listings["בית הים"]["address"], listings["בית הים"]["bedrooms"]) == ("1 Road, Town", 1)
    assert len(account.sandbox.storage.objects(WEBHOOKS)) == 1
    assert stack.resource("east-villa")["parent"].endswith("setsmart:index:Portfolio::east")
    assert stack.resource("west-villa")["outputs"]["name"] == "West"
    assert "hush" not in "".join([*stack.printed, str(stack.export())])


def test_a_converted_spreadsheet_arrives_exactly(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Decimal commas, joined addresses and other letters; then a new key, which deletes nothing."""
    sheet, output = stack.folder / "sheet.csv", stack.folder / "portfolio.yaml"
    rows = (
        "Unsere Häuser;;;;;;\r\n\r\nObjekt-ID;Titel;Straße;Ort;Bäder;Max. Gäste;Miete\r\n"
        "7;Haus „Möwe“ 🏖;Am Deich 1;Łeba;1,5;6;1.200,50 €\r\n8;'=Loft;Ring 2;Köln;1;2;90,00 €\r\n"
    )
    sheet.write_text(f"sep=;\r\n{rows}", encoding="utf-16", newline="")
    maps = ("--map", "Straße+Ort=address", "--map", "Miete=attributes.rent:number")
    command = ["convert", str(sheet), "--output", str(output)]
    CliRunner().invoke(main, [*command, *maps], catch_exceptions=False)
    stack.declare('Portfolio("p", load_portfolio("portfolio.yaml").properties)')
    stack.up()
    gull = {"name": "Haus „Möwe“ 🏖", "address": "Am Deich 1, Łeba", "bathrooms": 1.5}
    loft = {"name": "=Loft", "address": "Ring 2, Köln", "bathrooms": 1}
    expected = [
        {**gull, "max_guests": 6, "rent": 1200.5},
        {**loft, "max_guests": 2, "rent": 90},
    ]
    known = {*expected[0]}
    stored = [
        {name: value for name, value in each.items() if name in known}
        for each in account.sandbox.storage.objects(PROPERTIES)
    ]
    assert sorted(stored, key=lambda each: str(each["name"])) == expected[::-1]
    ids = {each["id"] for each in account.sandbox.storage.objects(PROPERTIES)}
    sheet.write_text(
        rows.replace(";Miete", ";Miete;Code").replace("€\r\n", "€;{}\r\n").format("A1", "B2")
    )
    result = CliRunner().invoke(main, [*command, "--update", "--key", "Code"])
    assert result.exit_code == 0, result.output
    writes = account.writes()
    stack.up()
    assert {each["id"] for each in account.sandbox.storage.objects(PROPERTIES)} == ids
    assert account.writes() == writes
    assert stack.resource("p-A1")["outputs"]["name"] == gull["name"]


def test_renaming_with_an_alias_costs_no_write(stack: EngineStack, account: EngineSandbox) -> None:
    """Neither into a portfolio nor under another name: the listing is the same."""
    stack.declare('Property("villa", name="Villa", bedrooms=3)')
    stack.up()
    writes = account.writes()
    stack.declare(
        """
        root = pulumi.Alias(name="villa", parent=pulumi.ROOT_STACK_RESOURCE)
        Property("sea-villa", name="Villa", bedrooms=3, opts=pulumi.ResourceOptions(aliases=[root]))
        """
    )
    stack.up()
    assert stack.resource("sea-villa")["id"] == "prop_1"
    stack.assert_clean()
    assert account.writes() == writes
    stack.succeed("destroy", "--yes", "--skip-preview", *QUIET)
    assert account.sandbox.storage.objects(PROPERTIES) == []


def test_an_exported_account_is_adopted_and_replicated(
    stack: EngineStack,
    account: EngineSandbox,
    open_account: OpenEngineSandbox,
    pulumi: Path,
    tmp_path: Path,
) -> None:
    """Into its own stack without a write, into an empty account as the same portfolio."""
    storage = account.sandbox.storage
    storage.insert_all(PROPERTIES, islice(listings(), 12))
    odd: dict[str, Json] = {"name": 'Sea "Villa" 🏖 בית', "address": "", "status": "draft"}
    storage.insert(PROPERTIES, {**odd, "more": [None, {"a": 1}]})
    hook: dict[str, Json] = {"url": "https://a.example/", "events": ["b.b", "a.a"]}
    storage.insert(WEBHOOKS, {**hook, "status": "active"})
    exported = export(account, stack.folder / "portfolio.yaml")
    stack.declare(
        'loaded = load_portfolio("portfolio.yaml")\n'
        'Portfolio("portfolio", loaded.properties, loaded.webhooks)'
    )
    stack.succeed("config", "set", "setsmart:ifExists", "adopt")
    stack.up()
    stack.assert_clean()
    assert account.writes() == []

    empty = open_account()
    replica = EngineStack.create(pulumi, tmp_path / "replica", empty.base_url, DEFAULT_KEY)
    for name in ("portfolio.yaml", "__main__.py"):
        shutil.copy(stack.folder / name, replica.folder)
    replica.up()
    replica.assert_clean()
    again = export(empty, tmp_path / "again.yaml")
    ours, theirs = read_portfolio(exported), read_portfolio(again)
    assert by_name(theirs) == by_name(ours)
    assert theirs.webhooks == ours.webhooks


def export(account: EngineSandbox, path: Path) -> Path:
    """Export an account to a file."""
    environment = {"SETSMART_BASE_URL": account.base_url, "SETSMART_API_KEY": DEFAULT_KEY}
    result = CliRunner().invoke(main, ["export", "--env", "--output", str(path)], env=environment)
    assert (result.exit_code, result.output) == (0, f"wrote {path}\n")
    return path


def by_name(portfolio: PortfolioArgs) -> list[PropertyArgs]:
    """Return the listings of a portfolio in one order; the engine creates them in any."""
    return sorted(portfolio.properties.values(), key=lambda one: (one.name, str(one.address)))
