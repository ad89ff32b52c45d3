"""Nothing of an account is in its recording: no value, and no name that could be somebody's."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from support.account_recording import DAY, recording_of, settings_of
from support.divergent_server import NOW, DivergentServer
from support.json_values import ANY_JSON, ANY_OBJECT

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.recording.file import foreign_words, read, written
from pulumi_setsmart.recording.headers import headers_seen
from pulumi_setsmart.recording.sanitising import recorded
from pulumi_setsmart.recording.survey import AccountSurvey, survey_account
from pulumi_setsmart.recording.words import is_known

SHORTEST = 4
"""A part of so many characters of a canary must not be found."""
SAFE_NAMES = [
    "name",
    "address",
    "id",
    "url",
    "status",
    "door_code",
    "geo",
    "lat",
    "lng",
    "host",
    "email",
    "phone",
    "amenities",
    "guests",
    "nights",
    "custom_fields",
    "notes",
    "secret",
    "created_at",
    "description",
]
"""Names in the canary account that any account could have."""
KEY = "sk-QVX7ZKJ3WQ8XJZ"
BASE_PATH = "/kvnde-zwqxhvqz/v9"
PERSON = {
    "name": "Zwqxhaus Jqvzblick",
    "address": "Xqjgasse 77321, 8Zürqz",
    "id": "jqzx_88123_ZQW",
    "url": "https://zwqx.kvj.example/xqzj?token=QJ8XZQ",
    "status": "zwqxgebucht",
    "door_code": "9473826",
    "geo": {"lat": 47.376887, "lng": 8.541694},
    "host": {"email": "jqv.zwq@kvxq.example", "phone": "+41 79 998 77 66"},
    "amenities": [{"Zwqxpool": "Jqvtiefe"}, ["Kvjqsauna", ["Xzqgarten"]]],
    "guests": {
        "qzx.gast@kvj.example": {"nights": 91283746},
        "ZqwxAnna": 1,
        "zqwx_berta": True,
        "1931-07-19": "Kvxqbelegt",
        "44556677": None,
    },
    "custom_fields": {"jqvz": "Wxqz", "name": {"Qxjemil": "ZQXVZ"}, "Qzx Ünï": "ünqzïx"},
    "notes": 'He said "Zqx\nWvkj" \u2028 \\ zqx/wkv',
    "secret": "whsec_" + base64.b64encode(b"zqxjkvwzqxjkvw").decode(),
    "created_at": "1987-06-05T04:32:10Z",
    "zqwx_kvjqz": 3.14159265,
    "description": "Xwqzvqlla am Kvjsee",
}
HEADERS = {
    "Server": "zwqxsqrvx/8.77",
    "Set-Cookie": "sid=QZXJKVW88; Domain=kvjq.example",
    "X-Request-Id": "qzx-8812-kvj",
    "Via": "1.1 zwqx.kvjq.example",
    "X-Qzx-Kvnde": "Jqvzhvqz",
    "Kvj-Trace": "wqzx",
    "ETag": '"QZXVKQ77"',
    "Link": '<https://qzx.kvjq.example/xqj?cvrsqr=QZXTQKVN&zqwxkvnde=7>; rel="qzxrel"',
    "Cache-Control": "private, zqwx=kvjq",
    "Content-Language": "zq-KV",
    "Location": "https://qzx.kvjq.example/zwq",
    "X-RateLimit-Limit": "zqwxlvmqt",
    "X-Total-Count": "kvjqtqtl",
    "WWW-Authenticate": 'Zqwx rqalm="Kvjqhvqz"',
}


def echoing(request: Request) -> Response:
    """Answer a missing object with everything that the request says."""
    return JSONResponse(
        {
            "error": {
                "code": "ZQXMISSING",
                "message": f"no {request.path_params['id']} for {request.headers['x-api-key']}",
                "qzxfqld": "kvjq",
                request.headers["host"]: str(request.url),
            },
            request.headers["x-api-key"]: request.headers["host"],
        },
        404,
    )


def paged(_request: Request, items: Any) -> tuple[Any, dict[str, str]]:
    """Answer with canaries around the items too."""
    meta = {
        "next_cursor": None,
        "total": len(items),
        "kvjq_tqtl_zqx": 12,
        "tenant": "Kvjqmieter",
        "links": {"self": "https://qzx.kvjq.example/self", "zqxnqxt": "QZXLNQ"},
    }
    return {"qzxdvqa": [*items], "meta": meta, "Zqwx Kvj": ["Kvjq"]}, {}


CANARY = DivergentServer(
    properties=[PERSON, {**PERSON, "id": "jqzx_88124_ZQW", "nickname": "Wvkzqx"}],
    webhooks=[{**PERSON, "events": ["zqwx.kvjqed"], "id": 887766554}],
    list_style=paged,
    shown=lambda item: {"qzxvqlqp": {"data": item}},
    missing=echoing,
    headers=lambda _requests: HEADERS,
)


def survey_of(respond: Callable[[httpx.Request], httpx.Response]) -> AccountSurvey:
    """Read an account that a function answers for."""
    return survey_account(
        settings_of("https://zqx.example/v1"),
        clock=lambda: NOW,
        transport=httpx.MockTransport(respond),
    )


def always(body: bytes) -> Callable[[httpx.Request], httpx.Response]:
    """Answer every request with the same body."""
    return lambda _request: httpx.Response(200, content=body)


def strings(value: Any) -> Iterator[str]:
    """Yield every string and number of a value, and every name in it, as text."""
    match value:
        case dict():
            for name, inner in value.items():
                yield name
                yield from strings(inner)
        case list():
            for inner in value:
                yield from strings(inner)
        case bool() | None:
            pass
        case _:
            yield str(value)


def parts(text: str, length: int = SHORTEST) -> set[str]:
    """Return the parts of a text that are as short as they may not be found."""
    return {text[at : at + length] for at in range(len(text) - length + 1)}


def traces(canary: str) -> set[str]:
    """Return what would be found of a canary, if any part of it were in a file, in any form."""
    encoded = canary.encode()
    plain = (canary, quote(canary, safe=""), json.dumps(canary)[1:-1])
    found = {part for form in (*plain, canary.lower()) for part in parts(form)}
    # So many characters are four of the canary; it may begin anywhere in a group of three.
    base64_forms = [base64.b64encode(b" " * shift + encoded).decode()[4:-4] for shift in range(3)]
    found |= {part for form in base64_forms for part in parts(form, 6)}
    return found | parts(encoded.hex(), 2 * SHORTEST)


def of_the_canaries(url: str) -> list[str]:
    """Return all that is the canary account's own: names, values, headers, key and address."""
    found = [*strings(PERSON), *strings([*HEADERS.values()]), KEY, BASE_PATH, url]
    found += ["X-Qzx-Kvnde", "Kvj-Trace", "qzxdvqa", "Zqwx Kvj", "qzxvqlqp", "kvjq_tqtl_zqx"]
    found += ["zqxnqxt", "Kvjqmieter", "QZXLNQ", "zqwx.kvjqed", "887766554", "Wvkzqx", "qzxfqld"]
    return [name for name in found if name not in SAFE_NAMES]


