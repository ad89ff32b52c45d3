"""Whoever follows the pages of the documentation sees whether they are right."""

from pathlib import Path

import pytest
from support.documentation_page import Page, UnrunnableError


def block(info: str, text: str) -> str:
    return f"```{info}\n{text}\n```\n"


@pytest.mark.parametrize(
    "text",
    [
        block("yaml", "name: portfolio"),
        block("", "pulumi up"),
        "!!! note\n\n        ```sh\n        pulumi up\n        ```\n",
        "<div>\n```sh\npulumi up\n```\n</div>\n",
    ],
    ids=["untitled", "no language", "in a note", "in HTML"],
)
def test_a_block_that_would_not_be_run_is_refused(text: str) -> None:
    """Whether nobody knows how to run it, or it hides from whoever looks for blocks."""
    with pytest.raises(UnrunnableError, match=r"^page\.md:"):
        Page.of(text, "page.md")


def test_files_are_saved_and_commands_share_a_shell(tmp_path: Path) -> None:
    """As in a terminal: where one block has gone, the next one is."""
    text = (
        block("sh", "mkdir inner && cd inner && word=hello")
        + block('yaml title="in/a.yaml"', "$word: `no` 'quotes'\n")
        + block("python", "print(open('in/a.yaml').read() * 2)")
        + block("sh", "echo $word")
    )
    printed = Page.of(text, "page.md").follow(tmp_path)
    assert (tmp_path / "inner" / "in" / "a.yaml").read_text() == "$word: `no` 'quotes'\n\n"
    assert printed.count("$word: `no` 'quotes'") == 2
    assert printed.endswith("hello\n")


def test_of_tabs_the_one_for_python_is_followed(tmp_path: Path) -> None:
    """The blocks of the others are kept for who tests them; what follows the tabs is followed."""
    page = Page.of(
        f"/// tab | Python\n\n{block('sh', 'echo one')}\n///\n\n"
        f"/// tab | YAML\n\n{block('sh', 'echo two')}\n///\n\n{block('sh', 'echo three')}",
        "page.md",
    )
    assert page.follow(tmp_path).split() == ["one", "three"]
    assert [(other.tab, other.text) for other in page.others] == [("YAML", "echo two\n")]


def test_a_command_that_fails_fails_the_page(tmp_path: Path) -> None:
    """With what it printed."""
    with pytest.raises(AssertionError, match="no-such-file"):
        Page.of(block("sh", "cat no-such-file\ntrue"), "page.md").follow(tmp_path)


@pytest.mark.parametrize(
    ("shown", "right"),
    [
        ("a 1\nb 2", True),
        ("a   1", True),
        ("…\nb …", True),
        ("a …2", False),
        ("b 2\na 1", False),
        ("a 1\n…\na 1", False),
        ("b 3", False),
        ("a.1", False),
    ],
)
def test_what_a_page_shows_has_to_be_printed(shown: str, right: bool, tmp_path: Path) -> None:  # noqa: FBT001 -- a column of the table
    """In its order; an ellipsis stands for anything within a line, or for any lines."""
    page = Page.of(block("sh", "echo a  1; echo b 2 | cat") + block("text", shown), "page.md")
    if right:
        page.follow(tmp_path)
        return
    with pytest.raises(AssertionError, match=r"page\.md:4 shows"):
        page.follow(tmp_path)


def test_a_change_that_has_nothing_to_change_is_an_error(tmp_path: Path) -> None:
    """So that no test goes on doing something instead of what is no longer written."""
    with pytest.raises(AssertionError, match="pulumi up"):
        Page.of(block("sh", "true"), "page.md").follow(tmp_path, [("pulumi up", "true")])
