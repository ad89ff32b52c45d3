"""Pickled providers are recognised without unpickling them."""

from __future__ import annotations

import base64
import io
import pickle
import struct
import tracemalloc
from collections.abc import Callable
from typing import Any

import dill  # type: ignore[import-untyped] # it has none
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_setsmart.automation.provider_pickle import LONGEST_PICKLE, is_ours
from pulumi_setsmart.automation.resource_type import TYPES
from pulumi_setsmart.providers.adapter import LifecycleProvider

ADAPTER = "pulumi_setsmart.providers.adapter"
RECONSTRUCTOR = b"ccopy_reg\n_reconstructor\n"
CLASSES = [kind.provider for kind in TYPES.values()]
MODULE, NAME = "pulumi_setsmart.providers.property", "PropertyProvider"
OURS = {(provider.__module__, provider.__qualname__) for provider in CLASSES}
HARMLESS = {*OURS, ("copy_reg", "_reconstructor"), ("__builtin__", "object")}
PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)

WRITTEN_BY_RELEASES = [
    # SDK 3.259 and 3.272, Python 3.11; what states hold that exist.
    "gASVPgAAAAAAAACMInB1bHVtaV9zZXRzbWFydC5wcm92aWRlcnMucHJvcGVydHmUjBBQcm9wZXJ0eVByb3ZpZGVylJOUKYGULg==",
    "gASVQQAAAAAAAACMJHB1bHVtaV9zZXRzbWFydC5wcm92aWRlcnMuYXBpX29iamVjdJSMEUFwaU9iamVjdFByb3ZpZGVylJOUKYGULg==",
    "gASVVQAAAAAAAACMLnB1bHVtaV9zZXRzbWFydC5wcm92aWRlcnMud2ViaG9va19zdWJzY3JpcHRpb26UjBtXZWJob29rU3Vic2NyaXB0aW9uUHJvdmlkZXKUk5QpgZQu",
]


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def text(value: str) -> bytes:
    data = value.encode()
    return b"\x8c" + bytes([len(data)]) + data


def named(module: str = MODULE, name: str = NAME) -> bytes:
    return text(module) + text(name) + b"\x93"


def framed(opcodes: bytes) -> bytes:
    return b"\x80\x04\x95" + struct.pack("<Q", len(opcodes)) + opcodes


