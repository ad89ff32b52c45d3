"""The assumed operations on webhook subscriptions, and how their secret is kept."""

from typing import Any, get_args

import pytest
from support.served_sandbox import serving

from pulumi_setsmart.sandbox import WEBHOOKS, Behaviour, SandboxSettings
from pulumi_setsmart.sandbox.behaviour import Secrets

HOOK = {"url": "https://example.com/hooks", "events": ["property.updated", "message.received"]}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_a_webhook_has_an_id_of_its_own_kind() -> None:
    """It is active unless said otherwise, and has no secret of the server's making."""
    with serving(SandboxSettings(behaviour=Behaviour(secrets="full"))) as served:
        created = served.client.post("/webhooks", json=HOOK).json()
    assert created["id"] == "wh_1"
    assert created["status"] == "active"
    assert created["secret"] is None


@pytest.mark.parametrize(
    ("secrets", "shown"),
    [
        ("full", {"secret": SECRET}),
        ("masked", {"secret": "whsec_****LaSw"}),
        ("absent", {}),
        ("null", {"secret": None}),
    ],
)
def test_the_behaviour_decides_how_a_secret_is_shown(
    secrets: Secrets, shown: dict[str, str]
) -> None:
    """Every response shows it in the same way, and the storage has the whole."""
    with serving(SandboxSettings(behaviour=Behaviour(secrets=secrets))) as served:
        body = {**HOOK, "secret": SECRET}
        responses = [
            served.client.post("/webhooks", json=body).json(),
            served.client.get("/webhooks/wh_1").json(),
            served.client.put("/webhooks/wh_1", json=body).json(),
            *served.client.get("/webhooks").json(),
        ]
    for response in responses:
        assert {name: response[name] for name in response if name == "secret"} == shown
    assert served.app.storage.get(WEBHOOKS, "wh_1")["secret"] == SECRET


def test_every_way_to_show_a_secret_is_tested() -> None:
    """The test above knows all the choices but ``once``, which test_behaviour knows."""
    assert set(get_args(Secrets)) == {"full", "masked", "absent", "null", "once"}


def test_a_put_without_a_secret_keeps_it() -> None:
    """A secret that is not shown cannot be sent back, so leaving it out keeps it."""
    with serving() as served:
        served.client.post("/webhooks", json={**HOOK, "secret": SECRET})
        served.client.put("/webhooks/wh_1", json={**HOOK, "status": "inactive"})
    stored = served.app.storage.get(WEBHOOKS, "wh_1")
    assert (stored["secret"], stored["status"]) == (SECRET, "inactive")


@pytest.mark.parametrize("secret", ["whsec_****LaSw", "another", None])
def test_a_put_with_a_secret_stores_it_as_it_is_sent(secret: str | None) -> None:
    """Even a masked one: a test can see that somebody wrote it back. Null takes it away."""
    with serving() as served:
        served.client.post("/webhooks", json={**HOOK, "secret": SECRET})
        served.client.put("/webhooks/wh_1", json={**HOOK, "secret": secret})
    assert served.app.storage.get(WEBHOOKS, "wh_1")["secret"] == secret


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", None),
        ("url", "ftp://example.com"),
        ("url", "https://"),
        ("url", "example.com"),
        ("url", "https://example.com/a b"),
        ("url", "https://example.com/" + "x" * 2000),
        ("events", None),
        ("events", []),
        ("events", "property.updated"),
        ("events", ["property.updated", "property"]),
        ("events", ["Property.Updated"]),
        ("events", ["property.*"]),
        ("events", "*"),
        ("events", [3]),
        ("secret", ""),
        ("secret", 3),
        ("status", "draft"),
    ],
)
def test_a_field_that_breaks_its_rule_is_named(field: str, value: Any) -> None:
    """Creating refuses it with 400."""
    with serving() as served:
        response = served.client.post("/webhooks", json={**HOOK, field: value})
    assert response.status_code == 400
    assert response.json()["error"]["field"] == field


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x?y#z", "https://[::1]:8080", "https://example.com?x=1"]
)
def test_http_urls_of_all_forms_are_accepted(url: str) -> None:
    """Addresses, ports and queries belong to a URL."""
    with serving() as served:
        assert served.client.post("/webhooks", json={**HOOK, "url": url}).status_code == 201
