"""One object of any collection, as the API holds it."""

from attrs import field, frozen

from pulumi_setsmart.models.json import JsonObject


@frozen
class Record:
    """An object of the API: its id and all its fields, those unknown to us included.

    Attributes:
        id: The id that the API gave it.
        fields: Every field by its API name, the id's own among them.
        etag: What the server calls this version of it (`ETag`, assumed), or None.
    """

    id: str
    fields: JsonObject
    etag: str | None = field(default=None, eq=False)
