"""What the processes of a run share, with the real engine."""

import fcntl
import os
from pathlib import Path

import attrs
import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import QUIET, EngineStack, messages
from support.interface import DYNAMIC, NATIVE
from support.messages import message
from support.waiting import wait_until

from pulumi_setsmart.models.message_code import MessageCode

VILLA = 'Property("villa", name="Sea Villa", address="1 Shore Road")'
LOFT = 'Property("loft", name="City Loft", address="2 High Street")'


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """A folder for temporary files that no other run has."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def stack(stack: EngineStack, temporary: Path) -> EngineStack:
    """A stack whose runs have their files there."""
    return attrs.evolve(stack, environment={**stack.environment, "TMPDIR": str(temporary)})


def files_in(temporary: Path) -> dict[str, str]:
    """Return the files of runs by their engines, and what they hold."""
    files = temporary.glob("pulumi-setsmart-*/*.events")
    return {file.name.removesuffix(".events"): file.read_text() for file in files}


def is_free(lock: Path) -> bool:
    """Return whether no process of a run lives any more; Pulumi does not wait for their end."""
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def test_each_run_has_a_file_which_the_next_one_removes(
    stack: EngineStack, temporary: Path
) -> None:
    """A preview and its update are two runs; no file tells what a listing is called."""
    stack.declare(f"{VILLA}\n{LOFT}")
    engines: set[str] = set()
    for command in ("up --skip-preview --yes", "preview", "up --yes", "preview"):
        stack.succeed(*command.split(), *QUIET)
        wait_until(lambda: all(map(is_free, temporary.glob("*/*.lock"))))
        files = files_in(temporary)
        assert not engines & files.keys()
        assert len(files) <= 1 + (command == "up --yes")
        engines |= files.keys()
        for content in files.values():
            assert content.count('"began"') == 1
            assert "Villa" not in content
            assert "villa" in content  # the name of the resource
    assert len(engines) >= 4


def test_a_new_configuration_does_not_hide_a_changed_key(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Then the engine refreshes in one process and creates in another; the first one tells."""
    stack.declare(VILLA)
    stack.up()
    stack.succeed("config", "set", "setsmart:maxDeletions", "5")
    stack.declare(VILLA.replace('"villa"', '"house"'))
    failed = stack.fail("up", "--yes", "--skip-preview", *QUIET)
    assert message(MessageCode.RENAMED_KEY, "prop_1", "villa") in messages(failed.output)
    assert account.writes() == ["POST /properties"]


def test_without_the_file_nothing_is_deleted(
    stack: EngineStack, account: EngineSandbox, temporary: Path
) -> None:
    """A create and an update work all the same."""
    (temporary / f"pulumi-setsmart-{os.geteuid()}").touch()
    stack.declare(VILLA)
    stack.up()
    stack.declare(VILLA.replace('")', '", bedrooms=2)'))
    stack.up()
    failed = stack.fail("destroy", "--yes", "--skip-preview", *QUIET)
    expected = message(MessageCode.RUN_NOT_SHARED, "prop_1", "not deleted", "TMPDIR")
    assert expected in messages(failed.output)
    assert account.writes() == ["POST /properties", "PUT /properties/prop_1"]
    stack.succeed("destroy", "--yes", "--skip-preview", *QUIET, TMPDIR="")
    assert account.writes()[2:] == ["DELETE /properties/prop_1"]


@pytest.mark.parametrize("interface", [NATIVE], indirect=True)
def test_processes_of_explicit_providers_count_together(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Each has a process of its own; the limit is that of the run."""
    stack.declare(
        """
        for key in ("villa", "loft", "hut", "barn"):
            provider = pulumi.ProviderResource("setsmart", f"of-{key}", {})
            Property(key, pulumi.ResourceOptions(provider=provider), name=f"Sea {key}")
        """
    )
    stack.up()
    destroy = ("destroy", "--yes", "--skip-preview", "--continue-on-error", *QUIET)
    failed = stack.fail(*destroy, SETSMART_MAX_DELETIONS="1")
    assert message(MessageCode.DELETION_LIMIT, "maxDeletions is 1") in messages(failed.output)
    assert len([write for write in account.writes() if write.startswith("DELETE")]) == 1


@pytest.mark.parametrize("interface", [NATIVE], indirect=True)
def test_a_listing_survives_a_new_interface_without_an_alias(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """The plugin adopts it; the dynamic provider, another process, does not delete it then."""
    attrs.evolve(stack, interface=DYNAMIC).declare(VILLA)
    stack.up()
    stack.declare(VILLA)
    output = stack.up(SETSMART_IF_EXISTS="adopt")
    assert message(MessageCode.DELETION_SKIPPED, "prop_1") in messages(output)
    assert account.writes() == ["POST /properties"]
