"""Arbitrary portfolio files in which arbitrary values are changed: all else stays as it is."""

from __future__ import annotations

import copy
import functools
import itertools
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import define, evolve, field, frozen
from hypothesis import given, note, settings
from hypothesis import strategies as st

from pulumi_setsmart.models.cell import guarded
from pulumi_setsmart.models.json import Json, pointer, steps, value_at
from pulumi_setsmart.specification.csv_file import read_csv
from pulumi_setsmart.specification.editing import set_value, with_values
from pulumi_setsmart.specification.json_file import read_json
from pulumi_setsmart.specification.yaml_reading import read_yaml
from pulumi_setsmart.specification.yaml_writing import inline_text, scalar_text

WORDS = st.sampled_from(
    ["Sea Villa", "wifi", "it's", 'a "b"', "a: b", "x # y", "", "3", "null", "é", "-", "[", "a, b"]
)
LONG = st.sampled_from(["one\ntwo\n", "one\n\n  two", "one two three", " lead", "a\n"])
SCALARS: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-9, 99) | st.just(2.5) | WORDS | LONG
)
KEYS = st.sampled_from(["a", "b c", "#d", "e: f", "yes", "1", "'g'", "wifi"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
LISTS: st.SearchStrategy[Any] = st.lists(
    SCALARS | st.sampled_from([{"a": 1, "b c": "x"}, {"a": 2}, {"a": 1, "b c": "y"}, [1, 2]]),
    min_size=1,
    max_size=5,
)
ENTRIES = st.dictionaries(KEYS, VALUES | LISTS, min_size=1, max_size=4)


INSIDE = "#"
"""The last step of the path of a comment that is between the members of a value."""


@frozen
class Line:
    """A line of a file.

    Attributes:
        text: Its text, without its end.
        path: The innermost value that holds everything in it.
        comment: A comment that is only in this line; None if there is none.
    """

    text: str
    path: str
    comment: str | None = None


@define
class Writer:
    """Writes a value as YAML in any style, with comments anywhere."""

    random: random.Random
    numbers: Iterator[int] = field(factory=itertools.count)
    with_anchors: bool = False
    anchors: dict[str, str] = field(factory=dict)

    def chance(self, of: int = 3) -> bool:
        """Return whether something happens that happens once in so many times."""
        return self.random.randrange(of) == 0

    def comment(self) -> str | None:
        """Return a comment like no other, or None."""
        return f"# c{next(self.numbers)}." if self.chance() else None

    def ended(self, text: str, path: str) -> Line:
        """Return a line that may end with a comment."""
        comment = self.comment()
        return Line(f"{text} {comment}" if comment else text, path, comment)

    def between(self, indent: str, path: str) -> Iterator[Line]:
        """Yield what may be between members: a comment in a line, or a blank line."""
        comment = self.comment()
        if comment:
            yield Line(f"{indent}{comment}", pointer(path, INSIDE), comment)
        elif self.chance(6):
            yield Line("", path)

    def members(self, value: dict[str, Any], indent: str, path: str) -> Iterator[Line]:
        """Yield the lines of an object."""
        for key, member in value.items():
            yield from self.between(indent, path)
            name = self.random.choice((scalar_text(key), json.dumps(key)))
            yield from self.after(f"{indent}{name}:", member, indent, pointer(path, key))

    def elements(self, value: list[Any], indent: str, path: str) -> Iterator[Line]:
        """Yield the lines of a list."""
        for index, element in enumerate(value):
            yield from self.between(indent, path)
            inside = pointer(path, index)
            if isinstance(element, dict | list) and element and self.chance(2):
                first, *others = (
                    self.members(element, f"{indent}  ", inside)
                    if isinstance(element, dict)
                    else self.elements(element, f"{indent}  ", inside)
                )
                if first.path.endswith(INSIDE) or not first.text:
                    yield self.ended(f"{indent}-", inside)
                    yield from (first, *others)
                else:
                    text = first.text.removeprefix(f"{indent}  ")
                    yield evolve(first, text=f"{indent}- {text}")
                    yield from others
            else:
                yield from self.after(f"{indent}-", element, indent, inside)

    def after(self, mark: str, value: Any, indent: str, path: str) -> Iterator[Line]:
        """Yield the lines of a value, of which the first begins with its key or dash."""
        is_block = isinstance(value, dict | list) and value and not self.chance(4)
        if is_block and isinstance(value, dict):
            yield self.ended(mark, path)
            yield from self.members(value, f"{indent}{self.random.choice(('  ', ' '))}", path)
        elif is_block:
            yield self.ended(mark, path)
            under = "" if not mark.endswith("-") and self.chance(2) else "  "
            yield from self.elements(value, f"{indent}{under}", path)
        elif isinstance(value, dict | list) and value and self.chance(2):
            yield from self.bracket_lines(mark, value, indent, path)
        elif isinstance(value, str) and re.search(r"\S", value) and self.chance(2):
            yield from self.string_lines(mark, value, indent, path)
        else:
            written = self.inline(value)
            blank = self.random.choice((" ", "  ", "   ")) if written else ""
            yield self.ended(f"{mark}{blank}{written}", path)

    def bracket_lines(self, mark: str, value: Any, indent: str, path: str) -> Iterator[Line]:
        """Yield the lines of a list or object in brackets, with a line for each member."""
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        members = [*value.items()] if isinstance(value, dict) else [*enumerate(value)]
        yield self.ended(f"{mark} {opening}", path)
        for at, (name, member) in enumerate(members, 1):
            end = "" if at == len(members) and self.chance(2) else ","
            key = f"{inline_text(name)}: " if isinstance(name, str) else ""
            yield from self.between(f"{indent}    ", path)
            yield self.ended(f"{indent}    {key}{self.inline(member)}{end}", pointer(path, name))
        yield self.ended(f"{indent}  {closing}", path)

    def string_lines(self, mark: str, value: str, indent: str, path: str) -> Iterator[Line]:
        """Yield the lines of a string that has lines of its own."""
        body = value.removesuffix("\n")
        first, _, rest = value.partition(" ")
        if re.fullmatch(r"[a-z]+( [a-z]+)+", value) and self.chance(2):
            quote = self.random.choice(("", "'", '"'))
            yield Line(f"{mark} {quote}{first}", path)
            yield self.ended(f"{indent}    {rest}{quote}", path)
            return
        if body.startswith((" ", "\n")) or body.endswith("\n"):
            yield self.ended(f"{mark} {json.dumps(value)}", path)
            return
        keep = "" if value.endswith("\n") else "-"
        style = "|" if "\n" in body else self.random.choice("|>")
        yield self.ended(f"{mark} {style}{keep}", path)
        for line in body.split("\n"):
            yield Line(f"{indent}    {line}" if line else "", path)

    def inline(self, value: Any) -> str:
        """Return a value in one line, or an alias of one."""
        written = json.dumps(value)
        if not self.with_anchors or value is None:
            return self.written(value)
        if written in self.anchors and self.chance(2):
            return f"*{self.anchors[written]}"
        if self.chance(4):
            text = self.written(value)
            self.anchors[written] = anchor = f"a{next(self.numbers)}"
            return f"&{anchor} {text}"
        return self.written(value)

    def written(self, value: Any) -> str:
        """Return a value in one line."""
        match value:
            case None:
                return "null"
            case str():
                quoted = "'" + value.replace("'", "''") + "'"
                forms = [json.dumps(value, ensure_ascii=False), inline_text(value)]
                return self.random.choice([*forms, *([] if "\n" in value else [quoted])])
            case list():
                return f"[{', '.join(map(self.inline, value))}]"
            case dict():
                members = (
                    f"{inline_text(key)}: {self.inline(each)}" for key, each in value.items()
                )
                return f"{{{', '.join(members)}}}"
        return scalar_text(value)


def is_kept(old: Json, new: Json, inside: Sequence[str]) -> bool:
    """Return whether a value, or what is written about it, has to be there still.

    Args:
        old: A value.
        new: What it becomes.
        inside: The steps from the value to the one in question.
    """
    if not inside or same(old, new):
        return True
    step, *rest = inside
    match old, new:
        case dict(), dict() if old.keys() == new.keys():
            return step == INSIDE or is_kept(old[step], new[step], rest)
        case list(), list() if old and new:
            texts = [[*map(json.dumps, side)] for side in (old, new)]
            if len(old) == len(new):
                changed = sum(one != other for one, other in zip(*texts, strict=True))
                return changed == 1 and (
                    step == INSIDE or is_kept(old[int(step)], new[int(step)], rest)
                )
            less, more = sorted(texts, key=len)
            is_clear = len(more) == len({*more}) == len(less) + 1 and is_in_order(less, more)
            return is_clear and (step == INSIDE or texts[0][int(step)] in texts[1])
    return False


def same(one: Json, other: Json) -> bool:
    """Return whether two values are the same, with their types."""
    return json.dumps(one) == json.dumps(other)


def is_in_order(some: Sequence[str], all_: Sequence[str]) -> bool:
    """Return whether the ones are among the others, in the same order."""
    rest = iter(all_)
    return all(each in rest for each in some)


def without_comma(line: str) -> str:
    """Return a line without the comma that an element in brackets needs before another one."""
    return re.sub(r",(?=[ \t]*(?:#|$))", "", line)


def is_same_in(old: Json, new: Json, line: Line) -> bool:
    """Return whether nothing changes in a line."""
    keys = steps(line.path)
    if not is_kept(old, new, keys):
        return False
    if keys[-1:] == [INSIDE]:
        return True
    for depth in range(len(keys)):
        above, other = value_at(old, keys[:depth]), value_at(new, keys[:depth])
        if isinstance(above, list) and isinstance(other, list) and len(above) != len(other):
            return True  # the element is in both
    return same(value_at(old, keys), value_at(new, keys))


def leaves(value: Any, path: str) -> list[str]:
    """Return the places of which a report shows each by itself."""
    if isinstance(value, dict) and value:
        return [
            each for key, member in value.items() for each in leaves(member, pointer(path, key))
        ]
    return [path]


def drift(data: st.DataObject, old: Any) -> Any:
    """Draw what a value became."""
    if not isinstance(old, list) or not old or data.draw(st.integers(0, 5)) == 0:
        return data.draw(VALUES)
    new = copy.deepcopy(old)
    index = data.draw(st.integers(0, len(new) - 1))
    match data.draw(st.sampled_from(["change", "inside", "remove", "add", "move"])):
        case "inside" if isinstance(new[index], dict) and new[index]:
            new[index][data.draw(st.sampled_from([*new[index]]))] = data.draw(SCALARS)
        case "remove":
            del new[index]
        case "add":
            new.insert(data.draw(st.integers(0, len(new))), data.draw(VALUES))
        case "move":
            new.append(new.pop(index))
        case _:
            new[index] = data.draw(SCALARS)
    return new


def drawn_changes(data: st.DataObject, value: Any) -> tuple[dict[str, Any], Any]:
    """Draw what becomes of some of the attributes of the villa, and of the whole document."""
    places = leaves(value_at(value, steps(VILLA)), VILLA)
    chosen = data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=3, unique=True))
    changes = {path: drift(data, value_at(value, steps(path))) for path in chosen}
    expected = copy.deepcopy(value)
    for path, new in changes.items():
        set_value(expected, path, new)
    return changes, expected


