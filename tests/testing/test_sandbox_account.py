"""The sandbox that users' own tests get."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from support.recording_receiver import receiving
from support.waiting import HANG_GUARD

from pulumi_setsmart.sandbox import DEFAULT_KEY, ApiKey, DeliverySettings, Failed, SandboxSettings
from pulumi_setsmart.testing import SandboxAccount, running_sandbox


def client_of(account: SandboxAccount) -> httpx.Client:
    headers = {"X-API-Key": account.key}
    return httpx.Client(base_url=account.url, headers=headers, trust_env=False, timeout=HANG_GUARD)


def test_the_fixture_is_an_empty_account(setsmart_sandbox: SandboxAccount) -> None:
    """Its address and key are what a program needs, and what was asked is remembered."""
    with client_of(setsmart_sandbox) as client:
        assert client.get("/properties").json() == []
    assert setsmart_sandbox.environment == {
        "SETSMART_BASE_URL": setsmart_sandbox.url,
        "SETSMART_API_KEY": DEFAULT_KEY,
    }
    assert [(request.method, request.path) for request in setsmart_sandbox.requests] == [
        ("GET", "/v1/properties")
    ]


def test_its_objects_can_be_looked_at_and_changed(setsmart_sandbox: SandboxAccount) -> None:
    """As somebody would in the dashboard, in every collection."""
    listing = setsmart_sandbox.add("properties", name="Cabin", pets=True)
    assert (listing["id"], listing["status"], listing["bedrooms"]) == ("prop_1", "active", None)
    assert setsmart_sandbox.change("prop_1", bedrooms=3)["pets"] is True
    with client_of(setsmart_sandbox) as client:
        assert client.get("/properties/prop_1").json() == setsmart_sandbox.get("prop_1")
    events = ["property.created"]
    setsmart_sandbox.add("webhooks", url="http://localhost/", events=events, secret="hidden")
    assert [webhook["secret"] for webhook in setsmart_sandbox.objects("webhooks")] == ["hidden"]
    assert setsmart_sandbox.add("pricing-rules", any="thing")["id"] == "rule_1"
    setsmart_sandbox.remove("prop_1")
    assert setsmart_sandbox.objects() == []


@pytest.mark.parametrize("object_id", ["prop_1", "listing_1", ""])
def test_an_id_that_is_not_there_is_a_key_error(
    setsmart_sandbox: SandboxAccount, object_id: str
) -> None:
    """Whether it could be one or not."""
    with pytest.raises(KeyError):
        setsmart_sandbox.get(object_id)
    with pytest.raises(KeyError):
        setsmart_sandbox.change(object_id, bedrooms=1)
    with pytest.raises(KeyError):
        setsmart_sandbox.remove(object_id)


def test_a_collection_that_is_not_there_is_named(setsmart_sandbox: SandboxAccount) -> None:
    """With those that are."""
    with pytest.raises(KeyError, match="no listings, but properties, webhooks, pricing-rules"):
        setsmart_sandbox.add("listings", name="Cabin")


def test_the_next_requests_can_go_wrong(setsmart_sandbox: SandboxAccount) -> None:
    """One each, and only those that are meant."""
    setsmart_sandbox.faults.add(Failed("after", 503), methods=("POST",))
    setsmart_sandbox.faults.add(Failed("before"), Failed("before", 502))
    with client_of(setsmart_sandbox) as client:
        statuses = [client.get("/properties").status_code]
        statuses += [client.post("/properties", json={"name": "x"}).status_code for _ in range(3)]
    assert statuses == [500, 503, 502, 201]
    assert len(setsmart_sandbox.faults) == 0
    assert len(setsmart_sandbox.objects()) == 2


def test_waiting_for_deliveries_ends(setsmart_sandbox: SandboxAccount) -> None:
    """With them, or with what is in their way."""
    assert setsmart_sandbox.wait_for_deliveries(HANG_GUARD) == []
    setsmart_sandbox.add("webhooks", url="http://127.0.0.1:9/", events=["property.created"])
    setsmart_sandbox.add("properties", name="Cabin")
    with pytest.raises(TimeoutError, match=r"after 0.3 s: 1 deliveries pending, .* ConnectError"):
        setsmart_sandbox.wait_for_deliveries(0.3)


def test_a_delivery_names_its_subscription(setsmart_sandbox: SandboxAccount) -> None:
    """In the order of the events."""
    with receiving() as receiver:
        for _ in range(2):
            setsmart_sandbox.add("webhooks", url=receiver.url, events=["property.created"])
        setsmart_sandbox.add("properties", name="Cabin")
        assert len(setsmart_sandbox.wait_for_deliveries(HANG_GUARD)) == 2
    [delivery] = setsmart_sandbox.deliveries("wh_2")
    assert (delivery.number, delivery.state) == (2, "delivered")


def test_its_key_is_the_first_one() -> None:
    """Whatever keys it is given."""
    settings = SandboxSettings(keys=(ApiKey("mine"), ApiKey("reader", read_only=True)))
    with running_sandbox(settings) as account, client_of(account) as client:
        assert account.key == "mine"
        assert client.get("/properties").status_code == 200


class TestOtherSettings:
    """A fixture of a test's own decides how the sandbox behaves."""

    @pytest.fixture
    def setsmart_sandbox_settings(self) -> SandboxSettings:
        return SandboxSettings(rate_limit=1, deliveries=DeliverySettings(attempts=1))

    def test_they_are_used(self, setsmart_sandbox: SandboxAccount) -> None:
        """Instead of the plugin's."""
        with client_of(setsmart_sandbox) as client:
            assert [client.get("/properties").status_code for _ in range(2)] == [200, 429]


def test_the_plugin_is_loaded_only_where_it_is_named(tmp_path: Path) -> None:
    """Others' tests do not pay for it."""
    (tmp_path / "test_it.py").write_text(
        "import sys\ndef test_it():\n    assert 'pulumi_setsmart' not in sys.modules\n"
    )
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in finished.stdout, finished.stdout
