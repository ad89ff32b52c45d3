"""Keys, and which of them is in use."""

import logging

import pytest
from support.mock_client import credential

from pulumi_setsmart.client.credential import Keyring

OLD = credential("old-key", "the configuration")
NEW = credential("new-key", "the environment")


def test_the_first_key_is_used_until_it_is_rejected() -> None:
    """Order is precedence."""
    keyring = Keyring((OLD, NEW))
    assert keyring.current is OLD
    assert keyring.tried == "the configuration"
    assert keyring.after(OLD) is NEW
    assert keyring.current is NEW
    assert keyring.tried == "the configuration and the environment"


def test_a_late_rejection_of_a_key_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """A thread whose request was under way goes on with the new key, in silence."""
    keyring = Keyring((OLD, NEW))
    with caplog.at_level(logging.WARNING):
        keyring.after(OLD)
        assert keyring.after(OLD) is NEW
    assert len(caplog.records) == 1


def test_after_the_last_key_there_is_none(caplog: pytest.LogCaptureFixture) -> None:
    """There is no warning of a change that did not happen."""
    keyring = Keyring((OLD,))
    with caplog.at_level(logging.WARNING):
        assert keyring.after(OLD) is None
    assert caplog.records == []
    assert keyring.current is OLD


def test_a_key_does_not_show() -> None:
    """Neither in its repr nor in its text; where it was set does."""
    assert "old-key" not in f"{OLD!r}{OLD}"
    assert "the configuration" in repr(OLD)
