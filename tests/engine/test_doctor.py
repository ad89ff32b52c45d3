"""The command `doctor` in a real project."""

import json

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack

from pulumi_setsmart.sandbox import DEFAULT_KEY

SUBJECTS = [
    "packages",
    "pulumi",
    "refresh",
    "state",
    "configuration",
    "key",
    "clock",
    "budget",
    "webhooks",
]


def test_a_project_in_order_is_told_line_by_line(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Nine lines, none with the key, and nothing is written."""
    told = stack.command("doctor")
    assert (told.returncode, told.stderr) == (0, "")
    lines = told.stdout.splitlines()
    assert [line.split(":")[0] for line in lines if line[0] != " "] == [
        f"✓ {subject}" for subject in SUBJECTS
    ]
    assert f"✓ state: kept at file://{stack.folder}/state" in lines
    assert account.writes() == []
    assert DEFAULT_KEY not in told.stdout.replace(f"pulumi-{DEFAULT_KEY}", "")


def test_what_is_wrong_is_told_with_what_to_do(stack: EngineStack, account: EngineSandbox) -> None:
    """The stack's configuration counts: its key, and where it stands in clear."""
    stack.succeed("config", "set", "--secret", "setsmart:apiKey", "an-old-key")
    stack.succeed("config", "set", "setsmart:baseUrl", account.base_url)
    by_the_stack = stack.command("doctor", "--stack", "test", "--json", SETSMART_API_KEY="")
    assert by_the_stack.returncode == 1
    found = {one["subject"]: one for one in json.loads(by_the_stack.stdout)}
    assert found["key"]["verdict"] == "error"
    assert "401" in found["key"]["text"]
    assert "from setsmart:apiKey" in found["key"]["text"]
    stack.succeed("config", "set", "--plaintext", "setsmart:apiKey", "an-old-key")
    in_clear = stack.command("doctor", "--stack", "test")
    assert in_clear.returncode == 1
    assert "✗ configuration: setsmart:apiKey in clear" in in_clear.stdout
    assert "an-old-key" not in by_the_stack.stdout + in_clear.stdout
    assert "  Get another key from SetSmart" in in_clear.stdout
    elsewhere = stack.command("doctor", "--stack", "nowhere", PULUMI_BACKEND_URL="nonsense://x")
    assert elsewhere.returncode == 1
    assert "✗ state: Pulumi does not know where to keep the state" in elsewhere.stdout
    assert "✗ stack: stack nowhere: " in elsewhere.stdout
    assert "✓ key: accepted" in elsewhere.stdout
    assert "Traceback" not in elsewhere.stdout + elsewhere.stderr


def test_what_may_be_meant_as_it_is_fails_nothing(stack: EngineStack) -> None:
    """It is told with what to do about it; a project may do without a refresh."""
    (stack.folder / "Pulumi.yaml").write_text("name: portfolio\nruntime: python\n")
    told = stack.command("doctor")
    assert told.returncode == 0
    assert "! refresh: previews do not look at SetSmart\n  Add options: " in told.stdout


UNREACHABLE = {
    "postgres://user:hush-hush@127.0.0.1:1/db": "connection refused",
    "postgres://user:hush@hush-hush/word@127.0.0.1:1/db": "unable to open state database",
    "file:///nonexistent/hush": "no such file or directory",
    "s3://states?endpoint=127.0.0.1:1&region=x&secretKey=hush-hush": "unable to open bucket",
}


@pytest.mark.parametrize("backend", UNREACHABLE)
def test_a_state_out_of_reach_is_told_with_its_cause(stack: EngineStack, backend: str) -> None:
    """In a line, without what gives access, in every command that asks Pulumi."""
    as_json = stack.command("doctor", "--json", PULUMI_BACKEND_URL=backend)
    found = {one["subject"]: one for one in json.loads(as_json.stdout)}
    assert as_json.returncode == 1
    assert found["state"]["verdict"] == "error"
    assert UNREACHABLE[backend] in found["state"]["text"]
    assert "pulumi login" not in found["state"]["advice"]
    told = stack.command("doctor", "--stack", "test", PULUMI_BACKEND_URL=backend)
    compared = stack.command("compare", "stack:test", "stack:test", PULUMI_BACKEND_URL=backend)
    reported = stack.command("report", "--stack", "test", PULUMI_BACKEND_URL=backend)
    adopted = stack.command("adopt", "--into", "test", PULUMI_BACKEND_URL=backend)
    for one in (as_json, told, compared, reported, adopted):
        assert one.returncode != 0
        assert "hush-hush" not in one.stdout + one.stderr
    for one in (compared, reported, adopted):
        assert UNREACHABLE[backend] in one.stderr
        assert len(one.stderr.splitlines()) == 1


def test_a_wrong_passphrase_is_told_with_what_to_do(stack: EngineStack) -> None:
    """The environment alone is looked at then."""
    stack.succeed("config", "set", "--secret", "setsmart:apiKey", "a-key")
    told = stack.command("doctor", "--stack", "test", PULUMI_CONFIG_PASSPHRASE="mistaken")
    assert told.returncode == 1
    assert "✗ stack: stack test: incorrect passphrase" in told.stdout
    assert "  Set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE" in told.stdout
