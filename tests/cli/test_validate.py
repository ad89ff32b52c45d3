"""`pulumi-setsmart validate`: all that is wrong with portfolio files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len
from support.messages import message

from pulumi_setsmart.cli import main
from pulumi_setsmart.models.message_code import MessageCode

GOOD = "properties:\n  villa: {name: Villa}\n  loft: {name: Loft}\n"
HUSH = "hush7hush7"
HOOK = "url: https://a.example/, events: [property.updated]"


@pytest.fixture(autouse=True)
def _on_no_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)


def validated(*arguments: str, **files: str) -> Result:
    """Return what the command says of files, whose names have an underscore for the dot."""
    for name, text in files.items():
        Path(name.replace("_", ".")).write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["validate", *arguments])


def problems(*arguments: str, **files: str) -> list[tuple[str, str, str]]:
    """Return the severity, the place and the code of each problem."""
    found = json.loads(validated(*arguments, "--format", "json", **files).stdout)["problems"]
    return [(each["severity"], f"{each['line']}:{each['column']}", each["code"]) for each in found]


def test_a_good_file_has_status_0() -> None:
    """The command says that it looked at it."""
    result = validated("p.yaml", p_yaml=GOOD)
    assert (result.exit_code, result.stdout) == (0, "1 file: nothing is wrong\n")


def test_all_problems_of_all_files_are_shown_with_their_places() -> None:
    """One line says what it is, the next ones where, up to the column."""
    result = validated(
        *("p.yaml", "c.csv"),
        p_yaml=GOOD + "  cabin: {name: Cabin, beds: 2, bedrooms: x}\n",
        c_csv="resource_name,name,bedrooms\na,A,x\n",
    )
    first, line, mark, second, _, _, third, row, below, last = result.stdout.splitlines()
    assert first == message(MessageCode.UNKNOWN_FIELD, "p.yaml:4:24:", "bedrooms")
    assert (line, mark) == (
        "  |   cabin: {name: Cabin, beds: 2, bedrooms: x}",
        "  |                        ^",
    )
    assert second == message(MessageCode.INVALID_VALUE, "p.yaml:4:43:")
    assert third == message(MessageCode.INVALID_TABLE, "c.csv:2:5:")
    assert (row, below) == ("  | a,A,x", "  |     ^")
    assert last == "2 files: 3 errors, 0 warnings"
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("before", "width"),
    [
        ("name: '日本', ", 14),
        ("name: 'e\u0301', ", 11),
        ('name: "a\tb", ', 16),
        ('name: "\u202e", ', 16),
        ("name: '🏠', ", 12),
    ],
)
def test_the_mark_is_below_the_character(before: str, width: int) -> None:
    """Wide and combining characters, tabs and escapes of what a terminal would obey line up."""
    result = validated("p.yaml", p_yaml=f"properties:\n  a: {{{before}x: 1}}\n")
    _, line, mark, *_ = result.stdout.splitlines()
    assert mark.index("^") == len("  |   a: {") + width
    assert cell_len(line[: line.index("x: 1")]) == mark.index("^")


def test_a_long_line_is_cut_around_the_mark() -> None:
    """A minified file is a single line."""
    entries = {f"e{number}": {"name": f"N{number}"} for number in range(3000)}
    entries["e1500"]["beds"] = "2"
    result = validated("p.json", p_json=json.dumps({"properties": entries}))
    _, line, mark, _ = result.stdout.splitlines()
    assert len(line) < 100
    assert line[mark.index("^") :].startswith('"beds"')


@pytest.mark.parametrize(
    "text",
    [
        f"webhooks:\n  h: {{{HOOK}, evts: 1, secret: {HUSH}}}\n",
        f"webhooks:\n  h: {{secret: {HUSH}, evts: 1, {HOOK}}}\n",
        f"webhooks:\n  h: {{secret: {{config: a}}, secret: {HUSH}, {HOOK}}}\n",
        f"webhooks:\n  h: {{secret: {{config: a, b: {HUSH}}}, {HOOK}}}\n",
        f"webhooks:\n  h: {{secret: !x {HUSH}, {HOOK}}}\n",
        f"webhook:\n  h: {{secret: {HUSH}, {HOOK}}}\nproperties:\n",
        f"webhook: {{h: {{secret: {HUSH}, {HOOK}}}}}\nproperties:\n",
        f"webhooks:\n  h: {{secret: {HUSH}, {HOOK}\n",
        f'webhooks:\n  h:\n    secret: "{HUSH}\n    {HOOK}\n',
        f"webhooks:\n  h: {{url: 'https://me:{HUSH}@a.example/', events: [a]}}\n",
        f"webhooks:\n  h: {{url: 'https://a.example/?token={HUSH}', events: [a]}}\n",
        f"properties:\n  h: {{name: H, beds: 1, attributes: {{wifi_password: {HUSH}}}}}\n",
        f"properties:\n  h: {{name: &n {HUSH}, beds: 1}}\nwebhooks: {{h: {{secret: *n}}}}\n",
        f"root:{HUSH}:0\n",
        f"{HUSH}: {{{HUSH}: 1, {HUSH}: 2}}\n",
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_no_secret_is_shown(text: str, form: str) -> None:
    """Not in the line of the violation that is about it, and not in that of another one."""
    result = validated("p.yaml", "--format", form, p_yaml=text)
    assert result.exit_code == 1
    assert HUSH not in result.output


def test_what_is_probably_wrong_is_a_warning() -> None:
    """Status 0, or with --strict an error and status 1."""
    files = {
        "p_yaml": (
            "properties:\n  villa: {name: Villa, address: A}\n  barn: {name: ' VILLA'}\n"
            "  villa_1: {name: B}\n  villa-1: {name: C}\n  beachfront-loft: {name: D}\n"
            "  beachfornt-loft: {name: E}\n"
            "webhooks:\n  h: {url: https://a.example/, events: [property.update, '*']}\n"
        ),
        "o_yaml": "properties:\n  vila: {name: F}\n",
    }
    arguments = ("p.yaml", "--overlay", "o.yaml")
    expected = [
        ("3:16", "same-identity"),
        ("5:3", "similar-key"),
        ("7:3", "similar-key"),
        ("9:41", "unknown-event"),
        ("2:3", "not-in-base"),
        ("2:3", "similar-key"),
    ]
    assert problems(*arguments, **files) == [("warning", *each) for each in expected]
    assert validated(*arguments).exit_code == 0
    assert problems(*arguments, "--strict") == [("error", *each) for each in expected]
    assert validated(*arguments, "--strict").exit_code == 1


def test_what_differs_on_purpose_is_no_warning() -> None:
    """Numbers, Roman numerals, sides, plurals, and twins at two addresses."""
    keys = ["villa-1", "villa-2", "villa-11", "villa-12", "loft-a", "loft-b", "suite-i"]
    keys += ["suite-ii", "suite-vii", "suite-viii", "house-east", "house-west", "barn", "barns"]
    entries = {key: {"name": f"Name of {key}"} for key in keys}
    twins = {key: {"name": "Twin", "address": key} for key in ("first", "second")}
    assert problems("p.json", p_json=json.dumps({"properties": {**entries, **twins}})) == []


def test_a_former_key_in_use_is_an_error() -> None:
    """Pulumi would prefer the resource of that name."""
    found = problems("p.yaml", p_yaml=GOOD + "  barn: {name: Barn, formerly: loft}\n")
    assert found == [("error", "4:32", "former-key-used")]


def test_data_has_a_stable_form() -> None:
    """Programs read it."""
    result = validated("p.yaml", "--format", "json", p_yaml=GOOD + "  x: {name: X, beds: 1}\n")
    found = json.loads(result.stdout)
    [problem] = found.pop("problems")
    assert problem.pop("message").startswith("properties.x.beds: ")
    assert found == {
        "version": 1,
        "files": ["p.yaml"],
        "overlays": [],
        "errors": 1,
        "warnings": 0,
    }
    assert problem == {
        "severity": "error",
        "file": "p.yaml",
        "line": 4,
        "column": 16,
        "code": "unknown-field",
        "suggestion": "bedrooms",
    }


def test_annotations_are_escaped_as_github_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Properties lose colons and commas; the path is seen from the folder of the repository."""
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path.parent))
    Path("a,b:c%.yaml").write_text("properties:\n  '5%::x': {name: 1}\n")
    result = validated("a,b:c%.yaml", "--format", "github")
    [line] = result.stdout.splitlines()
    assert line.startswith(
        f"::error file={tmp_path.name}/a%2Cb%3Ac%25.yaml,line=2,col=19,title=invalid-value::"
        "properties.5%25::x.name: "
    )
    assert result.exit_code == 1


