"""The metadata of a resource in the state: read as what it is, or an error that names a way out.

The files in `states/` are what releases wrote. States in the world hold it, so those files are
never edited: a new form of the text gets a new file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.in_memory_account import InMemoryAccount, created, through_engine
from support.json_values import ANY_OBJECT, TEXTS
from support.messages import raises

from pulumi_setsmart.client.errors import MetadataError, NotFoundError, WrongAccountError
from pulumi_setsmart.lifecycle.declaration import read_declaration
from pulumi_setsmart.lifecycle.kind import API_OBJECT, PROPERTY, WEBHOOK_SUBSCRIPTION
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.metadata import (
    UNAPPLIED_KEY,
    VERSION,
    dump_metadata,
    input_metadata,
    load_metadata,
    require_input_metadata,
    unapplied_in,
)
from pulumi_setsmart.lifecycle.planned_change import PlannedChange
from pulumi_setsmart.lifecycle.secret_inputs import with_secret_paths
from pulumi_setsmart.lifecycle.state_metadata import (
    KEY,
    AccountMark,
    Since,
    StateMetadata,
    Unapplied,
)
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.providers.values import from_engine

VILLA: dict[str, Json] = {"name": "Villa", "bedrooms": 3}
REMEMBERED = StateMetadata(
    salt="00ff",
    account=AccountMark("https://setsmart.example/v1", "ab12", ["prop_1"], {"prop_1": "0f1e"}),
    declared={"name": True, "rooms": [{"beds": True}], "wifi": {}},
    accepted_values={"/name": "cd34"},
    secret_paths=["/wifi"],
    unapplied={"/rooms": Unapplied("ef56", Since.UPDATE)},
    inputs_ahead=True,
    null_secrets=["/wifi"],
    resource_key='["Property","villa"]',
    identity_since=1_795_934_692,
)
STORED: dict[str, Any] = {
    "version": 1,
    "salt": "00ff",
    "account": {
        "base_url": "https://setsmart.example/v1",
        "key_digest": "ab12",
        "neighbours": ["prop_1"],
        "names": {"prop_1": "0f1e"},
    },
    "declared": {"name": True, "rooms": [{"beds": True}], "wifi": {}},
    "echoes": {"/name": "cd34"},
    "secret_paths": ["/wifi"],
    "unapplied": {"/rooms": {"declared": "ef56", "since": "update"}},
    "inputs_ahead": True,
    "null_secrets": ["/wifi"],
    "resource": '["Property","villa"]',
    "identity_since": 1795934692,
}

UNCHANGED = PlannedChange(changes=False, replaces=[])
KINDS = {
    "property": PROPERTY,
    "webhook_subscription": WEBHOOK_SUBSCRIPTION,
    "api_object": API_OBJECT,
}
FROZEN = {
    f"{file.stem} {name}": resource
    for file in sorted((Path(__file__).parent / "states").glob("*.json"))
    for name, resource in json.loads(file.read_text(encoding="utf-8"))["resources"].items()
}


def test_the_names_in_the_state_stay() -> None:
    """These names stand in users' states: changing one breaks their next run."""
    assert json.loads(dump_metadata(REMEMBERED)) == STORED
    assert load_metadata({KEY: json.dumps(STORED)}) == REMEMBERED


def test_empty_members_are_not_written() -> None:
    """Each value of a state passes several times through the engine, so the text is short."""
    assert json.loads(dump_metadata(StateMetadata(salt="1"))) == {"version": 1, "salt": "1"}
    assert load_metadata({KEY: '{"salt": "1"}'}) == StateMetadata(salt="1")


def test_metadata_without_a_version_has_version_1() -> None:
    """The version came later."""
    unnumbered = {name: member for name, member in STORED.items() if name != "version"}
    assert load_metadata({KEY: json.dumps(unnumbered)}) == REMEMBERED


def test_outputs_without_metadata_have_none() -> None:
    """As after an import by somebody else: that is no error."""
    assert load_metadata({"id": "prop_1", "name": "Villa"}) is None


