"""Before Pulumi's engine is started on a stack, its state is exported and examined."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from support.messages import raises

from pulumi_setsmart.automation.stack import Stack
from pulumi_setsmart.client.errors import ConfigurationError, StackError
from pulumi_setsmart.models.message_code import MessageCode

URN = "urn:pulumi:test::portfolio::pulumi-python:dynamic:Mine::mine"
PULUMI = """\
#!/bin/sh
echo "$*" >> "${0%/*}/calls"
case "$*" in
*version*) echo v3.259.0 ;;
*export*) cat "state.json" ;;
*config*) cat "config.json" ;;
*preview*) echo '{}' ;;
esac
"""

STARTS: list[Callable[[Stack], object]] = [
    Stack.preview,
    lambda stack: stack.planned_changes(lambda _: None),
    lambda stack: stack.import_resources([]),
    Stack.state,
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project beside a command line that notes what it is called with, and does nothing."""
    pulumi = tmp_path / "pulumi"
    pulumi.write_text(PULUMI)
    pulumi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "Pulumi.yaml").write_text("name: portfolio\nruntime: python\n")
    (tmp_path / "config.json").write_text("{}")
    return tmp_path


def hold(folder: Path, provider: object) -> None:
    resource = {"urn": URN, "outputs": {"__provider": provider}}
    (folder / "state.json").write_text(json.dumps({"deployment": {"resources": [resource]}}))


def allow(folder: Path, entries: object) -> None:
    value = {"value": json.dumps(entries), "secret": False}
    (folder / "config.json").write_text(json.dumps({"setsmart:allowedProviders": value}))


def calls(folder: Path) -> list[str]:
    """Return the commands, by their first words, less those that tell a version."""
    lines = (folder / "calls").read_text().splitlines()
    commands = [line.removeprefix("--non-interactive ") for line in lines if "version" not in line]
    return [" ".join(command.split(" --")[0].split()[:2]) for command in commands]


@pytest.mark.parametrize("start", STARTS)
def test_nothing_starts_on_code_of_others(folder: Path, start: Callable[[Stack], object]) -> None:
    """After the refusal, what is allowed was looked up, and nothing else was called."""
    hold(folder, "AAAA")
    stack = Stack("test", folder)
    with raises(StackError, MessageCode.FOREIGN_CODE, "stack test", "pulumi-setsmart", URN):
        start(stack)
    assert {call.split()[0] for call in calls(folder)} <= {"stack", "config"}
    assert calls(folder)[0] == "stack export"
    assert "stack select" not in calls(folder)


@pytest.mark.parametrize("start", STARTS[:2])
def test_the_state_is_exported_before_anything_starts(
    folder: Path, start: Callable[[Stack], object]
) -> None:
    """What is allowed is not even looked up where there is nothing to allow."""
    (folder / "state.json").write_text("{}")
    with contextlib.suppress(RuntimeError):  # Pulumi's SDK misses the events of a preview
        start(Stack("test", folder))
    assert calls(folder)[0] == "stack export"
    assert calls(folder)[-1].split()[0] == "preview"
    assert not [call for call in calls(folder) if call.startswith("config")]


def test_commands_in_a_row_examine_the_state_once(folder: Path) -> None:
    """Beside reading it, which may be minutes before; another stack object examines it again."""
    (folder / "state.json").write_text("{}")
    for exports in (2, 4):
        stack = Stack("test", folder)
        stack.state()
        stack.preview()
        stack.preview()
        assert calls(folder).count("stack export") == exports


def test_what_is_encrypted_is_exported_in_clear(folder: Path) -> None:
    """Only then; Pulumi decrypts it, and is asked for nothing else."""
    hold(folder, {"4dabf18193072939515e22adb298388d": "secret", "ciphertext": "v1:x"})
    [found] = Stack("test", folder).examine().foreign
    assert found.urn == URN
    exports = [line for line in (folder / "calls").read_text().splitlines() if "export" in line]
    assert ["--show-secrets" in export for export in exports] == [False, True]


def test_what_is_allowed_is_written_in_one_way(folder: Path) -> None:
    """Anything else allows nothing, and says so."""
    hold(folder, "AAAA")
    stack = Stack("test", folder)
    [found] = stack.examine().foreign
    [digest] = found.digests
    for entry in (digest, [digest], ["sha256:" + "0" * 64, digest]):
        allow(folder, {URN: entry})
        assert stack.examine().foreign == []
    for entries in ([digest], digest, {URN: digest[:-1]}, {URN: None}, {URN: {"x": 1}}, {URN: ""}):
        allow(folder, entries)
        with raises(ConfigurationError, MessageCode.INVALID_SETTING, "setsmart:allowedProviders"):
            stack.examine()


def test_a_state_that_cannot_be_read_is_one_line(folder: Path) -> None:
    """Nothing is started on it."""
    (folder / "state.json").write_text('{"deployment": {}, "deployment": {}}')
    with raises(StackError, MessageCode.UNREADABLE_STATE, "stack test"):
        Stack("test", folder).preview()
    assert calls(folder) == ["stack export"]
