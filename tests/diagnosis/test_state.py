"""What `doctor` says of the code in a state."""

from __future__ import annotations

from support.messages import message

from pulumi_setsmart.automation.state_code import Examination, ForeignProvider, PluginSource
from pulumi_setsmart.diagnosis.finding import Verdict
from pulumi_setsmart.diagnosis.state import examination_findings
from pulumi_setsmart.models.message_code import MessageCode

PLUGIN = PluginSource("urn:odd", "https://odd.example/")


def verdicts(examination: Examination) -> list[Verdict]:
    return [finding.verdict for finding in examination_findings(examination, "test")]


def test_code_of_others_is_an_error_and_an_address_a_warning() -> None:
    """An address may be the program's own; of many, ten are named and the others counted."""
    foreign = [ForeignProvider(f"urn:{number}", ["sha256:0"]) for number in range(12)]
    assert verdicts(Examination(4, [], [])) == [Verdict.OK]
    assert verdicts(Examination(4, [], [PLUGIN])) == [Verdict.OK, Verdict.WARNING]
    assert verdicts(Examination(4, foreign[:1], [])) == [Verdict.ERROR]
    many = [*examination_findings(Examination(4, foreign, [PLUGIN] * 12), "test")]
    assert len(many) == 22
    assert [str(finding) for finding in many] == [
        *(message(MessageCode.FOREIGN_CODE, f"urn:{number}") for number in range(10)),
        message(MessageCode.FOREIGN_CODE, 2),
        *[message(MessageCode.FOREIGN_PLUGIN, "urn:odd", "https://odd.example/")] * 10,
        message(MessageCode.FOREIGN_PLUGIN, 2),
    ]
