"""`replace_on_changes`: some fields cannot change without another listing."""

from __future__ import annotations

import json

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES

ONE = """
Property(
    "one", name={name!r}, bedrooms={bedrooms},
    opts=pulumi.ResourceOptions(replace_on_changes=["bedrooms"]),
)
"""


def ids(account: EngineSandbox) -> list[str]:
    """Return the ids of the listings that there are."""
    return [str(listing["id"]) for listing in account.sandbox.storage.objects(PROPERTIES)]


def test_a_named_field_replaces(stack: EngineStack, account: EngineSandbox) -> None:
    """By name, by nested path or all; what changes the state alone never replaces a listing."""
    program = """
        def declare(resource, fields, **change):
            given = {{"name": resource, "bedrooms": 2, "code": 1, **({{}} if {first} else change)}}
            code = given.pop("code")
            Property(
                resource,
                attributes={{"door": {{"code": pulumi.Output.secret(code), "side": "left"}}}},
                opts=pulumi.ResourceOptions(replace_on_changes=fields), **given,
            )

        declare("by-name", ["bedrooms"], bedrooms=3)
        declare("another", ["bedrooms"], name="Loft")
        declare("nested", ["attributes.door.code"], code=2)
        declare("beside", ["attributes.door.side"], code=2)
        declare("all", ["*"], name="Barn")
        declare("state", ["*"], deletion_policy="deactivate")
        """
    stack.declare(program.format(first=True))
    stack.up()
    stack.assert_clean()
    before = ids(account)
    stack.declare(program.format(first=False))
    preview = stack.preview()
    assert "3 to replace" in preview, preview
    assert "3 to update" in preview, preview
    assert "__" not in preview
    assert "~ bedrooms: 2 => 3" in preview
    stack.up()
    numbers = {
        resource["urn"].rsplit("::", 1)[-1]: resource.get("id")
        for resource in stack.export()["deployment"]["resources"]
    }
    replaced = {
        name for name, id_ in numbers.items() if id_ and id_ in set(ids(account)) - {*before}
    }
    assert replaced == {"by-name", "nested", "all"}
    assert len(ids(account)) == 6
    stack.assert_clean()


@pytest.mark.parametrize("refresh", ["true", "false"], ids=["refreshed", "not refreshed"])
def test_a_replacement_never_adopts_what_it_replaces(
    stack: EngineStack, account: EngineSandbox, refresh: str
) -> None:
    """It has the same name, and would be deleted at the end of the run."""
    program = """
        for policy in ("error", "adopt", "create"):
            for first in (True, False):
                Property(
                    f"{{policy}}-{{first}}", name=f"{{policy}} {{first}}", bedrooms={},
                    if_exists=policy,
                    opts=pulumi.ResourceOptions(
                        replace_on_changes=["bedrooms"], delete_before_replace=first,
                    ),
                )
        """
    stack.declare(program.format(2))
    stack.up()
    before = {*ids(account)}
    stack.declare(program.format(3))
    stack.up(PULUMI_OPTION_REFRESH=refresh)
    listings = account.sandbox.storage.objects(PROPERTIES)
    assert [listing["bedrooms"] for listing in listings] == [3] * 6
    assert not before & {*ids(account)}
    stack.assert_clean()


def test_drift_in_such_a_field_is_reported_as_a_loss(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """The report ranks it as a deletion, and `setsmart:maxDeletions` counts it."""
    stack.declare(ONE.format(name="Villa", bedrooms=2))
    stack.up()
    storage = account.sandbox.storage
    storage.replace(PROPERTIES, "prop_1", {**storage.get(PROPERTIES, "prop_1"), "bedrooms": 9})
    preview = stack.preview()
    assert "1 to replace" in preview
    assert "bedrooms: 9 => 2" in preview
    (stack.folder / "preview.json").write_text(stack.succeed("preview", "--json", *QUIET))
    report = stack.command("report", "--format", "json", "--fail-on", "delete", "preview.json")
    assert report.returncode == 1, report.stderr
    [entry] = json.loads(report.stdout)["entries"]
    assert (entry["action"], entry["drift"]) == ("replace", True)
    stack.succeed("config", "set", "setsmart:maxDeletions", "0")
    errors = stack.fail("up", "--yes", "--skip-preview", *QUIET).errors
    assert errors[0] == message(MessageCode.DELETION_LIMIT, "setsmart:maxDeletions")
    assert "prop_1" in ids(account)


@pytest.mark.parametrize("policy", ["error", "adopt"])
def test_a_replacement_without_a_refresh_loses_nothing(
    stack: EngineStack, account: EngineSandbox, policy: str
) -> None:
    """`--replace` without a refresh: the listing is not adopted and then deleted."""
    stack.succeed("config", "set", "setsmart:ifExists", policy)
    stack.declare(ONE.format(name="Villa", bedrooms=2))
    stack.up()
    urn = stack.resource("one")["urn"]
    finished = stack.run(
        "up", "--yes", "--skip-preview", "--replace", urn, *QUIET, PULUMI_OPTION_REFRESH="false"
    )
    assert "Traceback" not in finished.output
    assert ids(account), finished.output
    stack.assert_clean()
