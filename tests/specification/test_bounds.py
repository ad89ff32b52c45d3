"""What is not read: files that are none, what is nobody's business, numbers of other kinds."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from support.json_values import ANY_JSON
from support.messages import message, raises

from pulumi_setsmart import PortfolioFileError
from pulumi_setsmart.cli import main
from pulumi_setsmart.models.cell import guarded, unguarded
from pulumi_setsmart.models.json import DEEPEST
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification import yaml_reading
from pulumi_setsmart.specification.csv_file import read_csv
from pulumi_setsmart.specification.document import LARGEST_FILE, MOST_VALUES, Document
from pulumi_setsmart.specification.format import Format
from pulumi_setsmart.specification.json_file import read_json
from pulumi_setsmart.specification.reading import entries_in, read_portfolio
from pulumi_setsmart.specification.writing import portfolio_text
from pulumi_setsmart.specification.yaml_loader import PythonLoader
from pulumi_setsmart.specification.yaml_reading import read_yaml

ENDINGS = ["yaml", "json", "csv"]
HUSH = "hush"
SECRETS = [
    f"root:{HUSH}:0:0:{HUSH}:/root:/bin/bash\ndaemon:{HUSH}:1:1::/:/bin/sh\n",
    f"-----BEGIN PRIVATE KEY-----\n{HUSH}{HUSH}+/=\n-----END PRIVATE KEY-----\n",
    f"{HUSH}_KEY={HUSH}\n",
    f"{HUSH}_key: {HUSH}\nother: {HUSH}\n",
    f"{HUSH}: {{{HUSH}: 1, {HUSH}: 2}}\n",
    f'{{"{HUSH}": "{HUSH}", "b": {{"{HUSH}": 1, "{HUSH}": 2}}}}',
    f'{{"{HUSH}": \\{HUSH}}}',
    f'"{HUSH}\\q"\n',
    f"a: *{HUSH}\n",
    f"a: !{HUSH} 1\n",
    f"a: !{HUSH}!x 1\n",
    f"%TAG {HUSH}\n---\n",
    f"&{HUSH} a: @{HUSH}\n",
    f"{HUSH},{HUSH},name\n{HUSH},1,2\n",
    f'{HUSH},"{HUSH}"{HUSH}\n',
    f"[[{HUSH}]]\n",
    f"- {HUSH}\n",
    f"{HUSH}\x00{HUSH}",
]


def error_line(path: Path) -> str:
    """Return the message of the error that a file causes, which must be one line."""
    with pytest.raises(PortfolioFileError) as caught:
        read_portfolio(path)
    [line] = str(caught.value).splitlines()
    return line


@pytest.mark.parametrize("ending", ENDINGS)
def test_only_files_are_read(tmp_path: Path, ending: str) -> None:
    """Reading from a pipe or a device may never end; nothing hangs."""
    pipe, device, listening = (tmp_path / f"{name}.{ending}" for name in ("p", "d", "s"))
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(listening))
    assert error_line(pipe) == message(MessageCode.NOT_A_FILE, pipe, "pipe")
    assert error_line(device) == message(MessageCode.NOT_A_FILE, device, "device")
    assert error_line(listening) == message(
        MessageCode.UNUSABLE_FILE, listening, "No such device or address"
    )


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("text", SECRETS)
@pytest.mark.parametrize("with_libyaml", [True, False])
def test_no_message_repeats_what_a_file_holds_that_is_no_portfolio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, text: str, *, with_libyaml: bool
) -> None:
    """The path may be a link to a key or a list of passwords, and messages go into logs."""
    use_parser(monkeypatch, with_libyaml=with_libyaml)
    (tmp_path / "secret").write_text(text)
    link = tmp_path / f"p.{ending}"
    link.symlink_to("secret")
    assert HUSH not in error_line(link)


def use_parser(monkeypatch: pytest.MonkeyPatch, *, with_libyaml: bool) -> None:
    """Have YAML read by libyaml, or by the parser in Python."""
    monkeypatch.setattr(yaml, "__with_libyaml__", with_libyaml)
    loader = yaml.CSafeLoader if with_libyaml else PythonLoader
    monkeypatch.setattr(yaml_reading, "LOADER", loader)


def test_an_error_in_a_portfolio_shows_its_names(tmp_path: Path) -> None:
    """There they help: an unknown section, a field, a name that is there twice."""
    path = tmp_path / "p.yaml"
    for text, code, location in (
        ("properties: {}\nwebhook: {}\n", MessageCode.INVALID_PORTFOLIO, "2:1: webhook"),
        (
            "properties:\n  villa: {name: x, nam: x}\n",
            MessageCode.UNKNOWN_FIELD,
            "2:20: properties.villa.nam",
        ),
        ("properties:\n  villa: {name: x, name: y}\n", MessageCode.DUPLICATE_KEY, "2:20: name"),
    ):
        path.write_text(text)
        assert error_line(path) == message(code, f"{path}:{location}")


@pytest.mark.parametrize(
    ("cell", "value"),
    [("0", 0), ("3", 3), ("3.0", 3), ("1e1", 10), ("1E+1", 10), ("9007199254740992", 2**53)],
)
def test_a_number_in_a_spreadsheet_is_one_as_in_json(cell: str, value: int) -> None:
    """Whole, with a point, or with an exponent; exactly that number."""
    loaded = entries_in(f"resource_name,name,bedrooms\na,A,{cell}\n", "p.csv")
    assert loaded["properties"]["a"]["bedrooms"] == value
    assert type(loaded["properties"]["a"]["bedrooms"]) is int
    assert json.loads(cell) == value


def number_error(cell: str) -> str:
    """Return the message of the error that a number causes in a cell."""
    with raises(
        PortfolioFileError, MessageCode.INVALID_TABLE, "p.csv:2:5: bedrooms:", "2", "1.5"
    ) as caught:
        entries_in(f'resource_name,name,bedrooms\na,A,"{cell}"\n', "p.csv")
    return str(caught.value)


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "1_0",
            "\u0663",
            "\uff13",
            "\u0663.\u0665",
            " 5",
            "5 ",
            "\xa05",
            "+5",
            "05",
            "0x10",
            "1,5",
            "1.",
            ".5",
            "--1",
        ),
        *("infinity", "inf", "nan", "-nan", "1e999", "9" * 5000, "1e", "½", "'5", "true", "\x005"),
    ],
)
def test_a_number_that_json_does_not_have_is_invalid_in_a_spreadsheet(cell: str) -> None:
    """However Python would read it; the message says what to write, and not what is there."""
    assert number_error(cell) == number_error("two")


@pytest.mark.parametrize("text", ["1_0", "1_000.5", "0x_1", "1_0e3", "-1_0"])
def test_a_number_with_underscores_in_yaml_is_an_error(text: str) -> None:
    """It was a number in YAML 1.1 and is a text in 1.2: so it is neither."""
    with raises(PortfolioFileError, MessageCode.UNSUPPORTED_YAML, "p.yaml:1:4:", "_"):
        read_yaml(f"a: {text}", "p.yaml")
    assert read_yaml(f"a: '{text}'", "p.yaml").value == {"a": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("\u0663", "\u0663"), ("1 0", "1 0"), ("yes", "yes"), ("0b1", "0b1"), ("1:30", "1:30")),
        *(("0x1F", 31), ("0o17", 15), ("+5", 5), ("007", 7), ("1e3", 1000.0), (".5", 0.5)),
        *(("-.inf", float("-inf")), ("~", None), ("True", True), ("2026-01-01", "2026-01-01")),
        *(("! 12", 12), ('! "12"', "12"), ("!!str 12", "12"), ("!!float 3", 3.0)),
    ],
)
@pytest.mark.parametrize("with_libyaml", [True, False])
def test_scalars_are_those_of_yaml_1_2(
    monkeypatch: pytest.MonkeyPatch, text: str, value: object, *, with_libyaml: bool
) -> None:
    """Its core schema."""
    use_parser(monkeypatch, with_libyaml=with_libyaml)
    read = read_yaml(f"a: {text}", "p.yaml").value
    assert isinstance(read, dict)
    assert (type(read["a"]), read["a"]) == (type(value), value)


def outcome(text: str) -> Document | str:
    """Return what becomes of a text in YAML: what is in it, or the line that is refused."""
    try:
        return read_yaml(text, "p.yaml")
    except PortfolioFileError as error:
        return str(error).split(": ")[0]


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "a: 1\n",
                "b:\n",
                "  c: [1, two]\n",
                "  d: {e: f, 'g': \"h\\n\"}\n",
                "  - x\n",
                "- y\n",
            ),
            *(
                "? k\n",
                ": v\n",
                "&x ",
                "*x",
                "!!str ",
                "# c\n",
                "---\n",
                "|\n  text\n",
                ">-\n  t\n",
            ),
            *("\n", "  ", "'", '"', "[", "]", "{", "}", ",", "é🏖", "\t", "%YAML 1.2\n", "<<: {}\n"),
        ]
    ),
    max_size=12,
).map("".join)


@given(PIECES | ANY_JSON.map(yaml.safe_dump) | st.text(max_size=20))
@example("a: 1\na: 2\n")
@example("a: 'x\n\n  y'\nb: @\n")
@example("0\t")
@example("a:\t0\t# tabs\nb: c\td\n")
@example("a: b\n\t c\n")
@example("!")
@example("!\t0")
@example("\n\ufeff0")
@example("a: |\t# comment\n  b\n")
@example("a: >#\n")
@example("[?]")
@example("?")
@example("a: 1\n?")
def test_both_parsers_read_the_same(text: str) -> None:
    """Values and lines, whether libyaml is there or not; and they refuse the same."""
    with pytest.MonkeyPatch.context() as patch:
        use_parser(patch, with_libyaml=True)
        one = outcome(text)
        use_parser(patch, with_libyaml=False)
        other = outcome(text)
    if isinstance(one, str) and isinstance(other, str):
        return  # the line that a parser gives up in is its own affair
    assert repr(one) == repr(other)


@pytest.mark.parametrize("depth", [DEEPEST + 5, 300, 900, 5_000, 200_000])
@pytest.mark.parametrize("read", [read_yaml, read_json])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_a_file_that_is_too_deep_is_rejected_in_both_formats(
    depth: int, read: object, opening: str, closing: str
) -> None:
    """At any depth, with the same words."""
    with raises(PortfolioFileError, MessageCode.TOO_DEEP, "p:1:", DEEPEST):
        read(opening * depth + "1" + closing * depth, "p")  # type: ignore[operator]  # one of two


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_yaml, "- 1\n" * (2 * MOST_VALUES + 1)),
        (read_yaml, f"[{'[],' * (2 * MOST_VALUES)}]"),
        (read_json, f"[{'1,' * MOST_VALUES}1]"),
        (
            read_csv,
            "resource_name,name\n" + "".join(f"{n},b\n" for n in range(MOST_VALUES // 2 + 2)),
        ),
    ],
    ids=["yaml", "flow", "json", "csv"],
)
def test_a_file_holds_a_bounded_number_of_values(read: object, text: str) -> None:
    """However small each of them is: memory and time go with their number."""
    assert len(text) < LARGEST_FILE
    with raises(PortfolioFileError, MessageCode.TOO_MANY_VALUES, f"{MOST_VALUES:,} values"):
        read(text, "p")  # type: ignore[operator]  # one of three


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        ("resource_name" + ",name" * 1_000_000 + "\n", MessageCode.INVALID_TABLE, ["name"]),
        ("," * 1_000_000 + "\n", MessageCode.INVALID_TABLE, ["resource_name"]),
        (
            ",".join(["resource_name", *(f"attributes.{n}" for n in range(300_000)), "x"]) + "\n",
            MessageCode.INVALID_TABLE,
            ["x is an unknown column"],
        ),
        (
            "resource_name,name\na" + "," * 1_000_000 + "\n",
            MessageCode.INVALID_TABLE,
            ["1000001", "2"],
        ),
        (
            'resource_name,name\na,"' + "x" * 1_000_000,
            MessageCode.INVALID_SYNTAX,
            ["CSV", "unexpected end of data"],
        ),
    ],
    ids=["columns", "blanks", "attributes", "cells", "quote"],
)
def test_a_large_odd_spreadsheet_is_one_clear_line(
    text: str, code: MessageCode, facts: list[str]
) -> None:
    """A million columns, or a quotation that never ends."""
    with raises(PortfolioFileError, code, "p.csv:", *facts) as caught:
        entries_in(text, "p.csv")
    assert len(str(caught.value)) < 200


def test_a_cell_may_be_as_long_as_a_file() -> None:
    """The bound of the standard library's reader would be one on what export may write."""
    name = "x" * 200_000
    portfolio = entries_in(json.dumps({"properties": {"a": {"name": name}}}), "p.json")
    assert entries_in(portfolio_text(portfolio, Format.CSV), "p.csv") == portfolio


