"""Whatever a request holds, the plugin answers it, in a line if it cannot; secrets stay secrets."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.struct_pb2 import Struct, Value
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2 as protocol
from pulumi.runtime.proto.provider_pb2_grpc import (
    ResourceProviderStub,
    add_ResourceProviderServicer_to_server,
)
from support.in_memory_account import InMemoryAccount
from support.in_memory_plugin import NO_ENGINE, Engine, plugin_of
from support.json_values import TEXTS
from support.messages import message

from pulumi_setsmart.lifecycle.kind import KINDS, Kind
from pulumi_setsmart.lifecycle.resource_key import RESOURCE
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import DEEPEST
from pulumi_setsmart.models.marker import CLEAR, FORMER_CLEAR
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.plugin.engine_log import EngineLog
from pulumi_setsmart.plugin.schema import package_schema
from pulumi_setsmart.plugin.servicer import SetSmartPlugin
from pulumi_setsmart.plugin.values import received, sent
from pulumi_setsmart.providers.failure import SetSmartFailure
from pulumi_setsmart.providers.values import PROVIDER_KEY, SECRET_SIGNATURE, SIGNATURE

CANARY = "canary-4711-of-the-boundary"
SIGNATURES = (
    SECRET_SIGNATURE,
    "c44067f5952c0a294b673a41bacd8c17",  # an asset
    "0def7320c3a5731c473e5ecbe6d01bc7",  # an archive
    "d0e6a833031e9bbcd3f4e8bde6ca49a4",  # an output
    "5cf8f73096256a8f31e491e813e4eb8e",  # a resource
)
ODD_NAMES = ("", ".", "a.b", 'a"b', "a/b", "~1", "~", "a\\b", "[0]", "id", "value", "name")
OUR_NAMES = (PROVIDER_KEY, KEY, RESOURCE, f"{KEY}_takeover")
ODD_TEXTS = (rpc.UNKNOWN, CLEAR.value, FORMER_CLEAR, "", "[" * 300, "/", "../x", "a\nb\x1b[2J")
ODD_NUMBERS = (math.nan, math.inf, -math.inf, 1e308, 2.0**53 + 2, -0.0, 5e-324)
MOST_LINES = 13
"""A line, one for each of ten reasons, one for those left out, and one of advice."""

SCHEMA: Any = package_schema()

TAME_LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.just(rpc.UNKNOWN) | TEXTS
LEAVES = (
    st.none()
    | st.booleans()
    | st.floats()
    | st.sampled_from(ODD_NUMBERS)
    | st.sampled_from(ODD_TEXTS)
    | TEXTS
)
NAMES = st.sampled_from(ODD_NAMES + OUR_NAMES) | TEXTS


def secret_of(value: Any) -> dict[str, Any]:
    """Return a value as the protocol marks a secret."""
    return {SIGNATURE: SECRET_SIGNATURE, "value": value}


def specials(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects that have Pulumi's signature, most of them in a wrong shape."""
    members = st.dictionaries(st.sampled_from(["value", "path", "text", "urn", "secret"]), inner)
    signature = st.sampled_from(SIGNATURES) | LEAVES
    return st.builds(lambda one, all_: {**all_, SIGNATURE: one}, signature, members)


SECRETS = st.recursive(
    st.just(CANARY),
    lambda inner: (
        st.lists(inner | TAME_LEAVES, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
    ),
    max_leaves=4,
).map(secret_of)
TAME_VALUES = st.recursive(
    TAME_LEAVES | SECRETS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
VALUES = st.recursive(
    LEAVES | SECRETS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3) | specials(inner)
    ),
    max_leaves=8,
)
REQUIRED = {"name": "Villa", "url": "https://a.example/", "events": ["a.b"], "path": "/rules"}


def valid_inputs(kind: Kind) -> dict[str, Any]:
    """Return the inputs that a kind requires."""
    required = SCHEMA["resources"][kind.token]["requiredInputs"]
    return {name: value for name, value in REQUIRED.items() if name in required}


