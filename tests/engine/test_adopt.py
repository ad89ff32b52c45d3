"""`pulumi-setsmart adopt`: an account that exists becomes a stack that declares it."""

from __future__ import annotations

import difflib
import json
import re
import shutil
import signal
import subprocess
import time
from itertools import islice
from pathlib import Path
from typing import Any

import psutil
import pytest
from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import OUR_COMMAND, QUIET, EngineStack, messages
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES, WEBHOOKS, Json, listings
from pulumi_setsmart.specification.reading import read_portfolio

ODD: list[dict[str, Json]] = [
    {"name": 'Sea "Villa" 🏖', "address": "", "bedrooms": 3, "rating": {"stars": 4.5}},
    {"name": "בית הים", "address": "1 Road, Town", "status": "draft"},
    {"name": "Studio", "address": "1 Street"},
    {"name": "Studio", "address": "1 Street"},
    {"name": "Studio", "address": "2 Street"},
    {"name": "=1+1 # \x85: -", "address": None},
]
HOOK: dict[str, Json] = {"events": ["b.b", "a.a"], "secret": "whsec-hush", "status": "active"}
PAGE_SIZE = 10
PAGES = 5 + 1  # of listings, and of subscriptions


@pytest.fixture
def account(open_account: OpenEngineSandbox) -> EngineSandbox:
    """An account of 46 listings, some of them odd, and 2 subscriptions that show their secret."""
    account = open_account(page_size=PAGE_SIZE, secrets="full")
    storage = account.sandbox.storage
    storage.insert_all(PROPERTIES, [*ODD, *islice(listings(), 40)])
    for number in range(2):
        storage.insert(WEBHOOKS, {"url": f"https://a.example/{number}", **HOOK})
    return account


def adopt(stack: EngineStack, *arguments: str) -> dict[str, Any]:
    """Adopt into the stack, and return the result that the command prints."""
    finished = stack.command("adopt", "--stack", "test", "--json", *arguments)
    assert finished.returncode == 0, finished.stderr
    result: dict[str, Any] = json.loads(finished.stdout)
    return result


def test_an_account_is_adopted_in_one_command(
    stack: EngineStack, account: EngineSandbox, open_account: OpenEngineSandbox, tmp_path: Path
) -> None:
    """No write, few requests, a clean preview, drift by field; and mistakes change no file."""
    stack.succeed("config", "set", "--secret", "doorCode", "4711")
    settings = stack.folder / "Pulumi.test.yaml"
    settings.write_text(f"# Ours since 2019.\n{settings.read_text()}  # The end.\n")
    before = settings.read_text().splitlines()
    result = adopt(stack)
    changes = [
        line.split(maxsplit=2)
        for line in difflib.ndiff(before, settings.read_text().splitlines())
        if not line.startswith("  ") and line[2:].strip()
    ]
    assert [words[:2] for words in changes] == [["+", "#"], ["+", "setsmart:maxDeletions:"]]
    assert ("SETSMART_MAX_DELETIONS" in changes[0][2], changes[1][2]) == (True, '"0"')
    assert stack.succeed("config", "get", "doorCode") == "4711\n"
    assert (len(result["new"]), result["proof"]) == (48, {"changes": {}, "others": 0, "kept": True})
    assert len(account.requests("GET")) <= 2 * PAGES + 8
    assert account.writes() == []
    stack.assert_clean()
    destroyed = stack.fail("destroy", "--yes", "--skip-preview", *QUIET)
    assert messages(destroyed.output)[0] == message(
        MessageCode.DELETION_LIMIT, "setsmart:maxDeletions", 0
    )
    assert "hush" not in "".join(
        [*stack.printed, str(stack.export()), *map(text_of, stack.folder.glob("*.*"))]
    )
    listing = account.sandbox.storage.objects(PROPERTIES)[0]
    assert stack.resource("portfolio-sea-villa")["id"] == listing["id"]
    account.sandbox.storage.replace(PROPERTIES, str(listing["id"]), {**listing, "bedrooms": 9})
    assert "~ bedrooms: 9 => 3" in stack.preview()
    account.sandbox.storage.replace(PROPERTIES, str(listing["id"]), listing)
    stack.up()
    assert account.writes() == []

    empty = open_account()
    files = {path: path.read_bytes() for path in stack.folder.glob("*.*")}
    expected = {
        ("--stack", "test"): message(
            MessageCode.OTHER_ACCOUNT_ADOPTED, 48, empty.base_url, "portfolio.test.import.json"
        ),
        ("--stack", "prod"): message(MessageCode.NO_STACK, "`pulumi stack init prod`"),
        ("--file", "p.txt"): message(MessageCode.UNUSABLE_FILE, "p.txt", ".yaml"),
        ("--stack", "test", "--cwd", str(tmp_path)): message(
            MessageCode.NO_PROJECT, tmp_path, "Pulumi.yaml"
        ),
    }
    for arguments, error in expected.items():
        finished = stack.command("adopt", *arguments, SETSMART_BASE_URL=empty.base_url)
        assert (finished.returncode, finished.stdout) == (1, "")
        assert finished.stderr.splitlines() == [error]
    assert {path: path.read_bytes() for path in stack.folder.glob("*.*")} == files


