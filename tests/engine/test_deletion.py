"""Deletions, which cannot be undone, and what limits them."""

from __future__ import annotations

from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack
from support.interface import BOTH_INTERFACES
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES, WEBHOOKS

pytestmark = BOTH_INTERFACES

DESTROY = ("destroy", "--yes", "--skip-preview", *QUIET)


def test_deactivating_instead_of_deleting(stack: EngineStack, account: EngineSandbox) -> None:
    """Per resource: the listing is closed and keeps all that it has."""
    stack.declare(
        """
        Property("one", name="Villa", bedrooms=3, deletion_policy="deactivate")
        Property("two", name="Studio")
        """
    )
    stack.up()
    stack.assert_clean()
    stack.succeed(*DESTROY)
    [villa] = account.sandbox.storage.objects(PROPERTIES)
    assert (villa["name"], villa["bedrooms"], villa["status"]) == ("Villa", 3, "inactive")


def test_the_policy_of_the_stack(stack: EngineStack, account: EngineSandbox) -> None:
    """A `destroy` keeps to it, although it is given the saved configuration only."""
    program = """
        Property("one", name="Villa")
        WebhookSubscription("hook", url="https://a.example/", events=["a.a"])
        """
    stack.declare(program)
    stack.up()
    stack.succeed("config", "set", "setsmart:deletionPolicy", "deactivate")
    preview = stack.preview()
    assert '~ deletion_policy: "delete" => "deactivate"' in preview
    writes = account.writes()
    stack.up()
    assert account.writes() == writes
    stack.assert_clean()
    stack.succeed(*DESTROY)
    storage = account.sandbox.storage
    objects = [*storage.objects(PROPERTIES), *storage.objects(WEBHOOKS)]
    assert [each["status"] for each in objects] == ["inactive", "inactive"]


def test_a_run_stops_at_the_largest_number_of_deletions(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """A program that lost its listings by mistake costs two of them, and says why."""
    stack.declare('for number in range(6): Property(f"p{number}", name=f"Villa {number}")')
    stack.succeed("config", "set", "setsmart:maxDeletions", "2")
    stack.up()
    stack.declare("")
    errors = stack.fail("up", "--yes", "--skip-preview", *QUIET).errors
    assert errors[0] == message(MessageCode.DELETION_LIMIT, "setsmart:maxDeletions")
    assert len(account.sandbox.storage.objects(PROPERTIES)) == 4


def test_pulumi_s_own_protection(stack: EngineStack, account: EngineSandbox) -> None:
    """`protect` stops the run, `retain_on_delete` leaves the listing as it is."""
    stack.declare(
        """
        Property("one", name="Villa", opts=pulumi.ResourceOptions(protect=True))
        Property("two", name="Studio", opts=pulumi.ResourceOptions(retain_on_delete=True))
        """
    )
    stack.up()
    stack.declare('Property("one", name="Villa", opts=pulumi.ResourceOptions(protect=True))')
    stack.up()
    stack.declare("")
    assert "protect" in stack.run("up", "--yes", "--skip-preview", *QUIET).output
    names = {listing["name"] for listing in account.sandbox.storage.objects(PROPERTIES)}
    assert names == {"Villa", "Studio"}
    assert not any(write.startswith("DELETE") for write in account.writes())


def test_the_old_object_of_a_replacement_is_deactivated(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """The policy holds for the old object of a replacement too."""
    stack.declare('Property("one", name="Villa", deletion_policy="deactivate")')
    stack.up()
    urn = stack.resource("one")["urn"]
    stack.succeed("up", "--yes", "--skip-preview", "--replace", urn, *QUIET)
    statuses = [listing["status"] for listing in account.sandbox.storage.objects(PROPERTIES)]
    assert statuses == ["inactive", "active"]
    stack.assert_clean()
