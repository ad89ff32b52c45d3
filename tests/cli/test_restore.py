"""`pulumi-setsmart backup` and `restore` without a stack: the account alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from attrs import frozen
from click.testing import CliRunner, Result
from support.messages import message
from support.saved_fields import saved_fields

from pulumi_setsmart.backup.backup_file import read_backup
from pulumi_setsmart.cli import main
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import ApiKey, Fault, Json, SandboxSettings
from pulumi_setsmart.sandbox.behaviour import Behaviour
from pulumi_setsmart.sandbox.exchange import Exchange
from pulumi_setsmart.specification.document import LARGEST_FILE, MOST_VALUES
from pulumi_setsmart.specification.reading import read_portfolio
from pulumi_setsmart.testing import Failed, Lost, SandboxAccount, running_sandbox

WRITER, READER = "key-that-writes", "key-that-reads"
EXTRA: dict[str, Json] = {
    "rules": {"pets": {"cats": True}, "quiet": [22, 7]},
    "beds": [{"size": "king", "count": 1}, {"size": "twin", "count": 2}],
    "fields": [{"name": "Door code", "value": 4711}, {"name": "Floor", "value": 3}],
    "door_code": "4711",
    "has_pin": True,
}
SECRETS = ("whsec_hush", "4711")


@pytest.fixture
def setsmart_sandbox_settings() -> SandboxSettings:
    """An account with a key that may write, and one that may only read."""
    return SandboxSettings(keys=(ApiKey(WRITER), ApiKey(READER, read_only=True)), rate_limit=0)


@pytest.fixture
def account(setsmart_sandbox: SandboxAccount) -> SandboxAccount:
    """An account with twins, odd listings and a subscription, and a backup of it."""
    account = setsmart_sandbox
    for number in range(5):
        account.add("properties", name=f"House {number}", address=f"{number} Road", **EXTRA)
    for _ in range(2):
        account.add("properties", name="Twin", address="1 Street", bedrooms=2)
    account.add("properties", name="בית הים", notes="\ttab\r\n#: - ~")
    account.add("webhooks", url="https://a.example/", events=["a.a"], secret="whsec_hush")
    finished = run(account, "backup", "account.yaml")
    assert (finished.exit_code, finished.stdout) == (0, "wrote account.yaml: 9 objects\n")
    return account


def run(account: SandboxAccount, *arguments: str, **environment: str) -> Result:
    """Run a command on the account."""
    return CliRunner().invoke(main, arguments, env={**account.environment, **environment})


def restore(account: SandboxAccount, *options: str, **environment: str) -> Result:
    """Bring the account back."""
    return run(account, "restore", "account.yaml", "--yes", *options, **environment)


def fields(account: SandboxAccount, *without: str) -> list[dict[str, Json]]:
    """Return the fields of all objects."""
    return saved_fields([*account.objects(), *account.objects("webhooks")], *without)


def writes(account: SandboxAccount, *methods: str) -> int:
    """Return how often something was changed."""
    methods = methods or ("POST", "PUT", "DELETE")
    return sum(request.method in methods for request in account.requests)


def test_a_backup_has_every_field_and_no_secret(account: SandboxAccount) -> None:
    """It is a portfolio file; what it lacks is named in it and by the command."""
    text = Path("account.yaml").read_text()
    assert not [secret for secret in SECRETS if secret in text]
    assert len(read_portfolio("account.yaml").properties or {}) == 8
    house = yaml.safe_load(text)["properties"]["house-0"]
    labelled: list[Json] = [{"name": "Door code"}, {"name": "Floor", "value": 3}]
    assert house == {
        "existing_id": "prop_1",
        "name": "House 0",
        "address": "0 Road",
        "status": "active",
        "attributes": {
            **{name: EXTRA[name] for name in ("rules", "beds", "has_pin")},
            "fields": labelled,
        },
        "backup": {"left_out": ["/door_code", "/fields/0/value"]},
    }
    finished = run(account, "backup", "again.yaml")
    assert finished.stderr.splitlines() == [
        message(MessageCode.LEFT_OUT, "fields.0.value", 5),
        message(MessageCode.LEFT_OUT, "door_code", 5),
        message(MessageCode.LEFT_OUT, "secret", 1),
    ]
    assert run(account, "compare", "account.yaml", "account").exit_code == 0
    assert run(account, "backup", "account.yaml").stderr.strip() == message(
        MessageCode.FILE_EXISTS, "account.yaml"
    )
    assert run(account, "backup", "account.csv").exit_code == 2
    assert writes(account) == 0


def test_a_backup_may_be_larger_than_a_portfolio_file(account: SandboxAccount) -> None:
    """An account that cannot be backed up could not be deployed."""
    for number in range(1, 6):
        account.change(f"prop_{number}", notes="x" * (LARGEST_FILE // 5))
    finished = run(account, "backup", "large.yaml")
    assert finished.exit_code == 0, finished.stderr
    account.change("prop_8", notes="short")
    assert run(account, "restore", "large.yaml", "--yes").exit_code == 0
    assert account.get("prop_8")["notes"] == "\ttab\r\n#: - ~"


@pytest.mark.parametrize("file", ["large.yaml", "large.json"])
def test_a_backup_may_have_more_values_than_a_portfolio_file(file: str) -> None:
    """As it has every field of each object, and what is noted of it."""
    values = {"values": [1] * MOST_VALUES}
    entry = {"existing_id": "1", "name": "A", "attributes": values, "backup": {}}
    Path(file).write_text(json.dumps({"properties": {"a": entry}}))
    [saved] = read_backup(file)
    assert saved.fields == {"name": "A", **values}


def test_every_field_comes_back(account: SandboxAccount) -> None:
    """Members of objects and of lists, what was not there before, and names that were swapped."""
    before = fields(account)
    account.change("prop_1", name="House 1", bedrooms=3, rules={"pets": {"dogs": True}}, new=1)
    account.change("prop_2", name="House 0", beds=[{"size": "twin", "count": 9, "soft": True}])
    account.change("prop_3", fields=[{"name": "Door code", "value": 1234}], status="inactive")
    account.change("wh_1", events=["b.b"], status="inactive")
    asked = writes(account)
    finished = restore(account)
    assert (finished.exit_code, finished.stderr) == (0, "")
    assert finished.stdout.splitlines()[-2:] == [
        "4 changed, 0 created again",
        "no stack: no state was changed",
    ]
    assert writes(account) == asked + 4
    # A code is not in the backup, so it stays as it is.
    labelled: list[Json] = [{"name": "Door code", "value": 1234}, {"name": "Floor", "value": 3}]
    assert account.get("prop_3")["fields"] == labelled
    account.change("prop_3", fields=EXTRA["fields"])
    assert fields(account) == before
    assert restore(account).stdout == "no differences\n"


def test_a_code_stays_where_its_list_changed(account: SandboxAccount) -> None:
    """A backup does not have it, which does not mean that the listing had none."""
    changed: list[Json] = [{"name": "Door code", "value": 4711}, {"name": "Floor", "value": 9}]
    account.change("prop_1", fields=changed)
    assert restore(account).exit_code == 0
    assert account.get("prop_1")["fields"] == EXTRA["fields"]
    account.change("prop_1", fields=changed[::-1])
    assert restore(account).exit_code == 0
    assert account.get("prop_1")["fields"] == EXTRA["fields"]


@frozen
class Passed:
    """No fault: the server does what was asked."""

    name: str = "none"

    async def apply(self, exchange: Exchange) -> None:
        """Let it happen."""
        await exchange.respond(await exchange.forward())


@pytest.mark.parametrize("fault", [Failed("before", 403), Failed("after", 403), Lost("after")])
@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_run_that_failed_half_way_is_continued(
    account: SandboxAccount, fault: Fault, number: int
) -> None:
    """Nothing is created twice, twins included, whether or not the lost request was carried out."""
    unequal = ("id", "door_code", "secret", "fields")
    before = fields(account, *unequal)
    for identifier in ("prop_1", "prop_2", "prop_6", "prop_7", "wh_1"):
        account.remove(identifier)
    account.faults.add(*[Passed()] * number, fault, methods=("POST",))
    stopped = restore(account)
    assert stopped.exit_code == (1 if isinstance(fault, Lost) else 2), stopped.stderr
    finished = restore(account)
    assert finished.exit_code in (0, 1), finished.stderr
    assert fields(account, *unequal) == before
    assert restore(account).stdout == "no differences\n"


def test_what_a_new_listing_lacks_is_named(account: SandboxAccount) -> None:
    """A subscription's secret as well: one line for each field."""
    for identifier in ("prop_1", "prop_2", "wh_1"):
        account.remove(identifier)
    finished = restore(account)
    assert finished.exit_code == 1
    assert finished.stderr.splitlines() == [
        message(MessageCode.SECRET_NOT_RESTORED, "house-0", "house-1", "door_code"),
        message(MessageCode.SECRET_NOT_RESTORED, "house-0", "house-1", "fields.0.value"),
        message(MessageCode.SECRET_NOT_RESTORED, "https-a-example", "secret"),
    ]
    assert finished.stdout.splitlines()[-3:-1] == [
        "created again: https-a-example (wh_1) is wh_2 now",
        "0 changed, 3 created again",
    ]


