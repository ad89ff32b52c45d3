"""What a program's side sees of its inputs before Pulumi's transforms run: what is plain there."""

from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.resource_key import ResourceKey
from pulumi_setsmart.lifecycle.secret_inputs import plain_input_metadata
from pulumi_setsmart.models.json import Json, pointer
from pulumi_setsmart.models.marker import UNKNOWN


def seen_inputs(
    kind: Kind,
    resource_name: str,
    inputs: Mapping[str, Any],
    opts: pulumi.ResourceOptions | None,
) -> pulumi.Output[Any]:
    """Return what the provider learns of the inputs: which are plain, what they are, and whose.

    It is secret, so that what the provider keeps under the same name in the state is encrypted.
    """
    keeps_old_values = bool(opts and opts.ignore_changes)
    hidden = set((opts and opts.additional_secret_outputs) or ())
    named_secret = [_path(kind, name) for name in inputs if name in hidden]
    visible = {name: value for name, value in inputs.items() if name not in hidden}

    async def evidence_of_inputs() -> Any:
        paths = [*named_secret]
        try:
            seen = {
                name: await _seen(value, _path(kind, name), paths)
                for name, value in visible.items()
            }
        except Exception:  # noqa: BLE001 -- an input that fails stops the program by itself
            seen = {}
        return plain_input_metadata(
            seen,
            paths,
            keeps_old_values=keeps_old_values,
            resource_key=str(await _resource_key(kind, resource_name, opts)),
        )

    outputs = [output for value in inputs.values() for output in _outputs_in(value)]

    async def resources() -> set[pulumi.Resource]:
        # Pulumi forgets where an input came from if its value is None. This one keeps all of it.
        # The parent, whose URN is in the key, is not among them: it would wait for its child.
        return set[pulumi.Resource]().union(*[await output.resources() for output in outputs])

    return pulumi.Output(resources(), evidence_of_inputs(), _true(), _true())


async def _resource_key(
    kind: Kind, resource_name: str, opts: pulumi.ResourceOptions | None
) -> ResourceKey:
    """Return what tells a resource from all others of the program."""
    if opts is None or opts.parent is None:
        return ResourceKey(kind.name, resource_name)
    return ResourceKey.of_child(kind, resource_name, str(await opts.parent.urn.future()))


def _path(kind: Kind, name: str) -> str:
    return "" if name == kind.extra_fields else pointer("", name)


async def _true() -> bool:
    return True


def _outputs_in(value: Any) -> Iterator[pulumi.Output[Any]]:
    match value:
        case pulumi.Output():
            yield value
        case dict():
            for member in value.values():
                yield from _outputs_in(member)
        case list():
            for element in value:
                yield from _outputs_in(element)


async def _seen(value: Any, path: str, secret_paths: list[str]) -> Json:
    """Return what is plain of an input, and note the paths of what is secret."""
    match value:
        case pulumi.Output():
            if await value.is_secret():
                secret_paths.append(path)
                return None
            if not await value.is_known():
                return UNKNOWN
            return await _seen(await value.future(), path, secret_paths)
        case dict():
            return {
                name: await _seen(member, pointer(path, name), secret_paths)
                for name, member in value.items()
            }
        case list():
            return [
                await _seen(element, pointer(path, index), secret_paths)
                for index, element in enumerate(value)
            ]
    plain: Json = value
    return plain
