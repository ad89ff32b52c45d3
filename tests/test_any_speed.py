"""No test depends on the speed of the machine: checked in the source of the tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
FILES = {str(path.relative_to(TESTS)): path.read_text() for path in sorted(TESTS.rglob("*.py"))}

CLOCKS = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "time", "time_ns", "now"}
DURATIONS = {"elapsed"}
WAITS = {"wait", "result", "acquire", "join", "communicate", "wait_for_deliveries"}
NOT_WAITS = {"delivering", "client_with"}
"""Functions of tests that pass a timeout on to what is tested."""

HTTP = {"get", "post", "put", "delete", "request", "stream", "Client"}

EXCEPTIONS: Mapping[str, str] = {
    "support/waiting.py": "it is the one place that waits by a clock, and has the one limit",
    "client/test_channel.py": "its waits are those of a clock that tests move",
    "testing/test_sandbox_account.py": "it is about a wait that runs out",
}
"""Files with an exception, each with the reason."""


def faults_of(source: str) -> Iterator[str]:
    """Yield what would make a test depend on the speed of the machine, with its line."""
    tree = ast.parse(source)
    for scope in ast.walk(tree):
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            readings = _readings(scope)
            for node in _nodes_of(scope):
                if isinstance(node, ast.Compare) and _reads_time(node, readings):
                    yield f"line {node.lineno} compares real times"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _faults_of_call(node)


def _faults_of_call(call: ast.Call) -> Iterator[str]:
    name = _name(call.func)
    for keyword in call.keywords:
        if keyword.arg == "deadline" and name == "settings":
            yield f"line {call.lineno} sets a deadline"
        is_wait = name not in NOT_WAITS
        if keyword.arg == "timeout" and is_wait and _is_number(keyword.value):
            yield f"line {call.lineno} has a timeout of its own"
    if name in WAITS and len(call.args) == 1 and _is_number(call.args[0]):
        yield f"line {call.lineno} has a timeout of its own"
    is_http = isinstance(call.func, ast.Attribute) and _name(call.func.value) == "httpx"
    # What has a transport of its own asks no server.
    if (
        is_http
        and name in HTTP
        and not {"timeout", "transport"} & {keyword.arg for keyword in call.keywords}
    ):
        yield f"line {call.lineno} has httpx's timeout of five seconds"


def _nodes_of(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands in a function, and not in one inside of it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from _nodes_of(child)


def _readings(scope: ast.AST) -> set[str]:
    """Return the names of what is made of a reading of a clock."""
    found: set[str] = set()
    for node in _nodes_of(scope):
        if isinstance(node, ast.Assign) and _reads_time(node.value, found):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


def _reads_time(node: ast.AST, readings: set[str]) -> bool:
    return any(
        (isinstance(inner, ast.Call) and _is_clock(inner.func))
        or (isinstance(inner, ast.Attribute) and inner.attr in DURATIONS)
        or (isinstance(inner, ast.Name) and inner.id in readings)
        for inner in ast.walk(node)
    )


def _is_clock(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr in CLOCKS and _name(function.value) in {"time", "datetime"}
    return _name(function) in CLOCKS - {"time", "now"}


def _name(node: ast.expr) -> str | None:
    match node:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
    return None


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


@pytest.mark.parametrize("file", [file for file in FILES if file not in EXCEPTIONS])
def test_no_test_depends_on_the_speed_of_the_machine(file: str) -> None:
    """None sets a deadline, compares real times, or has a timeout but `waiting.HANG_GUARD`."""
    assert [*faults_of(FILES[file])] == []


@pytest.mark.parametrize("file", EXCEPTIONS)
def test_exceptions_are_needed(file: str) -> None:
    """Each of these files still needs its exception."""
    assert [*faults_of(FILES[file])] != []


def test_hypothesis_knows_no_deadline() -> None:
    """Neither for an example, nor for making it."""
    assert settings().deadline is None
    assert HealthCheck.too_slow in settings().suppress_health_check


@pytest.mark.parametrize(
    "source",
    [
        "def test():\n start = time.monotonic()\n f()\n assert time.monotonic() - start < 5",
        "def test():\n took = perf_counter()\n took = took - 1\n assert 0 < took",
        "def test():\n end = time.time() + 5\n while end > g(): f()",
        "assert abs(shown - datetime.now(UTC)) < 5",
        "assert response.elapsed.total_seconds() < 1",
        "@settings(deadline=200)\ndef test(): pass",
        "TestX.settings = settings(max_examples=3, deadline=None)",
        "subprocess.run(command, timeout=60)",
        "event.wait(10)",
        "account.wait_for_deliveries(5.0)",
        "httpx.get(url)",
        "httpx.Client(base_url=url)",
    ],
)
def test_what_depends_on_it_is_found(source: str) -> None:
    """Each of these was in a test once, or could have been."""
    assert len([*faults_of(source)]) == 1


@pytest.mark.parametrize(
    "source",
    [
        "def test():\n now = 5.0\n assert now < clock.now",
        "served = serving(clock=lambda: time.time() + 3600)",
        "def test():\n start = time.time()\n def f():\n  start = 1\n  assert start == 1",
        "@settings(max_examples=5)\ndef test(): pass",
        "subprocess.run(command, timeout=HANG_GUARD)",
        "event.wait()\nevent.wait(HANG_GUARD)\n'x'.join(parts)",
        "httpx.get(url, timeout=HANG_GUARD)\nhttpx.Client(transport=it)\nserved.client.get(url)",
        "load({'timeout': 5})",
    ],
)
def test_what_does_not_is_left_alone(source: str) -> None:
    """Time that a test makes itself, and timeouts without a figure."""
    assert [*faults_of(source)] == []
