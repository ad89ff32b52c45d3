"""A server that repeats the key and a door code: nothing that the engine prints holds either."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from support.canary import DOOR_CODE, HEADER_KEY, assert_absent
from support.engine_stack import QUIET, EngineStack
from support.interface import BOTH_INTERFACES

from pulumi_setsmart.sandbox import running

pytestmark = BOTH_INTERFACES

PROGRAM = f"""
code = pulumi.Output.secret("{DOOR_CODE}")
Property("one", name="Villa", attributes={{"door_code": code}})
"""


async def repeat(request: Request) -> JSONResponse:
    """Respond to a list with nothing, and to the rest with an error that contains the secrets."""
    if request.method == "GET":
        return JSONResponse([])
    leak = f"{HEADER_KEY} may not set {DOOR_CODE}"
    error = {"code": HEADER_KEY, "message": leak, "field": "name"}
    return JSONResponse({"error": error}, 400, {"X-Request-Id": leak})


@pytest.mark.parametrize("debugging", ["", "1"])
def test_a_server_that_repeats_secrets(pulumi: Path, tmp_path: Path, debugging: str) -> None:
    """Neither the message nor the traceback nor our log of requests holds the key or the code."""
    app = Starlette(routes=[Route("/v1/{rest:path}", repeat, methods=["GET", "POST", "PUT"])])
    with running(app) as url:
        stack = EngineStack.create(pulumi, tmp_path / "stack", url, HEADER_KEY)
        stack.declare(PROGRAM)
        up = ("up", "--yes", "--skip-preview", *QUIET)
        output = stack.run(*up, SETSMART_DEBUG=debugging, SETSMART_LOG="debug").output
    assert "[secret] may not set [secret]" in output
    assert ("Traceback" in output) == bool(debugging)
    # Python's own files have lines of many numbers, and Pulumi times in milliseconds.
    redacted = "\n".join(line for line in output.splitlines() if "[secret]" in line)
    assert_absent(HEADER_KEY, output)
    assert_absent(DOOR_CODE, redacted)
