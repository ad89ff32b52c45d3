"""A report as text, for a terminal."""

import io
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from pulumi_setsmart.cli.display import Output, cell, fields_table
from pulumi_setsmart.reporting import wording
from pulumi_setsmart.reporting.field_change import FieldChange
from pulumi_setsmart.reporting.plan import Plan
from pulumi_setsmart.reporting.report import LOSSES, Action, Entry, Report

_WIDTH = 100
"""Columns where there is no terminal."""

_GRAVE, _DRIFT, _QUIET = "bold red", "yellow", "dim"
_INDENT = (0, 0, 0, 2)


def print_report(report: Report) -> None:
    """Print a report on standard output, as wide as the terminal is."""
    Output(highlight=False).print(_report(report))


def text(report: Report) -> str:
    """Return a report as text without colours, for a file or another program."""
    printed = io.StringIO()
    console = Console(file=printed, width=_WIDTH, color_system=None, highlight=False)
    console.print(_report(report))
    return "".join(f"{line.rstrip()}\n" for line in printed.getvalue().splitlines())


def _report(report: Report) -> RenderableType:
    return Group(*_blocks(report))


def _blocks(report: Report) -> Iterator[RenderableType]:
    is_grave = report.errors or report.losses or report.notices
    style = _GRAVE if is_grave else _DRIFT if report.drifted else "bold"
    yield cell(wording.summary(report), style)
    yield cell(" · ".join([f"{report.project}/{report.stack}", *wording.facts(report)]), _QUIET)
    if not report.errors:
        yield cell(f"Plan {Plan.of(report).digest}", _QUIET)
    for error in report.errors:
        yield _paragraph(f"Error: {error}", _GRAVE)
    for notice in report.notices:
        yield _paragraph(str(notice), _GRAVE)
    if not report.refreshed and not report.errors:
        yield _paragraph(wording.NOT_REFRESHED, _DRIFT)
    for action in Action:
        if entries := report.of(action):
            yield from _section(report, action, entries)
    if report.others:
        counted = ", ".join(f"{number} to {step}" for step, number in report.others.items())
        yield _paragraph(f"Resources of other providers: {counted}")
    for warning in report.warnings:
        yield _paragraph(f"Pulumi warns: {warning}", _DRIFT)


def _section(report: Report, action: Action, entries: list[Entry]) -> Iterator[RenderableType]:
    heading = wording.HEADINGS[action]
    style = _GRAVE if action in LOSSES else _DRIFT if action is Action.REVERT else "bold"
    yield _paragraph(f"{heading.title}: {len(entries)}", style)
    yield cell(heading.explanation, _QUIET)
    silent = [entry for entry in entries if entry.is_adopted_as_it_is]
    for entry in entries:
        if entry not in silent:
            yield Padding(Group(*_entry(report, entry)), (1, 0, 0, 2))
    if silent:
        yield Padding(cell(wording.as_it_is(silent)), (1, 0, 0, 2))


def _entry(report: Report, entry: Entry) -> Iterator[RenderableType]:
    title = cell(entry.title, "bold")
    yield Text.assemble(title, cell(f", {wording.subject(entry)} ({entry.resource})"))
    if (address := report.link(entry)) is not None:
        yield Padding(cell(address, _QUIET), _INDENT)
    for note in wording.notes(entry):
        yield Padding(cell(note), _INDENT)
    if entry.fields:
        rows = ([*_row(entry, change)] for change in entry.fields)
        yield Padding(fields_table(rows), _INDENT)


def _row(entry: Entry, change: FieldChange) -> Iterator[Text]:
    yield cell(wording.field_name(change))
    if not entry.is_compared:
        yield cell(wording.only_value(change))
        return
    yield cell(f"{wording.current(change)} → {wording.planned(change)}")
    yield cell(wording.reason(change), _DRIFT if change.is_drift else _QUIET)


def _paragraph(text: str, style: str = "") -> RenderableType:
    return Padding(cell(text, style), (1, 0, 0, 0))
