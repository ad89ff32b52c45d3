"""Values that a server accepts and does not apply stay a difference."""

import json
from pathlib import Path

import pytest
from support.engine_sandbox import OpenEngineSandbox
from support.engine_stack import QUIET, EngineStack, messages
from support.interface import BOTH_INTERFACES
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES

pytestmark = BOTH_INTERFACES


@pytest.mark.parametrize("guests", [4, None], ids=["by PUT", "by POST"])
def test_a_value_that_is_not_applied_stays_a_difference(
    pulumi: Path, tmp_path: Path, open_account: OpenEngineSandbox, guests: int | None
) -> None:
    """Preview, outputs, exit status and report show it until the program declares another value."""
    account = open_account(largest={"max_guests": 16})
    stack = EngineStack.create(pulumi, tmp_path / "stack", account.base_url, DEFAULT_KEY)
    program = """
        villa = Property("one", name="Sea  Villa", max_guests={})
        pulumi.export("guests", villa.max_guests)
        """
    if guests is not None:
        stack.declare(program.format(guests))
        stack.up()
    stack.declare(program.format(50))
    warning = message(
        MessageCode.VALUE_NOT_APPLIED, "prop_1", "max_guests", 16, 50, "ignore_changes"
    )
    for _ in range(2):
        assert messages(stack.up()) == [warning]
        assert stack.succeed("stack", "output", "guests").strip() == "16"
        preview = stack.preview()
        assert "~ max_guests: 16 => 50" in preview
        assert "__setsmart" not in preview
    assert stack.run("preview", "--expect-no-changes", *QUIET).status != 0
    for refreshed in (False, True):  # the inputs in the state are the program's until a refresh
        if refreshed:
            stack.succeed("refresh", "--yes", *QUIET)
        (stack.folder / "preview.json").write_text(stack.succeed("preview", "--json", *QUIET))
        report = stack.command("report", "--fail-on", "any", "--format", "json", "preview.json")
        assert report.returncode != 0
        [entry] = json.loads(report.stdout)["entries"]
        assert [change["cause"] for change in entry["fields"]] == ["unapplied"]

    stack.declare(program.format(16))
    assert messages(stack.up()) == []
    stack.assert_clean()
    assert account.sandbox.storage.get(PROPERTIES, "prop_1")["max_guests"] == 16


def test_ignored_changes_end_the_warning_about_a_value(
    pulumi: Path, tmp_path: Path, open_account: OpenEngineSandbox
) -> None:
    """`ignore_changes` leaves the field to SetSmart; nothing is written or shown any more."""
    account = open_account(frozen=frozenset({"address"}))
    stack = EngineStack.create(pulumi, tmp_path / "stack", account.base_url, DEFAULT_KEY)
    stack.declare('Property("one", name="Villa", address="1 Road")')
    stack.up()
    program = 'Property("one", name="Villa", address="2 Road"{})'
    stack.declare(program.format(""))
    warning = message(MessageCode.VALUE_NOT_APPLIED, "address", '"1 Road"', '"2 Road"')
    assert messages(stack.up()) == [warning]
    assert '~ address: "1 Road" => "2 Road"' in stack.preview()
    stack.declare(program.format(', opts=pulumi.ResourceOptions(ignore_changes=["address"])'))
    stack.assert_clean()
    writes = account.writes()
    stack.up()
    assert account.writes() == writes
