"""Portfolio files in one form, so that a review shows only what changed.

What a file says stays, and so do comments, the order, and how strings and numbers are written.
"""

from __future__ import annotations

import json
import re

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.csv_file import normal_csv, read_csv
from pulumi_setsmart.specification.format import Format, format_of
from pulumi_setsmart.specification.json_file import read_json

_JSON_PART = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_SURROGATE = re.compile("[\ud800-\udfff]")


def normal_text(text: str, file: str) -> str:
    """Return the text of a portfolio file in the normal form of its format.

    Args:
        text: A text that can be read.
        file: The file's name.

    Raises:
        PortfolioFileError: It would say something else in that form, or is in a form of YAML that
            cannot be changed safely.
    """
    match format_of(file):
        case Format.YAML:
            # Imported only when needed, because its parser takes time to load.
            from pulumi_setsmart.specification.yaml_normal_form import (  # noqa: PLC0415
                normal_yaml,
            )
            from pulumi_setsmart.specification.yaml_reading import read_yaml  # noqa: PLC0415

            normalised, read = normal_yaml, read_yaml
        case Format.JSON:
            normalised, read = _normal_json, read_json
        case Format.CSV:
            normalised, read = normal_csv, read_csv
    normal = normalised(text)
    try:
        # As JSON, values differ in the order of members and in 2 and 2.0 as well.
        before, after = (json.dumps(read(each, file).value) for each in (text, normal))
        is_kept = before == after and normalised(normal) == normal
    except PortfolioFileError:
        is_kept = False
    if format_of(file) is Format.YAML:
        is_kept &= text.split() == normal.split()  # comments, quotes and anchors as well
    if not is_kept:
        raise PortfolioFileError(
            f"{file}: cannot be formatted without changing what it says; write it in a plainer "
            "form, for example with `pulumi-setsmart export FILE --output NEW`",
            code=MessageCode.NOT_EXTENDABLE,
        )
    return normal


def _normal_json(text: str) -> str:
    """Return JSON with two blanks of indentation; numbers are written as before."""
    pieces = _JSON_PART.findall(text)
    parts: list[str] = []
    depth = 0
    for before, piece in zip(["", *pieces], pieces, strict=False):
        is_empty = piece in ("}", "]") and before in ("{", "[")
        if piece in ("}", "]"):
            depth -= 1
        if not is_empty and (piece in ("}", "]") or before in ("{", "[", ",")):
            parts.append("\n" + "  " * depth)
        if piece in ("{", "["):
            depth += 1
        parts.append(": " if piece == ":" else _normal_scalar(piece))
    return "".join(parts) + "\n"


def _normal_scalar(text: str) -> str:
    if not text.startswith('"'):
        return text
    value = json.loads(text)
    return json.dumps(value, ensure_ascii=_SURROGATE.search(value) is not None)
