"""The sandbox is what the contract says: a field that is added there needs no other line."""

import copy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import httpx
import pytest
from attrs import frozen
from support.contract_validator import contract, resolved
from support.waiting import HANG_GUARD

from pulumi_setsmart.sandbox import (
    COLLECTIONS,
    DEFAULT_KEY,
    PROPERTIES,
    Behaviour,
    JsonObject,
    Sandbox,
    SandboxSettings,
    create_app,
    running,
)
from pulumi_setsmart.sandbox.contract import collections_of
from pulumi_setsmart.sandbox.dashboard.object_form import FURTHER
from pulumi_setsmart.sandbox.schema import UnknownKeywordError
from pulumi_setsmart.sandbox.storage import SERVER_FIELDS


@frozen
class Extra:
    """A field that the contract may get some day.

    Attributes:
        schema: What the contract says of it.
        value: What it may hold.
        text: That value as somebody types it into the form.
        wrong: What it may not hold.
        mistyped: Something that cannot be typed.
    """

    schema: JsonObject
    value: Any
    text: str
    wrong: Any
    mistyped: str


EXTRAS = {
    "string": Extra({"type": ["string", "null"], "maxLength": 5}, "Sea", "Sea", 3, "too long"),
    "string that cannot be null": Extra(
        {"type": "string", "maxLength": 5}, "Sea", "Sea", None, "too long"
    ),
    "integer": Extra({"type": ["integer", "null"], "minimum": -5}, -3, "-3", 1.5, "1.5"),
    "number": Extra({"type": ["number", "null"], "maximum": 90}, -12.5, "-12.5", "x", "91"),
    "boolean": Extra(
        {"type": ["boolean", "null"]}, value=False, text="false", wrong="false", mistyped="maybe"
    ),
    "array": Extra(
        {"type": ["array", "null"], "items": {"type": "string"}}, ["a"], '["a"]', [1], "a, b"
    ),
    "object": Extra(
        {
            "type": ["object", "null"],
            "properties": {"pets": {"type": "boolean"}},
            "required": ["pets"],
            "additionalProperties": False,
        },
        {"pets": True},
        '{"pets": true}',
        {"pets": True, "smoking": True},
        "{}",
    ),
    "time": Extra(
        {"type": ["string", "null"], "format": "time", "example": "15:00"},
        "15:00",
        "15:00",
        "25:00",
        "three",
    ),
    "date": Extra(
        {"type": ["string", "null"], "format": "date", "example": "2026-01-31"},
        "2026-02-28",
        "2026-02-28",
        "2026-02-30",
        "tomorrow",
    ),
    "enum": Extra({"enum": ["sea", "lake", None]}, "sea", "sea", "river", "river"),
    "secret": Extra(
        {"type": ["string", "null"], "format": "password", "minLength": 4}, "8842", "8842", 8, "88"
    ),
    "write-only": Extra(
        {"type": ["string", "null"], "writeOnly": True, "minLength": 4}, "8842", "8842", 8, "88"
    ),
}
SECRETS = ("secret", "write-only")


@frozen
class Served:
    """A sandbox of a contract with one more field, `extra`, in its listings."""

    app: Sandbox
    api: httpx.Client
    browser: httpx.Client

    @property
    def stored(self) -> JsonObject:
        """The first listing as it is stored."""
        return self.app.storage.get(PROPERTIES, "prop_1")

    def form(self, path: str) -> dict[str, str]:
        """Return the inputs of a page that a browser sends without a touch, but for the extra."""
        page = self.browser.get(path).text
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
        return {name: unescape(value) for name, value in found}


