"""A server that repeats the key and the declared secrets, in every place and form it has."""

import base64
import itertools
import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi.runtime import rpc
from support.canary import DOOR_CODE, HEADER_KEY, PASSPHRASE, PIN, assert_absent, assert_all_absent
from support.in_memory_account import InMemoryAccount, created
from support.in_memory_provider import Provider, over_the_wire, provider_of
from support.interface import BOTH_INTERFACES, Interface
from support.messages import message, raises

from pulumi_setsmart.client import confidential
from pulumi_setsmart.client.errors import ApiError, SetSmartError
from pulumi_setsmart.lifecycle.secret_inputs import plain_input_metadata
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.providers.failure import SetSmartFailure

SECRETS = (HEADER_KEY, PASSPHRASE, DOOR_CODE, PIN)
INPUTS: dict[str, Json] = {
    "name": "Sea Villa",
    "bedrooms": 3,
    "attributes": {"wifi": {"password": PASSPHRASE}, "door_code": int(DOOR_CODE), "pins": [PIN]},
    KEY: {"secret_paths": ["/wifi/password", "/door_code", "/pins/0"]},
}


def as_it_is(text: str) -> str:
    return text


def in_base64(text: str) -> str:
    return base64.b64encode(f"user:{text}".encode()).decode()


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(character):04X}" for character in text)


FORMS: tuple[Callable[[str], str], ...] = (
    as_it_is,
    str.upper,
    in_base64,
    escaped,
    lambda text: quote(text, safe=""),
    lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    lambda text: f"{'-' * 290} {text}",
)
BODIES: tuple[Callable[[str], Any], ...] = (
    lambda said: {"error": {"code": said, "message": f"it is {said}, refused", "field": said}},
    lambda said: {"error": said},
    lambda said: {"errors": [{"field": "name", "message": said}, {"loc": [said], "msg": said}]},
    lambda said: {"errors": {"name": [said], said: ["is odd"]}},
    lambda said: {"message": json.dumps({"errors": {"door_code": [f"{said} is taken"]}})},
    lambda said: {said: [{"id": 1}], "message": "it is refused"},
    lambda said: f"it is {said}\nwhich is refused: {said}",
)
STATUSES = (200, 301, 400, 401, 403, 404, 405, 409, 422, 429, 500, 503)


def repeating(body: Any, said: str, status: int) -> httpx.Response:
    """Return a response that has a text wherever a response may have one."""
    header = said.encode("ascii", "ignore").decode()
    headers = {
        "X-Request-Id": header,
        "Location": f"https://setsmart.example/v1/{header}?key={header}",
        # As numbers, they would be seconds and counts of ours.
        "Retry-After": f"in {header}",
        "X-RateLimit-Reset": f"in {header}",
        "Link": f'<https://other.example/{header}>; rel="next"',
        "ETag": f'"{header}"',
        "WWW-Authenticate": header,
    }
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return httpx.Response(
        status, content=content, headers=headers, extensions={"reason_phrase": header.encode()}
    )


class Hostile(InMemoryAccount):
    """An account that gives one response to all requests, once it has one."""

    response_to_all: httpx.Response | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        response = self.response_to_all
        if response is None:
            return super().__call__(request)
        return httpx.Response(
            response.status_code,
            content=response.content,
            headers=response.headers,
            extensions=response.extensions,
        )


def hostile_provider(interface: Interface) -> tuple[Provider, Hostile, str, dict[str, Any]]:
    """Return a provider with an object in its account, the id and the outputs of it."""
    account = Hostile()
    identifier, outputs = created(account.lifecycle(key=HEADER_KEY), INPUTS)
    return provider_of(account, interface=interface, key=HEADER_KEY), account, identifier, outputs


