"""Values that are changed inside the text of a portfolio file."""

from __future__ import annotations

import copy
import difflib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_setsmart.models.json import Json, pointer, value_at
from pulumi_setsmart.specification import editing
from pulumi_setsmart.specification.alignment import aligned
from pulumi_setsmart.specification.csv_file import read_csv
from pulumi_setsmart.specification.document import Document
from pulumi_setsmart.specification.editing import set_value, with_values
from pulumi_setsmart.specification.json_file import read_json
from pulumi_setsmart.specification.yaml_reading import read_yaml
from pulumi_setsmart.specification.yaml_writing import yaml_text

VILLA = "/properties/villa"
YAML = """\
# Our houses
properties:
  villa: # the big one
    name: "Sea  Villa"   # quoted
    address: 'Road 1'
    bedrooms:   3 # blanks
    bathrooms: 2.50
    max_guests:
    attributes:
      amenities:
      - wifi   # fast
      # about the pool
      - "pool"
      - sauna
      tags: [ a, 'b',  c ] # brackets
      rules: {pets: true , kids: "yes"}
      text: | # lines
        Line 1
        Line 2

      folded: >-
        one
        two
      rooms:
        - beds: 1
          kind: king
        - beds: 2 # two
          kind: twin
      nested:
        - - 1
          - 2 # two
        -
          # about three
          a: 3 # three
      none: []
      shared: &five 5
      other: *five

  loft:
    name: Loft
"""


def changed(text: str, **values: Json) -> list[str]:
    """Return the lines that go and come if fields of the villa change; all others stay.

    A double underscore stands for the members of attributes.
    """
    paths = {f"{VILLA}/{name.replace('__', '/')}": value for name, value in values.items()}
    new, left = with_values(text, "p.yaml", paths)
    assert left == []
    lines = difflib.unified_diff(text.splitlines(), new.splitlines(), n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        (
            {"name": "Villa: new", "address": "Road '2'"},
            [
                '-    name: "Sea  Villa"   # quoted',
                "-    address: 'Road 1'",
                '+    name: "Villa: new"   # quoted',
                "+    address: 'Road ''2'''",
            ],
        ),
        (
            {"bedrooms": 4, "bathrooms": None, "max_guests": 6},
            [
                "-    bedrooms:   3 # blanks",
                "-    bathrooms: 2.50",
                "-    max_guests:",
                "+    bedrooms:   4 # blanks",
                "+    bathrooms: null",
                "+    max_guests: 6",
            ],
        ),
        (
            {"attributes__amenities": ["gym", "wifi", "3", "pool"]},
            ["+      - gym", '+      - "3"', "-      - sauna"],
        ),
        (
            {"attributes__amenities": []},
            [
                "-      amenities:",
                "-      - wifi   # fast",
                "-      # about the pool",
                '-      - "pool"',
                "-      - sauna",
                "+      amenities: []",
            ],
        ),
        (
            {"attributes__tags": ["b", "c", "d, e"], "attributes__rules__kids": "no, never"},
            [
                "-      tags: [ a, 'b',  c ] # brackets",
                '-      rules: {pets: true , kids: "yes"}',
                "+      tags: [ 'b',  c, \"d, e\" ] # brackets",
                '+      rules: {pets: true , kids: "no, never"}',
            ],
        ),
        (
            {"attributes__text": "Line 1\n\nLine 3\n", "attributes__folded": "one three"},
            [
                "-        Line 2",
                "+",
                "+        Line 3",
                "-        one",
                "-        two",
                "+        one three",
            ],
        ),
        (
            {"attributes__text": "\n", "attributes__folded": 3},
            [
                "-      text: | # lines",
                "-        Line 1",
                "-        Line 2",
                '+      text: "\\n" # lines',
                "-      folded: >-",
                "-        one",
                "-        two",
                "+      folded: 3",
            ],
        ),
        (
            {"attributes__nested__0__1": 5, "attributes__nested__1__a": 6},
            [
                "-          - 2 # two",
                "+          - 5 # two",
                "-          a: 3 # three",
                "+          a: 6 # three",
            ],
        ),
        (
            {"attributes__rooms__1__beds": 3},
            ["-        - beds: 2 # two", "+        - beds: 3 # two"],
        ),
        (
            {"attributes__rooms": [{"beds": 2, "kind": "twin"}, {"beds": 1, "kind": "bunk"}]},
            [
                "-        - beds: 1",
                "-          kind: king",
                "+        - beds: 1",
                "+          kind: bunk",
            ],
        ),
        (
            {"attributes__none": [{"a": [1]}], "attributes__other": 6},
            [
                "-      none: []",
                "+      none: [{a: [1]}]",
                "-      other: *five",
                "+      other: 6",
            ],
        ),
    ],
)
def test_other_characters_stay(values: dict[str, Json], lines: list[str]) -> None:
    """Comments, quotes, blanks and elements that stay; with both ends of lines."""
    assert changed(YAML, **values) == lines
    windows = YAML.replace("\n", "\r\n")
    assert changed(windows, **values) == lines
    paths = {f"{VILLA}/{name.replace('__', '/')}": value for name, value in values.items()}
    assert "\n" not in with_values(windows, "p.yaml", paths)[0].replace("\r\n", "")


