"""Values cross Pulumi's protocol unchanged, and what is secret stays so."""

from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st
from support.json_values import ANY_OBJECT

from pulumi_setsmart.models.json import pointer, steps, with_integers
from pulumi_setsmart.models.marker import CLEAR, UNKNOWN
from pulumi_setsmart.plugin.values import received, sent


def pointers(value: Any, path: str = "") -> list[str]:
    """Return the JSON pointers of all values inside of one, the outermost first."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, member in members:
        found.append(pointer(path, key))
        if isinstance(member, dict | list):
            found += pointers(member, pointer(path, key))
    return found


def marked_path(properties: Any, path: str) -> str:
    """Return what is marked for a secret at a path, which leads through objects only."""
    way, value = "", properties
    for key in steps(path):
        if not isinstance(value, dict):
            break
        way, value = pointer(way, key), value[key]
    return way


@given(data=st.data(), properties=ANY_OBJECT)
def test_any_properties_arrive_as_they_were_sent(
    data: st.DataObject, properties: dict[str, Any]
) -> None:
    """With the outermost of their secrets, whichever are marked."""
    paths = pointers(properties)
    secret = data.draw(st.lists(st.sampled_from(paths), unique=True)) if paths else []
    arrived = received(sent(properties, secret))
    marked = {marked_path(properties, path) for path in secret}
    outermost = {
        path
        for path in marked
        if not any(path.startswith(f"{other}/") for other in marked if other != path)
    }
    whole: Any = with_integers(properties)
    assert arrived.values == whole
    assert {*arrived.secret_paths} == outermost
    assert sent(arrived.values, arrived.secret_paths) == sent(whole, secret)


@pytest.mark.parametrize(
    ("shown", "path"),
    [
        ({"locks": [{"code": "new"}, {"code": "ours"}]}, "/locks/0/code"),
        ({"wifi": "guest:ours"}, "/wifi/password"),
    ],
)
def test_a_secret_that_moved_or_changed_its_type_stays_one(shown: Any, path: str) -> None:
    """Elements of lists move, and servers show other types: all of it is marked then."""
    assert received(sent(shown, [path])).secret_paths == [path[: path.index("/", 1)]]


def test_what_is_not_known_yet_and_null_have_forms_of_their_own() -> None:
    """Also inside a secret; the null of a Python program is a string."""
    properties: dict[str, Any] = {
        "later": UNKNOWN,
        "nothing": None,
        "python": CLEAR,
        "hidden": {"a": UNKNOWN},
    }
    arrived = received(sent(properties, ["/hidden"]))
    assert arrived.values == {**properties, "python": None}
    assert arrived.values["later"] is UNKNOWN
    assert arrived.secret_paths == ["/hidden"]


def test_the_mark_is_that_of_the_protocol() -> None:
    """The engine encrypts what has it."""
    marked = sent({"code": 77}, ["/code", "/missing/too"])
    assert MessageToDict(marked)["code"] == {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "value": 77.0,
    }
