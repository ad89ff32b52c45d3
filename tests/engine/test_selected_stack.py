"""Commands in a project use the selected stack, as Pulumi's own do."""

from __future__ import annotations

import json

from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import EngineStack
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import PROPERTIES

NO_ACCOUNT = {"SETSMART_API_KEY": "", "SETSMART_BASE_URL": ""}


def test_commands_need_no_option_in_a_project(
    stack: EngineStack, account: EngineSandbox, open_account: OpenEngineSandbox
) -> None:
    """With --stack, with PULUMI_STACK and in a folder below too; --env means the environment."""
    other = open_account()
    other.sandbox.storage.insert(PROPERTIES, {"name": "Other"})
    for name, base_url in (("test", account.base_url), ("second", other.base_url)):
        if name != "test":
            stack.succeed("stack", "init", "--no-select", name)
        configured = ("--stack", name)
        stack.succeed("config", "set", *configured, "setsmart:baseUrl", base_url)
        stack.succeed("config", "set", *configured, "--secret", "setsmart:apiKey", "sandbox-key")
    stack.declare('Property("villa", name="Villa")')
    stack.up(**NO_ACCOUNT)
    below = stack.folder / "below"
    below.mkdir()

    exported = stack.command("export", "--format", "json", **NO_ACCOUNT)
    assert list(json.loads(exported.stdout)["properties"]) == ["villa"]
    for arguments, environment in (
        (("--stack", "second"), NO_ACCOUNT),
        (("-s", "second", "-C", str(below)), NO_ACCOUNT),
        ((), {**NO_ACCOUNT, "PULUMI_STACK": "second"}),
        (("--env",), {"SETSMART_BASE_URL": other.base_url, "SETSMART_API_KEY": "sandbox-key"}),
    ):
        exported = stack.command("export", "--format", "json", *arguments, **environment)
        assert list(json.loads(exported.stdout)["properties"]) == ["other"], arguments

    diagnosis = json.loads(stack.command("doctor", "--json", **NO_ACCOUNT).stdout)
    assert {finding["verdict"] for finding in diagnosis} == {"ok"}
    assert "code" in {finding["subject"] for finding in diagnosis}
    assert stack.command("doctor", "--state-only", **NO_ACCOUNT).returncode == 0

    compared = stack.command("compare", **NO_ACCOUNT)
    assert (compared.returncode, compared.stdout) == (0, "no differences\n")
    [listing] = account.sandbox.storage.objects(PROPERTIES)
    account.sandbox.storage.replace(PROPERTIES, str(listing["id"]), {**listing, "name": "Hut"})
    compared = stack.command("compare", "--json", **NO_ACCOUNT)
    assert compared.returncode == 1
    [difference] = json.loads(compared.stdout)["differences"]
    assert [field["right"] for field in difference["fields"]] == ["Hut"]
    report = stack.command("report", "--fail-on", "drift", **NO_ACCOUNT)
    assert report.returncode == 1
    assert "Hut" in report.stdout

    (stack.folder / "__main__.py").unlink()
    adopted = stack.command("adopt", "-C", str(below), "-s", "second", "--json", **NO_ACCOUNT)
    assert adopted.returncode == 0, adopted.stderr
    result = json.loads(adopted.stdout)
    assert (list(result["new"]), result["proof"]["changes"]) == (["portfolio-other"], {})
    assert (stack.folder / "portfolio.yaml").exists()
    assert list(below.iterdir()) == []

    stack.succeed("stack", "unselect")
    refused = stack.command("export", **NO_ACCOUNT)
    assert refused.returncode == 1
    assert refused.stderr == message(MessageCode.NO_STACK, "pulumi stack select", "--stack")
