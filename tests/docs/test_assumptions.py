"""The page that says what is documented of the API, and what is assumed."""

import re

from assumptions import CONTRACT, PAGE, render


def test_the_page_is_the_one_that_the_contract_makes() -> None:
    """Whoever changes the contract runs `make docs`, and commits the page."""
    assert PAGE.read_text(encoding="utf-8") == render()


def test_the_page_tells_every_field_header_and_operation() -> None:
    """Nothing that the contract names is left out."""
    page, contract = PAGE.read_text(encoding="utf-8"), CONTRACT.read_text(encoding="utf-8")
    paths = re.findall(r"^  (/\S+):$", contract, re.MULTILINE)
    headers = re.findall(r"^        (X-[\w-]+|ETag|Link|Allow):", contract, re.MULTILINE)
    parameters = re.findall(r"^      name: ([\w-]+)$", contract, re.MULTILINE)
    fields = re.findall(r"^        (\w+):\n +description:", contract, re.MULTILINE)
    assert len(paths) == 8
    assert {"X-Request-Id", "ETag"} <= {*headers}
    assert {"Idempotency-Key", "webhook-id"} <= {*parameters}
    assert {"max_guests", "secret", "created_at"} <= {*fields}
    named = {*headers, *parameters, *fields} - {"id"}
    assert [name for name in named if f"`{name}`" not in page] == []
    assert [path for path in paths if f"`GET {path}`" not in page] == []


def test_only_what_is_documented_says_so() -> None:
    """The base URL, the key, and the operations, statuses, fields and headers of properties."""
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `?([^`|]+?)`? \|.*\| \*\*documented\*\* \|$", page, re.MULTILINE)
    assert sorted(rows) == sorted(
        [
            *("base URL", "API key"),
            *("GET /properties", "POST /properties"),
            *(f"{method} /properties/{{id}}" for method in ("GET", "PUT", "DELETE")),
            *("200", "400", "401", "403", "404", "429", "500"),
            *("id", "name", "address", "bedrooms", "bathrooms", "max_guests", "status"),
            *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
        ]
    )
