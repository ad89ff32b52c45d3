"""Reading listings in a program; each has a process and a SetSmart of its own."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from support.messages import message
from support.served_sandbox import ServedSandbox, serving

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import DEFAULT_KEY

PREFACE = """
import json, sys
from pulumi_setsmart import SetSmartError, get_property, list_properties

def show(value):
    sys.stdout.write(json.dumps(value) + "\\n")
"""


def shown(served: ServedSandbox, code: str, key: str = DEFAULT_KEY) -> Any:
    """Run a program in a process of its own and return what it shows."""
    environment = {
        **{name: one for name, one in os.environ.items() if not name.startswith("PULUMI")},
        "SETSMART_BASE_URL": str(served.client.base_url).rstrip("/"),
        "SETSMART_API_KEY": key,
    }
    finished = subprocess.run(
        [sys.executable, "-c", PREFACE + code],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def test_listings_come_typed() -> None:
    """One by its id, or all; what has no argument of its own is an attribute."""
    with serving() as served:
        villa = served.client.post(
            "/properties", json={"name": "Villa", "bedrooms": 3, "pool": True}
        ).json()
        served.client.post("/properties", json={"name": "Loft"})
        assert shown(
            served,
            f"one = get_property({villa['id']!r})\n"
            "show([one.id, one.name, one.bedrooms, one.attributes['pool'],\n"
            "      sorted(each.name for each in list_properties())])\n",
        ) == [villa["id"], "Villa", 3, True, ["Loft", "Villa"]]


@pytest.mark.parametrize(
    ("key", "error_class", "expected"),
    [
        (DEFAULT_KEY, "NotFoundError", message(MessageCode.NOT_FOUND, "/properties/prop_404")),
        (
            "a-wrong-key",
            "AuthenticationError",
            message(MessageCode.KEY_REJECTED, "SETSMART_API_KEY"),
        ),
        ("", "ConfigurationError", message(MessageCode.MISSING_KEY, "SETSMART_API_KEY")),
    ],
)
def test_a_failed_lookup_is_an_error_of_one_line(
    key: str, error_class: str, expected: object
) -> None:
    """Its cause is of our tree, so that a program can tell, and no key is in it."""
    with serving() as served:
        name, cause, text = shown(
            served,
            "try:\n"
            "    get_property('prop_404')\n"
            "except Exception as error:\n"
            "    show([type(error).__name__, type(error.__cause__).__name__, str(error)])\n",
            key,
        )
    assert (name, cause) == ("RunError", error_class)
    assert text == expected
    assert text.startswith("SetSmart: ")
    assert "\n" not in text
    assert "a-wrong-key" not in text


MOCKED = """
import pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return ["id_1", args.inputs]

    def call(self, args):
        show([args.token, args.args])
        return responses.get(args.token, {})

def program(*functions):
    pulumi.runtime.set_mocks(Mocks(), preview=False)
    for function in functions:
        try:
            show(function())
        except pulumi.RunError as error:
            show(str(error))
"""


def mocked(responses: dict[str, Any], *expressions: str) -> list[Any]:
    """Run expressions under mocks in a process of its own, and return all that they show.

    There is a key, but nothing at the address: whoever asked there would fail.
    """
    functions = ", ".join(f"lambda: {expression}" for expression in expressions)
    code = f"{PREFACE}{MOCKED}\nresponses = {responses!r}\nprogram({functions})\n"
    environment = {**os.environ, "SETSMART_BASE_URL": "http://127.0.0.1:1/v1"}
    finished = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "SETSMART_API_KEY": DEFAULT_KEY},
    )
    assert finished.returncode == 0, finished.stderr
    return [json.loads(line) for line in finished.stdout.splitlines()]


def test_mocks_are_asked_in_the_place_of_the_account() -> None:
    """With the tokens that the documentation names; numbers are whole ones again."""
    responses = {
        "setsmart:index:getProperty": {"name": "Villa", "bedrooms": 3, "pool": {"depth": 2}},
        "setsmart:index:listProperties": {"properties": [{"id": "prop_1", "name": "Villa"}]},
    }
    assert mocked(
        responses,
        "[(one := get_property('prop_7')).id, one.name, one.bedrooms, str(one.attributes)]",
        "[listing.id for listing in list_properties(account='eu')]",
    ) == [
        ["setsmart:index:getProperty", {"id": "prop_7"}],
        ["prop_7", "Villa", 3, "{'pool': {'depth': 2}}"],
        ["setsmart:index:listProperties", {"account": "eu"}],
        ["prop_1"],
    ]


def test_an_error_says_what_mocks_have_to_return() -> None:
    """A program that got an empty list would pass its tests for the wrong reason."""
    _, one, _, every = mocked({}, "get_property('prop_7')", "list_properties()")
    assert one == message(
        MessageCode.MOCKED_ACCOUNT,
        "Mocks.call",
        '{"name": …, …}',
        "setsmart:index:getProperty",
        "Test programs",
    )
    assert every == message(
        MessageCode.MOCKED_ACCOUNT,
        "Mocks.call",
        '{"properties": [{"id": …, "name": …, …}]}',
        "setsmart:index:listProperties",
        "Test programs",
    )
