"""The command `report`, given a preview."""

from __future__ import annotations

import json
import os
import stat
import sys
import tempfile
import webbrowser
from pathlib import Path
from urllib.request import url2pathname

import pytest
from click.testing import CliRunner, Result
from support.messages import message
from support.preview_document import PreviewDocument
from support.recording_receiver import receiving

from pulumi_setsmart.cli import main
from pulumi_setsmart.models.json import DEEPEST
from pulumi_setsmart.models.message_code import MessageCode

VILLA = {"name": "Sea Villa", "bedrooms": 3}


def document(what: str) -> str:
    """Return a preview in which one thing happens."""
    preview = PreviewDocument()
    match what:
        case "nothing":
            preview.listing("villa", last=VILLA, planned=VILLA, op="same")
        case "creation":
            preview.listing("villa", planned=VILLA)
        case "change":
            preview.listing("villa", last=VILLA, planned={**VILLA, "bedrooms": 4})
        case "drift":
            preview.listing("villa", last=VILLA, current={**VILLA, "bedrooms": 9}, planned=VILLA)
        case "loss outside Pulumi":
            preview.listing("villa", last=VILLA, planned=VILLA, op="create")
        case "deletion":
            preview.listing("villa", last=VILLA)
        case "deactivation":
            preview.listing("villa", last={**VILLA, "deletion_policy": "deactivate"})
        case "release":
            preview.listing("villa", last=VILLA, retainOnDelete=True)
        case "failure":
            preview.says("error", "error: no such account")
    return preview.text


def report(text: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["report", "-", *options], input=text)


@pytest.mark.parametrize(
    ("what", "failing"),
    [
        ("nothing", set()),
        ("creation", {"any"}),
        ("change", {"any"}),
        ("drift", {"drift", "any"}),
        ("loss outside Pulumi", {"drift", "any"}),
        ("deletion", {"delete", "any"}),
        ("deactivation", {"delete", "any"}),
        ("release", {"any"}),
    ],
)
def test_the_status_is_what_is_asked_for(what: str, failing: set[str]) -> None:
    """0 unless one of the conditions holds; the report is printed all the same."""
    for condition in ("drift", "delete", "any"):
        result = report(document(what), "--fail-on", condition)
        assert result.exit_code == (1 if condition in failing else 0), (what, condition)
        assert result.stdout == report(document(what)).stdout != ""
    both = report(document(what), "--fail-on", "drift", "--fail-on", "delete")
    assert both.exit_code == (1 if failing & {"drift", "delete"} else 0)
    assert report(document(what)).exit_code == 0


def plan(changed: int, unchanged: int) -> str:
    """Return a preview that updates some listings, and leaves others as they are."""
    preview = PreviewDocument()
    for number in range(changed + unchanged):
        bedrooms, op = (4, "update") if number < changed else (3, "same")
        name = {"name": f"Villa {number}"}
        planned = {**name, "bedrooms": bedrooms}
        preview.listing(f"v{number}", last={**name, "bedrooms": 3}, planned=planned, op=op)
    return preview.text


@pytest.mark.parametrize(
    ("conditions", "status"),
    [
        (["changes>30%"], 1),
        (["changes>40%"], 0),
        (["changes>4"], 0),
        (["changes>3"], 1),
        (["changes>4", "changes>39%"], 1),
        (["delete", "drift", "changes>4"], 0),
        (["delete", "changes>3"], 1),
        (["changes>4", "any"], 1),
    ],
)
def test_a_limit_on_the_whole_plan(conditions: list[str], status: int) -> None:
    """One limit that is exceeded is enough; what is wrong is printed and in every report."""
    options = [text for condition in conditions for text in ("--fail-on", condition)]
    for form in ("markdown", "html", "json"):
        result = report(plan(4, 6), *options, "--format", form)
        assert result.exit_code == status
        is_exceeded = status == 1 and "any" not in conditions
        lines = [message(MessageCode.TOO_MANY_CHANGES, 4, 10)] if is_exceeded else []
        assert result.stderr.splitlines() == lines
        assert (MessageCode.TOO_MANY_CHANGES in result.stdout.replace("&#45;", "-")) is is_exceeded


