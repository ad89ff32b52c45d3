"""`pulumi-setsmart backup` and `restore`: back to what an account was before a bad deployment."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack
from support.interface import NATIVE
from support.messages import message
from support.saved_fields import saved_fields

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES, WEBHOOKS, Json

SECRET = "whsec_c2VjcmV0LW9mLXRoZS1ob29r"
WHOLE = "all-of-it-is-hidden"
NUMBER = 60
PROGRAM = f"""
Portfolio("portfolio", load_portfolio("portfolio.yaml").properties)
lodge = Property("lodge", name="Lodge", address="9 Hill", attributes={{"pets": {{"cats": True}}}})
Property("loft", name="Loft", attributes={{"door_code": pulumi.Output.secret("4711-0815")}})
Property("vault", name="Vault", attributes=pulumi.Output.secret({{"lock": "{WHOLE}"}}))
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
        more: dict[str, Json] = {"license": f"L {listing['id']}", "safe": {"pin": 1234, "shelf": 2}}
        storage.replace(PROPERTIES, str(listing["id"]), {**listing, **more})
    cabin: dict[str, Json] = {"name": "Cabin", "address": "1 Lake", "view": ["lake", "hill"]}
    storage.insert(PROPERTIES, {**cabin, "status": "active"})
    finished = stack.command("backup", "backup.yaml")
    assert finished.returncode == 0, finished.stderr
    backup = (stack.folder / "backup.yaml").read_text()
    assert [secret for secret in (SECRET, WHOLE, "4711-0815") if secret in backup] == []
    return stack


def objects(account: EngineSandbox, *without: str) -> dict[str, dict[str, Json]]:
    """Return the fields that all objects have, by name or URL, less some."""
    storage = account.sandbox.storage
    found = [*storage.objects(PROPERTIES), *storage.objects(WEBHOOKS)]
    return {str(each.get("name") or each["url"]): each for each in saved_fields(found, *without)}


def restore(stack: EngineStack, *options: str) -> subprocess.CompletedProcess[str]:
    """Bring the account back."""
    finished = stack.command("restore", "backup.yaml", *(options or ("--yes",)))
    stack.printed.append(finished.stdout + finished.stderr)
    return finished


def change(account: EngineSandbox, title: str, **fields: Json) -> None:
    """Change a listing outside Pulumi."""
    storage = account.sandbox.storage
    [listing] = [each for each in storage.objects(PROPERTIES) if each["name"] == title]
    storage.replace(PROPERTIES, str(listing["id"]), {**listing, **fields})


def delete(account: EngineSandbox, title: str) -> None:
    """Delete a listing outside Pulumi."""
    storage = account.sandbox.storage
    [listing] = [each for each in storage.objects(PROPERTIES) if each["name"] == title]
    storage.delete(PROPERTIES, str(listing["id"]))


