"""What the state stores of each resource beside its fields: every byte is written many times."""

from __future__ import annotations

import json
from typing import Any

from support.engine_stack import EngineStack

PLAIN = """
from pulumi.dynamic import CreateResult, ReadResult, Resource, ResourceProvider

class PlainProvider(ResourceProvider):
    def create(self, props):
        return CreateResult("prop_1", {**props, "id": "prop_1"})

    def read(self, id_, props):
        return ReadResult(id_, props)

class Plain(Resource):
    def __init__(self, resource_name, **props):
        super().__init__(PlainProvider(), resource_name, props)
"""
PROGRAM = """
from plain import Plain

fields = dict(
    name="Villa 1",
    address="1 Ocean Drive",
    bedrooms=3,
    bathrooms=1.5,
    max_guests=6,
    status="active",
)
Plain("plain", **fields)
Property("villa", **fields)
"""


def test_a_resource_is_hardly_larger_than_one_of_a_plain_provider(stack: EngineStack) -> None:
    """At most 1.15 times, with all that a later run needs to know; before and after a refresh."""
    (stack.folder / "plain.py").write_text(PLAIN)  # pickled by its name, as ours are
    stack.declare(PROGRAM)
    stack.up()
    assert _bytes(stack.resource("villa")) <= 1.15 * _bytes(stack.resource("plain"))
    stack.succeed("refresh", "--yes")
    assert _bytes(stack.resource("villa")) <= 1.15 * _bytes(stack.resource("plain"))


def test_the_source_position_of_a_resource_is_a_line_of_the_program(stack: EngineStack) -> None:
    """As with any other provider: not a line of this library."""
    stack.declare('Property("villa", name="Sea Villa")')
    stack.up()
    position = stack.resource("villa")["sourcePosition"]
    program = (stack.folder / "__main__.py").read_text().splitlines()
    path, _, line = position.rpartition("#")
    assert path.endswith("/__main__.py")
    assert program[int(line.partition(",")[0]) - 1].startswith('Property("villa"')


def _bytes(resource: dict[str, Any]) -> int:
    return len(json.dumps(resource, separators=(",", ":")))
