"""The report of a real preview: what the pull request changes, and what others did."""

from __future__ import annotations

import json
import subprocess

import pytest
from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack
from support.messages import message

from pulumi_setsmart.models.message_code import MessageCode, with_code
from pulumi_setsmart.sandbox import PROPERTIES

BEFORE = """
    Property("villa", name="Sea Villa", bedrooms=3, max_guests=6, attributes={"pets": True})
    Property("loft", name="Harbour Loft", bedrooms=1, attributes={"code": pulumi.Output.secret(7)})
    Property("cabin", name="Pine Cabin", deletion_policy="deactivate")
    Property("hut", name="Old Hut")
    Property("same", name="Same")
    WebhookSubscription("hook", url="https://a.example/", events=["a.b", "c.d"], secret="first")
"""
AFTER = """
    Property("villa", name="Sea Villa", bedrooms=4, max_guests=6, attributes={"pets": True})
    Property("loft", name="Harbour Loft", bedrooms=1, attributes={"code": pulumi.Output.secret(7)})
    Property("same", name="Same")
    Property("new", name="Barn", bedrooms=2)
    WebhookSubscription("hook", url="https://a.example/", events=["c.d", "a.b"], secret="second")
"""


def errors_in(report: str) -> list[str]:
    """Return the errors in a report as JSON that have codes, as a user reads them."""
    return [
        with_code(error["message"], MessageCode(error["code"]))
        for error in json.loads(report)["errors"]
        if error["code"] is not None
    ]


@pytest.fixture
def changed(stack: EngineStack, account: EngineSandbox) -> EngineStack:
    """A stack whose program changed, and whose account somebody changed as well."""
    stack.declare(BEFORE)
    stack.up()
    storage = account.sandbox.storage
    for listing in storage.objects(PROPERTIES):
        if listing["name"] == "Harbour Loft":
            storage.replace(PROPERTIES, str(listing["id"]), {**listing, "bedrooms": 9})
        if listing["name"] == "Sea Villa":
            storage.replace(PROPERTIES, str(listing["id"]), {**listing, "pets": False})
    stack.declare(AFTER)
    return stack


STREAMING = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}


