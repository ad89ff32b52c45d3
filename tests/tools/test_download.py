from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from pulumi_cli import download
from pulumi_cli.engine import Unavailable


def test_a_machine_without_access_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    """The SDK's traceback is reduced to its last line, and no folder of that version is left."""
    monkeypatch.setattr(download, "INSTALL", "raise OSError('Name or service not known')")
    wanted = version("pulumi")
    with pytest.raises(Unavailable) as caught:
        download.download(tmp_path, said.append)
    assert str(caught.value) == (
        f"The download of Pulumi {wanted} failed: OSError: Name or service not known"
    )
    assert said == [f"Downloading Pulumi {wanted}."]
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_download_is_of_the_sdks_own_version(
    tmp_path: Path,
    engine: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    said: list[str],
) -> None:
    """The SDK puts it into the folder that it is given, which becomes that version's."""
    made = engine(tmp_path / "made")
    monkeypatch.setattr(
        download,
        "INSTALL",
        f"import shutil, sys; shutil.copytree({str(made.parent)!r}, f'{{sys.argv[1]}}/bin')",
    )
    found = download.download(tmp_path / "versions", said.append)
    assert found.path == tmp_path / "versions" / version("pulumi") / "bin" / "pulumi"
