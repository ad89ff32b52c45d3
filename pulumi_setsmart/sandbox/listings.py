"""Listings to begin with: made up, plausible, and the same for everybody."""

import random
from collections.abc import Iterator
from itertools import islice

from attrs import frozen

from pulumi_setsmart.sandbox.contract import PROPERTIES
from pulumi_setsmart.sandbox.json import Json, JsonObject
from pulumi_setsmart.sandbox.storage import Storage


@frozen
class _Town:
    town: str
    region: str
    streets: tuple[str, ...]
    charms: tuple[str, ...]


@frozen
class _House:
    name: str
    bedrooms: tuple[int, int]


_TOWNS = (
    _Town(
        "Carrapateira",
        "Portugal",
        ("Rua do Mar", "Rua da Escola", "Travessa do Poço"),
        ("Oceanfront", "Clifftop", "Surfers'"),
    ),
    _Town(
        "Hallstatt",
        "Austria",
        ("Seestraße", "Gosaumühlstraße", "Kirchenweg"),
        ("Lakeside", "Alpine", "Quiet"),
    ),
    _Town(
        "Ullapool",
        "Scotland",
        ("Shore Street", "Argyle Street", "Quay Street"),
        ("Harbour", "Highland", "Snug"),
    ),
    _Town(
        "Marfa, TX",
        "USA",
        ("San Antonio Street", "Lincoln Street", "Oak Street"),
        ("Desert", "Adobe", "Stargazer's"),
    ),
    _Town(
        "Cannon Beach, OR",
        "USA",
        ("Hemlock Street", "Ocean Avenue", "Laneda Avenue"),
        ("Beachfront", "Driftwood", "Lighthouse"),
    ),
    _Town(
        "Ghent",
        "Belgium",
        ("Graslei", "Patershol", "Kraanlei"),
        ("Canalside", "Old Town", "Sunny"),
    ),
    _Town(
        "Ronda",
        "Spain",
        ("Calle Armiñán", "Calle Tenorio", "Plaza del Puente"),
        ("Whitewashed", "Hilltop", "Courtyard"),
    ),
    _Town(
        "Kaikōura",
        "New Zealand",
        ("Esplanade", "Churchill Street", "Beach Road"),
        ("Seaview", "Whale Bay", "Peaceful"),
    ),
)

_HOUSES = (
    _House("Studio", (0, 0)),
    _House("Apartment", (1, 3)),
    _House("Loft", (1, 2)),
    _House("Cottage", (1, 3)),
    _House("Cabin", (1, 4)),
    _House("Townhouse", (2, 4)),
    _House("Villa", (3, 7)),
    _House("Farmhouse", (3, 6)),
)

_AMENITIES = (
    "wifi",
    "kitchen",
    "washing machine",
    "free parking",
    "fireplace",
    "hot tub",
    "air conditioning",
    "garden",
    "barbecue",
    "sea view",
    "bicycles",
    "travel cot",
)

_STATUSES = ("active",) * 8 + ("inactive", "draft")


def seed(storage: Storage, count: int) -> None:
    """Fill a storage that was never used with listings.

    Args:
        storage: Where to put them. If anything was ever stored in it, it is left alone.
        count: How many.
    """
    if count and storage.is_unused():
        storage.insert_all(PROPERTIES, islice(listings(), count))


def listings() -> Iterator[JsonObject]:
    """Yield listings without end, the same ones in every run, ready to be stored."""
    chance = random.Random("setsmart")  # noqa: S311 - the same listings in every run, no secrets
    while True:
        yield PROPERTIES.validated(_listing(chance))


def _listing(chance: random.Random) -> JsonObject:
    town = chance.choice(_TOWNS)
    house = chance.choice(_HOUSES)
    bedrooms = chance.randint(*house.bedrooms)
    return {
        "name": f"{chance.choice(town.charms)} {house.name} in {town.town.partition(',')[0]}",
        "address": f"{chance.randint(1, 180)} {chance.choice(town.streets)}, {town.town},"
        f" {town.region}",
        "bedrooms": bedrooms,
        "bathrooms": _bathrooms(chance, bedrooms),
        "max_guests": max(2, bedrooms * 2 + chance.choice((0, 0, 1, 2))),
        "status": chance.choice(_STATUSES),
        **_extras(chance),
    }


def _bathrooms(chance: random.Random, bedrooms: int) -> Json:
    whole = max(1, bedrooms - chance.randint(0, 2))
    return whole + chance.choice((0, 0, 0, 0.5)) if bedrooms > 1 else whole


def _extras(chance: random.Random) -> JsonObject:
    extras: JsonObject = {
        "amenities": [*chance.sample(_AMENITIES, chance.randint(2, 6))],
        "check_in_time": chance.choice(("14:00", "15:00", "16:00")),
        "house_rules": {
            "smoking": False,
            "pets": chance.choice((True, False)),
            "quiet_hours": chance.choice(("22:00-07:00", "23:00-08:00")),
        },
    }
    return {name: value for name, value in extras.items() if chance.choice((True, False))}
