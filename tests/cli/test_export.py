"""`pulumi-setsmart export`: an account as a file, and back again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.messages import message
from support.served_sandbox import ServedSandbox, serving

from pulumi_setsmart import PortfolioArgs, PropertyArgs
from pulumi_setsmart.cli import main
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import (
    DEFAULT_KEY,
    PROPERTIES,
    WEBHOOKS,
    ApiKey,
    Behaviour,
    Json,
    SandboxSettings,
    listings,
)
from pulumi_setsmart.specification.reading import read_portfolio

ODD: list[dict[str, Json]] = [
    {"name": 'Sea "Villa" 🏖', "address": "", "bedrooms": 3, "bathrooms": 2.5},
    {"name": "בית הים", "address": "1 Road, Town", "max_guests": 4, "amenities": ["wifi", None]},
    {"name": "Studio", "status": "active"},
    {"name": "Studio", "status": "draft", "house_rules": {"pets": False, "since": "2026-01-01"}},
    {"name": "=1+1\x85\u2028", "address": "yes", "notes": "\ttab\r\n#: - ~"},
]
HOOK: dict[str, Json] = {
    "url": "https://hooks.example/setsmart",
    "events": ["property.updated", "property.created"],
    "secret": "whsec_hush",
    "status": "active",
}


@pytest.fixture(params=["plain", "enveloped"])
def served(request: pytest.FixtureRequest) -> Iterator[ServedSandbox]:
    """A sandbox with 45 listings, odd ones among them, and a subscription that shows its secret."""
    behaviour: dict[str, Behaviour] = {
        "plain": Behaviour(page_size=10, secrets="full"),
        "enveloped": Behaviour(page_size=10, secrets="masked", list_response="enveloped"),
    }
    settings = SandboxSettings(
        keys=(ApiKey(DEFAULT_KEY, read_only=True),),
        rate_limit=0,
        behaviour=behaviour[request.param],
    )
    with serving(settings) as served:
        made = listings()
        storage = served.app.storage
        storage.insert_all(PROPERTIES, [*ODD, *(next(made) for _ in range(40))])
        storage.insert(WEBHOOKS, HOOK)
        yield served


def export(served: ServedSandbox, *arguments: str) -> Result:
    """Run the command; the environment names the account."""
    environment = {
        "SETSMART_BASE_URL": str(served.client.base_url).rstrip("/"),
        "SETSMART_API_KEY": DEFAULT_KEY,
    }
    return CliRunner().invoke(main, ["export", *arguments], env=environment)


@pytest.mark.parametrize("ending", ["yaml", "json", "csv"])
def test_what_is_exported_is_loaded_and_exported_the_same(
    served: ServedSandbox, tmp_path: Path, ending: str
) -> None:
    """Every format, every behaviour of the server; nothing is written to the account."""
    first, second = tmp_path / f"first.{ending}", tmp_path / f"second.{ending}"
    assert export(served, "--output", str(first)).exit_code == 0
    assert export(served, str(first), "--output", str(second)).exit_code == 0
    assert first.read_bytes() == second.read_bytes()
    assert len(read_portfolio(first).properties) == 45
    assert b"hush" not in first.read_bytes()
    assert {request.method for request in served.app.requests} == {"GET"}


def test_the_file_holds_what_the_account_holds(served: ServedSandbox, tmp_path: Path) -> None:
    """Documented and unknown fields, no ids, times or secrets; names in the account's order."""
    path = tmp_path / "portfolio.json"
    export(served, "--output", str(path))
    loaded = read_portfolio(path)
    assert [*loaded.properties][:5] == ["sea-villa", "בית-הים", "studio", "studio-2", "1-1"]
    assert loaded.properties["sea-villa"].bathrooms == 2.5
    assert loaded.properties["studio-2"].status == "draft"
    assert loaded.properties["studio-2"].attributes == {
        "house_rules": {"pets": False, "since": "2026-01-01"}
    }
    for listing, stored in zip(
        loaded.properties.values(), served.app.storage.objects(PROPERTIES), strict=True
    ):
        known = {name: getattr(listing, name) for name in ("name", "address", "bedrooms", "status")}
        assert known == {name: stored.get(name) for name in known}
    [hook] = loaded.webhooks.values()
    assert (hook.url, hook.secret) == (HOOK["url"], None)
    assert hook.events == ["property.created", "property.updated"]


