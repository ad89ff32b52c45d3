"""Writes a copy of the state, without secrets, for previews of pull requests.

    python scripts/preview_state.py STATE COPY

STATE is the output of `pulumi stack export`. Pull requests run code that nobody has approved, so
the copy has a blank in place of everything that Pulumi encrypts: it contains neither the secrets
nor anything to try passphrases on.
"""

import json
import sys
from pathlib import Path
from typing import Any

SIGNATURE, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""The key and the value by which Pulumi marks a secret in the state."""

BLANK = {SIGNATURE: SECRET, "plaintext": '"not in previews"'}


def is_secret(value: Any) -> bool:
    """Return whether Pulumi encrypts a value of the state."""
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def without_secrets(value: Any) -> Any:
    """Return a value of the state with blanks in place of secrets.

    Secret internal values, whose names begin with two underscores, are left out, because the
    provider could not read a blank in their place.
    """
    if is_secret(value):
        return BLANK
    if isinstance(value, dict):
        return {
            name: without_secrets(member)
            for name, member in value.items()
            if not (name.startswith("__") and is_secret(member))
        }
    if isinstance(value, list):
        return [without_secrets(element) for element in value]
    return value


def main(state: str, copy: str) -> None:
    """Write the copy."""
    document = json.loads(Path(state).read_text(encoding="utf-8"))
    document["deployment"].pop("secrets_providers", None)
    Path(copy).write_text(json.dumps(without_secrets(document)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