VILLA = "/properties/villa/attributes"


def document(fields: dict[str, Any]) -> dict[str, Any]:
    """Return a portfolio with a listing between two others."""
    other = {"name": "Loft", "attributes": {"a": [1, {"b": 2}]}}
    return {
        "properties": {
            "first": copy.deepcopy(other),
            "villa": {"name": "Villa", "attributes": fields},
            "last": other,
        }
    }


@settings(max_examples=100)
@given(fields=ENTRIES, choices=st.randoms(use_true_random=True), data=st.data())
def test_yaml_keeps_all_else(
    fields: dict[str, Any], choices: random.Random, data: st.DataObject
) -> None:
    """Each comment about what is still there, and each line in which nothing changes."""
    value: Any = document(fields)
    lines = [*Writer(choices).members(value, "", "")]
    if choices.randrange(3) == 0:
        lines = [Line("---", pointer("", INSIDE)), *lines]
    end = choices.choice(["\n", "\r\n"])
    text = end.join(line.text for line in lines) + choices.choice([end, ""])
    assert same(read_yaml(text, "p.yaml").value, value), text
    changes, expected = drawn_changes(data, value)

    written, left = with_values(text, "p.yaml", changes)
    note(f"{changes}\n{text}\nBECOMES\n{written}")
    assert left == []
    assert same(read_yaml(written, "p.yaml").value, expected)
    assert with_values(written, "p.yaml", changes) == (written, [])
    comments = [
        line.comment
        for line in lines
        if line.comment and is_kept(value, expected, steps(line.path))
    ]
    found = re.findall(r"# c\d+\.", written)
    assert is_in_order(comments, found)
    assert len(found) == len({*found})
    stay = [without_comma(line.text) for line in lines if is_same_in(value, expected, line)]
    assert is_in_order(stay, [*map(without_comma, written.split(end))])
    assert end == "\n" or "\n" not in written.replace(end, "")


