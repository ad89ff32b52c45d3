"""The files of a new project."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from pulumi_setsmart.automation.new_project import (
    DEPLOYMENT,
    PORTFOLIO,
    NewProject,
    default_name,
    example_entries,
    program_text,
    project_files,
    workflow_files,
)
from pulumi_setsmart.cli.init import _NAME
from pulumi_setsmart.specification.reading import entries_in

GITOPS = Path(__file__).parents[2] / "examples" / "gitops"
PROJECT = NewProject("our-flats", None)


@pytest.mark.parametrize(
    ("backend", "url", "ignored"),
    [
        (None, None, set()),
        ("s3://our-bucket?region=eu", "s3://our-bucket?region=eu", set()),
        ("state", "file://./state", {"state/"}),
        ("/srv/state", "file:///srv/state", {"/srv/state/"}),
    ],
)
def test_the_project_says_where_its_state_is(
    backend: str | None, url: str | None, ignored: set[str]
) -> None:
    """A folder is not committed; where the user is logged in, it says nothing."""
    files = project_files(evolve(PROJECT, backend=backend))
    settings = yaml.safe_load(files["Pulumi.yaml"])
    assert settings["name"] == "our-flats"
    assert settings["options"] == {"refresh": "always"}
    assert settings.get("backend", {}).get("url") == url
    assert {*files[".gitignore"].splitlines()} >= {".venv/", *ignored}


@pytest.mark.parametrize("backend", [None, "state"])
def test_a_project_in_yaml_names_the_folder_of_the_plugin(backend: str | None) -> None:
    """It needs no option for refreshes; the rest is what a project in Python has."""
    project = evolve(PROJECT, backend=backend)
    in_python = yaml.safe_load(project_files(project)["Pulumi.yaml"])
    files = project_files(evolve(project, plugin="/opt/a: b"), "resources: {}\n")
    in_yaml = yaml.safe_load(files["Pulumi.yaml"])
    plugins = {"providers": [{"name": "setsmart", "path": "/opt/a: b"}]}
    del in_python["options"]
    assert in_yaml == {**in_python, "runtime": "yaml", "plugins": plugins, "resources": {}}


@given(st.text(max_size=20))
def test_any_folder_gives_a_name_that_pulumi_accepts(folder: str) -> None:
    """Whatever its characters are."""
    name = default_name(Path("/", folder.replace("\0", "")))
    assert _NAME.fullmatch(name)
    assert yaml.safe_load(project_files(evolve(PROJECT, name=name))["Pulumi.yaml"])["name"] == name


def test_the_program_declares_the_portfolio_file() -> None:
    """Also one whose name has characters that mean something in Python."""
    name = 'our "flats"\\.yaml'
    nodes = ast.walk(ast.parse(program_text(name, "portfolio")))
    assert name in [node.value for node in nodes if isinstance(node, ast.Constant)]
    assert len(entries_in(example_entries(), PORTFOLIO)["properties"]) > 1


@pytest.mark.parametrize("stack", ["production", "our-team/eu"])
def test_workflows_are_those_of_the_example_for_another_stack(stack: str) -> None:
    """Every file of them, and no other one."""
    files = workflow_files("github", stack)
    tracked = {
        str(path.relative_to(GITOPS))
        for path in GITOPS.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    pipeline = workflow_files("gitlab", stack)
    written = files.keys() | pipeline.keys()
    assert written <= {*tracked, "Pulumi.eu.yaml", DEPLOYMENT}
    assert {name for name in tracked if name.startswith((".git", "scripts/"))} - written == {
        ".gitignore"
    }
    workflows = [text for name, text in files.items() if name.startswith(".github/workflows/")]
    stacks = [
        job["env"]["STACK"]
        for text in workflows
        for job in yaml.safe_load(text)["jobs"].values()
        if "STACK" in job.get("env", {})
    ]
    assert len(stacks) >= 2
    assert {*stacks} == {stack}
    assert yaml.safe_load(pipeline[".gitlab-ci.yml"])["variables"]["STACK"] == stack
    named = re.findall(r"scripts/\w+\.py", pipeline[".gitlab-ci.yml"])
    assert {name for name in pipeline if name.startswith("scripts/")} == {*named}
    named = re.findall(r"scripts/\w+\.py", "".join(workflows))
    assert {name for name in files if name.startswith("scripts/")} == {*named}
    assert files[DEPLOYMENT] == pipeline[DEPLOYMENT] == (GITOPS / "README.md").read_text()
    settings = yaml.safe_load(files[f"Pulumi.{stack.rpartition('/')[2]}.yaml"])
    assert settings["config"]["setsmart:maxDeletions"] == "5"
