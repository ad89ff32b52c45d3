"""What the resource classes have in common: from a program's arguments to a resource's inputs."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, Self

import pulumi
from pulumi.dynamic import Resource

from pulumi_setsmart.lifecycle.bookkeeping import KEY
from pulumi_setsmart.lifecycle.check import reserved_name_objections, unsendable
from pulumi_setsmart.lifecycle.declaration import secret_bookkeeping
from pulumi_setsmart.lifecycle.kind import DEFAULT_ID_FIELD, EXISTING_ID, ID_FIELD, Kind
from pulumi_setsmart.models.json import pointer
from pulumi_setsmart.outputs import seen_outputs
from pulumi_setsmart.providers.adapter import LifecycleProvider

_API_KEY = "setsmart:apiKey"
_ACCOUNTS = "setsmart:accounts"


class SetSmartResource(Resource):
    """A resource that SetSmart keeps.

    Args:
        provider: What manages it.
        resource_name: Its name in the program.
        properties: Its inputs, and None for each output that is no input.
        opts: Pulumi's options.

    Raises:
        pulumi.RunError: The program asks for something that cannot be; the text is one line.
    """

    def __init__(
        self,
        provider: LifecycleProvider,
        resource_name: str,
        properties: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        _refuse_import(provider.kind, resource_name, opts)
        refuse_key_in_clear()
        _refuse_unusable(provider.kind, resource_name, properties)
        bookkeeping = _secret_bookkeeping(provider.kind, properties)
        secret_outputs = pulumi.ResourceOptions(
            additional_secret_outputs=sorted(provider.kind.secret_names)
        )
        super().__init__(
            provider,
            resource_name,
            {**properties, KEY: bookkeeping},
            pulumi.ResourceOptions.merge(secret_outputs, opts),
        )
        # This is where Pulumi keeps the outputs, and where it reads them for an export.
        fields = properties.keys() & {*provider.kind.field_names, provider.kind.others}
        outputs = {name: self.__dict__[name] for name in fields}
        self.__dict__.update(seen_outputs(outputs, self.__dict__[KEY]))

    @classmethod
    def _existing(
        cls,
        provider: LifecycleProvider,
        resource_name: str,
        resource_id: pulumi.Input[str],
        properties: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
    ) -> Self:
        """Return a resource that is read by its id and not managed."""
        resource = cls.__new__(cls)
        kind = provider.kind
        outputs: dict[str, Any] = dict.fromkeys((*sorted(kind.field_names), kind.others))
        read_options = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=resource_id))
        SetSmartResource.__init__(
            resource, provider, resource_name, {**outputs, **properties}, read_options
        )
        return resource


def refuse_key_in_clear() -> None:
    """Refuse an API key that is configured in clear: Pulumi would keep it so in the state.

    Raises:
        pulumi.RunError: There is one.
    """
    configured = pulumi.runtime.get_config(_API_KEY)
    if configured is not None and not pulumi.runtime.is_config_secret(_API_KEY):
        raise pulumi.RunError(
            f"{_API_KEY} is set in clear and would stand so in the state; "
            f"set it with `pulumi config set --secret {_API_KEY}`"
        )
    accounts = pulumi.runtime.get_config(_ACCOUNTS)
    if (
        accounts is not None
        and '"apiKey"' in accounts
        and not pulumi.runtime.is_config_secret(_ACCOUNTS)
    ):
        raise pulumi.RunError(
            f"{_ACCOUNTS} holds a key in clear, which would stand so in the state; set it with "
            f"`pulumi config set --secret --path {_ACCOUNTS}.NAME.apiKey`"
        )


def _refuse_import(kind: Kind, resource_name: str, opts: pulumi.ResourceOptions | None) -> None:
    if opts is not None and opts.import_ is not None:
        raise pulumi.RunError(
            f"{resource_name}: import_ does not work with dynamic providers; to manage a "
            f"{kind.label} that exists say {EXISTING_ID}=… or use `pulumi import --file` with "
            "inputs and outputs (documentation, Take over what exists), to read one use .get()"
        )


def _refuse_unusable(kind: Kind, resource_name: str, properties: Mapping[str, Any]) -> None:
    """Refuse what would be lost or altered on the way to the provider, which then cannot tell."""
    others = properties.get(kind.others)
    if isinstance(others, Mapping):
        id_field = properties.get(ID_FIELD)
        names = reserved_name_objections(
            kind, others, id_field if isinstance(id_field, str) else DEFAULT_ID_FIELD
        )
        for objection in names:
            raise pulumi.RunError(f"{resource_name}: {objection}")
    for name, value in properties.items():
        reason = unsendable(value)
        if reason is not None:
            raise pulumi.RunError(f"{resource_name}: {name} {reason}")


def _secret_bookkeeping(kind: Kind, inputs: Mapping[str, Any]) -> pulumi.Output[Any] | None:
    """Return the bookkeeping that says which inputs are secret, or None where none can be.

    A provider is given secrets in clear and cannot tell which they are, but it must not print them.
    It is secret itself if anything is, so that what the provider adds to it is encrypted.
    """
    outputs = list(_outputs(kind, inputs))
    if not outputs:
        return None

    async def paths() -> list[str]:
        return [path for path, output in outputs if await output.is_secret()]

    async def known() -> bool:
        return True

    async def resources() -> set[pulumi.Resource]:
        # Pulumi forgets where an input came from if its value is None. This one keeps all of it.
        return set().union(*[await output.resources() for _, output in outputs])

    secret_paths = asyncio.ensure_future(paths())

    async def bookkeeping() -> dict[str, Any]:
        return secret_bookkeeping(await secret_paths)

    async def secret() -> bool:
        return bool(await secret_paths)

    return pulumi.Output(resources(), bookkeeping(), known(), secret())


def _outputs(kind: Kind, inputs: Mapping[str, Any]) -> Iterator[tuple[str, pulumi.Output[Any]]]:
    """Yield every output among the inputs with the path of the field that it gives."""
    for name, value in inputs.items():
        yield from _outputs_in(value, "" if name == kind.others else pointer("", name))


def _outputs_in(value: Any, path: str) -> Iterator[tuple[str, pulumi.Output[Any]]]:
    match value:
        case pulumi.Output():
            yield path, value
        case Mapping():
            for name, member in value.items():
                yield from _outputs_in(member, pointer(path, name))
        case list() | tuple():
            for index, element in enumerate(value):
                yield from _outputs_in(element, pointer(path, index))
