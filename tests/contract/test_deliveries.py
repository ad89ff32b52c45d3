"""The deliveries of the sandbox are compared with the contract, like its responses."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from support.contract_validator import contract
from support.recording_receiver import receiving
from support.signed_delivery import SECRET
from support.waiting import HANG_GUARD

from pulumi_setsmart.testing import SandboxAccount
from pulumi_setsmart.webhooks import verify


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**contract(), **schema}, format_checker=FormatChecker())


@pytest.mark.parametrize("secret", [SECRET, None])
def test_a_delivery_keeps_to_the_contract(
    setsmart_sandbox: SandboxAccount, secret: str | None
) -> None:
    """Its headers and its body, signed or not; its object is the one that the API shows."""
    with receiving() as receiver:
        events = ["property.created", "property.updated", "property.deleted"]
        setsmart_sandbox.add("webhooks", url=receiver.url, events=events, secret=secret)
        setsmart_sandbox.add("properties", name="Seehütte", pets=True)
        setsmart_sandbox.change("prop_1", bedrooms=3)
        setsmart_sandbox.remove("prop_1")
        setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    operation = contract()["webhooks"]["event"]["post"]
    assert len(receiver.received) == 3
    for delivery in receiver.received:
        for reference in operation["parameters"]:
            parameter = contract()["components"]["parameters"][reference["$ref"].split("/")[-1]]
            given = delivery.headers.get(parameter["name"])
            assert given is not None or not parameter.get("required")
            assert given is None or validator(parameter["schema"]).is_valid(given)
        body = json.loads(delivery.payload)
        [content] = operation["requestBody"]["content"].items()
        assert delivery.headers["content-type"] == content[0]
        assert [*validator(content[1]["schema"]).iter_errors(body)] == []
        listing = validator({"$ref": "#/components/schemas/Property"})
        assert [*listing.iter_errors(body["data"])] == []
        assert (
            secret is None
            or verify(delivery.payload, delivery.headers, secret).type == body["type"]
        )