def test_files_that_cannot_be_read_have_status_2() -> None:
    """Each is a message, and the other files are still looked at."""
    os.mkfifo("pipe.yaml")
    Path("folder.yaml").mkdir()
    Path("large.json").write_bytes(b" " * (8 * 1024**2 + 1))
    Path("p.txt").write_text("")
    names = ["pipe.yaml", "folder.yaml", "large.json", "p.txt", "no.yaml"]
    result = validated(*names, "p.yaml", p_yaml="properties: {a: {beds: 1}}\n")
    lines = result.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines[:5]] == names
    assert lines[5] == message(MessageCode.REQUIRED, "p.yaml:1:14:")
    assert result.exit_code == 2
    assert validated().exit_code == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.yaml", b"\x00\x01\xff"),
        ("p.json", b"[" * 100_000),
        ("p.yaml", b"{" * 5_000),
        ("p.yaml", b"a: &a [x, x]\nb: &b [*a, *a]\n" + b"c: [" + b"*b, " * 200_000 + b"]"),
        ("p.csv", b'resource_name,name\na,"' + b"x" * 1_000_000),
        ("p.csv", b"resource_name" + b",x" * 100_000),
        ("p.json", b'{"properties": {"a": {"name": "x' + "\u0300".encode() * 200_000 + b'\n"}}}'),
        ("p.yaml", b""),
    ],
)
def test_hostile_files_give_messages(name: str, content: bytes) -> None:
    """No traceback, and nothing that a terminal obeys."""
    Path(name).write_bytes(content)
    result = validated(name)
    assert result.exit_code == (1 if content else 0)
    assert result.stdout.replace("\n", "").isprintable() or "\u0300" in result.stdout
    assert "Traceback" not in result.output
