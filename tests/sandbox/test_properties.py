"""The documented operations on listings."""

from typing import Any

import pytest
from support.served_sandbox import serving

VILLA = {
    "name": "Beachfront Villa",
    "address": "123 Ocean Drive",
    "bedrooms": 3,
    "bathrooms": 2.5,
    "max_guests": 6,
    "status": "draft",
}


def test_a_new_property_is_returned_with_all_its_fields() -> None:
    """Creating answers 201 with what was sent, an id and two moments in time."""
    with serving() as served:
        response = served.client.post("/properties", json=VILLA)
    created = response.json()
    assert response.status_code == 201
    assert created == {
        "id": "prop_1",
        **VILLA,
        "created_at": created["created_at"],
        "updated_at": created["created_at"],
    }
    assert created["created_at"].endswith("Z")


def test_a_property_can_be_read_and_listed() -> None:
    """What was created is found by its id and in the list."""
    with serving() as served:
        created = served.client.post("/properties", json=VILLA).json()
        other = served.client.post("/properties", json={"name": "Cabin"}).json()
        assert served.client.get("/properties/prop_1").json() == created
        assert served.client.get("/properties").json() == [created, other]


def test_fields_that_are_not_sent_are_null_or_their_default() -> None:
    """A property with a name only is active; all else that is known is null."""
    with serving() as served:
        created = served.client.post("/properties", json={"name": "Cabin"}).json()
    assert created["status"] == "active"
    assert {created[name] for name in ("address", "bedrooms", "bathrooms", "max_guests")} == {None}


def test_null_is_as_good_as_nothing() -> None:
    """An explicit null makes the default too."""
    with serving() as served:
        created = served.client.post("/properties", json={"name": "Cabin", "status": None}).json()
    assert created["status"] == "active"


def test_unknown_fields_are_kept() -> None:
    """Any other field comes back as it was sent."""
    extra = {"amenities": ["wifi"], "house_rules": {"pets": False}, "rating": 4.8}
    with serving() as served:
        served.client.post("/properties", json={"name": "Cabin", **extra})
        read = served.client.get("/properties/prop_1").json()
    assert {name: read[name] for name in extra} == extra


def test_what_the_server_writes_itself_is_ignored_when_sent() -> None:
    """Nobody can choose an id or a moment of creation."""
    forged = {"id": "prop_99", "created_at": "1970-01-01", "updated_at": 0}
    with serving() as served:
        created = served.client.post("/properties", json={"name": "Cabin", **forged}).json()
        updated = served.client.put("/properties/prop_1", json={"name": "Hut", **forged}).json()
    assert created["id"] == updated["id"] == "prop_1"
    assert updated["created_at"] == created["created_at"] != "1970-01-01"
    assert updated["updated_at"] != 0


def test_an_update_replaces_the_property() -> None:
    """What a PUT leaves out is null, its default or gone."""
    with serving() as served:
        served.client.post("/properties", json={**VILLA, "rating": 4.8})
        response = served.client.put("/properties/prop_1", json={"name": "Villa", "bedrooms": 4})
        read = served.client.get("/properties/prop_1").json()
    assert response.status_code == 200
    assert response.json() == read
    assert (read["name"], read["bedrooms"], read["address"]) == ("Villa", 4, None)
    assert read["status"] == "active"
    assert "rating" not in read


def test_an_update_moves_only_the_second_moment() -> None:
    """The clock shows in updated_at, created_at stays."""
    now = [1_700_000_000.0]
    with serving(clock=lambda: now[0]) as served:
        served.client.post("/properties", json=VILLA)
        now[0] += 1.5
        updated = served.client.put("/properties/prop_1", json=VILLA).json()
    assert updated["created_at"] == "2023-11-14T22:13:20.000Z"
    assert updated["updated_at"] == "2023-11-14T22:13:21.500Z"


def test_a_deleted_property_is_gone_and_its_id_is_not_used_again() -> None:
    """Deleting answers 204, then 404; the next property has the next id."""
    with serving() as served:
        served.client.post("/properties", json=VILLA)
        assert served.client.delete("/properties/prop_1").status_code == 204
        assert served.client.delete("/properties/prop_1").status_code == 404
        assert served.client.get("/properties/prop_1").status_code == 404
        assert served.client.put("/properties/prop_1", json=VILLA).status_code == 404
        assert served.client.post("/properties", json=VILLA).json()["id"] == "prop_2"


@pytest.mark.parametrize(
    "object_id",
    ["prop_2", "prop_01", "PROP_1", "wh_1", "1", "prop_", "prop_1x", "prop_" + "9" * 40],
)
def test_an_id_is_known_in_its_one_form_only(object_id: str) -> None:
    """An id that was not given out is not found, however close it is."""
    with serving() as served:
        served.client.post("/properties", json=VILLA)
        assert served.client.get(f"/properties/{object_id}").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("name", ""),
        ("name", " \t "),
        ("name", 3),
        ("name", "x" * 201),
        ("address", 3),
        ("bedrooms", -1),
        ("bedrooms", 101),
        ("bedrooms", 3.0),
        ("bedrooms", True),
        ("bedrooms", "3"),
        ("bathrooms", -0.5),
        ("bathrooms", 100.5),
        ("bathrooms", True),
        ("max_guests", 0),
        ("max_guests", 201),
        ("max_guests", 2.0),
        ("status", "ACTIVE"),
        ("status", "sold"),
        ("status", ["active"]),
    ],
)
def test_a_field_that_breaks_its_rule_is_named(field: str, value: Any) -> None:
    """Creating and updating refuse it with 400, name the field and store nothing."""
    with serving() as served:
        before = served.client.post("/properties", json=VILLA).json()
        wrong = {**VILLA, field: value}
        created = served.client.post("/properties", json=wrong)
        updated = served.client.put("/properties/prop_1", json=wrong)
        assert served.client.get("/properties").json() == [before]
    assert created.status_code == updated.status_code == 400
    assert created.json()["error"]["code"] == "invalid_parameter"
    assert created.json()["error"]["field"] == updated.json()["error"]["field"] == field
    assert field in created.json()["error"]["message"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x" * 200),
        ("address", ""),
        ("bedrooms", 0),
        ("bedrooms", 100),
        ("bathrooms", 0),
        ("bathrooms", 2.0),
        ("bathrooms", 100),
        ("max_guests", 1),
        ("max_guests", 200),
        ("status", "inactive"),
    ],
)
def test_a_field_at_its_limit_is_accepted(field: str, value: Any) -> None:
    """The limits themselves are allowed."""
    with serving() as served:
        response = served.client.post("/properties", json={**VILLA, field: value})
    assert response.status_code == 201
    assert response.json()[field] == value


def test_whole_numbers_come_back_whole() -> None:
    """No integer turns into a number with a fraction on its way through the storage."""
    with serving() as served:
        served.client.post("/properties", json=VILLA)
        text = served.client.get("/properties/prop_1").text
    assert '"bedrooms":3,' in text
