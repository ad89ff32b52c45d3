"""What is reported of all that Pulumi prints where it fails."""

import pytest

from pulumi_setsmart.automation.failure import first_error

STOPPED = "error: Resource monitor has terminated, shutting down"
REASON = "error: SetSmart: the API key may not do this"


@pytest.mark.parametrize(
    ("printed", "reported"),
    [
        (f"    {STOPPED}\n\n    {REASON}\n", "SetSmart: the API key may not do this"),
        (f"    {REASON}\n\n    {STOPPED}\n", "SetSmart: the API key may not do this"),
        (f"Diagnostics:\n    {STOPPED}\n", "Resource monitor has terminated, shutting down"),
        ("\n no such host\n", "no such host"),
        ("", "it failed"),
    ],
)
def test_the_cause_is_reported_rather_than_its_consequence(printed: str, reported: str) -> None:
    """Pulumi may print first that it stopped the program, and then why."""
    assert first_error(printed) == reported