def test_no_canary_is_in_the_recording() -> None:
    """No value, no name, no header, neither key nor address, in no form and no part of one."""
    with CANARY.running(BASE_PATH) as url:
        text = written(recording_of(url, KEY))
        canaries = of_the_canaries(url)
    haystack = text + text.lower()
    harmless = parts("https://") | parts("private,") | parts(".example")
    leaked = {
        (canary, trace)
        for canary in canaries
        for trace in traces(canary) - harmless
        if trace in haystack
    }
    assert len(canaries) > 50
    assert leaked == set()
    assert "door_code" in text  # made of words that any listing could have
    assert '"list_shows": "whole objects"' in text


def test_the_canaries_were_seen() -> None:
    """The search could find secrets: the account was read, and the recording has its shape."""
    with CANARY.running(BASE_PATH) as url:
        recording = recording_of(url, KEY)
    assert recording.properties.item is not None
    assert recording.properties.item.members["geo"].shape.members["lat"].shape.types == ("number",)
    assert recording.properties.pages[0].response.headers["server"] == "present"
    assert recording.properties.pages[0].response.other_headers == 2
    assert recording.properties.missing is not None
    assert recording.properties.missing.status == 404
    assert recording.replaced_names > 10
    assert KEY in settings_of("http://127.0.0.1/v1", KEY).connection.credentials[0].key


