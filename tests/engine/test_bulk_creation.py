"""Many listings at once, without a copy of the state after each of them."""

from __future__ import annotations

from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack
from support.interruption import interrupt
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES

VILLAS = """
for number in range(12):
    Property(f"villa-{number}", name=f"Villa {number}", bedrooms=number % 5)
"""


def test_listings_are_created_and_the_state_knows_them(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Afterwards nothing of the command is left; a second run has nothing to do."""
    stack.declare(VILLAS)
    finished = stack.command("bulk-create", "--yes")
    assert finished.returncode == 0, finished.stderr
    assert "creates 12 listings" in finished.stdout
    assert len(account.sandbox.storage.objects(PROPERTIES)) == 12
    stack.assert_clean()
    finished = stack.command("bulk-create", "--yes")
    assert (finished.returncode, finished.stdout) == (0, "nothing to create\n")
    assert "bulkCreate" not in stack.succeed("stack", "tag", "ls", "--json")


def test_nothing_is_created_unless_all_of_it_may_be(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Because a subscription has a secret, or a listing exists, even if it could be adopted."""
    nothing_created = message(MessageCode.BULK_REFUSED, "nothing was created")
    stack.declare(VILLAS + 'WebhookSubscription("hook", url="https://a.example/", events=["a.a"])')
    finished = stack.command("bulk-create", "--yes")
    refused = message(MessageCode.BULK_REFUSED, "hook", "secret")
    assert (finished.returncode, finished.stderr.splitlines()) == (1, [refused, nothing_created])

    account.sandbox.storage.insert(PROPERTIES, {"name": "Villa 3", "bedrooms": 3})
    stack.declare(VILLAS)
    stack.succeed("config", "set", "setsmart:ifExists", "adopt")
    finished = stack.command("bulk-create", "--yes")
    exists = message(MessageCode.ALREADY_EXISTS, "villa-3", "prop_1")
    assert (finished.returncode, finished.stderr.splitlines()) == (1, [exists, nothing_created])
    assert account.writes() == []
    assert "bulkCreate" not in stack.succeed("stack", "tag", "ls")


def test_after_a_kill_only_the_same_run_goes_on(stack: EngineStack, account: EngineSandbox) -> None:
    """`pulumi up` stops in its preview, another program and twins stop, and nothing is guessed."""
    storage = account.sandbox.storage
    stack.declare(VILLAS)
    interrupt(stack.start_command("bulk-create", "--yes"), "CLI", account.sandbox, after=4)
    stack.succeed("cancel", "--yes")
    created = account.writes()

    preview = stack.run("preview", *QUIET)
    assert preview.status != 0
    assert f"[{MessageCode.ALREADY_EXISTS}]" in preview.output
    stack.declare(VILLAS + 'Property("loft", name="Loft")')
    assert stack.command("bulk-create", "--yes").stderr.splitlines() == [
        message(MessageCode.BULK_CHANGED, "pulumi stack tag rm setsmart:bulkCreate")
    ]
    stack.declare(VILLAS)
    villa = {**storage.objects(PROPERTIES)[0]}
    first = villa.pop("id")
    twin = storage.insert(PROPERTIES, villa)["id"]
    assert stack.command("bulk-create", "--yes").stderr.splitlines() == [
        message(MessageCode.ALREADY_EXISTS, "villa", first, twin),
        message(MessageCode.BULK_REFUSED, "nothing was created"),
    ]
    assert account.writes() == created

    storage.delete(PROPERTIES, str(twin))
    finished = stack.command("bulk-create", "--yes")
    assert finished.returncode == 0, finished.stderr
    assert account.writes() == ["POST /properties"] * 12
    assert len(storage.objects(PROPERTIES)) == 12
    stack.assert_clean()


def test_what_setsmart_rejects_can_be_corrected(stack: EngineStack, account: EngineSandbox) -> None:
    """Pulumi has ended by itself, so the state has the others, and no run has to be completed."""
    stack.declare(VILLAS + 'Property("odd", name="Odd", status="odd")')
    failed = stack.command("bulk-create", "--yes")
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1] == message(MessageCode.BULK_UNFINISHED, "state")
    stack.declare(VILLAS + 'Property("even", name="Even")')
    finished = stack.command("bulk-create", "--yes")
    assert finished.returncode == 0, finished.stderr
    assert len(account.sandbox.storage.objects(PROPERTIES)) == 13
    stack.assert_clean()
