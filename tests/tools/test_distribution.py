"""What is released: it builds, installs and runs where nobody has ever seen the clone."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
import yaml
from support.preview_document import PreviewDocument
from support.waiting import HANG_GUARD

ROOT = Path(__file__).resolve().parents[2]
GITOPS = ROOT / "examples" / "gitops"
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"][
    "sandbox"
]
NEEDED = [
    "pulumi_setsmart/py.typed",
    "pulumi_setsmart/pulumi-plugin.json",
    "pulumi_setsmart/contract/openapi.yaml",
    "pulumi_setsmart/reporting/templates/report.html.j2",
    "pulumi_setsmart/sandbox/dashboard/templates/listings.html.j2",
    "pulumi_setsmart/sandbox/dashboard/templates/dashboard.css",
    "pulumi_setsmart/style/shared.css",
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
    model = {str(path.relative_to(GITOPS)) for path in GITOPS.rglob("*") if path.is_file()}
    model = {name for name in model if "__pycache__" not in name}
    packaged = {name for name in inside if name.startswith("pulumi_setsmart/gitops/")}
    assert {name.removeprefix("pulumi_setsmart/gitops/") for name in packaged} == model
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


def make_wheel(into: Path, **environment: str) -> Path:
    """Do what `make wheel INTO=…` does, and return the wheel."""
    subprocess.run(
        [sys.executable, ROOT / "tools" / "wheel.py", into],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        timeout=HANG_GUARD,
        check=True,
    )
    [wheel] = (into / "wheels").glob("*.whl")
    return wheel


def install_as_the_example_does(binaries: Path, repository: Path) -> None:
    """Run the step of the workflows of examples/gitops that installs, in a copy of it."""
    shutil.copytree(GITOPS, repository)
    make_wheel(repository)
    workflow = yaml.safe_load((repository / ".github" / "workflows" / "deploy.yaml").read_text())
    steps = workflow["jobs"]["deploy"]["steps"]
    [step] = [step for step in steps if step.get("name") == "Install"]
    environment = {**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}"}
    installed = subprocess.run(
        ["/bin/bash", "-e", "-c", step["run"]],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANG_GUARD,
        check=False,
    )
    assert installed.returncode == 0, installed.stderr


def test_the_same_sources_make_the_same_wheel(tmp_path: Path) -> None:
    """Whatever the environment and the time; the hash is recorded beside it."""
    wheels = [
        make_wheel(tmp_path / name, SOURCE_DATE_EPOCH=moment, TZ=zone).read_bytes()
        for name, moment, zone in (("a", "1", "UTC"), ("b", "1700000000", "Asia/Tokyo"))
    ]
    assert wheels[0] == wheels[1]
    recorded = (tmp_path / "a" / "wheels" / "requirements.txt").read_text().splitlines()
    name = f"pulumi_setsmart-{version('pulumi-setsmart')}-py3-none-any.whl"
    digest = hashlib.sha256(wheels[0]).hexdigest()
    assert recorded[1:] == [f"./wheels/{name} --hash=sha256:{digest}"]


def test_another_wheel_of_that_name_is_not_installed(tmp_path: Path) -> None:
    """Nor is the index asked for it: one that was replaced, or is not there, is an error."""
    wheel = make_wheel(tmp_path)
    command = [
        *(sys.executable, "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-index"),
        *("--requirement", "wheels/requirements.txt", "--target", "installed", "--no-cache-dir"),
    ]
    with wheel.open("ab") as opened:
        opened.write(b"more")
    for expected in ("DO NOT MATCH THE HASHES", "No such file or directory"):
        refused = subprocess.run(
            command,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=HANG_GUARD,
            check=False,
        )
        assert refused.returncode != 0
        assert expected in refused.stderr
        assert not (tmp_path / "installed").exists()
        wheel.unlink(missing_ok=True)


def test_the_wheel_runs_without_the_clone(tmp_path: Path) -> None:
    """Its commands, its pages, its library, in a fresh environment."""
    venv.create(tmp_path / "venv", with_pip=True)
    binaries = tmp_path / "venv" / "bin"
    install_as_the_example_does(binaries, tmp_path / "repository")
    pinned = re.sub(r" ?\\\n *--hash=\S+", "", (ROOT / "requirements.txt").read_text())
    (tmp_path / "constraints.txt").write_text(pinned)
    run(
        *(binaries / "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--constraint", "constraints.txt", *EXTRAS),
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
