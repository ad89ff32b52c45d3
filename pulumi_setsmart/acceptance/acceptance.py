"""What is written into portfolio files so that they declare what was changed outside Pulumi."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from attrs import Factory, define, frozen

from pulumi_setsmart.acceptance.declared_part import declared_part
from pulumi_setsmart.acceptance.file_order import in_file_order, path_in_file
from pulumi_setsmart.client.confidential import shortened
from pulumi_setsmart.client.errors import PortfolioFileError, StackError
from pulumi_setsmart.lifecycle.check import violations
from pulumi_setsmart.lifecycle.comparison import is_equal, matches
from pulumi_setsmart.lifecycle.declaration import Declaration, read_declaration
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.ordering import Pattern
from pulumi_setsmart.models.json import (
    LARGEST_EXACT_INTEGER,
    Json,
    may_be_rounded,
    pointer,
    steps,
    value_at,
)
from pulumi_setsmart.models.message_code import MessageCode, Notice, without_code
from pulumi_setsmart.models.text import one_line, shown_json
from pulumi_setsmart.reporting.field_change import ABSENT, Cause, FieldChange, Value
from pulumi_setsmart.reporting.report import Action, Entry, Report
from pulumi_setsmart.specification.document import ViolationsError
from pulumi_setsmart.specification.editing import set_value, with_values
from pulumi_setsmart.specification.reading import CheckedFiles, merged_document, violations_of
from pulumi_setsmart.specification.sections import SECTIONS

_LONGEST_VALUE = 300
"""Characters in a message; a description can have thousands."""
_SECTIONS_BY_NOUN = {kind.noun: section for section, kind in SECTIONS.items()}


@frozen
class AcceptedField:
    """A field that a file declares as SetSmart has it.

    Attributes:
        file: The file that declares it.
        section: The section of its entry.
        key: The key of its entry.
        title: What a person calls the object.
        id: The object's id.
        field: The field, such as ``house_rules.pets``.
        before: The value in the file.
        after: The value at SetSmart; None if the field is empty there.
        path: Where the value is, as a JSON pointer.
    """

    file: str
    section: str
    key: str
    title: str
    id: str | None
    field: str
    before: Json
    after: Json
    path: str


@define
class Acceptance:
    """What is accepted of a preview's drift, and what is left.

    Attributes:
        fields: What the files are to declare.
        texts: The new texts of files, by their names.
        left: What stays as it is, and why.
    """

    fields: list[AcceptedField] = Factory(list)
    texts: dict[str, str] = Factory(dict)
    left: list[Notice] = Factory(list)


def acceptance_of(
    report: Report, files: CheckedFiles, keys: Collection[str] = (), portfolio: str | None = None
) -> Acceptance:
    """Return what portfolio files have to declare so that drift is not reverted.

    A field that the program changed as well since the last deployment stays, unless its key is
    named. So does what the files do not declare as the program does: it comes from elsewhere.

    Args:
        report: What a preview of the program says.
        files: The files that it loads, without violations.
        keys: The keys of the entries to accept; empty for all.
        portfolio: The name of the portfolio in the program that declares the files, or None.

    Raises:
        StackError: The preview failed.
        PortfolioFileError: There is no such key or portfolio, or it is not clear which portfolio
            declares the files.
    """
    if report.errors:
        message, code = without_code(report.errors[0])
        raise StackError(f"stack {report.stack}: the preview failed: {message}", code=code)
    _check_keys(files, keys)
    _check_portfolio(report, portfolio)
    found = Acceptance()
    proposed: list[AcceptedField] = []
    for entry in report.entries:
        is_meant = not keys or entry.key in keys
        if entry.is_drift and is_meant and (portfolio is None or entry.portfolio == portfolio):
            proposed += _proposed(entry, files, keys, found.left)
    for _, group in groupby(proposed, lambda field: (field.section, field.key)):
        found.fields += _valid([*group], files, found.left)
    _write(found, files)
    return found


def _check_keys(files: CheckedFiles, keys: Collection[str]) -> None:
    known = files.merged.entry_keys
    for key in keys:
        if key not in known:
            raise PortfolioFileError(
                f"{', '.join(files.texts)}: there is no entry {one_line(key)}",
                code=MessageCode.NOTHING_SELECTED,
            )


def _check_portfolio(report: Report, portfolio: str | None) -> None:
    names = ", ".join(report.portfolios)
    if portfolio is None and len(report.portfolios) > 1 and report.drifted:
        raise PortfolioFileError(
            f"the program has several portfolios: {names}; name the one that declares the file "
            "with --name",
            code=MessageCode.SEVERAL_PORTFOLIOS,
        )
    if portfolio is not None and portfolio not in report.portfolios:
        raise PortfolioFileError(
            f"the program has no Portfolio {one_line(portfolio)}; there is {names or 'none'}",
            code=MessageCode.NOTHING_SELECTED,
        )


def _proposed(
    entry: Entry, files: CheckedFiles, keys: Collection[str], left: list[Notice]
) -> Iterator[AcceptedField]:
    """Yield the fields of an object that can be accepted; note why others cannot."""
    subject = f"{entry.title} ({entry.identifier})" if entry.identifier else entry.title
    if entry.action is Action.RESTORE:
        left.append(
            Notice(
                MessageCode.DELETED_OUTSIDE,
                f"{subject} was deleted in SetSmart: to accept that, remove "
                f"{entry.key or entry.resource} from the file or program; otherwise `pulumi up` "
                "creates it again",
            )
        )
    if not entry.is_compared:
        return
    declared = _declared_in(files, entry)
    unordered = frozenset() if declared is None else declared.unordered
    for change in entry.fields:
        current = None if change.current is ABSENT else change.current
        if not change.is_drift or change.planned is ABSENT or matches(change.planned, current):
            continue
        path = None if declared is None else _path_in_file(entry, change, declared)
        is_declared = path is not None and _declares(files, path, change, unordered)
        notice = _reason_to_leave(entry, change, files, keys, is_declared=is_declared)
        if notice is not None:
            message = f"{subject}: {change.name}: {notice.message}"
            left.append(Notice(notice.code, message))
            continue
        before = value_at(files.merged.value, steps(str(path)))
        yield AcceptedField(
            file=files.merged.location_of(str(path)).file,
            section=_SECTIONS_BY_NOUN[entry.label],
            key=str(entry.key),
            title=entry.title,
            id=entry.identifier,
            field=change.name,
            before=before,
            after=declared_part(in_file_order(change.path, current, before, unordered), before),
            path=str(path),
        )


def _declared_in(files: CheckedFiles, entry: Entry) -> Declaration | None:
    """Return what files declare of an object, or None if no portfolio file can."""
    section = _SECTIONS_BY_NOUN.get(entry.label)
    if section is None or entry.key is None:
        return None
    members = value_at(files.merged.value, [section, entry.key])
    return read_declaration(SECTIONS[section], members if isinstance(members, dict) else {})


def _path_in_file(entry: Entry, change: FieldChange, declared: Declaration) -> str | None:
    """Return where portfolio files that declare an object have a field, or None if nowhere."""
    section = _SECTIONS_BY_NOUN[entry.label]
    path = path_in_file(change.path, entry.planned or {}, declared.fields, declared.unordered)
    if path is None:
        return None
    kind = SECTIONS[section]
    above = pointer(pointer("", section), str(entry.key))
    if steps(path)[0] not in kind.field_names:
        above = pointer(above, kind.extra_fields)
    return f"{above}{path}"


def _reason_to_leave(
    entry: Entry,
    change: FieldChange,
    files: CheckedFiles,
    keys: Collection[str],
    *,
    is_declared: bool,
) -> Notice | None:
    """Return why a field is not accepted, as the end of a message, or None if it is."""
    if change.secret:
        return Notice(
            MessageCode.SECRET_IN_FILE,
            "is a secret, which does not belong in a file; set it with `pulumi config set "
            "--secret`, or `pulumi up` reverts it",
        )
    values = (
        f"SetSmart has {shown_value(change.current)}, the program {shown_value(change.planned)}"
    )
    if not is_declared:
        return Notice(
            MessageCode.DECLARED_ELSEWHERE,
            f"{values}, which {', '.join(files.texts)} does not declare; change the program, or "
            "name the files that it loads with --file and --overlay",
        )
    if change.cause is Cause.BOTH and entry.key not in keys:
        return Notice(
            MessageCode.CHANGED_IN_BOTH,
            f"{values}, and both changed since the last deployment; to take the value of "
            f"SetSmart, name the key: `pulumi-setsmart accept {entry.key}`",
        )
    if may_be_rounded(change.current):
        return Notice(
            MessageCode.INEXACT_NUMBER,
            f"SetSmart has a number as large as {LARGEST_EXACT_INTEGER}, which Pulumi may have "
            "rounded; write it into the file yourself",
        )
    return None


def _declares(
    files: CheckedFiles, path: str, change: FieldChange, unordered: Collection[Pattern]
) -> bool:
    """Return whether files declare a value, and not only nothing where the program has null."""
    *above, last = steps(path)
    container = value_at(files.merged.value, above)
    is_there = isinstance(container, list) or (isinstance(container, dict) and last in container)
    declared = value_at(container, [last])
    return is_there and is_equal(
        declared, in_file_order(change.path, change.planned, declared, unordered)
    )


def shown_value(value: Value) -> str:
    """Return a value as part of a message, cut if it is long."""
    return "nothing" if value is ABSENT else shortened(shown_json(value), _LONGEST_VALUE)


def _valid(
    fields: Sequence[AcceptedField], files: CheckedFiles, left: list[Notice]
) -> Iterator[AcceptedField]:
    """Yield the fields of an entry that a file may declare with these values."""
    first = fields[0]
    kind = SECTIONS[first.section]
    sections = copy.deepcopy(files.merged.value)
    for field in fields:
        set_value(sections, field.path, field.after)
    entry = value_at(sections, [first.section, first.key])
    members = entry if isinstance(entry, dict) else {}
    wrong = _violations(kind, members)
    for field in fields:
        _, _, name, *inside = steps(field.path)
        reason = wrong.get((name, None)) or wrong.get((name, inside[0] if inside else None))
        if reason is None:
            yield field
        else:
            left.append(
                Notice(
                    MessageCode.INVALID_VALUE,
                    f"{first.title} ({first.id}): {field.field}: SetSmart has "
                    f"{shown_value(field.after)}, which a file cannot declare: it {reason}",
                )
            )


def _violations(kind: Kind, members: Mapping[str, Json]) -> dict[tuple[str, str | None], str]:
    declared = {name: value for name, value in members.items() if name not in kind.secret_names}
    return {(each.input, each.member): each.reason for each in violations(kind, declared)}


def _write(found: Acceptance, files: CheckedFiles) -> None:
    """Make the texts of the files; what cannot be written without changing others stays."""
    stays: set[str] = set()
    while True:
        written = [field for field in found.fields if field.path not in stays]
        texts = _texts(written, files)
        merged = merged_document(texts)
        # A file that is laid over another one may still say otherwise, or say nothing any more.
        unread = {
            field.path
            for field in written
            if not is_equal(value_at(merged.value, steps(field.path)), field.after)
        }
        if not unread:
            break
        stays |= unread
    for field in found.fields:
        if field.path in stays:
            found.left.append(
                Notice(
                    MessageCode.NOT_EXTENDABLE,
                    f"{field.title} ({field.id}): {field.field}: SetSmart has "
                    f"{shown_value(field.after)}, which cannot be written into {field.file} alone: "
                    "others share the value, another file declares a part of it, or its column has "
                    "another type; write it yourself",
                )
            )
    found.fields = written
    found.texts = {name: text for name, text in texts.items() if text != files.texts[name]}
    wrong = [*violations_of(merged)]
    if wrong:
        raise ViolationsError(wrong)


def _texts(fields: Sequence[AcceptedField], files: CheckedFiles) -> dict[str, str]:
    """Return the texts of all files with the values of fields, as far as they can be written."""
    texts = {}
    for file, text in files.texts.items():
        changes = {field.path: field.after for field in fields if field.file == file}
        texts[file], _ = with_values(text, file, changes)
    return texts
