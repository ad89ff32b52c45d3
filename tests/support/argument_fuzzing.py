"""A program that passes odd values to every argument, under Pulumi's mocks.

It is run in a process of its own, since mocks stay for the rest of a process. Each value works, or
stops the program with one line.
"""

import datetime as dt
import decimal
import enum
import pathlib
import types
from collections import ChainMap, deque
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # has no types of its own
import pulumi
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_setsmart import CLEAR, ApiObject, Property, WebhookSubscription
from support.any_speed import ignore_speed

ignore_speed()
KINDS: dict[type[pulumi.Resource], dict[str, Any]] = {
    Property: {"name": "V"},
    WebhookSubscription: {"url": "https://a.example", "events": ["a.b"]},
    ApiObject: {"path": "/rules", "body": {"a": 1}},
}
ARGUMENTS = [
    *((Property, name) for name in ("resource_name", "name", "address", "bedrooms", "bathrooms")),
    *((Property, name) for name in ("max_guests", "status", "attributes", "existing_id")),
    *((Property, name) for name in ("if_exists", "deletion_policy", "account", "opts")),
    *((WebhookSubscription, name) for name in ("url", "events", "secret", "status", "attributes")),
    *((ApiObject, name) for name in ("path", "body", "id_field", "identity", "account")),
]


class Colour(enum.Enum):
    RED = "red"
    PRICE = decimal.Decimal("2.50")
    DAY = dt.date(2020, 1, 1)


class Level(enum.IntEnum):
    HIGH = 3


class Name(str):
    """A string of a class of its own."""

    __slots__ = ()

    def __str__(self) -> str:
        return "another one"


def endless() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def later(value: Any) -> Any:
    async def wait() -> Any:
        return value

    return wait()


ODD = st.one_of(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    st.decimals() | st.fractions() | st.complex_numbers() | st.uuids(),
    st.dates() | st.times() | st.datetimes() | st.timedeltas(),
    st.sampled_from([CLEAR, *Colour, *Level, Colour, Name("x"), "\ud800", 2**60, "a\nb"]),
    st.sampled_from([np.int64(3), np.uint8(3), np.float64(2.5), np.float32(0.1), np.bool_(1)]),
    st.sampled_from([np.str_("x"), np.bytes_(b"x"), np.complex64(1), np.longdouble("0.1")]),
    st.sampled_from([np.datetime64("2020"), np.datetime64("NaT", "D"), np.timedelta64(1, "D")]),
    st.sampled_from(
        [np.array([1]), np.array(3), np.array([None], dtype=object), np.float32("nan")]
    ),
    st.sampled_from([pd.NA, pd.NaT, pd.Timestamp("2020"), pd.Timedelta(1), pd.Series([1])]),
    st.sampled_from([pd.DataFrame({"ndim": [0], "dtype": [1]}), pd.Categorical(["a"])]),
    st.sampled_from([object(), object, len, ..., NotImplemented, ValueError("x"), range(3)]),
    st.sampled_from(
        [pathlib.Path("x"), bytearray(b"x"), memoryview(b"x"), types, {1: 2}, {None: 1}]
    ),
    st.sampled_from([deque([1]), ChainMap({"a": 1}), {"a": 1}.keys(), {"a": 1}.values()]),
    st.sampled_from([pulumi.StringAsset("x"), pulumi.FileArchive("."), pulumi.ResourceOptions()]),
    st.builds(endless) | st.builds(lambda: iter([1])) | st.frozensets(st.text() | st.integers()),
)


def nested(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(values, max_size=2),
        st.lists(values, max_size=2).map(tuple),
        st.dictionaries(st.text() | st.integers(), values, max_size=2),
        values.map(lambda value: pulumi.Output.secret("").apply(lambda _: value)),
        values.map(lambda value: pulumi.Output.from_input("").apply(lambda _: value)),
        values.map(later),
    )


class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> Any:
        return ["id_1", args.inputs]

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:  # noqa: ARG002 -- there is none
        return {}


@given(st.sampled_from(ARGUMENTS), st.data())
@settings(max_examples=400, derandomize=True)
def works_or_says_why(argument: tuple[type[pulumi.Resource], str], data: st.DataObject) -> None:
    kind, name = argument

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # Pulumi has no types there
    def program() -> None:
        value = data.draw(ODD | nested(ODD) | nested(nested(ODD)))
        arguments: dict[str, Any] = {"resource_name": "one", **KINDS[kind], name: value}
        kind(**arguments)

    try:
        program()
    except pulumi.RunError as error:
        assert len(str(error).splitlines()) == 1, str(error)  # noqa: PT017 -- and no other error


if __name__ == "__main__":
    pulumi.runtime.set_mocks(Mocks(), preview=False)
    works_or_says_why()
