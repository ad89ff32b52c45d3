"""The documentation as a site: whole, without warnings, and asking no other site for anything."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from support.documentation_page import ROOT

import pulumi_setsmart
from pulumi_setsmart import testing, webhooks

FETCHING = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src"}


class Fetched(HTMLParser):
    """What a page has a browser fetch from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag asks for."""
        address = dict(attrs).get(FETCHING.get(tag, ""))
        if address and re.match("(https?:)?//", address):
            self.addresses.append(address)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built in a copy."""
    folder = tmp_path_factory.mktemp("documentation")
    for name in (
        "bench",
        "docs",
        "examples",
        "pulumi_setsmart",
        "zensical.toml",
        "CHANGELOG.md",
    ):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    built = subprocess.run(
        [Path(sys.executable).parent / "zensical", "build", "--clean", "--strict"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    lines = [line for line in built.stdout.splitlines() if line.strip()]
    assert [line for line in lines if not re.match("Build|No issues found", line)] == []
    assert built.returncode == 0
    return folder / "site"


def pages(navigation: list[Any]) -> Iterator[str]:
    """Yield the files that a navigation leads to."""
    for entry in navigation:
        for target in entry.values():
            if isinstance(target, str):
                yield target
            else:
                yield from pages(target)


def test_every_page_can_be_reached(site: Path) -> None:
    """What is written stands in the navigation, and what stands there is built."""
    navigation = tomllib.loads((ROOT / "zensical.toml").read_text())["project"]["nav"]
    reached = sorted(pages(navigation))
    assert reached == sorted(
        str(file.relative_to(ROOT / "docs")) for file in (ROOT / "docs").rglob("*.md")
    )
    for page in reached:
        built = site / f"{page.removesuffix('.md')}.html"
        assert built.stat().st_size > 5000


def test_agents_find_every_page(site: Path) -> None:
    """`llms.txt` lists all of them, at their addresses."""
    listed = re.findall(r"\]\((\S+)\)", (site / "llms.txt").read_text())
    assert sorted(listed) == sorted(
        str(page.relative_to(site)) for page in site.rglob("*.html") if page.name != "404.html"
    )


def test_every_public_name_has_its_reference(site: Path) -> None:
    """With an anchor of its own, so that others can link to it."""
    anchors = {
        anchor
        for page in site.rglob("*.html")
        for anchor in re.findall(r'id="(pulumi_setsmart\.[\w.]+)"', page.read_text())
    }
    missing = [
        f"{module.__name__}.{name}"
        for module in (pulumi_setsmart, testing, webhooks)
        for name in module.__all__
        if not {f"{module.__name__}.{name}", f"pulumi_setsmart.{name}"} & anchors
    ]
    assert missing == []


def test_every_argument_and_output_of_a_resource_is_documented(site: Path) -> None:
    """On its page, by its name."""
    for page, resource in (
        ("property", pulumi_setsmart.Property),
        ("webhook-subscription", pulumi_setsmart.WebhookSubscription),
        ("api-object", pulumi_setsmart.ApiObject),
    ):
        name = f"pulumi_setsmart.{resource.__name__}"
        text = (site / "reference" / f"{page}.html").read_text()
        own = text[text.index(f'id="{name}"') : text.index(f'id="{name}.get"')]
        documented = re.findall(r"<td>\s*<code>(\w+)</code>", own)
        assert {*resource.__init__.__annotations__} - {"return"} - {*documented} == set(), page
        documented = re.findall(rf'<td><code><span title="{name}\.(\w+)">', own)
        assert {"id", *resource.__annotations__} - {*documented} == set(), page


def test_every_command_has_its_reference(site: Path) -> None:
    """From its own help."""
    text = (site / "reference" / "commands.html").read_text()
    for command in (
        "adopt",
        "compare",
        "doctor",
        "export",
        "report",
        "schema",
        "webhook-secret",
        "sandbox",
    ):
        assert f'id="pulumi-setsmart-{command}"' in text
    assert "--fail-on" in text


def test_nothing_is_asked_of_other_sites(site: Path) -> None:
    """No fonts, no scripts, no pictures from elsewhere."""
    parser = Fetched()
    for page in site.rglob("*.html"):
        parser.feed(page.read_text())
    assert parser.addresses == []


def test_references_lead_somewhere(site: Path) -> None:
    """None is left as the text in brackets that it was written as."""
    for page in site.rglob("*.html"):
        text = re.sub(r"<(pre|code|script)\b.*?</\1>", "", page.read_text(), flags=re.DOTALL)
        assert re.findall(r"\]\[[\w.]*\]", text) == [], page