CALL_OF_SYSTEM = named("os", "system") + text("true") + b"\x85R"
INSTANCE = named() + b")\x81"
NOT_OURS: dict[str, bytes] = {
    "a call": framed(CALL_OF_SYSTEM + b"."),
    "a call whose result is thrown away": framed(CALL_OF_SYSTEM + b"0" + INSTANCE + b"."),
    "a call under ours": framed(CALL_OF_SYSTEM + INSTANCE + b"."),
    "a function": framed(named("os", "system") + b"."),
    "an instance of another class": framed(named("io", "StringIO") + b")\x81."),
    "our class itself": framed(named() + b"."),
    "our class, called": framed(named() + b")R."),
    "our class, called with arguments": framed(named() + text("x") + b"\x85R."),
    "our class, made with arguments": framed(named() + text("x") + b"\x85\x81."),
    "our class, made with arguments that a mark begins": framed(named() + b"(Nt\x81."),
    "our class, made with keywords": framed(named() + b")}\x92."),
    "attributes": framed(INSTANCE + b"}" + text("x") + text("y") + b"sb."),
    "no attributes, but a state": framed(INSTANCE + b"}b."),
    "items": framed(INSTANCE + text("x") + text("y") + b"s."),
    "another class of ours": framed(named(ADAPTER, "LifecycleProvider") + b")\x81."),
    "what our module imports": framed(named(MODULE, "LifecycleProvider") + b")\x81."),
    "an attribute of our class": framed(named(MODULE, f"{NAME}.__init__.__globals__") + b")\x81."),
    "an attribute, by the old opcode": f"c{MODULE}\n{NAME}.__init__\n".encode() + b")\x81.",
    "a module of our module": framed(named(f"{MODULE}.os", NAME) + b")\x81."),
    "a letter from another alphabet": framed(named(MODULE.replace("a", "\u0430")) + b")\x81."),
    "another case": framed(named(MODULE, NAME.lower()) + b")\x81."),
    "a blank at the end": framed(named(MODULE, NAME + " ") + b")\x81."),
    "a carriage return": f"c{MODULE}\r\n{NAME}\n".encode() + b")\x81.",
    "an escape": f"c{MODULE}\nProperty\\x50rovider\n".encode() + b")\x81.",
    "a name in the line of the module": f"c{MODULE} {NAME}\n\n".encode() + b")\x81.",
    "an old name of a class, by the old opcode": b"c__builtin__\neval\n.",
    "the old opcode for an instance": f"(i{MODULE}\n{NAME}\n.".encode(),
    "the older opcode for an instance": f"(c{MODULE}\n{NAME}\no.".encode(),
    "an instance of object": RECONSTRUCTOR + b"(c__builtin__\nobject\nc__builtin__\nobject\nNtR.",
    "reconstruction from a state": RECONSTRUCTOR
    + f"(c{MODULE}\n{NAME}\nc__builtin__\nobject\n".encode()
    + text("x")
    + b"tR.",
    "reconstruction as in the first protocols, in a later one": framed(
        RECONSTRUCTOR + f"(c{MODULE}\n{NAME}\nc__builtin__\nobject\nNtR.".encode()
    ),
    "reconstruction from another class": RECONSTRUCTOR
    + f"(c{MODULE}\n{NAME}\nc__builtin__\nstr\nVx\ntR.".encode(),
    "reconstruction where there is an opcode for it": framed(
        named("copyreg", "_reconstructor") + b"(" + named() + named("builtins", "object") + b"NtR."
    ),
    "names from the registry": framed(b"\x82\x01."),
    "a persistent id": b"Px\n.",
    "a persistent object": framed(b"NQ."),
    "a buffer": b"\x80\x05\x95" + struct.pack("<Q", 2) + b"\x97.",
    "bytes after it": framed(INSTANCE + b".") + b"\x00",
    "a pickle after it": framed(INSTANCE + b".") * 2,
    "bytes after it, in the frame": framed(INSTANCE + b".."),
    "two frames": framed(b"") + framed(INSTANCE + b".")[2:],
    "a frame that is too short": b"\x80\x04\x95" + struct.pack("<Q", 3) + INSTANCE + b".",
    "a frame that is too long": b"\x80\x04\x95" + struct.pack("<Q", 2**63) + INSTANCE + b".",
    "no frame": b"\x80\x04" + INSTANCE + b".",
    "another protocol": b"\x80\x06" + framed(INSTANCE + b".")[2:],
    "two instances": framed(INSTANCE + INSTANCE + b"."),
    "a mark under it": framed(b"(" + INSTANCE + b"."),
    "a text under it": framed(text("x") + INSTANCE + b"."),
    "a tuple with it": framed(b"(" + INSTANCE + b"t."),
    "nothing": framed(b"."),
    "no end": framed(INSTANCE),
    "no bytes": b"",
    "a place that is far away": framed(INSTANCE + b"r\xff\xff\xff\x7f."),
    "a mark that is remembered": framed(named() + b"(\x94t\x81."),
    "a negative place": b"g-1\n.",
    "a place that nobody filled": framed(b"j\xff\xff\xff\x7f."),
    "a text without an end": framed(b"\x8c\xff" + b"x"),
    "a text larger than the memory": framed(b"\x8d" + struct.pack("<Q", 2**62)),
    "a large text": framed(b"X" + struct.pack("<I", 2**31)),
    "bytes larger than the memory": framed(b"\x8e" + struct.pack("<Q", 2**62)),
    "a large number": framed(b"\x8b" + struct.pack("<i", 2**31 - 1)),
    "a number of a negative size": framed(b"\x8b" + struct.pack("<i", -1)),
    "a number in digits": b"L" + b"9" * 600 + b"L\n.",
    "a text with an escape that is none": b"S'\\q'\n.",
    "tuples in tuples as a name": framed(
        b")\x94" + b"".join(b"(h%ch%ct\x94" % (number, number) for number in range(40)) + b"\x93."
    ),
}  # fmt: skip


@pytest.mark.parametrize("pickled", WRITTEN_BY_RELEASES)
def test_what_states_hold_is_ours(pickled: str) -> None:
    """As releases of Pulumi's SDK have written it."""
    assert is_ours(pickled)


@pytest.mark.parametrize("provider", CLASSES)
def test_what_the_installed_sdk_writes_is_ours(provider: type[LifecycleProvider]) -> None:
    """Which is one of the texts above."""
    pickled = serialize_provider(provider())
    assert is_ours(pickled)
    assert pickled in WRITTEN_BY_RELEASES


@pytest.mark.parametrize("provider", CLASSES)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol_of_pickle_is_known(
    provider: type[LifecycleProvider], protocol: int
) -> None:
    """So another version of Python may write another one."""
    assert is_ours(base64_of(pickle.dumps(provider(), protocol=protocol)))