@pytest.mark.parametrize(
    ("after", "lines"),
    [
        (["b", "c"], ["-        a, # first"]),
        (["a", "c"], ["-        b, # second"]),
        (["a", "b"], ["-        c # third"]),
        (["c"], ["-        a, # first", "-        b, # second"]),
        (["a", "d", "c"], ["-        b, # second", "+        d, # second"]),
    ],
)
def test_a_comment_stays_with_its_element(after: list[Json], lines: list[str]) -> None:
    """In brackets as well: that of an element that goes is not one of its neighbour."""
    text = (
        "properties:\n  villa:\n    attributes:\n      l: [\n"
        "        a, # first\n        b, # second\n        c # third\n      ]\n"
    )
    assert changed(text, attributes__l=after) == lines
    assert changed(text.replace("\n", "\r\n"), attributes__l=after) == lines


@pytest.mark.parametrize(
    ("after", "lines"),
    [
        ([1, {"a": 2}, {"a": 1}], ["-        - a: 1 # second", "+        - a: 2 # second"]),
        ([1, {"a": 1}, {"a": 2}], ["-        - a: 1 # third", "+        - a: 2 # third"]),
        ([1, {"a": 1}], ["-        - a: 1 # third"]),
        ([2, {"a": 1}, {"a": 1}], ["-        - 1 # first", "+        - 2 # first"]),
    ],
)
def test_equal_elements_keep_their_comments(after: list[Json], lines: list[str]) -> None:
    """A change of one is a change in its place, and removes no other."""
    text = (
        "properties:\n  villa:\n    attributes:\n      l:\n"
        "        - 1 # first\n        - a: 1 # second\n        - a: 1 # third\n"
    )
    assert changed(text, attributes__l=after) == lines


def test_an_element_is_paired_with_the_one_most_like_it() -> None:
    """So its comment stays with it when another one goes, and a long list takes no hours."""
    text = (
        "properties:\n  villa:\n    attributes:\n      l:\n"
        "        - {id: 1, beds: 1} # one\n        - {id: 2, beds: 2} # two\n"
    )
    assert changed(text, attributes__l=[{"id": 2, "beds": 3}]) == [
        "-        - {id: 1, beds: 1} # one",
        "-        - {id: 2, beds: 2} # two",
        "+        - {id: 2, beds: 3} # two",
    ]
    numbers = [*range(9000)]
    pairs = aligned([-1, *numbers, -2], [-3, *reversed(numbers), -2])
    assert pairs == [(at, at) for at in range(9002)]


def test_a_comment_behind_an_opening_bracket_stays() -> None:
    """Behind another value as well, and beside elements that are added."""
    text = "properties:\n  villa:\n    attributes:\n      l: [ # ours\n        a # first\n      ]\n"
    assert changed(text, attributes__l=None) == [
        "-      l: [ # ours",
        "-        a # first",
        "-      ]",
        "+      l: null # ours",
    ]
    assert changed(text, attributes__l=["b", "a"]) == ["+        b,"]
    assert changed(text, attributes__l=["a", "b"]) == [
        "-        a # first",
        "+        a, # first",
        "+        b",
    ]


def test_a_shared_value_stays() -> None:
    """The value of an anchor is that of others as well; what can be changed is."""
    paths = {f"{VILLA}/attributes/shared": 6, f"{VILLA}/bedrooms": 4}
    text, left = with_values(YAML, "p.yaml", paths)
    assert left == [f"{VILLA}/attributes/shared"]
    assert text == YAML.replace("3 # blanks", "4 # blanks")
    entry = "properties: {villa: {attributes: &shared {pets: true}}, loft: {attributes: *shared}}\n"
    text, left = with_values(entry, "p.yaml", {"/properties/loft/attributes/pets": False})
    assert (text, left) == (entry.replace("*shared", "{pets: false}"), [])