def test_what_was_adopted_is_replicated(
    stack: EngineStack, open_account: OpenEngineSandbox, pulumi: Path, tmp_path: Path
) -> None:
    """With every field, into an empty account, from the files that adoption has written."""
    adopt(stack, "--fields", "all")
    empty = open_account(page_size=PAGE_SIZE)
    replica = EngineStack.create(pulumi, tmp_path / "replica", empty.base_url, DEFAULT_KEY)
    for name in ("portfolio.yaml", "__main__.py"):
        shutil.copy(stack.folder / name, replica.folder)
    replica.up()
    replica.assert_clean()
    finished = replica.command("compare", "account@test", "stack:test")
    assert (finished.stdout, finished.returncode) == ("no differences\n", 0)
    exported = stack.folder / "exported.yaml"
    stack.command("export", "--output", str(exported))
    finished = replica.command("compare", str(exported), "account")
    assert (finished.stdout, finished.returncode) == ("no differences\n", 0)


def test_a_spreadsheet_is_adopted(stack: EngineStack, account: EngineSandbox) -> None:
    """The listings, with the documented fields; the command says that CSV has no subscriptions."""
    finished = stack.command("adopt", "--stack", "test", "--file", "listings.csv")
    assert finished.returncode == 0
    assert finished.stderr.splitlines() == [
        message(MessageCode.NOT_IN_CSV, "webhook subscriptions", 2)
    ]
    adopted, files, _proof = finished.stdout.splitlines()
    assert re.findall(r"\d+", adopted) == ["46", "0"]
    written = ("listings.test.import.json", "listings.csv", "__main__.py", "Pulumi.test.yaml")
    assert files == f"wrote {', '.join(written)}"
    assert len(read_portfolio(stack.folder / "listings.csv").properties) == 46
    stack.assert_clean()
    assert account.writes() == []


def test_run_again_it_adopts_what_is_new(stack: EngineStack, account: EngineSandbox) -> None:
    """And says what is gone; what people wrote into the file stays as it is."""
    stack.succeed("config", "set", "setsmart:maxDeletions", "7")
    settings = (stack.folder / "Pulumi.test.yaml").read_text()
    adopt(stack)
    path = stack.folder / "portfolio.yaml"
    path.write_text(
        "# Ours since 2019.\n" + path.read_text().replace("bedrooms: 3", "bedrooms: 3  # and a cot")
    )
    program = (stack.folder / "__main__.py").read_text() + "# ours\n"
    (stack.folder / "__main__.py").write_text(program)
    before = path.read_text().splitlines()
    storage = account.sandbox.storage
    gone = str(storage.objects(PROPERTIES)[1]["id"])
    storage.delete(PROPERTIES, gone)
    new = storage.insert(PROPERTIES, {"name": "Studio", "address": "3 Street"})
    result = adopt(stack)
    assert result["new"] == {"portfolio-studio-4": new["id"]}
    assert (result["known"], result["gone"]) == (47, ["portfolio-בית-הים"])
    [gone] = result["notices"]
    assert gone["code"] == MessageCode.NO_LONGER_IN_ACCOUNT
    assert "portfolio-בית-הים" in gone["message"]
    assert result["proof"] == {"changes": {}, "others": 0, "kept": True}
    after = path.read_text().splitlines()
    changes = [line for line in difflib.ndiff(before, after) if not line.startswith("  ")]
    assert changes == ["+   studio-4:", "+     name: Studio", "+     address: 3 Street"]
    assert (stack.folder / "__main__.py").read_text() == program
    assert (stack.folder / "Pulumi.test.yaml").read_text() == settings
    assert account.writes() == []


@pytest.mark.parametrize(
    ("file", "key", "new_key", "entry"),
    [
        (
            "portfolio.yaml",
            "  studio:",
            "  atelier:  # renamed",
            ["  atelier:  # renamed", "    name: Studio", "    formerly: studio"],
        ),
        (
            "listings.csv",
            "studio,",
            "atelier,",
            ["atelier,Studio,,,,,,studio", "villa,Villa,,2,,,,"],
        ),
    ],
)
def test_run_again_it_names_the_former_key_of_a_renamed_entry(
    pulumi: Path,
    open_account: OpenEngineSandbox,
    tmp_path: Path,
    file: str,
    key: str,
    new_key: str,
    entry: list[str],
) -> None:
    """So the stack keeps the listing; nothing is imported twice, written or deleted."""
    account = open_account()
    storage = account.sandbox.storage
    studio = storage.insert(PROPERTIES, {"name": "Studio"})
    storage.insert(PROPERTIES, {"name": "Villa", "bedrooms": 2})
    stack = EngineStack.create(pulumi, tmp_path / "stack", account.base_url, DEFAULT_KEY)
    adopt(stack, "--file", file)
    path = stack.folder / file
    path.write_text(path.read_text().replace(key, new_key))
    for renamed in ({"portfolio-atelier": "studio"}, {}):
        result = adopt(stack, "--file", file)
        assert (result["renamed"], result["new"], result["gone"]) == (renamed, {}, [])
        assert result["proof"] == {"changes": {}, "others": 0, "kept": True}
        assert [line for line in path.read_text().splitlines() if line in entry] == entry
    assert "- 1 deleted" not in stack.up()
    assert stack.resource("portfolio-atelier")["id"] == studio["id"]
    assert adopt(stack, "--file", file)["proof"]["changes"] == {}
    stack.assert_clean()
    assert account.writes() == []


