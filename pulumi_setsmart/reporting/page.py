"""A report as one page that needs nothing else."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from pulumi_setsmart.reporting import wording
from pulumi_setsmart.reporting.report import LOSSES, Action, Report


def page(report: Report) -> str:
    """Return a report as HTML: readable on a phone, in light and dark, and on paper."""
    environment = Environment(
        loader=PackageLoader("pulumi_setsmart.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(
        report=report,
        summary=wording.summary(report),
        wording=wording,
        actions=[*Action],
        losses=LOSSES,
    )
