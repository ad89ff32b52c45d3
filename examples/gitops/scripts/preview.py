"""Previews a pull request with a copy of the state, which is then discarded.

    python scripts/preview.py STACK COPY FILE

It creates a stack of the same name in a new folder, with a passphrase that anybody may know, and
imports the COPY that preview_state.py wrote. It writes Pulumi's JSON to FILE. The exit status is
Pulumi's.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ruamel.yaml import YAML

BLANK = "not in previews"


class Preview:
    """A stack in a folder of its own."""

    def __init__(self, stack: str, folder: Path) -> None:
        self._stack = stack
        self._copy = folder / "copy.json"
        self._config = Path(f"Pulumi.{stack}.yaml")
        (folder / "state").mkdir()
        self._environment = {
            **os.environ,
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "preview",
        }

    def configure(self) -> None:
        """Create the stack, with blanks in place of the secrets in its configuration."""
        config: dict[str, Any] = self._settings().get("config") or {}
        secret = [name for name, value in config.items() if has_secret(value)]
        plain = {name: value for name, value in config.items() if name not in secret}
        with self._config.open("w", encoding="utf-8") as opened:
            YAML(typ="safe").dump({"config": plain}, opened)
        self._succeed("stack", "init", self._stack)
        for name in secret:
            self._succeed("config", "set", "--secret", name, BLANK)

    def import_state(self, state: dict[str, Any]) -> None:
        """Import a copy of the state, whose blanks get the passphrase of this stack."""
        salt = self._settings()["encryptionsalt"]
        provider = {"type": "passphrase", "state": {"salt": salt}}
        state["deployment"]["secrets_providers"] = provider
        self._copy.write_text(json.dumps(state), encoding="utf-8")
        self._succeed("stack", "import", "--file", str(self._copy))

    def run(self, output: Path) -> int:
        """Run the preview, and return Pulumi's exit status."""
        with output.open("wb") as opened:
            return self._pulumi("preview", "--json", "--refresh", stdout=opened).returncode

    def _settings(self) -> dict[str, Any]:
        text = self._config.read_text(encoding="utf-8") if self._config.exists() else ""
        settings: dict[str, Any] = YAML(typ="safe").load(text) or {}
        return settings

    def _succeed(self, *arguments: str) -> None:
        status = self._pulumi(*arguments).returncode
        if status != 0:
            sys.exit(status)

    def _pulumi(self, *arguments: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
        command = ["pulumi", *arguments, "--non-interactive"]
        return subprocess.run(  # noqa: S603 - Pulumi, without a shell
            command, env=self._environment, check=False, **more
        )


def has_secret(value: Any) -> bool:
    """Return whether a value of the configuration is encrypted, or contains one that is."""
    if isinstance(value, dict):
        return "secure" in value or any(map(has_secret, value.values()))
    return isinstance(value, list) and any(map(has_secret, value))


def main(stack: str, copy: str, output: str) -> int:
    """Run the preview of a stack, and return the exit status."""
    with TemporaryDirectory() as folder:
        preview = Preview(stack.rpartition("/")[2], Path(folder))
        preview.configure()
        preview.import_state(json.loads(Path(copy).read_text(encoding="utf-8")))
        return preview.run(Path(output))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
