"""Our own link to an engine: what the project's commands run."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from pulumi_cli.engine import Engine, Unavailable, examine
from pulumi_cli.version import dotted
from pulumi_setsmart.automation.oldest_cli import OLDEST_CLI

LINK = Path(__file__).parents[3] / ".venv" / "bin" / "pulumi"

ADVICE = (
    f"No Pulumi CLI: install {dotted(OLDEST_CLI)} or later (https://www.pulumi.com/docs/install/), "
    "or Go to build it with, and run `make setup` again; or have the official archive downloaded: "
    "`make setup PULUMI_CLI_SHA256=…`, with the SHA-256 that Pulumi publishes for it."
)


def obtain(
    link: Path, sources: Sequence[Callable[[], Engine]], say: Callable[[str], None]
) -> Engine:
    """Return the engine behind the link; if there is none, that of the first source that has one.

    Args:
        link: points to the engine afterwards.
        sources: ways to an engine, the cheapest first, which raise `Unavailable`.
        say: Called with the reason for each that leads nowhere.
    """
    try:
        return examine(link)
    except Unavailable:
        pass  # not there yet, or what it points to is gone
    for source in sources:
        try:
            engine = source()
        except Unavailable as reason:
            say(str(reason))
        else:
            _point(link, engine)
            return engine
    raise Unavailable(ADVICE)


def _point(link: Path, engine: Engine) -> None:
    """Replace the link in one step: a link and no copy, since the engine looks beside its path."""
    new = link.with_name(f".pulumi-{os.getpid()}")
    new.symlink_to(engine.path)
    new.replace(link)
