"""The native plugin on an account in memory, with its messages serialised as gRPC does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from attrs import Factory, define, frozen
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult
from pulumi.runtime.proto import provider_pb2 as protocol

from pulumi_setsmart.lifecycle.kind import KINDS, PROPERTY, Kind
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.resource_key import RESOURCE, ResourceKey
from pulumi_setsmart.lifecycle.secret_inputs import secret_properties
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.plugin.engine_log import EngineLog
from pulumi_setsmart.plugin.servicer import SetSmartPlugin
from pulumi_setsmart.plugin.values import received, sent
from pulumi_setsmart.providers.failure import SetSmartFailure
from pulumi_setsmart.providers.values import from_engine, to_engine
from support.single_lifecycle import SingleLifecycle

_Message = TypeVar("_Message", bound=Message)
NO_ENGINE = "127.0.0.1:1"


class Context:
    """What gRPC passes beside a request."""

    def abort(self, _status: object, message: str) -> None:
        """Answer with an error; what the engine gets of it is text in UTF-8."""
        raise SetSmartFailure(message.encode().decode()) from None


def plugin_of(lifecycle: Lifecycle) -> SetSmartPlugin:
    """Return a plugin for the account of a lifecycle, as a new process has it."""
    plugin = SetSmartPlugin(EngineLog(NO_ENGINE))
    plugin._lifecycles = {  # noqa: SLF001 -- Configure takes the network
        kind: SingleLifecycle(Lifecycle(kind, lifecycle.account, lifecycle.settings))
        for kind in KINDS
    }
    return plugin


def over_grpc(message: _Message) -> _Message:
    """Return a message as the other side gets it."""
    return type(message).FromString(message.SerializeToString())


@frozen
class Engine:
    """Calls a plugin for one resource, as the engine does.

    Attributes:
        plugin: The plugin.
        name: The name of the resource.
        kind: Its kind.
    """

    plugin: SetSmartPlugin
    name: str = "villa"
    kind: Kind = PROPERTY

    @property
    def urn(self) -> str:
        """The URN of the resource."""
        return f"urn:pulumi:test::portfolio::{self.kind.token}::{self.name}"

    def check(self, values: Any, secret: tuple[str, ...] = (), olds: Any = None) -> Any:
        """Check the inputs that a program has."""
        news = sent(values, secret)
        return self.answer("Check", protocol.CheckRequest(urn=self.urn, news=news, olds=olds))

    def create(self, inputs: Any, *, preview: bool = False) -> Any:
        """Create the resource."""
        request = protocol.CreateRequest(urn=self.urn, properties=inputs, preview=preview)
        return self.answer("Create", request)

    def read(self, id_: str, outputs: Any = None, inputs: Any = None) -> Any:
        """Read, refresh or import the resource."""
        request = protocol.ReadRequest(urn=self.urn, id=id_, properties=outputs, inputs=inputs)
        return self.answer("Read", request)

    def diff(self, id_: str, outputs: Any, inputs: Any) -> Any:
        """Compare the resource with its inputs."""
        request = protocol.DiffRequest(urn=self.urn, id=id_, olds=outputs, news=inputs)
        return self.answer("Diff", request)

    def update(self, id_: str, outputs: Any, inputs: Any, *, preview: bool = False) -> Any:
        """Update the resource."""
        request = protocol.UpdateRequest(
            urn=self.urn, id=id_, olds=outputs, news=inputs, preview=preview
        )
        return self.answer("Update", request)

    def delete(self, id_: str, outputs: Any) -> Any:
        """Delete the resource."""
        request = protocol.DeleteRequest(urn=self.urn, id=id_, properties=outputs)
        return self.answer("Delete", request)

    def answer(self, method: str, request: Message) -> Message:
        """Pass any request on."""
        asked: Callable[..., Message] = getattr(self.plugin, method)
        return over_grpc(asked(over_grpc(request), Context()))


@define
class NativeProvider:
    """A resource of the plugin with the methods and values of a dynamic provider.

    So one test holds for both. What the metadata of inputs and outputs calls secret is marked.

    Attributes:
        engine: Calls the plugin.
        inputs: What the engine last knew of the inputs, by the id of the object.
    """

    engine: Engine
    inputs: dict[str, Struct] = Factory(dict)

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Check inputs."""
        known = self._sent(olds) if olds else None
        values = from_engine(news)
        answer = self.engine.check(values, tuple(self._secret(values)), known)
        return CheckResult(_passed(answer.inputs), list(answer.failures))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create an object."""
        inputs = self._sent(props)
        answer = self.engine.create(inputs)
        self.inputs[answer.id] = inputs
        return CreateResult(answer.id, _passed(answer.properties))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read an object."""
        managed = sent({RESOURCE: str(ResourceKey.of_urn(self.engine.urn))})
        known = self.inputs.get(id_, managed) if KEY in props else None
        answer = self.engine.read(id_, self._sent(props), known)
        if not answer.id:
            return ReadResult("", {})
        declared = answer.HasField("inputs")
        if declared:
            self.inputs[id_] = answer.inputs
        return ReadResult(
            answer.id, _passed(answer.properties), _passed(answer.inputs) if declared else None
        )

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare an object with inputs."""
        answer = self.engine.diff(id_, self._sent(olds), self._sent(news))
        changes = answer.changes == protocol.DiffResponse.DIFF_SOME
        return DiffResult(changes, list(answer.replaces))

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Update an object."""
        inputs = self._sent(news)
        answer = self.engine.update(id_, self._sent(olds), inputs)
        self.inputs[id_] = inputs
        return UpdateResult(_passed(answer.properties))

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Delete an object."""
        self.engine.delete(id_, self._sent(props))

    def _sent(self, properties: Mapping[str, Any]) -> Struct:
        values = from_engine(properties)
        return sent(values, self._secret(values))

    def _secret(self, values: Mapping[str, Json]) -> list[str]:
        paths = secret_properties(self.engine.kind, values)
        return [path for path in paths if path.startswith("/")]  # damaged metadata may have others


def _passed(properties: Struct) -> dict[str, Any]:
    return to_engine(received(properties).values)
