"""The rows of a table as the entries of a portfolio."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence

from attrs import frozen

from pulumi_setsmart.adoption.naming import resource_name
from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.conversion.cells import read_column
from pulumi_setsmart.conversion.column_names import ID
from pulumi_setsmart.conversion.table import Table
from pulumi_setsmart.conversion.target import SKIP, Assignment
from pulumi_setsmart.lifecycle.check import violations
from pulumi_setsmart.lifecycle.identity import recognisable
from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.models.text import cut, one_line
from pulumi_setsmart.specification.csv_file import ATTRIBUTES, RESOURCE_NAME, keys_in
from pulumi_setsmart.specification.document import FileLocation, FileViolation, ViolationsError
from pulumi_setsmart.specification.former_keys import FORMERLY

NAME = "name"
_LONGEST_VALUE = 60


@frozen
class Listing:
    """A listing in a row.

    Attributes:
        line: The number of the row.
        id: What says that it is this one, sheet after sheet, or None.
        key: The key that the row names, or None.
        former: The keys that it had before.
        entry: What it declares.
    """

    line: int
    id: str | None
    key: str | None
    former: list[str]
    entry: dict[str, Json]

    @property
    def title(self) -> str:
        """What messages call it."""
        return cut(one_line(str(self.entry[NAME])), _LONGEST_VALUE)


def listings_in(table: Table, assignments: Sequence[Assignment], file: str) -> list[Listing]:
    """Return the listings in a table.

    Args:
        table: The table.
        assignments: What its columns become.
        file: The file's name.

    Raises:
        PortfolioFileError: Cells cannot be the values of their fields, or rows have no name.
    """
    columns: dict[str, list[Json]] = {}
    found: list[FileViolation] = []
    for assignment in assignments:
        if assignment.target.name == SKIP:
            continue
        if assignment.target.name in columns:
            raise PortfolioFileError(
                f"{file}: two columns become {assignment.target.name}; leave one out with "
                f"--map '{'+'.join(assignment.columns)}={SKIP}'",
                code=MessageCode.INVALID_MAPPING,
            )
        read = read_column(table, assignment)
        column = cut(one_line("+".join(assignment.columns)), _LONGEST_VALUE)
        found += [
            FileLocation(file, problem.line).violation(f"{column}: {problem.text}", problem.code)
            for problem in read.problems
        ]
        columns[assignment.target.name] = read.values
    if NAME not in columns:
        raise PortfolioFileError(
            f"{file}: no column is the name of the listings; add --map 'COLUMN={NAME}'",
            code=MessageCode.UNCERTAIN_COLUMN,
        )
    if found:
        raise ViolationsError(sorted(found, key=lambda each: each.place))
    ids, keys = columns.pop(ID, None), columns.pop(RESOURCE_NAME, None)
    former = columns.pop(FORMERLY, [None] * len(table.rows))
    listings = []
    for index, row in enumerate(table.rows):
        entry = _entry({name: values[index] for name, values in columns.items()})
        key = None if keys is None else str(keys[index] or "")
        before = keys_in(str(former[index] or ""))
        found += _row_violations(entry, key, FileLocation(file, row.line))
        listings.append(Listing(row.line, _text(ids, index), key, before, entry))
    if found:
        raise ViolationsError(found)
    _check_unique(listings, file)
    return listings


def twins_in(listings: Sequence[Listing]) -> list[Notice]:
    """Return a message about each group of rows that seem to be the same listing."""
    groups: dict[tuple[Json, ...], list[Listing]] = defaultdict(list)
    for listing in listings:
        identity = tuple(recognisable(listing.entry.get(name)) for name in PROPERTY.natural_key)
        groups[identity].append(listing)
    return [
        Notice(
            MessageCode.REPEATED_LISTING,
            f"{group[0].title} is in rows {', '.join(str(each.line) for each in group)}: each "
            "becomes a listing of its own; delete the rows that are not meant",
        )
        for group in groups.values()
        if len(group) > 1
    ]


def new_key(listing: Listing, taken: Container[str]) -> str:
    """Return a key for a new listing: the one that its row names, or one from its title."""
    return listing.key or resource_name(str(listing.entry[NAME]), PROPERTY.noun, taken)


def _entry(values: Mapping[str, Json]) -> dict[str, Json]:
    entry: dict[str, Json] = {
        field.name: values[field.name]
        for field in PROPERTY.fields
        if values.get(field.name) is not None
    }
    prefix = f"{ATTRIBUTES}."
    attributes: dict[str, Json] = {
        name.removeprefix(prefix): value
        for name, value in values.items()
        if name.startswith(prefix) and value is not None
    }
    if attributes:
        entry[ATTRIBUTES] = attributes
    entry |= {name: values[name] for name in PROPERTY.policy_inputs if values.get(name) is not None}
    return entry


def _text(values: Sequence[Json] | None, index: int) -> str | None:
    return None if values is None or values[index] is None else str(values[index])


def _check_unique(listings: Sequence[Listing], file: str) -> None:
    for name, values in (
        ("key", [(each.key, each.line) for each in listings]),
        ("id", [(each.id, each.line) for each in listings]),
    ):
        seen: dict[str, int] = {}
        for value, line in values:
            if value is None:
                continue
            if value in seen:
                raise PortfolioFileError(
                    f"{file}:{line}: the {name} {cut(one_line(value), _LONGEST_VALUE)} is also in "
                    f"row {seen[value]}",
                    code=MessageCode.DUPLICATE_KEY,
                )
            seen[value] = line


def _row_violations(
    entry: Mapping[str, Json], key: str | None, location: FileLocation
) -> Iterator[FileViolation]:
    if NAME not in entry:
        reason = "has no name; add one, or delete the row from the sheet"
        yield location.violation(reason, MessageCode.INVALID_CELL)
    for violation in violations(PROPERTY, entry):
        if violation.input in entry:
            reason = f"{violation.input}: {violation.reason}"
            yield location.violation(reason, violation.code)
    if key == "":
        reason = "has no key; the column of keys needs a value in each row"
        yield location.violation(reason, MessageCode.INVALID_CELL)
