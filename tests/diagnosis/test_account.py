"""What is found of an account, on a real sandbox."""

import time
from collections.abc import Callable
from ipaddress import ip_network

import attrs
import pytest
from support.messages import message
from support.waiting import wait_until

from pulumi_setsmart.config import Settings, load_settings
from pulumi_setsmart.diagnosis.account import account_findings
from pulumi_setsmart.diagnosis.finding import Finding, Verdict
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import (
    ApiKey,
    Failed,
    Fault,
    Lost,
    Malformed,
    RateLimited,
    SandboxSettings,
)
from pulumi_setsmart.sandbox.exchange import RawResponse
from pulumi_setsmart.testing import SandboxAccount, running_sandbox


def settings_of(account: SandboxAccount, **changed: str) -> Settings:
    configured: dict[str, object] = {}
    return load_settings(configured.get, account.environment | changed)


NOW = 1_700_000_000.0


def found(settings: Settings, clock: Callable[[], float] = time.time) -> dict[str, Finding]:
    return {finding.subject: finding for finding in account_findings(settings, clock)}


def test_an_account_in_order_is_good_in_all(setsmart_sandbox: SandboxAccount) -> None:
    """Two requests, both of which read; the key is named by its place."""
    findings = found(settings_of(setsmart_sandbox))
    assert {finding.verdict for finding in findings.values()} == {Verdict.OK}
    assert findings["key"].text == f"accepted by {setsmart_sandbox.url}, from SETSMART_API_KEY"
    assert findings["webhooks"].text == "found at /webhooks"
    assert [request.method for request in setsmart_sandbox.requests] == ["GET", "GET"]
    assert all(setsmart_sandbox.key not in str(finding) for finding in findings.values())


def test_a_key_that_is_refused_is_an_error(setsmart_sandbox: SandboxAccount) -> None:
    """And nothing else is asked."""
    settings = settings_of(setsmart_sandbox, SETSMART_API_KEY="rotated-away")
    [finding] = found(settings).values()
    assert (finding.subject, finding.verdict) == ("key", Verdict.ERROR)
    assert str(finding) == message(MessageCode.KEY_REJECTED, "SETSMART_API_KEY")
    assert "rotated-away" not in str(finding)


def test_a_key_for_other_places_is_an_error() -> None:
    """It is known, but not from here."""
    keys = (ApiKey("elsewhere", networks=(ip_network("10.0.0.0/8"),)),)
    with running_sandbox(SandboxSettings(keys=keys)) as account:
        [finding] = found(settings_of(account)).values()
    assert (finding.subject, finding.verdict) == ("key", Verdict.ERROR)
    assert finding.code is MessageCode.PERMISSION_DENIED
    assert "may not be used from this address" in finding.text  # what the sandbox says


def test_a_server_that_is_not_there_is_an_error(setsmart_sandbox: SandboxAccount) -> None:
    """The key is not what is wrong then."""
    nowhere = settings_of(setsmart_sandbox, SETSMART_BASE_URL="http://127.0.0.1:9/v1")
    [finding] = found(nowhere).values()
    assert (finding.subject, finding.verdict) == ("account", Verdict.ERROR)
    assert str(finding) == message(MessageCode.CONNECTION_FAILED, "http://127.0.0.1:9/v1")


@pytest.mark.parametrize(
    "fault", [Lost("before"), Failed("before", 503), RateLimited("seconds", 1)]
)
def test_what_goes_wrong_is_told_at_once(setsmart_sandbox: SandboxAccount, fault: Fault) -> None:
    """After one request, not after the time of a whole run, which would find all in order."""
    setsmart_sandbox.faults.add(fault)
    [finding] = found(settings_of(setsmart_sandbox)).values()
    assert finding.verdict is not Verdict.OK
    # The sandbox writes a request down after it has dropped its connection.
    wait_until(lambda: len(setsmart_sandbox.requests) > 0)
    assert len(setsmart_sandbox.requests) == 1