def test_formats_convert_into_one_another(served: ServedSandbox, tmp_path: Path) -> None:
    """YAML to JSON and back is lossless; CSV says what it does not hold."""
    as_yaml, as_json = tmp_path / "p.yaml", tmp_path / "p.json"
    export(served, "--output", str(as_yaml))
    export(served, str(as_yaml), "--output", str(as_json))
    assert read_portfolio(as_json) == read_portfolio(as_yaml)
    result = export(served, str(as_json), "--format", "csv")
    assert result.stderr.splitlines()[-1] == message(
        MessageCode.NOT_IN_CSV, "webhook subscriptions", 1
    )
    assert result.stdout.startswith("resource_name,name,address,bedrooms,bathrooms,max_guests,")


def test_a_file_that_exists_is_kept(served: ServedSandbox, tmp_path: Path) -> None:
    """Unless --force says otherwise."""
    path = tmp_path / "p.yaml"
    path.write_text("# ours\n")
    result = export(served, "--output", str(path))
    assert (result.exit_code, path.read_text()) == (1, "# ours\n")
    assert result.stderr.splitlines() == [message(MessageCode.FILE_EXISTS, path, "--force")]
    assert export(served, "--force", "--output", str(path)).exit_code == 0
    assert len(read_portfolio(path).properties) == 45
    assert [*tmp_path.iterdir()] == [path]


def test_what_cannot_be_declared_is_said() -> None:
    """A listing without a name, a field of another type; the rest is written."""
    with serving(SandboxSettings(rate_limit=0)) as served:
        storage = served.app.storage
        storage.insert(PROPERTIES, {"name": None, "bedrooms": 1})
        storage.insert(PROPERTIES, {"name": "Villa", "bedrooms": "three", "big": 2**60, "n": 2.0})
        result = export(served, "--format", "json")
    assert json.loads(result.stdout) == {
        "properties": {"villa": {"name": "Villa", "attributes": {"n": 2}}}
    }
    assert result.stderr.splitlines() == [
        message(MessageCode.LEFT_OUT, "prop_1", "name"),
        message(MessageCode.LEFT_OUT, "Villa", "prop_2", "bedrooms", "string"),
        message(MessageCode.LEFT_OUT, "Villa", "prop_2", "big", "2^53", "string"),
    ]


def test_an_empty_account_is_an_empty_portfolio(tmp_path: Path) -> None:
    """Which is a file that can be loaded."""
    path = tmp_path / "p.yaml"
    with serving(SandboxSettings(rate_limit=0)) as served:
        result = export(served, "--output", str(path))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"wrote {path}\n"
    assert read_portfolio(path) == PortfolioArgs()


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "error"),
    [
        ((), {}, 1, message(MessageCode.MISSING_KEY, "no API key: set SETSMART_API_KEY")),
        (
            (),
            {"SETSMART_API_KEY": "k", "SETSMART_BASE_URL": "http://a"},
            1,
            message(MessageCode.INVALID_BASE_URL, "https://"),
        ),
        (
            ("no.yaml",),
            {},
            1,
            message(MessageCode.UNUSABLE_FILE, "no.yaml", "No such file or directory"),
        ),
        (
            ("--output", "p.txt"),
            {},
            2,
            message(MessageCode.UNUSABLE_FILE, "p.txt", ".yaml", ".yml", ".json", ".csv"),
        ),
    ],
)
def test_errors_of_an_export_are_one_line(
    arguments: tuple[str, ...], environment: dict[str, str], status: int, error: str
) -> None:
    """With the documented exit status and no traceback."""
    unset: dict[str, str | None] = {"SETSMART_API_KEY": None, "SETSMART_BASE_URL": None}
    result = CliRunner().invoke(main, ["export", *arguments], env={**unset, **environment})
    assert result.exit_code == status
    assert result.stderr.splitlines()[-1] == error
    assert isinstance(result.exception, SystemExit)


def test_an_unknown_format_is_refused() -> None:
    """With the exit status of wrong options."""
    result = CliRunner().invoke(main, ["export", "--format", "xml"])
    assert result.exit_code == 2
    assert "'xml'" in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_a_spreadsheet_from_elsewhere_becomes_a_portfolio(tmp_path: Path) -> None:
    """A file is converted without an account."""
    path = tmp_path / "p.csv"
    path.write_text("resource_name;name\nvilla;Villa\n")
    result = CliRunner().invoke(main, ["export", str(path)], env={"SETSMART_API_KEY": None})
    assert result.output == "properties:\n  villa:\n    name: Villa\n"
    assert read_portfolio(path).properties == {"villa": PropertyArgs(name="Villa")}
