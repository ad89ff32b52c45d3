"""Collections of which nothing is known."""

import pytest
from support.served_sandbox import serving


@pytest.mark.parametrize(
    ("path", "object_id"), [("/pricing-rules", "rule_1"), ("/message-templates", "tmpl_1")]
)
def test_any_object_can_be_managed(path: str, object_id: str) -> None:
    """All five operations work, with whatever fields."""
    body = {"percent": -15, "when": {"nights": [7, 28]}, "enabled": True, "note": None}
    with serving() as served:
        created = served.client.post(path, json=body)
        assert created.status_code == 201
        assert created.json().items() >= {"id": object_id, **body}.items()
        assert served.client.get(path).json() == [created.json()]
        updated = served.client.put(f"{path}/{object_id}", json={"name": 3})
        assert updated.json()["name"] == 3
        assert "percent" not in updated.json()
        assert served.client.get(f"{path}/{object_id}").json() == updated.json()
        assert served.client.delete(f"{path}/{object_id}").status_code == 204
        assert served.client.get(path).json() == []


def test_collections_are_apart() -> None:
    """Each counts its own ids, and shows its own objects."""
    with serving() as served:
        served.client.post("/pricing-rules", json={})
        served.client.post("/message-templates", json={})
        assert [rule["id"] for rule in served.client.get("/pricing-rules").json()] == ["rule_1"]
        assert served.client.get("/properties").json() == []
        assert served.client.get("/message-templates/rule_1").status_code == 404
