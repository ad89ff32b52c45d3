"""An object of any other collection of the API, as a Pulumi resource."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import pulumi

from pulumi_setsmart.lifecycle.kind import DEFAULT_ID_FIELD
from pulumi_setsmart.models.policy import DeletionPolicy, IfExists
from pulumi_setsmart.providers.api_object import ApiObjectProvider
from pulumi_setsmart.resource import SetSmartResource


class ApiObject(SetSmartResource, module="setsmart", name="ApiObject"):
    """An object of a collection that has no class of its own: a pricing rule, a message template.

    The collection is assumed to have the conventions of the properties: GET and POST on its path,
    GET, PUT and DELETE on the path of an object. What `body` does not declare is unmanaged.

    Args:
        resource_name: The name of the resource in the program.
        path: The collection's path below the base URL, such as `/pricing-rules`. Another path
            means another object: it is created there and deleted here.
        body: The fields by their API names, as for the attributes of a `pulumi_setsmart.Property`.
        id_field: The name of the field that holds the id.
        identity: The names of the fields in `body` by which an object is known again; none by
            default, and then it is not looked up whether it exists.
        paging: How the collection's list is paged, where its responses do not say so: `style`
            (`page`, `offset`, `cursor`, `link` or `single`), `parameter`, `field`,
            `first` and `totals`, as in `setsmart:paging`, which applies where this is left
            out.
        existing_id: The id of the object to adopt instead of creating one; the preview says what
            that changes. It is kept when the argument is taken out again.
        if_exists: What to do where an object of this identity exists that no resource manages: stop
            with an `error`, `adopt` it or `create` another one. By default `setsmart:ifExists`
            decides.
        deletion_policy: What becomes of the object once it is no longer declared: `delete` it, or
            `deactivate` it, which sets its status to `inactive` (assumed). By default
            `setsmart:deletionPolicy` decides.
        unordered: The lists in `body` whose order means nothing, each by what leads to it:
            `amenities` or `house.amenities`; `rooms.*.beds` are the beds of each room. For names
            that hold a dot there are JSON pointers (`/house/amenities`). Elements that occur twice
            count twice. A path that leads to nothing declared has no effect.
        clear: The fields to set to null, each by its path: `notes`, or `house.code` in `body`;
            `/a.b` if a name contains a dot. The same as `CLEAR` in that place.
        account: The name of the account that has it, of `setsmart:accounts`; the one that needs
            no name if left out. Another account means another object: it is created there and
            deleted here.
        opts: Pulumi's options.

    Attributes:
        id (pulumi.Output[str]): The object's id at SetSmart.
        path: The collection's path, as declared.
        body: The declared fields; of an object that is only read, every field, and then secret.
        id_field: The name of the field that holds the id, as declared.

    Raises:
        pulumi.RunError: The program asks for something that cannot be.
    """

    path: pulumi.Output[str]
    body: pulumi.Output[dict[str, Any]]
    id_field: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        path: pulumi.Input[str],
        body: pulumi.Input[Mapping[str, Any]],
        id_field: pulumi.Input[str] = DEFAULT_ID_FIELD,
        identity: pulumi.Input[Sequence[str]] | None = None,
        paging: pulumi.Input[Mapping[str, Any]] | None = None,
        existing_id: pulumi.Input[str] | None = None,
        if_exists: pulumi.Input[Literal["error", "adopt", "create"] | IfExists] | None = None,
        deletion_policy: pulumi.Input[Literal["delete", "deactivate"] | DeletionPolicy]
        | None = None,
        unordered: pulumi.Input[Sequence[str]] | None = None,
        clear: pulumi.Input[Sequence[str]] | None = None,
        account: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties = {
            "path": path,
            "body": body,
            "id_field": id_field,
            "identity": identity,
            "paging": paging,
            "existing_id": existing_id,
            "if_exists": if_exists,
            "deletion_policy": deletion_policy,
            "unordered": unordered,
            "clear": clear,
            "account": account,
        }
        self._register(ApiObjectProvider, resource_name, properties, opts)

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002 -- what Pulumi calls it in every provider
        *,
        path: pulumi.Input[str],
        id_field: pulumi.Input[str] = DEFAULT_ID_FIELD,
        opts: pulumi.ResourceOptions | None = None,
        account: str | None = None,
    ) -> Self:
        """Read an object that exists, without managing it.

        Args:
            resource_name: The name of the resource in the program.
            id: The object's id at SetSmart.
            path: The collection's path below the base URL.
            id_field: The name of the field that holds the id.
            opts: Pulumi's options.
            account: The name of the account that has it.

        Returns:
            A resource whose `body` holds every field of the object. It is secret as a whole,
            since any of them may be.
        """
        secret_body = pulumi.ResourceOptions(additional_secret_outputs=["body"])
        return cls._existing(
            ApiObjectProvider,
            resource_name,
            id,
            {"path": path, "id_field": id_field, "account": account},
            pulumi.ResourceOptions.merge(secret_body, opts),
        )
