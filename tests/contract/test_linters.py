"""The linters that others hold our contract against find nothing in it."""

import copy
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.contract_validator import CONTRACT, contract
from support.npm_packages import npm_packages
from support.waiting import HANG_GUARD

HERE = Path(__file__).parent


def printable(program: str, *arguments: str | Path) -> Any:
    """Run a linter that npm has, and return the JSON that it prints."""
    finished = subprocess.run(
        [npm_packages() / ".bin" / program, "lint", *arguments],
        env={
            "PATH": os.environ["PATH"],
            "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
            "REDOCLY_TELEMETRY": "off",
        },
        capture_output=True,
        text=True,
        timeout=HANG_GUARD,
        check=False,
    )
    assert finished.stdout, finished.stderr
    return json.loads(finished.stdout)


def spectral(document: Path) -> list[str]:
    """Return the rules of Spectral that a document breaks, whatever their severity."""
    ruleset = HERE / "spectral.yaml"
    problems = printable("spectral", document, "--ruleset", ruleset, "--format", "json", "--quiet")
    return [problem["code"] for problem in problems]


def redocly(document: Path) -> list[str]:
    """Return the rules of Redocly that a document breaks, whatever their severity."""
    found = printable("redocly", document, "--config", HERE / "redocly.yaml", "--format", "json")
    assert found["totals"]["ignored"] == 0
    return [problem["ruleId"] for problem in found["problems"]]


@pytest.mark.parametrize("lint", [spectral, redocly])
def test_a_linter_finds_nothing(lint: Callable[[Path], list[str]]) -> None:
    """No error, and no warning either."""
    assert lint(CONTRACT) == []


@pytest.mark.parametrize(
    ("lint", "rules"),
    [
        (spectral, {"info-contact", "oas3-valid-media-example", "operation-description"}),
        (redocly, {"info-license", "no-unused-components", "path-parameters-defined"}),
    ],
)
def test_a_linter_would_find_something(
    lint: Callable[[Path], list[str]], rules: set[str], tmp_path: Path
) -> None:
    """The rules are in force: a document that breaks some of them is reported."""
    document = copy.deepcopy(contract())
    del document["info"]["contact"], document["info"]["license"]
    del document["paths"]["/properties"]["get"]["description"]
    del document["paths"]["/properties/{id}"]["get"]["parameters"]
    document["components"]["examples"]["PropertyInput"]["value"]["bedrooms"] = "three"
    document["components"]["responses"]["Unused"] = {"description": "Nothing refers to it."}
    broken = tmp_path / "openapi.yaml"
    broken.write_text(yaml.safe_dump(document))
    assert rules <= {*lint(broken)}


@pytest.mark.parametrize(
    ("ruleset", "base"), [("spectral.yaml", ["spectral:oas"]), ("redocly.yaml", ["recommended"])]
)
def test_no_rule_is_switched_off(ruleset: str, base: list[str]) -> None:
    """A linter has its recommended rules, all of them."""
    assert yaml.safe_load((HERE / ruleset).read_text()) == {"extends": base}