def test_a_listing_that_may_be_another_one_is_left(account: SandboxAccount) -> None:
    """Two of the same name and address could be what became of it: both stay, and are named."""
    account.remove("prop_1")
    for _ in range(2):
        account.add("properties", name="House 0", address="0 Road")
    before, asked = fields(account), writes(account)
    finished = restore(account)
    assert finished.exit_code == 1
    assert finished.stderr.splitlines() == [
        message(MessageCode.NOT_IN_BACKUP, 2),
        message(MessageCode.NOT_RESTORED, "house-0 (prop_1)", "prop_9", "prop_10", "existing_id"),
    ]
    assert (fields(account), writes(account)) == (before, asked)


def test_one_of_twins_comes_back(account: SandboxAccount) -> None:
    """The other one is not taken for it, as the backup has both."""
    before = fields(account, "id")
    account.remove("prop_6")
    finished = restore(account)
    assert finished.exit_code == 0, finished.stderr
    assert fields(account, "id") == before


def test_what_setsmart_rejects_does_not_stop_the_rest(account: SandboxAccount) -> None:
    """The listing is named with the reason, and the others come back."""
    for number in (1, 2):
        account.change(f"prop_{number}", bedrooms=3)
    account.faults.add(Failed("before", 422, b'{"error": {"message": "no"}}'), methods=("PUT",))
    finished = restore(account)
    assert finished.exit_code == 1
    assert finished.stderr.strip() == message(MessageCode.NOT_RESTORED, "house-0 (prop_1)", "no")
    assert [each.get("bedrooms") for each in account.objects()[:2]] == [3, None]


