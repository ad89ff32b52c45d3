"""Keys, the rate limit, and what is in every response."""

import logging
import uuid
from email.utils import parsedate_to_datetime
from ipaddress import ip_network

import httpx
import pytest
from support.served_sandbox import ServedSandbox, serving
from support.waiting import HANG_GUARD

from pulumi_setsmart.sandbox import ApiCollection, ApiKey, JsonObject, SandboxSettings, Storage
from pulumi_setsmart.sandbox.rate_limit import RateLimit, ResetForm


def asked(served: ServedSandbox, key: str | None, method: str = "GET") -> httpx.Response:
    headers = {} if key is None else {"X-API-Key": key}
    with httpx.Client(
        base_url=served.client.base_url, trust_env=False, timeout=HANG_GUARD
    ) as client:
        return client.request(method, "/properties", headers=headers, content=b'{"name": "x"}')


@pytest.mark.parametrize("key", [None, "", "wrong", "sandbox-key "[:-2], "SANDBOX-KEY"])
def test_a_request_without_a_valid_key_is_a_401(key: str | None) -> None:
    """Whether the key is missing, empty or almost right."""
    with serving() as served:
        response = asked(served, key)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "unauthorized"


def test_a_key_is_needed_to_learn_what_exists() -> None:
    """Unknown paths answer 401 too."""
    with serving() as served:
        assert served.client.get("/nope", headers={"X-API-Key": "wrong"}).status_code == 401


def test_a_read_only_key_reads_and_does_not_write() -> None:
    """Writing answers 403 and changes nothing."""
    settings = SandboxSettings(keys=(ApiKey("reader", read_only=True), ApiKey("writer")))
    with serving(settings) as served:
        assert asked(served, "writer", "POST").status_code == 201
        assert asked(served, "reader").json()[0]["name"] == "x"
        refused = asked(served, "reader", "POST")
        assert len(asked(served, "reader").json()) == 1
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "forbidden"


def test_a_key_that_is_tied_to_networks_works_from_there_only() -> None:
    """From elsewhere it answers 403."""
    here, elsewhere = ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")
    settings = SandboxSettings(
        keys=(ApiKey("here", networks=(elsewhere, here)), ApiKey("away", networks=(elsewhere,)))
    )
    with serving(settings) as served:
        assert asked(served, "here").status_code == 200
        assert asked(served, "away").status_code == 403


@pytest.mark.parametrize("address", [None, "testclient", "11.0.0.1", "::1"])
def test_an_address_outside_the_networks_is_not_admitted(address: str | None) -> None:
    """Not even one that is unknown, no address at all, or of the other family."""
    assert not ApiKey("k", networks=(ip_network("10.0.0.0/8"),)).admits(address)


def test_a_key_does_not_show_in_its_repr() -> None:
    """Nor in that of the settings."""
    assert "hunter2" not in repr(SandboxSettings(keys=(ApiKey("hunter2"),)))


def test_keys_must_differ() -> None:
    """The same key cannot have two kinds of rights."""
    with pytest.raises(ValueError, match="twice"):
        SandboxSettings(keys=(ApiKey("a"), ApiKey("a", read_only=True)))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/properties", 200),
        ("POST", "/properties", 201),
        ("POST", "/webhooks", 400),
        ("GET", "/properties/prop_9", 404),
        ("GET", "/nope", 404),
        ("PATCH", "/properties", 405),
    ],
)
def test_every_response_has_the_rate_limit_and_a_request_id(
    method: str, path: str, status: int
) -> None:
    """Refusals do as well, and the date is by the sandbox's clock."""
    with serving(clock=lambda: 1_619_999_950.25) as served:
        response = served.client.request(method, path, content=b'{"name": "x"}')
        other = served.client.get("/properties")
    assert response.status_code == status
    assert response.headers["X-RateLimit-Limit"] == "100"
    assert response.headers["X-RateLimit-Remaining"] == "99"
    assert response.headers["X-RateLimit-Reset"] == "1620000011"
    assert response.headers["X-Request-Id"] != other.headers["X-Request-Id"]
    assert response.headers.get_list("Date") == ["Sun, 02 May 2021 23:59:10 GMT"]


