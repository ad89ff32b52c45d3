"""Programs in YAML and TypeScript, with the native plugin: examples/yaml, examples/typescript."""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack
from support.npm_packages import npm_packages

from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.sandbox import PROPERTIES, WEBHOOKS

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CABIN: JsonObject = {"name": "Old Cabin", "address": "1 Forest Road", "max_guests": 2}
LOFT: JsonObject = {"name": "Harbour Loft", "address": "8 Quay Street", "bedrooms": 2}
SECRET = "whsec_c2V0c21hcnQ="


@pytest.fixture
def project(language_hosts: Path, stack: EngineStack) -> EngineStack:
    """A stack whose folder has the virtual environment that the examples name."""
    assert stack.pulumi == language_hosts
    (stack.folder / ".venv").symlink_to(sys.prefix)
    return stack


def copy_example(name: str, project: EngineStack) -> None:
    shutil.copytree(EXAMPLES / name, project.folder, dirs_exist_ok=True)


def listing(account: EngineSandbox, name: str) -> dict[str, Any]:
    """Return the listing with a name, of which there is one."""
    [found] = [each for each in account.sandbox.storage.objects(PROPERTIES) if each["name"] == name]
    return found


def change(account: EngineSandbox, name: str, **fields: Json) -> None:
    """Change a listing outside Pulumi."""
    found = listing(account, name)
    account.sandbox.storage.replace(PROPERTIES, str(found["id"]), {**found, **fields})


def assert_drift_is_repaired(project: EngineStack, account: EngineSandbox) -> None:
    """Assert that the preview shows what changed outside Pulumi, and that the update reverts it."""
    before = listing(account, "Beachfront Villa")
    change(account, "Beachfront Villa", bedrooms=9)
    assert "~ bedrooms: 9 => 3" in project.preview()
    project.up()
    project.assert_clean()
    assert listing(account, "Beachfront Villa")["bedrooms"] == before["bedrooms"]


def assert_destroyed_without_a_secret(
    project: EngineStack, account: EngineSandbox, secret: str
) -> None:
    """Assert that nothing is left, and that neither output nor state ever showed a secret."""
    state = json.dumps(project.export())
    project.succeed("destroy", "--yes", "--skip-preview", *QUIET)
    assert account.sandbox.storage.objects(PROPERTIES) == []
    assert account.sandbox.storage.objects(WEBHOOKS) == []
    printed = "".join(project.printed)
    assert secret not in state + printed
    assert "from $PATH" not in printed  # as Pulumi warns of what it did not find where it looks


def test_a_portfolio_in_yaml_lives_without_python(
    project: EngineStack, account: EngineSandbox
) -> None:
    """Created, adopted, clean, drifted, repaired and destroyed."""
    account.sandbox.storage.insert(PROPERTIES, CABIN)
    account.sandbox.storage.insert(PROPERTIES, LOFT)
    copy_example("yaml", project)
    project.succeed("config", "set", "--secret", "bookingsSecret", SECRET)
    project.up()
    project.assert_clean()
    villa = listing(account, "Beachfront Villa")
    assert (villa["bedrooms"], villa["bathrooms"], villa["pets_allowed"]) == (3, 2.5, True)
    assert project.succeed("stack", "output", "villa_id").strip() == villa["id"]
    assert (listing(account, "Harbour Loft")["bedrooms"], len(account.requests("POST"))) == (1, 2)
    cabin = listing(account, "Pine Cabin")
    assert (cabin["id"], cabin["address"], cabin["max_guests"]) == ("prop_1", None, 4)
    [hook] = account.sandbox.storage.objects(WEBHOOKS)
    assert hook["secret"] == SECRET
    assert_drift_is_repaired(project, account)
    assert_destroyed_without_a_secret(project, account, SECRET)


def test_a_program_in_typescript_manages_listings(
    project: EngineStack, account: EngineSandbox
) -> None:
    """With a class of its own; what it clears is null, and its secret attribute stays secret."""
    account.sandbox.storage.insert(PROPERTIES, {"name": "Pine Cabin", "notes": "Near the lake"})
    copy_example("typescript", project)
    (project.folder / "node_modules").symlink_to(npm_packages())
    project.succeed("config", "set", "--secret", "doorCode", "4711-8822")
    project.up()
    project.assert_clean()
    villa = listing(account, "Beachfront Villa")
    assert (villa["bedrooms"], villa["door_code"]) == (3, "4711-8822")
    assert project.succeed("stack", "output", "villaId").strip() == villa["id"]
    cabin = listing(account, "Pine Cabin")
    assert (cabin["notes"], cabin["max_guests"]) == (None, 4)
    assert_drift_is_repaired(project, account)
    assert_destroyed_without_a_secret(project, account, "4711-8822")