def test_a_plan_that_was_approved_is_expected() -> None:
    """0 while it is the same; 1, a line and a notice in each format if it is another."""
    approved = json.loads(report(document("change"), "--format", "json").stdout)
    assert approved["digest"] in report(document("change")).stdout
    assert approved["plan"] in report(document("change")).stdout
    for token in (approved["digest"], approved["plan"]):
        same = report(document("change"), "--expect", token)
        assert (same.exit_code, same.stderr) == (0, "")
        for form in ("markdown", "html", "json"):
            other = report(document("deletion"), "--expect", token, "--format", form)
            assert other.exit_code == 1
            assert other.stderr == message(MessageCode.PLAN_CHANGED, approved["digest"])
            assert MessageCode.PLAN_CHANGED in other.stdout.replace("&#45;", "-")
    failed = report(document("failure"), "--expect", approved["digest"], "--format", "json")
    assert (failed.exit_code, failed.stderr) == (2, "")
    assert json.loads(failed.stdout)["plan"] is None


@pytest.mark.parametrize("token", ["", "latest", "3f9c", "a" * 41])
def test_a_plan_that_is_no_digest_is_a_usage_error(token: str) -> None:
    """One that was cut off or left out does not count as approved."""
    result = report(document("change"), "--expect", token)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--expect" in result.stderr


def test_a_renamed_key_is_a_deletion() -> None:
    """The status says so, and JSON has both keys."""
    preview = PreviewDocument()
    preview.listing("old", last=VILLA)
    preview.listing("new", planned=VILLA)
    result = report(preview.text, "--fail-on", "delete", "--format", "json")
    assert result.exit_code == 1
    [entry] = json.loads(result.stdout)["entries"]
    assert (entry["action"], entry["resource"], entry["former_resource"], entry["id"]) == (
        "rename",
        "new",
        "old",
        "prop_1",
    )


def test_planned_deletions_beyond_the_limit_are_told() -> None:
    """The status stays, unless it is asked for; the environment has the last word."""
    preview = PreviewDocument(config={"setsmart:maxDeletions": "0"})
    preview.listing("villa", last=VILLA)
    told = message(MessageCode.TOO_MANY_DELETIONS, "Sea Villa", "prop_1", 0)
    result = report(preview.text)
    assert (result.exit_code, result.stderr.splitlines()) == (0, [told])
    arguments = ["report", "-"]
    for limit, expected in (("0", [told]), ("1", [])):
        environment = {"SETSMART_MAX_DELETIONS": limit}
        result = CliRunner().invoke(main, arguments, input=preview.text, env=environment)
        assert result.stderr.splitlines() == expected
    wrong = {"SETSMART_MAX_DELETIONS": "all"}
    result = CliRunner().invoke(main, arguments, input=preview.text, env=wrong)
    assert result.exit_code == 2
    assert result.stderr == message(MessageCode.INVALID_SETTING, "SETSMART_MAX_DELETIONS")


@pytest.mark.parametrize(
    "spelling", ["never", "changes", "changes>", "changes>30 %", "changes>100%", "changes>=3"]
)
def test_a_condition_that_is_spelled_wrongly_is_one_clear_error(spelling: str) -> None:
    """With the ways to spell it, even beside one that is right; a shell may have taken the rest."""
    result = report(document("change"), "--fail-on", "any", "--fail-on", spelling)
    assert (result.exit_code, result.stdout) == (2, "")
    [error] = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    for word in (spelling, "drift", "delete", "any", "changes>20", "changes>30%", "quotation"):
        assert word in error


@pytest.mark.parametrize(("condition", "status"), [("any", 1), ("drift", 0), ("delete", 0)])
def test_resources_of_other_providers_are_any_change(condition: str, status: int) -> None:
    """But neither drift nor a loss: they are no listings."""
    preview = PreviewDocument()
    preview.steps.append({"op": "delete", "urn": "urn:pulumi:s::p::aws:s3:Bucket::b"})
    assert report(preview.text, "--fail-on", condition).exit_code == status


