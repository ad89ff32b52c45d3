"""What the sandbox makes of requests that are not as they should be."""

import json
from collections.abc import Iterator

import httpx
import pytest
from support.served_sandbox import serving
from support.waiting import HANG_GUARD


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"name",
        b"[]",
        b'"name"',
        b"null",
        b'{"name": NaN}',
        b'{"name": "x", "rating": Infinity}',
        b'{"name": "x", "rating": 1e999}',
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b'{"name": "x", "rating": ' + b"1" * 5000 + b"}",
        b'{"name": "x", "more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"\xef\xbb\xbf{}",
    ],
)
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    """It answers 400, for POST and for PUT, and goes on working."""
    with serving() as served:
        served.client.post("/properties", json={"name": "Cabin"})
        responses = [
            served.client.post("/properties", content=body),
            served.client.put("/properties/prop_1", content=body),
        ]
        assert len(served.client.get("/properties").json()) == 1
    for response in responses:
        assert response.status_code == 400
        assert response.json()["error"]["code"] == "invalid_json"


def test_text_of_every_script_comes_back_as_it_was_sent() -> None:
    """Also what lies outside the basic plane, and control characters."""
    name = "Casa do Poço 海の家 🏖️ \x00\x1f"
    with serving() as served:
        served.client.post("/properties", json={"name": name})
        assert served.client.get("/properties/prop_1").json()["name"] == name


def test_a_body_of_one_mebibyte_is_accepted_and_no_more() -> None:
    """One byte more answers 413 and stores nothing."""
    frame = len(json.dumps({"name": "x", "more": ""}))
    body = json.dumps({"name": "x", "more": "y" * (1024 * 1024 - frame)})
    with serving() as served:
        accepted = served.client.post("/properties", content=body)
        refused = served.client.post("/properties", content=body + " ")
        assert len(served.client.get("/properties").json()) == 1
    assert accepted.status_code == 201
    assert refused.status_code == 413
    assert refused.json()["error"]["code"] == "payload_too_large"


def test_a_body_without_a_length_is_measured_too() -> None:
    """Five mebibytes in pieces answer 413, and the connection can be used again."""

    def pieces() -> Iterator[bytes]:
        for _ in range(5):
            yield b" " * 1024 * 1024

    with serving() as served:
        assert served.client.post("/properties", content=pieces()).status_code == 413
        assert served.client.get("/properties").status_code == 200


@pytest.mark.parametrize(
    "path", ["", "/", "/nope", "/properties/", "/properties/prop_1/", "/properties/prop_1/photos"]
)
def test_an_unknown_path_is_a_404_in_json(path: str) -> None:
    """Nothing is redirected, and nothing is answered as text."""
    with serving() as served:
        served.client.post("/properties", json={"name": "Cabin"})
        response = served.client.get(path)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_paths_outside_the_base_path_are_unknown() -> None:
    """Nothing is served beside /v1."""
    with serving() as served:
        origin = served.client.base_url.copy_with(path="/properties")
        assert served.client.get(origin).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/properties", {"GET", "HEAD", "POST"}),
        ("PATCH", "/properties", {"GET", "HEAD", "POST"}),
        ("POST", "/properties/prop_1", {"GET", "HEAD", "PUT", "DELETE"}),
        ("PATCH", "/webhooks/wh_1", {"GET", "HEAD", "PUT", "DELETE"}),
    ],
)
def test_a_method_that_a_path_does_not_have_is_a_405(
    method: str, path: str, allowed: set[str]
) -> None:
    """The response tells which methods there are."""
    with serving() as served:
        response = served.client.request(method, path)
    assert response.status_code == 405
    assert response.json()["error"]["code"] == "method_not_allowed"
    assert set(response.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.0", "", "01", "99999999"])
def test_a_page_that_is_no_number_is_refused(page: str) -> None:
    """It answers 400 and names the parameter."""
    with serving() as served:
        response = served.client.get("/properties", params={"page": page})
    assert response.status_code == 400
    assert response.json()["error"]["field"] == "page"


def test_one_connection_serves_many_requests() -> None:
    """Refusals do not cost a client its connection."""
    limits = httpx.Limits(max_connections=1)
    with (
        serving() as served,
        httpx.Client(
            base_url=served.client.base_url, limits=limits, trust_env=False, timeout=HANG_GUARD
        ) as client,
    ):
        connections = set()
        for _ in range(3):
            response = client.post("/properties", json={"name": "x"})
            connections.add(response.extensions["network_stream"].get_extra_info("client_addr"))
    assert len(connections) == 1


def test_long_responses_are_compressed_where_that_is_offered() -> None:
    """A list is; a single object, and a response for somebody who cannot decompress, are not."""
    with serving() as served:
        for number in range(30):
            served.client.post("/properties", json={"name": f"Cabin {number}"})
        offered = served.client.get("/properties")
        plain = served.client.get("/properties", headers={"Accept-Encoding": "identity"})
        single = served.client.get("/properties/prop_1")
    assert offered.headers["Content-Encoding"] == "gzip"
    assert int(offered.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 3
    assert offered.json() == plain.json()
    assert "Content-Encoding" not in plain.headers
    assert "Content-Encoding" not in single.headers
