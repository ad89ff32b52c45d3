"""The command ``convert``."""

import codecs
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulumi_setsmart.cli.console import Command, command_error, is_interactive, say
from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.text import cut, one_line, shown_json

if TYPE_CHECKING:
    from pulumi_setsmart.conversion.mapping import Proposal
    from pulumi_setsmart.conversion.table import Table
    from pulumi_setsmart.conversion.target import Target
    from pulumi_setsmart.conversion.update import Update

_STYLES = {"given": "green", "certain": "green", "uncertain": "yellow", "left out": "dim"}
_LONGEST_EXAMPLE = 30
_WIDTH = 120


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default="portfolio.yaml",
    metavar="FILE",
    help="Portfolio file to write.  [default: portfolio.yaml]",
)
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="What a column becomes: a field, attributes.NAME:number (or string, boolean, list), id, "
    "or skip. A+B=address joins columns.",
)
@click.option("--sheet", metavar="NAME", help="Sheet to read, if there are several.")
@click.option("--key", metavar="COLUMN", help="Column with the keys.  [default: from the names]")
@click.option(
    "--unmapped",
    type=click.Choice(["attributes", "skip"]),
    default="skip",
    help="What becomes of other columns.  [default: skip]",
)
@click.option("--encoding", metavar="NAME", help="Encoding of a text.  [default: found out]")
@click.option("--update", is_flag=True, help="Apply a newer sheet to an existing portfolio file.")
@click.option("--prune", is_flag=True, help="With --update, remove entries that have no row.")
@click.option("--yes", is_flag=True, help="Ask nothing: stop at what is not certain.")
def convert(
    file: Path,
    output: Path,
    maps: tuple[str, ...],
    sheet: str | None,
    key: str | None,
    unmapped: str,
    encoding: str | None,
    *,
    update: bool,
    prune: bool,
    yes: bool,
) -> None:
    """Turn a spreadsheet into a portfolio file.

    FILE is CSV, TSV, xlsx, xls or ods, from any program. The command shows what becomes of each
    column, and asks about what is not certain. With --yes, or without a terminal, it stops there
    instead. What was decided is stored beside the output, in portfolio.map.yaml.

    Exit status: 0 if the file was written, 1 if not, 2 for a usage error.
    """
    from pulumi_setsmart.conversion import mapping, mapping_file  # noqa: PLC0415 - heavy
    from pulumi_setsmart.conversion.listings import listings_in, twins_in  # noqa: PLC0415
    from pulumi_setsmart.conversion.portfolio_text import (  # noqa: PLC0415 - heavy
        new_portfolio,
        read_existing,
        updated_portfolio,
    )
    from pulumi_setsmart.conversion.sheet import read_sheet  # noqa: PLC0415 - heavy
    from pulumi_setsmart.conversion.table import table_in  # noqa: PLC0415 - heavy
    from pulumi_setsmart.conversion.target import (  # noqa: PLC0415 - heavy
        Assignment,
        Target,
        assignment_of,
        columns_named,
    )
    from pulumi_setsmart.conversion.update import update_of  # noqa: PLC0415 - heavy
    from pulumi_setsmart.files.whole_file import write_file  # noqa: PLC0415 - heavy
    from pulumi_setsmart.specification.csv_file import RESOURCE_NAME  # noqa: PLC0415 - heavy

    _check_options(output, encoding, update=update, prune=prune)
    portfolio = read_existing(output) if update else new_portfolio(output)
    mapping_path = mapping_file.mapping_path(output)
    stored = mapping_file.read_mapping(mapping_path)
    known = [column for each in stored.assignments for column in each.columns]
    known += [name for each in maps for name in each.rpartition("=")[0].split("+")]
    table = table_in(
        read_sheet(file, sheet, encoding), str(file), [*known, *([key] if key else [])]
    )
    for notice in table.notices:
        say(str(notice), err=True)
    given = [assignment_of(each, table.columns) for each in maps]
    if key is not None:
        given.append(Assignment(columns_named(key, table.columns), Target(RESOURCE_NAME)))
    decided = mapping.proposals(table, given, stored.assignments, mapping.Unmapped(unmapped))
    _show(decided, table)
    for each in stored.assignments:
        if gone := {*each.columns} - {*table.columns}:
            raise command_error(
                MessageCode.UNKNOWN_COLUMN,
                f"{file}: there is no column {one_line(min(gone))} any more ({each.target}); "
                f"rename it in the sheet, or take it out of {mapping_path}",
            )
    asks = not yes and is_interactive()
    if not asks:
        _stop_at_uncertain(decided, file)
    decided = [_asked(each) if each.confidence == "uncertain" else each for each in decided]
    if asks:
        decided = [_unambiguous(each, table) for each in decided]
    assignments = [each.assignment for each in decided if each.confidence != "left out"]
    listings = listings_in(table, assignments, str(file))
    for notice in twins_in(listings):
        say(str(notice), err=True)
    changes = update_of(portfolio.listings, listings, stored.ids if update else {})
    removed = changes.missing if prune else []
    text = updated_portfolio(portfolio, changes.members, removed, changes.renamed)
    _summarise(changes, prune=prune)
    if asks and not click.confirm(f"Write {one_line(str(output))}?", default=True, err=True):
        raise click.exceptions.Exit(1)
    ids = {
        id_: changes.renamed.get(key, key)
        for id_, key in (stored.ids.items() if update else ())
        if key not in removed
    }
    ids |= {
        listing.id: name
        for listing, name in zip(listings, changes.keys, strict=True)
        if listing.id is not None
    }
    # The mapping goes first: without it, the next sheet could not tell a new title from a listing.
    write_file(mapping_path, mapping_file.mapping_text(assignments, ids))
    write_file(output, text, replace=update)
    say(f"wrote {output}, and the mapping in {mapping_path.name}")


