"""One portfolio in two accounts: examples/environments, word for word."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import QUIET, EngineStack
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES, WEBHOOKS

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "environments"
SECRET = "whsec_c2V0c21hcnQ="


@pytest.fixture
def accounts(open_account: OpenEngineSandbox) -> dict[str, EngineSandbox]:
    """An account for each environment."""
    return {"staging": open_account(), "production": open_account()}


@pytest.fixture
def project(pulumi: Path, tmp_path: Path, accounts: dict[str, EngineSandbox]) -> EngineStack:
    """The example, with a stack for each environment; nothing of it is in the environment."""
    project = EngineStack.create(pulumi, tmp_path / "project", base_url="", key="")
    shutil.copytree(EXAMPLE, project.folder, dirs_exist_ok=True)
    for name, account in accounts.items():
        project.succeed("stack", "init", name)
        project.succeed("config", "set", "--secret", "setsmart:apiKey", DEFAULT_KEY)
        project.succeed("config", "set", "setsmart:baseUrl", account.base_url)
    project.succeed("config", "set", "--secret", "bookingsSecret", SECRET)
    return project


def names(account: EngineSandbox) -> list[object]:
    """Return the names of an account's listings."""
    return [listing["name"] for listing in account.sandbox.storage.objects(PROPERTIES)]


def test_a_listing_is_promoted_by_a_change_of_one_line(
    project: EngineStack, accounts: dict[str, EngineSandbox]
) -> None:
    """Each account gets its own names, and production what its overlay does not leave out."""
    for environment in ("staging", "production"):
        project.succeed("stack", "select", environment)
        project.up()
        project.assert_clean()
    staging, production = accounts["staging"], accounts["production"]
    assert sorted(names(staging), key=str) == [
        "[staging] Beachfront Villa",
        "[staging] Harbour Loft",
    ]
    assert names(production) == ["Beachfront Villa"]
    [hook] = production.sandbox.storage.objects(WEBHOOKS)
    assert (hook["url"], hook["secret"]) == ("https://hooks.example.com/setsmart", SECRET)
    before = {each: accounts[each].writes() for each in accounts}

    overlay = project.folder / "production.yaml"
    overlay.write_text(overlay.read_text().replace("  harbour-loft: null\n", ""))
    assert "+ 1 to create" in project.preview()
    project.up()
    project.assert_clean()
    assert names(production) == ["Beachfront Villa", "Harbour Loft"]
    assert production.writes() == [*before["production"], "POST /properties"]
    assert staging.writes() == before["staging"]
    assert SECRET not in "".join(project.printed)


def test_drift_and_mistakes_are_shown_by_name(
    project: EngineStack, accounts: dict[str, EngineSandbox]
) -> None:
    """A listing of a portfolio shows its drift; a bad line stops the run before any request."""
    project.up()
    account = accounts["production"]
    [listing] = account.sandbox.storage.objects(PROPERTIES)
    account.sandbox.storage.replace(PROPERTIES, str(listing["id"]), {**listing, "bedrooms": 9})
    assert "~ bedrooms: 9 => 3" in project.preview()
    requests = len(account.sandbox.requests)

    overlay = project.folder / "production.yaml"
    overlay.write_text(overlay.read_text() + "  noon: 1\n")
    error, _pulumi_s_own = project.fail("preview", "--refresh=false", *QUIET).errors
    assert error == message(MessageCode.INVALID_PORTFOLIO, "production.yaml:10", "webhooks.noon")
    assert len(account.sandbox.requests) == requests
