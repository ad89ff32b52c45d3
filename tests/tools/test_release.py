"""The changelog, in the format of Keep a Changelog, and the release that is built from it."""

import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
LONGEST = 300
"""Characters of an entry: two or three short sentences."""
EXAMPLE = """\
# Changelog

## Unreleased

### Fixed

- Not yet.

## 1.10.0 - 2026-12-01

### Added

- Ten.

### Security

- Safe.

## 1.1.0 - 2026-11-30

### Added

- One.
"""


def mistakes(changelog: str) -> list[str]:
    """Return what of a changelog is not in the format."""
    head, *sections = re.split(r"^## ", changelog, flags=re.MULTILINE)
    titles = [section.partition("\n")[0] for section in sections]
    found = [] if head.startswith("# Changelog\n") else ["no title"]
    if titles[:1] != ["Unreleased"]:
        found.append("Unreleased is not the first section")
    versions = [re.fullmatch(r"(\d+)\.(\d+)\.(\d+) - (\S+)", title) for title in titles[1:]]
    released = [
        (tuple(map(int, version.groups()[:3])), version[4]) for version in versions if version
    ]
    if len(released) < len(versions) or not all(is_date(day) for _, day in released):
        found.append("a section without version and date")
    if released != sorted(set(released), reverse=True):
        found.append("not newest first")
    for title, section in zip(titles, sections, strict=True):
        before, *groups = re.split(r"^### ", section, flags=re.MULTILINE)
        kinds = [group.partition("\n")[0] for group in groups]
        if before.partition("\n")[2].strip() or kinds != [kind for kind in KINDS if kind in kinds]:
            found.append(f"{title}: {kinds}")
        for group in groups:
            found += [f"{title}: {entry}" for entry in bad_entries(group.partition("\n")[2])]
    return found


def is_date(day: str) -> bool:
    try:
        return date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False


def bad_entries(group: str) -> list[str]:
    """Return the entries that are not sentences, or too long."""
    before, *entries = re.split(r"^- ", group, flags=re.MULTILINE)
    if before.strip() or not entries:
        return ["no list of entries"]
    lines = [" ".join(entry.split()) for entry in entries]
    return [line for line in lines if not re.fullmatch(rf"[`A-Z].{{,{LONGEST}}}\.", line)]


def test_the_changelog_keeps_to_the_format() -> None:
    """Sections by version, entries by kind, each a few short sentences."""
    assert mistakes(CHANGELOG) == []
    assert mistakes(EXAMPLE) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("# Changelog\n", "# Changes\n"),
        ("## Unreleased", "## Next"),
        ("1.10.0 - 2026-12-01", "1.10.0"),
        ("1.10.0 - 2026-12-01", "1.10 - 2026-12-01"),
        ("1.10.0 - 2026-12-01", "1.10.0 - 2026-13-01"),
        ("1.10.0", "1.0.9"),
        ("1.10.0 - 2026-12-01", "1.1.0 - 2026-11-30"),
        ("### Security", "### Secure"),
        ("### Security", "### Added"),
        ("### Fixed\n\n- Not yet.", "### Fixed\n"),
        ("### Fixed\n\n- Not yet.", "- Not yet."),
        ("- Ten.", "Ten."),
        ("- Ten.", "- ten"),
        ("- Ten.", f"- {'Ten. ' * 65}"),
    ],
)
def test_what_is_not_in_the_format_is_found(right: str, wrong: str) -> None:
    """The test above can fail, in each of these ways."""
    assert right in EXAMPLE
    assert mistakes(EXAMPLE.replace(right, wrong, 1)) != []


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of what a release is built from, with the changelog above."""
    for name in ("pyproject.toml", "README.md", "LICENSE", "SECURITY.md", "tools/release.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "examples").mkdir()
    for name in ("pulumi_setsmart", "examples/gitops"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "CHANGELOG.md").write_text(EXAMPLE)
    return tmp_path


def build(repository: Path, version: str, tag: str) -> subprocess.CompletedProcess[str]:
    """Do what `make release TAG=…` does, where pyproject.toml has a version."""
    project = (ROOT / "pyproject.toml").read_text()
    assert project.count(f'version = "{VERSION}"\n') == 1
    (repository / "pyproject.toml").write_text(project.replace(VERSION, version))
    return subprocess.run(
        [sys.executable, repository / "tools" / "release.py", tag],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_release_has_both_packages_and_their_notes(repository: Path) -> None:
    """And nothing of an earlier build, which would be published with it."""
    dist = repository / "dist"
    (dist / "packages").mkdir(parents=True)
    (dist / "packages" / "old.whl").touch()
    assert build(repository, "1.10.0", "v1.10.0").returncode == 0
    assert {str(path.relative_to(dist)) for path in dist.rglob("*.*")} == {
        "notes.md",
        "packages/pulumi_setsmart-1.10.0-py3-none-any.whl",
        "packages/pulumi_setsmart-1.10.0.tar.gz",
    }
    notes = (dist / "notes.md").read_text()
    assert notes == "### Added\n\n- Ten.\n\n### Security\n\n- Safe.\n"


@pytest.mark.parametrize("tag", ["v1.10.1", "1.10.0", "", "v1.10.0; exit"])
def test_a_tag_of_another_version_builds_nothing(repository: Path, tag: str) -> None:
    """What is published would carry another number than its tag."""
    finished = build(repository, "1.10.0", tag)
    assert finished.returncode == 1
    assert finished.stderr == f"pyproject.toml has version 1.10.0, not {tag!r}.\n"
    assert not (repository / "dist").exists()


@pytest.mark.parametrize("version", ["1.1", "1.10", "2.0.0"])
def test_a_version_without_notes_builds_nothing(repository: Path, version: str) -> None:
    """Sections of versions that only begin alike are not meant, nor is what is unreleased."""
    finished = build(repository, version, f"v{version}")
    assert finished.returncode == 1
    assert finished.stderr == f"CHANGELOG.md has no section {version} with a date.\n"
    assert not (repository / "dist").exists()
