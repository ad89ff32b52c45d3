"""Secrets that Pulumi's transforms add without the provider's knowledge are hidden as well."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import QUIET, EngineStack, messages
from support.messages import message

from pulumi_setsmart.lifecycle.state_metadata import digest
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES

OLD, NEW = "pulumi.ResourceTransformationResult", "pulumi.ResourceTransformResult"
STYLES = {
    "stack transformation": (OLD, "pulumi.runtime.register_stack_transformation(bring_in)", ""),
    "transforms of a resource": (NEW, "", "transforms=[bring_in]"),
}
PROGRAM = """
from pulumi_setsmart import Portfolio, Property, load_portfolio

def hush(word):
    return pulumi.Output.secret(f" canary-{{word}}  1 ")

BROUGHT_IN = {{
    "added": lambda props: {{**props, "attributes": {{"code": hush("added")}}}},
    "replaced": lambda props: {{**props, "attributes": {{"code": hush("replaced")}}}},
    "listed": lambda props: {{**props, "attributes": {{"doors": [{{"code": hush("listed")}}]}}}},
    "all-villa": lambda props: {{**props, "address": hush("villa")}},
    "renamed": lambda props: {{**props, "name": " Hidden  Title "}},
}}

def bring_in(args):
    bring = BROUGHT_IN.get(args.name)
    return bring and {result}(bring(dict(args.props)), args.opts)

{register}
options = {{"opts": pulumi.ResourceOptions({option})}}
adopts = {{"if_exists": "adopt", **options}}
Property("added", name="Added", **adopts)
Property("replaced", name="Replaced", attributes={{"code": "plain"}}, **adopts)
Property("listed", name="Listed", attributes={{"doors": [{{"code": "plain"}}]}}, **adopts)
Property("renamed", name="Renamed", **adopts)
code = pulumi.Config().require_secret("code")
Property("configured", name="Configured", attributes={{"code": code}}, if_exists="adopt")
Property(
    "shown",
    name="Shown",
    address=" Hidden  Street ",
    opts=pulumi.ResourceOptions(additional_secret_outputs=["address"]),
)
Portfolio("all", load_portfolio("portfolio.json").properties, **options)
"""
EXISTING = ("Added", "Replaced", "Listed", "Configured")


def declared(style: str) -> str:
    result, register, option = STYLES[style]
    return PROGRAM.format(result=result, register=register, option=option)


def prepared(pulumi: Path, folder: Path, account: EngineSandbox) -> EngineStack:
    """Return a stack whose listings are there already, under codes that are no less secret."""
    for name in EXISTING:
        door: dict[str, Json] = {"code": "canary-existing"}
        account.sandbox.storage.insert(PROPERTIES, {"name": name, **door, "doors": [door]})
    stack = EngineStack.create(pulumi, folder, account.base_url, DEFAULT_KEY)
    stack.succeed("config", "set", "--secret", "code", " canary-configured  1 ")
    villa = {"name": "Villa", "address": "plain"}
    (stack.folder / "portfolio.json").write_text(json.dumps({"properties": {"villa": villa}}))
    return stack


def state_metadata(resource: dict[str, Any]) -> dict[str, Any]:
    """Return a resource's metadata, of a state that shows its secrets."""
    kept: dict[str, Any] = json.loads(json.loads(resource["outputs"]["__setsmart"]["plaintext"]))
    return kept


@pytest.mark.parametrize("style", STYLES)
def test_secrets_that_a_transform_adds_show_nowhere(
    pulumi: Path, tmp_path: Path, open_account: OpenEngineSandbox, style: str
) -> None:
    """Neither in anything printed nor in the state, nor as a digest next to its salt."""
    account = open_account(normalise=True)
    stack = prepared(pulumi, tmp_path / "stack", account)
    stack.declare(declared(style))
    preview = stack.preview(SETSMART_LOG="debug")
    assert message(MessageCode.ADOPTED, "code") in messages(preview)
    stack.succeed("preview", "--json", SETSMART_LOG="debug")
    stack.succeed("up", "--yes", *QUIET, "--diff", SETSMART_LOG="debug")
    stack.assert_clean()

    storage = account.sandbox.storage
    for listing in storage.objects(PROPERTIES):
        field = "address" if listing["name"] == "Villa" else "code"
        storage.replace(PROPERTIES, str(listing["id"]), {**listing, field: "canary-theirs"})
    stack.preview(SETSMART_LOG="debug")
    stack.succeed("refresh", "--yes", *QUIET, "--diff", SETSMART_LOG="debug")
    stack.up(SETSMART_LOG="debug")
    stack.assert_clean()

    printed, state = "".join(stack.printed), json.dumps(stack.export())
    shown = json.loads(stack.succeed("stack", "export", "--show-secrets"))
    kept = [
        state_metadata(resource)
        for resource in shown["deployment"]["resources"]
        if resource["type"].endswith("Property")
    ]
    assert "canary" not in printed
    assert "canary" not in state
    for word in ("added", "replaced", "listed", "villa", "configured"):
        stored = [(metadata, digest(metadata["salt"], f"canary-{word} 1")) for metadata in kept]
        assert any(one in entry["echoes"].values() for entry, one in stored), word
        assert not any(one in state for _, one in stored)
    warnings = [line for line in printed.splitlines() if "warning:" in line]
    assert message(MessageCode.VALUE_NORMALISED, "name") in warnings
    assert message(MessageCode.VALUE_NORMALISED, "address") in warnings
    assert not any("Hidden" in line for line in warnings)


def test_ignored_changes_make_no_secret_of_a_value(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Pulumi puts the old value in the place of the new one, which is no change to anything."""
    program = """
    Property("one", name="Villa", bedrooms={}, attributes={{"pool": "{}"}},
        opts=pulumi.ResourceOptions(ignore_changes=["bedrooms", "attributes.pool"]))
    """
    stack.declare(program.format(2, "yes"))
    stack.up()
    stack.declare(program.format(3, "no"))
    stack.assert_clean()
    assert account.writes() == ["POST /properties"]
