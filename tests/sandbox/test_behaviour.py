"""How a server may behave."""

from typing import Any, get_args

import pytest
from support.served_sandbox import ServedSandbox, serving

from pulumi_setsmart.sandbox import (
    PROPERTIES,
    Behaviour,
    ErrorForm,
    JsonObject,
    SandboxSettings,
)

CABIN: JsonObject = {"name": "Cabin", "bedrooms": 2}


def settings(**behaviour: Any) -> SandboxSettings:
    return SandboxSettings(behaviour=Behaviour(**behaviour))


def test_create_can_return_an_envelope() -> None:
    """200, and the object in data."""
    with serving(settings(create_response="enveloped")) as served:
        response = served.client.post("/properties", json=CABIN)
        read = served.client.get("/properties/prop_1").json()
    assert response.status_code == 200
    assert response.json() == {"data": read}


def test_create_can_return_a_location_only() -> None:
    """201 without a body; the header leads to the object."""
    with serving(settings(create_response="location")) as served:
        response = served.client.post("/properties", json=CABIN)
        read = served.client.get(response.url.join(response.headers["Location"]))
    assert (response.status_code, response.content) == (201, b"")
    assert read.json()["name"] == "Cabin"


def test_update_can_return_an_envelope() -> None:
    """200, and the object in data."""
    with serving(settings(update_response="enveloped")) as served:
        served.client.post("/properties", json=CABIN)
        response = served.client.put("/properties/prop_1", json={"name": "Hut"})
        read = served.client.get("/properties/prop_1").json()
    assert response.status_code == 200
    assert response.json() == {"data": read}


def test_update_can_return_nothing() -> None:
    """204, and the object is changed all the same."""
    with serving(settings(update_response="empty")) as served:
        served.client.post("/properties", json=CABIN)
        response = served.client.put("/properties/prop_1", json={"name": "Hut"})
        assert served.client.get("/properties/prop_1").json()["name"] == "Hut"
    assert (response.status_code, response.content) == (204, b"")


def test_list_can_return_an_envelope() -> None:
    """The list in data."""
    with serving(settings(list_response="enveloped")) as served:
        created = served.client.post("/properties", json=CABIN).json()
        assert served.client.get("/properties").json() == {"data": [created]}


def pages(served: ServedSandbox) -> list[list[str]]:
    found = []
    url: str | None = "/properties"
    while url:
        response = served.client.get(url)
        found.append([listing["id"] for listing in response.json()])
        url = response.links.get("next", {}).get("url")
    return found


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, [[]]),
        (2, [["prop_1", "prop_2"]]),
        (5, [["prop_1", "prop_2"], ["prop_3", "prop_4"], ["prop_5"]]),
    ],
)
def test_pages_are_linked_and_the_last_one_has_no_link(
    count: int, expected: list[list[str]]
) -> None:
    """Following the links gives each object once, and no empty page at the end."""
    with serving(settings(page_size=2)) as served:
        served.app.storage.insert_all(PROPERTIES, [CABIN] * count)
        assert pages(served) == expected


def test_everything_is_on_the_first_page_by_default() -> None:
    """Without a page size there is no link, and a second page is empty."""
    with serving() as served:
        served.app.storage.insert_all(PROPERTIES, [CABIN] * 250)
        assert [len(page) for page in pages(served)] == [250]
        assert served.client.get("/properties", params={"page": 2}).json() == []


def test_put_can_merge() -> None:
    """What is not sent stays, even the name; what is sent as null is cleared."""
    with serving(settings(put="merge")) as served:
        served.client.post("/properties", json={**CABIN, "address": "1 Road", "rating": 4})
        merged = served.client.put("/properties/prop_1", json={"address": None, "rating": 5}).json()
    assert merged.items() >= {**CABIN, "address": None, "rating": 5}.items()


def test_a_merge_is_checked_too() -> None:
    """A required field cannot be cleared."""
    with serving(settings(put="merge")) as served:
        served.client.post("/properties", json=CABIN)
        response = served.client.put("/properties/prop_1", json={"name": None})
    assert response.json()["error"]["field"] == "name"


def test_a_server_can_tidy_what_it_is_sent() -> None:
    """White space, the case of status and fractions, nested and on both ways of writing."""
    untidy = {
        "name": "  Sea \t View ",
        "status": " ACTIVE",
        "bathrooms": 1.25,
        "bedrooms": 2,
        "rules": {"note": " no  pets ", "fees": [10.04, " per  night", None, True]},
    }
    tidy = {
        "name": "Sea View",
        "status": "active",
        "bathrooms": 1.2,
        "bedrooms": 2,
        "rules": {"note": "no pets", "fees": [10.0, "per night", None, True]},
    }
    with serving(settings(normalise=True)) as served:
        created = served.client.post("/properties", json=untidy).json()
        updated = served.client.put("/properties/prop_1", json=untidy).json()
    assert created.items() >= tidy.items()
    assert updated.items() >= tidy.items()


