"""A report as JSON, for programs."""

from __future__ import annotations

import json
from typing import Any

import attrs

from pulumi_setsmart.client.confidential import without_secrets
from pulumi_setsmart.models.message_code import without_code
from pulumi_setsmart.models.text import MARK, visible_json
from pulumi_setsmart.reporting.field_change import ABSENT, FieldChange, Value
from pulumi_setsmart.reporting.plan import Plan
from pulumi_setsmart.reporting.report import Entry, Report
from pulumi_setsmart.reporting.wording import summary


def data(report: Report) -> str:
    """Return a report as JSON; a value that is not there has no key, a secret one is hidden."""
    plan = None if report.errors else Plan.of(report)
    document = {
        "digest": plan and plan.digest,
        "plan": plan and plan.token,
        "project": report.project,
        "stack": report.stack,
        "date": report.date,
        "summary": summary(report),
        "refreshed": report.refreshed,
        "entries": [_entry(report, entry) for entry in report.entries],
        "listings": report.listings,
        "changed_listings": len(report.changed),
        "unchanged_listings": report.unchanged_listings,
        "notices": [attrs.asdict(notice) for notice in report.notices],
        "others": dict(report.others),
        "warnings": [_message(text) for text in report.warnings],
        "errors": [_message(text) for text in report.errors],
    }
    return visible_json(json.dumps(without_secrets(document), ensure_ascii=False, indent=2)) + "\n"


def _message(text: str) -> dict[str, str | None]:
    message, code = without_code(text)
    return {"code": code, "message": message}


def _entry(report: Report, entry: Entry) -> dict[str, Any]:
    return {
        "action": entry.action.value,
        "kind": entry.label,
        "title": entry.title,
        "resource": entry.resource,
        "id": entry.identifier,
        "url": report.link(entry),
        "account": entry.account,
        "former_resource": entry.former_key if entry.former is None else entry.former.resource,
        "drift": entry.is_drift,
        "hides_secrets": entry.hides,
        "fields": [_field(field) for field in entry.fields],
    }


def _field(change: FieldChange) -> dict[str, Any]:
    sides: dict[str, Value] = {
        "last": change.last,
        "current": change.current,
        "planned": change.planned,
    }
    return {
        "name": change.name,
        "cause": change.cause.value,
        "secret": change.secret,
        **{
            side: MARK if change.secret else value
            for side, value in sides.items()
            if value is not ABSENT
        },
    }
