"""Many listings at once, without a copy of the state after each of them."""

from __future__ import annotations

from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack

from pulumi_setsmart.sandbox import PROPERTIES

VILLAS = """
for number in range(20):
    Property(f"villa-{number}", name=f"Villa {number}", bedrooms=number % 5)
"""


def test_listings_are_created_and_the_state_knows_them(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Afterwards nothing of the command is left; a second run has nothing to do."""
    stack.declare(VILLAS)
    finished = stack.command("bulk-create", "--yes")
    assert finished.returncode == 0, finished.stderr
    assert "creates 20 listings" in finished.stdout
    assert len(account.sandbox.storage.objects(PROPERTIES)) == 20
    stack.assert_clean()
    finished = stack.command("bulk-create", "--yes")
    assert (finished.returncode, finished.stdout) == (0, "nothing to create\n")
    assert "bulkCreate" not in stack.succeed("stack", "tag", "ls", "--json")
