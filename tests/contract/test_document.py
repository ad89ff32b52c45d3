"""The contract as a document."""

from collections.abc import Iterator
from typing import Any

from contract_witness import contract
from openapi_spec_validator import OpenAPIV31SpecValidator

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
DOCUMENTED_STATUSES = {"200", "400", "401", "403", "404", "429", "500"}
SOURCES = {"documented", "assumed"}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """Follow references to the part that they lead to."""
    while "$ref" in part:
        target: Any = contract()
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        part = target
    return part


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in contract()["paths"].items():
        for method in METHODS & item.keys():
            yield f"{method} {path}", item[method]


def responses() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for where, operation in operations():
        for status, response in operation["responses"].items():
            yield where, status, resolved(response)
    for status, response in contract()["x-setsmart-otherwise"]["responses"].items():
        yield "otherwise", status, resolved(response)


def schema_properties(part: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk everything below a part; yield each property of each schema in it."""
    if isinstance(part, list):
        for position, item in enumerate(part):
            yield from schema_properties(item, f"{where}/{position}")
    if isinstance(part, dict):
        properties = part.get("properties", {})
        yield from ((f"{where}/{name}", schema) for name, schema in properties.items())
        for key, value in part.items():
            yield from schema_properties(value, f"{where}/{key}")


def deliveries() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, item in contract()["webhooks"].items():
        yield f"webhook {name}", item["post"]
        for status, response in item["post"]["responses"].items():
            yield f"webhook {name} {status}", response


def parts_to_mark() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield all that must say where it comes from, with where it stands."""
    document = contract()
    yield from operations()
    for path, item in document["paths"].items():
        for parameter in item.get("parameters", []):
            yield f"parameter of {path}", resolved(parameter)
    for where, operation in operations():
        for parameter in operation.get("parameters", []):
            yield f"parameter of {where}", resolved(parameter)
    yield from deliveries()
    for where, status, response in responses():
        yield f"{where} {status}", response
        for name, header in response.get("headers", {}).items():
            yield f"{name} of {where} {status}", resolved(header)
    for kind in ("parameters", "headers", "responses", "securitySchemes"):
        for name, part in document["components"][kind].items():
            yield f"{kind}/{name}", part
    yield from schema_properties(document, "")


def test_it_is_valid_openapi() -> None:
    """It keeps to version 3.1 of the specification."""
    assert contract()["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(contract()).iter_errors()] == []


def test_everything_says_where_it_comes_from() -> None:
    """Operations, parameters, headers, answers and fields are documented or assumed."""
    marks = [(where, part.get("x-setsmart-source")) for where, part in parts_to_mark()]
    assert [where for where, mark in marks if mark not in SOURCES] == []
    assert len(marks) > 200


def test_only_what_setsmart_says_passes_for_documented() -> None:
    """The operations on properties; the statuses, fields and headers of the public page."""
    documented = {
        where for where, part in parts_to_mark() if part["x-setsmart-source"] == "documented"
    }
    assert {where for where, _ in operations()} & documented == {
        "get /properties",
        "post /properties",
        "get /properties/{id}",
        "put /properties/{id}",
        "delete /properties/{id}",
    }
    assert {name for name in documented if name.startswith("headers/")} == {
        "headers/RateLimitLimit",
        "headers/RateLimitRemaining",
        "headers/RateLimitReset",
    }
    fields = {name.rpartition("/")[2] for name in documented if "/schemas/" in name}
    assert fields == {
        "id",
        "name",
        "address",
        "bedrooms",
        "bathrooms",
        "max_guests",
        "status",
    }


def test_statuses_that_are_not_documented_say_so() -> None:
    """And those that are documented are so wherever the operation itself is."""
    for where, status, response in responses():
        if status not in DOCUMENTED_STATUSES:
            assert response["x-setsmart-source"] == "assumed", f"{where} {status}"
        elif "/properties" in where:
            assert response["x-setsmart-source"] == "documented", f"{where} {status}"


def test_every_answer_tells_the_rate_limit() -> None:
    """As documented: in every response."""
    limits = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
    for where, status, response in responses():
        assert limits <= response["headers"].keys(), f"{where} {status}"
        assert all(resolved(response["headers"][name])["required"] for name in limits)


def test_nothing_is_described_that_is_not_used() -> None:
    """Every component is referred to."""
    text = str(contract())
    for kind, parts in contract()["components"].items():
        for name in parts if kind != "securitySchemes" else []:
            assert f"'#/components/{kind}/{name}'" in text, f"{kind}/{name}"


def test_operations_have_ids_of_their_own() -> None:
    """Generators name functions after them."""
    ids = [operation["operationId"] for _, operation in operations()]
    assert len(ids) == len(set(ids)) == 20


def test_the_base_url_is_the_documented_one() -> None:
    """HTTPS, and no other server: nobody is led to send keys elsewhere."""
    assert [server["url"] for server in contract()["servers"]] == ["https://api.setsmart.com/v1"]