def deploy_in_yaml(project: EngineStack, resources: str) -> None:
    """Deploy the example with other resources in the place of its own."""
    copy_example("yaml", project)
    file = project.folder / "Pulumi.yaml"
    head = file.read_text().split("resources:\n")[0]
    listed = textwrap.indent(textwrap.dedent(resources), "  ")
    file.write_text(f"{head}resources:\n{listed}")
    project.succeed("config", "set", "--secret", "bookingsSecret", SECRET)
    project.up()


def test_null_in_yaml_is_dropped_unless_it_is_in_a_list_or_an_output(
    project: EngineStack, account: EngineSandbox
) -> None:
    """So docs/reference/property.md says to use `clear`."""
    account.sandbox.storage.insert(PROPERTIES, {"name": "Loft", "wifi": True, "bedrooms": 2})
    deploy_in_yaml(
        project,
        """\
          cabin:
            type: setsmart:index:Property
            properties: {name: Cabin}
          loft:
            type: setsmart:index:Property
            properties:
              name: Loft
              existing_id: prop_1
              bedrooms: ${cabin.bedrooms}
              attributes: {wifi: null, beds: [1, null]}
        """,
    )
    loft = listing(account, "Loft")
    assert (loft["wifi"], loft["beds"], loft["bedrooms"]) == (True, [1, None], None)
    project.assert_clean()


def test_null_in_typescript_clears_and_undefined_declares_nothing(
    project: EngineStack, account: EngineSandbox
) -> None:
    """At each depth, as docs/reference/property.md says."""
    account.sandbox.storage.insert(PROPERTIES, {**CABIN, "wifi": True, "door": {"code": "1"}})
    copy_example("typescript", project)
    (project.folder / "node_modules").symlink_to(npm_packages())
    (project.folder / "index.ts").write_text(
        """
        import { Property } from "./property";
        new Property("cabin", {
          name: "Old Cabin",
          existing_id: "prop_1",
          address: null as any,
          max_guests: undefined,
          attributes: { wifi: undefined, door: { code: null } },
        });
        """
    )
    project.up()
    cabin = listing(account, "Old Cabin")
    assert (cabin["address"], cabin["door"]) == (None, {"code": None})
    assert (cabin["max_guests"], cabin["wifi"]) == (2, True)
    project.assert_clean()


def test_yaml_passes_a_secret_by_its_full_path_only(
    project: EngineStack, account: EngineSandbox
) -> None:
    """A limit of Pulumi's host that docs/guides/interfaces.md names: the rest may go then."""
    deploy_in_yaml(
        project,
        """\
          cabin:
            type: setsmart:index:Property
            properties: {name: Cabin, attributes: {door: {code: "${bookingsSecret}"}}}
          path:
            type: setsmart:index:Property
            properties: {name: Path, attributes: {code: "${cabin.attributes.door.code}"}}
          whole:
            type: setsmart:index:Property
            properties: {name: Whole, attributes: {door: "${cabin.attributes.door}"}}
        """,
    )
    assert listing(account, "Path")["code"] == SECRET
    assert listing(account, "Whole")["door"] == {"code": {}}


def test_a_program_that_runs_for_the_refresh_needs_the_option(
    project: EngineStack, account: EngineSandbox
) -> None:
    """Without `--refresh`, Pulumi does not look, as docs/guides/drift.md says."""
    deploy_in_yaml(
        project,
        """\
          cabin:
            type: setsmart:index:Property
            properties: {name: Cabin, bedrooms: 2}
        """,
    )
    change(account, "Cabin", bedrooms=9)
    seen = len(account.requests("GET"))
    assert "1 to update" not in project.preview(PULUMI_RUN_PROGRAM="true")
    assert len(account.requests("GET")) == seen
    looked = project.succeed("preview", "--refresh", *QUIET, PULUMI_RUN_PROGRAM="true")
    assert "1 to update" in looked


def test_pulumi_says_that_it_does_not_find_the_plugin(project: EngineStack) -> None:
    """In the words that docs/troubleshooting.md explains; with no entry it would ask GitHub."""
    copy_example("yaml", project)
    file = project.folder / "Pulumi.yaml"
    with_entry = file.read_text()
    project.succeed("config", "set", "--secret", "bookingsSecret", SECRET)
    for line, message in (
        ("path: state", "failed to load plugin "),
        ("path: nowhere", "parsing plugin options for 'setsmart': no folder at path '"),
        ("", "could not find latest version for provider setsmart: "),
    ):
        changed = re.sub(r"path: \.venv/bin.*", line, with_entry)
        without = re.sub(r"(?m)^plugins:\n(?: .*\n)*", "", with_entry)
        file.write_text(changed if line else without)
        failed = project.run(
            *("preview", *QUIET),
            PULUMI_IGNORE_AMBIENT_PLUGINS="true",
            HTTPS_PROXY="http://127.0.0.1:1",
        )
        assert failed.status != 0
        assert message in failed.output