@pytest.mark.parametrize("resource", FROZEN.values(), ids=FROZEN)
def test_each_frozen_state_is_understood(resource: dict[str, Any]) -> None:
    """Every member of the text is where it belongs, and nothing of it is lost in the next one."""
    stored = resource["outputs"][KEY]
    plain = json.loads(stored) if isinstance(stored, str) else stored
    metadata = load_metadata(from_engine(resource["outputs"]))
    assert metadata is not None
    assert metadata.newer == {}
    written = json.loads(dump_metadata(metadata))
    empty: dict[str, Any] = {"echoes": {}, "secret_paths": []}
    assert {**empty, **written} == {
        **empty,
        **plain,
        "version": VERSION,
        "account": written["account"],
    }
    assert {"neighbours": [], **written["account"]} == {"neighbours": [], **plain["account"]}


@pytest.mark.parametrize("resource", FROZEN.values(), ids=FROZEN)
def test_each_frozen_state_goes_on(resource: dict[str, Any]) -> None:
    """It is refreshed, is found to be as it was, and is deleted; nothing else is sent."""
    identifier, outputs = resource["id"], from_engine(resource["outputs"])
    account = InMemoryAccount(objects={**resource["account"]})
    before = load_metadata(outputs)
    seen = account.lifecycle(KINDS[resource["kind"]]).read(identifier, outputs)
    assert seen is not None
    after = load_metadata(seen.outputs)
    assert before is not None
    assert after is not None
    assert (after.salt, after.declared) == (before.salt, before.declared)
    assert json.loads(str(seen.outputs[KEY]))["version"] == VERSION
    account.lifecycle(KINDS[resource["kind"]]).delete(identifier, seen.outputs)
    assert account.writes() == [
        f"DELETE {place}" for place in resource["account"] if place.endswith(f"/{identifier}")
    ]


@pytest.mark.parametrize(
    "resource",
    [pytest.param(state, id=name) for name, state in FROZEN.items() if "program" in state],
)
def test_each_frozen_state_previews_clean(resource: dict[str, Any]) -> None:
    """The program that made it, unchanged, changes nothing after a refresh and without one."""
    account, kind = InMemoryAccount(objects={**resource["account"]}), KINDS[resource["kind"]]
    identifier, outputs = resource["id"], from_engine(resource["outputs"])
    before = from_engine(resource["inputs"])
    declared = with_secret_paths(kind, from_engine(resource["program"]), before)
    inputs = account.lifecycle(kind).check(declared, exists=True, before=before).inputs
    assert account.lifecycle(kind).diff(outputs, inputs) == UNCHANGED
    refreshed = account.lifecycle(kind).read(identifier, outputs)
    assert refreshed is not None
    assert refreshed.outputs == outputs
    assert refreshed.inputs is None
    assert account.lifecycle(kind).diff(refreshed.outputs, inputs) == UNCHANGED
    account.lifecycle(kind).update(identifier, outputs, inputs)
    assert account.writes() == []


@pytest.mark.parametrize("resource", FROZEN.values(), ids=FROZEN)
def test_each_frozen_state_knows_its_account(resource: dict[str, Any]) -> None:
    """In an empty account, its object is not taken for deleted."""
    lifecycle = InMemoryAccount().lifecycle(KINDS[resource["kind"]], key="another")
    with pytest.raises(WrongAccountError):
        lifecycle.read(resource["id"], from_engine(resource["outputs"]))
    with pytest.raises(WrongAccountError):
        lifecycle.delete(resource["id"], from_engine(resource["outputs"]))


