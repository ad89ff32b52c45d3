"""What users write, for the type checker to read; it is never run."""

import pulumi

from pulumi_setsmart import (
    CLEAR,
    ApiObject,
    Property,
    PropertyRecord,
    WebhookSubscription,
    get_property,
    list_properties,
)

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
    deletion_policy=pulumi.Config().require("policy"),
    opts=pulumi.ResourceOptions(protect=True),
)
theirs = Property.get("theirs", "prop_1")
hook = WebhookSubscription(
    "hook",
    url=pulumi.Output.concat("https://a.example/", villa.id),
    events=["property.updated", pulumi.Output.from_input("property.deleted")],
    secret=pulumi.Output.secret("hush"),
)
rule = ApiObject(
    "rule", path="/pricing-rules", body={"code": "a", "property_id": loft.id}, identity=["code"]
)
their_hook: WebhookSubscription = WebhookSubscription.get("their-hook", theirs.id)
their_rule: ApiObject = ApiObject.get("their-rule", "rule_1", path="/pricing-rules")

record: PropertyRecord = get_property("prop_1")
names: list[str | None] = [listing.name for listing in list_properties()]
bedrooms: pulumi.Output[int | None] = theirs.bedrooms
pulumi.export("secret", hook.secret)