@contextmanager
def serving(extra: Extra, behaviour: Behaviour | None = None) -> Iterator[Served]:
    extended = copy.deepcopy(contract())
    extended["components"]["schemas"]["PropertyInput"]["properties"]["extra"] = extra.schema
    settings = SandboxSettings(rate_limit=0, behaviour=behaviour or Behaviour(secrets="full"))
    app = create_app(settings, collections=collections_of(extended))
    with (
        running(app) as url,
        httpx.Client(
            base_url=url,
            headers={"X-API-Key": DEFAULT_KEY},
            trust_env=False,
            timeout=HANG_GUARD,
        ) as api,
        httpx.Client(
            base_url=url.removesuffix("/v1"), trust_env=False, timeout=HANG_GUARD
        ) as browser,
    ):
        yield Served(app, api, browser)


def test_it_serves_what_the_contract_describes() -> None:
    """Every collection, with the fields that can be sent and those that the server sets."""
    described = {}
    for path, item in contract()["paths"].items():
        if "post" in item:
            content = resolved(item["post"]["requestBody"])["content"]["application/json"]
            schema = resolved(content["schema"])
            parts = [schema, *map(resolved, schema.get("allOf", []))]
            described[path] = {name for part in parts for name in part.get("properties", {})}
    served = {
        f"/{collection.path}": {field.name for field in collection.fields}
        for collection in COLLECTIONS
    }
    assert served == described
    assert len(described["/properties"]) >= 6
    assert contract()["components"]["schemas"]["ServerFields"]["properties"].keys() == SERVER_FIELDS


def test_its_form_has_an_input_for_each_field() -> None:
    """And one for all further ones."""
    with serving(EXTRAS["string"]) as served:
        page = served.browser.get("/listings/new").text
    names = re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', page)
    fields = contract()["components"]["schemas"]["PropertyInput"]["properties"]
    assert names == ["_token", "updated_at", *fields, "extra", FURTHER]


@pytest.mark.parametrize("kind", EXTRAS)
def test_a_new_field_is_stored_and_listed(kind: str) -> None:
    """As it was sent; where it was not, it is null if it may be, else absent."""
    extra = EXTRAS[kind]
    with serving(extra) as served:
        created = served.api.post("/properties", json={"name": "Villa", "extra": extra.value})
        served.api.post("/properties", json={"name": "Barn"})
        first, second = served.api.get("/properties").json()
        read = served.api.get("/properties/prop_1").json()
    assert created.status_code == 201
    assert created.json()["extra"] == first["extra"] == read["extra"] == extra.value
    assert second.get("extra", "absent") == ("absent" if kind.endswith("cannot be null") else None)


@pytest.mark.parametrize("kind", EXTRAS)
def test_a_new_field_is_validated(kind: str) -> None:
    """With 400, and its name, whether the object is created or updated."""
    extra = EXTRAS[kind]
    with serving(extra) as served:
        served.app.storage.insert(PROPERTIES, {"name": "Villa", "extra": extra.value})
        body = {"name": "Villa", "extra": extra.wrong}
        responses = [
            served.api.post("/properties", json=body),
            served.api.put("/properties/prop_1", json=body),
        ]
        assert served.stored["extra"] == extra.value
    for response in responses:
        assert (response.status_code, response.json()["error"]["field"]) == (400, "extra")


@pytest.mark.parametrize("kind", EXTRAS)
def test_a_new_field_can_be_set_in_the_form(kind: str) -> None:
    """It is stored with its type, and what cannot be is refused at its input."""
    extra = EXTRAS[kind]
    with serving(extra) as served:
        form = served.form("/listings/new") | {"name": "Villa", "extra": extra.text}
        assert served.browser.post("/listings/new", data=form).status_code == 303
        assert served.stored["extra"] == extra.value
        form = served.form("/listings/prop_1") | {"extra": extra.mistyped}
        refused = served.browser.post("/listings/prop_1", data=form)
        assert served.stored["extra"] == extra.value
    assert refused.status_code == 400
    assert re.search(r'id="extra" name="extra"[^>]* aria-invalid="true"', refused.text)


