"""A report as a message to a chat: short, complete enough, and harmless."""

from __future__ import annotations

import json

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from support.preview_document import PreviewDocument

from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.reporting.notification import notification
from pulumi_setsmart.reporting.plan import Plan
from pulumi_setsmart.reporting.preview import read_preview
from pulumi_setsmart.reporting.report import Report

VILLA = {"name": "Sea Villa", "bedrooms": 3}


def report_of(name: str = "Sea Villa", listings: int = 1) -> Report:
    """Return the report of drift in some listings."""
    document = PreviewDocument()
    fields = {**VILLA, "name": name, "attributes": {"door_code": "[secret]"}}
    for number in range(listings):
        current = {**fields, "bedrooms": 9}
        document.listing(f"villa-{number}", last=fields, current=current, planned=fields)
    return read_preview(document.text)


def text_of(report: Report) -> str:
    """Return what people read, which is the same in both parts of the message."""
    message = json.loads(json.dumps(notification(report)))
    assert message.keys() == {"text", "blocks"}
    [block] = message["blocks"]
    assert (block["type"], block["text"]["type"]) == ("section", "plain_text")
    text: str = block["text"]["text"]
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert message["text"] == escaped
    return text


def test_a_message_says_what_a_report_does_in_short() -> None:
    """The stack, the summary, each listing with its id, and the plan."""
    report = report_of()
    assert text_of(report).splitlines() == [
        "portfolio/production: 1 reverted; 1 changed outside Pulumi",
        "Reverted: Sea Villa (prop_1), changed outside Pulumi",
        f"Plan {Plan.of(report).digest}",
    ]


def test_a_failed_preview_and_a_notice_are_said() -> None:
    """A night on which nobody looked is no quiet night."""
    document = PreviewDocument()
    document.says("error", "error: no such account")
    failed = text_of(read_preview(document.text))
    assert "The preview failed" in failed
    assert "no such account" in failed
    notice = Notice(MessageCode.PLAN_CHANGED, "the plan is another one")
    assert "the plan is another one" in text_of(evolve(report_of(), notices=[notice]))


def test_a_message_is_short() -> None:
    """Slack displays 3,000 characters of a block."""
    text = text_of(report_of("N" * 5000, listings=400))
    assert len(text) < 3000
    assert "and 390 more" in text


@pytest.mark.parametrize(
    "name",
    [
        "<!channel>",
        "<@U123>",
        "@all @here @everyone",
        "#general",
        "[click](https://evil.example/)",
        "https://evil.example/ www.evil.example",
        "<https://evil.example|here>",
        "a\nb\x1b[31m",
    ],
)
def test_no_name_mentions_anybody_or_leads_elsewhere(name: str) -> None:
    """A listing can be called anything."""
    message = notification(report_of(name))
    text = str(message["text"])
    for part in ("<", ">", "@a", "@h", "@e", "@U", "#g", "](", "://", "www.e", "\x1b"):
        assert part not in text
    assert "door_code" not in text


@given(st.text(max_size=200))
def test_any_name_is_a_message_of_as_many_lines(name: str) -> None:
    """Nothing of it is taken for another line."""
    assert len(text_of(report_of(name)).splitlines()) == 3