@pytest.mark.parametrize(("ahead", "word"), [(3600.0, "behind"), (-3600.0, "ahead of")])
def test_clocks_that_are_apart_are_a_warning(ahead: float, word: str) -> None:
    """By how much, and to which side."""
    with running_sandbox(clock=lambda: NOW + ahead) as account:
        clock = found(settings_of(account), clock=lambda: NOW)["clock"]
    assert clock.verdict is Verdict.WARNING
    assert str(clock) == message(MessageCode.CLOCK_DIFFERS, "3600 s", word)


@pytest.mark.parametrize(
    ("apart", "verdict"),
    [(60, Verdict.OK), (-60, Verdict.OK), (61, Verdict.WARNING), (-61, Verdict.WARNING)],
)
def test_a_minute_is_near_enough(apart: float, verdict: Verdict) -> None:
    """To either side."""
    with running_sandbox(clock=lambda: NOW) as account:
        clock = found(settings_of(account), clock=lambda: NOW + apart)["clock"]
    assert clock.verdict is verdict


def test_a_clock_that_nobody_tells_is_a_warning(setsmart_sandbox: SandboxAccount) -> None:
    """So is a budget that nobody tells: as with a server that is not SetSmart."""

    def bare(response: RawResponse) -> RawResponse:
        return attrs.evolve(response, headers=((b"content-length", b"2"),), body=b"[]")

    setsmart_sandbox.faults.add(Malformed("bare", bare))
    findings = found(settings_of(setsmart_sandbox))
    assert findings["clock"].code is MessageCode.SERVER_TIME_UNKNOWN
    assert findings["budget"].code is MessageCode.RATE_LIMIT_UNKNOWN
    assert findings["clock"].verdict is findings["budget"].verdict is Verdict.WARNING


@pytest.mark.parametrize(("limit", "verdict"), [(11, Verdict.OK), (10, Verdict.WARNING)])
def test_a_budget_that_is_nearly_used_up_is_a_warning(limit: int, verdict: Verdict) -> None:
    """Fewer than ten requests are not enough for a run."""
    with running_sandbox(SandboxSettings(rate_limit=limit)) as account:
        budget = found(settings_of(account))["budget"]
    assert budget.verdict is verdict
    assert {str(limit), str(limit - 1)} <= {*budget.text.split()}
    assert budget.code == (None if verdict is Verdict.OK else MessageCode.FEW_REQUESTS_LEFT)


def test_a_budget_that_is_used_up_is_a_warning() -> None:
    """Told at once and for what it is; it says nothing against the account.

    Whoever waited for the next window would find all in order.
    """
    with running_sandbox(SandboxSettings(rate_limit=1)) as account:
        webhooks = found(settings_of(account))["webhooks"]
        [budget] = found(settings_of(account)).values()
    assert webhooks.verdict is Verdict.WARNING
    assert webhooks.code is MessageCode.DEADLINE_EXCEEDED
    assert budget.code is MessageCode.RATE_LIMITED
    assert "with this key" not in str(webhooks.advice)
    assert (budget.subject, budget.verdict) == ("budget", Verdict.WARNING)
    assert "429" in budget.text


def test_webhooks_that_are_elsewhere_are_a_warning(setsmart_sandbox: SandboxAccount) -> None:
    """Or that cannot be read."""
    moved = attrs.evolve(settings_of(setsmart_sandbox), webhooks_path="/hooks")
    assert str(found(moved)["webhooks"]) == message(MessageCode.NO_WEBHOOKS, "/hooks")
    setsmart_sandbox.faults.add(Failed("before", 200, b"[]"), Failed("before", 403, b"{}"))
    finding = found(settings_of(setsmart_sandbox))["webhooks"]
    assert (finding.verdict, finding.code) == (Verdict.WARNING, MessageCode.PERMISSION_DENIED)