def test_a_failed_preview_is_status_2() -> None:
    """Whatever else is asked for; the report says why."""
    result = report(document("failure"), "--fail-on", "any")
    assert result.exit_code == 2
    assert "no such account" in result.stdout


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("text", "1 changed"),
        ("markdown", "<!-- pulumi-setsmart"),
        ("html", "<!doctype html>"),
        ("json", "{"),
    ],
)
def test_each_format_can_be_written_to_a_file(form: str, start: str, tmp_path: Path) -> None:
    """The same as is printed."""
    source, target = tmp_path / "preview.json", tmp_path / "report"
    source.write_text(document("change"))
    arguments = ["report", str(source), "--format", form]
    printed = CliRunner().invoke(main, arguments)
    written = CliRunner().invoke(main, [*arguments, "--output", str(target)])
    assert (written.stdout, written.stderr) == ("", f"wrote {target}\n")
    assert target.read_text() == printed.stdout
    assert printed.stdout.startswith(start)


def test_markdown_is_what_is_printed_by_default() -> None:
    """It is made for pull requests."""
    assert report(document("change")).stdout == (
        report(document("change"), "--format", "markdown").stdout
    )
    assert json.loads(report(document("change"), "--format", "json").stdout)["entries"]


@pytest.mark.parametrize("target", [None, "page.html"])
def test_a_page_is_opened_in_the_browser(
    target: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the file that is named, or one that nobody else can read; the status stays."""
    opened: list[str] = []

    def browser(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", browser)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    options = [] if target is None else ["--output", target]
    result = report(document("deletion"), "--open", *options, "--fail-on", "delete")
    assert (result.exit_code, result.stdout) == (1, "")
    file = Path(url2pathname(opened[0].removeprefix("file:")))
    shown_path = target or file
    assert result.stderr == f"wrote {shown_path}\n"
    assert file.read_text().startswith("<!doctype html>")
    if target is None:
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_without_a_browser_the_page_is_there_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a server, the file can be opened elsewhere."""
    monkeypatch.setattr(webbrowser, "open", lambda _url: False)
    result = report(document("change"), "--open", "--output", "page.html")
    assert result.exit_code == 0
    [wrote, said] = result.stderr.splitlines()
    assert wrote == "wrote page.html"
    assert said == message(MessageCode.NO_BROWSER)
    assert Path("page.html").exists()


def notify(url: str, what: str, *options: str) -> Result:
    environment = {"SETSMART_NOTIFY_URL": url}
    arguments = ["report", "-", "--notify", *options]
    return CliRunner().invoke(main, arguments, input=document(what), env=environment)


def test_a_summary_is_posted() -> None:
    """Beside the report, which is the same; the status is that of the report."""
    with receiving() as receiver:
        for what, options, status in (
            ("nothing", [], 0),
            ("drift", ["--fail-on", "drift"], 1),
            ("failure", [], 2),
        ):
            result = notify(receiver.url, what, *options)
            assert (result.exit_code, result.stderr) == (status, "")
            assert result.stdout == report(document(what)).stdout
    texts = [json.loads(request.payload)["text"] for request in receiver.received]
    assert [text.splitlines()[0].partition(": ")[2].split(",")[0] for text in texts] == [
        "No changes: everything at SetSmart is as declared",
        "1 reverted; 1 changed outside Pulumi",
        "The preview failed",
    ]


def test_a_summary_that_is_not_delivered_is_status_3() -> None:
    """With a line that does not have the address; the report is there all the same."""
    with receiving(404, 404) as receiver:
        for options in ([], ["--fail-on", "any"]):
            result = notify(receiver.url, "drift", *options)
            assert result.exit_code == 3
            assert result.stderr == message(MessageCode.NOT_NOTIFIED, "SETSMART_NOTIFY_URL", 404)
            assert result.stdout == report(document("drift")).stdout
            assert receiver.url not in result.stderr


@pytest.mark.parametrize(
    "url",
    ["", "hooks.example/canary", "http://hooks.example/canary", "https://hooks.example/canary x"],
)
def test_an_address_that_is_no_web_address_stops_before_the_preview(url: str) -> None:
    """It is a secret, so it is not repeated, and http would show it to others."""
    result = notify(url, "drift")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == message(MessageCode.INVALID_SETTING, "SETSMART_NOTIFY_URL")
    assert "canary" not in result.stderr


def test_the_address_of_a_summary_is_in_no_report() -> None:
    """Even where a listing or a warning has it: whoever reads it could post."""
    with receiving() as receiver:
        preview = PreviewDocument()
        preview.listing("villa", planned={**VILLA, "name": f"See {receiver.url}"})
        preview.says("warning", f"warning: posted to {receiver.url}")
        for form in FORMATS:
            result = CliRunner().invoke(
                main,
                ["report", "-", "--notify", "--format", form],
                input=preview.text,
                env={"SETSMART_NOTIFY_URL": receiver.url},
            )
            assert result.exit_code == 0
            assert receiver.url not in result.output
    assert all(receiver.url not in request.payload.decode() for request in receiver.received)


def test_links_lead_where_the_environment_says() -> None:
    """Not where a saved preview says, which whoever makes a pull request can write."""
    preview = PreviewDocument(config={"setsmart:dashboardUrl": "https://evil.example/{id}"})
    preview.listing("villa", last=VILLA, planned={**VILLA, "bedrooms": 4})
    assert "evil" not in report(preview.text, "--format", "html").stdout
    environment = {"SETSMART_DASHBOARD_URL": "https://a.example/{id}"}
    arguments = ["report", "-", "--format", "json"]
    linked = CliRunner().invoke(main, arguments, input=preview.text, env=environment)
    [entry] = json.loads(linked.stdout)["entries"]
    assert entry["url"] == "https://a.example/prop_1"
    wrong = {"SETSMART_DASHBOARD_URL": "javascript:alert({id})"}
    result = CliRunner().invoke(main, arguments, input=preview.text, env=wrong)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == message(MessageCode.INVALID_SETTING, "SETSMART_DASHBOARD_URL")


def test_a_file_that_cannot_be_written_is_a_one_line_error(tmp_path: Path) -> None:
    """With status 2, and nothing is left behind."""
    result = report(document("change"), "--output", str(tmp_path / "nowhere" / "report.md"))
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert result.stderr == message(MessageCode.UNUSABLE_FILE, "report.md")
    assert len(result.stderr.splitlines()) == 1
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("text", ["", "Previewing update", "\ufffd", '{"steps": 1}'])
def test_what_is_no_preview_is_a_one_line_error(text: str) -> None:
    """With status 2."""
    result = report(text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr == message(MessageCode.NOT_A_PREVIEW, "pulumi preview --json")
    assert len(result.stderr.splitlines()) == 1


FORMATS = ["text", "markdown", "html", "json"]
ENCODINGS = {
    "UTF-8": "utf-8",
    "UTF-8 with a mark": "utf-8-sig",
    "UTF-16, little end first, with a mark": "utf-16",
    "UTF-16, little end first": "utf-16-le",
    "UTF-16, big end first": "utf-16-be",
}


def named_preview() -> PreviewDocument:
    """Return a preview with letters of which a wrong encoding makes others."""
    preview = PreviewDocument()
    preview.listing("villa", last={"name": "Seehütte"}, planned={"name": "海の家 🏖"})
    preview.says("warning", "warning: für alle")
    return preview


@pytest.mark.parametrize("form", FORMATS)
def test_the_report_is_the_same_however_the_preview_was_saved(form: str, tmp_path: Path) -> None:
    """In every encoding, with every end of line, with noise, as document and as stream."""
    preview = named_preview()
    expected = report(preview.text, "--format", form).stdout
    assert "Seehütte" in expected
    file = tmp_path / "preview.json"
    for text in (preview.text, preview.stream):
        noisy = f"Vorschau für dev:\n{text}\nPS C:\\> "
        for saved in (text, noisy, noisy.replace("\n", "\r\n")):
            for encoding in ENCODINGS.values():
                file.write_bytes(saved.encode(encoding))
                from_file = CliRunner().invoke(main, ["report", str(file), "--format", form])
                piped = CliRunner().invoke(
                    main, ["report", "-", "--format", form], input=saved.encode(encoding)
                )
                assert from_file.exit_code == piped.exit_code == 0
                assert from_file.stdout == piped.stdout == expected


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("saved", "code"),
    [
        (b"", MessageCode.NOT_A_PREVIEW),
        (b"\xff\xfe", MessageCode.NOT_A_PREVIEW),
        (b"\xef\xbb\xbf\r\n", MessageCode.NOT_A_PREVIEW),
        (b"\x80\x81\0\xff", MessageCode.NOT_A_PREVIEW),
        ("error: no such stack\r\n".encode("utf-16"), MessageCode.NOT_A_PREVIEW),
        (named_preview().text.encode("cp1252", "replace"), MessageCode.UNKNOWN_ENCODING),
        (named_preview().stream.encode("cp1252", "replace"), MessageCode.UNKNOWN_ENCODING),
        (named_preview().text.encode("utf-16")[:-40], MessageCode.DAMAGED_PREVIEW),
        (named_preview().stream.encode()[:-200], MessageCode.DAMAGED_PREVIEW),
        (2 * named_preview().text.encode(), MessageCode.SEVERAL_PREVIEWS),
    ],
)
def test_what_cannot_be_read_is_a_one_line_error(
    saved: bytes, code: MessageCode, form: str, tmp_path: Path
) -> None:
    """With status 2, the name of the file, and no report."""
    file, target = tmp_path / "preview.json", tmp_path / "report"
    file.write_bytes(saved)
    for source, name in ((str(file), file), ("-", "standard input")):
        result = CliRunner().invoke(
            main, ["report", source, "--format", form, "--output", str(target)], input=saved
        )
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("Error: ")
        assert result.stderr == message(code, name)
        assert len(result.stderr.splitlines()) == 1
    assert not target.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-", "--open", "--format", "json"],
        ["-", "--stack", "dev"],
        ["missing.json"],
        ["-", "--fail-on", "never"],
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments: list[str]) -> None:
    """With status 2 and a word on what is wrong."""
    result = CliRunner().invoke(main, ["report", *arguments], input=document("change"))
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_a_folder_without_a_project_is_a_one_line_error(tmp_path: Path) -> None:
    """With status 2."""
    result = CliRunner().invoke(main, ["report", "--stack", "dev", "--cwd", str(tmp_path)])
    assert result.exit_code == 2
    assert result.stderr == message(MessageCode.NO_PROJECT, tmp_path)
    assert result.stderr.count("\n") == 1