@settings(max_examples=100)
@given(fields=ENTRIES, choices=st.randoms(use_true_random=True), data=st.data())
def test_yaml_with_aliases_is_written_right_or_not_at_all(
    fields: dict[str, Any], choices: random.Random, data: st.DataObject
) -> None:
    """A value stays if others share it; a value that is changed changes no other."""
    value: Any = document({**fields, "again": copy.deepcopy(fields)})
    lines = [*Writer(choices, with_anchors=True).members(value, "", "")]
    text = "".join(f"{line.text}\n" for line in lines)
    assert same(read_yaml(text, "p.yaml").value, value)
    changes, _ = drawn_changes(data, value)

    written, left = with_values(text, "p.yaml", changes)
    note(f"{changes}\n{text}\nBECOMES\n{written}")
    assert not left or "*a" in text
    expected = copy.deepcopy(value)
    done = {path: new for path, new in changes.items() if path not in left}
    for path, new in done.items():
        set_value(expected, path, new)
    assert same(read_yaml(written, "p.yaml").value, expected)
    assert with_values(written, "p.yaml", done) == (written, [])
    assert done or written == text
    stay = [without_comma(line.text) for line in lines if is_same_in(value, expected, line)]
    assert is_in_order(stay, [*map(without_comma, written.split("\n"))])


