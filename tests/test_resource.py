"""From a program's arguments to inputs; what is registered is seen by Pulumi's own mocks."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from support.messages import message

from pulumi_setsmart import ApiObject, Property, WebhookSubscription
from pulumi_setsmart.models.message_code import MessageCode

PREFACE = """
import json, sys
import pulumi
from pulumi.runtime import rpc
from pulumi_setsmart import CLEAR, ApiObject, Property, WebhookSubscription
from pulumi_setsmart.models.message_code import MessageCode

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        inputs = {name: one for name, one in args.inputs.items() if name != "__provider"}
        if rpc.is_rpc_secret(inputs.get("__setsmart")):
            inputs["__setsmart"] = {"encrypted": rpc.unwrap_rpc_secret(inputs["__setsmart"])}
        registered = [args.typ, args.name, args.resource_id or None, inputs]
        sys.stdout.write(json.dumps(registered) + "\\n")
        return [args.resource_id or "id_1", args.inputs]

    def call(self, args):
        return {}

@pulumi.runtime.test
def program():
"""


def registered(*statements: str) -> list[Any]:
    """Run a program in a process of its own and return what it registers."""
    code = PREFACE + "".join(f"    {statement}\n" for statement in statements)
    code += "pulumi.runtime.set_mocks(Mocks(), preview=False)\nprogram()\n"
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return [json.loads(line) for line in finished.stdout.splitlines()]


def without_evidence(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return what a program registers beside what it tells of it."""
    return {name: one for name, one in inputs.items() if not name.startswith("__setsmart")}


def secret_paths(inputs: dict[str, Any]) -> Any:
    """Return the paths that the provider learns are secret, of which the rest is encrypted."""
    return inputs["__setsmart"]["encrypted"]["secret_paths"]


def seen(inputs: dict[str, Any]) -> Any:
    """Return what the provider learns was plain."""
    return json.loads(inputs["__setsmart"]["encrypted"]["seen"])


def test_what_is_not_declared_is_no_input() -> None:
    """An argument that is left out does not reach the provider, and CLEAR does as a text."""
    [[typ, name, _, inputs]] = registered('Property("villa", name="V", address=CLEAR)')
    assert (typ, name) == ("pulumi-python:dynamic/setsmart:Property", "villa")
    assert without_evidence(inputs) == {"name": "V", "address": "null (none)"}


def test_a_program_sees_what_mocks_return() -> None:
    """Only the form of null is None to it, at every depth."""
    _, seen = registered(
        'villa = Property("villa", name="V", bedrooms=2, address=CLEAR, '
        'attributes={"a": [1, {"b": CLEAR}], "c": "null"})',
        "seen = pulumi.Output.all(villa.name, villa.bedrooms, villa.address, villa.attributes)",
        'seen.apply(lambda values: sys.stdout.write(json.dumps(values) + "\\n"))',
    )
    assert seen == ["V", 2, None, {"a": [1, {"b": None}], "c": "null"}]


def test_the_provider_learns_which_inputs_are_secret() -> None:
    """At any depth, by their paths as the API has them, and what it adds there is encrypted."""
    [[_, _, _, inputs]] = registered(
        'hush = pulumi.Output.secret("hush-1")',
        'Property("villa", name="V", status=hush, attributes={"a/b": [1, {"c": hush}], "d": 1})',
    )
    assert secret_paths(inputs) == ["/status", "/a~1b/1/c"]


def test_attributes_that_are_secret_as_a_whole_make_everything_secret() -> None:
    """The empty path stands for all of them."""
    [[_, _, _, inputs]] = registered(
        'ApiObject("rule", path="/rules", body=pulumi.Output.secret({"a": 1}))'
    )
    assert secret_paths(inputs) == [""]


def test_an_output_that_is_no_secret_is_none() -> None:
    """Most outputs are ids of other resources."""
    [[_, _, _, inputs]] = registered(
        'Property("villa", name=pulumi.Output.from_input("V"), attributes={"a": 1})'
    )
    assert without_evidence(inputs) == {"name": "V", "attributes": {"a": 1}}
    assert secret_paths(inputs) == []


def test_the_secret_of_a_subscription_is_one_however_it_is_given() -> None:
    """A plain text is made a secret on the way."""
    [[_, _, _, inputs]] = registered(
        'WebhookSubscription("hook", url="https://a.example", events=["a.b"], secret="hush-1")'
    )
    assert secret_paths(inputs) == ["/secret"]


def test_the_provider_learns_what_was_plain() -> None:
    """Outputs too, unless they are secret; what the user marks as a secret output is none."""
    [[_, _, _, inputs]] = registered(
        'Property("villa", name=pulumi.Output.from_input("V"), address="A", bedrooms=2,',
        '    attributes={"door": {"code": pulumi.Output.secret("hush-1"), "colour": "red"}},',
        '    opts=pulumi.ResourceOptions(additional_secret_outputs=["address"]))',
    )
    plain = {name: one for name, one in seen(inputs).items() if one is not None}
    assert plain == {
        "name": "V",
        "bedrooms": 2,
        "attributes": {"door": {"code": None, "colour": "red"}},
    }
    assert sorted(secret_paths(inputs)) == ["/address", "/door/code"]


