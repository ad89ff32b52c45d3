"""From files to entries, and from these to the arguments of resources."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial, reduce
from typing import Any

import attrs
from attrs import frozen

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.files.regular_file import content_of
from pulumi_setsmart.lifecycle.check import (
    POLICY_INPUTS,
    InputViolation,
    unsendable,
    violations,
)
from pulumi_setsmart.lifecycle.kind import CLEAR_INPUT, Kind
from pulumi_setsmart.models.constraint import Choice
from pulumi_setsmart.models.json import Json, pointer, type_name
from pulumi_setsmart.models.marker import CLEAR, UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.arguments import ARGUMENTS, PortfolioArgs
from pulumi_setsmart.specification.assigned_stack import STACK, is_stack_name
from pulumi_setsmart.specification.backup_note import BACKUP, is_note
from pulumi_setsmart.specification.configured_secret import ConfiguredSecret
from pulumi_setsmart.specification.csv_file import read_csv
from pulumi_setsmart.specification.document import (
    LARGEST_FILE,
    PORTFOLIO_BOUNDS,
    Bounds,
    Document,
    FileLocation,
    FileViolation,
    Report,
    ViolationsError,
    overlaid,
    stop,
)
from pulumi_setsmart.specification.format import Format, format_of
from pulumi_setsmart.specification.former_keys import FORMERLY, former_key_violations
from pulumi_setsmart.specification.json_file import read_json
from pulumi_setsmart.specification.sections import CONFIG, SECTIONS, Entries, names_of
from pulumi_setsmart.specification.selection import selected
from pulumi_setsmart.specification.suggestion import closest, did_you_mean


def _read_yaml(text: str, file: str, report: Report, bounds: Bounds) -> Document:
    # Programs without a file in YAML start faster without its parser.
    from pulumi_setsmart.specification.yaml_reading import read_yaml  # noqa: PLC0415

    return read_yaml(text, file, report, bounds)


MOST_VIOLATIONS = 10_000
"""How many violations are collected: a file that is none can have as many as it has values."""

_READERS: Mapping[Format, Callable[[str, str, Report, Bounds], Document]] = {
    Format.YAML: _read_yaml,
    Format.JSON: read_json,
    Format.CSV: read_csv,
}


_FILE_MEMBERS: Mapping[str, tuple[Callable[[Json], bool], str]] = {
    STACK: (is_stack_name, "must be the name of a stack"),
    BACKUP: (is_note, "must be an object"),
}
"""The members of an entry that are no arguments of a resource: what they may be."""

_ABOUT_KEYS = {
    MessageCode.UNKNOWN_FIELD,
    MessageCode.SECRET_IN_FILE,
    MessageCode.FIELD_HAS_ARGUMENT,
    MessageCode.ID_NOT_DECLARABLE,
}
"""What is wrong with a key, whatever its value is."""


@frozen
class CheckedFiles:
    """A portfolio file and its overlays, with all that is wrong with them.

    Attributes:
        texts: The texts of the files that can be read, by their names.
        parsed: What is in those that can be parsed, by their names.
        documents: The same in the order of the files.
        merged: All of that as one document.
        violations: What is wrong, file by file, from the top to the bottom.
    """

    texts: Mapping[str, str]
    parsed: Mapping[str, Document]
    documents: Sequence[Document]
    merged: Document
    violations: Sequence[FileViolation]


def read_portfolio(
    path: str | os.PathLike[str],
    overlays: Sequence[str | os.PathLike[str]] = (),
    only: Collection[str] | None = None,
    stack: str | None = None,
) -> PortfolioArgs:
    """Return the portfolio that a file declares; see `pulumi_setsmart.load_portfolio`.

    Raises:
        PortfolioFileError: A file cannot be read, or does not describe a portfolio. The text
            names the file, the line and the field of the first ten violations.
    """
    checked = check_files([path, *overlays])
    if checked.violations:
        raise ViolationsError(checked.violations)
    entries = _entries_of(checked.merged)
    return _arguments(selected(entries, os.fspath(path), only, stack))


def read_entries(path: str | os.PathLike[str]) -> Entries:
    """Return the entries of a file.

    Raises:
        PortfolioFileError: As of `read_portfolio`.
    """
    checked = check_files([path])
    if checked.violations:
        raise ViolationsError(checked.violations)
    return _entries_of(checked.merged)


def entries_in(
    text: str,
    file: str,
    format_: Format | None = None,
    bounds: Bounds = PORTFOLIO_BOUNDS,
) -> Entries:
    """Return the entries in the text of a file.

    Args:
        text: The text.
        file: The file's name.
        format_: Its format, or None for the one that belongs to the ending of the name.
        bounds: How large it may be.

    Raises:
        PortfolioFileError: It does not describe a portfolio, or is too large.
    """
    if len(text.encode(errors="surrogatepass")) > bounds.most_bytes:
        raise PortfolioFileError(
            f"{file}: is larger than {bounds.most_bytes // 1024**2} MiB",
            code=MessageCode.UNUSABLE_FILE,
        )
    found: list[FileViolation] = []
    document = _READERS[format_ or format_of(file)](text, file, _collecting(found), bounds)
    return _valid_entries(document, found)


def check_files(files: Sequence[str | os.PathLike[str]]) -> CheckedFiles:
    """Return a portfolio file and its overlays, with all that is wrong with them.

    If a file cannot be read or parsed, the others are checked without what it may declare.
    """
    names = [os.fspath(file) for file in files]
    found: list[FileViolation] = []
    texts: dict[str, str] = {}
    documents: list[Document] = []
    parsed: dict[str, Document] = {}
    for name in names:
        try:
            texts[name] = text_of(name)
            read = _READERS[format_of(name)]
            parsed[name] = read(texts[name], name, _collecting(found), PORTFOLIO_BOUNDS)
            documents.append(parsed[name])
        except ViolationsError as error:
            found += error.violations
        except PortfolioFileError as error:
            reason = error.message.removeprefix(f"{name}: ")
            found.append(FileViolation(FileLocation(name), reason, error.code))
    is_complete = len(documents) == len(names)
    if not is_complete:  # the base may be missing
        is_portfolio = any(document.is_portfolio for document in documents)
        nothing: Json = {section: {} for section in SECTIONS if is_portfolio}
        documents.insert(0, Document(nothing, {"": FileLocation(names[0])}))
    merged = reduce(partial(overlaid, report=found.append), documents)
    if merged.is_portfolio or not found:
        found += itertools.islice(violations_of(merged), MOST_VIOLATIONS)
    if not is_complete:
        found = [each for each in found if each.code not in _NEED_ALL_FILES]
    found.sort(key=lambda each: (names.index(each.location.file), each.place))
    return CheckedFiles(texts, parsed, documents, merged, found)


def merged_document(texts: Mapping[str, str]) -> Document:
    """Return a portfolio file and its overlays as one document.

    Args:
        texts: The texts by the names of the files, in their order.

    Raises:
        PortfolioFileError: One cannot be parsed.
    """
    documents = [
        _READERS[format_of(name)](text, name, stop, PORTFOLIO_BOUNDS)
        for name, text in texts.items()
    ]
    return reduce(overlaid, documents)


_NEED_ALL_FILES = {MessageCode.REQUIRED, MessageCode.NOTHING_TO_REMOVE}
"""What is wrong only if no other file says more."""


def _collecting(found: list[FileViolation]) -> Report:
    """Return what adds violations to a list, and stops the reader that has too many."""

    def report(violation: FileViolation) -> None:
        if len(found) >= MOST_VIOLATIONS:
            raise ViolationsError([violation])
        found.append(violation)

    return report


def entries_of(document: Document) -> Entries:
    """Return the entries of a document.

    Raises:
        PortfolioFileError: It does not describe a portfolio.
    """
    return _valid_entries(document, [])


def _valid_entries(document: Document, found: list[FileViolation]) -> Entries:
    """Return the entries of a document, unless something is wrong with it or was found before."""
    if document.is_portfolio or not found:
        found += itertools.islice(violations_of(document), MOST_VIOLATIONS)
    if found:
        raise ViolationsError(sorted(found, key=lambda each: each.place))
    return _entries_of(document)


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


def _entries_of(document: Document) -> Entries:
    sections = document.value if isinstance(document.value, dict) else {}
    return {
        section: {
            name: _without_absent_policies(kind, entry)
            for name, entry in _entries_of_section(sections, section).items()
        }
        for section, kind in SECTIONS.items()
    }


def text_of(path: str | os.PathLike[str], most_bytes: int = LARGEST_FILE) -> str:
    """Return the text of a file.

    Args:
        path: The file.
        most_bytes: How many bytes it may have.

    Raises:
        PortfolioFileError: It cannot be read, is no regular file, or is larger.
    """
    file = os.fspath(path)
    content = content_of(file, most_bytes)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        *above, before = content[: error.start].decode("utf-8-sig").split("\n")
        location = FileLocation(file, len(above) + 1, len(before) + 1)
        raise location.error("is not UTF-8", MessageCode.UNUSABLE_FILE) from None


def violations_of(document: Document) -> Iterator[FileViolation]:
    """Yield what is wrong with the values of a document."""
    sections = document.value
    if sections is None or sections is UNKNOWN:
        return
    if not isinstance(sections, dict):
        yield document.violation(
            "", f"must hold {' and '.join(SECTIONS)}, not {type_name(sections)}"
        )
        return
    for section, entries in sections.items():
        path = pointer("", section)
        kind = SECTIONS.get(section)
        if kind is None:
            yield _unknown_section(document, section, path)
            if not document.is_portfolio:  # one message is enough for a file that may be any
                return
        elif isinstance(entries, dict):
            for name, entry in entries.items():
                yield from _entry_violations(document, kind, pointer(path, name), name, entry)
            for violation in former_key_violations(_formerly(entries)):
                yield document.violation(
                    pointer(pointer(path, violation.key), FORMERLY),
                    violation.reason,
                    violation.code,
                )
            yield from _file_member_violations(document, path, entries)
        elif entries is not None and entries is not UNKNOWN:
            yield document.violation(
                path, f"must hold each {kind.label} under a name, not {type_name(entries)}"
            )


def _unknown_section(document: Document, section: str, path: str) -> FileViolation:
    meant = closest(section, SECTIONS)
    violation = document.key_violation(
        path, f"is an unknown section; {did_you_mean(meant)}there are {' and '.join(SECTIONS)}"
    )
    return attrs.evolve(violation, suggestion=meant)


def _entry_violations(
    document: Document, kind: Kind, path: str, name: str, entry: Json
) -> Iterator[FileViolation]:
    if entry is UNKNOWN:
        return
    if not name.strip():
        yield document.key_violation(path, f"a {kind.label} needs a name for its resource")
    elif (invalid := unsendable(name)) is not None:
        yield document.key_violation(path, invalid.reason, invalid.code)
    elif not isinstance(entry, dict):
        yield document.violation(path, f"must hold fields, not {type_name(entry)}")
    else:
        known = names_of(kind)
        declared = {field: value for field, value in entry.items() if field in known}
        for field in entry:
            if field not in declared:
                yield _unknown_field(document, kind, pointer(path, field), field)
        for field in kind.secret_names & declared.keys():
            secret = declared.pop(field)
            if secret not in (None, UNKNOWN) and not is_reference(secret):
                yield document.key_violation(
                    pointer(path, field),
                    f"does not belong in a file; write {{{CONFIG}: KEY}} and keep it with "
                    "`pulumi config set --secret KEY`",
                    MessageCode.SECRET_IN_FILE,
                )
        for violation in violations(kind, declared):
            yield _invalid_input(document, path, violation, declared.get(violation.input))


def _file_member_violations(
    document: Document, path: str, entries: Mapping[str, Json]
) -> Iterator[FileViolation]:
    for name, entry in entries.items():
        for member, (is_allowed, reason) in _FILE_MEMBERS.items():
            if isinstance(entry, dict) and not is_allowed(entry.get(member)):
                yield document.violation(
                    pointer(pointer(path, name), member), reason, MessageCode.INVALID_VALUE
                )


def _formerly(entries: Mapping[str, Json]) -> dict[str, Json]:
    return {
        key: entry.get(FORMERLY) if isinstance(entry, dict) else None
        for key, entry in entries.items()
    }


def _unknown_field(document: Document, kind: Kind, path: str, field: str) -> FileViolation:
    if field == CLEAR_INPUT:
        return document.key_violation(
            path,
            "is an argument of programs; set the field itself to null, as in `address: null`",
            MessageCode.UNKNOWN_FIELD,
        )
    meant = closest(field, names_of(kind))
    violation = document.key_violation(
        path,
        f"is an unknown field of a {kind.label}; {did_you_mean(meant)}further fields belong under "
        f"{kind.extra_fields}",
        MessageCode.UNKNOWN_FIELD,
    )
    return attrs.evolve(violation, suggestion=meant)


def _invalid_input(
    document: Document, path: str, violation: InputViolation, value: Json
) -> FileViolation:
    path = pointer(path, violation.input)
    if violation.member is not None:
        path = pointer(path, violation.member)
    of = document.key_violation if violation.code in _ABOUT_KEYS else document.violation
    constraint = POLICY_INPUTS.get(violation.input)
    meant = None
    if isinstance(constraint, Choice) and isinstance(value, str):
        meant = closest(value, constraint.words)
    reason = violation.reason if meant is None else f"{violation.reason}; did you mean {meant}?"
    return attrs.evolve(of(path, reason, violation.code), suggestion=meant)


def is_reference(secret: Json) -> bool:
    """Return whether the value of a secret field names a key of the configuration."""
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
        if value is not None or name not in (*kind.policy_inputs, FORMERLY, *_FILE_MEMBERS)
    }


def _keyword_arguments(kind: Kind, entry: Mapping[str, Json]) -> dict[str, Any]:
    arguments = {
        name: _with_clear(value) for name, value in entry.items() if name not in _FILE_MEMBERS
    }
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
