"""The copy of the state that code of pull requests may read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = (
    Path(__file__).resolve().parents[2] / "examples" / "gitops" / "scripts" / "preview_state.py"
)
SIGNATURE, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
BLANK = {SIGNATURE: SECRET, "plaintext": '"not in previews"'}


def secret(**more: str) -> dict[str, str]:
    """Return a secret as Pulumi writes it."""
    return {SIGNATURE: SECRET, **(more or {"ciphertext": "v1:canary"})}


def copy_of(folder: Path, resource: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the copy of a state with a resource."""
    deployment = {
        "secrets_providers": {"type": "passphrase", "state": {"salt": "v1:canary"}},
        "resources": [resource],
        **more,
    }
    (folder / "state.json").write_text(json.dumps({"version": 3, "deployment": deployment}))
    subprocess.run(
        [sys.executable, SCRIPT, folder / "state.json", folder / "copy.json"], check=True
    )
    text = (folder / "copy.json").read_text()
    assert "canary" not in text
    copy: dict[str, Any] = json.loads(text)
    return copy


@pytest.mark.parametrize("one", [secret(), secret(plaintext='"canary"'), secret(value="canary")])
def test_nothing_that_pulumi_encrypts_is_in_the_copy(tmp_path: Path, one: dict[str, str]) -> None:
    """Wherever it is, also in an operation that is pending, and shown in plain by an export."""
    resource = {
        "urn": "urn:1",
        "outputs": {"name": "Villa", "a": {"b": [1, one]}, "c": one},
        "inputs": {"__provider": "cGlja2xl", "__setsmart": one, "d": one},
    }
    copy = copy_of(tmp_path, resource, pending_operations=[{"resource": {"inputs": {"e": one}}}])
    [found] = copy["deployment"]["resources"]
    assert found == {
        "urn": "urn:1",
        "outputs": {"name": "Villa", "a": {"b": [1, BLANK]}, "c": BLANK},
        "inputs": {"__provider": "cGlja2xl", "d": BLANK},
    }
    [pending] = copy["deployment"]["pending_operations"]
    assert pending["resource"]["inputs"] == {"e": BLANK}
    assert "secrets_providers" not in copy["deployment"]
