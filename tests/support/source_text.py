"""What the package may say: the texts in its source, with `…` for what is put into them."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from attrs import frozen

import pulumi_setsmart

ANYTHING = "…"
"""Stands in a text for whatever a message has there."""

_LOGGED = re.compile(r"%(\.\d+)?[sdf]")
_WORD = re.compile(r"[A-Za-z]{2,}")


@frozen
class SourceText:
    """A text in the source.

    Attributes:
        module: The module that has it, named from the package on.
        text: The text.
    """

    module: str
    text: str

    @property
    def is_phrase(self) -> bool:
        """Whether it has two words or more."""
        return " " in self.text.strip() and len(_WORD.findall(self.text)) > 1


def source_texts() -> list[SourceText]:
    """Return every text of the package that is no docstring, no annotation and no help."""
    found = []
    for info in pkgutil.walk_packages(pulumi_setsmart.__path__, "pulumi_setsmart."):
        if not info.name.endswith("__main__"):
            module = importlib.import_module(info.name)
            tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
            name = info.name.removeprefix("pulumi_setsmart.")
            found += [SourceText(name, text) for text in _texts(module, tree)]
    return found


def _texts(module: ModuleType, node: ast.AST) -> Iterator[str]:
    match node:
        case (
            ast.Expr(value=ast.Constant())
            | ast.keyword(arg="help" | "metavar" | "show_default")
            | ast.AnnAssign(annotation=ast.Name(id="TypeAlias"))
        ):
            return
        case ast.Constant(value=str(text)):
            yield _LOGGED.sub(ANYTHING, text)
        case ast.JoinedStr(values=values):
            yield "".join(_part(module, value) for value in values)
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            is_part = isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)
            if (
                isinstance(child, ast.AST)
                and field not in ("annotation", "returns")
                and not is_part
            ):
                yield from _texts(module, child)


def _part(module: ModuleType, value: ast.expr) -> str:
    """Return a part of an f-string; a constant of the module is what it stands for."""
    match value:
        case ast.Constant(value=str(text)):
            return text
        case ast.FormattedValue(value=ast.Name(id=name)):
            constant = getattr(module, name, None)
            return str(constant) if isinstance(constant, str | int) else ANYTHING
    return ANYTHING
