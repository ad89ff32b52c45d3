"""Hypothesis on a machine of any speed."""

from hypothesis import HealthCheck, settings


def ignore_speed() -> None:
    """Let an example take its time, and making it as well, which Hypothesis checks apart."""
    settings.register_profile(
        "any speed", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("any speed")