def save_preview(
    stack: EngineStack, *options: str, encoding: str = "utf-8", **environment: str
) -> None:
    """Write what Pulumi previews to preview.json, as a user would."""
    printed = subprocess.run(
        [stack.pulumi, "preview", "--json", "--non-interactive", *options],
        cwd=stack.folder,
        env={**stack.environment, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    (stack.folder / "preview.json").write_text(printed.stdout, encoding)


def fields_of(document: dict[str, list[dict[str, object]]]) -> dict[object, object]:
    return {
        (entry["action"], entry["title"]): [
            (field["name"], field["cause"], field.get("current"), field.get("planned"))
            for field in entry["fields"]  # type: ignore[attr-defined]  # a list, as is asserted
        ]
        for entry in document["entries"]
    }


EXPECTED = {
    ("delete", "Old Hut"): [
        ("name", "program", "Old Hut", None),
        ("status", "program", "active", None),
    ],
    ("deactivate", "Pine Cabin"): [],
    ("create", "Barn"): [
        ("bedrooms", "program", None, 2),
        ("name", "program", None, "Barn"),
    ],
    ("revert", "Harbour Loft"): [("bedrooms", "drift", 9, 1)],
    ("update", "Sea Villa"): [("bedrooms", "program", 3, 4), ("pets", "drift", False, True)],
    ("update", "https://a.example/"): [],
}


def assert_as_expected(printed: str) -> None:
    found = fields_of(json.loads(printed))
    assert {key: sorted(fields) for key, fields in found.items()} == EXPECTED  # type: ignore[call-overload]  # as above


def test_a_report_tells_the_change_from_the_drift(
    changed: EngineStack, account: EngineSandbox
) -> None:
    """Of a preview, a saved one, one that fails, and after the deployment, which leaves nothing."""
    ran = changed.command("report", "--stack", "test", "--format", "json", "--fail-on", "delete")
    assert (ran.returncode, ran.stderr) == (1, "")
    assert_as_expected(ran.stdout)
    save_preview(changed)
    made = changed.command("report", "preview.json", "--format", "json")
    assert made.returncode == 0
    assert_as_expected(made.stdout)
    for text in (ran.stdout, made.stdout):
        assert "first" not in text
        assert "second" not in text

    changed.declare('Property("villa", name="")')
    failed = changed.command("report", "--stack", "test", "--format", "json")
    assert failed.returncode == 2
    assert message(MessageCode.INVALID_VALUE, "'villa'", "name:") in errors_in(failed.stdout)
    missing = changed.command("report", "--stack", "nowhere")
    assert missing.returncode == 2
    assert missing.stderr.strip() == message(MessageCode.NO_STACK, "nowhere")

    changed.declare(AFTER)
    changed.up()
    conditions = ("--fail-on", "any", "--fail-on", "drift")
    quiet = changed.command("report", "--stack", "test", "--format", "json", *conditions)
    assert (quiet.returncode, quiet.stderr) == (0, "")
    report = json.loads(quiet.stdout)
    assert (report["entries"], report["others"], report["refreshed"]) == ([], {}, True)
    storage = account.sandbox.storage
    storage.delete(PROPERTIES, str(storage.objects(PROPERTIES)[-1]["id"]))
    loud = changed.command("report", "--stack", "test", "--format", "json", "--fail-on", "drift")
    assert loud.returncode == 1
    assert [entry["action"] for entry in json.loads(loud.stdout)["entries"]] == ["restore"]


def test_what_was_approved_is_what_is_deployed(stack: EngineStack, account: EngineSandbox) -> None:
    """The plan stays until somebody changes a listing or the program, and the line names it."""
    stack.declare(BEFORE)
    stack.up()
    stack.declare(AFTER)

    def expect(token: str) -> subprocess.CompletedProcess[str]:
        return stack.command("report", "--stack", "test", "--format", "json", "--expect", token)

    shown = stack.command("report", "--stack", "test", "--format", "json").stdout
    approved = json.loads(shown)
    same = expect(approved["digest"])
    assert (same.returncode, same.stderr, same.stdout) == (0, "", shown)
    storage = account.sandbox.storage
    [loft] = [one for one in storage.objects(PROPERTIES) if one["name"] == "Harbour Loft"]
    storage.replace(PROPERTIES, str(loft["id"]), {**loft, "bedrooms": 9})
    changed = expect(approved["plan"])
    assert changed.returncode == 1
    facts = [approved["digest"], "not approved: loft"]
    assert changed.stderr.strip() == message(MessageCode.PLAN_CHANGED, *facts)
    storage.replace(PROPERTIES, str(loft["id"]), loft)
    stack.declare(AFTER.replace("bedrooms=4", "bedrooms=5"))
    edited = expect(approved["plan"])
    assert edited.returncode == 1
    assert edited.stderr.strip() == message(
        MessageCode.PLAN_CHANGED, "changes otherwise than approved: villa"
    )


def test_a_streamed_preview_comes_to_the_same_report(changed: EngineStack) -> None:
    """In every format, and where we run the preview; a secret is as unknown in it."""
    changed.declare(f"{AFTER}    pulumi.log.warn('look here')\n    print('hello')\n")
    saved: list[list[str]] = []
    for streaming, encoding in (({}, "utf-8"), (STREAMING, "utf-16")):
        save_preview(changed, encoding=encoding, **streaming)
        reports = [
            changed.command("report", "preview.json", "--format", form)
            for form in ("markdown", "html", "json")
        ]
        assert {report.returncode for report in reports} == {0}
        saved.append([report.stdout for report in reports])
    assert "look here" in saved[0][0]
    assert saved[0] == saved[1]
    for secret in ("first", "second"):
        assert secret not in saved[1][0] + saved[1][2]
    ran = changed.command("report", "--stack", "test", "--format", "json", **STREAMING)
    assert ran.stdout == saved[0][2]
    changed.declare('Property("villa", name="")')
    failed = changed.command("report", "--stack", "test", "--format", "json", **STREAMING)
    assert failed.returncode == 2
    assert message(MessageCode.INVALID_VALUE, "'villa'", "name:") in errors_in(failed.stdout)


def test_a_report_says_whether_the_preview_refreshed(stack: EngineStack) -> None:
    """Before the first deployment there is nothing to refresh; later it takes an option."""
    stack.declare('Property("villa", name="Sea Villa")')
    first = json.loads(stack.command("report", "--stack", "test", "--format", "json").stdout)
    assert [entry["action"] for entry in first["entries"]] == ["create"]
    assert first["refreshed"] is True
    stack.up()
    for option, refreshed in (("--refresh=true", True), ("--refresh=false", False)):
        save_preview(stack, option)
        saved = json.loads(stack.command("report", "preview.json", "--format", "json").stdout)
        assert (saved["entries"], saved["refreshed"]) == ([], refreshed)


def test_an_adopted_replacement_of_a_deleted_listing_is_reported(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """Somebody deleted the listing and created another with its name, which is adopted."""
    stack.declare('Property("villa", name="Sea Villa", bedrooms=3, if_exists="adopt")')
    stack.up()
    storage = account.sandbox.storage
    storage.delete(PROPERTIES, str(storage.objects(PROPERTIES)[0]["id"]))
    other = storage.insert(PROPERTIES, {"name": "Sea Villa", "bedrooms": 9})
    report = stack.command("report", "--stack", "test", "--format", "json", "--fail-on", "drift")
    [entry] = json.loads(report.stdout)["entries"]
    assert (report.returncode, entry["action"], entry["id"]) == (1, "adopt", other["id"])