def test_a_server_leaves_what_it_is_sent_alone_by_default() -> None:
    """White space stays."""
    with serving() as served:
        assert served.client.post("/properties", json={"name": " a  b "}).json()["name"] == " a  b "


def test_a_server_can_keep_and_limit_what_it_is_sent() -> None:
    """Without an error: a frozen field keeps its first value, a number its largest one."""
    with serving(settings(frozen=frozenset({"address"}), largest={"max_guests": 16})) as served:
        made = served.client.post(
            "/properties", json={**CABIN, "address": "1 Road", "max_guests": 50}
        ).json()
        changed = served.client.put(
            "/properties/prop_1", json={**CABIN, "address": "2 Road", "max_guests": 17}
        ).json()
    assert (made["address"], made["max_guests"]) == ("1 Road", 16)
    assert (changed["address"], changed["max_guests"]) == ("1 Road", 16)


def test_a_secret_can_be_shown_once() -> None:
    """In the response to the POST, where the server makes it up; afterwards it is not there."""
    hook = {"url": "https://a.example/", "events": ["a.a"]}
    with serving(settings(secrets="once")) as served:
        made = served.client.post("/webhooks", json=hook).json()
        read = served.client.get("/webhooks/wh_1").json()
        [listed] = served.client.get("/webhooks").json()
    assert made["secret"].startswith("whsec_")
    assert "secret" not in read
    assert "secret" not in listed


@pytest.mark.parametrize(
    "behaviour",
    [{"create_response": "x"}, {"update_response": "x"}, {"list_response": "x"}, {"put": "x"},
     {"secrets": "x"}, {"page_size": 0}],
)  # fmt: skip
def test_a_behaviour_that_no_server_has_is_rejected(behaviour: dict[str, Any]) -> None:
    """A typing error in a test does not pass for the default."""
    with pytest.raises(ValueError, match=next(iter(behaviour))):
        Behaviour(**behaviour)


def test_a_version_that_is_asked_for_has_to_be_there() -> None:
    """With versions, an update of an outdated version is rejected."""
    with serving(SandboxSettings(behaviour=Behaviour(versions=True))) as served:
        made = served.client.post("/properties", json={"name": "Villa"})
        assert served.client.get("/properties/prop_1").headers["ETag"] == made.headers["ETag"]
        first = {"If-Match": made.headers["ETag"]}
        update = served.client.put("/properties/prop_1", json={"name": "Loft"}, headers=first)
        assert update.status_code == 200
        assert update.headers["ETag"] != made.headers["ETag"]
        again = served.client.put("/properties/prop_1", json={"name": "Barn"}, headers=first)
        assert again.status_code == 412
        assert served.client.get("/properties/prop_1").json()["name"] == "Loft"


def test_without_versions_there_are_no_etags() -> None:
    """The assumed behaviour: the header is ignored."""
    with serving() as served:
        made = served.client.post("/properties", json={"name": "Villa"})
        assert "ETag" not in made.headers
        headers = {"If-Match": '"another"'}
        response = served.client.put("/properties/prop_1", json={"name": "Loft"}, headers=headers)
        assert response.status_code == 200


@pytest.mark.parametrize("form", sorted({*get_args(ErrorForm)} - {"contract", "silent"}))
def test_an_error_can_be_in_the_words_of_a_framework(form: str) -> None:
    """All that is wrong is in it then."""
    with serving(settings(error_form=form)) as served:
        response = served.client.post("/properties", json={"bedrooms": 1000, "bathrooms": "two"})
    assert response.status_code in (400, 422)
    assert "must be between 0 and 100" in response.text
    assert "must be a number" in response.text
    assert "is required" in response.text


def test_an_error_can_say_nothing() -> None:
    """But that it is one."""
    with serving(settings(error_form="silent")) as served:
        response = served.client.post("/properties", json={"bedrooms": 1000})
    assert response.status_code == 400
    assert "bedrooms" not in response.text


def test_what_is_not_about_fields_keeps_the_form_of_the_contract() -> None:
    """Whatever the framework."""
    with serving(settings(error_form="django")) as served:
        response = served.client.get("/properties/prop_404")
    assert response.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize("form", get_args(ErrorForm))
def test_a_server_can_refuse_its_own_fields(form: str) -> None:
    """It shows them in every object, and takes none with them."""
    with serving(settings(error_form=form, read_only_fields=("created",))) as served:
        made = served.client.post("/properties", json=CABIN).json()
        refused = served.client.put("/properties/prop_1", json=made)
        taken = served.client.put("/properties/prop_1", json=CABIN)
    assert made["created"]
    assert refused.status_code in (400, 422)
    assert ("created" in refused.text.lower()) == (form != "silent")
    assert {**taken.json(), "updated_at": None} == {**made, "updated_at": None}
