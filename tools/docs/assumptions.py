"""Makes docs/reference/assumptions.md of the contract: what is documented of the API, what not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from attrs import frozen
from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "pulumi_setsmart" / "contract" / "openapi.yaml"
PAGE = ROOT / "docs" / "reference" / "assumptions.md"
METHODS = ("get", "post", "put", "delete")

Part = dict[str, Any]


@frozen
class Group:
    """Parts of the contract that stand in a table of their own."""

    title: str
    description: str
    column: str
    parts: list[tuple[str, Part]]


@frozen
class Contract:
    """The contract, and what a reference in it leads to."""

    document: Part

    def resolved(self, part: Part) -> Part:
        """Return what a part is, or refers to."""
        if "$ref" not in part:
            return part
        target: Any = self.document
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return self.resolved(target)

    def schema(self, name: str) -> Part:
        """Return a schema by its name."""
        schema: Part = self.document["components"]["schemas"][name]
        return schema

    def operations(self) -> Iterator[Part]:
        """Yield what can be asked, path by path."""
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield {**item[method], "method": method.upper(), "path": path}

    def answers(self, prefix: str) -> list[tuple[str, Part]]:
        """Return how the operations below a path are answered, each status once."""
        answers = [*self.document["x-setsmart-otherwise"]["responses"].items()]
        for one in self.operations():
            if one["path"].startswith(prefix):
                answers.extend(one["responses"].items())
        found: dict[str, Part] = {}
        for status, answer in answers:
            description = self.resolved(answer)["description"]
            before = found.setdefault(status, {**self.resolved(answer), "description": ""})
            if description not in before["description"]:
                before["description"] = f"{before['description']} {description}".strip()
        return sorted(found.items())

    def sent_headers(self) -> list[tuple[str, Part]]:
        """Return what the client sends beside an object, in header or query."""
        parameters = (
            self.resolved(parameter)
            for one in self.operations()
            for parameter in one.get("parameters", [])
        )
        return sorted({one["name"]: one for one in parameters if one["in"] != "path"}.items())

    def list_query(self) -> Group:
        """Return which query parameters the client adds to the operations that list."""
        said = self.document["x-setsmart-list-query"]
        unasked = ", ".join(f"`{name}`" for name in said["unasked"]) or "none"
        description = f"{said['description']} Sent unasked: {unasked}."
        asked = [(one["name"], one) for one in said["asked"]]
        return Group("Query parameters of lists", description, "asks for another page", asked)

    def answered_headers(self) -> list[tuple[str, Part]]:
        """Return the headers of all answers."""
        responses = [
            *self.document["x-setsmart-otherwise"]["responses"].values(),
            *self.document["components"]["responses"].values(),
        ]
        found = {
            name: self.resolved(header)
            for response in map(self.resolved, responses)
            for name, header in response.get("headers", {}).items()
        }
        return sorted(found.items())

    def groups(self) -> Iterator[Group]:
        """Yield the tables of fields and headers."""
        for title, name in (
            ("Fields of every object", "ServerFields"),
            ("Fields of a property", "PropertyInput"),
            ("Fields of a webhook subscription", "WebhookInput"),
            ("Fields of an object of another collection", "AnyFields"),
        ):
            yield self._fields(title, self.schema(name))
        reason = self.schema("Error")["properties"]["error"]
        yield self._fields("Reasons of an error, in `error`", reason)
        yield Group("Sent with requests", "", "parameter", self.sent_headers())
        yield self.list_query()
        yield Group("Sent with answers", "", "header", self.answered_headers())
        event = self.document["webhooks"]["event"]["post"]
        sent = [(one["name"], one) for one in map(self.resolved, event["parameters"])]
        yield Group("Headers of a delivery", event["description"], "header", sent)
        yield self._fields("Fields of a delivery", self.schema("Event"))

    def _fields(self, title: str, schema: Part) -> Group:
        return Group(title, schema.get("description", ""), "field", [*schema["properties"].items()])


def source(part: Mapping[str, Any]) -> str:
    """Return where a part comes from."""
    found: str = part["x-setsmart-source"]
    return f"**{found}**" if found == "documented" else found


def text(description: str) -> str:
    """Return a description in one line that a table can hold."""
    return " ".join(description.split()).replace("|", "\\|")


def limits(part: Mapping[str, Any]) -> str:
    """Return which values a field may have, as far as a reader asks for it."""
    schema = part.get("schema", part)
    types = schema.get("type", [])
    words = [types] if isinstance(types, str) else [*types]
    if "enum" in schema:
        words.append(f"one of {', '.join(one or 'null' for one in schema['enum'])}")
    words += [
        f"{said} {schema[key]}"
        for key, said in (("minimum", "at least"), ("maximum", "at most"))
        if key in schema
    ]
    if "maxLength" in schema:
        words.append(f"at most {schema['maxLength']} characters")
    if "format" in schema:
        words.append(schema["format"])
    return f" *{', '.join(words)}*" if words else ""


def render() -> str:
    """Return the page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown, of a document of our own
    )
    environment.filters.update(source=source, text=text, limits=limits)
    contract = Contract(yaml.safe_load(CONTRACT.read_text(encoding="utf-8")))
    rendered = environment.get_template("assumptions.md.j2").render(
        servers=contract.document["servers"],
        security=contract.document["components"]["securitySchemes"].values(),
        operations=[{"description": "", **one} for one in contract.operations()],
        answers=contract.answers("/properties"),
        groups=[*contract.groups()],
    )
    return rendered.rstrip("\n") + "\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
