"""The search for an engine that this machine already has."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pulumi_cli.engine import Engine, Unavailable, examine
from pulumi_cli.version import dotted, parse
from pulumi_setsmart.automation.oldest_cli import OLDEST_CLI


def find(folders: Sequence[Path], link: Path, say: Callable[[str], None]) -> Engine:
    """Return the first engine in the folders that will do, and say what is wrong with the others.

    Args:
        folders: where to look, in this order.
        link: our own link to an engine, which is no engine of its own.
        say: Called with a line for each `pulumi` that cannot be used.
    """
    for executable in _executables(folders, link):
        try:
            return examine(executable)
        except Unavailable as reason:
            say(str(reason))
    raise Unavailable(f"No Pulumi {dotted(OLDEST_CLI)} or later is installed here.")


def folders(path: str, pulumi_home: Path) -> list[Path]:
    """List where a `pulumi` may be: on PATH, then in Pulumi's own folder, newest version first."""
    on_path = [Path(folder) for folder in path.split(":") if folder]
    versions = [
        (version, folder / "bin")
        for folder in pulumi_home.glob("versions/[0-9]*")
        if (version := parse(folder.name))
    ]
    return [*on_path, pulumi_home / "bin", *(folder for _, folder in sorted(versions)[::-1])]


def _executables(folders: Sequence[Path], link: Path) -> Iterator[Path]:
    seen = {link.resolve()}
    for folder in folders:
        executable = folder / "pulumi"
        if executable.is_file() and executable.resolve() not in seen:
            seen.add(executable.resolve())
            yield executable
