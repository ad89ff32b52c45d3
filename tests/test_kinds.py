"""A kind of resource is complete: what has to be there for each of them."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import Literal, get_args

import attrs
import pytest
from pulumi.dynamic import Resource

import pulumi_setsmart
from pulumi_setsmart import DeletionPolicy, IfExists, models
from pulumi_setsmart.lifecycle.kind import (
    CLEAR_INPUT,
    DELETION_POLICY,
    EXISTING_ID,
    IF_EXISTS,
    KINDS,
    UNORDERED,
    Kind,
)
from pulumi_setsmart.models.field import known_fields
from pulumi_setsmart.specification.argument import policy_description

ROOT = Path(pulumi_setsmart.__file__).parents[1]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
EACH_KIND = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.name))


def test_each_record_belongs_to_a_kind() -> None:
    """A record whose fields are defined is listed in lifecycle/kind.py."""
    defined = {
        each
        for module in pkgutil.iter_modules(models.__path__, f"{models.__name__}.")
        for _, each in inspect.getmembers(importlib.import_module(module.name), attrs.has)
        if known_fields(each)
    }
    assert defined == {kind.record for kind in KINDS} - {None}


@EACH_KIND
def test_a_kind_has_a_provider(kind: Kind) -> None:
    """Under the import path that states hold for ever."""
    path = f"pulumi_setsmart/providers/{kind.module}.py"
    assert (ROOT / path).exists(), f"{path} is missing"
    module = importlib.import_module(f"pulumi_setsmart.providers.{kind.module}")
    assert getattr(module, f"{kind.name}Provider").kind is kind


@EACH_KIND
def test_a_kind_has_a_resource(kind: Kind) -> None:
    """The package exports it, and its arguments where a portfolio can declare them."""
    public = {kind.name, f"{kind.name}Args"} if kind.section else {kind.name}
    missing = public - {*pulumi_setsmart.__all__}
    assert not missing, f"pulumi_setsmart/__init__.py does not export {', '.join(sorted(missing))}"
    resource_class: type[Resource] = getattr(pulumi_setsmart, kind.name)
    assert resource_class._resource_type_name == f"dynamic/setsmart:{kind.name}"  # noqa: SLF001 -- Pulumi shows it nowhere else


@EACH_KIND
def test_editors_complete_each_policy(kind: Kind) -> None:
    """The words that a resource takes are those of the enums, which it takes as well."""
    parameters = inspect.signature(getattr(pulumi_setsmart, kind.name)).parameters
    for name, policy in (("if_exists", IfExists), ("deletion_policy", DeletionPolicy)):
        allowed = {*get_args(parameters[name].annotation)}
        assert {policy, Literal[tuple(map(str, policy))]} <= allowed


@EACH_KIND
@pytest.mark.parametrize("name", [EXISTING_ID, IF_EXISTS, DELETION_POLICY, UNORDERED, CLEAR_INPUT])
def test_a_policy_has_the_same_description_on_each_resource(kind: Kind, name: str) -> None:
    """That of a class that is not generated is compared with it."""
    documentation = " ".join((getattr(pulumi_setsmart, kind.name).__doc__ or "").split())
    assert f" {name}: {policy_description(kind, name)} " in documentation


@EACH_KIND
def test_a_kind_has_a_page(kind: Kind) -> None:
    """With the documentation of its resource class."""
    page = ROOT / "docs" / "reference" / f"{kind.module.replace('_', '-')}.md"
    assert page.exists(), f"docs/reference/{page.name} is missing"
    assert f"::: pulumi_setsmart.{kind.name}\n" in page.read_text(encoding="utf-8")


@EACH_KIND
def test_the_changelog_names_what_a_kind_has(kind: Kind) -> None:
    """Each field in a sentence that names the kind, since kinds share names such as ``name``."""
    sentences = re.split(r"(?<=\.)\s", CHANGELOG)
    about = " ".join(sentence for sentence in sentences if f"`{kind.name}`" in sentence)
    missing = {kind.name, *kind.field_names} - {*re.findall(r"`(\w+)`", about)}
    assert not missing, f"CHANGELOG.md has no sentence on {kind.name} with {sorted(missing)}"
