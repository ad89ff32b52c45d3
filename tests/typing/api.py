"""What users write, for the type checker to read; it is never run."""

from datetime import datetime

import pulumi
from starlette.requests import Request

from pulumi_setsmart import (
    CLEAR,
    ApiObject,
    DeletionPolicy,
    IfExists,
    Property,
    PropertyArgs,
    PropertyRecord,
    WebhookSubscription,
    get_property,
    list_properties,
)
from pulumi_setsmart.testing import (
    DeliverySettings,
    Failed,
    SandboxAccount,
    SandboxSettings,
    running_sandbox,
)
from pulumi_setsmart.webhooks import HexHmac, WebhookEvent, WebhookVerifier, new_secret, verify

villa = Property("villa", name="Villa")
loft = Property(
    "loft",
    name=villa.name,
    address=CLEAR,
    bedrooms=villa.id.apply(len),
    bathrooms=1.5,
    max_guests=2,
    status=pulumi.Config().require_secret("status"),
    attributes={"beside": villa.id, "rooms": [{"beds": 2}], "note": CLEAR},
    existing_id="prop_1",
    if_exists="adopt",
    deletion_policy=DeletionPolicy(pulumi.Config().require("policy")),
    clear=["house.code"],
    opts=pulumi.ResourceOptions(protect=True),
)
theirs = Property.get("theirs", "prop_1")
attic = Property("attic", name="Attic", status="paused", if_exists=IfExists.CREATE)
Property("a", name="A", if_exists="adpot")  # type: ignore[arg-type]
Property("a", name="A", deletion_policy="keep")  # type: ignore[arg-type]
Property("a", name="A", bedrooms="3")  # type: ignore[arg-type]
Property("a", name="A", rooms=3)  # type: ignore[call-arg]
Property("a")  # type: ignore[call-arg]
WebhookSubscription("a", url="https://a.example", events=["*"], if_exists="x")  # type: ignore[arg-type]
ApiObject("a", path="/a", body={}, deletion_policy="keep")  # type: ignore[arg-type]
PropertyArgs(name="A", if_exists="adpot")  # type: ignore[arg-type]
hook = WebhookSubscription(
    "hook",
    url=pulumi.Output.concat("https://a.example/", villa.id),
    events=["property.updated", pulumi.Output.from_input("property.deleted")],
    secret=pulumi.Output.secret("hush"),
)
rule = ApiObject(
    "rule", path="/pricing-rules", body={"code": "a", "property_id": loft.id}, identity=["code"]
)
PropertyArgs(name="A", clear=pulumi.Output.from_input(["address"]))
ApiObject("a", path="/a", body={}, clear={"until": True})  # type: ignore[arg-type]
their_hook: WebhookSubscription = WebhookSubscription.get("their-hook", theirs.id)
their_rule: ApiObject = ApiObject.get("their-rule", "rule_1", path="/pricing-rules")

record: PropertyRecord = get_property("prop_1")
names: list[str | None] = [listing.name for listing in list_properties()]
bedrooms: pulumi.Output[int | None] = theirs.bedrooms
pulumi.export("secret", hook.secret)


async def receive(request: Request) -> str | None:
    event: WebhookEvent = verify(
        await request.body(), request.headers, ["whsec_a", "whsec_b"], tolerance=60, seen={"msg_1"}
    )
    verifier = WebhookVerifier(new_secret(), scheme=HexHmac("X-Signature"), seen=Seen())
    happened_at: datetime | None = verifier.verify(b"{}", {"X-Signature": "00"}).timestamp
    return event.type if happened_at else None


class Seen:
    def __contains__(self, event_id: object) -> bool:
        return event_id == "msg_2"


def test_something(setsmart_sandbox: SandboxAccount) -> None:
    setsmart_sandbox.faults.add(Failed("before"), methods=("POST",))
    listing = setsmart_sandbox.add("properties", name="Cabin", rooms=[{"beds": 2}])
    setsmart_sandbox.change(str(listing["id"]), bedrooms=2)
    with running_sandbox(SandboxSettings(deliveries=DeliverySettings(duplicates=0.5))) as other:
        reasons: list[str | None] = [delivery.reason for delivery in other.wait_for_deliveries()]
        assert not reasons
