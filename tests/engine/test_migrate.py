"""From your own REST calls to this package: examples/migrate."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack, messages
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "migrate"


def test_a_stack_of_hand_written_calls_is_adopted(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """The same stack declares the same listings; not a single write, before or after."""
    stack.succeed("stack", "rm", "--yes", "test")
    shutil.copytree(EXAMPLE / "before", stack.folder, dirs_exist_ok=True)
    stack.succeed("stack", "init", "test")
    stack.up()
    ids = {"villa": stack.resource("villa")["id"], "loft": stack.resource("loft")["id"]}
    listings = account.sandbox.storage.objects(PROPERTIES)
    writes = account.writes()
    assert len(listings) == len(writes) == 2

    shutil.copytree(EXAMPLE / "after", stack.folder, dirs_exist_ok=True)
    program = (stack.folder / "__main__.py").read_text()
    places = {"prop_1": ids["villa"], "prop_2": ids["loft"]}  # created in any order
    named = re.sub("prop_[12]", lambda found: places[found[0]], program)
    (stack.folder / "__main__.py").write_text(named)
    adopted = messages(stack.succeed("preview", "--diff", *QUIET))
    assert len(adopted) == len(ids)
    for identifier in ids.values():
        assert message(MessageCode.ADOPTED, identifier) in adopted
    assert "→" not in "".join(adopted)
    stack.up()
    assert stack.resource("villa")["type"] == "pulumi-python:dynamic/setsmart:Property"
    assert stack.resource("villa")["id"] == ids["villa"]
    stack.assert_clean()
    without = re.sub(r' *existing_id="prop_[12]",?', "", named)
    (stack.folder / "__main__.py").write_text(without)
    stack.up()
    stack.assert_clean()
    assert account.writes() == writes
    assert account.sandbox.storage.objects(PROPERTIES) == listings
