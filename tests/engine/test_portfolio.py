"""A portfolio that a file or a program declares as a whole."""

from __future__ import annotations

from engine_account import Account
from engine_stack import QUIET, EngineStack

from pulumi_setsmart.sandbox import PROPERTIES, WEBHOOKS

CSV = """\
resource_name,name,address,bedrooms,bathrooms,max_guests,status
villa,"Sea ""Villa"" 🏖",,3,2.5,6,active
bayit,בית הים,"1 Road, Town",1,1,2,
"""
PROGRAM = """
loaded = load_portfolio("portfolio.csv")
by_hand = {"hook": WebhookSpecification(
    url="https://a.example/", events=["a.b"], secret=pulumi.Output.secret("whsec-hush"),
)}
Portfolio("east", loaded.properties, by_hand)
Portfolio("west", {"villa": PropertySpecification(name="West", address=CLEAR)})
"""


def test_several_portfolios_fit_into_one_program(stack: EngineStack, account: Account) -> None:
    """From a spreadsheet and by hand; equal keys do not collide, and nothing is left to do."""
    (stack.folder / "portfolio.csv").write_text(CSV)
    stack.declare(PROGRAM)
    stack.up()
    stack.assert_clean()
    listings = {one["name"]: one for one in account.sandbox.storage.objects(PROPERTIES)}
    assert listings.keys() == {'Sea "Villa" 🏖', "בית הים", "West"}
    assert (listings["בית הים"]["address"], listings["בית הים"]["bedrooms"]) == ("1 Road, Town", 1)
    assert len(account.sandbox.storage.objects(WEBHOOKS)) == 1
    assert stack.resource("east-villa")["parent"].endswith("setsmart:index:Portfolio::east")
    assert stack.resource("west-villa")["outputs"]["name"] == "West"
    assert "hush" not in "".join([*stack.printed, str(stack.export())])


def test_renaming_with_an_alias_costs_no_write(stack: EngineStack, account: Account) -> None:
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
