"""What is null at SetSmart is None to a program, in previews too, and a diff says so."""

import json
from pathlib import Path

import attrs
from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack, unaligned

from pulumi_setsmart import CLEAR
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.sandbox import PRICING_RULES, PROPERTIES, WEBHOOKS

STATE_WITH_FORMER_NULLS = Path(__file__).parent / "states" / "former_nulls.json"
FORMER = "setsmart:null"


def assert_nothing_changes(stack: EngineStack) -> None:
    """Assert that a preview expects no changes, exports included."""
    output = stack.succeed("preview", "--diff", "--expect-no-changes", "--non-interactive")
    assert "--outputs:--" not in output, output
    assert "unknown" not in output, output


def test_null_is_a_known_none(stack: EngineStack, account: EngineSandbox) -> None:
    """CLEAR, a field that nobody declares and one that is only read: None, at every depth."""
    account.sandbox.storage.insert(PROPERTIES, {"name": "Theirs"})
    account.sandbox.storage.insert(PRICING_RULES, {"percent": 3, "until": None})
    stack.declare(
        """
        villa = Property("villa", name="Villa", address=CLEAR,
            attributes={"note": CLEAR, "rooms": [{"view": CLEAR}, CLEAR]})
        west = Portfolio("west", {"plain": PropertyArgs(name="Plain")})
        plain = west.properties["plain"]
        theirs = Property.get("theirs", "prop_1")
        rule = ApiObject.get("rule", "rule_1", path="/pricing-rules")
        hook = WebhookSubscription("hook", url="https://a.example/", events=["a.b"])
        Property("beside", name="Beside",
            max_guests=pulumi.Output.all(plain.bedrooms, theirs.bedrooms).apply(
                lambda rooms: 2 * sum(room or 1 for room in rooms)),
            address=pulumi.Output.format("{} {} {} {} {}", villa.address, villa.attributes["note"],
                villa.attributes["rooms"], theirs.address, plain.attributes),
            attributes={"json": pulumi.Output.json_dumps(
                [villa.attributes["rooms"][1], hook.attributes, theirs.attributes])})
        pulumi.export("nulls", [villa.address, villa.attributes, plain.bathrooms, theirs.address])
        pulumi.export("until", rule.body["until"])
        pulumi.export("note", villa.attributes["note"])
        """
    )
    stack.up()
    beside = next(
        listing
        for listing in account.sandbox.storage.objects(PROPERTIES)
        if listing["name"] == "Beside"
    )
    assert beside["address"] == "None None [{'view': None}, None] None None"
    assert beside["json"] == "[null, null, null]"
    assert beside["max_guests"] == 4
    outputs = json.loads(stack.succeed("stack", "output", "--json", "--show-secrets"))
    attributes = {"note": None, "rooms": [{"view": None}, None]}
    # Pulumi leaves out an export that is None.
    assert outputs == {"nulls": [None, attributes, None, None], "until": None}
    assert_nothing_changes(stack)
    stack.assert_clean()


