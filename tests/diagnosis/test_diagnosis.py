"""What is looked at although something before it is wrong."""

from pathlib import Path

import pytest
from support.messages import message

from pulumi_setsmart.diagnosis.diagnosis import findings
from pulumi_setsmart.diagnosis.finding import Finding, Verdict
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.testing import SandboxAccount


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project on a machine without Pulumi's command line."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "Pulumi.yaml").write_text("name: portfolio\nruntime: python\n")
    return tmp_path


def found(project: Path, stack: str | None, environment: dict[str, str]) -> dict[str, Finding]:
    looks = findings(project, lambda **_limit: stack, environment)
    return {finding.subject: finding for finding in looks}


def test_without_a_key_nothing_is_asked(project: Path, setsmart_sandbox: SandboxAccount) -> None:
    """That there is none is what is found last."""
    found_here = found(project, None, {"SETSMART_BASE_URL": setsmart_sandbox.url})
    last, finding = found_here.popitem()
    assert (last, finding.verdict) == ("key", Verdict.ERROR)
    assert str(finding) == message(MessageCode.MISSING_KEY, "SETSMART_API_KEY")
    assert len(setsmart_sandbox.requests) == 0


def test_a_stack_that_cannot_be_read_is_an_error(
    project: Path, setsmart_sandbox: SandboxAccount
) -> None:
    """The account of the environment is looked at all the same."""
    found_here = found(project, "nowhere", setsmart_sandbox.environment)
    assert found_here["stack"].verdict is Verdict.ERROR
    assert found_here["stack"].code is MessageCode.PULUMI_FAILED
    assert found_here["state"].verdict is Verdict.ERROR
    assert found_here["key"].verdict is Verdict.OK
