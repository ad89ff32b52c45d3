"""The command `doctor` in a real project."""

import json

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import DEFAULT_KEY

SUBJECTS = [
    "packages",
    "pulumi",
    "refresh",
    "state",
    "code",
    "configuration",
    "key",
    "clock",
    "budget",
    "webhooks",
]


def test_a_project_in_order_has_ten_findings(stack: EngineStack, account: EngineSandbox) -> None:
    """A line each, none with the key, and nothing is written."""
    finished = stack.command("doctor")
    assert (finished.returncode, finished.stderr) == (0, "")
    lines = finished.stdout.splitlines()
    assert [line.split(":")[0] for line in lines if line[0] != " "] == [
        f"✓ {subject}" for subject in SUBJECTS
    ]
    [state] = [line for line in lines if line.startswith("✓ state: ")]
    assert state.endswith(f" file://{stack.folder}/state")
    assert account.writes() == []
    assert DEFAULT_KEY not in finished.stdout.replace(f"pulumi-{DEFAULT_KEY}", "")


def test_what_is_wrong_has_advice(stack: EngineStack, account: EngineSandbox) -> None:
    """The stack's configuration counts: its key, and where it is stored in clear text."""
    stack.succeed("config", "set", "--secret", "setsmart:apiKey", "an-old-key")
    stack.succeed("config", "set", "setsmart:baseUrl", account.base_url)
    by_the_stack = stack.command("doctor", "--stack", "test", "--json", SETSMART_API_KEY="")
    assert by_the_stack.returncode == 1
    found = {finding["subject"]: finding for finding in json.loads(by_the_stack.stdout)}
    assert (found["key"]["verdict"], found["key"]["code"]) == ("error", MessageCode.KEY_REJECTED)
    assert "401" in found["key"]["text"]
    assert "setsmart:apiKey" in found["key"]["text"]
    assert found["key"]["advice"]
    stack.succeed("config", "set", "--plaintext", "setsmart:apiKey", "an-old-key")
    in_clear = stack.command("doctor", "--stack", "test")
    assert in_clear.returncode == 1
    configuration, advice = after(in_clear.stdout, "✗ configuration: ")
    assert configuration == message(MessageCode.PLAINTEXT_KEY, "setsmart:apiKey")
    assert "pulumi config set --secret" in advice
    assert "an-old-key" not in by_the_stack.stdout + in_clear.stdout
    elsewhere = stack.command("doctor", "--stack", "nowhere", PULUMI_BACKEND_URL="nonsense://x")
    assert elsewhere.returncode == 1
    state, _ = after(elsewhere.stdout, "✗ state: ")
    assert state == message(MessageCode.NOT_LOGGED_IN)
    assert "✗ stack: stack nowhere: " in elsewhere.stdout
    assert "✓ key: " in elsewhere.stdout
    assert "Traceback" not in elsewhere.stdout + elsewhere.stderr


def test_a_warning_does_not_fail(stack: EngineStack) -> None:
    """A project without a refresh is allowed; the advice says what to add to Pulumi.yaml."""
    (stack.folder / "Pulumi.yaml").write_text("name: portfolio\nruntime: python\n")
    finished = stack.command("doctor")
    assert finished.returncode == 0
    warning, advice = after(finished.stdout, "! refresh: ")
    assert warning == message(MessageCode.NO_REFRESH)
    assert "options: {refresh: always}" in advice
    assert "Pulumi.yaml" in advice


def after(output: str, beginning: str) -> list[str]:
    """Return the line that begins so, and the one after it, which has the advice."""
    lines = output.splitlines()
    [number] = [index for index, line in enumerate(lines) if line.startswith(beginning)]
    assert lines[number + 1].startswith("  ")
    return lines[number : number + 2]


UNREACHABLE = {
    "postgres://user:hush-hush@127.0.0.1:1/db": "connection refused",
    "postgres://user:hush@hush-hush/word@127.0.0.1:1/db": "unable to open state database",
    "file:///nonexistent/hush": "no such file or directory",
    "s3://states?endpoint=127.0.0.1:1&region=x&secretKey=hush-hush": "unable to open bucket",
}


@pytest.mark.parametrize("backend", UNREACHABLE)
def test_an_unreachable_state_is_reported_with_its_cause(stack: EngineStack, backend: str) -> None:
    """In a line, without what gives access, in every command that asks Pulumi."""
    as_json = stack.command("doctor", "--json", PULUMI_BACKEND_URL=backend)
    found = {finding["subject"]: finding for finding in json.loads(as_json.stdout)}
    assert as_json.returncode == 1
    assert found["state"]["verdict"] == "error"
    assert UNREACHABLE[backend] in found["state"]["text"]
    assert "pulumi login" not in found["state"]["advice"]
    as_text = stack.command("doctor", "--stack", "test", PULUMI_BACKEND_URL=backend)
    compared = stack.command("compare", "stack:test", "stack:test", PULUMI_BACKEND_URL=backend)
    reported = stack.command("report", "--stack", "test", PULUMI_BACKEND_URL=backend)
    adopted = stack.command("adopt", "--stack", "test", PULUMI_BACKEND_URL=backend)
    for output in (as_json, as_text, compared, reported, adopted):
        assert output.returncode != 0
        assert "hush-hush" not in output.stdout + output.stderr
    for output in (compared, reported, adopted):
        assert UNREACHABLE[backend] in output.stderr
        assert len(output.stderr.splitlines()) == 1


def test_a_wrong_passphrase_has_advice(stack: EngineStack) -> None:
    """It names both variables that Pulumi reads."""
    stack.succeed("config", "set", "--secret", "setsmart:apiKey", "a-key")
    finished = stack.command("doctor", "--stack", "test", PULUMI_CONFIG_PASSPHRASE="mistaken")
    assert finished.returncode == 1
    error, advice = after(finished.stdout, "✗ stack: ")
    assert error == message(MessageCode.PULUMI_FAILED, "stack test", "incorrect passphrase")
    assert "PULUMI_CONFIG_PASSPHRASE " in advice
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" in advice
