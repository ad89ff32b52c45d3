"""The parser of YAML: libyaml if present, else PyYAML's own, which is made to read tabs alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml
from yaml.scanner import ScannerError

_BREAKS = "\r\n\x85\u2028\u2029"


class PythonLoader(yaml.SafeLoader):
    """PyYAML's parser in Python, where tabs separate what blanks separate, as in YAML 1.2."""

    def scan_to_next_token(self) -> None:
        """Skip the whitespace between two tokens; a tab cannot indent."""
        super().scan_to_next_token()
        while self.peek() == "\t" and (self.flow_level or not self.allow_simple_key):
            self.forward()
            super().scan_to_next_token()

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> list[str]:
        """Return the whitespace inside an unquoted scalar, with line breaks folded."""
        length = 0
        while self.peek(length) in " \t":
            length += 1
        blanks = self.prefix(length)
        self.forward(length)
        if self.peek() not in _BREAKS:
            return [blanks] if blanks else []
        first, *breaks = [self._line_break()]
        self.allow_simple_key = True
        while self.peek() in f" \t{_BREAKS}" and not self._begins_document():
            if self.peek() in _BREAKS:
                breaks.append(self._line_break())
            elif self.peek() == "\t" and self.column < indent:
                raise ScannerError(
                    "while scanning a plain scalar",
                    start_mark,
                    "found a tab character that violates indentation",
                    self.get_mark(),
                )
            else:
                self.forward()
        if self._begins_document():
            return []
        return [first, *breaks] if first != "\n" else breaks or [" "]

    def check_key(self) -> bool:
        """Return whether a question mark begins a key: only before whitespace, also in lists."""
        return self.peek(1) in f"\0 \t{_BREAKS}" and bool(super().check_key())

    def scan_tag(self) -> Any:
        """Return a tag."""
        return self._with_blanks("\t", super().scan_tag)

    def scan_directive(self) -> Any:
        """Return a directive."""
        return self._with_blanks("\t", super().scan_directive)

    def scan_block_scalar_ignored_line(self, start_mark: Any) -> None:
        """Skip the rest of the line after the header of a block scalar."""
        self._with_blanks("\t", super().scan_block_scalar_ignored_line, start_mark)

    def scan_block_scalar_indicators(self, start_mark: Any) -> Any:
        """Return the indicators of a block scalar; a comment may follow without a space."""
        return self._with_blanks("\t#", super().scan_block_scalar_indicators, start_mark)

    def _line_break(self) -> str:
        return str(self.scan_line_break())  # type: ignore[no-untyped-call]  # PyYAML has no type there

    def _begins_document(self) -> bool:
        return (
            self.column == 0
            and self.prefix(3) in ("---", "...")
            and self.peek(3) in f"\0 \t{_BREAKS}"
        )

    def _with_blanks(self, characters: str, scan: Callable[..., Any], *arguments: Any) -> Any:
        """Scan while these characters count as spaces."""
        peek = self.peek

        def peek_blank(index: int = 0) -> str:
            character = peek(index)
            return " " if character in characters else character

        self.__dict__["peek"] = peek_blank
        try:
            return scan(*arguments)
        finally:
            del self.__dict__["peek"]


LOADER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else PythonLoader