def json_lines(value: Any, choices: random.Random, indent: str, path: str) -> Iterator[Line]:
    """Yield the lines of a value in JSON, of which the first has no indent."""
    if not isinstance(value, dict | list) or not value or choices.randrange(4) == 0:
        yield Line(json.dumps(value, ensure_ascii=choices.random() < 1 / 2), path)
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield Line(opening, path)
    inside = f"{indent}{choices.choice(['  ', ' ', chr(9)])}"
    members = [*value.items()] if isinstance(value, dict) else [*enumerate(value)]
    for at, (name, member) in enumerate(members, 1):
        mark = choices.choice([":", ": ", " :  "])
        key = f"{json.dumps(name)}{mark}" if isinstance(value, dict) else ""
        lines = [*json_lines(member, choices, inside, pointer(path, name))]
        lines[0] = evolve(lines[0], text=f"{inside}{key}{lines[0].text}")
        comma = "," if at < len(members) else ""
        lines[-1] = evolve(lines[-1], text=f"{lines[-1].text}{comma}")
        yield from lines
    yield Line(f"{indent}{closing}", path)


@settings(max_examples=100)
@given(fields=ENTRIES, choices=st.randoms(use_true_random=True), data=st.data())
def test_json_keeps_all_else(
    fields: dict[str, Any], choices: random.Random, data: st.DataObject
) -> None:
    """Each line in which nothing changes, but for the comma at its end."""
    value: Any = document(fields)
    end = choices.choice(["\n", "\r\n"])
    lines = [*json_lines(value, choices, "", "")]
    text = end.join(line.text for line in lines) + choices.choice([end, ""])
    assert same(read_json(text, "p.json").value, value)
    changes, expected = drawn_changes(data, value)

    written, left = with_values(text, "p.json", changes)
    note(f"{changes}\n{text}\nBECOMES\n{written}")
    assert left == []
    assert same(read_json(written, "p.json").value, expected)
    assert with_values(written, "p.json", changes) == (written, [])
    stay = [without_comma(line.text) for line in lines if is_same_in(value, expected, line)]
    assert is_in_order(stay, [*map(without_comma, written.split(end))])


