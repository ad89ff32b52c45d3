"""Is a pickled provider one of ours? Looked at opcode by opcode, and never unpickled.

Unpickling runs whatever a pickle says. Ours says no more than the name of a class, and that there
is an instance of it without attributes. How it says so depends on the versions of Python and of
Pulumi's SDK. So the opcodes are followed, with symbols in the place of values, and a pickle with
any other opcode, name or argument is foreign.
"""

from __future__ import annotations

import base64
import io
import pickletools
import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from pulumi_setsmart.automation.resource_type import TYPES

LONGEST_PICKLE = 1024
"""How many characters are looked at; ours have some 120."""

_HEADER = re.compile(rb"\x80(?:[\x02\x03]|[\x04\x05]\x95(?P<size>.{8}))", re.DOTALL)
"""How protocols 2 to 5 begin; from 4 on, all that follows is one frame. 0 and 1 have no header."""


class _Symbol(Enum):
    """What is on the stack of a pickle of ours, beside texts and tuples."""

    MARK = auto()
    NONE = auto()
    OUR_CLASS = auto()
    OUR_INSTANCE = auto()
    OBJECT_CLASS = auto()
    RECONSTRUCTOR = auto()


_OPCODES = {opcode.code.encode("latin-1"): opcode for opcode in pickletools.opcodes}
_PUSHED = {"EMPTY_TUPLE": (), "MARK": _Symbol.MARK, "NONE": _Symbol.NONE}

_OURS: Mapping[tuple[str, str], _Symbol] = {
    (resource_type.provider.__module__, resource_type.provider.__qualname__): _Symbol.OUR_CLASS
    for resource_type in TYPES.values()
}
_OURS_WITHOUT_HEADER: Mapping[tuple[str, str], _Symbol] = {
    **_OURS,
    ("copy_reg", "_reconstructor"): _Symbol.RECONSTRUCTOR,
    ("__builtin__", "object"): _Symbol.OBJECT_CLASS,
}
"""Protocols 0 and 1 have no opcode for an instance, and call a function for it."""


class _ForeignError(ValueError):
    """A pickle holds something that none of ours does."""


def is_ours(text: str) -> bool:
    """Return whether a provider, as a state holds it, is an instance of one of our classes.

    Args:
        text: The pickle in base64.
    """
    if len(text) > LONGEST_PICKLE:
        return False
    try:
        pickle = base64.b64decode(text)
        # Pulumi skips what is not base64. There must be one way to read it.
        return base64.b64encode(pickle).decode() == text and _makes_our_instance(pickle)
    except ValueError:
        return False


def _makes_our_instance(pickle: bytes) -> bool:
    """Return whether a pickle makes an instance of one of our classes, and nothing more.

    Raises:
        ValueError: It holds something that none of ours does, or is no pickle.
    """
    header = _HEADER.match(pickle)
    opcodes = pickle if header is None else pickle[header.end() :]
    size = None if header is None else header["size"]
    if size is not None and int.from_bytes(size, "little") != len(opcodes):
        return False
    stream = io.BytesIO(opcodes)
    machine = _Machine(stream, _OURS_WITHOUT_HEADER if header is None else _OURS)
    machine.run()
    return machine.stack == [_Symbol.OUR_INSTANCE] and not stream.read(1)


class _Machine:
    """What unpickles, with symbols in the place of values.

    Args:
        stream: The opcodes.
        names: What the names of classes and functions stand for.

    Attributes:
        stack: What the opcodes so far have left.
    """

    def __init__(self, stream: io.BytesIO, names: Mapping[tuple[str, str], _Symbol]) -> None:
        self._stream = stream
        self._names = names
        self._memo: list[Any] = []
        self.stack: list[Any] = []

    def run(self) -> None:
        """Follow all opcodes up to the one that stops.

        Raises:
            ValueError: None of ours has one of them, or they do not stop.
        """
        while (code := self._stream.read(1)) != b".":
            if code not in _OPCODES:
                raise _ForeignError
            self._follow(_OPCODES[code])

    def _follow(self, opcode: pickletools.OpcodeInfo) -> None:
        # The argument of an opcode that none of ours has is not even read.
        match opcode.name:
            case "BINUNICODE" | "SHORT_BINUNICODE":
                self.stack.append(self._argument(opcode))
            case "GLOBAL":
                self._push_named(self._line(), self._line())
            case "STACK_GLOBAL":
                name, module = self._pop(), self._pop()
                self._push_named(module, name)
            case "EMPTY_TUPLE" | "MARK" | "NONE":
                self.stack.append(_PUSHED[opcode.name])
            case "TUPLE":
                self.stack.append((*reversed([*iter(self._pop, _Symbol.MARK)]),))
            case "NEWOBJ" | "REDUCE":
                arguments, called = self._pop(), self._pop()
                self._push_instance(opcode.name, called, arguments)
            case "MEMOIZE" | "PUT" | "BINPUT" | "LONG_BINPUT":
                self._remember(opcode)
            case "GET" | "BINGET" | "LONG_BINGET":
                self._recall(self._argument(opcode))
            case _:
                raise _ForeignError

    def _argument(self, opcode: pickletools.OpcodeInfo) -> Any:
        if opcode.arg is None:
            raise _ForeignError
        return opcode.arg.reader(self._stream)

    def _line(self) -> str:
        # What pickletools would give has escapes undone, which unpickling does not do.
        line = self._stream.readline()
        if not line.endswith(b"\n"):
            raise _ForeignError
        return line.removesuffix(b"\n").decode()

    def _pop(self) -> Any:
        if not self.stack:
            raise _ForeignError
        return self.stack.pop()

    def _push_named(self, *module_and_name: Any) -> None:
        match module_and_name:
            case str(module), str(name) if (module, name) in self._names:
                self.stack.append(self._names[module, name])
            case _:
                raise _ForeignError

    def _push_instance(self, opcode: str, called: Any, arguments: Any) -> None:
        match opcode, called, arguments:
            case "NEWOBJ", _Symbol.OUR_CLASS, ():
                self.stack.append(_Symbol.OUR_INSTANCE)
            case (
                "REDUCE",
                _Symbol.RECONSTRUCTOR,
                (_Symbol.OUR_CLASS, _Symbol.OBJECT_CLASS, _Symbol.NONE),
            ):
                self.stack.append(_Symbol.OUR_INSTANCE)
            case _:
                raise _ForeignError

    def _remember(self, opcode: pickletools.OpcodeInfo) -> None:
        next_place = len(self._memo)
        place = next_place if opcode.arg is None else self._argument(opcode)
        if place != next_place or not self.stack or self.stack[-1] is _Symbol.MARK:
            raise _ForeignError
        self._memo.append(self.stack[-1])

    def _recall(self, place: int) -> None:
        if not 0 <= place < len(self._memo):
            raise _ForeignError
        self.stack.append(self._memo[place])