def _check_options(output: Path, encoding: str | None, *, update: bool, prune: bool) -> None:
    if prune and not update:
        raise click.UsageError("--prune needs --update")
    if output.suffix.lower() not in {".yaml", ".yml", ".json"} and not update:
        raise click.UsageError("--output must end in .yaml, .yml or .json")
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise click.UsageError(f"{encoding} is no encoding; utf-8 and cp1252 are") from None
    if output.exists() and not update:
        raise command_error(
            MessageCode.FILE_EXISTS, f"{output} exists; --update applies the sheet to it"
        )


def _show(decided: "list[Proposal]", table: "Table") -> None:
    from rich.table import Table as Lines  # noqa: PLC0415 - heavy

    from pulumi_setsmart.cli.display import cell, table_output  # noqa: PLC0415 - heavy
    from pulumi_setsmart.conversion.sheet import is_empty, text_in  # noqa: PLC0415 - heavy

    lines = Lines(box=None, pad_edge=False)
    for title in ("column", "field", "example", "confidence"):
        lines.add_column(title, overflow="fold")
    for each in decided:
        columns = each.assignment.columns
        cells = (row.cells[columns[0]] for row in table.rows)
        example = next((text_in(value) for value in cells if not is_empty(value)), "")
        reason = f": {each.reason}" if each.reason else ""
        lines.add_row(
            cell(" + ".join(columns)),
            cell(str(each.assignment.target) if each.is_used else "-"),
            cell(cut(example, _LONGEST_EXAMPLE)),
            cell(f"{each.confidence}{reason}", _STYLES[each.confidence]),
        )
    table_output(_WIDTH).print(lines)


def _stop_at_uncertain(decided: "list[Proposal]", file: Path) -> None:
    from pulumi_setsmart.specification.document import (  # noqa: PLC0415 - heavy
        FileLocation,
        ViolationsError,
    )

    uncertain = [each for each in decided if each.confidence == "uncertain"]
    violations = [
        FileLocation(str(file)).violation(
            f"it is not certain what {_columns(each)} is ({each.reason}); add "
            f"--map '{each.assignment}', or --map '{_columns(each)}=skip' to leave it out",
            MessageCode.UNCERTAIN_COLUMN,
        )
        for each in uncertain
    ]
    if violations:
        raise ViolationsError(violations)


def _asked(proposal: "Proposal") -> "Proposal":
    from pulumi_setsmart.conversion.mapping import accepted  # noqa: PLC0415 - heavy
    from pulumi_setsmart.conversion.target import target_of  # noqa: PLC0415 - heavy

    def target(text: str) -> "Target":
        try:
            return target_of(text)
        except PortfolioFileError as error:
            raise click.UsageError(error.message) from None  # and the question comes again

    answer = click.prompt(
        f"{_columns(proposal)} ({one_line(proposal.reason)}): field, or skip",
        default=str(proposal.assignment.target),
        value_proc=target,
        err=True,
    )
    return accepted(proposal, answer)


def _unambiguous(proposal: "Proposal", table: "Table") -> "Proposal":
    from pulumi_setsmart.conversion.cells import ambiguity_in  # noqa: PLC0415 - heavy
    from pulumi_setsmart.conversion.mapping import with_decimal  # noqa: PLC0415 - heavy
    from pulumi_setsmart.conversion.number_format import Decimal  # noqa: PLC0415 - heavy

    reason = ambiguity_in(table, proposal.assignment)
    if reason is None:
        return proposal
    answer = click.prompt(
        f"{_columns(proposal)} ({reason}): decimal",
        type=click.Choice([str(each) for each in Decimal]),
        err=True,
    )
    return with_decimal(proposal, Decimal(answer))


def _columns(proposal: "Proposal") -> str:
    return one_line("+".join(proposal.assignment.columns))


def _summarise(changes: "Update", *, prune: bool) -> None:
    for key in changes.added:
        say(f"+ {key}")
    for before, key in changes.renamed.items():
        say(f"~ {before} => {key}: the key changed, the listing stays (formerly: {before})")
    for key, fields in changes.changed.items():
        for change in fields:
            before = "" if change.before is None else shown_json(change.before)
            say(f"~ {key}: {change.name}: {before} => {shown_json(change.after)}")
    for key in changes.missing:
        say(f"- {key}" if prune else f"  {key}: no row, stays (--prune removes it)")
    for notice in changes.notices:
        say(str(notice), err=True)
    changed = sum(map(bool, changes.changed.values()))
    say(
        f"{len(changes.added)} new, {changed} changed, {len(changes.changed) - changed} unchanged, "
        f"{len(changes.missing)} {'removed' if prune else 'without a row'}"
    )