TEXTS = st.sampled_from(["", "Sea Villa", "a;b", 'a "b"', "one\ntwo", "=1", "'x", " x ", "-"])
COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "name": TEXTS,
    "address": TEXTS,
    "bedrooms": st.none() | st.integers(0, 9),
    "bathrooms": st.none() | st.sampled_from([1, 2.5]),
    "attributes.note": TEXTS,
    "attributes.size:number": st.none() | st.integers(-9, 9) | st.just(0.5),
    "attributes.rooms:json": VALUES | LISTS,
}


def cell(value: Any, column: str) -> str:
    """Return a value as the text in a cell; nothing for null, but in JSON."""
    if column.endswith(":json"):
        return json.dumps(value)
    return guarded(value) if isinstance(value, str) else "" if value is None else str(value)


@settings(max_examples=100)
@given(
    rows=st.lists(st.fixed_dictionaries(COLUMNS), min_size=1, max_size=4),
    order=st.permutations([*COLUMNS]),
    choices=st.randoms(use_true_random=True),
    data=st.data(),
)
def test_csv_keeps_all_else(
    rows: list[dict[str, Any]], order: list[str], choices: random.Random, data: st.DataObject
) -> None:
    """Each character that is not in a cell with another value."""
    end, separator = choices.choice(["\n", "\r\n"]), choices.choice(",;\t")

    def written_cell(text: str) -> str:
        if any(each in text for each in f'"\r\n{separator}') or choices.randrange(3) == 0:
            return '"' + text.replace('"', '""') + '"'
        return text

    header = separator.join(["resource_name", *order]) + end
    places = [(at, column) for at in range(len(rows)) for column in order]
    parts = {(at, column): written_cell(cell(rows[at][column], column)) for at, column in places}
    blank = [choices.choice(["", "", end]) for _ in rows]

    def table(cells: Mapping[tuple[int, str], str], write: Callable[[str], str]) -> str:
        return write(header) + "".join(
            write(f"r{at}")
            + "".join(write(separator) + cells[at, column] for column in order)
            + write(end + blank[at])
            for at in range(len(rows))
        )

    text = table(parts, str)
    before: Any = read_csv(text, "p.csv").value
    keys = {(at, column): ["properties", f"r{at}", *column_steps(column)] for at, column in places}
    declared = {
        place: functools.reduce(pointer, keys[place], "")
        for place in places
        if keys[place][-1] in (value_at(before, keys[place][:-1]) or {})  # type: ignore[operator]  # an object
    }
    if not declared:
        return
    chosen = data.draw(st.lists(st.sampled_from([*declared]), min_size=1, max_size=4, unique=True))
    changes = {
        path: new
        for path, new in (
            (declared[place], data.draw(COLUMNS[place[1]] | st.none())) for place in chosen
        )
        if new != "" and not same(new, value_at(before, steps(path)))
    }
    written, left = with_values(text, "p.csv", changes)
    note(f"{changes}\n{text}\nBECOMES\n{written}")
    assert left == []
    after: Any = read_csv(written, "p.csv").value
    for place in places:
        now = changes.get(declared.get(place, ""), value_at(before, keys[place]))
        assert same(value_at(after, keys[place]), now)
    any_cell = {place: re.escape(part) for place, part in parts.items()} | dict.fromkeys(
        chosen, '(?:"(?:[^"]|"")*"|[^"]*?)'
    )
    assert re.fullmatch(table(any_cell, re.escape), written)
    emptied = {path for path, value in changes.items() if value is None}
    again = {path: value for path, value in changes.items() if path not in emptied}
    assert with_values(written, "p.csv", again) == (written, [])


def column_steps(column: str) -> list[str]:
    """Return the steps from an entry to the field of a column."""
    return column.partition(":")[0].split(".")
