"""What is different between the kinds of resource; everything else is the same for all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import AttrsInstance, frozen

from pulumi_setsmart.client.errors import ExistingIdError
from pulumi_setsmart.models.constraint import CollectionPath
from pulumi_setsmart.models.field import ApiField, known_fields
from pulumi_setsmart.models.json import Json, steps
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.paging import PagingScheme
from pulumi_setsmart.models.property import PropertyRecord
from pulumi_setsmart.models.setting import NAMESPACE
from pulumi_setsmart.models.webhook_subscription import WebhookSubscriptionRecord

if TYPE_CHECKING:
    from pulumi_setsmart.config import Settings

ACCOUNT = "account"
PATH = "path"
ID_FIELD = "id_field"
DEFAULT_ID_FIELD = "id"
ACCOUNT_SEPARATOR = ":"
"""What follows the name of an account in the text of an import, such as ``eu:prop_1``."""

EXISTING_ID = "existing_id"
IF_EXISTS = "if_exists"
DELETION_POLICY = "deletion_policy"
IDENTITY = "identity"
PAGING = "paging"
STATUS = "status"
UNORDERED = "unordered"
CLEAR_INPUT = "clear"
"""Names fields to declare as null. A check replaces it by these nulls, so no state holds it."""


@frozen
class Kind:
    """A kind of resource.

    Attributes:
        name: The name of its resource class, from which its type and its provider are derived.
        label: What messages call one of them.
        noun: What reports and the documentation call one of them.
        summary: What one of them is, in a sentence.
        path: Finds the path of the collection, from inputs or outputs and the settings.
        record: The record class that defines the fields known by name, or None if there are none.
        extra_fields: The input and output that holds all other fields.
        section: The section of a portfolio file that declares them, or None if files cannot.
        is_optional: Whether an account may lack their collection.
        replace_on_change: The inputs that say where the object is; they are not fields of it.
        whole_when_read: Whether a resource that is only read shows all its other fields.
    """

    name: str
    label: str
    noun: str
    summary: str
    path: Callable[[Mapping[str, object], Settings], str]
    record: type[AttrsInstance] | None = None
    extra_fields: str = "attributes"
    section: str | None = None
    is_optional: bool = False
    replace_on_change: tuple[str, ...] = (ACCOUNT,)
    whole_when_read: bool = False

    @cached_property
    def module(self) -> str:
        """The name of the modules that are named after it."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.name).lower()

    @cached_property
    def token(self) -> str:
        """The type of its resources in the native plugin."""
        return f"{NAMESPACE}:index:{self.name}"

    @cached_property
    def dynamic_token(self) -> str:
        """The type of its resources in programs in Python."""
        return f"pulumi-python:dynamic/{NAMESPACE}:{self.name}"

    @cached_property
    def fields(self) -> tuple[ApiField, ...]:
        """The fields that are known by name, each an input and an output of its own."""
        return () if self.record is None else known_fields(self.record)

    @cached_property
    def natural_key(self) -> tuple[str, ...]:
        """The fields by which a person knows an object again, the first of them always."""
        return tuple(field.name for field in self.fields if field.identity)

    @cached_property
    def title(self) -> str | None:
        """The field by which a person knows one from another, or None."""
        return self.natural_key[0] if self.natural_key else None

    @cached_property
    def policy_inputs(self) -> tuple[str, ...]:
        """The inputs that say what to do with the object; they are not fields of it."""
        of_any_collection = () if self.natural_key else (IDENTITY, PAGING)
        return (*of_any_collection, EXISTING_ID, IF_EXISTS, DELETION_POLICY, UNORDERED)

    @cached_property
    def other_inputs(self) -> tuple[str, ...]:
        """All inputs that are not fields of the object: where it is, and what to do with it."""
        return (*self.replace_on_change, *self.policy_inputs, CLEAR_INPUT)

    def identity_names(self, inputs: Mapping[str, object]) -> tuple[str, ...]:
        """Return the fields by which an object with these inputs is known again."""
        declared = inputs.get(IDENTITY)
        return tuple(map(str, declared)) if isinstance(declared, list) else self.natural_key

    @cached_property
    def field_names(self) -> frozenset[str]:
        """The names of the fields that are known by name."""
        return frozenset(field.name for field in self.fields)

    @cached_property
    def required_names(self) -> frozenset[str]:
        """The names of the fields that no object can do without."""
        return frozenset(field.name for field in self.fields if field.required)

    @cached_property
    def required_inputs(self) -> frozenset[str]:
        """The names of the inputs that no resource can do without."""
        return self.required_names if self.fields else frozenset({PATH, self.extra_fields})

    @cached_property
    def secret_names(self) -> frozenset[str]:
        """The names of the fields that must not be shown."""
        return frozenset(field.name for field in self.fields if field.secret)

    @property
    def may_return_secret(self) -> bool:
        """Whether the response to a POST may show a secret that is not shown again.

        Of a collection whose fields have no names here, nobody knows.
        """
        return self.record is None or bool(self.secret_names)

    def subject(self, properties: Mapping[str, object], identifier: str | None = None) -> str:
        """Return how to name an object in a message: its kind, its title and its id."""
        title = properties.get(self.title) if self.title else None
        name = f' "{title}"' if isinstance(title, str) and title is not UNKNOWN else ""
        return f"{self.label}{name}" + (f" ({identifier})" if identifier else "")

    def location(
        self, values: Mapping[str, Json], settings: Settings
    ) -> tuple[str, str, PagingScheme | None]:
        """Return the collection's path, its id field and its paging, as far as that is declared."""
        declared = values.get(PAGING) if PAGING in self.policy_inputs else None
        paging = PagingScheme.of(declared) if isinstance(declared, dict) else settings.paging
        return self.path(values, settings), self.id_field(values), paging

    def located(
        self, identifier: str, values: Mapping[str, Json]
    ) -> tuple[str, Mapping[str, Json]]:
        """Return an id and where its object is, where a person may have named both in one text.

        Args:
            identifier: The id, or the path of the object, such as ``/pricing-rules/rule_1``, where
                nothing else says which collection has it.
            values: Inputs that say where the object is, if there are any.

        Raises:
            ExistingIdError: Nothing says in which collection it is, or no collection can be there.
        """
        if PATH not in self.replace_on_change:
            return identifier, values
        path, last = values.get(PATH), identifier
        if PATH not in values:
            above, _, last = identifier.rpartition("/")
            path = f"/{above.lstrip('/')}"
        violation = "has no id at its end" if not last else CollectionPath().violation(path)
        if path == "/" or violation is not None:
            name = last or str(path).strip("/")
            raise ExistingIdError(
                f"say in which collection it is: its path and its id, such as "
                f"{self.import_text(name, {PATH: '/pricing-rules'})}"
                + ("" if path == "/" else f"; the path {violation}"),
                code=MessageCode.PLACE_OF_IMPORT,
            )
        return last, {**values, PATH: path}

    def import_text(self, identifier: str, place: Mapping[str, Json]) -> str:
        """Return the text that imports an object, such as ``eu:/pricing-rules/rule_1``."""
        account, path = place.get(ACCOUNT), place.get(PATH)
        prefix = f"{account}{ACCOUNT_SEPARATOR}" if account else ""
        return f"{prefix}{str(path).rstrip('/')}/{identifier}" if path else f"{prefix}{identifier}"

    def property_steps(self, path: str) -> list[str]:
        """Return the keys that lead to the property which holds the field at a JSON pointer."""
        keys = steps(path)
        return keys if keys and keys[0] in self.field_names else [self.extra_fields, *keys]

    def place(self, values: Mapping[str, Json], name: str) -> Json:
        """Return what an input says about where the object is, or its default."""
        return values.get(name) or (DEFAULT_ID_FIELD if name == ID_FIELD else None)

    def id_field(self, values: Mapping[str, object]) -> str:
        """Return the name of the field that holds the object's id."""
        return str(values.get(ID_FIELD) or DEFAULT_ID_FIELD)


