"""`pulumi-setsmart format`: portfolio files in one form."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.messages import message

from pulumi_setsmart.cli import main
from pulumi_setsmart.models.message_code import MessageCode

UNTIDY = "properties:\n    villa:   {name: Villa}  # ours\n"
TIDY = "properties:\n  villa: {name: Villa}  # ours\n"
HUSH = "hush7hush7"


def formatted(*arguments: str) -> Result:
    """Return what the command says."""
    return CliRunner().invoke(main, ["format", *arguments])


def test_a_file_is_written_once() -> None:
    """The second run has nothing to do."""
    Path("p.yaml").write_text(UNTIDY)
    result = formatted("p.yaml")
    assert (result.exit_code, result.stdout) == (0, "p.yaml: formatted\n")
    assert Path("p.yaml").read_text() == TIDY
    before = Path("p.yaml").stat().st_ino
    result = formatted("p.yaml")
    assert (result.exit_code, result.stdout) == (0, "")
    assert Path("p.yaml").stat().st_ino == before


def test_check_names_files_and_writes_nothing() -> None:
    """Status 1 stops a pull request."""
    for name, text in {"p.yaml": UNTIDY, "q.yml": TIDY}.items():
        Path(name).write_text(text)
    result = formatted("--check", "p.yaml", "q.yml")
    assert (result.exit_code, result.stdout) == (1, "p.yaml: would change\n")
    assert Path("p.yaml").read_text() == UNTIDY
    assert formatted("--check", "q.yml").exit_code == 0


@pytest.mark.parametrize("check", [[], ["--check"]])
def test_files_with_errors_are_left_and_the_others_formatted(check: list[str]) -> None:
    """As validate says it, with the line."""
    files = {"bad.yaml": "properties:\n    a: {beds: 1}\n", "p.yaml": UNTIDY}
    for name, text in files.items():
        Path(name).write_text(text)
    os.mkfifo("pipe.yaml")
    result = formatted("bad.yaml", "pipe.yaml", "no.json", "p.yaml", *check)
    assert result.exit_code == 2
    assert Path("bad.yaml").read_text() == files["bad.yaml"]
    assert Path("p.yaml").read_text() == (UNTIDY if check else TIDY)
    lines = result.stderr.splitlines()
    assert message(MessageCode.REQUIRED, "bad.yaml:2:5:") in lines
    assert message(MessageCode.NOT_A_FILE, "pipe.yaml:") in lines
    assert message(MessageCode.UNUSABLE_FILE, "no.json:") in lines


def test_an_overlay_is_formatted_with_its_base() -> None:
    """Alone it declares no listing."""
    Path("p.yaml").write_text(TIDY)
    Path("o.yaml").write_text("properties:\n    villa:\n        bedrooms: 2\n")
    assert formatted("o.yaml").exit_code == 2
    result = formatted("p.yaml", "--overlay", "o.yaml")
    assert (result.exit_code, result.stdout) == (0, "o.yaml: formatted\n")
    assert Path("o.yaml").read_text() == "properties:\n  villa:\n    bedrooms: 2\n"


def test_links_and_modes_are_kept() -> None:
    """As in all files that the commands write."""
    Path("real.yaml").write_text(UNTIDY)
    Path("real.yaml").chmod(0o640)
    Path("p.yaml").symlink_to("real.yaml")
    assert formatted("p.yaml").exit_code == 0
    assert Path("p.yaml").is_symlink()
    assert Path("real.yaml").read_text() == TIDY
    assert stat.S_IMODE(Path("real.yaml").stat().st_mode) == 0o640


def test_a_byte_order_mark_and_carriage_returns_go() -> None:
    """They would make each line of a change differ."""
    Path("p.yaml").write_bytes(b"\xef\xbb\xbf" + TIDY.replace("\n", "\r\n").encode())
    assert formatted("--check", "p.yaml").exit_code == 1
    assert formatted("p.yaml").exit_code == 0
    assert Path("p.yaml").read_bytes() == TIDY.encode()


def test_no_secret_is_shown() -> None:
    """Not in the line that a message shows either."""
    hook = f"{{url: https://a.example/, events: [a], secret: {HUSH}}}"
    Path("p.yaml").write_text(f"webhooks:\n    h: {hook}\n")
    result = formatted("p.yaml")
    assert result.exit_code == 2
    assert HUSH not in result.output


def test_programs_get_json(tmp_path: Path) -> None:
    """What changed, what did not, and what cannot; the messages stay on standard error."""
    for name, text in (("a", "properties: {}"), ("b", "properties: {}\n"), ("c", "properties: [")):
        (tmp_path / f"{name}.yaml").write_text(text)
    files = [str(tmp_path / f"{name}.yaml") for name in "abc"]
    result = CliRunner().invoke(main, ["format", *files, "--check", "--json"])
    found = json.loads(result.stdout)
    assert found["with_errors"] == [files[2]]
    assert sorted([*found["changed"], *found["unchanged"]]) == files[:2]
    assert files[0] in found["changed"]
    assert result.exit_code == 2
