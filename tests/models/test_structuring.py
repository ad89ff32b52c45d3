"""From what the API shows to typed records."""

import pytest

from pulumi_setsmart.models import PropertyRecord, Record, WebhookSubscriptionRecord
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.structuring import structure


def test_a_listing_becomes_typed() -> None:
    """Known fields have their types, all others are attributes, null and absent are None."""
    fields = {"id": "p", "name": "V", "bedrooms": 2.0, "bathrooms": 2, "address": None, "pool": [1]}
    listing = structure(Record("p", fields), PropertyRecord)  # type: ignore[arg-type]  # plain JSON
    assert listing == PropertyRecord(
        id="p", name="V", bedrooms=2, bathrooms=2.0, attributes={"pool": [1]}
    )
    assert repr(listing.bedrooms) == "2"


def test_a_secret_does_not_show_in_a_repr() -> None:
    """A subscription can be logged."""
    record = Record("w", {"url": "https://a.example", "events": ["a.b"], "secret": "hush"})
    subscription = structure(record, WebhookSubscriptionRecord)
    assert subscription.secret == "hush"
    assert "hush" not in repr(subscription)


def test_what_cannot_be_typed_names_object_and_field() -> None:
    """The value is not repeated."""
    with pytest.raises(ValueError, match=r"\bp\b.*\bbedrooms\b") as caught:
        structure(Record("p", {"name": "V", "bedrooms": "lots"}), PropertyRecord)
    assert "lots" not in str(caught.value)


@pytest.mark.parametrize("bedrooms", [2.5, True, "2.5", [], {}])
def test_nothing_is_rounded_to_fit(bedrooms: Json) -> None:
    """A value that is no whole number is an error."""
    with pytest.raises(ValueError, match=r"\bp\b.*\bbedrooms\b"):
        structure(Record("p", {"name": "V", "bedrooms": bedrooms}), PropertyRecord)


def test_the_record_s_own_id_counts() -> None:
    """The id is the one that the collection found, whatever field called id the object has."""
    assert structure(Record("p", {"id": 7, "name": "V"}), PropertyRecord).id == "p"


def test_a_field_called_attributes_is_an_attribute() -> None:
    """No field of the API can take the place of all others."""
    listing = structure(Record("p", {"name": "V", "attributes": {"a": 1}}), PropertyRecord)
    assert listing.attributes == {"attributes": {"a": 1}}
