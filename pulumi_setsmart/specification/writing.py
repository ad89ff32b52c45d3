"""From typed specifications to files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import attrs

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import CLEAR
from pulumi_setsmart.specification.csv_file import FIELDS, RESOURCE_NAME, guarded
from pulumi_setsmart.specification.sections import CONFIG, PROPERTIES, WEBHOOKS
from pulumi_setsmart.specification.specification import (
    ConfiguredSecret,
    PortfolioSpecification,
    PropertySpecification,
    WebhookSpecification,
)

_FOLDED = "\x85\u2028\u2029"


class Format(StrEnum):
    """What a portfolio file may be written in."""

    YAML = "yaml"
    JSON = "json"
    CSV = "csv"


def portfolio_text(portfolio: PortfolioSpecification, format_: Format) -> str:
    """Return a portfolio as the text of a file, which read again is the same portfolio.

    CSV holds the documented fields of listings only. A secret has to be a configured one.
    """
    return _WRITERS[format_](portfolio)


def _value_of(portfolio: PortfolioSpecification) -> dict[str, Json]:
    sections: dict[str, Mapping[str, PropertySpecification | WebhookSpecification]] = {
        PROPERTIES: {**portfolio.properties},
        WEBHOOKS: {**portfolio.webhooks},
    }
    return {
        section: {name: _entry(one) for name, one in entries.items()}
        for section, entries in sections.items()
        if entries
    }


def _entry(specification: PropertySpecification | WebhookSpecification) -> dict[str, Json]:
    arguments = attrs.asdict(specification, recurse=False)
    return {name: _plain(value) for name, value in arguments.items() if value is not None}


def _plain(value: Any) -> Json:
    match value:
        case ConfiguredSecret(key):
            return {CONFIG: key}
        case Mapping():
            return {name: _plain(member) for name, member in value.items()}
        case list():
            return [_plain(element) for element in value]
    plain: Json = None if value == CLEAR else value
    return plain


def _yaml(portfolio: PortfolioSpecification) -> str:
    # It takes longer to load than all else.
    from ruamel.yaml import YAML  # noqa: PLC0415
    from ruamel.yaml.representer import RoundTripRepresenter  # noqa: PLC0415
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString  # noqa: PLC0415

    def represented(representer: Any, text: str) -> Any:
        # Plain and single-quoted, these would be folded away as line breaks.
        if any(each in text for each in _FOLDED):
            return representer.represent_double_quoted_scalarstring(DoubleQuotedScalarString(text))
        return representer.represent_str(text)

    class _Representer(RoundTripRepresenter):
        """Writes every text so that it is read back as it is."""

    _Representer.add_representer(str, represented)
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump(_value_of(portfolio), text)
    return text.getvalue()


def _json(portfolio: PortfolioSpecification) -> str:
    return json.dumps(_value_of(portfolio), ensure_ascii=False, indent=2) + "\n"


def _csv(portfolio: PortfolioSpecification) -> str:
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow((RESOURCE_NAME, *FIELDS))
    for name, listing in portfolio.properties.items():
        entry = _entry(listing)
        rows.writerow((_cell(name), *(_cell(entry.get(field)) for field in FIELDS)))
    return text.getvalue()


def _cell(value: Json) -> str:
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return guarded(value)


_WRITERS: Mapping[Format, Callable[[PortfolioSpecification], str]] = {
    Format.YAML: _yaml,
    Format.JSON: _json,
    Format.CSV: _csv,
}
