"""What is released: it builds, installs and runs where nobody has ever seen the clone."""

import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
from preview_document import PreviewDocument
from waiting import HANG_GUARD

ROOT = Path(__file__).resolve().parents[2]
NEEDED = [
    "pulumi_setsmart/py.typed",
    "pulumi_setsmart/pulumi-plugin.json",
    "pulumi_setsmart/contract/openapi.yaml",
    "pulumi_setsmart/reporting/templates/report.html.j2",
    "pulumi_setsmart/sandbox/dashboard/templates/listings.html.j2",
    "pulumi_setsmart/sandbox/dashboard/templates/dashboard.css",
]


def run(*command: str | Path, cwd: Path) -> str:
    finished = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=HANG_GUARD, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-d", str(folder), cwd=ROOT)
    return folder


def test_both_distributions_hold_what_is_needed(distributions: Path) -> None:
    """And nothing that is not ours to give, such as tests in a wheel."""
    [wheel], [sdist] = distributions.glob("*.whl"), distributions.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        inside = archive.namelist()
        [metadata] = [name for name in inside if name.endswith("/METADATA")]
        text = archive.read(metadata).decode()
    assert [name for name in NEEDED if name not in inside] == []
    assert {name.split("/")[0] for name in inside} == {
        "pulumi_setsmart",
        f"pulumi_setsmart-{version('pulumi-setsmart')}.dist-info",
    }
    assert not [name for name in inside if "__pycache__" in name]
    assert "License-Expression: Apache-2.0" in text
    assert "Requires-Python: >=3.11" in text
    assert "Provides-Extra: sandbox" in text
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {*NEEDED, "README.md", "CHANGELOG.md", "LICENSE", "SECURITY.md"} <= names
    assert not [name for name in names if name.startswith(("tests", "tools", ".ci"))]


def test_the_wheel_runs_without_the_clone(distributions: Path, tmp_path: Path) -> None:
    """Its commands, its pages, its library, in a fresh environment."""
    venv.create(tmp_path / "venv", with_pip=True)
    binaries = tmp_path / "venv" / "bin"
    pinned = re.sub(r" ?\\\n *--hash=\S+", "", (ROOT / "requirements.txt").read_text())
    (tmp_path / "constraints.txt").write_text(pinned)
    [wheel] = distributions.glob("*.whl")
    run(
        *(binaries / "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--constraint", "constraints.txt", f"{wheel}[sandbox]"),
        cwd=tmp_path,
    )
    command = binaries / "pulumi-setsmart"
    assert version("pulumi-setsmart") in run(command, "--version", cwd=tmp_path)
    where = "import pulumi_setsmart.webhooks as one; print(one.__file__, len(one.new_secret()))"
    file, length = run(binaries / "python", "-c", where, cwd=tmp_path).split()
    assert Path(file).is_relative_to(tmp_path / "venv")
    assert int(length) == 50
    preview = PreviewDocument()
    preview.listing("villa", planned={"name": "Sea Villa"})
    (tmp_path / "preview.json").write_text(preview.text)
    assert "Sea Villa" in run(command, "report", "preview.json", "--format", "html", cwd=tmp_path)
    with subprocess.Popen(
        [command, "sandbox", "--port", "0"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as sandbox:
        try:
            assert sandbox.stdout is not None
            address = [sandbox.stdout.readline() for _ in range(2)][1].split()[-1]
            assert "Listings" in httpx.get(address, trust_env=False, timeout=HANG_GUARD).text
        finally:
            sandbox.terminate()
