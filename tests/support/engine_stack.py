"""A Pulumi stack in a folder of its own, driven through the real CLI."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs
import psutil
from attrs import field, frozen

from support.interface import DYNAMIC, Interface
from support.pip_once import pip_variables
from support.waiting import HANG_GUARD

OUR_COMMAND = (sys.executable, "-m", "pulumi_setsmart")
QUIET = ("--non-interactive", "--color", "never", "--suppress-progress")
PULUMI_LINES = ("preview failed", "update failed", "Resource monitor has terminated, shutting down")
_MESSAGE = re.compile(
    r"^ *((?:error|warning): .+ \[[a-z-]+\](?:\n(?! *(?:error|warning): ) *\S.*)*)", re.MULTILINE
)


def restore_sigint() -> None:
    """Have the commands that this process starts end when they are interrupted.

    A shell lets its background jobs ignore SIGINT, and whatever they start inherits that. Pulumi
    interrupts its language host in every command, and would wait 5 s each time before it kills it.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def provider_among(processes: Iterable[psutil.Process]) -> psutil.Process | None:
    """Return the process that manages the resources, among those that a command has started."""
    return next((process for process in processes if _is_provider(process.cmdline())), None)


def _is_provider(command: list[str]) -> bool:
    is_plugin = any(part.endswith("/pulumi-resource-setsmart") for part in command)
    return is_plugin or "pulumi.dynamic" in command


def cli_among(processes: Iterable[psutil.Process]) -> psutil.Process | None:
    """Return the process of `pulumi up`, among those that a command has started."""
    return next((each for each in processes if each.cmdline()[1:2] == ["up"]), None)


def unaligned(diff: str) -> str:
    """Return a diff less the spaces with which Pulumi aligns the colons."""
    return re.sub(r" +: ", ": ", diff)


def messages(output: str) -> list[str]:
    """Return our errors and warnings in Pulumi's output, in order, each with all its lines.

    Compare them with ``support.messages.message``.
    """
    return _MESSAGE.findall(output)


@frozen
class Finished:
    """The result of a command of the CLI.

    Attributes:
        status: Its exit status.
        output: What it printed, errors included.
    """

    status: int
    output: str

    @property
    def errors(self) -> list[str]:
        """The lines that say what went wrong, less what Pulumi adds to them by itself."""
        lines = (line.strip() for line in self.output.split("Diagnostics:")[-1].splitlines())
        return [line for line in lines if "error: " in line and not line.endswith(PULUMI_LINES)]


