"""Reading listings in a program; each has a process and a SetSmart of its own."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from served_sandbox import ServedSandbox, serving

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
    ("key", "error_class", "words"),
    [
        (DEFAULT_KEY, "NotFoundError", "SetSmart: SetSmart knows no such object"),
        ("a-wrong-key", "AuthenticationError", "refused the API key from SETSMART_API_KEY"),
        ("", "ConfigurationError", "SetSmart: no API key"),
    ],
)
def test_what_goes_wrong_is_an_error_that_pulumi_shows_in_one_line(
    key: str, error_class: str, words: str
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
    assert words in text
    assert "\n" not in text
    assert "a-wrong-key" not in text
