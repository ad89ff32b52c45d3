from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi_cli.engine import Engine, Unavailable, examine
from pulumi_cli.link import obtain
from pulumi_cli.version import dotted

from pulumi_setsmart.automation.oldest_cli import OLDEST_CLI


def nothing(reason: str) -> Callable[[], Engine]:
    """A source that leads nowhere."""

    def source() -> Engine:
        raise Unavailable(reason)

    return source


def test_a_good_link_asks_no_source(
    tmp_path: Path, engine: Callable[..., Path], said: list[str]
) -> None:
    """Once set up there is nothing to do, so nothing can fail."""
    real = engine(tmp_path / "real")
    link = tmp_path / "pulumi"
    link.symlink_to(real)
    assert obtain(link, [nothing("never asked")], said.append).path == real
    assert said == []


def test_sources_are_asked_in_order_until_one_has_an_engine(
    tmp_path: Path, engine: Callable[..., Path], said: list[str]
) -> None:
    """Each that leads nowhere costs the user one line; those after the first success none."""
    real = engine(tmp_path / "real")
    link = tmp_path / "pulumi"
    sources = [
        nothing("None is installed."),
        nothing("The download failed."),
        lambda: examine(real),
        nothing("never asked"),
    ]
    assert obtain(link, sources, said.append).path == real
    assert said == ["None is installed.", "The download failed."]
    assert link.readlink() == real


def test_a_link_to_nowhere_is_replaced(
    tmp_path: Path, engine: Callable[..., Path], said: list[str]
) -> None:
    """The engine it pointed to was removed or moved."""
    real = engine(tmp_path / "real")
    link = tmp_path / "pulumi"
    link.symlink_to(tmp_path / "gone")
    obtain(link, [lambda: examine(real)], said.append)
    assert link.readlink() == real
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pulumi", "real"]


def test_without_any_engine_the_user_is_told_what_to_do(tmp_path: Path, said: list[str]) -> None:
    """The last line is advice, and no link is left that points nowhere."""
    with pytest.raises(
        Unavailable, match=f"install {dotted(OLDEST_CLI)} or later .* `make setup` again"
    ):
        obtain(tmp_path / "pulumi", [nothing("None is installed.")], said.append)
    assert said == ["None is installed."]
    assert list(tmp_path.iterdir()) == []
