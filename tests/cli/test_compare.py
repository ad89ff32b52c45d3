"""`pulumi-setsmart compare`: two portfolios, wherever they stand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.messages import message
from support.served_sandbox import serving

from pulumi_setsmart.cli import main
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES, WEBHOOKS, ApiKey, SandboxSettings

LEFT = """\
properties:
  villa: {name: Villa, address: "1 Road", bedrooms: 3, attributes: {rules: {pets: true, tv: 1}}}
  loft: {name: Loft, address: "2 Road"}
  hut: {name: Hut, status: null}
webhooks:
  hook: {url: "https://a.example/", events: [b.b, a.a], secret: {config: x}}
"""
RIGHT = """\
properties:
  hut: {name: Hut, address: ""}
  villa: {name: Sea Villa, address: "1 Road", bedrooms: 3, attributes: {rules: {pets: no, tv: 1}}}
  attic: {name: Attic}
webhooks:
  other: {url: "https://a.example/", events: [a.a, b.b]}
"""


def compare(*arguments: str, environment: Mapping[str, str] | None = None) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["compare", *arguments], env=environment or {})


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two portfolio files in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "left.yaml").write_text(LEFT)
    (tmp_path / "right.yaml").write_text(RIGHT)


@pytest.mark.usefixtures("files")
def test_files_are_compared_by_their_keys() -> None:
    """The order, secrets, and whether nothing is null, blank or absent do not count."""
    result = compare("left.yaml", "right.yaml", "--json")
    assert result.exit_code == 1
    assert [
        (difference["change"], difference["left"], difference["right"], difference["fields"])
        for difference in json.loads(result.stdout)["differences"]
    ] == [
        ("added", None, "attic", []),
        ("missing", "loft", None, []),
        (
            "changed",
            "villa",
            "villa",
            [
                {"name": "name", "left": "Villa", "right": "Sea Villa"},
                {"name": "rules.pets", "left": True, "right": "no"},
            ],
        ),
    ]
    assert compare("left.yaml", "left.yaml").exit_code == 0


@pytest.mark.usefixtures("files")
def test_differences_read_well() -> None:
    """One line for each object and for each field, no colours outside a terminal."""
    result = compare("left.yaml", "right.yaml")
    assert [" ".join(line.split()) for line in result.stdout.splitlines()] == [
        "left.yaml → right.yaml",
        "added Attic (attic)",
        "missing Loft (loft)",
        "changed Villa (villa)",
        'name "Villa" → "Sea Villa"',
        'rules.pets true → "no"',
        "1 added, 1 missing, 1 changed",
    ]


@pytest.mark.usefixtures("files")
def test_an_account_is_compared_with_what_a_file_declares() -> None:
    """By what they hold; what the file does not declare does not count, on either side."""
    with serving(SandboxSettings(keys=(ApiKey(DEFAULT_KEY, read_only=True),))) as served:
        storage = served.app.storage
        storage.insert(PROPERTIES, {"name": "hut ", "address": None, "more": 1})
        storage.insert(PROPERTIES, {"name": "Loft", "address": "3 Road"})
        villa: dict[str, Json] = {"name": "Villa", "address": "1 Road", "bedrooms": 3.0}
        storage.insert(PROPERTIES, {**villa, "rules": {"pets": True, "tv": 1, "x": 1}})
        storage.insert(WEBHOOKS, {"url": "https://a.example/", "events": ["a.a", "b.b"]})
        environment = {
            "SETSMART_BASE_URL": str(served.client.base_url).rstrip("/"),
            "SETSMART_API_KEY": DEFAULT_KEY,
        }
        one_way = compare("left.yaml", "account", "--json", environment=environment)
        other_way = compare("account", "left.yaml", "--json", environment=environment)
    fields = [("prop_1", "name", "Hut", "hut "), ("prop_2", "address", "2 Road", "3 Road")]
    assert [
        (difference["right"], each["name"], each["left"], each["right"])
        for difference in json.loads(one_way.stdout)["differences"]
        for each in difference["fields"]
    ] == fields
    assert [
        (difference["left"], each["name"], each["right"], each["left"])
        for difference in sorted(
            json.loads(other_way.stdout)["differences"],
            key=lambda difference: str(difference["left"]),
        )
        for each in difference["fields"]
    ] == fields


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ("no.yaml", "no.yaml"),
            message(MessageCode.UNUSABLE_FILE, "no.yaml", "No such file or directory"),
        ),
        (("account", "account"), message(MessageCode.MISSING_KEY, "set SETSMART_API_KEY")),
        ((), message(MessageCode.NO_PROJECT, "no stack to compare")),
        (("stack", "no.yaml", "--env"), message(MessageCode.NO_PROJECT, "no stack to compare")),
        (("stack:dev", "account"), message(MessageCode.NO_PROJECT, "Pulumi.yaml")),
    ],
)
def test_trouble_is_not_a_difference(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, str],
    error: str,
) -> None:
    """It has an exit status of its own, as with diff."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SETSMART_API_KEY", raising=False)
    result = compare(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr == error
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("side", ["left", "right", None])
def test_unordered_lists_are_compared_by_their_elements(tmp_path: Path, side: str | None) -> None:
    """In files and between a file and an account, wherever it is said that the order is none."""
    listing: dict[str, Any] = {"name": "Villa", "attributes": {"tags": ["a", "b"]}}
    turned: dict[str, Any] = {"name": "Villa", "attributes": {"tags": ["b", "a"]}}
    for name, fields in (("left", listing), ("right", turned)):
        entry = {**fields, "unordered": ["tags"]} if name == side else fields
        (tmp_path / f"{name}.json").write_text(json.dumps({"properties": {"villa": entry}}))
    left, right = (str(tmp_path / f"{name}.json") for name in ("left", "right"))
    assert compare(left, right).exit_code == (side is None)
    with serving(SandboxSettings(rate_limit=0)) as served:
        served.app.storage.insert(PROPERTIES, {"name": "Villa", "tags": ["b", "a"]})
        environment = {
            "SETSMART_BASE_URL": str(served.client.base_url).rstrip("/"),
            "SETSMART_API_KEY": DEFAULT_KEY,
        }
        result = compare(left, "account", environment=environment)
        assert result.exit_code == (side != "left"), result.output
        assert compare("account", left, environment=environment).exit_code == (side != "left")


@pytest.mark.usefixtures("files")
def test_json_has_what_is_left_out() -> None:
    """With its code and message, as on the terminal."""
    deep: Json = 1
    for _ in range(102):
        deep = [deep]
    with serving(SandboxSettings(rate_limit=0)) as served:
        served.app.storage.insert(PROPERTIES, {"name": "Villa", "more": deep})
        environment = {
            "SETSMART_BASE_URL": str(served.client.base_url).rstrip("/"),
            "SETSMART_API_KEY": DEFAULT_KEY,
        }
        result = compare("left.yaml", "account", "--json", environment=environment)
    [notice] = json.loads(result.stdout)["left_out"]
    assert notice["code"] == MessageCode.LEFT_OUT
    assert f"{notice['message']} [{notice['code']}]\n" in result.stderr
    assert result.stderr.splitlines()[-1] == message(MessageCode.LEFT_OUT, "prop_1", "more")


@pytest.mark.parametrize("stack", [None, "dev"])
@pytest.mark.parametrize("name", ["portfolio", "villas"])
def test_an_import_file_beside_a_file_knows_which_listing_an_entry_is(
    tmp_path: Path, stack: str | None, name: str
) -> None:
    """So does `existing_id`; a changed title is then a change, and nothing is lost."""
    settings = SandboxSettings(keys=(ApiKey(DEFAULT_KEY),), rate_limit=0)
    with serving(settings) as sandbox:
        renamed = sandbox.app.storage.insert(PROPERTIES, {"name": "Ocean Villa"})
        environment = {
            "SETSMART_BASE_URL": str(sandbox.client.base_url).rstrip("/"),
            "SETSMART_API_KEY": DEFAULT_KEY,
        }
        file = tmp_path / "portfolio.yaml"
        villa = "properties:\n  villa: {name: Sea Villa}\n"
        file.write_text(villa)

        def differences() -> list[tuple[str, str | None, str | None]]:
            result = compare(str(file), "account", "--json", environment=environment)
            return [
                (difference["change"], difference["left"], difference["right"])
                for difference in json.loads(result.stdout)["differences"]
            ]

        assert sorted(change for change, *_ in differences()) == ["added", "missing"]
        property_type = "pulumi-python:dynamic/setsmart:Property"
        resource = {"type": property_type, "name": f"{name}-villa", "id": renamed["id"]}
        component = {"type": "setsmart:index:Portfolio", "name": name, "component": True}
        suffix = "" if stack is None else f".{stack}"
        import_file = tmp_path / f"portfolio{suffix}.import.json"
        import_file.write_text(json.dumps({"resources": [component, resource]}))
        assert differences() == [("changed", "villa", renamed["id"])]
        import_file.write_text('{"resources": [5]}')
        broken = compare(str(file), "account", environment=environment)
        assert broken.exit_code == 2
        assert broken.stderr == message(MessageCode.NOT_AN_IMPORT_FILE, import_file)
        import_file.unlink()
        file.write_text(villa.replace("}", f", existing_id: {renamed['id']}}}"))
        assert differences() == [("changed", "villa", renamed["id"])]
