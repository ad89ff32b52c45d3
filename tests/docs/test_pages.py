"""The documentation, followed word for word with the real engine."""

import re
import shutil
from pathlib import Path

import pytest
from support.documentation_page import ROOT, Page, follow, joined
from support.receiver_process import EXAMPLE

DOCS = ROOT / "docs"
TUTORIAL = DOCS / "tutorial.md"
FIRST = ". ~/trial.sh"
"""What a page says to run first in a new shell, if it needs anything of the tutorial."""
GROUND = Page.read(TUTORIAL, until="## 3. Declare listings")
PAGES = {
    str(path.relative_to(DOCS)): Page.read(path)
    for path in sorted(DOCS.rglob("*.md"))
    if path != TUTORIAL
}


def installed(pulumi: Path) -> list[tuple[str, str]]:
    """Return what a test does instead of installing: the package is there, and Pulumi."""
    return [
        ("make setup\n", ""),
        (". .venv/bin/activate\n", f"export PATH={pulumi.parent}:$PATH\n"),
        ('. "$PWD/.venv/bin/activate"\n', f"export PATH={pulumi.parent}:\\$PATH\n"),
        ('clone="$PWD"', f'clone="{ROOT}"'),
    ]


def test_the_tutorial_leads_from_nothing_to_gitops(pulumi: Path, tmp_path: Path) -> None:
    """Every command does what the page says, and prints what it shows."""
    printed = Page.read(TUTORIAL).follow(tmp_path, installed(pulumi))
    assert "warning" not in printed


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.blocks])
@pytest.mark.parametrize("shell", ["continued", "new"])
def test_a_page_does_what_it_says(pulumi: Path, tmp_path: Path, name: str, shell: str) -> None:
    """Begun where the tutorial has a SetSmart and a project, every block of it runs.

    A new shell knows only what the page says to run first.
    """
    if shell == "continued":
        joined([GROUND, PAGES[name]]).follow(tmp_path, installed(pulumi))
    else:
        says_what_first = FIRST in (DOCS / name).read_text(encoding="utf-8")
        first = f"{FIRST}\n" if says_what_first else f"export PATH={pulumi.parent}:$PATH\n"
        follow([GROUND, PAGES[name].after(first)], tmp_path, installed(pulumi))


def test_a_newcomer_gets_from_the_readme_to_a_listing(pulumi: Path, tmp_path: Path) -> None:
    """The commands of the README make a listing, show its drift and settle, as the text says."""
    printed = Page.read(ROOT / "README.md").follow(
        tmp_path,
        [
            ("make demo\nmake setup\n", ""),
            (". .venv/bin/activate\n", f"export PATH={pulumi.parent}:$PATH\n"),
            ("pulumi up\n", "pulumi up --yes\n"),
            ("pulumi preview --diff\n", "pulumi preview --diff\npulumi up --yes\n"),
        ],
    )
    assert '"name":"Beachfront Villa"' in printed
    assert "1 updated" in printed.split("5 => 3")[1]
    assert "warning" not in printed


def test_a_newcomer_gets_from_the_example_to_a_rotated_secret(pulumi: Path, tmp_path: Path) -> None:
    """The commands of examples/webhook_receiver, in a copy of it, deliver what they say."""
    folder = tmp_path / "copy"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    count = "echo; sleep 1; python -c \"import sqlite3; print(sqlite3.connect('inbox.db')"
    count += ".execute('SELECT events FROM listings').fetchall())\"\n"
    last = (
        'SETSMART_WEBHOOK_SECRETS="$second" uvicorn --factory receiver:create_app --port 8788 &\n'
    )
    printed = Page.read(EXAMPLE / "README.md").follow(
        folder,
        [
            (
                "pulumi-setsmart sandbox",
                f"export PATH={pulumi.parent}:$PATH\npulumi-setsmart sandbox",
            ),
            (last, last + count),
        ],
    )
    assert re.search(r"property.created to wh_1, msg_\w+: status 202", printed)
    assert "Beachfront Villa" in printed.split("status 202")[1]
    assert "~ 1 to update" in printed
    assert "whsec_" not in printed
    assert set(re.findall(r"status (\d+)", printed)) == {"202"}
    assert "[(1,), (1,)]" in printed


def test_commands_hold_no_comments() -> None:
    """An interactive zsh, as macOS has it, takes their words for arguments."""
    pages = [*PAGES.values(), Page.read(TUTORIAL), Page.read(ROOT / "README.md")]
    commands = [block for page in pages for block in page.blocks if block.language == "sh"]
    assert len(commands) > 50
    assert [command.where for command in commands if re.search(r"(^|\s)#", command.text)] == []
