"""`pulumi-setsmart backup` and `restore`: back to what an account was before a bad deployment."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import EngineStack
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES, WEBHOOKS, ApiKey, Json

SECRET = "whsec_c2VjcmV0LW9mLXRoZS1ob29r"
NUMBER = 60
PROGRAM = f"""
Portfolio("portfolio", load_portfolio("portfolio.yaml").properties)
lodge = Property("lodge", name="Lodge", address="9 Hill", attributes={{"pets": {{"cats": True}}}})
Property("loft", name="Loft", attributes={{"door_code": pulumi.Output.secret("4711")}})
WebhookSubscription("hook", url="https://a.example/", events=["a.a"], secret="{SECRET}")
pulumi.export("lodge", lodge.id)
"""


def declare(stack: EngineStack, number: int = NUMBER, **fields: Json) -> None:
    """Declare a number of listings, with other values of fields than they had."""
    listings = {
        f"house-{each}": {
            "name": f"House {each}",
            "address": f"{each} Road",
            "bedrooms": 2,
            "deletion_policy": "deactivate" if each == 3 else "delete",
            "attributes": {"beds": [{"size": "king"}, {"size": "twin"}]},
            **(fields if each < 50 else {}),
        }
        for each in range(number)
    }
    (stack.folder / "portfolio.yaml").write_text(yaml.safe_dump({"properties": listings}))


@pytest.fixture
def stack(stack: EngineStack, account: EngineSandbox) -> EngineStack:
    """A deployed stack, with a backup of its account; people added fields that it leaves alone."""
    stack.declare(PROGRAM)
    declare(stack)
    stack.up()
    storage = account.sandbox.storage
    for listing in storage.objects(PROPERTIES):
        more = {"license": f"L {listing['id']}", "safe": {"pin": 1234, "shelf": 2}}
        storage.replace(PROPERTIES, str(listing["id"]), {**listing, **more})
    storage.insert(PROPERTIES, {"name": "Cabin", "address": "1 Lake", "view": ["lake", "hill"]})
    finished = stack.command("backup", "backup.yaml")
    assert finished.returncode == 0, finished.stderr
    return stack


def objects(account: EngineSandbox, *without: str) -> dict[str, dict[str, Json]]:
    """Return the fields that all objects have, by name or URL, less some."""
    excluded = {"created_at", "updated_at", *without}
    found = [
        *account.sandbox.storage.objects(PROPERTIES),
        *account.sandbox.storage.objects(WEBHOOKS),
    ]
    return {
        str(each.get("name") or each["url"]): without_nulls(
            {name: value for name, value in each.items() if name not in excluded}
        )
        for each in found
    }


def without_nulls(value: Any) -> Any:
    """Return a value without null, which is the same as nothing."""
    match value:
        case dict():
            return {name: without_nulls(each) for name, each in value.items() if each is not None}
        case list():
            return [*map(without_nulls, value)]
    return value


def restore(stack: EngineStack, *options: str) -> subprocess.CompletedProcess[str]:
    """Bring the account back."""
    finished = stack.command("restore", "backup.yaml", *(options or ("--yes",)))
    stack.printed.append(finished.stdout + finished.stderr)
    return finished


def test_fifty_listings_come_back_after_a_bad_deployment(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Every field of each is what it was, and the preview of the old program is clean."""
    before = objects(account)
    declare(
        stack,
        bedrooms=9,
        status="inactive",
        attributes={"beds": [{"size": "sofa", "x": 1}], "y": 1},
    )
    stack.up()
    assert objects(account) != before
    restored = restore(stack)
    assert restored.returncode == 0, restored.stderr
    assert objects(account) == before
    declare(stack)
    stack.assert_clean()


def test_deleted_listings_come_back(stack: EngineStack, account: EngineSandbox) -> None:
    """With new ids, which the state learns; the preview of the old program is clean."""
    before = objects(account, "id", "safe", "door_code")
    declare(stack, NUMBER - 10)
    stack.declare(PROGRAM.replace('Property("loft"', '# Property("loft"'))
    stack.up()
    assert len(objects(account)) == len(before) - 11
    restored = restore(stack)
    assert restored.returncode == 1, restored.stderr
    print(restored.stdout, restored.stderr)
    assert objects(account, "id", "safe", "door_code") == before
    declare(stack)
    stack.declare(PROGRAM)
    print(stack.preview())
    assert 0
