"""A small portfolio: four listings, a webhook subscription and a pricing rule."""

import pulumi

import pulumi_setsmart as setsmart

villa = setsmart.Property(
    "villa",
    name="Beachfront Villa",
    address="123 Ocean Drive",
    bedrooms=3,
    bathrooms=2,
    max_guests=6,
    status="active",
)

loft = setsmart.Property(
    "loft",
    name="Harbour Loft",
    address="8 Quay Street",
    bedrooms=1,
    bathrooms=1,
    max_guests=2,
    attributes={"pets_allowed": False, "check_in": {"from": "15:00", "until": "22:00"}},
)

# Only the name is required: what a program does not declare, it leaves alone.
cabin = setsmart.Property("cabin", name="Pine Cabin", max_guests=4)
studio = setsmart.Property("studio", name="Old Town Studio", bedrooms=0, bathrooms=1)

bookings = setsmart.WebhookSubscription(
    "bookings",
    url="https://hooks.example.com/setsmart",
    events=["reservation.created", "reservation.cancelled"],
    secret=pulumi.Config().get_secret("webhookSecret"),
)

# Collections that have no class of their own are managed by their path.
weekend = setsmart.ApiObject(
    "weekend",
    path="/pricing-rules",
    body={"name": "Weekend", "percent": 20, "property_id": villa.id},
)

pulumi.export("villa_id", villa.id)
