"""How the server behaves: as the contract assumes, or in another way that servers have."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, get_args

from attrs import field, frozen, validators
from starlette.datastructures import URL
from starlette.responses import JSONResponse, Response

from pulumi_setsmart.sandbox.collection import ApiCollection
from pulumi_setsmart.sandbox.error_form import ErrorForm
from pulumi_setsmart.sandbox.error_response import ErrorResponse, FieldViolation
from pulumi_setsmart.sandbox.json import Json, JsonObject
from pulumi_setsmart.sandbox.list_styles import LIST_STYLES
from pulumi_setsmart.sandbox.normalisation import normalised

CreateResponse: TypeAlias = Literal["object", "enveloped", "location"]
UpdateResponse: TypeAlias = Literal["object", "enveloped", "empty"]
ListResponse: TypeAlias = Literal["array", "enveloped"]
Put: TypeAlias = Literal["replace", "merge"]
IdType: TypeAlias = Literal["string", "number"]
Secrets: TypeAlias = Literal["full", "masked", "absent", "null", "once"]


SET_BY_THE_SERVER = "set by the server"
"""What read-only fields hold."""


@frozen(kw_only=True)
class Behaviour:
    """How a server behaves. All of it is assumed; the defaults are those of the contract.

    Attributes:
        create_response: ``object``: 201 with the object; ``enveloped``: 200 with the object in
            ``data``; ``location``: 201 with nothing but a ``Location`` header.
        update_response: ``object``: 200 with the object; ``enveloped``: 200 with the object in
            ``data``; ``empty``: 204.
        list_response: ``array``: the bare list; ``enveloped``: the list in ``data``.
        list_style: How a list is split into pages, by its name in `LIST_STYLES`, instead of what
            ``list_response`` says; None for a ``Link`` header.
        obeys_paging: Whether the list style looks at what it is asked for; otherwise every page is
            the first one.
        page_size: How many objects a page of a list has at most, or None for a single page.
            A ``Link`` header leads to the next page.
        put: ``replace``: the object becomes what is sent; ``merge``: fields not sent stay.
        ids: What ids are: ``string`` (``prop_1``) or ``number`` (``1``).
        secrets: How secrets are shown: ``full``, ``masked``, ``absent``, as ``null``, or ``once``:
            in the response to the ``POST``, for which the server makes one where none is sent, and
            never again.
        versions: Whether ``ETag`` has the version of an object, and an update can name it in
            ``If-Match``.
        normalise: Whether white space is collapsed, ``status`` put in lower case and fractions
            are rounded to one decimal.
        read_only_fields: The fields that only the server sets; it shows them in every object, and
            rejects objects that are sent with one of them.
        error_form: In which framework's words it rejects an object.
        frozen: The fields that keep what they were created with, whatever a ``PUT`` says.
        largest: The largest values of fields that hold numbers; what is above is stored as that.
    """

    create_response: CreateResponse = field(
        default="object", validator=validators.in_(get_args(CreateResponse))
    )
    update_response: UpdateResponse = field(
        default="object", validator=validators.in_(get_args(UpdateResponse))
    )
    list_response: ListResponse = field(
        default="array", validator=validators.in_(get_args(ListResponse))
    )
    list_style: str | None = field(
        default=None, validator=validators.optional(validators.in_(LIST_STYLES))
    )
    obeys_paging: bool = True
    page_size: int | None = field(default=None, validator=validators.optional(validators.ge(1)))
    put: Put = field(default="replace", validator=validators.in_(get_args(Put)))
    ids: IdType = field(default="string", validator=validators.in_(get_args(IdType)))
    secrets: Secrets = field(default="absent", validator=validators.in_(get_args(Secrets)))
    versions: bool = False
    normalise: bool = False
    read_only_fields: tuple[str, ...] = ()
    error_form: ErrorForm = field(default="contract", validator=validators.in_(get_args(ErrorForm)))
    frozen: frozenset[str] = frozenset()
    largest: Mapping[str, float] = field(factory=dict)

    def received(self, body: Mapping[str, Json]) -> JsonObject:
        """Return what the server makes of an object that it is sent.

        Raises:
            ErrorResponse: With status 400, where a read-only field is sent.
        """
        violations = [
            FieldViolation(name, "is read-only", body[name], is_unknown=True)
            for name in self.read_only_fields
            if name in body
        ]
        if violations:
            raise ErrorResponse.of(violations)
        tidy = normalised(body) if self.normalise else dict(body)
        return {name: self._limited(name, value) for name, value in tidy.items()}

    def posted(self, collection: ApiCollection, body: Mapping[str, Json]) -> JsonObject:
        """Return what a ``POST`` makes of an object that it is sent."""
        if self.secrets != "once":
            return dict(body)
        secrets: JsonObject = {name: _new_secret() for name in collection.secrets}
        return secrets | {name: value for name, value in body.items() if value is not None}

    def put_over(
        self, stored: Mapping[str, Json], body: Mapping[str, Json], collection: ApiCollection
    ) -> JsonObject:
        """Return what a ``PUT`` makes of a stored object. A secret that is not sent stays."""
        frozen = {name: stored[name] for name in self.frozen if name in stored}
        if self.put == "merge":
            return {**stored, **body, **frozen}
        kept = {name: stored[name] for name in collection.secrets if name in stored}
        return kept | dict(body) | frozen

    def created(self, collection: ApiCollection, stored: JsonObject, url: URL) -> Response:
        """Return the response to a ``POST`` that went to a URL and made an object."""
        headers = self._version_header(stored)
        shown = self._shown(collection, stored)
        if self.secrets == "once":
            shown |= {name: stored[name] for name in collection.secrets if name in stored}
        match self.create_response:
            case "location":
                headers["Location"] = f"{url.path}/{shown['id']}"
                return Response(status_code=201, headers=headers)
            case "enveloped":
                return JSONResponse({"data": shown}, headers=headers)
            case "object":
                return JSONResponse(shown, status_code=201, headers=headers)

    def read(self, collection: ApiCollection, stored: JsonObject) -> Response:
        """Return the response to a ``GET`` of one object."""
        return JSONResponse(self._shown(collection, stored), headers=self._version_header(stored))

    def updated(self, collection: ApiCollection, stored: JsonObject) -> Response:
        """Return the response to a ``PUT``."""
        match self.update_response:
            case "empty":
                return Response(status_code=204, headers=self._version_header(stored))
            case "enveloped":
                headers = self._version_header(stored)
                return JSONResponse({"data": self._shown(collection, stored)}, headers=headers)
            case "object":
                return self.read(collection, stored)

    def stored_id(self, collection: ApiCollection, requested: str) -> str:
        """Return the id under which an object is stored that is asked for by the id it shows."""
        return f"{collection.id_prefix}_{requested}" if self.ids == "number" else requested

    def is_expected(self, stored: JsonObject, if_match: str | None) -> bool:
        """Return whether an object is the version that a request asks for, if it asks for one."""
        return not self.versions or if_match in (None, "*", _version(stored))

    def deleted(self) -> Response:
        """Return the response to a ``DELETE``."""
        return Response(status_code=204)

    def listed(
        self, collection: ApiCollection, stored: Sequence[JsonObject], next_page: URL | None
    ) -> Response:
        """Return the response to a ``GET`` of a list.

        Args:
            collection: The collection.
            stored: The objects on this page.
            next_page: Where the next page is, or None if this is the last one.
        """
        shown = [self._shown(collection, item) for item in stored]
        headers = {} if next_page is None else {"Link": f'<{next_page}>; rel="next"'}
        return JSONResponse(
            {"data": shown} if self.list_response == "enveloped" else shown, headers=headers
        )

    def listed_in_style(
        self, style: str, collection: ApiCollection, stored: Sequence[JsonObject], url: URL
    ) -> Response:
        """Return the response to a ``GET`` of a list that went to a URL, in a list style."""
        shown = [self._shown(collection, item) for item in stored]
        return LIST_STYLES[style].response(
            shown, self.page_size, collection.path, url, obeys=self.obeys_paging
        )

    def _limited(self, name: str, value: Json) -> Json:
        largest = self.largest.get(name)
        if largest is None or isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return min(value, largest)

    def _version_header(self, stored: JsonObject) -> dict[str, str]:
        return {"ETag": _version(stored)} if self.versions else {}

    def _shown(self, collection: ApiCollection, stored: JsonObject) -> JsonObject:
        shown = dict(stored) | dict.fromkeys(self.read_only_fields, SET_BY_THE_SERVER)
        if self.ids == "number":
            shown["id"] = int(str(stored["id"]).removeprefix(f"{collection.id_prefix}_"))
        for name in collection.secrets:
            self._hide(name, shown)
        return shown

    def _hide(self, name: str, shown: JsonObject) -> None:
        value = shown.get(name)
        if self.secrets in ("absent", "once"):
            shown.pop(name, None)
        elif self.secrets == "null":
            shown[name] = None
        elif self.secrets == "masked" and isinstance(value, str):
            shown[name] = f"whsec_****{value[-4:]}"


def _new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"


def _version(stored: JsonObject) -> str:
    text = json.dumps(stored, sort_keys=True)
    return f'"{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"'
