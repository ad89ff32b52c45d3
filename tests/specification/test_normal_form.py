"""Portfolio files in their normal form."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.json_values import ANY_JSON
from support.messages import raises

from pulumi_setsmart import PortfolioFileError
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification import normal_form
from pulumi_setsmart.specification.format import Format
from pulumi_setsmart.specification.normal_form import normal_text
from pulumi_setsmart.specification.reading import entries_in
from pulumi_setsmart.specification.writing import portfolio_text

CASES = {
    "indentation": (
        "properties:\n     a:\n      name: A\n     b:\n            name: B\n",
        "properties:\n  a:\n    name: A\n  b:\n    name: B\n",
    ),
    "lists": (
        (
            "properties:\n a:\n  name: A\n  attributes:\n   l:\n   -   x\n   -   - y\n   -  k: 1\n"
            "      m: 2\n"
        ),
        (
            "properties:\n  a:\n    name: A\n    attributes:\n      l:\n        - x\n"
            "        -   - y\n        - k: 1\n          m: 2\n"
        ),
    ),
    "blanks": (
        "\n\nproperties:  \r\n\r\n\r\n\r\n  a:\t\r\n    name:   A   # sign  \r\n\r\n\r\n",
        "properties:\n\n  a:\n    name: A   # sign\n",
    ),
    "comments": (
        (
            "# top\nproperties:\n    # on a\n    a:\n        # on name\n        name: A\n"
            "        # bedrooms: 1\n    # on b\n    b: {name: B}\n    # end\n# bottom"
        ),
        (
            "# top\nproperties:\n  # on a\n  a:\n    # on name\n    name: A\n"
            "    # bedrooms: 1\n  # on b\n  b: {name: B}\n  # end\n# bottom\n"
        ),
    ),
    "strings": (
        (
            "properties:\n    a:\n        name: |\n          one\n\n            two  \n\n\n\n"
            "    b:\n        name: 'x\n\n            y'\n    c: {name: \"B\"}\n"
        ),
        (
            "properties:\n  a:\n    name: |\n      one\n\n        two  \n\n"
            "  b:\n    name: 'x\n\n        y'\n  c: {name: \"B\"}\n"
        ),
    ),
    "the end": ("properties:\n    a:\n        name: A", "properties:\n  a:\n    name: A\n"),
    "a string at the end": (
        "properties:\n    a:\n        name: |+\n            x\n\n\n",
        "properties:\n  a:\n    name: |+\n        x\n\n\n",
    ),
    "an explicit indentation": (
        "properties:\n    a:\n        name: |2\n            x\n          y\n        # c\n",
        "properties:\n  a:\n    name: |2\n        x\n      y\n    # c\n",
    ),
    "anchors": (
        "properties:\n    a: &x\n        name: A\n    b: *x\n",
        "properties:\n  a: &x\n    name: A\n  b: *x\n",
    ),
}
"""Texts in YAML before and after, by what is seen in them."""


@pytest.mark.parametrize("case", CASES)
def test_yaml_has_one_indentation(case: str) -> None:
    """Comments, quotes, anchors and the order stay."""
    before, after = CASES[case]
    assert normal_text(before, "p.yaml") == after


def test_json_has_a_line_for_each_member() -> None:
    """Numbers keep their digits, and letters need no escapes."""
    before = (
        '{"properties":{"b":{"name":"\\u00e9\\ud800","bathrooms":1.50,"attributes":{"l":[ ]}}}}'
    )
    assert normal_text(before, "p.json") == (
        '{\n  "properties": {\n    "b": {\n      "name": "\\u00e9\\ud800",\n'
        '      "bathrooms": 1.50,\n      "attributes": {\n        "l": []\n      }\n    }\n  }\n}\n'
    )
    assert normal_text('{"properties":{"b":{"name":"\\u00e9"}}}', "p.json").count("é") == 1


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_has_commas_and_the_usual_titles(end: str) -> None:
    """Cells stay as they are, whatever is in them, and so does the end of the lines."""
    before = [
        "Resource_Name; NAME ;Attributes.Pets: JSON;;",
        '"villa";"V;i,l""la";3;;',
        ";;;;",
        "",
        "'=1;' Loft ;true;;",
        'loft;"a\rb";;;',
        ";;;;",
    ]
    after = [
        "resource_name,name,attributes.Pets:json",
        'villa,"V;i,l""la",3',
        "",
        "'=1,' Loft ,true",
        'loft,"a\rb",',
        "",
    ]
    assert normal_text(end.join(before), "p.csv") == end.join(after)


@pytest.mark.parametrize("format_", [Format.YAML, Format.JSON])
@given(st.dictionaries(st.text("ab#:-é ", min_size=1).filter(str.strip), ANY_JSON, max_size=3))
def test_a_new_file_is_in_the_normal_form(format_: Format, attributes: dict[str, Any]) -> None:
    """What convert and export write needs no formatting."""
    entries: Any = {"properties": {"a": {"name": "A", "attributes": attributes}}, "webhooks": {}}
    text = portfolio_text(entries, format_)
    assert normal_text(text, f"p.{format_}") == text


@given(st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip), st.text("=';, \n\ra"))
def test_a_new_spreadsheet_is_in_the_normal_form(name: str, address: str) -> None:
    """Whatever has to be quoted in it."""
    entries: Any = {"properties": {"a": {"name": name, "address": address}}, "webhooks": {}}
    text = portfolio_text(entries, Format.CSV)
    assert normal_text(text, "p.csv") == text


VALUES = st.recursive(
    st.sampled_from(["1", "1.50", "0x1F", "~", "x y", "'a # b'", '"a\\n  b"', "2026-01-01", "*x"]),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@st.composite
def yaml_texts(draw: st.DrawFn) -> str:
    """Draw a portfolio in YAML as somebody might write it."""
    lines = ["properties:"]

    def noise(column: int) -> None:
        for _ in range(draw(st.integers(0, 2))):
            blanks = " " * draw(st.integers(0, 3))
            comment = f"{' ' * draw(st.sampled_from([0, column, column + 1]))}# {len(lines)}"
            lines.append(draw(st.sampled_from([blanks, comment])))

    def add(prefix: str, value: Any, column: int) -> None:
        if isinstance(value, str):
            lines.append(f"{prefix} {value}{draw(st.sampled_from(['', '  ', '  # x']))}")
        elif not value:
            lines.append(f"{prefix} []")
        elif draw(st.booleans()):
            flow = str(value).replace("\\\\", "\\")
            flow = "[" + f",\n{' ' * (column + 4)}".join(["7", "{k: 8}"]) + "]" if flow else flow
            lines.extend(f"{prefix} {flow}".split("\n"))
        else:
            lines.append(prefix)
            inner = column + draw(st.integers(1, 4))
            for each in value:
                noise(inner)
                add(" " * inner + "-" + " " * draw(st.integers(0, 2)), each, inner)

    outer = draw(st.integers(1, 6))
    fields = outer + draw(st.integers(1, 6))
    below = fields + draw(st.integers(1, 6))
    for name in ["a", "b"][: draw(st.integers(1, 2))]:
        noise(outer)
        lines.append(f"{' ' * outer}{name}:")
        noise(fields)
        lines.append(f"{' ' * fields}name:  {'&x ' if name == 'a' else ''}Villa")
        if draw(st.booleans()):
            header = draw(st.sampled_from(["|", ">", "|-", "|+", "|  # y"]))
            lines += [f"{' ' * fields}address: {header}", f"{' ' * below}# one", ""]
            lines += [f"{' ' * below}  two ", "", ""]
        lines.append(f"{' ' * fields}attributes:")
        lines.append(f"{' ' * below}key: &y 1")
        add(f"{' ' * below}other:", draw(VALUES), below)
        noise(below)
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines)


@given(yaml_texts())
def test_a_formatted_file_says_the_same(text: str) -> None:
    """With the same comments in the same order; and it is not formatted twice."""
    normal = normal_text(text, "p.yaml")
    assert entries_in(normal, "p.yaml") == entries_in(text, "p.yaml")
    assert re.findall(r"# \d+$", normal, re.MULTILINE) == re.findall(
        r"# \d+\r?$", text.replace("\r", ""), re.MULTILINE
    )
    assert normal_text(normal, "p.yaml") == normal


@pytest.mark.parametrize("wrong", ["{}\n", '{"properties": {"a": {"name": "B"}}}', "{"])
def test_a_form_that_says_something_else_is_refused(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    """Whatever mistake the formatting itself makes."""
    monkeypatch.setattr(normal_form, "_normal_json", lambda _text: wrong)
    with raises(PortfolioFileError, MessageCode.NOT_EXTENDABLE, "p.json"):
        normal_text('{"properties": {"a": {"name": "A"}}}', "p.json")


def test_a_spreadsheet_that_commas_would_split_otherwise_is_refused() -> None:
    """What separates the columns is guessed from the first line."""
    with raises(PortfolioFileError, MessageCode.NOT_EXTENDABLE, "p.csv"):
        normal_text('sep=|\nresource_name|name|"attributes.a;b;c;d"\nx|y|z\n', "p.csv")
