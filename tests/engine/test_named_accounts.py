"""Several accounts in one program, each with a name."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import QUIET, EngineStack, messages
from support.interface import BOTH_INTERFACES, NATIVE, Interface
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES, ApiKey

TYPE = "setsmart:index:Property"
IMPORT = ("--yes", "--generate-code=false", "--protect=false", *QUIET)
KEYS = {"eu": "key-of-eu-4711", "us-east": "key-of-us-0815"}


@pytest.fixture
def accounts(open_account: OpenEngineSandbox) -> dict[str, EngineSandbox]:
    """An account for each name, with a key of its own."""
    return {name: open_account(ApiKey(key)) for name, key in KEYS.items()}


@pytest.fixture
def stack(
    pulumi: Path, tmp_path: Path, accounts: dict[str, EngineSandbox], interface: Interface
) -> EngineStack:
    """A stack that knows one of them from its configuration, the other from the environment."""
    stack = EngineStack.create(pulumi, tmp_path / "stack", base_url="", key="", interface=interface)
    path = "setsmart:accounts.eu"
    stack.succeed("config", "set", "--secret", "--path", f"{path}.apiKey", KEYS["eu"])
    stack.succeed("config", "set", "--path", f"{path}.baseUrl", accounts["eu"].base_url)
    stack.environment["SETSMART_US_EAST_API_KEY"] = KEYS["us-east"]
    stack.environment["SETSMART_US_EAST_BASE_URL"] = accounts["us-east"].base_url
    return stack


def names(account: EngineSandbox) -> list[object]:
    """Return the names of an account's listings."""
    return [listing["name"] for listing in account.sandbox.storage.objects(PROPERTIES)]


def test_each_resource_has_its_account(
    stack: EngineStack, accounts: dict[str, EngineSandbox]
) -> None:
    """Moving one creates it there and deletes it here; no key gets into the state."""
    program = """
        villa = Property("villa", name="Villa", account="eu")
        Property("twin", name="Villa", account="us-east")
        ApiObject("rule", path="/pricing-rules", body={{"a": 1}}, account="us-east")
        Portfolio("p", {{"loft": PropertyArgs(name="Loft")}}, account={moves!r})
        pulumi.export("read", Property.get("read", villa.id, account="eu").name)
        pulumi.export("number", len(list_properties(account="eu")))
        """
    stack.declare(program.format(moves="eu"))
    stack.up()
    stack.assert_nothing_to_do()
    assert sorted(names(accounts["eu"]), key=str) == ["Loft", "Villa"]
    assert names(accounts["us-east"]) == ["Villa"]
    assert "POST /pricing-rules" in accounts["us-east"].writes()

    stack.declare(program.format(moves="us-east"))
    preview = stack.preview()
    assert "1 to replace" in preview
    assert '~ account: "eu" => "us-east"' in preview
    stack.up()
    stack.assert_nothing_to_do()
    assert names(accounts["eu"]) == ["Villa"]
    assert sorted(names(accounts["us-east"]), key=str) == ["Loft", "Villa"]
    assert stack.command("compare", "account:eu@test", "account:us-east").returncode == 1
    stack.succeed("destroy", "--yes", "--skip-preview", *QUIET)
    assert names(accounts["eu"]) == names(accounts["us-east"]) == []
    everything = "".join([*stack.printed, str(stack.export())])
    assert not any(key in everything for key in KEYS.values())


@BOTH_INTERFACES
def test_an_account_that_is_not_configured_is_one_line(stack: EngineStack) -> None:
    """Its key is gone from the configuration, but its listings are in the state."""
    stack.declare('Property("villa", name="Villa", account="us-east")')
    stack.up()
    [error] = stack.fail("preview", *QUIET, SETSMART_US_EAST_API_KEY="").errors
    assert error == message(
        MessageCode.MISSING_KEY,
        '"Villa" (prop_1)',
        "us-east",
        "`pulumi config set --secret --path setsmart:accounts.us-east.apiKey`",
        "SETSMART_US_EAST_API_KEY",
    )
    stack.declare('Property("villa", name="Villa", account="u s")')
    [error] = stack.fail("preview", "--refresh=false", *QUIET).errors
    assert error == message(MessageCode.INVALID_VALUE, "account:")


def test_a_plain_text_key_of_an_account_is_rejected(stack: EngineStack) -> None:
    """It would be stored in the state."""
    stack.succeed("config", "rm", "setsmart:accounts")
    stack.succeed(
        "config", "set", "--path", "setsmart:accounts.eu.apiKey", KEYS["eu"], "--plaintext"
    )
    stack.declare('Property("villa", name="Villa", account="eu")')
    plaintext = message(MessageCode.PLAINTEXT_KEY, "setsmart:accounts")
    assert plaintext in messages(stack.fail("preview", *QUIET).output)


