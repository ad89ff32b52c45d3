"""A state that contains foreign code: Pulumi runs it, but our commands do not start Pulumi."""

from __future__ import annotations

import base64
import json
import pickle
import re
from pathlib import Path
from typing import Any

from attrs import frozen
from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack
from support.messages import message

from pulumi_setsmart.automation.provider_pickle import is_ours
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.providers.values import PROVIDER_KEY

OWN_PROVIDER = """
    from pulumi.dynamic import CreateResult, Resource, ResourceProvider

    class Numbers(ResourceProvider):
        def create(self, props):
            return CreateResult("one", props)

    class Ours(Property):
        pass

    class Mine(Resource, name="Mine"):
        pass

    Ours("villa", name="Villa")
    Mine(Numbers(), "mine", {})
    """
OWN_URN = "urn:pulumi:test::portfolio::pulumi-python:dynamic:Mine::mine"


@frozen
class Written:
    """What writes a file when it is unpickled."""

    file: Path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


def provider_that_writes(file: Path) -> str:
    return base64.b64encode(pickle.dumps(Written(file))).decode()


def put_into_the_state(stack: EngineStack, name: str, place: str, provider: str) -> str:
    """Have a resource's inputs or outputs hold another provider, and return its URN."""
    state = stack.export()
    resources = state["deployment"]["resources"]
    resource: dict[str, Any] = next(
        resource for resource in resources if resource["urn"].endswith(f"::{name}")
    )
    resource[place][PROVIDER_KEY] = provider
    file = stack.folder / "crafted.json"
    file.write_text(json.dumps(state))
    stack.succeed("stack", "import", "--file", str(file))
    return str(resource["urn"])


def test_pulumi_runs_the_code_and_our_commands_do_not(
    stack: EngineStack, account: EngineSandbox, tmp_path: Path
) -> None:
    """Each stops with a line that names the resource; Pulumi's own preview runs the code."""
    stack.declare('Property("villa", name="Villa")')
    (stack.folder / "portfolio.yaml").write_text("{}")
    stack.up()
    marker = tmp_path / "marker"
    urn = put_into_the_state(stack, "villa", "outputs", provider_that_writes(marker))
    files = sorted(stack.folder.glob("*.*"))
    before = account.requests()
    expected = {
        ("report", "--stack", "test"): 2,
        ("adopt", "--stack", "test"): 1,
        ("compare", "stack:test", "portfolio.yaml"): 2,
        ("doctor", "--stack", "test", "--state-only"): 1,
    }
    for arguments, status in expected.items():
        finished = stack.command(*arguments)
        assert finished.returncode == status, finished.stdout
        output = finished.stdout + finished.stderr
        assert output.strip() == message(MessageCode.FOREIGN_CODE, urn)
        assert arguments[0] == "doctor" or len(output.splitlines()) == 1
    assert account.requests() == before
    full = stack.command("doctor", "--stack", "test", "--json")
    verdicts = {finding["subject"]: finding["verdict"] for finding in json.loads(full.stdout)}
    assert (full.returncode, verdicts["code"], verdicts["key"]) == (1, "error", "ok")
    assert sorted(stack.folder.glob("*.*")) == files
    assert not marker.exists()
    stack.run("preview")
    assert marker.exists()


def test_a_provider_of_the_program_passes_once_it_is_allowed(
    stack: EngineStack, tmp_path: Path
) -> None:
    """By resource and digest, as the message says; subclasses of our resources always pass."""
    stack.declare(OWN_PROVIDER)
    stack.up()
    assert is_ours(stack.resource("villa")["outputs"][PROVIDER_KEY])
    assert "ciphertext" in stack.resource("mine")["outputs"][PROVIDER_KEY]
    refused = stack.command("report", "--stack", "test")
    assert refused.returncode == 2
    entry = re.search(r"setsmart:allowedProviders: (\{.*?\})", refused.stderr)
    assert entry is not None
    assert [*json.loads(entry[1])] == [OWN_URN]
    configuration = stack.folder / "Pulumi.test.yaml"
    allowed = f"config:\n  setsmart:allowedProviders: {entry[1]}\n"
    configuration.write_text(configuration.read_text() + allowed)
    passed = stack.command("report", "--stack", "test")
    assert passed.returncode == 0, passed.stderr
    looked = stack.command("doctor", "--stack", "test", "--state-only")
    [line] = looked.stdout.splitlines()
    assert looked.returncode == 0
    assert line.startswith("✓ code: ")
    assert "4" in line
    marker = tmp_path / "marker"
    good = stack.folder / "good.json"
    good.write_text(json.dumps(stack.export()))
    for name in ("mine", "villa"):
        urn = put_into_the_state(stack, name, "inputs", provider_that_writes(marker))
        refused = stack.command("report", "--stack", "test")
        assert refused.returncode == 2
        assert refused.stderr.strip() == message(MessageCode.FOREIGN_CODE, urn)
        stack.succeed("stack", "import", "--file", str(good))
    assert not marker.exists()