def test_what_becomes_null_is_none_even_if_ignored(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """The old inputs that ignore_changes gives to the provider hold null in the same form."""
    stack.declare(
        """
        villa = Property("villa", name="Villa", address="1 Sea Road", attributes={"note": "x"},
            opts=pulumi.ResourceOptions(ignore_changes=["address", "attributes.note"]))
        text = pulumi.Output.format("{} {}", villa.address, villa.attributes["note"])
        Property("beside", name="Beside", address=text)
        """
    )
    stack.up()
    account.sandbox.storage.replace(PROPERTIES, "prop_1", {"name": "Villa", "address": None})
    stack.up()
    listings = account.sandbox.storage.objects(PROPERTIES)
    assert {listing["name"]: listing["address"] for listing in listings} == {
        "Villa": None,
        "Beside": "None None",
    }
    assert_nothing_changes(stack)


def test_a_diff_says_null_and_a_report_says_empty(
    stack: EngineStack, account: EngineSandbox
) -> None:
    """In whatever shows a preview, in both directions, declared or not."""
    stack.declare(
        """
        Property("villa", name="Villa", address="1 Sea Road", bedrooms=3)
        Property("flat", name="Flat", address=CLEAR)
        Property("plain", name="Plain")
        """
    )
    stack.up()
    changed: dict[str, dict[str, Json]] = {
        "Villa": {"address": None},
        "Flat": {"address": "2 Sea Road"},
        "Plain": {"bedrooms": 3},
    }
    for listing in account.sandbox.storage.objects(PROPERTIES):
        now = {**listing, **changed[str(listing["name"])]}
        account.sandbox.storage.replace(PROPERTIES, str(listing["id"]), now)
    diff = stack.preview()
    assert '~ address: "1 Sea Road" => "null (none)"' in diff
    assert '~ address: "null (none)" => "1 Sea Road"' in diff
    assert '~ address: "2 Sea Road" => "null (none)"' in diff
    assert "+ bedrooms: 3" in diff
    report = stack.command("report", "--stack", "test").stdout
    assert "<code>empty</code> | <code>1 Sea Road</code>" in report
    stack.declare('Property("villa", name="Villa", address="1 Sea Road", bedrooms=CLEAR)')
    assert '~ bedrooms: 3 => "null (none)"' in stack.preview()
    stack.up()
    stack.succeed("preview", "--json")
    stack.export()
    assert FORMER not in "".join([*stack.printed, report])


def test_another_stack_sees_none(stack: EngineStack, account: EngineSandbox) -> None:
    """Pulumi leaves out an export that is None and a None in an object; no string replaces it."""
    account.sandbox.storage.insert(PROPERTIES, {"name": "Theirs"})
    stack.declare(
        """
        villa = Property("villa", name="Villa", address=CLEAR, attributes={"note": CLEAR})
        pulumi.export("villa", villa)
        pulumi.export("note", villa.attributes["note"])
        pulumi.export("theirs", Property.get("theirs", "prop_1").bedrooms)
        pulumi.export("rooms", [villa.bedrooms, villa.address])
        """
    )
    stack.up()
    reader = attrs.evolve(stack, folder=stack.folder / "reader")
    reader.folder.mkdir()
    (reader.folder / "Pulumi.yaml").write_text("name: reader\nruntime: python\n")
    reader.declare(
        """
        other = pulumi.StackReference("organization/portfolio/test")
        villa = other.require_output("villa").apply(
            lambda villa: [villa.get("address"), villa.get("bedrooms"), villa["attributes"]])
        pulumi.export("read", pulumi.Output.format("{} {} {} {}", villa,
            other.get_output("note"), other.get_output("theirs"), other.get_output("rooms")))
        """
    )
    reader.succeed("stack", "init", "test")
    reader.up()
    read = json.loads(reader.succeed("stack", "output", "--json"))
    assert read == {"read": "[None, None, {}] None None [None, None]"}
    assert_nothing_changes(reader)


def test_none_as_an_input_is_not_declared(stack: EngineStack, account: EngineSandbox) -> None:
    """As the literal is not; yet the resource that it comes from is deployed first."""
    stack.declare(
        """
        villa = Property("villa", name="Villa", address=CLEAR)
        Property("beside", name="Beside", address=villa.address, bedrooms=villa.bedrooms,
            attributes={"floors": villa.bedrooms, "lift": True})
        Property("passed-on", name="Passed on", opts=pulumi.ResourceOptions(depends_on=[villa]),
            address=villa.address.apply(lambda address: address or CLEAR))
        """
    )
    stack.up()
    assert_nothing_changes(stack)
    assert stack.resource("passed-on")["inputs"]["address"] == CLEAR
    beside = stack.resource("beside")
    assert beside["inputs"].keys().isdisjoint({"address", "bedrooms"})
    assert beside["dependencies"] == [stack.resource("villa")["urn"]]
    listings = {listing["name"]: listing for listing in account.sandbox.storage.objects(PROPERTIES)}
    theirs = {**listings["Beside"], "address": "2 Sea Road", "floors": 2}
    account.sandbox.storage.replace(PROPERTIES, str(theirs["id"]), theirs)
    assert "unchanged" in stack.assert_nothing_to_do()


def test_a_state_with_the_former_null(stack: EngineStack, account: EngineSandbox) -> None:
    """Nothing is to do on the first run, with or without a refresh, and the next state is new."""
    storage = account.sandbox.storage
    for listing in ("Theirs", "Villa", "Beside"):
        storage.insert(PROPERTIES, {"name": listing, "status": "active"})
    storage.replace(PROPERTIES, "prop_1", {"name": "Theirs"})
    storage.replace(
        PROPERTIES, "prop_2", {"name": "Villa", "status": "active", "rooms": [{"beds": 2}, None]}
    )
    storage.replace(PROPERTIES, "prop_3", {"name": "Beside", "status": "active", "max_guests": 2})
    storage.insert(PRICING_RULES, {"percent": 3, "until": None})
    storage.insert(PRICING_RULES, {"percent": 5})
    storage.insert(WEBHOOKS, {"url": "https://a.example/", "events": ["a.b"], "status": "active"})
    # A server that fills in what is cleared did not apply it, which shows as a difference.
    storage.replace(WEBHOOKS, "wh_1", {"url": "https://a.example/", "events": ["a.b"]})
    state = STATE_WITH_FORMER_NULLS.read_text().replace("BASE_URL", account.base_url)
    file = stack.folder / "state.json"
    file.write_text(state)
    stack.succeed("stack", "import", "--file", str(file))
    stack.declare(
        """
        villa = Property("villa", name="Villa", address=CLEAR,
            attributes={"note": CLEAR, "rooms": [{"beds": 2, "view": CLEAR}, CLEAR]})
        Property("beside", name="Beside",
            max_guests=villa.bedrooms.apply(lambda rooms: 2 * (rooms or 1)))
        ApiObject("rule", path="/pricing-rules", body={"percent": 5, "until": CLEAR})
        WebhookSubscription("hook", url="https://a.example/", events=["a.b"], status=CLEAR)
        theirs = Property.get("theirs", "prop_1")
        ApiObject.get("their-rule", "rule_1", path="/pricing-rules")
        pulumi.export("bedrooms", [villa.bedrooms, theirs.bedrooms, theirs.address])
        """
    )
    for refresh in ("--refresh=true", "--refresh=false"):
        preview = ("preview", "--diff", "--expect-no-changes", "--non-interactive", refresh)
        assert "5 unchanged" in stack.succeed(*preview)
    assert FORMER not in stack.command("report", "--stack", "test").stdout
    stack.up()
    assert account.writes() == []
    assert FORMER not in stack.succeed("stack", "export", "--show-secrets")
    assert_nothing_changes(stack)
    villa = storage.get(PROPERTIES, "prop_2")
    storage.replace(PROPERTIES, "prop_2", {**villa, "address": "2 Sea Road"})
    assert '~ address: "2 Sea Road" => "null (none)"' in unaligned(stack.preview())