def test_a_field_is_emptied_in_the_form() -> None:
    """It is null then; one that cannot be null is taken away."""
    for kind in EXTRAS.keys() - set(SECRETS):
        with serving(EXTRAS[kind]) as served:
            served.app.storage.insert(PROPERTIES, {"name": "Villa", "extra": EXTRAS[kind].value})
            form = served.form("/listings/prop_1") | {"extra": ""}
            assert served.browser.post("/listings/prop_1", data=form).status_code == 303
            absent = "absent" if kind.endswith("cannot be null") else None
            assert served.stored.get("extra", "absent") == absent


@pytest.mark.parametrize("kind", EXTRAS)
@pytest.mark.parametrize("value", ["fitting", "other"])
def test_a_form_without_an_input_changes_nothing_of_its_field(kind: str, value: str) -> None:
    """A template that somebody forgot loses no data, whatever the field holds."""
    extra = EXTRAS[kind]
    stored = extra.value if value == "fitting" else extra.wrong
    with serving(extra) as served:
        served.app.storage.insert(PROPERTIES, {"name": "Villa", "bedrooms": 3, "extra": stored})
        before = served.stored
        form = served.form("/listings/prop_1")
        assert "extra" not in form
        sent = served.browser.post("/listings/prop_1", data=form | {"name": "Barn"})
        after = served.stored
    assert sent.status_code == 303
    assert (after["name"], after["bedrooms"], after["extra"]) == ("Barn", 3, before["extra"])


@pytest.mark.parametrize("kind", sorted(EXTRAS.keys() - set(SECRETS)))
def test_a_new_field_is_shown(kind: str) -> None:
    """In its input, and in the table where it is short."""
    extra = EXTRAS[kind]
    with serving(extra) as served:
        served.app.storage.insert(PROPERTIES, {"name": "Villa", "extra": extra.value})
        page = unescape(served.browser.get("/listings/prop_1").text)
        table = unescape(served.browser.get("/").text)
    [shown] = re.findall(r'id="extra".*?</div>', page, re.DOTALL)
    assert re.sub(r"\s", "", extra.text) in re.sub(r"\s", "", shown)
    assert (f'data-label="Extra">{extra.text}</td>' in re.sub(' class="number"', "", table)) == (
        kind not in ("array", "object")
    )


@pytest.mark.parametrize("kind", SECRETS)
def test_a_new_secret_is_kept_and_not_shown(kind: str) -> None:
    """Neither by the API, nor in the dashboard; a PUT and a form without it leave it as it is."""
    extra = EXTRAS[kind]
    with serving(extra, Behaviour()) as served:
        body = {"name": "Villa", "extra": extra.value}
        responses = [served.api.post("/properties", json=body)]
        responses.append(served.api.put("/properties/prop_1", json={"name": "Barn"}))
        responses += [served.api.get("/properties/prop_1"), served.api.get("/properties")]
        responses += [served.browser.get("/"), served.browser.get("/listings/prop_1")]
        form = served.form("/listings/prop_1") | {"extra": "", "bedrooms": "2"}
        assert served.browser.post("/listings/prop_1", data=form).status_code == 303
        assert (served.stored["extra"], served.stored["bedrooms"]) == (extra.value, 2)
    assert [extra.value in response.text for response in responses] == [False] * 6


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "default": "sea"},
        {"type": "string", "readOnly": True},
        {"oneOf": [{"type": "string"}]},
        {"type": "string", "format": "colour"},
        {"type": "text"},
        {"type": "array", "items": {"multipleOf": 2}},
        {"type": "object", "properties": {"a": {"exclusiveMinimum": 2}}},
    ],
)
def test_what_it_cannot_check_it_does_not_pass_over(schema: dict[str, Any]) -> None:
    """It refuses to start, rather than accept what the contract forbids."""
    extended = copy.deepcopy(contract())
    extended["components"]["schemas"]["PropertyInput"]["properties"]["extra"] = schema
    with pytest.raises(UnknownKeywordError, match="the sandbox cannot check"):
        collections_of(extended)
