"""What recordings of real accounts say about the contract: confirmed or contradicted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from pulumi_setsmart.recording.file import read
from pulumi_setsmart.recording.recording import Recording, SeenCollection, SeenResponse
from pulumi_setsmart.recording.shape import Shape, ShapeMember

_SUCCESS = 200
_NOT_FOUND = 404
_NOT_THERE = (404, 405, 410)
_MAY_BE_LEFT_OUT = frozenset({"secret"})
"""Fields that the contract lets a server leave out."""
_TYPES = {"array": "list"}
"""What the contract calls otherwise than recordings do."""


@frozen
class Fact:
    """What a recording says about a part of the contract.

    Attributes:
        about: The part: ``operation GET /properties``, ``field PropertyInput.name``.
        seen: What was seen instead of what the contract has; None if it was seen as it has it.
    """

    about: str
    seen: str | None = None


@frozen
class Observation:
    """A fact, and which recording says so.

    Attributes:
        name: The name of the recording.
        date: The day on which it was made.
        fact: The fact.
    """

    name: str
    date: str
    fact: Fact

    @property
    def mark(self) -> str:
        """What the page says."""
        where = f"{self.date}, {self.name}"
        if self.fact.seen is None:
            return f"observed ({where})"
        return f"**contradicted** ({where}: {self.fact.seen})"


def load_recordings(folder: Path) -> dict[str, Recording]:
    """Return the recordings in a folder by their names.

    Raises:
        ValueError: A file is no recording, or one of a sandbox.
    """
    found = {}
    for file in sorted(folder.glob("*.json")):
        recording = read(file.read_text(encoding="utf-8"))
        if recording.server == "this machine":
            raise ValueError(f"{file.name} was recorded at a sandbox, which proves nothing")
        found[file.stem] = recording
    return found


def observations(
    document: Mapping[str, Any], recordings: Mapping[str, Recording]
) -> dict[str, list[Observation]]:
    """Return what recordings say about the parts of a contract.

    Args:
        document: The contract.
        recordings: The recordings by their names.
    """
    found: dict[str, list[Observation]] = {}
    for name, recording in recordings.items():
        for fact in _facts(document, recording):
            observed = found.setdefault(fact.about, [])
            observation = Observation(name, recording.date, fact)
            if observation not in observed:
                observed.append(observation)
    return found


def _facts(document: Mapping[str, Any], recording: Recording) -> Iterator[Fact]:
    collections = {"/properties": recording.properties, "/webhooks": recording.webhooks}
    for path, seen in collections.items():
        yield from _operation_facts(path, seen)
    yield from _status_facts(recording.properties)
    schemas = document["components"]["schemas"]
    for schema, path in (
        ("ServerFields", "/properties"),
        ("PropertyInput", "/properties"),
        ("ServerFields", "/webhooks"),
        ("WebhookInput", "/webhooks"),
    ):
        for fact in _field_facts(schemas[schema]["properties"], collections[path]):
            yield Fact(f"field {schema}.{fact.about}", fact.seen)
    yield from _error_facts(recording.properties)
    yield from _header_facts(recording)
    yield from _behaviour_facts(recording)
    if recording.server == "documented address" and _status(recording.properties) == _SUCCESS:
        yield Fact("server")
        yield Fact("key")


def _status(seen: SeenCollection) -> int | None:
    return seen.pages[0].response.status if seen.pages else None


def _operation_facts(path: str, seen: SeenCollection) -> Iterator[Fact]:
    read_by_id = None if seen.object is None else seen.object.status
    for operation, status in ((path, _status(seen)), (f"{path}/{{id}}", read_by_id)):
        if status == _SUCCESS:
            yield Fact(f"operation GET {operation}")
        elif status in _NOT_THERE:
            yield Fact(f"operation GET {operation}", f"answered {status}")


def _responses(seen: SeenCollection) -> list[SeenResponse]:
    responses = [page.response for page in seen.pages]
    by_id = (seen.object, seen.missing, seen.malformed)
    return [*responses, *(response for response in by_id if response is not None)]


def _status_facts(seen: SeenCollection) -> Iterator[Fact]:
    for response in _responses(seen):
        if response.status is not None:
            yield Fact(f"status {response.status}")
    missing = None if seen.missing is None else seen.missing.status
    if missing is not None and missing != _NOT_FOUND:
        yield Fact(f"status {_NOT_FOUND}", f"a missing id is answered {missing}")


def _members(seen: SeenCollection) -> dict[str, list[ShapeMember]]:
    """Return the fields of the objects of a collection, as its list and one of them show them."""
    found: dict[str, list[ShapeMember]] = {}
    for shape in (seen.item, _object(seen)):
        for name, member in (shape.members if shape is not None else {}).items():
            found.setdefault(name, []).append(member)
    return found


def _object(seen: SeenCollection) -> Shape | None:
    shape = None if seen.object is None else seen.object.shape
    for name in filter(None, seen.object_at.split(".")):
        member = shape.members.get(name) if shape is not None else None
        shape = None if member is None else member.shape
    return shape


def _field_facts(fields: Mapping[str, Any], seen: SeenCollection) -> Iterator[Fact]:
    members = _members(seen)
    if not members:
        return
    for name, schema in fields.items():
        shapes = [member.shape for member in members.get(name, ())]
        if shapes:
            yield Fact(name, _violation(schema, shapes))
        elif seen.list_shows is not None and name not in _MAY_BE_LEFT_OUT:
            yield Fact(name, "no object has it")


def _violation(schema: Mapping[str, Any], shapes: Sequence[Shape]) -> str | None:
    """Return what was seen in place of an allowed value, or None if all values are allowed."""
    allowed = schema.get("type", [])
    types = [allowed] if isinstance(allowed, str) else allowed
    names = {_TYPES.get(type_, type_) for type_ in types}
    if "enum" in schema:
        names |= {"null" if value is None else "string" for value in schema["enum"]}
    if "number" in names:
        names.add("integer")
    unexpected = {type_ for shape in shapes for type_ in shape.types} - names
    if names and unexpected:
        return f"seen as {' and '.join(sorted(unexpected))}"
    form = schema.get("format")
    if form == "date-time" and any(
        shape.form != form for shape in shapes if "string" in shape.types
    ):
        return "seen in another format"
    return None


def _error_facts(seen: SeenCollection) -> Iterator[Fact]:
    if seen.missing is None or seen.missing.status is None:
        return
    shape = seen.missing.shape
    error = shape.members.get("error") if shape is not None else None
    reasons = error.shape.members if error is not None else {}
    for name in ("code", "message", "field"):
        if name in reasons:
            yield Fact(f"error {name}")
        elif name != "field":  # no field is at fault where an object is missing
            yield Fact(f"error {name}", f"a missing id is answered without, as {_content(seen)}")


def _content(seen: SeenCollection) -> str:
    assert seen.missing is not None  # noqa: S101 -- the caller has looked
    return {"json": "JSON", "html": "HTML"}.get(seen.missing.content, seen.missing.content)


def _header_facts(recording: Recording) -> Iterator[Fact]:
    responses = [*_responses(recording.properties), *_responses(recording.webhooks)]
    if not any(response.status for response in responses):
        return
    names = {name for response in responses for name in response.headers}
    for name in ("Allow", "ETag", "Link", "X-Request-Id"):
        if name.lower() in names:
            yield Fact(f"header {name}")
    limits = recording.rate_limit
    for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
        if name.lower() not in limits.headers:
            yield Fact(f"header {name}", "no response has it")
        elif not limits.in_every_response:
            yield Fact(f"header {name}", "not in every response")
        elif name.endswith("Reset") and limits.reset != "Unix seconds":
            yield Fact(f"header {name}", f"seen as {limits.reset or 'another form'}")
        else:
            yield Fact(f"header {name}")


def _behaviour_facts(recording: Recording) -> Iterator[Fact]:
    seen = recording.properties
    for behaviour, look in _BEHAVIOURS.items():
        found = look(seen)
        if found is not None:
            yield Fact(f"behaviour {behaviour}", found or None)
    if any(response.status for response in _responses(seen)):
        always = recording.clock.in_every_response
        yield Fact("behaviour date", None if always else "not every response has it")


_AS_ASSUMED = ""


def _list_behaviour(seen: SeenCollection) -> str | None:
    if _status(seen) != _SUCCESS or seen.pages[0].items is None:
        return None
    at = seen.pages[0].items_at
    return f"in `{at}`" if at else _AS_ASSUMED


def _end_behaviour(seen: SeenCollection) -> str | None:
    if _status(seen) != _SUCCESS:
        return None
    return _AS_ASSUMED if seen.list_end in ("reached", "not looked for") else seen.list_end


def _page_behaviour(seen: SeenCollection) -> str | None:
    following = seen.pages[1:]
    if not following or _status(seen) != _SUCCESS:
        return None
    if "next" in seen.pages[0].response.links:
        return _AS_ASSUMED
    names = ", ".join(f"`{name}`" for name in following[0].asked_with)
    return f"asked for with {names}"


def _item_behaviour(seen: SeenCollection) -> str | None:
    return {None: None, "whole objects": _AS_ASSUMED}.get(seen.list_shows, seen.list_shows)


def _id_behaviour(seen: SeenCollection) -> str | None:
    if seen.id is None:
        return None
    if seen.id.field != "id":
        return f"in `{seen.id.field}`"
    return _AS_ASSUMED if seen.id.type == "string" else f"seen as {seen.id.type}"


def _object_behaviour(seen: SeenCollection) -> str | None:
    if seen.object is None or seen.object.status != _SUCCESS:
        return None
    return f"in `{seen.object_at}`" if seen.object_at else _AS_ASSUMED


_BEHAVIOURS: Mapping[str, Callable[[SeenCollection], str | None]] = {
    "list": _list_behaviour,
    "end": _end_behaviour,
    "page": _page_behaviour,
    "items": _item_behaviour,
    "id": _id_behaviour,
    "object": _object_behaviour,
}
"""What was seen of each behaviour: nothing (None), what is assumed, or something else."""