@pytest.mark.parametrize("what", NOT_OURS)
def test_anything_else_is_not_ours(what: str) -> None:
    """Whatever it would do; nothing of it is done, and nothing is made as large as it says."""
    tracemalloc.start()
    try:
        assert not is_ours(base64_of(NOT_OURS[what]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**16


def test_attributes_are_not_ours() -> None:
    """A provider with anything in it was not made by one of our resources."""
    provider = CLASSES[0]()
    provider.__dict__["x"] = 1
    assert not is_ours(base64_of(pickle.dumps(provider)))


@pytest.mark.parametrize(
    "spelled",
    [
        lambda text: text + "\n",
        lambda text: " " + text,
        lambda text: text[:8] + "\n" + text[8:],
        lambda text: text[:8] + "-" + text[8:],
        lambda text: text[:8] + "\u200b" + text[8:],
        lambda text: text.removesuffix("="),
        lambda text: text + "=",
        lambda text: text + text,
        lambda text: text + "AAAA",
        lambda text: text.removesuffix("g==") + "h==",
        lambda text: text.replace(text, ""),
        lambda text: text.replace(text, "="),
        lambda text: text + "ÿ",
        lambda text: text + "\ud800",
    ],
)
def test_base64_has_one_spelling(spelled: Callable[[str], str]) -> None:
    """Pulumi skips what is none; somebody else could read it otherwise."""
    assert not is_ours(spelled(WRITTEN_BY_RELEASES[0]))


def test_a_long_text_is_not_looked_at() -> None:
    """Nothing of ours is that long."""
    assert is_ours(base64_of(framed(INSTANCE + b"\x94" * 9 + b".")))
    assert not is_ours(base64_of(framed(INSTANCE + b"\x94" * LONGEST_PICKLE + b".")))
    assert not is_ours("A" * 10_000_000)


class RefusedError(Exception):
    """An unpickler was asked for something that is not harmless."""


class Oracle(pickle.Unpickler):
    """Python's own, which gives nothing to a pickle but what makes one of ours."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in HARMLESS:
            raise RefusedError
        return super().find_class(module, name)


def assert_oracle_agrees(pickled: str) -> None:
    """Assert that what is taken for ours is an instance of one of our classes and nothing more."""
    accepted = is_ours(pickled)
    event(f"ours: {accepted}")
    if not accepted:
        return
    stream = io.BytesIO(base64.b64decode(pickled))
    provider = Oracle(stream).load()
    assert type(provider) in CLASSES
    assert vars(provider) == {}
    assert stream.read() == b""
    dilled = dill.loads(base64.b64decode(pickled))  # noqa: S301 - as Pulumi does; harmless by now
    assert type(dilled) is type(provider)


REAL = [pickle.dumps(provider(), protocol) for provider in CLASSES for protocol in PROTOCOLS]
OPCODES = [
    *(bytes([code]) for code in range(256)),
    *(text(string) for string in (MODULE, NAME, "os", "system", "x")),
    *(named(*name) for name in sorted(OURS)),
    named("os", "system"),
    *(f"c{module}\n{name}\n".encode() for module, name in sorted(HARMLESS)),
    b"cos\nsystem\n",
    INSTANCE,
    b")\x81",
    b"(NtR",
    b"q\x00",
    b"h\x00",
    b"\x80\x02",
    b"\x80\x04",
]


OF_OURS = [named(), b")", b"\x81", b"\x94", b"h\x00", RECONSTRUCTOR, b"(", b"N", b"t", b"R"]
"""What is often in one of ours, so that some of what is generated comes close to it."""


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Real ones with up to three changes."""
    data = draw(st.sampled_from(REAL))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 4)))
        put = draw(st.binary(max_size=3) | st.sampled_from(OPCODES))
        data = data[:start] + put + data[end:]
    return data


@given(mutated())
@settings(max_examples=1000)
def test_changed_bytes_are_judged_as_python_would(data: bytes) -> None:
    """What is taken for ours, Python makes one of ours of."""
    assert_oracle_agrees(base64_of(data))


@given(
    st.lists(st.sampled_from(OPCODES) | st.sampled_from(OF_OURS), max_size=12),
    st.sampled_from([0, 2, 4]),
)
@example([INSTANCE], 4)
@settings(max_examples=1000)
def test_generated_opcodes_are_judged_as_python_would(opcodes: list[bytes], protocol: int) -> None:
    """In every order, with and without a header."""
    joined = b"".join(opcodes) + b"."
    header = {0: b"", 2: b"\x80\x02", 4: framed(joined)[: -len(joined)]}[protocol]
    assert_oracle_agrees(base64_of(header + joined))


@given(st.text() | st.binary().map(base64_of))
def test_any_text_is_judged(pickled: str) -> None:
    """Without an error."""
    assert_oracle_agrees(pickled)
