"""From files to entries, and from these to the arguments of resources."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.files.regular_file import content_of
from pulumi_setsmart.lifecycle.check import unsendable, violations
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.models.json import Json, pointer, type_name
from pulumi_setsmart.models.marker import CLEAR
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.arguments import ARGUMENTS, PortfolioArgs
from pulumi_setsmart.specification.assigned_stack import STACK, is_stack_name
from pulumi_setsmart.specification.configured_secret import ConfiguredSecret
from pulumi_setsmart.specification.csv_file import read_csv
from pulumi_setsmart.specification.document import Document, FileLocation, overlaid
from pulumi_setsmart.specification.format import Format, format_of
from pulumi_setsmart.specification.former_keys import FORMERLY, former_key_violations
from pulumi_setsmart.specification.json_file import read_json
from pulumi_setsmart.specification.sections import CONFIG, SECTIONS, Entries, names_of
from pulumi_setsmart.specification.selection import selected


def _read_yaml(text: str, file: str) -> Document:
    # Programs without a file in YAML start faster without its parser.
    from pulumi_setsmart.specification.yaml_reading import read_yaml  # noqa: PLC0415

    return read_yaml(text, file)


LARGEST_FILE = 8 * 1024 * 1024
"""How many bytes a portfolio file may have: enough for some 20,000 listings."""

_READERS: Mapping[Format, Callable[[str, str], Document]] = {
    Format.YAML: _read_yaml,
    Format.JSON: read_json,
    Format.CSV: read_csv,
}


def read_portfolio(
    path: str | os.PathLike[str],
    overlays: Sequence[str | os.PathLike[str]] = (),
    only: Collection[str] | None = None,
    stack: str | None = None,
) -> PortfolioArgs:
    """Return the portfolio that a file declares; see `pulumi_setsmart.load_portfolio`.

    Raises:
        PortfolioFileError: A file cannot be read, or does not describe a portfolio. The text
            names the file, the line and the field.
    """
    documents = [_parsed(*text_of(file)) for file in (path, *overlays)]
    entries = entries_of(reduce(overlaid, documents))
    return _arguments(selected(entries, os.fspath(path), only, stack))


def read_entries(path: str | os.PathLike[str]) -> Entries:
    """Return the entries of a file.

    Raises:
        PortfolioFileError: As of `read_portfolio`.
    """
    return entries_of(_parsed(*text_of(path)))


def entries_in(text: str, file: str, format_: Format | None = None) -> Entries:
    """Return the entries in the text of a file.

    Args:
        text: The text.
        file: The file's name.
        format_: Its format, or None for the one that belongs to the ending of the name.

    Raises:
        PortfolioFileError: It does not describe a portfolio, or is larger than `LARGEST_FILE`.
    """
    if len(text.encode(errors="surrogatepass")) > LARGEST_FILE:
        raise PortfolioFileError(
            f"{file}: is larger than {LARGEST_FILE // 1024**2} MiB", code=MessageCode.UNUSABLE_FILE
        )
    return entries_of(_READERS[format_ or format_of(file)](text, file))


def _arguments(entries: Entries) -> PortfolioArgs:
    return PortfolioArgs(
        **{
            section: {
                name: ARGUMENTS[section](**_keyword_arguments(kind, entry))
                for name, entry in entries[section].items()
            }
            for section, kind in SECTIONS.items()
        }
    )


def entries_of(document: Document) -> Entries:
    """Return the entries of a document.

    Raises:
        PortfolioFileError: It does not describe a portfolio.
    """
    errors = _errors(document)
    first = next(errors, None)
    if first is not None:
        number = sum(1 for _ in errors)
        more = f" (and {number} more)" if number else ""
        raise PortfolioFileError(f"{first.message}{more}", code=first.code)
    sections = document.value if isinstance(document.value, dict) else {}
    return {
        section: {
            name: _without_absent_policies(kind, entry)
            for name, entry in _entries_of_section(sections, section).items()
        }
        for section, kind in SECTIONS.items()
    }


def text_of(path: str | os.PathLike[str]) -> tuple[str, str]:
    """Return the text of a file, and the file's name as messages show it.

    Raises:
        PortfolioFileError: It cannot be read, is no regular file, or is larger than
            `LARGEST_FILE`.
    """
    file = os.fspath(path)
    content = content_of(file, LARGEST_FILE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileLocation(file, line).error("is not UTF-8", MessageCode.UNUSABLE_FILE) from None
    return text, file


def _parsed(text: str, file: str) -> Document:
    return _READERS[format_of(file)](text, file)


def _errors(document: Document) -> Iterator[PortfolioFileError]:
    sections = document.value
    if sections is None:
        return
    if not isinstance(sections, dict):
        yield document.error("", f"must hold {' and '.join(SECTIONS)}, not {type_name(sections)}")
        return
    for section, entries in sections.items():
        path = pointer("", section)
        kind = SECTIONS.get(section)
        if kind is None:
            yield document.error(path, f"is an unknown section; there are {' and '.join(SECTIONS)}")
        elif isinstance(entries, dict):
            for name, entry in entries.items():
                yield from _entry_errors(document, kind, pointer(path, name), name, entry)
            for violation in former_key_violations(_formerly(entries)):
                yield document.error(
                    pointer(pointer(path, violation.key), FORMERLY),
                    violation.reason,
                    violation.code,
                )
            yield from _stack_errors(document, path, entries)
        elif entries is not None:
            yield document.error(
                path, f"must hold each {kind.label} under a name, not {type_name(entries)}"
            )


def _entry_errors(
    document: Document, kind: Kind, path: str, name: str, entry: Json
) -> Iterator[PortfolioFileError]:
    if not name.strip():
        yield document.error(path, f"a {kind.label} needs a name for its resource")
    elif (invalid := unsendable(name)) is not None:
        yield document.error(path, invalid.reason, invalid.code)
    elif not isinstance(entry, dict):
        yield document.error(path, f"must hold fields, not {type_name(entry)}")
    else:
        declared = {field: value for field, value in entry.items() if field in names_of(kind)}
        for field in entry:
            if field not in declared:
                yield document.error(
                    pointer(path, field), _unknown(kind, field), MessageCode.UNKNOWN_FIELD
                )
        for field in kind.secret_names & declared.keys():
            secret = declared.pop(field)
            if secret is not None and not _is_reference(secret):
                yield document.error(
                    pointer(path, field),
                    f"does not belong in a file; write {{{CONFIG}: KEY}} and keep it with "
                    "`pulumi config set --secret KEY`",
                    MessageCode.SECRET_IN_FILE,
                )
        for violation in violations(kind, declared):
            location = pointer(path, violation.input)
            if violation.member is not None:
                location = pointer(location, violation.member)
            yield document.error(location, violation.reason, violation.code)


def _stack_errors(
    document: Document, path: str, entries: Mapping[str, Json]
) -> Iterator[PortfolioFileError]:
    for name, entry in entries.items():
        if isinstance(entry, dict) and not is_stack_name(entry.get(STACK)):
            yield document.error(
                pointer(pointer(path, name), STACK),
                "must be the name of a stack",
                MessageCode.INVALID_VALUE,
            )


def _formerly(entries: Mapping[str, Json]) -> dict[str, Json]:
    return {
        key: entry.get(FORMERLY) if isinstance(entry, dict) else None
        for key, entry in entries.items()
    }


def _unknown(kind: Kind, field: str) -> str:
    alike = difflib.get_close_matches(field, names_of(kind), 1)
    meant = f"did you mean {alike[0]}? " if alike else ""
    return (
        f"is an unknown field of a {kind.label}; {meant}further fields belong under "
        f"{kind.extra_fields}"
    )


def _is_reference(secret: Json) -> bool:
    match secret:
        case {"config": str(key), **rest}:
            return bool(key.strip()) and not rest
    return False


def _entries_of_section(sections: Mapping[str, Json], section: str) -> dict[str, Any]:
    members = sections.get(section)
    return members if isinstance(members, dict) else {}


def _without_absent_policies(kind: Kind, entry: Mapping[str, Json]) -> dict[str, Json]:
    return {
        name: value
        for name, value in entry.items()
        if value is not None or name not in (*kind.policy_inputs, FORMERLY, STACK)
    }


def _keyword_arguments(kind: Kind, entry: Mapping[str, Json]) -> dict[str, Any]:
    arguments = {name: _with_clear(value) for name, value in entry.items() if name != STACK}
    for name in kind.secret_names & arguments.keys():
        secret = entry[name]
        if isinstance(secret, dict):
            arguments[name] = ConfiguredSecret(str(secret[CONFIG]))
    return arguments


def _with_clear(value: Json) -> Any:
    """Return ``value`` with null as Pulumi can carry it."""
    match value:
        case None:
            return CLEAR
        case dict():
            return {name: _with_clear(member) for name, member in value.items()}
        case list():
            return [_with_clear(element) for element in value]
    return value