def test_get_reads_by_id() -> None:
    """The id goes to Pulumi, and nothing is declared but where the object is."""
    # Pulumi reads both at once, so either may come first.
    assert sorted(
        registered(
            'Property.get("villa", "prop_1")',
            'ApiObject.get("rule", "rule_1", path="/rules", id_field="code")',
        ),
        reverse=True,
    ) == [
        ["pulumi-python:dynamic/setsmart:Property", "villa", "prop_1", {}],
        [
            "pulumi-python:dynamic/setsmart:ApiObject",
            "rule",
            "rule_1",
            {"path": "/rules", "id_field": "code"},
        ],
    ]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"id": "x"}, message(MessageCode.ID_NOT_DECLARABLE, "attributes: id")),
        ({"name": "x"}, message(MessageCode.FIELD_HAS_ARGUMENT, "attributes: name")),
        (
            {"deep": [{"n": 2**53 + 1}]},
            message(MessageCode.INEXACT_NUMBER, "attributes: deep.0.n", "2^53"),
        ),
        ({"n": float("inf")}, message(MessageCode.INEXACT_NUMBER, "attributes: n")),
    ],
)
def test_attributes_that_would_be_lost_are_rejected(
    attributes: dict[str, object], expected: object
) -> None:
    """The program stops at the line that is wrong, with one line."""
    with pytest.raises(pulumi.RunError) as caught:
        Property("villa", name="V", attributes=attributes)
    assert str(caught.value) == expected
    assert str(caught.value).startswith("resource 'villa': ")
    assert len(str(caught.value).splitlines()) == 1


def test_an_id_with_another_name_cannot_be_declared_either() -> None:
    """The name of the id is what the program says it is."""
    with pytest.raises(pulumi.RunError) as caught:
        ApiObject("rule", path="/rules", id_field="code", body={"code": 1, "id": 2})
    assert str(caught.value) == message(MessageCode.ID_NOT_DECLARABLE, "body: code")


def test_an_inexact_number_is_rejected_in_any_argument() -> None:
    """Pulumi would hand on another number, and nobody could tell."""
    with pytest.raises(pulumi.RunError) as caught:
        Property("villa", name="V", max_guests=2**60)
    assert str(caught.value) == message(MessageCode.INEXACT_NUMBER, "'villa': max_guests", "2^53")


def test_the_import_option_is_rejected_with_an_alternative() -> None:
    """Dynamic providers cannot import; the message says what can."""
    with pytest.raises(pulumi.RunError) as caught:
        WebhookSubscription(
            "hook",
            url="https://a.example",
            events=["a.b"],
            opts=pulumi.ResourceOptions(import_="hook_1"),
        )
    assert str(caught.value) == message(
        MessageCode.IMPORT_OPTION,
        "resource 'hook': import_",
        "webhook subscription",
        "existing_id=…",
        "`pulumi import --file`",
        "Adopt what exists",
        ".get()",
    )


@pytest.mark.parametrize(
    ("declare", "expected"),
    [
        (
            lambda: Property("villa", name="V", opts={"protect": True}),  # type: ignore[arg-type]
            message(MessageCode.INVALID_RESOURCE, "'villa': opts", "pulumi.ResourceOptions"),
        ),
        (
            lambda: Property(7, name="V"),  # type: ignore[arg-type]
            message(MessageCode.INVALID_RESOURCE),
        ),
        (
            lambda: ApiObject("rule", path="/rules", body={1: "x"}),  # type: ignore[dict-item]
            message(MessageCode.NOT_JSON, "'rule': body", "int", "str(key)"),
        ),
        (
            lambda: Property.get("villa", 7.5),  # type: ignore[arg-type]
            message(MessageCode.INVALID_RESOURCE, "'villa': id", "prop_123"),
        ),
    ],
    ids=["opts", "name", "key", "id"],
)
def test_an_argument_of_the_wrong_type_stops_the_program(
    declare: Callable[[], object], expected: object
) -> None:
    """Also where Pulumi itself would fail later, with a traceback."""
    with pytest.raises(pulumi.RunError) as caught:
        declare()
    assert str(caught.value) == expected


def test_a_plaintext_key_is_rejected_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulumi would write it into the state as it is."""
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps({"setsmart:apiKey": "a-plain-key"}))
    with pytest.raises(pulumi.RunError) as caught:
        Property("villa", name="V")
    assert str(caught.value) == message(
        MessageCode.PLAINTEXT_KEY, "pulumi config set --secret setsmart:apiKey"
    )
    assert "a-plain-key" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_outputs_are_known_under_mocks() -> None:
    """Those that nobody declares too: they are None."""
    [_, outputs] = registered(
        'villa = Property("villa", name="V", bedrooms=3, attributes={"a": [1]})',
        "names = ('id', 'name', 'bedrooms', 'address', 'attributes')",
        "values = pulumi.Output.all(*[getattr(villa, name) for name in names])",
        "return values.apply(lambda all_: sys.stdout.write(json.dumps(all_) + '\\n'))",
    )
    assert outputs == ["id_1", "V", 3, None, {"a": [1]}]
