"""Spreadsheets, and the command that converts them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import xlwt
from click.testing import CliRunner, Result

from pulumi_setsmart.cli import main
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.specification.reading import read_entries


def text(*rows: Sequence[object], separator: str = ",") -> str:
    """Return rows as CSV, whose cells need no quotes."""
    return "".join(separator.join(map(str, row)) + "\n" for row in rows)


def xlsx(*rows: Sequence[object], merged: str = "", sheets: Sequence[str] = ("Sheet",)) -> bytes:
    """Return a workbook of Excel whose sheets all have the rows."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name in sheets:
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append([*row])
        if merged:
            sheet.merge_cells(merged)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def xls(*rows: Sequence[object]) -> bytes:
    """Return a workbook of old Excel."""
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("Sheet")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def ods(*rows: Sequence[object]) -> bytes:
    """Return a workbook of LibreOffice."""

    def cell(value: object) -> str:
        if isinstance(value, str):
            return (
                '<table:table-cell office:value-type="string">'
                f"<text:p>{value}</text:p></table:table-cell>"
            )
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    names = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<office:document-content xmlns:office="{names}office:1.0" '
        f'xmlns:table="{names}table:1.0" xmlns:text="{names}text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="Sheet">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f'<manifest:manifest xmlns:manifest="{names}manifest:1.0"/>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return stream.getvalue()


def convert(
    folder: Path, content: str | bytes, *arguments: str, name: str = "portfolio.yaml"
) -> Result:
    """Run the command in a folder on a sheet with this content.

    Args:
        folder: The folder.
        content: The content.
        arguments: Arguments of the command.
        name: The name of the portfolio file.
    """
    file = folder / "sheet"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    output = folder / name
    command = ["convert", str(file), "--output", str(output), *arguments]
    return CliRunner().invoke(main, command, catch_exceptions=False)


def listings(folder: Path, name: str = "portfolio.yaml") -> dict[str, dict[str, Json]]:
    """Return what a program loads from a portfolio file."""
    return read_entries(folder / name)["properties"]
