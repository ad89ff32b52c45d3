"""A state that a team shares: a folder, a bucket, a database."""

import json

from attrs import evolve
from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack
from support.state_backend import StateBackend

from pulumi_setsmart.sandbox import PROPERTIES

SECRET = "whsec_c2VjcmV0LW9mLXRoZS1ob29r"
PROGRAM = f"""
Property("villa", name="Villa", bedrooms=3)
WebhookSubscription("hook", url="https://a.example/", events=["a.a"], secret="{SECRET}")
"""


def test_a_stack_is_kept_in_every_backend(
    stack: EngineStack, account: EngineSandbox, state_backend: StateBackend
) -> None:
    """From up to export; the stored secret is encrypted, and a preview needs only to read."""
    team = {**state_backend.writer, "PULUMI_STACK": "team"}
    stack = evolve(stack, environment={**stack.environment, **team})
    stack.succeed("stack", "init", "team")
    stack.declare(PROGRAM)
    stack.up()
    stack.assert_clean()
    listing = account.sandbox.storage.objects(PROPERTIES)[0]
    account.sandbox.storage.replace(PROPERTIES, str(listing["id"]), {**listing, "bedrooms": 9})

    stored = state_backend.content()
    assert "Villa" in "".join(stored.values())
    assert SECRET not in "".join(stored.values())
    assert "~ bedrooms: 9 => 3" in stack.preview(**state_backend.reader)
    report = stack.command("report", "--fail-on", "drift", **state_backend.reader)
    assert report.returncode == 1, report.stderr
    assert state_backend.content() == stored

    doctor = stack.command("doctor", "--json")
    assert {finding["verdict"] for finding in json.loads(doctor.stdout)} == {"ok"}
    exported = stack.command("export", "--format", "json")
    assert json.loads(exported.stdout)["properties"]["villa"]["bedrooms"] == 9
    stack.succeed("refresh", "--yes", "--skip-preview")
    stack.up()
    stack.assert_clean()
    assert account.sandbox.storage.objects(PROPERTIES)[0]["bedrooms"] == 3