OPERATIONS: dict[str, Callable[[Provider, str, Any, Any], object]] = {
    "check": lambda provider, _id, _outputs, inputs: provider.check({}, inputs),
    "diff": lambda provider, id_, outputs, inputs: provider.diff(id_, outputs, inputs),
    "create": lambda provider, _id, _outputs, inputs: provider.create(inputs),
    "read": lambda provider, id_, outputs, _inputs: provider.read(id_, outputs),
    "update": lambda provider, id_, outputs, inputs: provider.update(
        id_, outputs, {**inputs, "bedrooms": 4}
    ),
    "delete": lambda provider, id_, outputs, _inputs: provider.delete(id_, outputs),
}


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    """Collect all that is logged while the block runs, by whomever."""
    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    root, collector = logging.getLogger(), Collector()
    level = root.level
    root.addHandler(collector)
    root.setLevel(logging.DEBUG)
    logging.getLogger("pulumi_setsmart").setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(collector)
        root.setLevel(level)
        logging.getLogger("pulumi_setsmart").setLevel(logging.NOTSET)


def output_of(interface: Interface, operation: str, response: httpx.Response) -> str:
    """Return all that an operation prints and logs about a response."""
    provider, account, identifier, outputs = hostile_provider(interface)
    outputs, inputs = over_the_wire(outputs), over_the_wire(INPUTS)
    account.response_to_all = response
    texts: list[str] = []
    with everything_logged() as lines:
        try:
            result = OPERATIONS[operation](provider, identifier, outputs, inputs)
            texts += [failure.reason for failure in getattr(result, "failures", [])]
        except SetSmartFailure as failure:
            texts += [str(failure), repr(failure)]
    # The number of a line is none of a door.
    return re.sub(r'(File "[^"]+", line) \d+', r"\1 N", "\n".join([*texts, *lines]))


@BOTH_INTERFACES
@pytest.mark.parametrize("debugging", ["", "1"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_output_of_an_operation_contains_a_secret(
    monkeypatch: pytest.MonkeyPatch, interface: Interface, operation: str, debugging: str
) -> None:
    """Messages, tracebacks and logs, for each secret and form, in each place of a response."""
    monkeypatch.setenv("SETSMART_DEBUG", debugging)
    for number, (secret, form) in enumerate(itertools.product(SECRETS, FORMS)):
        said = form(secret)
        body = BODIES[number % len(BODIES)](said)
        response = repeating(body, said, STATUSES[number % len(STATUSES)])
        text = output_of(interface, operation, response)
        assert_absent(secret, text)
        assert said not in text


@BOTH_INTERFACES
@given(
    operation=st.sampled_from(sorted(OPERATIONS)),
    secret=st.sampled_from(SECRETS),
    form=st.sampled_from(FORMS),
    body=st.sampled_from(BODIES),
    status=st.sampled_from(STATUSES),
    around=st.text(max_size=5),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_combination_shows_a_secret(
    interface: Interface,
    operation: str,
    secret: str,
    form: Callable[[str], str],
    body: Callable[[str], Any],
    status: int,
    around: str,
) -> None:
    """Any combination of them."""
    said = f"{around} {form(secret)} {around}"
    text = output_of(interface, operation, repeating(body(said), said, status))
    if secret not in around:
        assert_absent(secret, text)


@BOTH_INTERFACES
@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"errors": {"name": ["must have at most 20 characters"]}}, "name: must have at most 20"),
        ({"errors": {"door_code": ["must have 6 digits"]}}, "door_code: must have 6 digits"),
        ({"message": "door code 4821 is taken"}, "door code [secret] is taken"),
    ],
)
def test_a_reason_loses_nothing_but_the_secret(interface: Interface, body: Any, shown: str) -> None:
    """A declared door code is replaced, the rest of the server's words is shown."""
    text = output_of(interface, "update", httpx.Response(422, json=body))
    assert shown in text
    assert_absent(DOOR_CODE, text)


@BOTH_INTERFACES
@pytest.mark.parametrize(
    ("body", "hidden"),
    [
        ({"errors": [{"field": "door_code", "message": "'48' is too short"}]}, "too short"),
        ({"message": "48-21 is bad", "errors": {"door_code": ["48-21 is bad"]}}, "is bad"),
    ],
)
def test_a_reason_with_a_part_of_a_secret_is_left_out(
    interface: Interface, body: Any, hidden: str
) -> None:
    """The field is named, and another reason is shown in its place."""
    text = output_of(interface, "update", httpx.Response(422, json=body))
    assert re.search(r": door_code: \w", text)
    assert hidden not in text
    assert_absent(DOOR_CODE, text)
    assert "48-21" not in text


