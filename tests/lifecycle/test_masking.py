"""What stands for a secret that a server does not show."""

import pytest

from pulumi_setsmart.lifecycle.masking import is_masked
from pulumi_setsmart.models.json import Json


@pytest.mark.parametrize(
    "value",
    ["***", "********", "whsec_****abcd", "whsec_***", "••••••1234", "abc...", "abcd…", "xxxxxxxx"],
)
def test_a_mask_is_known(value: str) -> None:
    """Servers mask with asterisks, bullets, dots or crosses, and may leave the ends."""
    assert is_masked(value)


@pytest.mark.parametrize(
    "value",
    ["", "secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a*b*c", "xxx", None, 5, ["***"]],
)
def test_a_secret_is_no_mask(value: Json) -> None:
    """Real secrets are compared and kept."""
    assert not is_masked(value)
