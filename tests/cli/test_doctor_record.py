"""`pulumi-setsmart doctor --record`, as a person types it."""

import json
import subprocess
import sys
from pathlib import Path

import attrs
from support.divergent_server import DivergentServer
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.recording.file import read
from pulumi_setsmart.sandbox import PROPERTIES, listings
from pulumi_setsmart.testing import SandboxAccount

KEY = "zqxjkvwz"


def doctor(
    folder: Path, url: str, *arguments: str, key: str = KEY
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pulumi_setsmart", "doctor", *arguments],
        cwd=folder,
        env={"SETSMART_BASE_URL": url, "SETSMART_API_KEY": key, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_recording_is_written(setsmart_sandbox: SandboxAccount, tmp_path: Path) -> None:
    """Beside the findings; one that is there is replaced."""
    made_up = listings()
    setsmart_sandbox.app.storage.insert_all(PROPERTIES, [next(made_up) for _ in range(3)])
    file = tmp_path / "setsmart.json"
    for _ in range(2):
        told = doctor(
            tmp_path,
            setsmart_sandbox.url,
            *("--json", "--record", "setsmart.json"),
            key=setsmart_sandbox.key,
        )
        recording = read(file.read_text())
        assert told.stderr == (
            f"wrote setsmart.json: {recording.requests} requests, all GET; "
            "read it before you share it\n"
        )
        findings = {finding["subject"]: finding["verdict"] for finding in json.loads(told.stdout)}
        assert findings["key"] == "ok"
    assert {request.method for request in setsmart_sandbox.requests} == {"GET"}
    assert recording.properties.list_end == "reached"
    assert [*tmp_path.iterdir()] == [file]


def test_names_that_were_replaced_are_counted(tmp_path: Path) -> None:
    """So that whoever reads the file knows why fields have numbers."""
    account = DivergentServer(properties=[{"id": 1, "zqx": 1, "zqx kvj": {"wvk": 1}}])
    with account.running() as url:
        told = doctor(tmp_path, url, "--record", "setsmart.json")
    assert told.stderr.splitlines()[-1] == message(MessageCode.NAMES_REPLACED, 3, "field_1")


def test_another_file_is_kept(tmp_path: Path) -> None:
    """It is refused before anything is asked."""
    account = DivergentServer()
    file = tmp_path / "portfolio.json"
    for text in ('{"listings": {}}', "not JSON", '{"recording": "of a concert"}'):
        file.write_text(text)
        with account.running() as url:
            told = doctor(tmp_path, url, "--record", "portfolio.json")
        assert told.returncode == 1
        assert told.stderr.splitlines() == [message(MessageCode.NOT_A_RECORDING, "portfolio.json")]
        assert (told.stdout, file.read_text()) == ("", text)
    assert account.asked == []


def test_nothing_is_written_of_an_account_that_does_not_respond(tmp_path: Path) -> None:
    """Or of one that is not configured."""
    told = doctor(tmp_path, "http://127.0.0.1:9/v1", "--record", "setsmart.json")
    assert told.stderr.splitlines() == [message(MessageCode.NOTHING_RECORDED, "setsmart.json")]
    unset = doctor(tmp_path, "http://127.0.0.1:9/v1", "--record", "setsmart.json", key="")
    assert unset.stderr.startswith("Error: no API key: ")
    assert (told.returncode, unset.returncode) == (1, 1)
    assert [*tmp_path.iterdir()] == []


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """In a line, without a traceback."""
    account = attrs.evolve(DivergentServer(), properties=[{"id": 1}])
    with account.running() as url:
        told = doctor(tmp_path, url, "--record", "missing/setsmart.json")
    assert told.returncode == 1
    assert told.stderr == (
        "Error: missing/setsmart.json: cannot be written: No such file or directory "
        "[unusable-file]\n"
    )