def test_a_portfolio_that_would_be_too_large_is_not_written(tmp_path: Path) -> None:
    """Since it could not be read: here, only blanks at the beginnings of lines make it so large."""
    source, output = tmp_path / "p.json", tmp_path / "q.json"
    deep = "[" * 40 + "1," * (LARGEST_FILE // 90) + "1" + "]" * 40
    source.write_text(
        f'{{"properties": {{"a": {{"name": "A", "attributes": {{"deep": {deep}}}}}}}}}'
    )
    result = CliRunner().invoke(main, ["export", str(source), "--output", str(output)])
    assert (result.exit_code, result.stderr) == (
        1,
        message(MessageCode.UNUSABLE_FILE, f"Error: {output}:", "8 MiB"),
    )
    assert not output.exists()


FORMULAS = [
    *(
        "=1+1",
        "+1",
        "-1",
        "@x",
        "\t=1",
        "\r=1",
        "\n=1",
        "'=1",
        "''=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20x",
    ),
    *(
        " =1",
        "\xa0=1",
        "\u3000\uff1d1",
        "\u200b=1",
        "\ufeff=1",
        "\u202e=1",
        "\x00=1",
        "\x1b=1",
        " ' =1",
    ),
    *(
        "\ufe621",
        "\ufe631",
        "\ufe661",
        "\ufe6bx",
        "\u2212" + "1",
        "\tx",
        "\rx",
        "\nx",
        "\u2028=1",
        "\x85=1",
        "'\t",
    ),
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_could_run_is_guarded(text: str) -> None:
    """In wide forms and after what is not seen; and the guard is taken away."""
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "'", "'tis", "a=1", "12", " x", "''", "é", "(=", '"=1'])
def test_what_no_spreadsheet_runs_is_left_alone(text: str) -> None:
    """Apostrophes of its own stay."""
    assert guarded(text) == text == unguarded(text)


@given(st.text() | st.text(st.sampled_from("'=+-@\uff1d \t\r\n\xa0\u200ba")))
def test_the_guard_is_taken_away_exactly(text: str) -> None:
    """Whatever the text is, also if it begins with apostrophes."""
    assert unguarded(guarded(text)) == text


@given(st.text(st.sampled_from("'=+-@\uff1d \t\r\n\xa0\u200ba,;\"")).filter(str.strip))
def test_a_string_is_the_same_after_a_spreadsheet(text: str) -> None:
    """Through the whole of the file."""
    portfolio = entries_in(json.dumps({"properties": {"a": {"name": text}}}), "p.json")
    assert entries_in(portfolio_text(portfolio, Format.CSV), "p.csv") == portfolio