def tame_inputs(kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
    """Return inputs of a kind, most of which may be deployed."""
    names = NAMES.filter(lambda name: name not in {*kind.field_names, "id"})
    fields = st.dictionaries(names, TAME_VALUES, min_size=1, max_size=3)
    return fields.map(lambda extra: {**valid_inputs(kind), kind.extra_fields: extra})


def wild_inputs(kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
    """Return inputs of a kind with anything in any place."""
    known = [*SCHEMA["resources"][kind.token]["inputProperties"], kind.extra_fields]
    fields = st.dictionaries(NAMES, VALUES, max_size=3)
    others = st.dictionaries(st.sampled_from(known) | NAMES, VALUES, max_size=2)
    return st.builds(
        lambda extra, other: {**valid_inputs(kind), kind.extra_fields: extra, **other},
        fields,
        others,
    )


def in_clear(value: Value) -> Iterator[str]:
    """Yield the names and texts in a value that are not marked as secret."""
    match value.WhichOneof("kind"):
        case "string_value":
            yield value.string_value
        case "list_value":
            for element in value.list_value.values:
                yield from in_clear(element)
        case "struct_value":
            members = value.struct_value.fields
            if members.get(SIGNATURE, Value()).string_value != SECRET_SIGNATURE:
                for name, member in members.items():
                    yield name
                    yield from in_clear(member)


def answer(ask: Callable[[], Message], *, knows_secrets: bool = True) -> Any:
    """Return what the plugin answers, or the line that a user reads; neither shows a secret.

    After a check, the metadata that it passes back tells what is secret; junk has none.
    """
    shown = CANARY if knows_secrets else "Traceback"
    try:
        given_answer = ask()
    except SetSmartFailure as failure:
        text = str(failure)
        lines = text.split("\n")
        assert len(lines) <= MOST_LINES
        assert all(line.isprintable() for line in lines)
        assert "Traceback" not in text
        assert shown not in text
        return text
    for field, value in given_answer.ListFields():
        if field.message_type is Struct.DESCRIPTOR:
            assert shown not in "".join(in_clear(Value(struct_value=value)))
        else:
            assert shown not in str(value)
    return given_answer


@given(data=st.data(), kind=st.sampled_from(KINDS))
@settings(max_examples=150)
def test_any_inputs_are_answered_and_secrets_stay_so(data: st.DataObject, kind: Kind) -> None:
    """Through a check, previews, a create, a refresh, a comparison, an update and a deletion."""
    inputs = tame_inputs(kind) | wild_inputs(kind)
    engine = Engine(plugin_of(InMemoryAccount().lifecycle()), "villa", kind)
    checked = answer(lambda: engine.check(data.draw(inputs)))
    assert "unexpected-error" not in str(checked)
    if isinstance(checked, str) or checked.failures:
        return
    planned = answer(lambda: engine.create(checked.inputs, preview=True))
    made = answer(lambda: engine.create(checked.inputs))
    assert "unexpected-error" not in f"{planned} {made}"
    if isinstance(made, str):
        return
    seen = answer(lambda: engine.read(made.id, made.properties, checked.inputs))
    news = answer(lambda: engine.check(data.draw(inputs), (), checked.inputs))
    difference = answer(lambda: engine.diff(made.id, seen.properties, news.inputs))
    assert "unexpected-error" not in f"{seen} {news} {difference}"
    for preview in (True, False) if not news.failures else ():
        updated = answer(
            lambda p=preview: engine.update(made.id, made.properties, news.inputs, preview=p)  # type: ignore[misc]
        )
        assert "unexpected-error" not in str(updated)
    assert "unexpected-error" not in str(answer(lambda: engine.delete(made.id, made.properties)))


URNS = st.sampled_from(
    [
        *(f"urn:pulumi:test::portfolio::{kind.token}::villa" for kind in KINDS),
        "urn:pulumi:test::portfolio::my:own:Component$setsmart:index:Property::a::b",
        "urn:pulumi:test::portfolio::setsmart:index:Listing::villa",
        "urn:pulumi:test::portfolio::$::",
        "urn:pulumi:test::portfolio",
        "villa",
        "",
    ]
) | st.text(st.characters(codec="utf-8"))
REQUESTS: Mapping[str, type[Message]] = {
    "Check": protocol.CheckRequest,
    "Create": protocol.CreateRequest,
    "Diff": protocol.DiffRequest,
    "Read": protocol.ReadRequest,
    "Update": protocol.UpdateRequest,
    "Delete": protocol.DeleteRequest,
    "CheckConfig": protocol.CheckRequest,
    "DiffConfig": protocol.DiffRequest,
}


@given(data=st.data(), method=st.sampled_from(sorted(REQUESTS)), urn=URNS, identifier=TEXTS)
@settings(max_examples=150)
def test_any_request_is_answered(
    data: st.DataObject, method: str, urn: str, identifier: str
) -> None:
    """With junk in the place of everything: of the URN, of the id, of inputs and of outputs."""
    request = REQUESTS[method](urn=urn)
    for field in request.DESCRIPTOR.fields:
        if field.message_type is Struct.DESCRIPTOR:
            junk = data.draw(st.sampled_from(KINDS).flatmap(wild_inputs))
            getattr(request, field.name).CopyFrom(sent(junk))
    if "id" in request.DESCRIPTOR.fields_by_name:
        request.id = identifier  # type: ignore[attr-defined] # it is there
    engine = Engine(plugin_of(InMemoryAccount().lifecycle()))
    answer(lambda: engine.answer(method, request), knows_secrets=method.startswith("Check"))


def nested(depth: int, *, in_lists: bool = False, as_secrets: bool = False) -> Struct:
    """Return inputs with a value in so many objects, lists or secrets."""
    value = Value(number_value=1).SerializeToString()
    for _ in range(depth):
        outer = Value()
        if in_lists:
            outer.list_value.values.add().MergeFromString(value)
        elif as_secrets:
            outer.struct_value.fields[SIGNATURE].string_value = SECRET_SIGNATURE
            outer.struct_value.fields["value"].MergeFromString(value)
        else:
            outer.struct_value.fields["a"].MergeFromString(value)
        value = outer.SerializeToString()
    inputs = sent({"name": "Villa"})
    inputs.fields["attributes"].struct_value.fields["deep"].MergeFromString(value)
    return inputs


@pytest.mark.parametrize("in_lists", [False, True])
@pytest.mark.parametrize("depth", [DEEPEST, DEEPEST + 1, DEEPEST + 2, DEEPEST + 3, 900, 2000])
def test_what_is_nested_too_deeply_is_an_input_that_is_refused(
    depth: int, *, in_lists: bool
) -> None:
    """However deep it is, as where a program in Python declares it."""
    engine = Engine(plugin_of(InMemoryAccount().lifecycle()))
    request = protocol.CheckRequest(urn=engine.urn, news=nested(depth, in_lists=in_lists))
    reasons = [
        failure.reason for failure in answer(lambda: engine.answer("Check", request)).failures
    ]
    refused = message(MessageCode.INVALID_VALUE, "attributes:", "deep", DEEPEST)
    assert reasons == ([] if depth <= DEEPEST else [refused])


def test_a_secret_in_many_others_is_one() -> None:
    """Pulumi marks a value once."""
    assert received(nested(900, as_secrets=True)).secret_paths == ["/attributes/deep"]


def test_a_type_that_there_is_not_is_an_error_of_one_line() -> None:
    """It names the types that there are."""
    engine = Engine(plugin_of(InMemoryAccount().lifecycle()))
    request = protocol.CheckRequest(urn=engine.urn.replace("Property", "Listing"))
    refused = answer(lambda: engine.answer("Check", request))
    assert refused == message(
        MessageCode.INVALID_RESOURCE, "setsmart:index:Listing", *(kind.token for kind in KINDS)
    )


@pytest.fixture
def connection() -> Iterator[grpc.Channel]:
    """A connection to a plugin that serves."""
    server = grpc.server(ThreadPoolExecutor(1))
    add_ResourceProviderServicer_to_server(SetSmartPlugin(EngineLog(NO_ENGINE)), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel
    server.stop(None).wait()


def test_no_method_of_the_protocol_ends_in_a_traceback(
    connection: grpc.Channel, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither what this plugin does not have, nor what it is asked before it is configured."""
    service = protocol.DESCRIPTOR.services_by_name["ResourceProvider"]
    stub = ResourceProviderStub(connection)
    for method in service.methods:
        ask = getattr(stub, method.name)
        request = GetMessageClass(method.input_type)()
        with contextlib.suppress(grpc.RpcError):
            answered = ask(request)
            _ = [*answered] if method.server_streaming else answered
    assert not [record for record in caplog.records if record.exc_info]
