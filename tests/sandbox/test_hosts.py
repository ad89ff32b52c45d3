"""By which names the sandbox may be asked: those that no stranger can let lead to it."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from support.served_sandbox import serving
from support.waiting import HANG_GUARD

from pulumi_setsmart.sandbox import (
    DEFAULT_KEY,
    PROPERTIES,
    Hosts,
    Sandbox,
    SandboxSettings,
    create_app,
)

OWN = [
    "localhost",
    "localhost:8787",
    "LOCALHOST:1",
    "LocalHost.",
    "localhost.:8787",
    "127.0.0.1",
    "127.0.0.1.:80",
    "127.255.3.9:65535",
    "[::1]",
    "[::1]:8787",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "0.0.0.0:8787",
    "[::]:8787",
]
FOREIGN = [
    "evil.example",
    "evil.example:8787",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io",
    "evil-localhost",
    "10.0.0.1",
    "[2001:db8::1]:8787",
    "localhost..",
]
MALFORMED = [
    "",
    "::1",
    "[::1",
    "localhost:x",
    "localhost:999999",
    "user@localhost",
    "localhost/",
    "localhost evil.example",
    "localhost,evil.example",
    "localhost\\@evil.example",
    "[localhost]",
    "l\xf6calhost",
    "\xb9\xb2\xb7.0.0.1",
]


def answered(app: Sandbox, url: str, **more: Any) -> httpx.Response:
    """Return the response to a request that arrives at the address in a URL."""

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            headers = {"X-API-Key": DEFAULT_KEY} | more.pop("headers", {})
            return await client.request("GET", url, headers=headers, **more)

    return asyncio.run(ask())


@pytest.mark.parametrize("host", OWN)
@pytest.mark.parametrize("path", ["/v1/properties", "/"])
def test_names_of_this_machine_are_accepted_on_loopback(host: str, path: str) -> None:
    """In all spellings and with any port: it may have been forwarded."""
    with serving() as served:
        response = served.client.get(
            f"{str(served.client.base_url).removesuffix('/v1/')}{path}", headers={"Host": host}
        )
    assert response.status_code == 200


@pytest.mark.parametrize("host", FOREIGN + MALFORMED)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/properties"), ("DELETE", "/properties/prop_1"), ("GET", "/nope")],
)
def test_other_names_are_refused_on_loopback(host: str, method: str, path: str) -> None:
    """Even with a key that is right: a site whose name leads here reads and deletes nothing."""
    with serving() as served:
        served.app.storage.insert(PROPERTIES, {"name": "Cabin"})
        response = served.client.request(method, path, headers={b"Host": host.encode("latin-1")})
        assert len(served.app.storage.objects(PROPERTIES)) == 1
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "forbidden"
    assert "--allow-host" in response.json()["error"]["message"]
    assert "Cabin" not in response.text


def test_requests_under_other_names_use_up_nobody_s_limit() -> None:
    """A page of another site cannot keep a program from its work."""
    with serving(SandboxSettings(rate_limit=2)) as served:
        for _ in range(5):
            refused = served.client.get("/properties", headers={"Host": "evil.example"})
            assert refused.status_code == 403
        assert served.client.get("/properties").headers["X-RateLimit-Remaining"] == "1"


@pytest.mark.parametrize("host", FOREIGN + MALFORMED)
def test_the_dashboard_has_the_same_rule(host: str) -> None:
    """One rule for all that is served."""
    with serving() as served:
        origin = str(served.client.base_url).removesuffix("/v1/")
        response = served.client.get(f"{origin}/", headers={b"Host": host.encode("latin-1")})
    assert response.status_code == 403
    assert "Listings" not in response.text


@pytest.mark.parametrize("interface", ["127.0.0.1", "127.8.8.8", "[::1]", "[::ffff:127.0.0.1]"])
def test_the_interface_on_which_a_request_arrives_decides(interface: str) -> None:
    """Also where the sandbox listens on all of them."""
    app = create_app()
    for host, status in (("evil.example", 403), ("localhost:1", 200)):
        response = answered(app, f"http://{interface}:8000/v1/properties", headers={"Host": host})
        assert response.status_code == status


@pytest.mark.parametrize("host", ["sandbox:8000", "set_smart", "10.0.0.5:8000", "localhost:8000"])
def test_on_other_interfaces_any_name_will_do(host: str) -> None:
    """A container does not know what others call it."""
    response = answered(create_app(), "http://10.0.0.5:8000/v1/properties", headers={"Host": host})
    assert response.status_code == 200


@pytest.mark.parametrize("host", MALFORMED)
def test_what_is_no_name_is_refused_everywhere(host: str) -> None:
    """No response could repeat it in a link."""
    headers: Any = {b"Host": host.encode("latin-1")}
    response = answered(create_app(), "http://10.0.0.5:8000/v1/properties", headers=headers)
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("interface", "host", "status"),
    [
        ("127.0.0.1", "sandbox.test:8787", 200),
        ("127.0.0.1", "SANDBOX.test.", 200),
        ("127.0.0.1", "localhost", 200),
        ("127.0.0.1", "other.test", 403),
        ("127.0.0.1", "sub.sandbox.test", 403),
        ("10.0.0.5", "sandbox.test", 200),
        ("10.0.0.5", "10.0.0.5:8000", 200),
        ("10.0.0.5", "10.0.0.6", 200),
        ("10.0.0.5", "localhost", 200),
        ("10.0.0.5", "other.test", 403),
        ("10.0.0.5", "10.0.0.7", 403),
    ],
)
def test_names_can_be_allowed(interface: str, host: str, status: int) -> None:
    """Beside this machine's; on other interfaces no others are accepted any more."""
    settings = SandboxSettings(hosts=Hosts(["Sandbox.test:8000", "10.0.0.6"]))
    response = answered(
        create_app(settings), f"http://{interface}:8000/v1/properties", headers={"Host": host}
    )
    assert response.status_code == status


@pytest.mark.parametrize("name", ["", "http://sandbox", "a b", "*", "[::1", "ü.example"])
def test_what_is_no_name_cannot_be_allowed(name: str) -> None:
    """It would never be asked for."""
    with pytest.raises(ValueError, match=re.escape(repr(name))):
        Hosts([name])


def test_an_address_of_either_form_can_be_allowed() -> None:
    """IPv6 addresses with and without brackets."""
    assert Hosts(["2001:db8::1", "[2001:db8::2]"]).allowed == {"2001:db8::1", "2001:db8::2"}


def test_a_page_of_another_site_sends_nothing_that_counts() -> None:
    """What a page may send without asking has no key; and the question gets no permission."""
    page = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    asks = {
        **page,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-api-key,content-type",
    }
    with serving() as served:
        url = f"{served.client.base_url}properties"
        with httpx.Client(trust_env=False, timeout=HANG_GUARD) as browser:
            sent = browser.post(
                url,
                params={"X-API-Key": DEFAULT_KEY, "api_key": DEFAULT_KEY},
                headers={
                    **page,
                    "Content-Type": "text/plain",
                    "Cookie": f"X-API-Key={DEFAULT_KEY}",
                },
                content=b'{"name": "Owned"}',
            )
            asked = browser.options(url, headers=asks)
            read = browser.get(url, headers={**page, "X-API-Key": DEFAULT_KEY})
        assert served.app.storage.objects(PROPERTIES) == []
    assert sent.status_code == 401
    assert not asked.is_success
    for response in (sent, asked, read):
        assert not [name for name in response.headers if name.startswith("access-control-")]
