"""Makes docs/reference/assumptions.md of the contract: what is documented, assumed, observed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from attrs import frozen
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from observations import load_recordings, observations

from pulumi_setsmart.recording.recording import Recording

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "pulumi_setsmart" / "contract" / "openapi.yaml"
RECORDINGS = ROOT / "pulumi_setsmart" / "contract" / "recordings"
PAGE = ROOT / "docs" / "reference" / "assumptions.md"
METHODS = ("get", "post", "put", "delete")

Part = dict[str, Any]


@frozen
class Group:
    """Parts of the contract that have a table of their own.

    Attributes:
        title: Its title.
        description: What is said above it.
        column: What its parts are.
        parts: The parts by their names.
        about: What observations of the parts are about, before their names.
    """

    title: str
    description: str
    column: str
    parts: list[tuple[str, Part]]
    about: str


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
        """Yield the operations, path by path."""
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield {**item[method], "method": method.upper(), "path": path}

    def responses(self, prefix: str) -> list[tuple[str, Part]]:
        """Return the responses of the operations below a path, each status once."""
        responses = [*self.document["x-setsmart-otherwise"]["responses"].items()]
        for operation in self.operations():
            if operation["path"].startswith(prefix):
                responses.extend(operation["responses"].items())
        found: dict[str, Part] = {}
        for status, response in responses:
            description = self.resolved(response)["description"]
            before = found.setdefault(status, {**self.resolved(response), "description": ""})
            if description not in before["description"]:
                before["description"] = f"{before['description']} {description}".strip()
        return sorted(found.items())

    def sent_headers(self) -> list[tuple[str, Part]]:
        """Return the parameters that the client sends in headers and queries."""
        parameters = (
            self.resolved(parameter)
            for operation in self.operations()
            for parameter in operation.get("parameters", [])
        )
        return sorted({part["name"]: part for part in parameters if part["in"] != "path"}.items())

    def list_query(self) -> Group:
        """Return which query parameters the client adds to the operations that list."""
        said = self.document["x-setsmart-list-query"]
        unasked = ", ".join(f"`{name}`" for name in said["unasked"]) or "none"
        description = f"{said['description']} Sent unasked: {unasked}."
        asked = [(parameter["name"], parameter) for parameter in said["asked"]]
        return Group(
            "Query parameters of lists", description, "asks for another page", asked, "query "
        )

    def response_headers(self) -> list[tuple[str, Part]]:
        """Return the headers of all responses."""
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
            yield self._fields(title, self.schema(name), f"field {name}.")
        reason = self.schema("Error")["properties"]["error"]
        yield self._fields("Reasons of an error, in `error`", reason, "error ")
        yield Group("Sent with requests", "", "parameter", self.sent_headers(), "parameter ")
        yield self.list_query()
        yield Group("Sent with responses", "", "header", self.response_headers(), "header ")
        event = self.document["webhooks"]["event"]["post"]
        sent = [(header["name"], header) for header in map(self.resolved, event["parameters"])]
        yield Group("Headers of a delivery", event["description"], "header", sent, "delivery ")
        yield self._fields("Fields of a delivery", self.schema("Event"), "field Event.")

    def _fields(self, title: str, schema: Part, about: str) -> Group:
        parts = [*schema["properties"].items()]
        return Group(title, schema.get("description", ""), "field", parts, about)


def source(part: Mapping[str, Any]) -> str:
    """Return where a part comes from."""
    found: str = part["x-setsmart-source"]
    return f"**{found}**" if found == "documented" else found


def text(description: str) -> str:
    """Return a description in one line that a table can hold."""
    return " ".join(description.split()).replace("|", "\\|")


def limits(part: Mapping[str, Any]) -> str:
    """Return which values a field may have, in a few words."""
    schema = part.get("schema", part)
    types = schema.get("type", [])
    words = [types] if isinstance(types, str) else [*types]
    if "enum" in schema:
        words.append(f"one of {', '.join(value or 'null' for value in schema['enum'])}")
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


def render(
    contract: Contract | None = None, recordings: Mapping[str, Recording] | None = None
) -> str:
    """Return the page.

    Args:
        contract: The contract; the one of the package if None.
        recordings: The recordings of accounts by their names; those of the package if None.
    """
    if contract is None:
        contract = Contract(yaml.safe_load(CONTRACT.read_text(encoding="utf-8")))
    if recordings is None:
        recordings = load_recordings(RECORDINGS)
    observed = observations(contract.document, recordings)

    def marked(part: Mapping[str, Any], about: str) -> str:
        """Return where a part comes from, and what recordings say about it."""
        return "; ".join([source(part), *(found.mark for found in observed.get(about, ()))])

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown, of a document of our own
    )
    environment.filters.update(marked=marked, text=text, limits=limits)
    rendered = environment.get_template("assumptions.md.j2").render(
        recordings=recordings,
        servers=contract.document["servers"],
        security=contract.document["components"]["securitySchemes"].values(),
        operations=[{"description": "", **operation} for operation in contract.operations()],
        responses=contract.responses("/properties"),
        behaviours=contract.document["x-setsmart-server-behaviour"],
        groups=[*contract.groups()],
    )
    return rendered.rstrip("\n") + "\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
