"""The same listings, taken over by their ids."""

import pulumi

from pulumi_setsmart import Property

villa = Property(
    "villa",
    name="Beachfront Villa",
    address="123 Ocean Drive",
    bedrooms=3,
    existing_id="prop_1",
)
loft = Property(
    "loft", name="Harbour Loft", address="4 Quay Street", bedrooms=1, existing_id="prop_2"
)
pulumi.export("ids", {"villa": villa.id, "loft": loft.id})
