"""The file that `pulumi import --file` takes resources from."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

from pulumi_setsmart.automation.import_file import ImportedResource, import_file, imported_ids
from pulumi_setsmart.lifecycle.kind import PROPERTY, WEBHOOK_SUBSCRIPTION

PORTFOLIO = "portfolio"
VILLA = ImportedResource(
    PROPERTY,
    "portfolio-villa",
    {"name": "Villa", "address": None},
    {"name": "Villa", "address": None, "id": "prop_1"},
)
HOOK = ImportedResource(
    WEBHOOK_SUBSCRIPTION,
    "portfolio-villa",
    {"url": "https://a.example/"},
    {"url": "https://a.example/", "secret": "whsec-hush", "id": "hook_1"},
)


def test_the_ids_can_be_read_back() -> None:
    """By kind and key, since a listing and a subscription may have the same key."""
    text = json.dumps(import_file(PORTFOLIO, [VILLA, HOOK]))
    assert imported_ids(json.loads(text), PORTFOLIO) == {
        (PROPERTY, "villa"): "prop_1",
        (WEBHOOK_SUBSCRIPTION, "villa"): "hook_1",
    }


def test_null_and_secrets_travel_as_pulumi_needs_them() -> None:
    """Null as a value of its own, and instead of a secret a marker that keeps its place."""
    _, villa, hook = import_file(PORTFOLIO, [VILLA, HOOK])["resources"]
    assert villa["inputs"]["address"] == villa["outputs"]["address"] == "null (none)"
    assert villa["inputs"]["__provider"] == villa["outputs"]["__provider"] != ""
    assert villa["parent"] == "portfolio"
    assert hook["outputs"]["secret"] == {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "plaintext": '"null (none)"',
    }
    assert "hush" not in json.dumps(hook)


def test_without_resources_there_is_no_component() -> None:
    """Nothing to import is nothing to import."""
    assert import_file(PORTFOLIO, []) == {"resources": []}


@pytest.mark.parametrize(
    "file",
    [
        None,
        {},
        {"resources": {}},
        {"resources": [None]},
        {"resources": [{"type": "aws:s3:Bucket", "name": "portfolio-b", "id": "b"}]},
        import_file("other", [attrs.evolve(VILLA, name="other-villa")]),
    ],
)
def test_another_import_file_is_recognised(file: Any) -> None:
    """So is one of a portfolio with another name."""
    with pytest.raises(ValueError, match=r"^$"):
        imported_ids(file, PORTFOLIO)
