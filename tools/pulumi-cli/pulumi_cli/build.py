"""The build from Go modules, for machines that reach those and not Pulumi's site."""

import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pulumi_cli import folder, go, process
from pulumi_cli.engine import Engine, Unavailable
from pulumi_cli.go_module import oldest_go, required

SOURCES = Path(__file__).parents[1]
SDK = "github.com/pulumi/pulumi/sdk/v3"
LIMIT = 2400.0  # seconds for a program; five minutes are usual on two cores


@dataclass(frozen=True)
class Program:
    """A program, built from the package of a module that the `go.mod` in our folder requires."""

    name: str
    title: str
    folder: Path
    module: str
    package: str

    @property
    def version(self) -> str:
        """The version of its module."""
        return required(self.folder, self.module)


ENGINE = Program(
    name="pulumi",
    title="The engine",
    folder=SOURCES / "engine",
    module="github.com/pulumi/pulumi/pkg/v3",
    package="cmd/pulumi",
)
PYTHON_HOST = Program(
    name="pulumi-language-python",
    title="The Python language host",
    folder=SOURCES / "python-host",
    module=SDK,
    package="python/cmd/pulumi-language-python",
)
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
OTHER_HOSTS = (
    Program(
        name="pulumi-language-yaml",
        title="The YAML language host",
        folder=SOURCES / "yaml-host",
        module="github.com/pulumi/pulumi-yaml",
        package="cmd/pulumi-language-yaml",
    ),
    Program(
        name="pulumi-language-nodejs",
        title="The Node.js language host",
        folder=SOURCES / "nodejs-host",
        module=SDK,
        package="nodejs/cmd/pulumi-language-nodejs",
    ),
)
"""The hosts that only programs of the native plugin need. Pulumi's own archive has them."""


def build(versions: Path, say: Callable[[str], None]) -> Engine:
    """Build the engine and its companions from their pinned modules, and install them."""

    def fill(root: Path) -> None:
        oldest = max(oldest_go(ENGINE.folder), oldest_go(PYTHON_HOST.folder))
        with go.toolchain(oldest, SOURCES / "go-requirements.txt", say) as executable:
            compiler = _Compiler(executable, root / "bin", say)
            compiler.compile(ENGINE)
            compiler.compile(PYTHON_HOST)
            compiler.copy_scripts()

    say(f"Building Pulumi {ENGINE.version} from its Go modules: about five minutes, once.")
    return folder.install(versions, ENGINE.version, fill, say)


def add_host(host: Program, engine: Engine, versions: Path, say: Callable[[str], None]) -> None:
    """Build a language host that an engine lacks, and put it beside the engine.

    Raises:
        Unavailable: It cannot be built, or the engine is in nobody's folder of versions.
    """

    def fill(root: Path) -> None:
        if engine.has(host.name):
            return  # another run has built it meanwhile
        requirements = SOURCES / "go-requirements.txt"
        with go.toolchain(oldest_go(host.folder), requirements, say) as executable:
            _Compiler(executable, root, say).compile(host)

    if engine.has(host.name):
        return
    if not engine.path.is_relative_to(versions.resolve()):
        raise Unavailable(f"{engine} lacks {host.name} beside it, as Pulumi's archive has it.")
    say(f"Building {host.name} {host.version} from its Go module: some minutes, once.")
    folder.extend(versions, engine, fill, say)


@dataclass(frozen=True)
class _Compiler:
    go: Path
    output: Path
    say: Callable[[str], None]

    def compile(self, program: Program) -> None:
        package = f"{program.module}/{program.package}"
        total = len(self._packages(program, package))
        started = time.monotonic()
        self._run(
            program,
            [
                "build",
                "-v",
                "-trimpath",
                "-mod=readonly",
                "-buildvcs=false",
                f"-ldflags=-s -w -X {SDK}/go/common/version.Version=v{program.version}",
                f"-o={self.output / program.name}",
                package,
            ],
            lambda compiled: f"{len(compiled):,} of {total:,} packages compiled",
        )
        self.say(f"{program.title}: built in {time.monotonic() - started:.0f} s.")

    def copy_scripts(self) -> None:
        module = self._run(ENGINE, ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", SDK], _last)
        for script in SCRIPTS:
            copy = shutil.copyfile(Path(module[-1]) / script, self.output / Path(script).name)
            copy.chmod(0o755)

    def _packages(self, program: Program, package: str) -> list[str]:
        printed = self._run(program, ["list", "-mod=readonly", "-deps", package], _last)
        return [line for line in printed if not line.startswith("go: ")]

    def _run(
        self, program: Program, arguments: list[str], note: Callable[[Sequence[str]], str]
    ) -> list[str]:
        return process.run(
            [self.go, *arguments],
            title=program.title,
            limit=LIMIT,
            say=self.say,
            note=note,
            folder=program.folder,
            environment=go.environment(os.environ),
        )


def _last(lines: Sequence[str]) -> str:
    return lines[-1].removeprefix("go: ") if lines else "starting"
