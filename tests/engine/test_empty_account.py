"""The program that the dashboard of an empty account shows, run as it stands there."""

import re
from html import unescape
from pathlib import Path

import httpx
from support.engine_stack import EngineStack
from support.waiting import HANG_GUARD

from pulumi_setsmart.testing import SandboxAccount


def test_the_program_of_an_empty_account_runs(
    pulumi: Path, tmp_path: Path, setsmart_sandbox: SandboxAccount
) -> None:
    """With the two settings that stand beside it, and nothing of the environment."""
    origin = setsmart_sandbox.url.removesuffix("/v1")
    page = httpx.get(origin, trust_env=False, timeout=HANG_GUARD).text
    program, commands = (
        unescape(re.split(rf'<pre id="{name}"[^>]*>', page)[1].split("</pre>")[0])
        for name in ("program", "commands")
    )
    stack = EngineStack.create(pulumi, tmp_path / "stack", "", "")
    (stack.folder / "__main__.py").write_text(program)
    *settings, last = [line.split()[1:] for line in commands.splitlines()]
    for arguments in settings:
        stack.succeed(*arguments)
    assert last == ["up"]
    stack.up()
    names = {listing["name"] for listing in setsmart_sandbox.objects()}
    assert names == {"Beachfront Villa", "Harbour Loft"}