def test_a_401_has_the_rate_limit_too() -> None:
    """All strangers share one window, so it does not tell of anybody's."""
    with serving(SandboxSettings(rate_limit=3)) as served:
        responses = [asked(served, f"stranger {number}") for number in range(4)]
        assert served.client.get("/properties").headers["X-RateLimit-Remaining"] == "2"
    assert [response.status_code for response in responses] == [401, 401, 401, 429]
    assert [response.headers["X-RateLimit-Remaining"] for response in responses] == [
        "2",
        "1",
        "0",
        "0",
    ]


def test_one_request_too_many_gets_429_until_the_window_ends() -> None:
    """By the sandbox's clock; refused requests do not count, and other keys do not suffer."""
    now = [1000.0]
    settings = SandboxSettings(keys=(ApiKey("one"), ApiKey("two")), rate_limit=2, rate_window=10)
    with serving(settings, clock=lambda: now[0]) as served:
        statuses = [asked(served, "one").status_code for _ in range(3)]
        refused = asked(served, "one", "POST")
        assert asked(served, "two").json() == []
        now[0] = 1009.9
        late = asked(served, "one")
        now[0] = float(refused.headers["X-RateLimit-Reset"])
        after = asked(served, "one")
    assert statuses == [200, 200, 429]
    assert refused.json()["error"]["code"] == "rate_limited"
    assert "Retry-After" not in refused.headers
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert refused.headers["X-RateLimit-Reset"] == "1010"
    assert late.status_code == 429
    assert (after.status_code, after.headers["X-RateLimit-Remaining"]) == (200, "1")


def test_a_client_that_waits_for_the_reset_by_the_date_never_waits_too_short() -> None:
    """A window ends on a whole second, not before it has had its length."""
    for start in (1000.0, 1000.001, 1000.999):
        limit = RateLimit(1, 0.5, lambda start=start: start)  # type: ignore[misc]  # mypy cannot type the default
        assert start + 0.5 <= limit.count("k").reset < start + 1.5 + 1e-6


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("seconds", "1010"),
        ("milliseconds", "1010000"),
        ("left", "10"),
        ("date", "Thu, 01 Jan 1970 00:16:50 GMT"),
    ],
)
def test_the_end_of_a_window_has_several_forms(form: ResetForm, expected: str) -> None:
    """Than in seconds since 1970, which is documented."""
    limit = RateLimit(5, 10.0, lambda: 1000.0, form)
    assert limit.count("k").headers()["X-RateLimit-Reset"] == expected


def test_a_limit_of_nought_is_no_limit() -> None:
    """The headers are sent all the same, with a large number."""
    with serving(SandboxSettings(rate_limit=0)) as served:
        responses = [served.client.get("/properties") for _ in range(150)]
    assert {response.status_code for response in responses} == {200}
    assert int(responses[-1].headers["X-RateLimit-Remaining"]) > 100_000


class BrokenStorage(Storage):
    """Fails, with something that nobody must read in a response."""

    def get(self, collection: ApiCollection, object_id: str) -> JsonObject:
        raise RuntimeError(f"confidential: {collection.path} {object_id}")


def test_a_bug_is_a_500_without_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """The response is JSON with all headers, the log has the reason, and the server goes on."""
    with caplog.at_level(logging.ERROR), serving(storage=BrokenStorage()) as served:
        response = served.client.get("/properties/prop_1")
        assert served.client.get("/properties").status_code == 200
    assert response.status_code == 500
    assert response.json() == {"error": {"code": "internal_error", "message": "Internal error."}}
    assert "X-RateLimit-Remaining" in response.headers
    assert "confidential" in caplog.text


def test_request_ids_are_unique_and_dates_are_dates() -> None:
    """They can be read back with the standard library."""
    with serving() as served:
        response = served.client.get("/properties")
    assert uuid.UUID(response.headers["X-Request-Id"].removeprefix("req_")).version == 4
    assert parsedate_to_datetime(response.headers["Date"]).tzinfo is not None
