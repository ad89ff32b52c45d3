"""What the state remembers of an object."""

import json

from pulumi_setsmart.lifecycle.bookkeeping import (
    KEY,
    AccountMark,
    Bookkeeping,
    dump_bookkeeping,
    load_bookkeeping,
)
from pulumi_setsmart.lifecycle.comparison import Mismatch

REMEMBERED = Bookkeeping(
    salt="00ff",
    account=AccountMark("https://setsmart.example/v1", "ab12", ["prop_1"]),
    declared={"name": True, "rooms": [{"beds": True}], "wifi": {}},
    echoes={"/name": "cd34"},
    secret_paths=["/wifi"],
)


def test_it_survives_the_state() -> None:
    """What is dumped is loaded as it was, without a null, which the engine would drop."""
    plain = dump_bookkeeping(REMEMBERED)
    assert load_bookkeeping({KEY: plain}) == REMEMBERED
    assert "null" not in dump_bookkeeping(Bookkeeping())
    assert load_bookkeeping({KEY: dump_bookkeeping(Bookkeeping(salt="1"))}) == Bookkeeping(salt="1")


def test_the_names_in_the_state_stay() -> None:
    """These names stand in users' states: changing one breaks their next run."""
    assert json.loads(dump_bookkeeping(REMEMBERED)) == {
        "salt": "00ff",
        "account": {
            "base_url": "https://setsmart.example/v1",
            "key_digest": "ab12",
            "neighbours": ["prop_1"],
        },
        "declared": {"name": True, "rooms": [{"beds": True}], "wifi": {}},
        "echoes": {"/name": "cd34"},
        "secret_paths": ["/wifi"],
    }


def test_an_object_is_understood_as_well() -> None:
    """It is how the state of the first versions held it."""
    assert load_bookkeeping({KEY: json.loads(dump_bookkeeping(REMEMBERED))}) == REMEMBERED


def test_what_is_not_understood_is_none() -> None:
    """A state without bookkeeping, as after an import, is no error."""
    assert load_bookkeeping({}) is None
    for junk in ("x", "5", "[" * 10_000, {"account": 5}, '{"account": 5}', {}, "{}", None):
        assert load_bookkeeping({KEY: junk}) is None


def test_an_echo_tells_nothing_of_its_value() -> None:
    """Digests are salted: the same value looks different in another object."""
    difference = [Mismatch("/door/code", "4711", "0815")]
    first, second = Bookkeeping(), Bookkeeping()
    assert first.echoes_of(difference) != second.echoes_of(difference)
    assert "0815" not in str(first.echoes_of(difference))
