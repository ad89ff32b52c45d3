"""What the documentation says of the commands as a whole."""

import re

from support.documentation_page import ROOT, Page

from pulumi_setsmart.cli import main
from pulumi_setsmart.cli.console import Command

COMMANDS = {
    name: command for name, command in main.commands.items() if isinstance(command, Command)
}
PAGE = ROOT / "docs" / "reference" / "commands.md"


def test_each_command_has_an_example() -> None:
    """It is run, and its output is shown."""
    typed = "".join(block.text for block in Page.read(PAGE).blocks if block.language == "sh")
    assert COMMANDS.keys() == {*re.findall(r"pulumi-setsmart ([a-z-]+)", typed)}


def test_the_table_of_exit_statuses_names_the_commands_whose_1_is_a_result() -> None:
    """They fail with 2."""
    [row] = re.findall(r"(?m)^\| 1 \| (.+) \|$", PAGE.read_text())
    failing = {name for name, command in COMMANDS.items() if command.failure == 2}
    assert {*re.findall(r"`([a-z]+)`", row)} == failing


def test_the_commands_that_print_json_are_named() -> None:
    """Each that has the option, and no other one."""
    pattern = re.compile(r"`--json` prints facts as JSON: (.+?) have it", re.DOTALL)
    [sentence] = pattern.findall(PAGE.read_text())
    having = {
        name
        for name, command in COMMANDS.items()
        if any("--json" in parameter.opts for parameter in command.params)
    }
    assert {*re.findall(r"`([a-z]+)`", sentence)} == having
