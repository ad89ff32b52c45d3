"""What the resource classes have in common: from a program's arguments to a resource's inputs."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Self

import pulumi
from pulumi.dynamic import Resource

from pulumi_setsmart.lifecycle.check import reserved_name_violations, shape_violation
from pulumi_setsmart.lifecycle.kind import DEFAULT_ID_FIELD, EXISTING_ID, ID_FIELD, Kind
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.message_code import MessageCode, with_code
from pulumi_setsmart.models.setting import ACCOUNTS, API_KEY, setting
from pulumi_setsmart.outputs import seen_outputs
from pulumi_setsmart.providers.adapter import LifecycleProvider
from pulumi_setsmart.providers.values import PROVIDER_KEY
from pulumi_setsmart.python_value import ArgumentLocation, run_error, to_plain
from pulumi_setsmart.seen_inputs import seen_inputs

_API_KEY = setting(API_KEY)
_ACCOUNTS = setting(ACCOUNTS)


class SetSmartResource(Resource):
    """A resource that SetSmart keeps."""

    def _register(
        self,
        provider: type[LifecycleProvider],
        resource_name: str,
        properties: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        """Register it with Pulumi.

        A resource class calls this in its ``__init__`` and no other one. Pulumi counts these, and
        takes what called the third for the line of the program that declares the resource.

        Args:
            provider: The class that manages it.
            resource_name: Its name in the program.
            properties: Its arguments, None where the program passed none.
            opts: Pulumi's options.

        Raises:
            pulumi.RunError: The program asks for something that cannot be; the text is one line.
        """
        kind = provider.kind
        _reject_unusable(kind, resource_name, opts)
        reject_plaintext_key()
        outputs = properties.keys() & {*kind.field_names, kind.extra_fields}
        # Pulumi makes an output of each input, and its work grows with the square of their number.
        passed = {
            name: value
            for name, value in properties.items()
            if value is not None or name in outputs
        }
        inputs = _inputs(kind, resource_name, passed)
        is_read = opts is not None and opts.id is not None
        inputs[KEY] = None if is_read else seen_inputs(kind, resource_name, inputs, opts)
        inputs[PROVIDER_KEY] = provider.pickled()
        secret_outputs = pulumi.ResourceOptions(additional_secret_outputs=sorted(kind.secret_names))
        options = pulumi.ResourceOptions.merge(secret_outputs, opts)
        try:
            pulumi.CustomResource.__init__(
                self,
                f"pulumi-python:{self._resource_type_name}",
                resource_name,
                inputs,
                options,
            )
        except (TypeError, ValueError, AttributeError) as error:  # what Pulumi says of its options
            raise run_error(resource_name, str(error), MessageCode.INVALID_RESOURCE) from error
        # This is where Pulumi keeps the outputs, and where it reads them for an export.
        raw = {name: self.__dict__[name] for name in outputs}
        self.__dict__.update(seen_outputs(raw, self.__dict__[KEY]))

    @classmethod
    def _existing(
        cls,
        provider: type[LifecycleProvider],
        resource_name: str,
        resource_id: pulumi.Input[str],
        properties: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
    ) -> Self:
        """Return a resource that is read by its id and not managed."""
        resource = cls.__new__(cls)
        kind = provider.kind
        _reject_unusable(kind, resource_name, opts)
        outputs: dict[str, Any] = dict.fromkeys((*sorted(kind.field_names), kind.extra_fields))
        read_options = pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(id=_identifier(resource_name, resource_id))
        )
        resource._register(  # noqa: SLF001 -- a resource of this class
            provider, resource_name, {**outputs, **properties}, read_options
        )
        return resource


def reject_plaintext_key() -> None:
    """Reject an API key that is configured in plain text: the state would hold it like that.

    Raises:
        pulumi.RunError: There is one.
    """
    configured = pulumi.runtime.get_config(_API_KEY)
    if configured is not None and not pulumi.runtime.is_config_secret(_API_KEY):
        raise _plaintext_key(
            f"{_API_KEY} is set in plain text, and the state would hold it like that; "
            f"set it with `pulumi config set --secret {_API_KEY}`"
        )
    accounts = pulumi.runtime.get_config(_ACCOUNTS)
    if (
        accounts is not None
        and f'"{API_KEY}"' in accounts
        and not pulumi.runtime.is_config_secret(_ACCOUNTS)
    ):
        raise _plaintext_key(
            f"{_ACCOUNTS} holds a key in plain text, and the state would hold it like that; set it "
            f"with `pulumi config set --secret --path {_ACCOUNTS}.NAME.{API_KEY}`"
        )


def _plaintext_key(message: str) -> pulumi.RunError:
    return pulumi.RunError(with_code(message, MessageCode.PLAINTEXT_KEY))


def _reject_unusable(kind: Kind, resource_name: object, opts: object) -> None:
    """Reject a name or options with which there can be no resource."""
    if not isinstance(resource_name, str) or not resource_name:
        raise pulumi.RunError(
            with_code(
                f"the first argument of a {kind.label} is its name in the program; pass a string",
                MessageCode.INVALID_RESOURCE,
            )
        )
    to_plain(resource_name, ArgumentLocation(resource_name, "resource_name"))
    if opts is not None and not isinstance(opts, pulumi.ResourceOptions):
        raise run_error(
            resource_name, "opts: must be pulumi.ResourceOptions(…)", MessageCode.INVALID_RESOURCE
        )
    if opts is not None and opts.import_ is not None:
        raise run_error(
            resource_name,
            f"import_ does not work with dynamic providers; to manage a {kind.label} that exists "
            f"say {EXISTING_ID}=… or use `pulumi import --file` with inputs and outputs "
            "(documentation, Adopt what exists), to read one use .get()",
            MessageCode.IMPORT_OPTION,
        )


def _identifier(resource_name: str, value: Any) -> Any:
    """Return the id of a resource to read."""
    location = ArgumentLocation(resource_name, "id")

    def string(plain: Any) -> str:
        if isinstance(plain, int) and not isinstance(plain, bool):
            return str(plain)
        if not isinstance(plain, str) or not plain:
            raise location.error("must be a string, such as prop_123", MessageCode.INVALID_RESOURCE)
        return plain

    plain = to_plain(value, location)
    return plain.apply(string) if isinstance(plain, pulumi.Output) else string(plain)


def _inputs(kind: Kind, resource_name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return a program's arguments as inputs that reach the provider as they are."""
    unordered = {field.name for field in kind.fields if field.unordered}
    inputs = {}
    for name, value in properties.items():
        # The provider refuses what does not belong somewhere. A list in the wrong place would not
        # come so far: Pulumi expects the outputs to be what the resource class says.
        location = ArgumentLocation(
            resource_name,
            name,
            unordered=frozenset({""} if name in unordered else ()),
            violation=partial(shape_violation, kind, name),
        )
        inputs[name] = to_plain(value, location)
    for name in kind.secret_names & inputs.keys():
        if inputs[name] is not None:
            inputs[name] = pulumi.Output.secret(inputs[name])
    extra_fields = inputs.get(kind.extra_fields)
    if isinstance(extra_fields, dict):
        id_field = inputs.get(ID_FIELD)
        names = reserved_name_violations(
            kind, extra_fields, id_field if isinstance(id_field, str) else DEFAULT_ID_FIELD
        )
        for violation in names:
            raise run_error(resource_name, violation.message, violation.code)
    return inputs