@frozen
class EngineStack:
    """A project with one stack, its state in a folder, and nothing of the user's Pulumi.

    Attributes:
        pulumi: The CLI.
        folder: Where all of it is kept.
        environment: What the commands see of the environment beside that.
        printed: Everything that any command printed.
        interface: How its programs declare resources.
    """

    pulumi: Path
    folder: Path
    environment: dict[str, str]
    printed: list[str] = field(factory=list)
    interface: Interface = DYNAMIC

    @classmethod
    def create(
        cls,
        pulumi: Path,
        folder: Path,
        base_url: str,
        key: str,
        backend: Mapping[str, str] = MappingProxyType({}),
        interface: Interface = DYNAMIC,
    ) -> EngineStack:
        """Make the project and its stack; its programs ask ``base_url`` with ``key``.

        Args:
            pulumi: The CLI.
            folder: Where to make it.
            base_url: The address of the API.
            key: The API key.
            backend: The variables of another backend than a folder of its own.
            interface: How its programs declare resources.
        """
        (folder / "state").mkdir(parents=True)
        (folder / "Pulumi.yaml").write_text(interface.project)
        stack = cls(
            pulumi=pulumi,
            folder=folder,
            environment={
                **pip_variables(),
                "HOME": str(folder),
                "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
                "PULUMI_HOME": str(folder / "home"),
                "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
                "PULUMI_CONFIG_PASSPHRASE": "test",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "SETSMART_BASE_URL": base_url,
                "SETSMART_API_KEY": key,
                **backend,
            },
            interface=interface,
        )
        stack.succeed("stack", "init", "test")
        return stack

    def remove_damaged_attributes(self) -> None:
        """Remove the empty attribute files that a killed CLI may leave, which it cannot read.

        The state beside them is complete: it is replaced at once.
        """
        for attributes in (self.folder / "state").rglob("*.attrs"):
            if attributes.stat().st_size == 0:
                attributes.unlink()

    def with_empty_state(self, folder: Path) -> EngineStack:
        """Return the same project, program and configuration with an empty state."""
        (folder / "state").mkdir(parents=True)
        for path in self.folder.iterdir():
            if path.is_file():
                shutil.copy(path, folder)
        backend = {"PULUMI_BACKEND_URL": f"file://{folder / 'state'}"}
        stack = attrs.evolve(self, folder=folder, environment={**self.environment, **backend})
        stack.succeed("stack", "init", "test")
        return stack

    def declare(self, program: str) -> None:
        """Make ``program`` the project's program; it may use all public names."""
        (self.folder / "__main__.py").write_text(self.interface.header + textwrap.dedent(program))

    def run(self, *arguments: str, **environment: str) -> Finished:
        """Run a command of the CLI; an empty variable is one that is not set."""
        variables = {**self.environment, **environment}
        finished = subprocess.run(
            [self.pulumi, *arguments],
            cwd=self.folder,
            env={name: value for name, value in variables.items() if value},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=HANG_GUARD,
            check=False,
        )
        self.printed.append(finished.stdout)
        return Finished(finished.returncode, finished.stdout)

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run our own command in the project, with what the CLI sees of the environment."""
        return subprocess.run(
            [*OUR_COMMAND, *arguments],
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HANG_GUARD,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command of the CLI whose output nobody reads."""
        return self._started([str(self.pulumi), *arguments])

    def _started(self, command: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start_command(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start our own command in the project, whose output nobody reads."""
        return self._started([*OUR_COMMAND, *arguments])

    def succeed(self, *arguments: str, **environment: str) -> str:
        """Run a command that must succeed, and return what it printed."""
        finished = self.run(*arguments, **environment)
        assert finished.status == 0, finished.output
        return finished.output

    def fail(self, *arguments: str, **environment: str) -> Finished:
        """Run a command that must fail, as tidily as the user may expect."""
        finished = self.run(*arguments, **environment)
        assert finished.status != 0, finished.output
        assert finished.errors, finished.output
        assert "Traceback" not in finished.output
        return finished

    def up(self, **environment: str) -> str:
        """Run `pulumi up` without its preview."""
        return self.succeed("up", "--yes", "--skip-preview", *QUIET, **environment)

    def preview(self, **environment: str) -> str:
        """Run `pulumi preview` and return its diff, less the spaces that align the colons."""
        return unaligned(self.succeed("preview", "--diff", *QUIET, **environment))

    def assert_nothing_to_do(self) -> str:
        """Assert that the account is as declared, and return the preview.

        Undeclared fields may show there as refreshed outputs.
        """
        output = self.preview()
        assert " unchanged" in output, output
        for change in ("to create", "to update", "to delete", "to replace", "warning"):
            assert change not in output, output
        return output

    def assert_clean(self) -> None:
        """Assert that the account is as declared, and that nothing at all shows as changed."""
        output = self.assert_nothing_to_do()
        assert "~" not in output.replace("~ pulumi:pulumi:Stack: (refresh)", ""), output

    def export(self) -> dict[str, Any]:
        """Return the state as it is stored, secrets encrypted."""
        file = self.folder / "exported.json"  # over S3, Pulumi prints warnings beside the state
        self.succeed("stack", "export", "--file", str(file))
        state: dict[str, Any] = json.loads(file.read_text())
        return state

    def resource(self, name: str) -> dict[str, Any]:
        """Return what the state holds of the resource called ``name``."""
        resources: list[dict[str, Any]] = self.export()["deployment"]["resources"]
        return next(resource for resource in resources if resource["urn"].endswith(f"::{name}"))