@BOTH_INTERFACES
def test_two_names_of_one_account_share_no_listing(
    stack: EngineStack, accounts: dict[str, EngineSandbox]
) -> None:
    """A listing that a resource manages cannot be adopted under another name of its account."""
    stack.environment["SETSMART_EU2_API_KEY"] = KEYS["eu"]
    stack.environment["SETSMART_EU2_BASE_URL"] = accounts["eu"].base_url
    stack.declare('Property("villa", name="Villa", account="eu")')
    stack.up()
    stack.declare(
        """
        Property("villa", name="Villa", account="eu")
        Property("other", name="Villa", account="eu2", existing_id="prop_1")
        """
    )
    [error] = stack.fail("preview", *QUIET).errors
    assert error == message(MessageCode.EXISTING_ID_MANAGED, "existing_id", "prop_1")
    assert accounts["eu"].writes() == ["POST /properties"]


@pytest.fixture
def native(stack: EngineStack, accounts: dict[str, EngineSandbox]) -> EngineStack:
    """The same for the native plugin, with a listing in each account, and a third account.

    They have the same id. The third account needs no name.
    """
    for name, account in accounts.items():
        account.sandbox.storage.insert(PROPERTIES, {"name": f"Villa {name}", "status": "active"})
    native = attrs.evolve(stack, interface=NATIVE)
    (native.folder / "Pulumi.yaml").write_text(NATIVE.project)
    return native


def test_an_import_names_its_account(
    native: EngineStack, accounts: dict[str, EngineSandbox]
) -> None:
    """In one text with the id: by the command, or by the option.

    The option does nothing to a listing that the command has imported.
    """
    native.declare("")
    native.succeed("import", TYPE, "villa", "eu:prop_1", *IMPORT)
    villa = 'Property("villa", name="Villa eu", status="active", account="eu"{})'
    native.declare(villa.format(""))
    native.assert_clean()
    native.up()
    condo = 'Property("condo", name="Condo", account="us-east", opts={}(import_="us-east:prop_1"))'
    native.declare(villa.format("") + "\n" + condo.format("pulumi.ResourceOptions"))
    native.up()
    native.assert_clean()
    assert native.resource("condo")["id"] == "prop_1"
    assert (names(accounts["eu"]), names(accounts["us-east"])) == (["Villa eu"], ["Condo"])
    option = ', opts=pulumi.ResourceOptions(import_="eu:prop_1")'
    native.declare(villa.format(option) + "\n" + condo.format("pulumi.ResourceOptions"))
    [error] = native.fail("up", "--yes", "--skip-preview", *QUIET).errors
    assert error.partition("error: ")[2] == message(
        MessageCode.EXISTING_ID_CHANGED, "prop_1", "option import"
    )
    assert accounts["eu"].writes() == []
    assert accounts["us-east"].writes() == ["PUT /properties/prop_1"]


def test_an_import_that_names_no_account_is_one_line(
    native: EngineStack, accounts: dict[str, EngineSandbox], open_account: OpenEngineSandbox
) -> None:
    """Whether the account without a name is missing, has no such listing, or has one."""
    program = """
        Property("villa", name="Villa eu", account="eu",
                 opts=pulumi.ResourceOptions(import_="prop_1"))
        """
    native.declare(program)

    def assert_refused(*facts: object) -> None:
        for command in (("preview",), ("up", "--yes", "--skip-preview")):
            [error] = native.fail(*command, *QUIET).errors
            assert error == message(MessageCode.PLACE_OF_IMPORT, "prop_1", *facts)

    assert_refused("account without a name", "eu:prop_1")
    other = open_account(ApiKey("key-without-a-name"))
    native.environment["SETSMART_API_KEY"] = "key-without-a-name"
    native.environment["SETSMART_BASE_URL"] = other.base_url
    assert_refused("account without a name", "eu:prop_1")
    finished = native.fail("import", TYPE, "villa", "prop_1", *IMPORT)
    assert message(MessageCode.PLACE_OF_IMPORT, "eu:prop_1") in messages(finished.output)
    other.sandbox.storage.insert(PROPERTIES, {"name": "Villa eu", "status": "active"})
    assert_refused("account", "none", '"eu"', "eu:prop_1")
    native.declare(program.replace('account="eu",', "").replace("prop_1", "eu:prop_1"))
    assert_refused("account", '"eu"', "none")
    assert [each.writes() for each in (other, *accounts.values())] == [[], [], []]
