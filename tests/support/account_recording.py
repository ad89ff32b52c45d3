"""Recording an account, as the command does, at a fixed time."""

from datetime import UTC, datetime

from pulumi_setsmart.config import Settings, load_settings
from pulumi_setsmart.recording.recording import Recording
from pulumi_setsmart.recording.sanitising import recorded
from pulumi_setsmart.recording.survey import survey_account
from pulumi_setsmart.sandbox import DEFAULT_KEY
from support.divergent_server import NOW

DAY = datetime(2026, 11, 25, tzinfo=UTC)


def settings_of(url: str, key: str = DEFAULT_KEY) -> Settings:
    """Return the settings that lead to an account."""
    return load_settings(
        dict[str, object]().get, {"SETSMART_BASE_URL": url, "SETSMART_API_KEY": key}
    )


def recording_of(url: str, key: str = DEFAULT_KEY) -> Recording:
    """Return a recording of the account at an address."""
    return recorded(survey_account(settings_of(url, key), clock=lambda: NOW), DAY)
