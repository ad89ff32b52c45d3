"""The contract as a document."""

import re
from collections.abc import Iterator
from typing import Any

from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from support.contract_validator import contract, resolved

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
DOCUMENTED_STATUSES = {"200", "400", "401", "403", "404", "429", "500"}
SOURCES = {"documented", "assumed"}


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
    for name, part in document["x-setsmart-server-behaviour"].items():
        yield f"behaviour {name}", part
    yield from schema_properties(document, "")


def media() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every body that can be sent or returned, with where it stands."""
    document = contract()
    requests = [
        *operations(),
        *((name, item["post"]) for name, item in document["webhooks"].items()),
    ]
    bodies = [
        *(
            (where, request["requestBody"])
            for where, request in requests
            if "requestBody" in request
        ),
        *((f"{where} {status}", response) for where, status, response in responses()),
        *document["components"]["requestBodies"].items(),
        *document["components"]["responses"].items(),
    ]
    for where, body in bodies:
        for content in resolved(body).get("content", {}).values():
            yield where, content


def parts_to_describe() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield all that needs a description, with its place."""
    document = contract()
    yield "info", document["info"]
    yield from ((f"server {server['url']}", server) for server in document["servers"])
    yield from ((f"tag {tag['name']}", tag) for tag in document["tags"])
    yield from parts_to_mark()
    for kind in ("requestBodies", "schemas"):
        yield from document["components"][kind].items()
    asked = document["x-setsmart-list-query"]["asked"]
    yield from ((f"query {parameter['name']}", parameter) for parameter in asked)


def parts_to_exemplify() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield every parameter, header, field and body, with where it stands and with its schema."""
    for where, part in (*parts_to_mark(), *media()):
        if "schema" in part:
            yield where, part, part["schema"]
    for where, field in schema_properties(contract(), ""):
        yield where, field, field


def examples(part: dict[str, Any]) -> list[Any]:
    """Return the example of a part, or its examples."""
    if "example" in part:
        return [part["example"]]
    return [resolved(example)["value"] for example in part.get("examples", {}).values()]


def test_it_is_valid_openapi() -> None:
    """It keeps to version 3.1 of the specification."""
    assert contract()["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(contract()).iter_errors()] == []


def test_everything_says_where_it_comes_from() -> None:
    """Operations, parameters, headers, responses and fields are documented or assumed."""
    marks = [(where, part.get("x-setsmart-source")) for where, part in parts_to_mark()]
    assert [where for where, mark in marks if mark not in SOURCES] == []
    assert len(marks) > 200


def test_everything_has_a_description() -> None:
    """Operations, parameters, headers, responses, bodies, schemas and fields."""
    parts = [*parts_to_describe()]
    assert [where for where, part in parts if not part.get("description", "").strip()] == []
    assert len(parts) > 200
    for where, operation in operations():
        assert operation["summary"] != operation["description"], where


def test_everything_has_an_example() -> None:
    """Parameters, headers, bodies that are sent or returned, and fields."""
    parts = [*parts_to_exemplify()]
    assert [where for where, part, _ in parts if not examples(part)] == []


def test_examples_are_right() -> None:
    """Each is valid by the schema of what it is an example of."""
    components = contract()["components"]
    for where, part, schema in parts_to_exemplify():
        validator = OAS31Validator({**schema, "components": components})
        for example in examples(part):
            assert [error.message for error in validator.iter_errors(example)] == [], where


def test_the_listing_of_the_documentation_is_the_example() -> None:
    """As it is documented, to the letter."""
    assert contract()["components"]["examples"]["Property"]["value"] == {
        "id": "prop_123",
        "name": "Beachfront Villa",
        "address": "123 Ocean Drive",
        "bedrooms": 3,
        "bathrooms": 2,
        "max_guests": 6,
        "status": "active",
    }


def test_an_operation_lists_all_its_parameters() -> None:
    """Some generators forget those of a path as soon as its operation has parameters too."""
    for path, item in contract()["paths"].items():
        assert "parameters" not in item, path
        for method in METHODS & item.keys():
            listed = [resolved(parameter) for parameter in item[method].get("parameters", [])]
            in_path = {parameter["name"] for parameter in listed if parameter["in"] == "path"}
            assert in_path == set(re.findall(r"{(.*?)}", path)), f"{method} {path}"


def test_tags_are_described_and_used() -> None:
    """No tag is used for both operations and webhooks: generators name one file after each."""
    document = contract()
    of_paths = {tag for _, operation in operations() for tag in operation["tags"]}
    of_webhooks = {tag for item in document["webhooks"].values() for tag in item["post"]["tags"]}
    assert of_paths & of_webhooks == set()
    assert of_paths | of_webhooks == {tag["name"] for tag in document["tags"]}


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


def test_every_response_has_the_rate_limit() -> None:
    """As documented: in every response."""
    limits = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
    for where, status, response in responses():
        assert limits <= response["headers"].keys(), f"{where} {status}"
        assert all(resolved(response["headers"][name])["required"] for name in limits)


def test_nothing_is_described_that_is_not_used() -> None:
    """Every component is referred to."""
    # References out of extensions do not count: other programs do not know them.
    text = str({key: part for key, part in contract().items() if not key.startswith("x-")})
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
