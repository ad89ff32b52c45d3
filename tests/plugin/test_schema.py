"""The package schema says what the resources take, from the same definitions."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pulumi_setsmart.lifecycle.kind import KINDS, Kind
from pulumi_setsmart.plugin.configuration import SETTINGS
from pulumi_setsmart.plugin.schema import package_schema

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "configuration.md"
ONLY_COMMANDS = {"dashboardUrl", "allowedProviders"}
"""Settings that no provider reads."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_takes_its_inputs(kind: Kind) -> None:
    """Fields, extra fields, policies, and where the object is."""
    resources: Any = package_schema()["resources"]
    resource = resources[kind.token]
    assert resource["inputProperties"].keys() == {
        *kind.field_names,
        kind.extra_fields,
        *kind.policy_inputs,
        *kind.replace_on_change,
    }
    secret = {name for name, each in resource["inputProperties"].items() if each.get("secret")}
    assert secret == kind.secret_names


def test_the_settings_are_those_of_the_reference() -> None:
    """A setting that a provider reads and the schema does not name would be refused in YAML."""
    named = {*re.findall(r"^\| `setsmart:(\w+)`", REFERENCE.read_text(), re.MULTILINE)}
    assert SETTINGS.keys() == named - ONLY_COMMANDS


def test_pulumi_finds_nothing_wrong(pulumi: Path, tmp_path: Path) -> None:
    """With the command for authors of providers."""
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(package_schema()))
    checked = subprocess.run(
        [pulumi, "schema", "check", file],
        env={"HOME": str(tmp_path), "PULUMI_SKIP_UPDATE_CHECK": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout.strip()) == (0, ""), checked.stderr
