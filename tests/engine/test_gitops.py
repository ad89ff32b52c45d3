"""A change in examples/gitops from pull request and report to merge and nightly drift check."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from attrs import evolve, frozen
from support.engine_stack import EngineStack
from support.messages import message
from support.pip_once import pip_variables
from support.recording_receiver import receiving
from support.state_backend import StateBackend
from support.workflow_runner import BASE, LARGE_CHANGE, TOKEN, GitHub, Repository

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.reporting.field_change import FieldChange
from pulumi_setsmart.reporting.report import Action
from pulumi_setsmart.reporting.wording import HEADINGS, HIDDEN, reason
from pulumi_setsmart.sandbox import ApiKey, Json, SandboxSettings, running
from pulumi_setsmart.testing import SandboxAccount

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "gitops"
WRITER, NEXT_WRITER, READER = "key-that-writes", "its-successor", "key-that-reads"
PASSPHRASE = "passphrase-of-production"
DOOR_CODE = "8402-7731"
COMMIT = "c0ffee" * 6 + "c0ff"


@pytest.fixture
def setsmart_sandbox_settings() -> SandboxSettings:
    """An account with the keys that the example asks for."""
    keys = (ApiKey(WRITER), ApiKey(NEXT_WRITER), ApiKey(READER, read_only=True))
    return SandboxSettings(keys=keys, rate_limit=0)


@frozen
class Forge:
    """A repository with its workflows, its GitHub, its state and its account."""

    repository: Repository
    github: GitHub
    project: EngineStack
    chat_url: str = ""

    def run(
        self, workflow: str, *, writer: str = WRITER
    ) -> dict[str, subprocess.CompletedProcess[str]]:
        """Run a workflow of the example."""
        state = {
            name: value
            for name, value in self.project.environment.items()
            if name.startswith("AWS_")
        }
        production = {
            "vars.PULUMI_BACKEND_URL": self.project.environment["PULUMI_BACKEND_URL"],
            "secrets.PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "secrets.SETSMART_READ_ONLY_KEY": READER,
            "secrets.SETSMART_API_KEY": writer,
            "secrets.SETSMART_NOTIFY_URL": self.chat_url,
            **{f"secrets.{name}": value for name, value in state.items()},
        }
        self.repository.environments["production"] = production
        is_branch = workflow == "pull-request"
        where = self.repository.branch if is_branch else self.repository.main
        return self.repository.run(where / ".github" / "workflows" / f"{workflow}.yaml")

    def succeed(self, workflow: str, *, writer: str = WRITER) -> None:
        """Run a workflow that must be green."""
        for finished in self.run(workflow, writer=writer).values():
            assert finished.returncode == 0, finished.stdout + finished.stderr

    def deploy_by_hand(self, *, writer: str = WRITER) -> None:
        """Deploy without a pull request: what nobody approved stops, with the plan to approve."""
        stopped = self.run("deploy", writer=writer)["deploy"]
        assert stopped.returncode == 1, stopped.stdout + stopped.stderr
        [plan] = re.findall("^Plan <code>([0-9a-f]{40})</code>", stopped.stdout, re.MULTILINE)
        variables = {**self.repository.variables, "inputs.plan": plan}
        by_hand = evolve(self, repository=evolve(self.repository, variables=variables))
        by_hand.succeed("deploy", writer=writer)

    def edit(self, *changes: tuple[str, str]) -> None:
        """Change the portfolio in the branch."""
        path = self.repository.branch / "portfolio.yaml"
        text = path.read_text()
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        path.write_text(text)

    def push(self) -> None:
        """Have `main` be what the branch is."""
        shutil.copytree(self.repository.branch, self.repository.main, dirs_exist_ok=True)

    def merge(self) -> None:
        """Merge the pull request into `main`."""
        self.push()
        self.github.pulls.clear()
        self.github.merge(COMMIT)


def forge_of(
    pulumi: Path, folder: Path, account: SandboxAccount, state_backend: StateBackend
) -> Forge:
    """Make the example's repository, whose workflows reach a state, and its stack."""
    runner = {
        **pip_variables(),
        "HOME": str(folder),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        "SETSMART_BASE_URL": account.url,
    }
    main, branch, kept = folder / "main", folder / "branch", folder / "kept"
    shutil.copytree(EXAMPLE, main)
    for name in ("deploy", "drift"):  # as the README says for a bucket
        path = main / ".github" / "workflows" / f"{name}.yaml"
        line = "      PULUMI_BACKEND_URL: ${{ vars.PULUMI_BACKEND_URL }}\n"
        keys = [name for name in state_backend.writer if name.startswith("AWS_")]
        more = "".join(f"      {key}: ${{{{ secrets.{key} }}}}\n" for key in keys)
        assert line in path.read_text()
        path.write_text(path.read_text().replace(line, line + more))
    environment = {**runner, **state_backend.writer, "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}
    project = EngineStack(pulumi=pulumi, folder=main, environment=environment)
    project.succeed("stack", "init", "production")
    shutil.copytree(main, branch)
    kept.mkdir()
    github = GitHub()
    for number, body in enumerate(["Looks good to me", "<!-- pulumi-setsmart report a/b -->"], 1):
        user = {"login": "ada", "type": "User"}
        github.comments[number] = {"id": number, "state": "open", "user": user, "body": body}
    variables = {
        "github.token": TOKEN,
        "github.event.pull_request.number": "7",
        "github.run_id": "1001",
        "github.run_attempt": "1",
        "github.sha": COMMIT,
        "inputs.large-change": "",
        "inputs.max-deletions": "",
        "inputs.plan": "",
        LARGE_CHANGE: "false",
        BASE: "0000000",
    }
    environments = {"preview": {"secrets.SETSMART_READ_ONLY_KEY": READER}}
    repository = Repository(main, branch, variables, environments, runner, kept)
    return Forge(repository, github, project)


@pytest.fixture
def forge(
    pulumi: Path, tmp_path: Path, setsmart_sandbox: SandboxAccount, state_backend: StateBackend
) -> Iterator[Forge]:
    """The example in a repository of its own, deployed once."""
    forge = forge_of(pulumi, tmp_path, setsmart_sandbox, state_backend)
    with running(forge.github.app) as api_url:
        forge.repository.runner["GITHUB_API_URL"] = api_url
        forge.deploy_by_hand()
        yield forge


def heading(action: Action, number: int) -> str:
    """Return the heading of a report's section."""
    return f"{HEADINGS[action].title}: {number}"


in_a_folder = pytest.mark.parametrize("state_backend", ["folder"], indirect=True)


@in_a_folder
def test_a_change_goes_from_the_pull_request_to_the_account(
    forge: Forge, setsmart_sandbox: SandboxAccount
) -> None:
    """The report shows each change and drift; a preview that fails is red and opens no issue."""
    account, github = setsmart_sandbox, forge.github
    ids = {str(listing["name"]): str(listing["id"]) for listing in account.objects()}
    assert sorted(ids) == ["Beachfront Villa", "Harbour Loft", "Pine Cabin"]
    account.change(ids["Harbour Loft"], bedrooms=9)
    forge.edit(
        ("bedrooms: 3", "bedrooms: 4"),
        ("max_guests: 2", "max_guests: 3"),
        ("  pine-cabin:\n    name: Pine Cabin\n    bedrooms: 2\n    max_guests: 4\n", ""),
    )
    asked = len(account.requests)
    summary = (forge.repository.kept / "summary").read_text()
    for _ in range(2):
        forge.succeed("pull-request")
    assert {request.method for request in account.requests[asked:]} == {"GET"}
    assert github.writes == ["POST comments", "PATCH comments/3"]
    report = github.comments[3]["body"]
    assert github.comments[2]["body"] == "<!-- pulumi-setsmart report a/b -->"
    head, deleted, changed = report.split("####")
    assert re.findall(r"\d+", head.partition("·")[0]) == ["1", "2", "1"]
    assert heading(Action.DELETE, 1) in deleted
    assert "Pine Cabin" in deleted
    assert heading(Action.UPDATE, 2) in changed
    rows = [line.strip(" |").split(" | ") for line in changed.splitlines() if "| <code>" in line]
    assert "Bedrooms" in deleted
    assert [[re.sub(r"</?code>", "", cell) for cell in row] for row in rows] == [
        ["Bedrooms", "3", "4", reason(FieldChange("/bedrooms", last=3, current=3, planned=4))],
        ["Bedrooms", "9", "1", reason(FieldChange("/bedrooms", last=1, current=9, planned=1))],
        [
            *("Max guests", "2", "3"),
            reason(FieldChange("/max_guests", last=2, current=2, planned=3)),
        ],
    ]
    assert (forge.repository.kept / "summary").read_text() == summary + report * 2

    forge.merge()
    forge.succeed("deploy")
    assert sorted(
        (listing["name"], listing["bedrooms"], listing["max_guests"])
        for listing in account.objects()
    ) == ([("Beachfront Villa", 4, 6), ("Harbour Loft", 1, 3)])
    forge.succeed("drift")
    assert github.issues == {}

    forge.edit(("bedrooms: 4", "bedrooms: four"))
    failed = forge.run("pull-request")
    assert failed["preview"].returncode != 0
    assert failed["report"].returncode == 2
    comment = html.unescape(github.comments[3]["body"])
    assert "portfolio.yaml:6:15: properties.beachfront-villa.bedrooms:" in comment
    assert f"[{MessageCode.INVALID_VALUE}]" in comment
    forge.merge()
    assert forge.run("drift")["drift"].returncode == 2
    assert github.issues == {}


@in_a_folder
def test_a_sheet_that_went_wrong_stops_before_anything_is_written(
    forge: Forge, setsmart_sandbox: SandboxAccount
) -> None:
    """In the pull request and in the deployment, until somebody says that it is meant."""
    account = setsmart_sandbox
    entries = "".join(f"  hut-{n}:\n    name: Hut {n}\n    bedrooms: 1\n" for n in range(7))
    forge.edit(("  pine-cabin:", f"{entries}  pine-cabin:"))
    forge.push()
    forge.deploy_by_hand()
    forge.edit(*((f"Hut {n}\n    bedrooms: 1", f"Hut {n}\n    bedrooms: 8") for n in range(4)))
    before, variables = account.objects(), dict(forge.repository.variables)
    assert forge.run("pull-request")["report"].returncode == 1
    comment = html.unescape(forge.github.comments[3]["body"])
    assert MessageCode.TOO_MANY_CHANGES in comment
    meant = {**variables, LARGE_CHANGE: "true", "inputs.large-change": "true"}
    approved = evolve(forge, repository=evolve(forge.repository, variables=meant))
    approved.succeed("pull-request")
    forge.merge()
    stopped = forge.run("deploy")["deploy"]
    assert stopped.returncode == 1
    assert stopped.stderr.splitlines()[-1] == message(MessageCode.TOO_MANY_CHANGES, 4, 10)
    assert account.objects() == before
    approved.succeed("deploy")
    assert sum(listing["bedrooms"] == 8 for listing in account.objects()) == 4


@in_a_folder
def test_drift_is_one_issue_until_it_is_gone(
    forge: Forge, setsmart_sandbox: SandboxAccount
) -> None:
    """It is opened, kept up to date and closed, and a chat is told; a rotated key is not red."""
    account, github = setsmart_sandbox, forge.github
    github.issues[1] = {"number": 1, "title": "Paint the hut", "state": "open", "body": ""}
    account.change("prop_1", name="Renamed | by somebody")
    with receiving() as chat:
        for chat_url in ("", chat.url):
            evolve(forge, chat_url=chat_url).succeed("drift")
    [told] = chat.received
    assert "prop_1" in json.loads(told.payload)["text"]
    assert github.writes == ["POST issues", "PATCH 2"]
    assert github.issues[2]["title"] == "Drift: production"
    assert heading(Action.REVERT, 1) in github.issues[2]["body"]
    account.remove("prop_2")
    forge.succeed("drift")
    assert heading(Action.RESTORE, 1) in github.issues[2]["body"]
    forge.deploy_by_hand(writer=NEXT_WRITER)
    with receiving() as chat:
        evolve(forge, chat_url=chat.url).succeed("drift")
    assert chat.received == []
    assert [issue["state"] for issue in github.issues.values()] == ["open", "closed"]
    assert len(account.objects()) == 3


@in_a_folder
def test_drift_is_accepted_by_a_pull_request(
    forge: Forge, setsmart_sandbox: SandboxAccount
) -> None:
    """Where the repository wants that: who merges it changes nothing at SetSmart."""
    variables = {**forge.repository.variables, "vars.ACCEPT_DRIFT": "true"}
    forge = evolve(forge, repository=evolve(forge.repository, variables=variables))
    account, github = setsmart_sandbox, forge.github
    [villa] = [each for each in account.objects() if each["name"] == "Beachfront Villa"]
    account.change(str(villa["id"]), bedrooms=7)
    before = account.objects()
    for _ in range(2):
        forge.succeed("drift")
    assert [write for write in github.writes if "pulls" in write] == ["POST pulls", "PATCH pulls/1"]
    [pull] = github.proposals.values()
    assert heading(Action.REVERT, 1) in pull["body"]
    proposed = github.trees[
        github.commits[github.branches[pull["head"]["ref"]]]["commit"]["tree"]["sha"]
    ]
    declared = (forge.repository.main / "portfolio.yaml").read_text()
    assert proposed == {"portfolio.yaml": declared.replace("bedrooms: 3", "bedrooms: 7")}

    (forge.repository.branch / "portfolio.yaml").write_text(proposed["portfolio.yaml"])
    forge.succeed("pull-request")
    forge.merge()
    forge.succeed("deploy")
    assert account.objects() == before
    forge.succeed("drift")
    assert (pull["state"], github.issues[1]["state"]) == ("closed", "closed")


WITH_A_SECRET = """
import pulumi
from pulumi_setsmart import Property

code = pulumi.Config().require_secret("code")
Property("hut", name="Hut", attributes={"door_code": code})
"""


@in_a_folder
def test_what_was_approved_is_what_is_deployed(
    forge: Forge, setsmart_sandbox: SandboxAccount
) -> None:
    """A listing that somebody changed since stops it, and the run says which; a secret does not."""
    account = setsmart_sandbox
    program = forge.repository.branch / "__main__.py"
    program.write_text(program.read_text() + WITH_A_SECRET)
    forge.push()
    forge.project.succeed("config", "set", "--secret", "code", DOOR_CODE, "--stack", "production")
    forge.deploy_by_hand()
    shutil.copy(forge.project.folder / "Pulumi.production.yaml", forge.repository.branch)
    forge.edit(("bedrooms: 3", "bedrooms: 4"))
    forge.succeed("pull-request")
    assert HIDDEN in forge.github.comments[3]["body"]
    forge.merge()
    ids = {str(listing["name"]): str(listing["id"]) for listing in account.objects()}
    account.change(ids["Harbour Loft"], bedrooms=9)
    before = account.objects()
    stopped = forge.run("deploy")["deploy"]
    assert stopped.returncode == 1
    said = stopped.stderr.splitlines()[-1]
    assert said == message(MessageCode.PLAN_CHANGED, "not approved: portfolio-harbour-loft")
    assert "Harbour Loft" in stopped.stdout
    assert account.objects() == before
    account.change(ids["Harbour Loft"], bedrooms=1, lift=True, safe={"pin": 77177})
    before = account.objects()
    forge.succeed("deploy")
    assert_backed_up(forge, before)
    assert {listing["name"]: listing.get("bedrooms") for listing in account.objects()} == {
        "Beachfront Villa": 4,
        "Harbour Loft": 1,
        "Pine Cabin": 2,
        "Hut": None,
    }


def assert_backed_up(forge: Forge, before: list[dict[str, Json]]) -> None:
    """Assert that the run kept all fields that the account had before it, and no secret."""
    [kept] = (forge.repository.kept / "artifacts" / "account-before-1001-1").iterdir()
    assert not [secret for secret in (DOOR_CODE, WRITER, "77177") if secret in kept.read_text()]
    entries = yaml.safe_load(kept.read_text())["properties"]
    for listing in before:
        [entry] = [each for each in entries.values() if each["existing_id"] == listing["id"]]
        saved = {**entry, **entry.get("attributes", {})}
        public = {
            name: value
            for name, value in listing.items()
            if name not in ("id", "created_at", "updated_at", "door_code") and value is not None
        }
        if "safe" in public:
            public["safe"] = {}
        assert public == {name: saved[name] for name in public}


ATTACK = """
import json, os, pathlib, subprocess
import httpx

def send(method, url, **headers):
    try:
        found = httpx.request(method, url, headers=headers, json={{"name": "Mine", "body": "Mine"}})
        return found.status_code
    except httpx.HTTPError as error:
        return str(error)

loot = {{"environment": dict(os.environ), "statuses": []}}
keys = [value for name, value in os.environ.items() if "KEY" in name or "TOKEN" in name]
base = os.environ["SETSMART_BASE_URL"]
for key in keys or ["none"]:
    for method, path in (("PUT", "/prop_1"), ("DELETE", "/prop_1"), ("POST", "")):
        loot["statuses"].append(send(method, base + "/properties" + path, **{{"X-API-Key": key}}))
    url = os.environ["GITHUB_API_URL"] + "/repos/hosts/portfolio/issues/7/comments"
    loot["comment"] = send("POST", url, Authorization=f"Bearer {{key}}")
loot["files"] = [
    path.read_text(errors="replace")
    for folder in (".", os.environ["RUNNER_TEMP"])
    for path in pathlib.Path(folder).rglob("*")
    if path.is_file() and path.stat().st_size < 1_000_000
]
for command in (
    ["pulumi", "cancel", "--yes", "--stack", "production"],
    ["pulumi", "stack", "rm", "--force", "--yes", "production"],
    ["pulumi", "stack", "rm", "--force", "--yes", "production"],
):
    backends = [os.environ.get("PULUMI_BACKEND_URL", ""), {backend!r}]
    loot.setdefault("removals", []).extend(
        subprocess.run(
            command, env={{**os.environ, "PULUMI_BACKEND_URL": backend}}, capture_output=True
        ).returncode
        for backend in backends
    )
pathlib.Path({loot!r}).write_text(json.dumps(loot))
"""
"""What somebody may push who wants everything: it takes what it sees, and tries what it can."""

OWN_SCRIPT = 'open({loot!r} + ".script", "w").write("the pull request\'s script was run")\n'


@pytest.mark.parametrize("state_backend", ["folder", "S3"], indirect=True)
def test_code_that_nobody_has_approved_gets_nothing_that_writes(
    forge: Forge, state_backend: StateBackend, setsmart_sandbox: SandboxAccount, tmp_path: Path
) -> None:
    """It writes neither state nor account nor comment; no secret of production is in its reach."""
    program = forge.repository.branch / "__main__.py"
    program.write_text(program.read_text() + WITH_A_SECRET)
    forge.push()
    forge.project.succeed("config", "set", "--secret", "code", DOOR_CODE, "--stack", "production")
    forge.deploy_by_hand()
    assert setsmart_sandbox.objects()[-1]["door_code"] == DOOR_CODE
    shutil.copy(forge.project.folder / "Pulumi.production.yaml", forge.repository.branch)
    stored, listings = state_backend.content(), setsmart_sandbox.objects()
    loot = tmp_path / "loot.json"
    # A folder of the runner is not a place for a state; somebody's own bucket may be known.
    backend = state_backend.writer["PULUMI_BACKEND_URL"]
    backend = backend if backend.startswith("s3:") else "file:///nowhere"
    program.write_text(program.read_text() + ATTACK.format(loot=str(loot), backend=backend))
    script = forge.repository.branch / "scripts" / "github.py"
    script.write_text(OWN_SCRIPT.format(loot=str(loot)))
    forge.run("pull-request")

    taken = json.loads(loot.read_text())
    assert set(taken["statuses"]) <= {401, 403}
    assert taken["comment"] == 401
    assert state_backend.content() == stored
    assert setsmart_sandbox.objects() == listings
    assert READER in taken["environment"].values()
    everything = json.dumps(taken)
    for secret in (
        PASSPHRASE,
        WRITER,
        TOKEN,
        DOOR_CODE,
        "ciphertext",
        *state_backend.writer.values(),
    ):
        assert secret not in everything.replace(backend, ""), secret
    assert not loot.with_name("loot.json.script").exists()
    assert forge.github.writes == ["POST comments"]
