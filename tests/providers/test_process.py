"""What there is once per process; each test has a process of its own."""

import subprocess
import sys

from support.messages import message
from support.waiting import HANG_GUARD

from pulumi_setsmart.models.message_code import MessageCode


def run(code: str) -> list[str]:
    """Run ``code`` in a fresh Python and return the lines that it prints, warnings included."""
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    return (finished.stdout + finished.stderr).splitlines()


PREFACE = """
from pulumi_setsmart.config import load_settings
from pulumi_setsmart.providers import process

def account(**configured):
    configured.setdefault("apiKey", "k")
    return process.account(load_settings(
        {f"setsmart:{name}": one for name, one in configured.items()}.get, {}))
"""


def test_providers_share_an_account() -> None:
    """One client, and so one set of limits, for each base URL and key, and no other sharing."""
    assert run(
        PREFACE
        + "print(account() is account(webhooksPath='/hooks'))\n"
        + "print(account() is account(apiKey='l'))\n"
        + "print(account() is account(baseUrl='https://b.example'))\n"
        + "print(account().client is account(apiKey='l').client)\n"
    ) == ["True", "False", "False", "False"]


def test_accounts_share_a_run() -> None:
    """What may be deleted is counted over all; at one base URL, no two keys share a listing."""
    assert run(
        PREFACE
        + "print(account().run is account(apiKey='l').run)\n"
        + "print(account().run is account(apiKey='m', maxDeletions='3').run)\n"
        + "print(account().ownership('/p') is account(apiKey='l').ownership('/p'))\n"
        + "print(account().ownership('/p') is account(baseUrl='https://b.example').ownership('/p'))\n"
    ) == ["True", "True", "True", "False"]


def test_a_warning_is_shown_once_however_many_providers_there_are() -> None:
    """Pulumi configures one provider for each class in the same process."""
    shown = run(
        PREFACE
        + "import logging\n"
        + "process.prepare(process.ToUser()); process.prepare(process.ToUser())\n"
        + "logging.getLogger('pulumi_setsmart.lifecycle').warning('look at %s', 'this')\n"
        + "logging.getLogger('pulumi_setsmart.lifecycle').info('not at this')\n"
    )
    assert [line for line in shown if "look at this" in line] == shown
    assert len(shown) == 1


def test_a_provider_in_trouble_prints_one_line_unless_debugging() -> None:
    """Whoever asks for it gets the traceback."""
    code = (
        "from pulumi_setsmart.providers.failure import hide_tracebacks, reported\n"
        "import sys, traceback\n"
        "hide_tracebacks()\n"
        "try:\n"
        "    with reported('property: {}'.format):\n"
        "        raise KeyError('why')\n"
        "except Exception:\n"
        "    sys.stdout.write(traceback.format_exc())\n"
    )
    [line] = run(code)
    assert line == message(
        MessageCode.UNEXPECTED_ERROR, "SetSmart: property: ", "KeyError", "SETSMART_DEBUG=1"
    )
    assert "why" not in line
    debugging = run("import os; os.environ['SETSMART_DEBUG'] = '1'\n" + code)
    assert "KeyError: 'why'" in debugging
    assert "Traceback (most recent call last):" in debugging


def test_an_engine_that_was_killed_leaves_nobody_who_sends() -> None:
    """A request that waits for the rate limit is sent while somebody reads the output only."""
    code = PREFACE + (
        "import sys\n"
        "client = account(baseUrl='http://127.0.0.1:9', maxRetries='0').client\n"
        "sys.stdin.readline()\n"
        "try:\n"
        "    client.send(Request('GET', '/properties'), str)\n"
        "except ConnectionFailedError:\n"
        "    sys.exit(7)\n"
    )
    imports = (
        "from pulumi_setsmart.client.errors import ConnectionFailedError\n"
        "from pulumi_setsmart.client.request import Request\n"
    )
    for is_there, status in ((True, 7), (False, 1)):
        with subprocess.Popen(
            [sys.executable, "-c", imports + code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            if not is_there:
                process.stdout.close()
            process.stdin.write(b"\n")
            process.stdin.close()
            assert process.wait(HANG_GUARD) == status
