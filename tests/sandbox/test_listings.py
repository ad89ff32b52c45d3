"""The listings that a sandbox can begin with."""

from itertools import islice

from pulumi_setsmart.sandbox import PROPERTIES, Storage, listings, seed


def test_listings_are_the_same_in_every_run() -> None:
    """The first of many are the many's first."""
    assert list(islice(listings(), 20)) == list(islice(listings(), 500))[:20]


def test_listings_keep_the_rules_of_the_server() -> None:
    """Each could have been sent by a client."""
    for listing in islice(listings(), 500):
        assert PROPERTIES.validated(listing) == listing


def test_listings_are_plausible_and_varied() -> None:
    """Guests have beds to sleep in, names and addresses differ, and some have more fields."""
    some = list(islice(listings(), 500))
    for listing in some:
        bedrooms, guests = listing["bedrooms"], listing["max_guests"]
        assert isinstance(bedrooms, int)
        assert isinstance(guests, int)
        assert max(2, 2 * bedrooms) <= guests <= 2 * bedrooms + 2
    assert len({str(listing["name"]) for listing in some}) > 100
    assert len({str(listing["address"]) for listing in some}) > 450
    for extra in ("amenities", "check_in_time", "house_rules"):
        assert 0 < sum(extra in listing for listing in some) < len(some)


def test_a_new_storage_is_seeded() -> None:
    """With as many as asked for, in order."""
    with Storage() as storage:
        seed(storage, 3)
        stored = storage.objects(PROPERTIES)
    assert [listing["id"] for listing in stored] == ["prop_1", "prop_2", "prop_3"]
    assert [listing["name"] for listing in stored] == [
        listing["name"] for listing in islice(listings(), 3)
    ]


def test_a_used_storage_is_left_alone() -> None:
    """Even when all that was in it is deleted."""
    with Storage() as storage:
        storage.insert(PROPERTIES, {"name": "Cabin"})
        storage.delete(PROPERTIES, "prop_1")
        seed(storage, 3)
        assert storage.objects(PROPERTIES) == []
