"""Reading what exists, adopting it, and values that a preview cannot know."""

import json
import re
from typing import Any

from support.engine_sandbox import EngineSandbox
from support.engine_stack import EngineStack

from pulumi_setsmart.sandbox import PRICING_RULES, PROPERTIES, WEBHOOKS


def test_get_reads_without_managing(stack: EngineStack, account: EngineSandbox) -> None:
    """A resource that is got shows what exists, follows it, and is never changed or deleted."""
    storage = account.sandbox.storage
    storage.insert(PROPERTIES, {"name": "Theirs", "bedrooms": 2, "pool": True})
    storage.insert(WEBHOOKS, {"url": "https://a.example/", "events": ["a.a"], "secret": "hidden"})
    storage.insert(PRICING_RULES, {"percent": 5, "token": "hidden-in-a-body"})
    stack.declare(
        """
        listing = Property.get("listing", "prop_1")
        hook = WebhookSubscription.get("hook", "wh_1")
        rule = ApiObject.get("rule", "rule_1", path="/pricing-rules")
        pulumi.export("read", [listing.name, listing.bedrooms, hook.url, hook.events])
        pulumi.export("percent", rule.body["percent"])
        """
    )
    stack.up()
    outputs = json.loads(stack.succeed("stack", "output", "--json"))
    assert outputs["read"] == ["Theirs", 2, "https://a.example/", ["a.a"]]
    assert json.loads(stack.succeed("stack", "output", "--json", "--show-secrets"))["percent"] == 5
    assert "hidden-in-a-body" not in json.dumps(stack.export())
    stack.assert_clean()

    storage.replace(PROPERTIES, "prop_1", {"name": "Still theirs"})
    stack.up()
    outputs = json.loads(stack.succeed("stack", "output", "--json"))
    assert outputs["read"][0] == "Still theirs"
    stack.succeed("destroy", "--yes", "--skip-preview")
    assert account.writes() == []


def test_a_preview_knows_the_id_of_what_is_read(stack: EngineStack, account: EngineSandbox) -> None:
    """What is declared with it is planned with its value, before anything was ever deployed."""
    storage = account.sandbox.storage
    storage.insert(PROPERTIES, {"name": "Theirs"})
    storage.insert(WEBHOOKS, {"url": "https://a.example/", "events": ["a.a"]})
    storage.insert(PRICING_RULES, {"percent": 5})
    stack.declare(
        """
        listing = Property.get("listing", "prop_1")
        hook = WebhookSubscription.get("hook", "wh_1")
        rule = ApiObject.get("rule", "rule_1", path="/pricing-rules")
        pulumi.export("ids", [listing.id, hook.id, rule.id])
        Property("beside", name=pulumi.Output.concat("Beside ", listing.id))
        """
    )
    preview = stack.preview()
    ids = preview.split("ids: [")[1]
    assert re.findall(r"\[\d\]: (.*)", ids) == ['"prop_1"', '"wh_1"', '"rule_1"']
    assert 'name: "Beside prop_1"' in preview


def test_a_program_reads_listings(stack: EngineStack, account: EngineSandbox) -> None:
    """get_property and list_properties return typed records while the program runs."""
    storage = account.sandbox.storage
    storage.insert(PROPERTIES, {"name": "One", "bathrooms": 1.5, "pool": True})
    storage.insert(PROPERTIES, {"name": "Two"})
    stack.declare(
        """
        one = get_property("prop_1")
        assert isinstance(one, PropertyRecord)
        names = [listing.name for listing in list_properties()]
        pulumi.export("read", [one.name, one.bathrooms, one.attributes["pool"], *names])
        """
    )
    stack.up()
    read = json.loads(stack.succeed("stack", "output", "read", "--json"))
    assert read == ["One", 1.5, True, "One", "Two"]


def test_an_import_file_adopts_what_exists(stack: EngineStack, account: EngineSandbox) -> None:
    """`pulumi import --file` with inputs and outputs manages a listing, and writes nothing."""
    account.sandbox.storage.insert(PROPERTIES, {"name": "Theirs", "bedrooms": 2})
    stack.declare('Property("scratch", name="Scratch")')
    stack.up()
    provider = stack.resource("scratch")["inputs"]["__provider"]
    values: dict[str, Any] = {"name": "Theirs", "bedrooms": 2, "__provider": provider}
    listing = {
        "type": "pulumi-python:dynamic/setsmart:Property",
        "name": "theirs",
        "id": "prop_1",
        "inputs": values,
        "outputs": {**values, "id": "prop_1"},
    }
    file = stack.folder / "import.json"
    file.write_text(json.dumps({"resources": [listing]}))
    stack.succeed(
        *("import", "--file", str(file), "--yes", "--skip-preview"),
        *("--protect=false", "--generate-code=false"),
    )
    writes = account.writes()
    stack.declare(
        """
        Property("scratch", name="Scratch")
        Property("theirs", name="Theirs", bedrooms=2)
        """
    )
    stack.assert_clean()
    stack.up()
    assert account.writes() == writes
    changed: dict[str, Any] = {"name": "Theirs", "bedrooms": 9}
    account.sandbox.storage.replace(PROPERTIES, "prop_1", changed)
    assert "1 to update" in stack.preview()
    stack.up()
    stack.assert_clean()
    assert account.writes() == [*writes, "PUT /properties/prop_1"]
    account.sandbox.storage.replace(PROPERTIES, "prop_1", changed)
    assert "~ bedrooms: 9 => 2" in stack.preview()


def test_values_that_a_preview_cannot_know(stack: EngineStack, account: EngineSandbox) -> None:
    """Outputs of resources that do not exist yet are allowed in every input."""
    stack.declare(
        """
        first = Property("first", name="First")
        rooms = first.id.apply(lambda _: 2)
        Property("second", name=pulumi.Output.concat("Beside ", first.id), bedrooms=rooms,
            attributes={"beside": [first.id, {"id": first.id}]})
        Property("third", name="Third", attributes=first.id.apply(lambda id: {"beside": id}))
        WebhookSubscription("hook", url=first.id.apply(lambda id: f"https://a.example/{id}"),
            events=first.id.apply(lambda _: ["b.b", "a.a"]), secret=first.id)
        ApiObject("rule", path=first.id.apply(lambda _: "/pricing-rules"), body={"for": first.id})
        """
    )
    assert "6 to create" in stack.preview()
    stack.up()
    stack.assert_clean()
    storage = account.sandbox.storage
    listings: list[dict[str, Any]] = [*storage.objects(PROPERTIES)]
    names = {listing["name"]: listing for listing in listings}
    first = names["First"]["id"]
    second = names[f"Beside {first}"]
    assert (second["bedrooms"], second["beside"]) == (2, [first, {"id": first}])
    assert names["Third"]["beside"] == first
    assert storage.get(WEBHOOKS, "wh_1")["url"] == f"https://a.example/{first}"
    assert storage.get(PRICING_RULES, "rule_1")["for"] == first

    storage.delete(PROPERTIES, first)
    assert "1 to create" in stack.preview()
    stack.up()
    stack.assert_clean()