def _property_path(_values: Mapping[str, object], _settings: Settings) -> str:
    return "/properties"


def _webhook_subscription_path(_values: Mapping[str, object], settings: Settings) -> str:
    return settings.webhooks_path


def _own_path(values: Mapping[str, object], _settings: Settings) -> str:
    return str(values[PATH])


PROPERTY = Kind(
    name="Property",
    label="property",
    noun="listing",
    summary="A short-term-rental listing.",
    path=_property_path,
    record=PropertyRecord,
    section="properties",
)
WEBHOOK_SUBSCRIPTION = Kind(
    name="WebhookSubscription",
    label="webhook subscription",
    noun="webhook subscription",
    summary="An address that SetSmart calls when something happens.",
    path=_webhook_subscription_path,
    record=WebhookSubscriptionRecord,
    section="webhooks",
    is_optional=True,
)
API_OBJECT = Kind(
    name="ApiObject",
    label="object",
    noun="object",
    summary="An object of a collection that has no class of its own.",
    path=_own_path,
    extra_fields="body",
    replace_on_change=(ACCOUNT, PATH, ID_FIELD),
    whole_when_read=True,
)

KINDS = (PROPERTY, WEBHOOK_SUBSCRIPTION, API_OBJECT)
"""All kinds of resource. Whatever lists kinds is derived from this."""
