"""What is found of programs, project and configuration."""

from pathlib import Path

import pytest
from support.messages import message

from pulumi_setsmart.automation.oldest_cli import OLDEST_CLI
from pulumi_setsmart.automation.stack import Configuration
from pulumi_setsmart.diagnosis.finding import Verdict
from pulumi_setsmart.diagnosis.project import (
    configuration_finding,
    project_findings,
    version_findings,
)
from pulumi_setsmart.models.message_code import MessageCode

MAJOR, MINOR, _ = OLDEST_CLI


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("4.0.0", Verdict.OK),
        (f"{MAJOR}.{MINOR}.0", Verdict.OK),
        (f"{MAJOR}.{MINOR - 1}.9", Verdict.WARNING),
        ("3.99.0", Verdict.WARNING),
        (None, Verdict.ERROR),
    ],
)
def test_the_command_line_has_to_be_there(version: str | None, verdict: Verdict) -> None:
    """And to be recent enough."""
    packages, pulumi = version_findings(lambda: version)
    assert packages.verdict is Verdict.OK
    assert "Pulumi SDK 3." in packages.text
    assert (pulumi.subject, pulumi.verdict) == ("pulumi", verdict)
    assert (pulumi.advice is None) == (verdict is Verdict.OK)
    assert pulumi.code == {
        Verdict.OK: None,
        Verdict.WARNING: MessageCode.OLD_PULUMI,
        Verdict.ERROR: MessageCode.NO_PULUMI,
    }.get(verdict)


@pytest.mark.parametrize(
    ("text", "environment", "verdict"),
    [
        ("options: {refresh: always}", {}, Verdict.OK),
        ("options:\n  refresh: true", {}, Verdict.OK),
        ("name: x", {"PULUMI_OPTION_REFRESH": "true"}, Verdict.OK),
        ("name: x", {"PULUMI_OPTION_REFRESH": "false"}, Verdict.WARNING),
        ("name: x", {}, Verdict.WARNING),
        ("options: {refresh: false}", {}, Verdict.WARNING),
        ("options: refresh", {}, Verdict.WARNING),
        ("runtime: yaml", {}, Verdict.OK),
        ("runtime: nodejs", {"PULUMI_RUN_PROGRAM": "false"}, Verdict.OK),
        ("runtime: yaml", {"PULUMI_RUN_PROGRAM": "TRUE"}, Verdict.WARNING),
        ("runtime: {name: nodejs}", {"PULUMI_RUN_PROGRAM": "1"}, Verdict.WARNING),
        (
            "{runtime: yaml, options: {refresh: always}}",
            {"PULUMI_RUN_PROGRAM": "true"},
            Verdict.OK,
        ),
        ("- a list", {}, Verdict.WARNING),
    ],
)
@pytest.mark.parametrize("file", ["Pulumi.yaml", "Pulumi.yml"])
def test_a_project_should_refresh(
    tmp_path: Path, file: str, text: str, environment: dict[str, str], verdict: Verdict
) -> None:
    """By its options, or by the environment."""
    (tmp_path / file).write_text(text)
    refresh = next(project_findings(tmp_path, environment))
    assert (refresh.subject, refresh.verdict) == ("refresh", verdict)
    assert refresh.code == (None if verdict is Verdict.OK else MessageCode.NO_REFRESH)


@pytest.mark.parametrize("text", [None, "a: [", "\x00"])
def test_a_folder_without_a_project_is_an_error(tmp_path: Path, text: str | None) -> None:
    """Or one with a Pulumi.yaml that nobody can read."""
    if text is not None:
        (tmp_path / "Pulumi.yaml").write_text(text)
    [finding] = project_findings(tmp_path, {})
    assert (finding.subject, finding.verdict) == ("project", Verdict.ERROR)
    assert str(finding) == message(MessageCode.NO_PROJECT, tmp_path)


def test_the_places_of_the_configuration_are_named() -> None:
    """And never what stands there."""
    configured = {
        "setsmart:apiKey": "the-key",
        "setsmart:baseUrl": "https://a.example/v1",
        "setsmart:accounts": "{}",
        "aws:region": "eu",
    }
    environment = {
        "SETSMART_EU_API_KEY": "their-key",
        "SETSMART_BASE_URL": "x",
        "SETSMART_LOG": "debug",
        "OLD_SETSMART_API_KEY": "old-key",
        "SETSMART_API_KEY_FILE": "/key",
    }
    finding = configuration_finding(
        Configuration(configured, {"aws:region", "setsmart:baseUrl"}), environment, "dev"
    )
    assert finding.verdict is Verdict.OK
    assert finding.text.split(", ") == [
        "setsmart:apiKey in the stack's configuration",
        "setsmart:baseUrl in the stack's configuration",
        "setsmart:accounts in the stack's configuration",
        "SETSMART_BASE_URL in the environment",
        "SETSMART_EU_API_KEY in the environment",
    ]


@pytest.mark.parametrize(
    ("stack", "advice"),
    [("dev", "--secret setsmart:apiKey --stack dev"), (None, "Set SETSMART_API_KEY")],
)
def test_no_configuration_at_all_is_an_error(stack: str | None, advice: str) -> None:
    """With what to do where it is printed: without a stack, only the environment counts."""
    finding = configuration_finding(Configuration({"aws:region": "eu"}), {"HOME": "/"}, stack)
    assert (finding.verdict, finding.code) == (Verdict.ERROR, MessageCode.MISSING_KEY)
    assert advice in str(finding.advice)


@pytest.mark.parametrize("key", ["setsmart:apiKey", "setsmart:accounts"])
def test_a_key_in_clear_is_an_error(key: str) -> None:
    """It is in a file that others read."""
    finding = configuration_finding(
        Configuration({key: "the-key"}, {key}), {"SETSMART_API_KEY": "x"}, "dev"
    )
    assert finding.verdict is Verdict.ERROR
    assert str(finding) == message(MessageCode.PLAINTEXT_KEY, key)
    assert "the-key" not in str(finding)
