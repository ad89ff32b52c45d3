"""The examples in tabs agree with the definitions of the fields, in each language."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import tabs
from reference_examples import LANGUAGES, Example, examples
from support.documentation_page import ROOT, Block, Page

from pulumi_setsmart.lifecycle.kind import KINDS, Kind
from pulumi_setsmart.plugin.schema import package_schema
from pulumi_setsmart.specification.yaml_reading import read_yaml

EXAMPLES = examples()
PAGES = [*tabs.pages()]
NAMED = re.compile(r"^<!-- example: (\w+) -->$", re.MULTILINE)
OTHERS = [block for page in PAGES for block in Page.read(page).others]
INPUTS = re.compile(r'new Resource\("([\w:]+)", "\w+", \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)


def assert_the_schema_has(token: str, inputs: set[str]) -> None:
    """Assert that a resource takes these inputs, and needs no others."""
    resources: Any = package_schema()["resources"]
    schema = resources[token]
    assert {*schema["requiredInputs"]} <= inputs <= schema["inputProperties"].keys()


def written_in(language: str) -> list[Any]:
    """Return the blocks in a language, as parameters of a test."""
    found = [block for block in OTHERS if block.language == language]
    return [pytest.param(block, id=block.where) for block in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_tabs_are_those_of_the_examples(page: Path) -> None:
    """Whoever changes a definition or the contract runs `make docs`, and commits the pages."""
    text = page.read_text(encoding="utf-8")
    assert text == tabs.render(text), "run `make docs`"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.name))
def test_the_page_of_each_kind_shows_it_in_each_language(kind: Kind) -> None:
    """With every field that is known by name."""
    text = (tabs.FOLDER / "reference" / f"{kind.module.replace('_', '-')}.md").read_text()
    shown = [EXAMPLES[name] for name in NAMED.findall(text)]
    assert [each for each in shown if each.kind == kind and kind.field_names <= {*each.entry}]


def test_each_example_is_on_one_page() -> None:
    """None is forgotten, and none is repeated."""
    text = "".join(page.read_text() for page in PAGES)
    assert sorted(NAMED.findall(text)) == sorted(EXAMPLES)


@pytest.mark.parametrize("block", written_in("yaml"))
def test_an_example_in_yaml_fits_the_schema(block: Block) -> None:
    """Its sections are those of a program, and its inputs have the names of the schema."""
    program: Any = read_yaml(block.text, "Pulumi.yaml").value
    assert program.keys() <= {"config", "resources", "outputs"}
    for resource in program["resources"].values():
        assert resource.keys() <= {"type", "properties", "options"}
        assert_the_schema_has(resource["type"], {*resource["properties"]})


@pytest.mark.parametrize("block", written_in("typescript"))
def test_an_example_in_typescript_fits_the_schema(block: Block) -> None:
    """Its inputs have the names of the schema."""
    [(token, inputs)] = INPUTS.findall(block.text)
    assert_the_schema_has(token, {*re.findall(r"^  (\w+):", inputs, re.MULTILINE)})


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_an_example_fits_on_a_page(example: Example) -> None:
    """Its lines are short enough to be read without scrolling, where there is room."""
    for language in LANGUAGES:
        assert max(map(len, language.program(example).splitlines())) <= 80, language.name