def test_what_a_resource_manages_is_not_adopted(stack: EngineStack, account: EngineSandbox) -> None:
    """A listing that a resource of the program manages is not declared a second time."""
    stack.declare(
        """
        Property("mine", name="Studio", address="1 Street", existing_id="prop_3")
        loaded = load_portfolio("portfolio.yaml")
        Portfolio("portfolio", loaded.properties, loaded.webhooks)
        """
    )
    (stack.folder / "portfolio.yaml").write_text("# nothing yet\n")
    stack.up()
    program = stack.folder / "__main__.py"
    program.write_text(program.read_text() + 'Property("extra", name="Not there yet")\n')
    result = adopt(stack)
    assert (len(result["new"]), result["managed"]) == (47, 1)
    assert "prop_3" not in result["new"].values()
    assert result["proof"] == {"changes": {}, "others": 1, "kept": True}
    assert [notice["code"] for notice in result["notices"]] == [
        MessageCode.MANAGED_ELSEWHERE,
        MessageCode.OTHERS_WOULD_CHANGE,
    ]
    assert account.writes() == []


def test_a_program_that_does_not_declare_the_portfolio_fails_the_adoption(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Its next `up` would delete the portfolio, so the stack is left as it was."""
    stack.declare('pulumi.export("nothing", 1)')
    stack.up()
    before = stack.export()["deployment"]["resources"]
    finished = stack.command("adopt", "--stack", "test")
    assert finished.returncode == 1
    lines = finished.stdout.splitlines()
    assert lines[-2:] == [
        message(MessageCode.WOULD_CHANGE, 48, "portfolio-sea-villa (delete),"),
        message(MessageCode.PORTFOLIO_NOT_DECLARED, "portfolio.yaml", 'Portfolio("portfolio", …)'),
    ]
    assert stack.export()["deployment"]["resources"] == before
    assert account.writes() == []


def test_a_program_that_fails_leaves_the_stack_as_it_was(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Nothing was proved, so nothing is kept."""
    stack.declare('raise pulumi.RunError("not today")')
    finished = stack.command("adopt", "--stack", "test")
    assert (finished.returncode, finished.stdout) == (1, "")
    [error] = finished.stderr.splitlines()
    assert error == message(MessageCode.PULUMI_FAILED, "stack test", "not today")
    assert stack.export()["deployment"].get("resources", []) == []
    assert account.writes() == []


@pytest.mark.parametrize("written", ["portfolio.test.import.json", "__main__.py"])
def test_an_interrupted_run_is_repeated(
    stack: EngineStack, account: EngineSandbox, written: str
) -> None:
    """Killed at any moment, it continues: nothing is adopted twice, no name changes."""
    process = subprocess.Popen(
        [*OUR_COMMAND, "adopt", "--stack", "test"],
        cwd=stack.folder,
        env=stack.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not (stack.folder / written).exists() and process.poll() is None:
        time.sleep(0.005)
    started = psutil.Process(process.pid)
    for each in [*started.children(recursive=True), started]:
        each.kill()
    assert process.wait() == -signal.SIGKILL
    stack.remove_damaged_attributes()
    stack.run("cancel", "--yes")  # where it died with the stack locked
    adopt(stack)
    assert len(read_portfolio(stack.folder / "portfolio.yaml").properties) == 46
    ids = [resource.get("id") for resource in stack.export()["deployment"]["resources"]]
    assert sum(str(id_).startswith("prop_") for id_ in ids) == 46
    assert stack.resource("portfolio-studio-2")["id"] == "prop_4"
    stack.assert_clean()
    assert account.writes() == []


def test_without_a_stack_the_import_file_can_be_used(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """It says how, and that works."""
    finished = stack.command("adopt", "--env")
    command, preview = re.findall("`pulumi (.*?)`", finished.stdout.splitlines()[-1])
    assert command == "import --file portfolio.import.json --protect=false --generate-code=false"
    assert preview == "preview"
    stack.succeed(*command.split(), "--yes", "--skip-preview")
    stack.assert_clean()
    assert account.writes() == []


def text_of(path: Path) -> str:
    """Return what a file holds."""
    return path.read_text()
