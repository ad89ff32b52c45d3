"""What the state remembers of an object."""

from pulumi_setsmart.lifecycle.comparison import Mismatch
from pulumi_setsmart.lifecycle.state_metadata import StateMetadata


def test_an_accepted_value_is_stored_as_a_digest() -> None:
    """Digests are salted: the same value looks different in another object."""
    difference = [Mismatch("/door/code", "4711", "0815")]
    first, second = StateMetadata(), StateMetadata()
    assert first.accepted_values_of(difference) != second.accepted_values_of(difference)
    assert "0815" not in str(first.accepted_values_of(difference))