def test_fifty_listings_come_back_after_a_bad_deployment(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Every field of each is what it was, and the preview of the old program is clean.

    What people changed meanwhile is shown, and a dry run writes nothing.
    """
    before = objects(account)
    declare(stack, bedrooms=9, address="1 Wrong Way", attributes={"beds": [{"size": "sofa"}]})
    stack.up()
    change(account, "Cabin", license="L new", view=["lake"], sold=True)
    change(account, "Loft", license="L new")
    storage = account.sandbox.storage
    [hook] = storage.objects(WEBHOOKS)
    storage.replace(WEBHOOKS, str(hook["id"]), {**hook, "events": ["b.b"]})
    storage.insert(PROPERTIES, {"name": "New", "address": "2 Lake"})
    wrong, writes = objects(account), account.writes()

    assert stack.command("restore", "backup.yaml").returncode == 2
    shown = restore(stack, "--dry-run")
    assert (shown.returncode, account.writes(), objects(account)) == (1, writes, wrong)
    assert message(MessageCode.NOT_IN_BACKUP, 1) == shown.stderr.strip()
    words = [line.split() for line in shown.stdout.splitlines()]
    assert words[-1] == ["53", "changed"]
    start = words.index(["changed", "Cabin", f"({wrong['Cabin']['id']})"])
    assert words[start + 1 : start + 4] == [
        ["license", '"L', 'new"', "→", "empty"],
        ["sold", "true", "→", "empty"],
        ["view", '["lake"]', "→", '["lake",', '"hill"]'],
    ]

    restored = restore(stack)
    assert restored.returncode == 0, restored.stderr
    assert len(account.writes()) == len(writes) + 53
    assert objects(account) == before | {"New": wrong["New"]}
    assert restore(stack).stdout.splitlines() == ["no differences"]
    declare(stack)
    stack.assert_nothing_to_do()
    stack.up()
    assert len(account.writes()) == len(writes) + 53


def test_one_listing_comes_back(stack: EngineStack, account: EngineSandbox) -> None:
    """By its key or its id. What the bad program declared as well goes with the next deployment."""
    before = objects(account)
    declare(stack, status="inactive", attributes={"beds": [{"size": "sofa", "x": 1}], "y": 1})
    stack.up()
    wrong = objects(account)
    identifier = str(wrong["House 7"]["id"])
    restored = restore(stack, "--yes", "--only", "house-4", "--only", identifier)
    assert restored.returncode == 0, restored.stderr
    back = {name: before[name] for name in ("House 4", "House 7")}
    assert objects(account) == wrong | back
    unknown = restore(stack, "--yes", "--only", "house-x")
    assert unknown.returncode == 2
    assert message(MessageCode.NOTHING_FOUND, "house-x") in unknown.stderr.splitlines()
    restore(stack)
    writes = account.writes()
    declare(stack)
    stack.up()
    assert account.writes() == writes
    stack.assert_clean()


def test_deleted_listings_come_back(stack: EngineStack, account: EngineSandbox) -> None:
    """With new ids, which the state learns: the preview of the old program is clean.

    Ten are gone from the state, as a program lost them. One was deleted outside Pulumi, and another
    one was only deactivated. A secret is named, and comes back with the next deployment.
    """
    unequal = ("id", "safe", "door_code")
    before = objects(account, *unequal)
    declare(stack, NUMBER - 10)
    portfolio = yaml.safe_load((stack.folder / "portfolio.yaml").read_text())
    del portfolio["properties"]["house-3"]
    (stack.folder / "portfolio.yaml").write_text(yaml.safe_dump(portfolio))
    stack.declare(PROGRAM.replace('Property("loft"', '# Property("loft"'))
    stack.up()
    delete(account, "Lodge")
    # What a run leaves that was killed after it had created a listing.
    killed = {name: value for name, value in before["House 51"].items() if name != "license"}
    account.sandbox.storage.insert(PROPERTIES, killed)
    assert len(objects(account)) == len(before) - 11
    posts = len(account.requests("POST"))
    restored = restore(stack)
    assert restored.returncode == 1, restored.stderr
    for name in ("door_code", "safe.pin"):
        assert message(MessageCode.SECRET_NOT_RESTORED, name) in restored.stderr.splitlines()
    assert "11 created again" in restored.stdout
    assert len(account.requests("POST")) == posts + 11
    assert objects(account, *unequal) == before
    declare(stack)
    stack.declare(PROGRAM)
    preview = stack.preview()
    assert ("+ door_code: [secret]" in preview, "~ 1 to update" in preview) == (True, True)
    assert stack.resource("lodge")["id"] == objects(account)["Lodge"]["id"]
    stack.up()
    stack.assert_clean()
    assert objects(account, "id", "safe")["Loft"]["door_code"] == "4711-0815"
    assert "4711-0815" not in "".join([(stack.folder / "backup.yaml").read_text(), *stack.printed])


def test_a_deleted_listing_of_the_native_plugin_comes_back(
    pulumi: Path, tmp_path: Path, account: EngineSandbox
) -> None:
    """The state knows it as one of the plugin, which looks at it before each preview."""
    stack = EngineStack.create(
        pulumi, tmp_path / "native", account.base_url, DEFAULT_KEY, interface=NATIVE
    )
    lodge = 'Property("lodge", name="Lodge")'
    program = f'Property("villa", name="Villa", bedrooms=3)\n{lodge}'
    stack.declare(program)
    stack.up()
    assert stack.command("backup", "backup.yaml").returncode == 0
    stack.declare(lodge)
    stack.up()
    finished = stack.command("restore", "backup.yaml", "--yes")
    assert finished.returncode == 0, finished.stderr
    villa = account.sandbox.storage.objects(PROPERTIES)[-1]
    assert villa["name"] == "Villa"
    assert stack.resource("villa")["id"] == villa["id"]
    stack.declare(program)
    stack.assert_clean()
    account.sandbox.storage.replace(PROPERTIES, str(villa["id"]), {**villa, "bedrooms": 77})
    assert "~ bedrooms: 77 => 3" in stack.preview()
