"""The definitions of the fields that are known by name."""

import attrs
import pytest
from attrs import evolve, frozen

from pulumi_setsmart.models.constraint import EventNames, RealNumber, String, WebUrl, WholeNumber
from pulumi_setsmart.models.field import ApiField, Source, known, known_fields
from pulumi_setsmart.models.property import PropertyRecord
from pulumi_setsmart.models.webhook_subscription import WebhookSubscriptionRecord


@frozen
class Cabin:
    name: str | None = known(String(), "What it is called.", source=Source.ASSUMED)
    door_code: str | None = known(
        String(), "Opens the door.", source=Source.ASSUMED, secret=True, unit="digits"
    )
    note: str = ""


def traits(record_class: type[attrs.AttrsInstance]) -> list[ApiField]:
    """Return the known fields, but for what is written about them: the contract says the same."""
    return [evolve(field, description="", annotation="") for field in known_fields(record_class)]


def field(name: str, **other: object) -> ApiField:
    return ApiField(name=name, annotation="", description="", **other)  # type: ignore[arg-type]  # any of its attributes


def test_the_fields_of_a_listing_are_the_documented_ones() -> None:
    """Six fields, of which only the name is required; the id is no input."""
    documented = Source.DOCUMENTED
    assert traits(PropertyRecord) == [
        field("name", constraint=String(), source=documented, required=True, identity=True),
        field("address", constraint=String(blank=True), source=documented, identity=True),
        field("bedrooms", constraint=WholeNumber(0), source=documented),
        field("bathrooms", constraint=RealNumber(0), source=documented),
        field("max_guests", constraint=WholeNumber(0), source=documented),
        field("status", constraint=String(), source=documented, suggestions=("active",)),
    ]


def test_the_fields_of_a_webhook_subscription_are_the_assumed_ones() -> None:
    """Its secret is one, and the order of its events means nothing."""
    assumed = Source.ASSUMED
    assert traits(WebhookSubscriptionRecord) == [
        field("url", constraint=WebUrl(), source=assumed, required=True, identity=True),
        field("events", constraint=EventNames(), source=assumed, required=True, unordered=True),
        field("secret", constraint=String(), source=assumed, secret=True),
        field("status", constraint=String(), source=assumed, suggestions=("active",)),
    ]


def test_an_attribute_without_a_definition_is_no_field() -> None:
    """Such as the id, and what holds all other fields."""
    assert [each.name for each in known_fields(Cabin)] == ["name", "door_code"]


def test_a_field_says_what_people_and_programs_need() -> None:
    """What to call it, how to describe it, and the type of its values."""
    name, door_code = known_fields(Cabin)
    assert (name.label, door_code.label) == ("name", "door code")
    assert name.documentation == "What it is called. Must not be blank."
    assert door_code.documentation == "Opens the door. In digits. Must not be blank."
    assert {each.annotation for each in known_fields(PropertyRecord)} == {"str", "int", "float"}


def test_a_secret_is_not_shown() -> None:
    """Not even to whoever looks at the record while something goes wrong."""
    assert repr(Cabin(name="Low Cabin", door_code="1234")) == "Cabin(name='Low Cabin', note='')"


def test_a_trait_that_does_not_exist_is_an_error() -> None:
    """A typo in a definition is found as soon as anything is done with it."""

    @frozen
    class Typo:
        name: str | None = known(String(), "What it is called.", sauce=Source.ASSUMED)

    with pytest.raises(TypeError, match="sauce"):
        known_fields(Typo)
