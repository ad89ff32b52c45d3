"""One odd listing does not stop what is done with all of an account."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.messages import message
from support.raw_json_server import RawJsonServer, nested, raw_json_server

from pulumi_setsmart.cli import main
from pulumi_setsmart.models.json import DEEPEST, LARGEST_EXACT_INTEGER
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.reading import read_entries

DEPTHS = [DEEPEST + 1, DEEPEST + 21, 900, 2_000, 100_000]
TOO_DEEP = message(MessageCode.LEFT_OUT, "Two", "2", "odd", DEEPEST)


@pytest.fixture(scope="module")
def served() -> Iterator[RawJsonServer]:
    """A server that holds whatever a test wants."""
    with raw_json_server() as account:
        yield account


def run(account: RawJsonServer, *arguments: str) -> Result:
    """Run a command on the account; an exception that escapes is a failure of the test."""
    result = CliRunner().invoke(main, [*arguments], env=account.environment())
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "unexpected-error" not in result.stderr
    assert "Traceback" not in result.output
    return result


def hold_odd(account: RawJsonServer, odd: str) -> None:
    """Have the account hold a listing with an odd field, between two that have none."""
    account.respond_with_listings(
        {
            "1": {"name": '"One"', "bedrooms": "1"},
            "2": {"name": '"Two"', "odd": odd, "also": '"kept"'},
            "3": {"name": '"Three"'},
        }
    )


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_field_that_is_too_deep_is_left_out_of_an_export(
    served: RawJsonServer, tmp_path: Path, depth: int, form: str
) -> None:
    """It is named in one line; all else is written, and read again."""
    hold_odd(served, nested(depth))
    path = tmp_path / f"p.{form}"
    result = run(served, "export", "--output", str(path))
    assert (result.exit_code, result.stderr.splitlines()) == (0, [f"wrote {path}", TOO_DEEP])
    loaded = read_entries(path)["properties"]
    assert [*loaded] == ["one", "two", "three"]
    assert loaded["two"]["attributes"] == {"also": "kept"}


@pytest.mark.parametrize("form", ["yaml", "json"])
@pytest.mark.parametrize("depth", [51, 60, DEEPEST])
def test_what_is_not_too_deep_is_written_and_read(
    served: RawJsonServer, tmp_path: Path, depth: int, form: str
) -> None:
    """What export writes, it reads: the bound is one figure for both."""
    hold_odd(served, nested(depth))
    first, second = tmp_path / f"1.{form}", tmp_path / f"2.{form}"
    assert run(served, "export", "--output", str(first)).stderr == f"wrote {first}\n"
    assert run(served, "export", str(first), "--output", str(second)).exit_code == 0
    assert first.read_bytes() == second.read_bytes()
    assert json.dumps(read_entries(first)["properties"]["two"]["attributes"]).count("in") == depth


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_rest_is_compared(served: RawJsonServer, tmp_path: Path, depth: int) -> None:
    """With a file, and with another account; what is left out is said."""
    path = tmp_path / "p.yaml"
    hold_odd(served, '"plain"')
    run(served, "export", "--output", str(path))
    hold_odd(served, nested(depth))
    result = run(served, "compare", "account", "account")
    assert (result.exit_code, result.stdout) == (0, "no differences\n")
    assert result.stderr.splitlines() == [TOO_DEEP, TOO_DEEP]
    result = run(served, "compare", "account", str(path), "--json")
    [difference] = json.loads(result.stdout)["differences"]
    assert result.exit_code == 1
    assert [field["name"] for field in difference["fields"]] == ["odd"]


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_rest_is_adopted(served: RawJsonServer, tmp_path: Path, depth: int) -> None:
    """Twice: the second run reads what the first one wrote."""
    hold_odd(served, nested(depth))
    for _ in range(2):
        result = run(served, "adopt", "--cwd", str(tmp_path), "--fields", "all")
        assert result.exit_code == 0
        assert result.stderr.splitlines() == [TOO_DEEP]
    assert read_entries(tmp_path / "portfolio.yaml")["properties"]["two"]["attributes"] == {
        "also": "kept"
    }


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_account_is_looked_at_and_recorded(
    served: RawJsonServer, tmp_path: Path, depth: int
) -> None:
    """A recording tells of shapes, and of no more than a few levels."""
    hold_odd(served, nested(depth))
    path = tmp_path / "recording.json"
    result = run(served, "doctor", "--cwd", str(tmp_path), "--record", str(path))
    assert f"wrote {path}" in result.stderr
    assert json.loads(path.read_text())["recording"] == 2


@pytest.mark.parametrize("field", ["name", "address", "bedrooms"])
def test_a_documented_field_may_be_odd_too(served: RawJsonServer, field: str) -> None:
    """A listing without a name cannot be declared; one without the others can."""
    served.respond_with_listings(
        {"1": {"name": '"One"', field: nested(900)}, "2": {"name": '"Two"'}}
    )
    result = run(served, "export", "--format", "json")
    [line] = result.stderr.splitlines()
    assert line == message(MessageCode.LEFT_OUT, 1, field, DEEPEST)
    assert [*json.loads(result.stdout)["properties"]][-1] == "two"


TEXTS = st.text(st.characters(), max_size=8)
ODD_NAMES = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.sampled_from(["", "<<", "=", "~", "1_0", "1e3", "0x1", ".inf", "null", "a" * 2000, "a: b"])
    | TEXTS
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.sampled_from(
        [
            "1_0",
            "+5",
            "1e3",
            ".5e3",
            "0o7",
            "yes",
            "-",
            "\x85",
            "\u2028x",
            "#",
            "=1",
            "\x1b[1m",
            "\ufeff",
        ]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD_NAMES, inner, max_size=3),
    max_leaves=8,
)
DEEP = st.tuples(st.integers(1, 400), SCALARS).map(lambda one: nested(one[0], json.dumps(one[1])))
FIELDS = st.dictionaries(
    ODD_NAMES.filter(lambda name: name not in {"id", "name"}),
    VALUES.map(json.dumps) | DEEP,
    max_size=4,
)


@pytest.mark.parametrize("form", ["yaml", "json", "csv"])
@settings(max_examples=40)
@given(st.lists(FIELDS, min_size=1, max_size=3))
@example([{"a": json.dumps("\x00\x07\x1b")}, {"\x00": "1"}])
@example([{"a": json.dumps("x" * 200_000)}, {"b" * 70_000: "1"}])
def test_each_exported_field_is_kept_or_reported(
    served: RawJsonServer,
    tmp_path_factory: pytest.TempPathFactory,
    form: str,
    odd: list[dict[str, str]],
) -> None:
    """Every field is read again as the account has it, or the command says that it is left out."""
    listings = [{"name": json.dumps(f"L{number}"), **fields} for number, fields in enumerate(odd)]
    served.respond_with_listings({str(number): listing for number, listing in enumerate(listings)})
    path = tmp_path_factory.mktemp("p") / f"p.{form}"
    result = run(served, "export", "--output", str(path))
    assert result.exit_code == 0
    loaded = read_entries(path)["properties"]
    for number, fields in enumerate(listings):
        kept: Any = loaded[f"l{number}"].get("attributes", {})
        for name, text in fields.items():
            value = _value(text)
            if name == "name" or value is None:
                continue
            if name not in kept:
                codes = (MessageCode.LEFT_OUT, MessageCode.NOT_IN_CSV)
                assert any(f" [{code}]\n" in result.stderr for code in codes)
            else:
                assert _same(kept[name], value), name
        if form != "csv":
            missing = fields.keys() - kept.keys() - {"name"}
            named = result.stderr.count(f'"L{number}"')
            assert named == sum(_value(fields[name]) is not None for name in missing)


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except RecursionError:
        return text


def _same(kept: object, value: object) -> bool:
    match kept, value:
        case dict(), dict():
            return [*kept] == [*value] and all(_same(kept[name], value[name]) for name in kept)
        case list(), list():
            return len(kept) == len(value) and all(map(_same, kept, value))
        case int() | float(), float():
            return not isinstance(kept, bool) and math.isclose(kept, value, rel_tol=0)
    return type(kept) is type(value) and kept == value


def test_the_bound_of_numbers_is_that_of_files() -> None:
    """The strategy above goes beyond it."""
    assert LARGEST_EXACT_INTEGER < 2**70