@pytest.mark.parametrize(
    "name",
    [
        "anna",
        "AnnaSchmidt",
        "anna_schmidt",
        "guest@anna.example",
        "guest_4711",
        "2026-07-19",
        "12345678",
        "max_gäste",
        "name of the guest",
        "price\u200b",
        "name\n",
        "guest_" * 8,
        "x" * 50,
        "",
        "total_schmidt",
        "next_anna",
        "field_7",
    ],
)
def test_names_that_could_be_somebodys_are_replaced(name: str) -> None:
    """Identifiers are kept only if all of their words are known."""
    assert not is_known(name)


@pytest.mark.parametrize(
    "name",
    ["max_guests", "checkInTime", "zipCode", "address_line_1", "_embedded", "@odata.nextLink"],
)
def test_names_of_known_words_are_kept(name: str) -> None:
    """In whichever of the usual spellings."""
    assert is_known(name)


def test_a_known_name_that_is_a_value_is_replaced() -> None:
    """Whatever its words are, it is the account's own; names of the contract are not."""
    account = DivergentServer(
        properties=[{"id": "a1", "name": "guest_house", "guest_house": 1, "pool": "status"}]
    )
    with account.running() as url:
        text = written(recording_of(url))
    assert "guest_house" not in text
    assert '"field_1": "integer"' in text
    assert '"pool": "string"' in text


@pytest.mark.parametrize(
    ("value", "form"),
    [("120", "seconds"), ("Sat, 28 Nov 2026 12:00:00 GMT", "a date"), ("١٢٠", "a date")],
)
def test_only_ascii_digits_are_a_wait_in_seconds(value: str, form: str) -> None:
    """HTTP knows no other digits."""
    assert headers_seen({"retry-after": value}) == ({"retry-after": form}, 0)


def test_nothing_else_is_recorded_of_a_server_without_json() -> None:
    """A page, a string and nothing differ in the recording, and that is all."""
    for body, content in ((b"<p>Zqx</p>", "html"), (b"Zqx kvj", "text"), (b"  ", "nothing")):
        recording = recorded(survey_of(always(body)), DAY)
        assert recording.properties.pages[0].response.content == content
        assert recording.properties.list_end != "reached"
        assert "zqx" not in written(recording).lower()


@settings(max_examples=50)  # each looks at a whole account
@given(st.lists(ANY_OBJECT, max_size=3), ANY_JSON, st.text(max_size=8), st.data())
def test_no_string_of_any_account_is_in_its_recording(
    objects: list[dict[str, Any]], around: Json, envelope: str, data: st.DataObject
) -> None:
    """Of arbitrary accounts, a recording holds nothing but the words that our source lists."""
    items = [{**fields, "id": f"zq-{number}"} for number, fields in enumerate(objects)]
    body = data.draw(st.sampled_from([items, {envelope: items, "more": around}, around]))

    def respond(request: httpx.Request) -> httpx.Response:
        status = 200 if request.url.path.count("/") == 2 else data.draw(st.sampled_from([200, 404]))
        content = json.dumps(body if status == 200 else {"error": around})
        return httpx.Response(status, content=content)

    recording = recorded(survey_of(respond), DAY)
    text = written(recording)
    assert read(text) == recording
    document = json.loads(text)
    assert foreign_words(document) == []
    strings_recorded = [*strings(document)]
    values = {text for text in strings([objects, around, envelope]) if len(text) >= SHORTEST}
    for value in values:
        whole = re.compile(rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])")
        is_listed = foreign_words(value) == []
        assert is_listed or not any(whole.search(text) for text in strings_recorded)