def test_what_setsmart_does_not_apply_is_named() -> None:
    """Each time, as the listing is not as it was; a normalised value counts as applied."""
    behaviour = Behaviour(frozen=frozenset({"bedrooms"}), normalise=True)
    settings = SandboxSettings(keys=(ApiKey(WRITER),), rate_limit=0, behaviour=behaviour)
    with running_sandbox(settings) as account:
        account.add("properties", name="House  0", address="0 Road", bedrooms=2)
        run(account, "backup", "account.yaml")
        account.change("prop_1", name="Other", bedrooms=5)
        for changed in (1, 0):
            finished = restore(account)
            assert finished.exit_code == 1
            assert f"{changed} changed, 0 created" in finished.stdout
            assert (
                message(MessageCode.NOT_RESTORED, "house-0 (prop_1)", "bedrooms")
                in finished.stderr.splitlines()
            )
            account.change("prop_1", name="House  0")


@pytest.mark.usefixtures("account")
def test_another_account_is_refused() -> None:
    """Also with the same ids; unless somebody says that it is the right one."""
    with running_sandbox(SandboxSettings(keys=(ApiKey(WRITER),), rate_limit=0)) as other:
        for listings in (0, 8):
            for number in range(listings):
                other.add("properties", name=f"Barn {number}", address=f"{number} Hill")
            finished = restore(other)
            assert finished.exit_code == 2
            assert finished.stderr.strip() == message(
                MessageCode.BACKUP_OF_OTHER_ACCOUNT, "--accept-account-change"
            )
        assert writes(other) == 0
        finished = restore(other, "--accept-account-change")
        assert "8 changed, 1 created again" in finished.stdout


def test_a_key_that_may_only_read_gives_one_line(account: SandboxAccount) -> None:
    """It stops at the first write, however many there are."""
    for number in (1, 2, 3):
        account.change(f"prop_{number}", bedrooms=3)
    finished = restore(account, SETSMART_API_KEY=READER)
    assert finished.exit_code == 2
    assert finished.stderr.splitlines() == [message(MessageCode.PERMISSION_DENIED)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("properties: {villa: {name: Villa, existing_id: prop_1}}", MessageCode.NOT_A_BACKUP),
        ("properties: {villa: {name: Villa, backup: {}}}", MessageCode.NOT_A_BACKUP),
        (
            "properties: {villa: {name: Villa, existing_id: a, backup: {left_out: 1}}}",
            MessageCode.NOT_A_BACKUP,
        ),
        (
            "properties: {villa: {name: Villa, existing_id: a, backup: {resource: [a]}}}",
            MessageCode.NOT_A_BACKUP,
        ),
        (
            "properties: {a: &a {name: A, existing_id: p, backup: {}}, b: *a}",
            MessageCode.NOT_A_BACKUP,
        ),
        ("properties: {villa: {name: Villa, backup: 1}}", MessageCode.INVALID_VALUE),
        ("[1]", MessageCode.INVALID_PORTFOLIO),
    ],
)
def test_a_file_that_is_no_backup_is_refused(
    account: SandboxAccount, text: str, code: MessageCode
) -> None:
    """Before anything is asked of the account."""
    Path("account.yaml").write_text(text)
    asked = len(account.requests)
    finished = restore(account)
    assert (finished.exit_code, len(account.requests)) == (2, asked)
    assert finished.stderr.strip() == message(code, "account.yaml")


def test_only_names_one_object(account: SandboxAccount) -> None:
    """A name that two have is refused, and so is one that none has."""
    account.change("prop_1", bedrooms=3)
    account.change("prop_2", bedrooms=3)
    path = Path("account.yaml")
    path.write_text(path.read_text().replace("  house-1:", "  prop_1:"))
    for name, code in (("prop_1", "SEVERAL_OBJECTS"), ("hut", "NOTHING_FOUND")):
        finished = restore(account, "--only", name)
        assert finished.exit_code == 2
        assert finished.stderr.strip() == message(MessageCode[code], name, "--only")
    assert restore(account, "--only", "house-0").exit_code == 0
    assert [each.get("bedrooms") for each in account.objects()[:2]] == [None, 3]
