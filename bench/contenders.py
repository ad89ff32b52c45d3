"""Who is measured, and how one command of theirs is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs
from attrs import frozen
from portfolio_listings import fields
from process_tree import ProcessTree, Usages
from support.engine_stack import QUIET, EngineStack
from support.interface import NATIVE

from pulumi_setsmart.sandbox import PROPERTIES, ApiCollection, Sandbox

PROGRAMS = Path(__file__).parent / "programs"
EXECUTABLES = Path(sys.executable).parent
ENGINE, PROGRAM, PROVIDER = ROLES = ("engine", "program", "provider")

IDLE_PLUGIN = PROGRAMS / "idle_plugin"
_OUR_PLUGIN = ("setsmart", EXECUTABLES)
_TOO_MANY_REQUESTS = 429
_TERRAFORM_SETTINGS = """\
provider_installation {{
  dev_overrides {{ "mastercard/restapi" = "{folder}" }}
}}
"""


@frozen
class Contender:
    """A provider to measure, with the tool that runs it.

    Attributes:
        name: What the tables call it.
        program: The file among the programs that declares its portfolio.
        collection: Where its listings are; None for one that has none.
        prepare: Makes its portfolio, of so many listings, in a folder, for the server at a URL.
    """

    name: str
    program: str
    collection: ApiCollection | None
    prepare: Callable[[Contender, int, Path, str], Portfolio]

    @property
    def key(self) -> str:
        """Its key for the server, which counts the requests of each key."""
        return f"key-of-{self.name}"


@frozen
class Measurement:
    """What a command took.

    Attributes:
        case: What was measured.
        contender: Whose command it was.
        listings: How many listings the portfolio has.
        seconds: How long it took.
        requests: How many requests the server got, without those that it turned away.
        refused: How many it turned away (429).
        usages: What its processes took.
        unrepaired: How many listings still were as somebody else had changed them.
    """

    case: str
    contender: str
    listings: int
    seconds: float
    requests: int
    refused: int
    usages: Usages
    unrepaired: int = 0

    @property
    def cpu_seconds(self) -> float:
        """What all processes took together."""
        return self.usages.cpu_seconds

    @property
    def peak_mebibytes(self) -> float:
        """The most memory that a process of the provider had; all, where it has none of its own."""
        return self.usages.by_role.get(PROVIDER, self.usages).peak_mebibytes

    def __str__(self) -> str:
        """Return a line for whoever waits for the next one."""
        return (
            f"{self.listings:6} listings   {self.case:<20} {self.contender:<10}"
            f"{self.seconds:8.1f} s {self.requests:6} requests {self.refused:4} rejected"
            f"{self.cpu_seconds:7.1f} s of CPU{self.peak_mebibytes:7.0f} MiB"
        )


@frozen
class Portfolio:
    """The portfolio of a contender, in a folder of its own.

    Attributes:
        contender: Whose it is.
        listings: How many listings it has.
        folder: Where its program and its state are.
        commands: What brings it about: ``preview``, ``up`` and ``destroy``.
        environment: What the commands see of the environment.
        role_of: Tells from the command line of one of their processes what it is for.
    """

    contender: Contender
    listings: int
    folder: Path
    commands: Mapping[str, tuple[str, ...]]
    environment: Mapping[str, str]
    role_of: Callable[[list[str]], str]

    def measure(self, case: str, sandbox: Sandbox, name: str, **environment: str) -> Measurement:
        """Run a command and return what it took.

        Raises:
            RuntimeError: It failed.
        """
        sandbox.requests.clear()
        started = time.perf_counter()
        usages = self.run(name, **environment)
        seconds = time.perf_counter() - started
        statuses = [request.status for request in list(sandbox.requests)]
        refused = statuses.count(_TOO_MANY_REQUESTS)
        return Measurement(
            case=case,
            contender=self.contender.name,
            listings=self.listings,
            seconds=seconds,
            requests=len(statuses) - refused,
            refused=refused,
            usages=usages,
        )

    def run(self, name: str, **environment: str) -> Usages:
        """Run a command and return what its processes took.

        Raises:
            RuntimeError: It failed.
        """
        with (self.folder / "printed.txt").open("wb") as printed:
            process = subprocess.Popen(
                self.commands[name],
                cwd=self.folder,
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
            usages = ProcessTree(process, self.role_of).watch()
        if process.returncode != 0:
            raise RuntimeError((self.folder / "printed.txt").read_text())
        return usages


def _with_pulumi(contender: Contender, listings: int, folder: Path, base_url: str) -> Portfolio:
    stack = EngineStack.create(EXECUTABLES / "pulumi", folder, base_url, contender.key)
    shutil.copy(PROGRAMS / contender.program, folder / "__main__.py")
    pulumi = str(stack.pulumi)
    return Portfolio(
        contender=contender,
        listings=listings,
        folder=folder,
        commands={
            "preview": (pulumi, "preview", *QUIET),
            "up": (pulumi, "up", "--yes", "--skip-preview", *QUIET),
            "destroy": (pulumi, "destroy", "--yes", "--skip-preview", *QUIET),
        },
        environment={
            **stack.environment,
            "LISTINGS": str(listings),
            "PYTHONPATH": str(PROGRAMS),
        },
        role_of=_role_with_pulumi,
    )


def _with_native(contender: Contender, listings: int, folder: Path, base_url: str) -> Portfolio:
    portfolio = _with_pulumi(contender, listings, folder, base_url)
    (folder / "Pulumi.yaml").write_text(NATIVE.project)
    return portfolio


def _with_yaml(contender: Contender, listings: int, folder: Path, base_url: str) -> Portfolio:
    """Prepare a program in YAML, whose plugin is in the folder that its contender names."""
    portfolio = _with_pulumi(contender, listings, folder, base_url)
    package, plugin = ("idle", IDLE_PLUGIN) if contender.collection is None else _OUR_PLUGIN
    kind = "Listing" if contender.collection is None else "Property"
    program = {
        "name": "portfolio",
        "runtime": "yaml",
        "plugins": {"providers": [{"name": package, "path": str(plugin)}]},
        "resources": {
            f"listing-{number}": {"type": f"{package}:index:{kind}", "properties": fields(number)}
            for number in range(listings)
        },
    }
    (folder / "__main__.py").unlink()
    (folder / "Pulumi.yaml").write_text(json.dumps(program))  # which is YAML, too
    return portfolio


def _role_with_pulumi(command: list[str]) -> str:
    if "pulumi.dynamic" in command or any("pulumi-resource-" in part for part in command):
        return PROVIDER
    programs = ("pulumi-language-python-exec", "pulumi-language-yaml")
    is_program = any(program in part for program in programs for part in command)
    return PROGRAM if is_program else ENGINE


def _with_terraform(contender: Contender, listings: int, folder: Path, base_url: str) -> Portfolio:
    terraform = shutil.which("terraform") or "terraform"
    folder.mkdir(parents=True)
    shutil.copy(PROGRAMS / contender.program, folder / "main.tf")
    settings = folder / "settings.tfrc"
    settings.write_text(_TERRAFORM_SETTINGS.format(folder=EXECUTABLES))
    quiet = ("-input=false", "-no-color")
    return Portfolio(
        contender=contender,
        listings=listings,
        folder=folder,
        commands={
            "preview": (terraform, "plan", *quiet),
            "up": (terraform, "apply", "-auto-approve", *quiet),
            "destroy": (terraform, "destroy", "-auto-approve", *quiet),
        },
        environment={
            "HOME": str(folder),
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(settings),
            "TF_VAR_listings": str(listings),
            "TF_VAR_base_url": base_url,
            "TF_VAR_api_key": contender.key,
        },
        role_of=_role_with_terraform,
    )


def _role_with_terraform(command: list[str]) -> str:
    return PROVIDER if TERRAFORM_PROVIDER.name in Path(command[0]).name else ENGINE


def _listings_at(path: str) -> ApiCollection:
    """Return listings of a contender's own, so that all portfolios stand side by side."""
    return attrs.evolve(PROPERTIES, path=path)


