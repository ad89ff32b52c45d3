from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi_cli.engine import Unavailable
from pulumi_cli.search import find, folders
from pulumi_cli.version import dotted

from pulumi_setsmart.automation.oldest_cli import OLDEST_CLI


def test_path_comes_before_pulumis_own_folder(tmp_path: Path) -> None:
    """What the user put on PATH is what the user means; of the rest the newest is taken."""
    for version in ("3.99.0", "3.1000.0", "3.259.0"):
        (tmp_path / "versions" / version).mkdir(parents=True)
    assert folders("/b:/a::", tmp_path) == [
        Path("/b"),
        Path("/a"),
        tmp_path / "bin",
        tmp_path / "versions/3.1000.0/bin",
        tmp_path / "versions/3.259.0/bin",
        tmp_path / "versions/3.99.0/bin",
    ]


def test_a_build_under_way_is_no_candidate(tmp_path: Path) -> None:
    """Its folder stands beside the finished ones, under a hidden name."""
    (tmp_path / "versions" / ".3.259.0-partial").mkdir(parents=True)
    assert folders("", tmp_path) == [tmp_path / "bin"]


def test_the_first_engine_that_will_do_is_taken(
    tmp_path: Path, engine: Callable[..., Path], said: list[str]
) -> None:
    """Those before it that will not do are named, each with its reason, in one line."""
    engine(tmp_path / "old", "3.100.0")
    engine(tmp_path / "bare", lacking="pulumi-language-python")
    fit = engine(tmp_path / "fit")
    engine(tmp_path / "later", "3.1000.0")
    places = [tmp_path / name for name in ("empty", "old", "bare", "fit", "later")]
    assert find(places, tmp_path / "link", said.append).path == fit
    assert said == [
        f"{tmp_path}/old/pulumi is version 3.100.0; {dotted(OLDEST_CLI)} or later is needed.",
        f"{tmp_path}/bare/pulumi lacks pulumi-language-python beside it.",
    ]


def test_our_own_link_is_no_candidate(
    tmp_path: Path, engine: Callable[..., Path], said: list[str]
) -> None:
    """In an activated environment it stands on PATH, and what it points to has been refused."""
    link = tmp_path / "bin" / "pulumi"
    link.parent.mkdir()
    link.symlink_to(engine(tmp_path / "old", "3.100.0"))
    with pytest.raises(
        Unavailable, match=f"No Pulumi {dotted(OLDEST_CLI)} or later is installed here"
    ):
        find([link.parent], link, said.append)
    assert said == []


def test_a_folder_that_is_listed_twice_is_asked_once(
    tmp_path: Path, engine: Callable[..., Path], said: list[str]
) -> None:
    """PATH often repeats itself; the user reads each reason once."""
    engine(tmp_path, "3.100.0")
    with pytest.raises(Unavailable):
        find([tmp_path, tmp_path], tmp_path / "link", said.append)
    assert len(said) == 1
