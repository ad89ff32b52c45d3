"""The examples of the reference, each language with the real engine and its own host."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import tabs
import yaml
from reference_examples import examples
from support.documentation_page import Block, Page
from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack
from support.npm_packages import npm_packages

from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.sandbox.contract import PRICING_RULES, PROPERTIES, WEBHOOKS

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SECRET = "whsec_c2V0c21hcnQ="
PAGES = [Page.read(page) for page in tabs.pages()]


def shown(tab: str) -> list[Block]:
    """Return the blocks in the tabs of a language."""
    blocks = [block for page in PAGES for block in (*page.blocks, *page.others)]
    return [block for block in blocks if block.tab == tab]


def write_python(folder: Path) -> None:
    """Write a program of all examples: a module for each."""
    blocks = shown("Python")
    for number, block in enumerate(blocks):
        (folder / f"example_{number}.py").write_text(block.text)
    imports = (f"import example_{number}\n" for number in range(len(blocks)))
    (folder / "__main__.py").write_text("".join(imports))


def write_yaml(folder: Path) -> None:
    """Write one file with the sections of all examples."""
    program: dict[str, Any] = {
        "name": "portfolio",
        "runtime": "yaml",
        "plugins": {"providers": [{"name": "setsmart", "path": str(Path(sys.executable).parent)}]},
    }
    merged: dict[str, str] = {}
    for block in shown("YAML"):
        for section, text in sections(block.text).items():
            merged[section] = merged.get(section, "") + text
    # An output that all examples have is there once.
    merged["outputs"] = merged["outputs"].splitlines(keepends=True)[0]
    text = "".join(f"{section}:\n{members}" for section, members in merged.items())
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(program) + text)


def sections(text: str) -> Mapping[str, str]:
    """Return the sections of a program in YAML, as they are written."""
    found: dict[str, str] = {}
    for line in text.splitlines(keepends=True):
        if line.startswith(" "):
            found[[*found][-1]] += line
        else:
            found[line.rstrip(":\n")] = ""
    return found


def write_typescript(folder: Path) -> None:
    """Write a program of all examples: a module for each."""
    shutil.copytree(EXAMPLES / "typescript", folder, dirs_exist_ok=True)
    (folder / "node_modules").symlink_to(npm_packages())
    (folder / ".venv").symlink_to(sys.prefix)
    blocks = shown("TypeScript")
    for number, block in enumerate(blocks):
        (folder / f"example_{number}.ts").write_text(block.text)
    imports = (f'import "./example_{number}";\n' for number in range(len(blocks)))
    (folder / "index.ts").write_text("".join(imports))


def sent(kind: Kind, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an object that an entry declares."""
    fields = {name: value for name, value in entry.items() if name in kind.field_names}
    secrets = dict.fromkeys(kind.secret_names & entry.keys(), SECRET)
    return {**fields, **secrets, **entry.get(kind.extra_fields, {})}


@pytest.mark.parametrize(
    "write", [write_python, write_yaml, write_typescript], ids=["Python", "YAML", "TypeScript"]
)
@pytest.mark.usefixtures("language_hosts")
def test_every_language_makes_the_same_objects(
    write: Callable[[Path], None], stack: EngineStack, account: EngineSandbox
) -> None:
    """Those that the examples declare; the existing one stays the one that it is."""
    account.sandbox.storage.insert(PROPERTIES, {"name": "Sea Villa", "bedrooms": 2})
    stack.succeed("config", "set", "--secret", "webhookSecret", SECRET)
    write(stack.folder)
    stack.up()
    objects = [
        each
        for collection in (PROPERTIES, WEBHOOKS, PRICING_RULES)
        for each in account.sandbox.storage.objects(collection)
    ]
    assert len(objects) == len(examples())
    for example in examples().values():
        declared = sent(example.kind, example.entry)
        [found] = [each for each in objects if declared.items() <= each.items()]
        assert example.existing in {None, found["id"]}