def test_few_readings_find_the_value_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of hundreds: a file of thousands of entries takes seconds to read."""
    readings: list[str] = []

    def counted(text: str, file: str) -> Document:
        readings.append(file)
        return read_csv(text, file)

    monkeypatch.setattr(editing, "read_csv", counted)
    text = "resource_name,name\n" + "".join(f"v{number},A\n" for number in range(256))
    paths: dict[str, Json] = {f"/properties/v{number}/name": "B" for number in range(256)}
    unwritable = "/properties/v77/name"
    new, left = with_values(text, "p.csv", {**paths, unwritable: 5})
    assert left == [unwritable]
    assert new.count(",B\n") == 255
    assert len(readings) <= 4 * 9


def test_json_keeps_its_layout() -> None:
    """Indentation, numbers and the order of members."""
    text = """{"properties": {"villa": {"name" : "A",  "bathrooms": 2.0,
      "attributes": {"l": [ "x",
         "y" ], "o": {} } } } }"""
    paths: dict[str, Json] = {
        f"{VILLA}/name": "É",
        f"{VILLA}/attributes/l": ["y", "z"],
        f"{VILLA}/attributes/o": 1,
    }
    assert with_values(text, "p.json", paths) == (
        """{"properties": {"villa": {"name" : "É",  "bathrooms": 2.0,
      "attributes": {"l": [ "y",
         "z" ], "o": 1 } } } }""",
        [],
    )


def test_csv_keeps_its_cells() -> None:
    """Quotes, the separator and guards; a value of another type than its column stays."""
    text = (
        'sep=;\r\nresource_name;"name";bedrooms;attributes.note;attributes.l:json\r\n'
        'villa;"Sea";3;old;"[1, ""x""]"\r\n'
        "loft;Loft;;;\r\n"
    )
    new, left = with_values(
        text,
        "p.csv",
        {
            f"{VILLA}/name": "=1+1",
            f"{VILLA}/bedrooms": None,
            f"{VILLA}/attributes/l/1": "y",
            f"{VILLA}/attributes/note": "a;b",
            "/properties/loft/name": "L\n",
        },
    )
    assert new == (
        'sep=;\r\nresource_name;"name";bedrooms;attributes.note;attributes.l:json\r\n'
        'villa;"\'=1+1";;"a;b";"[1, ""y""]"\r\n'
        'loft;"L\n";;;\r\n'
    )
    assert left == []
    number = {f"{VILLA}/attributes/note": 5}
    assert with_values(text, "p.csv", number) == (text, [*number])
    nulls = text.replace('"[1, ""x""]"', '"[null, {""a"": null}]"')
    new, left = with_values(nulls, "p.csv", {f"{VILLA}/name": "Lake"})
    assert (new, left) == (nulls.replace("Sea", "Lake"), [])
    emptied = {f"{VILLA}/attributes/note": None, f"{VILLA}/attributes/l": None}
    assert with_values(text, "p.csv", emptied)[1] == []


SCALARS = st.none() | st.booleans() | st.integers(-99, 99) | st.floats(-9, 9) | st.text(max_size=8)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS.filter(lambda value: not isinstance(value, str) or value.isprintable()),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("ab: #-", min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)


def paths_in(value: Any, path: str) -> list[str]:
    """Return the JSON pointers of a value and all in it."""
    members: Any = value.items() if isinstance(value, dict) else ()
    members = enumerate(value) if isinstance(value, list) else members
    return [
        path,
        *(each for key, member in members for each in paths_in(member, pointer(path, key))),
    ]


@pytest.mark.parametrize("file", ["p.yaml", "block.yaml", "p.json"])
@given(before=VALUES, data=st.data())
def test_any_value_takes_the_place_of_any_other(
    file: str, before: Json, data: st.DataObject
) -> None:
    """It is read as that, and the entries around it and their comments stay."""
    value: Any = {
        "properties": {
            "a": {"x": 1},
            "m": {"x": before, "y": [copy.deepcopy(before)]},
            "z": {"x": 1},
        }
    }
    read = read_json if file == "p.json" else read_yaml
    text = json.dumps(value, indent=data.draw(st.sampled_from([None, 2])), ensure_ascii=False)
    if file == "block.yaml":
        text = yaml_text(value).replace("  z:", "  # about z\n  z:")
    path = data.draw(st.sampled_from(paths_in(value["properties"]["m"], "/properties/m")[1:]))
    new = data.draw(VALUES)
    if isinstance(new, list) and isinstance(old := value_at(value, path.split("/")[1:]), list):
        new = [*new, *old[1:]]
    expected = copy.deepcopy(value)
    set_value(expected, path, new)

    written, left = with_values(text, file, {path: new})
    assert left == []
    assert json.dumps(read(written, file).value) == json.dumps(expected)
    for mark, side in (('m"' if file != "block.yaml" else "  m:", 0), ("z", -1)):
        assert written.split(mark)[side] == text.split(mark)[side]
