"""A report as one page that needs nothing else."""

from __future__ import annotations

from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined

from pulumi_setsmart.client.confidential import redacted
from pulumi_setsmart.models.text import visible
from pulumi_setsmart.reporting import wording
from pulumi_setsmart.reporting.plan import Plan
from pulumi_setsmart.reporting.report import LOSSES, Action, Report

_STYLE = Path(__file__).parent.parent / "style"
"""What this page and the sandbox's dashboard have in common: data, so neither imports the other."""


def page(report: Report) -> str:
    """Return a report as HTML: readable on a phone, in light and dark, and on paper."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("pulumi_setsmart.reporting"), FileSystemLoader(_STYLE)]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(
        report=report,
        plan=None if report.errors else Plan.of(report),
        summary=wording.summary(report),
        wording=wording,
        actions=[*Action],
        losses=LOSSES,
    )


def _shown(value: object) -> object:
    """Return what a page shows of a value: autoescaping leaves characters that reorder a line."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return visible(redacted(value), kept="\n\t")
