"""Reads tables that are text: CSV and its relatives, in any encoding."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.conversion.extra import missing_extra
from pulumi_setsmart.conversion.sheet import Cell, Sheet, check_size
from pulumi_setsmart.models.cell import unguarded
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.models.text import cut, one_line
from pulumi_setsmart.specification.csv_file import separator_line, unlimited_cells

_DELIMITERS = ",;\t|"
_SAMPLE = 100
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Encodings by how files in them begin; UTF-32 first, as it begins like UTF-16."""

_OLD_ENCODINGS = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("cp932", "gb18030", "big5", "euc_kr"),
]
_USUAL = "cp1252"
_LONGEST_EXAMPLE = 40


def read_delimited(content: bytes, file: str, encoding: str | None) -> Sheet:
    """Return the table in a text.

    Args:
        content: The bytes of the file.
        file: The file's name.
        encoding: Its encoding, or None to find it out.

    Raises:
        PortfolioFileError: It is no text, or not in this encoding.
    """
    text, notices = _decoded(content, file, encoding)
    if "\0" in text:
        raise PortfolioFileError(f"{file}: is not a spreadsheet", code=MessageCode.UNREADABLE_SHEET)
    separator, text = separator_line(text)
    skipped = 1 if separator else 0
    with unlimited_cells():
        try:
            return _sheet(text, file, separator or _delimiter(text), skipped, notices)
        except csv.Error as error:
            raise PortfolioFileError(
                f"{file}: is not CSV: {error}", code=MessageCode.INVALID_SYNTAX
            ) from None


def _sheet(
    text: str, file: str, delimiter: str, skipped: int, notices: tuple[Notice, ...]
) -> Sheet:
    rows: list[list[Cell]] = []
    lines = []
    cells, begins = 0, skipped + 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for row in reader:
        cells += len(row)
        check_size(cells, file)
        rows.append([unguarded(cell) for cell in row])
        lines.append(begins)
        begins = reader.line_num + skipped + 1
    return Sheet(rows, lines, notices, plain=True)


def _decoded(content: bytes, file: str, encoding: str | None) -> tuple[str, tuple[Notice, ...]]:
    marked = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    if encoding is not None:
        name = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
        try:
            return content.decode(name), ()
        except UnicodeError:
            raise PortfolioFileError(
                f"{file}: is not in the encoding {encoding}", code=MessageCode.UNKNOWN_ENCODING
            ) from None
    try:
        return content.decode(marked or _wide(content) or "utf-8"), ()
    except UnicodeError:
        if marked is not None:
            raise PortfolioFileError(
                f"{file}: is damaged: it begins as {marked} does, and is not",
                code=MessageCode.UNKNOWN_ENCODING,
            ) from None
    return _guessed(content, file)


def _wide(content: bytes) -> str | None:
    """Return UTF-16 without a mark: every other byte of plain text is zero there."""
    sample = content[:2000]
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if max(odd, even) * 3 < len(sample):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _guessed(content: bytes, file: str) -> tuple[str, tuple[Notice, ...]]:
    try:
        from charset_normalizer import from_bytes  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise missing_extra() from None
    unusual = b"\n".join(line for line in content.splitlines() if not line.isascii())
    found = from_bytes(unusual, cp_isolation=_OLD_ENCODINGS)
    best = found.best()
    if best is None:
        raise PortfolioFileError(
            f"{file}: its encoding is unknown; name it with --encoding",
            code=MessageCode.UNKNOWN_ENCODING,
        )
    # Excel writes this one in most of the countries whose words we know, if it fits at all.
    name = (
        _USUAL
        if _USUAL in {name for each in found for name in each.could_be_from_charset}
        else best.encoding
    )
    try:
        text = content.decode(name)
    except UnicodeError:
        raise PortfolioFileError(
            f"{file}: its encoding is unknown; name it with --encoding",
            code=MessageCode.UNKNOWN_ENCODING,
        ) from None
    word = next(word for word in re.findall(r"\w+|\S", text) if not word.isascii())
    example = cut(one_line(word), _LONGEST_EXAMPLE)
    message = f"{file}: read as {name}, which is a guess (see {example}); --encoding decides"
    return text, (Notice(MessageCode.ENCODING_GUESSED, message),)


def _delimiter(text: str) -> str:
    """Return what separates the columns: what gives most rows the same number of them."""

    def quality(delimiter: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        widths = [len(row) for row, _ in zip(reader, range(_SAMPLE), strict=False) if any(row)]
        (width, rows), *_ = Counter(widths).most_common(1) or [(0, 0)]
        return (rows / len(widths) if width > 1 else 0, width)

    try:
        return max(_DELIMITERS, key=quality)
    except csv.Error:
        return ","
