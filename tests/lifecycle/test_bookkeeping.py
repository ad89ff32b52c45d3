"""What the state remembers of an object."""

from pulumi_setsmart.lifecycle.bookkeeping import Bookkeeping
from pulumi_setsmart.lifecycle.comparison import Mismatch


def test_an_echo_tells_nothing_of_its_value() -> None:
    """Digests are salted: the same value looks different in another object."""
    difference = [Mismatch("/door/code", "4711", "0815")]
    first, second = Bookkeeping(), Bookkeeping()
    assert first.echoes_of(difference) != second.echoes_of(difference)
    assert "0815" not in str(first.echoes_of(difference))
