"""A report as Markdown, for a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pulumi_setsmart.client.confidential import redacted
from pulumi_setsmart.models.message_code import Notice
from pulumi_setsmart.models.text import one_line
from pulumi_setsmart.reporting.plan import Plan
from pulumi_setsmart.reporting.report import LOSSES, Action, Entry, Report
from pulumi_setsmart.reporting.wording import (
    HEADINGS,
    NOT_REFRESHED,
    as_it_is,
    current,
    facts,
    field_name,
    notes,
    only_value,
    planned,
    reason,
    subject,
    summary,
)

_LONGEST = 60_000
"""Characters; GitHub takes 65,536 in a comment."""
_ROOM_FOR_THE_END = 300


def marker(report: Report) -> str:
    """Return the comment by which the next report finds the comment that this one is in."""
    return f"<!-- pulumi-setsmart report {_name(report.project)}/{_name(report.stack)} -->"


def markdown(report: Report) -> str:
    """Return a report in Markdown, of no more than 60,000 characters.

    What comes from a listing stands in code, each character that could mean something to Markdown
    as an entity: it can neither format, link nor mention anything.
    """
    text = f"{marker(report)}\n{_head(report)}\n{_facts(report)}"
    blocks = [*_blocks(report)]
    for index, block in enumerate(blocks):
        rendered = _entry(report, block) if isinstance(block, Entry) else block
        if len(text) + len(rendered) > _LONGEST - _ROOM_FOR_THE_END:
            left_out = len(blocks) - index
            return f"{text}\n**And {left_out} more**, for which there is no room here.\n"
        text += f"\n{rendered}\n"
    return text


def _head(report: Report) -> str:
    is_grave = report.errors or report.losses or report.notices
    icon = "🛑 " if is_grave else "⚠️ " if report.drifted else ""
    return f"### {icon}{summary(report)} · {_code(f'{report.project}/{report.stack}')}"


def _facts(report: Report) -> str:
    """Return the digest of the plan and other facts in a line.

    In front of it is the comment by which a deployment finds what was approved.
    """
    if report.errors:
        return "".join(f"\n{fact}\n" for fact in facts(report))
    plan = Plan.of(report)
    line = " · ".join([f"Plan {_code(plan.digest)}", *facts(report)])
    return f"\n<!-- pulumi-setsmart plan {plan.token} -->\n{line}\n"


def _blocks(report: Report) -> Iterator[str | Entry]:
    for error in report.errors:
        yield f"> **Error:** {_code(error)}"
    yield from (f"> **{_notice(notice)}**" for notice in report.notices)
    if not report.refreshed and not report.errors:
        yield f"> {NOT_REFRESHED}"
    for action in Action:
        entries = report.of(action)
        if entries:
            yield _heading(action, len(entries))
            yield from (entry for entry in entries if not entry.is_adopted_as_it_is)
            if silent := [entry for entry in entries if entry.is_adopted_as_it_is]:
                yield f"- {as_it_is(silent, _code)}"
    if report.others:
        counted = (f"{number} to {_code(step)}" for step, number in report.others.items())
        yield f"Resources of other providers: {', '.join(counted)}."
    yield from (f"> Pulumi warns: {_code(warning)}" for warning in report.warnings)


def _notice(notice: Notice) -> str:
    return f"{_code(notice.message)} ({_code(notice.code)})"


def _heading(action: Action, number: int) -> str:
    heading = HEADINGS[action]
    icon = "🛑 " if action in LOSSES else ""
    return f"#### {icon}{heading.title}: {number}\n\n{heading.explanation}"


def _entry(report: Report, entry: Entry) -> str:
    title, address = _code(entry.title), report.link(entry)
    if address is not None:
        title = f"[{title}](<{address}>)"
    lines = [f"- {title}, {subject(entry, _code)} ({_code(entry.resource)})"]
    lines += [f"  {note}" for note in notes(entry, _code)]
    if entry.fields and entry.is_compared:
        lines += _table(
            ("field", "current", "planned", "reason"),
            [
                (
                    _code(field_name(field)),
                    _code(current(field)),
                    _code(planned(field)),
                    reason(field, _code),
                )
                for field in entry.fields
            ],
        )
    elif entry.fields:
        lines += _table(
            ("field", "value"),
            [(_code(field_name(field)), _code(only_value(field))) for field in entry.fields],
        )
    return "\n".join(lines)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield ""
    yield f"  | {' | '.join(head)} |"
    yield f"  |{'---|' * len(head)}"
    for row in rows:
        yield f"  | {' | '.join(row)} |"


def _code(text: str) -> str:
    """Return a text as code in which nothing means anything to Markdown or HTML."""
    escaped = re.sub(r"[^\w\s]|_", lambda found: _entity(found[0]), one_line(redacted(text)))
    return f"<code>{escaped}</code>"


def _entity(character: str) -> str:
    if not character.isascii():
        return character
    # GitHub looks for @somebody and #12 in what comes out; a word joiner keeps them apart.
    return f"&#{ord(character)};" + ("&#8288;" if character in "@#" else "")


def _name(text: str) -> str:
    return re.sub(r"[^\w.-]", "", text)