OURS = Contender("ours", "ours.py", PROPERTIES, _with_pulumi)
PARTS = Contender("parts", "part.py", PROPERTIES, _with_pulumi)
"""Ours, where each stack has a part of a portfolio file."""
PLAIN = Contender("plain", "plain.py", _listings_at("plain-listings"), _with_pulumi)
FLOOR = Contender("floor", "idle.py", None, _with_pulumi)
CONTENDERS = (OURS, PLAIN, FLOOR)
"""Those that Pulumi runs with Python alone."""
NATIVE_PYTHON = Contender("native", "native.py", PROPERTIES, _with_native)
NATIVE_YAML = Contender("yaml", "native.py", PROPERTIES, _with_yaml)
NATIVE_FLOOR = Contender("yaml floor", "native.py", None, _with_yaml)
"""A program in YAML with a native plugin that does nothing."""
TERRAFORM = Contender(
    "terraform", "terraform.tf", _listings_at("terraform-listings"), _with_terraform
)
TERRAFORM_PROVIDER = EXECUTABLES / "terraform-provider-restapi"


def has_yaml() -> bool:
    """Return whether Pulumi can run programs in YAML here."""
    return (EXECUTABLES / "pulumi").resolve().with_name("pulumi-language-yaml").exists()


def has_terraform() -> bool:
    """Return whether Terraform and its provider are here."""
    return shutil.which("terraform") is not None and TERRAFORM_PROVIDER.exists()