POINTERS = TEXTS.map(lambda text: f"/{text}")
SHAPES = st.recursive(
    st.just(value=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
OTHERS = ANY_OBJECT.map(lambda found: {f"future_{name}": value for name, value in found.items()})
MARKS = st.builds(
    AccountMark,
    base_url=TEXTS,
    key_digest=TEXTS,
    siblings=st.lists(TEXTS, max_size=3),
    names=st.dictionaries(TEXTS, TEXTS, max_size=3),
    newer=OTHERS,
)
METADATA = st.builds(
    StateMetadata,
    salt=st.text("0123456789abcdef", min_size=1, max_size=16),
    account=st.none() | MARKS,
    declared=st.none() | st.dictionaries(TEXTS, SHAPES, max_size=4),
    accepted_values=st.dictionaries(POINTERS, TEXTS, max_size=3),
    secret_paths=st.lists(POINTERS, max_size=3),
    unapplied=st.dictionaries(
        POINTERS, st.builds(Unapplied, TEXTS, st.sampled_from(Since), OTHERS), max_size=3
    ),
    inputs_ahead=st.booleans(),
    null_secrets=st.none() | st.lists(POINTERS, max_size=3),
    resource_key=st.none() | TEXTS.filter(bool),
    identity_since=st.none() | st.integers(1, 2**53),
    newer=OTHERS,
)


@given(METADATA)
def test_whatever_is_written_is_read(metadata: StateMetadata) -> None:
    """Exactly, and it is written again in the same way, members of newer releases included."""
    text = dump_metadata(metadata)
    assert load_metadata({KEY: text}) == metadata
    assert "\n" not in text
    found = load_metadata({KEY: text})
    assert found is not None
    assert dump_metadata(found) == text


def with_member(*path: str, value: object) -> str:
    """Return the stored text with another value in one place; ABSENT takes the place away."""
    whole = json.loads(json.dumps(STORED))
    holder = whole
    for name in path[:-1]:
        holder = holder[name]
    if value is ABSENT:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return json.dumps(whole)


ABSENT = object()
TEXT = json.dumps(STORED)


MAY_BE = [("inputs_ahead", False), ("neighbours", ["x"]), ("names", {"x": "x"})]


def wrong_types() -> Iterator[str]:
    """Yield the stored text with values of each other type in each place."""
    places: list[tuple[tuple[str, ...], object]] = [
        *(((name,), value) for name, value in STORED.items()),
        *((("account", name), value) for name, value in STORED["account"].items()),
        (("account", "names", "prop_1"), "x"),
        (("declared", "rooms"), []),
        (("echoes", "/name"), "x"),
        (("unapplied", "/rooms"), {}),
        (("unapplied", "/rooms", "declared"), "x"),
        (("unapplied", "/rooms", "since"), "x"),
    ]
    for path, value in places:
        for other in (None, False, 0, 1.5, "x", ["x"], [5], {"x": "x"}, {"/x": 5}):
            a_text = isinstance(value, str) and isinstance(other, str) and path[-1] != "since"
            if not a_text and (path[-1], other) not in MAY_BE:
                yield with_member(*path, value=other)


DAMAGED: dict[str, object] = {
    "empty": "",
    "blank": " ",
    "no JSON": "x",
    "half": TEXT[: len(TEXT) // 2],
    "all but the end": TEXT[:-1],
    "twice": TEXT + TEXT,
    "a number": "5",
    "a list": "[]",
    "null": "null",
    "true": "true",
    "a text": '"x"',
    "an empty object": "{}",
    "deep": "[" * 100_000,
    "deep and whole": "[" * 900 + "]" * 900,
    "a deep declaration": with_member("declared", value={"a": json.loads("[" * 500 + "]" * 500)}),
    "a deep unknown member": TEXT[:-1] + ', "future": ' + "[" * 500 + "]" * 500 + "}",
    "a huge number": TEXT[:-1] + ', "future": ' + "9" * 5000 + "}",
    "a number beyond all": TEXT[:-1] + ', "future": 1e999}',
    "not a number": TEXT[:-1] + ', "future": NaN}',
    "half a character": TEXT[:-1] + ', "future": "\\ud800"}',
    "half a character as a name": TEXT[:-1] + ', "\\udfff": 1}',
    "a name twice": TEXT[:-1] + ', "salt": "00ff"}',
    "a name twice inside": TEXT.replace('"base_url"', '"key_digest": "", "base_url"'),
    "no salt": with_member("salt", value=ABSENT),
    "an empty salt": with_member("salt", value=""),
    "a long salt": with_member("salt", value="0" * 65),
    "no base URL": with_member("account", "base_url", value=ABSENT),
    "no digest of the key": with_member("account", "key_digest", value=ABSENT),
    "a path without a slash": with_member("secret_paths", value=["wifi"]),
    "an unknown step": with_member("unapplied", "/rooms", "since", value="rename"),
    "version 0": with_member("version", value=0),
    "version -1": with_member("version", value=-1),
    "version 1.0": with_member("version", value=1.0),
    "version as a text": with_member("version", value="1"),
    "a time before 1970": with_member("identity_since", value=-1),
    "version of another world": with_member("version", value=10**9),
    "half of a newer version": with_member("version", value=99)[:-5],
    "None": None,
    "a number itself": 5,
    "a fraction itself": 0.5,
    "true itself": True,
    "a list itself": [STORED],
    "an empty object itself": {},
    "an object without a salt itself": {"secret_paths": ["/wifi"]},
    "not known": UNKNOWN,
    **{f"wrong type {number}": text for number, text in enumerate(wrong_types())},
}
NEWER = {"newer": with_member("version", value=2), "far newer": '{"version": 99, "salt": [0]}'}


@pytest.mark.parametrize("stored", DAMAGED.values(), ids=DAMAGED)
def test_damaged_metadata_is_an_error_with_ways_out(stored: object) -> None:
    """In one or two lines that repeat nothing of it."""
    ways_out = ("pulumi state delete", "pulumi-setsmart adopt", 'existing_id="prop_1"')
    with raises(MetadataError, MessageCode.DAMAGED_METADATA, "__setsmart", *ways_out) as caught:
        load_metadata({KEY: stored}, "prop_1")
    assert len(caught.value.message) < 300
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("release", "is_named"),
    [
        (None, False),
        ("1.4", True),
        ("2.0.0rc1", True),
        ("x" * 5, False),
        ("1 or rm -rf", False),
        ("1\u202e", False),
        ("1" * 100, False),
        (5, False),
    ],
)
def test_a_newer_version_names_the_release_that_is_needed(
    release: object, *, is_named: bool
) -> None:
    """Metadata of a newer version is not read any further, and only a release number is shown."""
    plain = {"version": 2, "account": "in another form", "release": release}
    named = [release] if is_named else []
    facts = ("__setsmart", 2, 1, "pulumi-setsmart", *named)
    with raises(MetadataError, MessageCode.NEWER_METADATA, *facts) as caught:
        load_metadata({KEY: json.dumps(plain)})
    assert (str(release) in caught.value.message) is is_named


def test_the_first_releases_wrote_an_object() -> None:
    """It stays readable, less the nulls, which the engine drops, and with doubles for numbers."""
    assert load_metadata(from_engine({KEY: {**STORED, "version": 1.0}})) == REMEMBERED


# What the lifecycle does with it


def damage(outputs: dict[str, Json], stored: object) -> dict[str, Any]:
    """Return outputs with other metadata."""
    return {**outputs, KEY: stored}


OPERATIONS: dict[str, Callable[[Lifecycle, str, dict[str, Any]], object]] = {
    "read": lambda lifecycle, id_, outputs: lifecycle.read(id_, outputs),
    "diff": lambda lifecycle, _, outputs: lifecycle.diff(outputs, VILLA),
    "replacing diff": lambda lifecycle, _, outputs: lifecycle.diff(
        outputs, {**VILLA, "account": "eu"}
    ),
    "update": lambda lifecycle, id_, outputs: lifecycle.update(id_, outputs, {"name": "Loft"}),
    "delete": lambda lifecycle, id_, outputs: lifecycle.delete(id_, outputs),
    "deactivate": lambda lifecycle, id_, outputs: lifecycle.delete(
        id_, {**outputs, "deletion_policy": "deactivate"}
    ),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
@pytest.mark.parametrize("place", ["there", "elsewhere"])
def test_no_operation_continues_with_damaged_metadata(
    operation: Callable[[Lifecycle, str, dict[str, Any]], object], place: str
) -> None:
    """Nothing at all is sent, whether or not the object is there, and whatever is accepted."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)
    asked = account if place == "there" else InMemoryAccount()
    asked.sent.clear()
    lifecycle = asked.lifecycle(accept_account_change=True)
    for stored in (*DAMAGED.values(), *NEWER.values()):
        with pytest.raises(MetadataError):
            operation(lifecycle, identifier, damage(outputs, stored))
    assert asked.sent == []


@pytest.mark.parametrize(
    "unapplied", ["", "x", "[]", "{}x", '{"max_guests": 5}', None, 5, {"x": 1}, '{"/a": NaN}']
)
def test_damaged_unapplied_values_are_an_error(unapplied: object) -> None:
    """A report that cannot tell it would blame somebody for the difference."""
    with raises(MetadataError, MessageCode.DAMAGED_METADATA, UNAPPLIED_KEY):
        unapplied_in({UNAPPLIED_KEY: unapplied}, "prop_1")
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)
    with raises(MetadataError, MessageCode.DAMAGED_METADATA, 'existing_id="id_2"'):
        account.lifecycle().read(
            identifier, damage(outputs, outputs[KEY]) | {UNAPPLIED_KEY: unapplied}
        )


@pytest.mark.parametrize("metadata", ["x", 5, None, True, [], {"secret_paths": "x"},
                                  {"secret_paths": [5]}, {"secret_paths": ["x"]},
                                  {"sealed": 1}, json.dumps(STORED)])  # fmt: skip
def test_damaged_metadata_in_inputs_is_an_error(metadata: object) -> None:
    """They say what is secret, so what cannot be understood is an error too."""
    with raises(MetadataError, MessageCode.DAMAGED_METADATA, KEY):
        require_input_metadata({KEY: metadata})


@pytest.mark.parametrize("metadata", [{}, {"secret_paths": ["", "/a"], "sealed": False}, UNKNOWN])
def test_metadata_in_inputs_is_an_object_or_missing(metadata: Json) -> None:
    """An object of a program, also one that says more than we know; never a text."""
    require_input_metadata({KEY: metadata})
    require_input_metadata({})
    require_input_metadata({KEY: {"secret_paths": [], "takes_over": "prop_1", "owner": "ab"}})
    assert input_metadata({KEY: json.dumps({"secret_paths": []})}) == {}


@pytest.mark.parametrize("decision", ["x", 5, None, [], {"takes_over": 5, "owner": "ab"}, True])
def test_a_decision_that_is_not_understood_is_made_again(decision: object) -> None:
    """It leads from a check to its create; without it the account is asked."""
    account = InMemoryAccount({"/properties/prop_5": {"id": "prop_5", "name": "Villa"}})
    inputs: dict[str, Any] = {**VILLA, "if_exists": "adopt", f"{KEY}_takeover": decision}
    identifier, _ = account.lifecycle().create(inputs)
    assert identifier == "prop_5"
    assert account.writes() == ["PUT /properties/prop_5"]


@pytest.mark.parametrize("stored", ["x", ABSENT], ids=["damaged", "missing"])
def test_a_message_about_damaged_metadata_shows_no_value(stored: object) -> None:
    """Without metadata it is not known what is secret, so even the title is left out."""
    outputs: dict[str, Any] = {"id": "prop_1", "name": "hush-1", "attributes": {"code": "hush-2"}}
    if stored is not ABSENT:
        outputs[KEY] = stored
    declaration = read_declaration(PROPERTY, outputs)
    assert declaration.subject(PROPERTY, "prop_1") == "property (prop_1)"
    assert "hush" not in declaration.redact("no: hush-1, hush-2")
    assert declaration.secret_paths == []
    inputs = read_declaration(PROPERTY, {"name": "Villa"})
    assert inputs.subject(PROPERTY) == 'property "Villa"'


# Missing metadata


def without(outputs: dict[str, Json], *, whole: bool) -> dict[str, Any]:
    """Return outputs without metadata, or with metadata that does not say in which account."""
    if whole:
        return {name: member for name, member in outputs.items() if name != KEY}
    plain = json.loads(str(outputs[KEY]))
    return damage(
        outputs, json.dumps({name: member for name, member in plain.items() if name != "account"})
    )


@pytest.mark.parametrize("whole", [True, False], ids=["missing", "no account"])
@pytest.mark.parametrize("policy", ["delete", "deactivate"])
def test_missing_metadata_proves_no_deletion(*, whole: bool, policy: str) -> None:
    """Not on a read, not on an update, not on a delete; and whoever knows better can say so."""
    _, outputs = created(InMemoryAccount().lifecycle(), {**VILLA, "deletion_policy": policy})
    outputs = without(outputs, whole=whole)
    account = InMemoryAccount()
    for name in ("read", "update", "delete"):
        with raises(WrongAccountError, MessageCode.UNKNOWN_ACCOUNT, "id_2"):
            OPERATIONS[name](account.lifecycle(), "id_2", outputs)
    assert account.writes() in ([], ["DELETE /properties/id_2"])  # of what is not there
    accepting = account.lifecycle(accept_account_change=True)
    assert accepting.read("id_2", outputs) is None
    accepting.delete("id_2", outputs)
    with pytest.raises(NotFoundError):
        accepting.update("id_2", outputs, VILLA)


@pytest.mark.parametrize("whole", [True, False], ids=["missing", "no account"])
def test_missing_metadata_is_no_hindrance_while_the_object_is_there(*, whole: bool) -> None:
    """A refresh writes it; an update and a delete go through, as they do after a plain import."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)
    outputs = without(outputs, whole=whole)
    seen = account.lifecycle().read(identifier, outputs)
    assert seen is not None
    refreshed = load_metadata(seen.outputs)
    assert refreshed is not None
    assert refreshed.account is not None
    account.lifecycle().update(identifier, outputs, {"name": "Loft"})
    assert account.objects["/properties/id_2"]["name"] == "Loft"
    account.lifecycle().delete(identifier, outputs)
    assert account.objects == {}


def test_a_first_read_of_a_missing_object_is_an_error() -> None:
    """`.get` of an unknown id has no state that could be another account's."""
    with pytest.raises(NotFoundError):
        InMemoryAccount().lifecycle().read("id_2", {})
    with pytest.raises(NotFoundError):
        InMemoryAccount().lifecycle(API_OBJECT).read("r", {"path": "/rules", "id_field": "id"})


# Members of newer releases


def test_members_of_a_newer_release_survive() -> None:
    """Through refreshes and updates of this one, at each place that is rewritten."""
    account = InMemoryAccount(stored=lambda sent: {**sent, "max_guests": 16})
    inputs = through_engine({**VILLA, "max_guests": 50})
    identifier, outputs = created(account.lifecycle(), inputs)
    plain = json.loads(str(outputs[KEY]))
    plain["future"] = {"a": [1, 2.5, None, "é"]}
    plain["account"]["future"] = True
    plain["unapplied"]["/max_guests"]["future"] = 5
    outputs = damage(outputs, json.dumps(plain))
    for _ in range(2):
        seen = account.lifecycle().read(identifier, outputs)
        assert seen is not None
        outputs = through_engine(seen.outputs)
        outputs = through_engine(
            account.lifecycle().update(identifier, outputs, {**inputs, "bedrooms": 4})
        )
    kept = json.loads(str(outputs[KEY]))
    assert kept["future"] == {"a": [1, 2.5, None, "é"]}
    assert kept["account"]["future"] is True
    assert kept["unapplied"]["/max_guests"]["future"] == 5


@given(OTHERS, OTHERS)
@settings(max_examples=30)
def test_any_member_of_a_newer_release_survives(
    top: dict[str, Json], mark: dict[str, Json]
) -> None:
    """Whatever JSON it is."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)
    plain = json.loads(str(outputs[KEY]))
    outputs = damage(outputs, json.dumps({**plain, **top, "account": {**plain["account"], **mark}}))
    seen = account.lifecycle().read(identifier, outputs)
    assert seen is not None
    kept = load_metadata(seen.outputs)
    assert kept is not None
    assert kept.account is not None
    assert (kept.newer, kept.account.newer) == (top, mark)


def test_what_a_state_holds_is_not_changed_by_reading_it() -> None:
    """A second look at the same outputs finds the same."""
    metadata = attrs.evolve(REMEMBERED, newer={"future": 1})
    outputs = {KEY: dump_metadata(metadata)}
    first = load_metadata(outputs)
    assert first == load_metadata(outputs) == metadata
