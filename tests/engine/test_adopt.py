"""`pulumi-setsmart adopt`: an account that exists becomes a stack that declares it."""

from __future__ import annotations

import difflib
import json
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
from support.engine_stack import OUR_COMMAND, EngineStack

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


def adopt(stack: EngineStack, *arguments: str, status: int = 0) -> dict[str, Any]:
    """Adopt into the stack, and return what the command says came of it."""
    finished = stack.command("adopt", "--into", "test", "--json", *arguments)
    assert finished.returncode == status, finished.stderr
    came: dict[str, Any] = json.loads(finished.stdout)
    return came


def test_an_account_is_adopted_in_one_command(stack: EngineStack, account: EngineSandbox) -> None:
    """No write, few requests, nothing to do afterwards, and drift shows by field from then on."""
    came = adopt(stack)
    assert (len(came["new"]), came["proof"]) == (48, {"changes": {}, "others": 0, "kept": True})
    assert len(account.requests("GET")) <= 2 * PAGES + 8
    assert account.writes() == []
    stack.assert_clean()
    assert "hush" not in "".join(
        [*stack.printed, str(stack.export()), *map(text_of, stack.folder.glob("*.*"))]
    )
    held = account.sandbox.storage.objects(PROPERTIES)[0]
    assert stack.resource("portfolio-sea-villa")["id"] == held["id"]
    account.sandbox.storage.replace(PROPERTIES, str(held["id"]), {**held, "bedrooms": 9})
    assert "~ bedrooms: 9 => 3" in stack.preview()
    account.sandbox.storage.replace(PROPERTIES, str(held["id"]), held)
    stack.up()
    assert account.writes() == []


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
    """The listings, with the documented fields; that it holds no subscriptions is said."""
    finished = stack.command("adopt", "--into", "test", "--file", "listings.csv")
    assert (finished.returncode, finished.stderr) == (
        0,
        "CSV cannot contain webhook subscriptions (2)\n",
    )
    assert finished.stdout.splitlines() == [
        "46 adopted, 0 known before",
        "written: listings.test.import.json, listings.csv, __main__.py",
        "the preview shows no change",
    ]
    assert len(read_portfolio(stack.folder / "listings.csv").properties) == 46
    stack.assert_clean()
    assert account.writes() == []


def test_run_again_it_adopts_what_is_new(stack: EngineStack, account: EngineSandbox) -> None:
    """And says what is gone; what people wrote into the file stays as it is."""
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
    came = adopt(stack, status=0)
    assert came["new"] == {"portfolio-studio-4": new["id"]}
    assert (came["known"], came["gone"]) == (47, ["portfolio-בית-הים"])
    after = path.read_text().splitlines()
    changes = [line for line in difflib.ndiff(before, after) if not line.startswith("  ")]
    assert changes == ["+   studio-4:", "+     name: Studio", "+     address: 3 Street"]
    assert (stack.folder / "__main__.py").read_text() == program
    assert account.writes() == []


def test_what_the_stack_has_already_is_left_to_it(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """A listing that a resource of the program stands for is not declared a second time."""
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
    came = adopt(stack)
    assert (len(came["new"]), came["managed"]) == (47, 1)
    assert "prop_3" not in came["new"].values()
    assert came["proof"] == {"changes": {}, "others": 1, "kept": True}
    assert account.writes() == []


def test_a_program_that_does_not_declare_it_is_found_out(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Its next `up` would delete the portfolio, so the stack is left as it was."""
    stack.declare('pulumi.export("nothing", 1)')
    stack.up()
    before = stack.export()["deployment"]["resources"]
    finished = stack.command("adopt", "--into", "test")
    assert finished.returncode == 1
    lines = finished.stdout.splitlines()
    assert lines[-2].startswith(
        "`pulumi up` would change 48 of them: portfolio-sea-villa (delete),"
    )
    assert lines[-1] == (
        "so the stack was left as it was. The program has to declare portfolio.yaml as "
        'Portfolio("portfolio", …); then run this again'
    )
    assert stack.export()["deployment"]["resources"] == before
    assert account.writes() == []


def test_a_program_that_fails_leaves_the_stack_as_it_was(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Nothing was proved, so nothing is kept."""
    stack.declare('raise pulumi.RunError("not today")')
    finished = stack.command("adopt", "--into", "test")
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith("Error: stack test: ")
    assert "not today" in finished.stderr
    assert len(finished.stderr.splitlines()) == 1
    assert stack.export()["deployment"].get("resources", []) == []
    assert account.writes() == []


@pytest.mark.parametrize("written", ["portfolio.test.import.json", "__main__.py"])
def test_an_interrupted_run_is_repeated(
    stack: EngineStack, account: EngineSandbox, written: str
) -> None:
    """Killed at any moment, it goes on from there: nothing is doubled, no name changes."""
    process = subprocess.Popen(
        [*OUR_COMMAND, "adopt", "--into", "test"],
        cwd=stack.folder,
        env=stack.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not (stack.folder / written).exists() and process.poll() is None:
        time.sleep(0.005)
    started = psutil.Process(process.pid)
    for one in [*started.children(recursive=True), started]:
        one.kill()
    assert process.wait() == -signal.SIGKILL
    stack.mend()
    stack.run("cancel", "--yes")  # where it died with the stack locked
    adopt(stack)
    assert len(read_portfolio(stack.folder / "portfolio.yaml").properties) == 46
    ids = [one.get("id") for one in stack.export()["deployment"]["resources"]]
    assert sum(str(id_).startswith("prop_") for id_ in ids) == 46
    assert stack.resource("portfolio-studio-2")["id"] == "prop_4"
    stack.assert_clean()
    assert account.writes() == []


def test_without_a_stack_the_import_file_can_be_used(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """It says how, and that works."""
    finished = stack.command("adopt")
    assert finished.stdout.splitlines()[-1] == (
        "next: `pulumi import --file portfolio.import.json --protect=false --generate-code=false`, "
        "and `pulumi preview`"
    )
    stack.succeed(
        "import",
        *("--file", "portfolio.import.json", "--protect=false", "--generate-code=false", "--yes"),
        "--skip-preview",
    )
    stack.assert_clean()
    assert account.writes() == []


def test_what_goes_wrong_is_told_in_a_line(
    stack: EngineStack, open_account: OpenEngineSandbox, tmp_path: Path
) -> None:
    """Another account, no stack, no project, a file of something else."""
    adopt(stack)
    empty = open_account()
    files = {path: path.read_bytes() for path in stack.folder.glob("*.*")}
    expected = {
        ("adopt", "--into", "test"): "none of the 48 objects adopted before is in this account",
        (
            "adopt",
            "--into",
            "prod",
        ): "there is no stack prod; make it with `pulumi stack init",
        ("adopt", "--file", "p.txt"): "p.txt: must end in one of .yaml",
        ("adopt", "--into", "test", "--directory", str(tmp_path)): "there is no Pulumi project in",
    }
    for arguments, message in expected.items():
        finished = stack.command(*arguments, SETSMART_BASE_URL=empty.base_url)
        assert (finished.returncode, finished.stdout) == (1, "")
        assert message in finished.stderr
        assert len(finished.stderr.splitlines()) == 1
    assert {path: path.read_bytes() for path in stack.folder.glob("*.*")} == files


def text_of(path: Path) -> str:
    """Return what a file holds."""
    return path.read_text()