def test_a_reason_that_may_hold_a_secret_of_two_characters_is_left_out() -> None:
    """It could be any number or word."""
    account = InMemoryAccount({"/properties/p": {"id": "p", "name": "V"}})
    lifecycle = account.lifecycle()
    account.interfere = lambda request, respond: (
        httpx.Response(
            400, json={"errors": {"name": ["must have 12 letters"], "x": ["must not be 7"]}}
        )
        if request.method == "PUT"
        else respond(request)
    )
    inputs: dict[str, Json] = {
        "name": "Villa 2",
        "attributes": {"floor": 12},
        KEY: {"secret_paths": ["/floor"]},
    }
    with raises(SetSmartError, MessageCode.REJECTED_VALUES, "name:", "x: must not be 7") as caught:
        lifecycle.update("p", {"id": "p"}, inputs)
    text = str(caught.value)
    assert re.search(r"name: \w", text)
    assert not {"12", "letters"} & {*re.split(r"\W", text)}


@BOTH_INTERFACES
def test_a_secret_of_the_state_is_not_shown(interface: Interface) -> None:
    """A server may repeat what it still holds."""
    provider, account, identifier, outputs = hostile_provider(interface)
    outputs = over_the_wire(outputs)
    account.response_to_all = httpx.Response(400, json={"message": f"it was {PASSPHRASE}"})
    news = over_the_wire({"name": "Villa", "attributes": {}})
    with pytest.raises(SetSmartFailure) as caught:
        provider.update(identifier, outputs, news)
    assert str(caught.value) == message(MessageCode.REJECTED_VALUES, "it was [secret]")
    assert_absent(PASSPHRASE, str(caught.value))


def test_no_attribute_of_an_error_contains_a_key() -> None:
    """Who catches an error may print any part of it."""
    account = Hostile()
    lifecycle = account.lifecycle(key=HEADER_KEY)
    said = f"no {HEADER_KEY}"
    account.response_to_all = repeating(BODIES[0](said), said, 400)
    with pytest.raises(ApiError) as caught:
        lifecycle.read("p", {})
    error = caught.value
    parts = [error.code, error.field, error.request_id, error.reason, error.context, error.args]
    assert_absent(HEADER_KEY, f"{parts} {error!r} {vars(error)} {error.__context__!r}")


@BOTH_INTERFACES
def test_secrets_are_known_while_their_operation_runs_and_no_longer(interface: Interface) -> None:
    """What is a door code for one listing is a number for another one."""
    provider, _, identifier, outputs = hostile_provider(interface)
    provider.read(identifier, over_the_wire(outputs))
    assert confidential.foreign(f"{DOOR_CODE} {PASSPHRASE}") == f"{DOOR_CODE} {PASSPHRASE}"
    assert confidential.foreign(HEADER_KEY) == "[secret]"


@BOTH_INTERFACES
def test_an_unknown_value_is_no_secret(interface: Interface) -> None:
    """A placeholder is not searched for."""
    provider, _, _, _ = hostile_provider(interface)
    inputs = {"name": "V", "attributes": rpc.UNKNOWN, KEY: {"secret_paths": [""]}}
    assert provider.check({}, over_the_wire(inputs)).failures == []
    assert_all_absent(SECRETS, repr(confidential._register.declared))  # noqa: SLF001 -- it has no other face


@BOTH_INTERFACES
@pytest.mark.parametrize("name", ["clear", "unordered"])
def test_names_of_fields_that_are_secret_are_not_shown(interface: Interface, name: str) -> None:
    """Neither by what is wrong with them, nor in a message about another input."""
    word = "canary-4711-of-a-name"
    inputs = {"name": "Villa", "attributes": {word: 1}, name: [word]}
    metadata = plain_input_metadata({**inputs, name: None}, [f"/{name}"], keeps_old_values=False)
    provider = provider_of(InMemoryAccount(), interface=interface)
    failures = provider.check({}, {**inputs, KEY: metadata}).failures
    assert len(failures) == 1
    assert word not in failures[0].reason