def test_a_command_may_be_given_in_place_of_a_preview(tmp_path: Path) -> None:
    """What a shell makes of <(command) is a pipe that ends; a pipe with a name may not."""
    reading, writing = os.pipe()
    os.write(writing, b"no preview")
    os.close(writing)
    result = CliRunner().invoke(main, ["report", f"/dev/fd/{reading}"])
    os.close(reading)
    assert result.exit_code == 2
    assert result.stderr == message(MessageCode.NOT_A_PREVIEW, "pulumi preview --json")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    result = CliRunner().invoke(main, ["report", str(pipe)])
    assert result.exit_code == 2
    assert result.stderr == message(MessageCode.NOT_A_FILE, pipe)
    assert sys.stdin is not None


@pytest.mark.parametrize("depth", [DEEPEST + 30, 900, 100_000])
def test_a_preview_that_is_too_deep_is_one_clear_line(tmp_path: Path, depth: int) -> None:
    """Pulumi prints none, and whoever made it gets no traceback."""
    path = tmp_path / "preview.json"
    path.write_text(f'{{"steps": [{{"newState": {"[" * depth}{"]" * depth}}}]}}')
    result = CliRunner().invoke(main, ["report", str(path)])
    assert result.exit_code == 2
    assert result.stderr == message(MessageCode.NOT_A_PREVIEW, "pulumi preview --json")
