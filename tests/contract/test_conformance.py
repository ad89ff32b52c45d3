"""The sandbox is compared with the contract by generated requests."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from support.contract_validator import contract
from support.waiting import HANG_GUARD

from pulumi_setsmart.sandbox import DEFAULT_KEY, SandboxSettings, create_app, running

# The key is sent with every request, so no request can be wrong by its absence. That a request
# without it is refused is found out by a check of its own (`ignored_auth`).
config = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
schema = schemathesis.openapi.from_dict(contract(), config=config)


@pytest.fixture
def base_url() -> Iterator[str]:
    with running(create_app(SandboxSettings(rate_limit=0))) as url:
        yield url


RIGHT: dict[str, tuple[str, dict[str, Any]]] = {
    "Property": ("/properties", {"name": "Cabin"}),
    "Webhook": ("/webhooks", {"url": "https://example.com/", "events": ["property.updated"]}),
}


def limits() -> Iterator[tuple[str, str, Any, Any]]:
    """Yield each limit of a field: its kind of object, its name, a value at it, one beyond it."""
    for kind in RIGHT:
        fields = contract()["components"]["schemas"][f"{kind}Input"]["properties"]
        for name, field in fields.items():
            if "maxLength" in field:
                start = "https://example.com/" if name == "url" else ""
                longest = start.ljust(field["maxLength"], "x")
                yield kind, name, longest, longest + "x"
            if "minimum" in field:
                yield kind, name, field["minimum"], field["minimum"] - 1
            if "maximum" in field:
                yield kind, name, field["maximum"], field["maximum"] + 1
            if "minItems" in field:
                yield kind, name, ["a.b"] * field["minItems"], []


@pytest.mark.parametrize(("kind", "field", "at_limit", "beyond"), [*limits()])
def test_the_sandbox_has_the_limits_of_the_contract(
    kind: str, field: str, at_limit: Any, beyond: Any, base_url: str
) -> None:
    """What is at a limit is accepted, and what is just beyond it refused."""
    path, right = RIGHT[kind]
    with httpx.Client(
        headers={"X-API-Key": DEFAULT_KEY}, trust_env=False, timeout=HANG_GUARD
    ) as client:
        responses = [
            client.post(base_url + path, json={**right, field: value})
            for value in (at_limit, beyond)
        ]
    assert [response.status_code for response in responses] == [201, 400]
    assert responses[1].json()["error"]["field"] == field


@schema.parametrize()
@settings(
    max_examples=25,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_sandbox_keeps_to_the_contract(case: schemathesis.Case[Any], base_url: str) -> None:
    """Right requests are accepted and wrong ones refused, all with answers as described."""
    if isinstance(case.body, dict):
        case.body = {name: as_integer(name, value) for name, value in case.body.items()}
    case.call_and_validate(base_url=base_url, headers={"X-API-Key": DEFAULT_KEY})


def as_integer(name: str, value: Any) -> Any:
    """Write a whole number without a fraction: the sandbox is stricter here than JSON Schema is."""
    is_count = name in {"bedrooms", "max_guests"}
    return int(value) if is_count and isinstance(value, float) and value.is_integer() else value
