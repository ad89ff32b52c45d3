"""Real programs against the replay of a recorded account."""

import json
from pathlib import Path

from support.account_recording import recording_of
from support.divergent_server import DivergentServer, by_cursor, html
from support.engine_stack import QUIET, EngineStack

from pulumi_setsmart.recording.file import written
from pulumi_setsmart.sandbox import DEFAULT_KEY, running
from pulumi_setsmart.sandbox.replay.replay import replay

ACCOUNT = DivergentServer(
    properties=[
        {"id": number, "name": f"Listing {number}", "bedrooms": number, "status": "active"}
        for number in range(1, 6)
    ],
    list_style=by_cursor,
    shown=lambda item: {"data": item},
    listed=lambda item: {name: item[name] for name in ("id", "name")},
    missing=html,
)
"""Whole numbers as ids, pages by cursor, brief lists, an envelope, HTML for what is missing."""
PROGRAM = 'Property("villa", name="Villa", bedrooms={bedrooms}, attributes={{"pets": True}})'


def test_a_portfolio_lives_in_a_recorded_account(pulumi: Path, tmp_path: Path) -> None:
    """It is created, stays, changes and is deleted; the account's own listings stay as they are."""
    with ACCOUNT.running() as url:
        recording = json.loads(written(recording_of(url)))
    sandbox = replay(recording)
    with running(sandbox) as url:
        stack = EngineStack.create(pulumi, tmp_path / "stack", url, DEFAULT_KEY)
        stack.declare(PROGRAM.format(bedrooms=3))
        stack.up()
        stack.assert_nothing_to_do()
        stack.declare(PROGRAM.format(bedrooms=4))
        stack.up()
        stack.assert_nothing_to_do()
        stack.succeed("destroy", "--yes", *QUIET)
    written_to = [request.method for request in sandbox.requests if request.method != "GET"]
    assert written_to == ["POST", "PUT", "DELETE"]
