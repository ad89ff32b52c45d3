"""From Pulumi's protocol to the lifecycle."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2 as protocol
from pulumi.runtime.proto.plugin_pb2 import PluginInfo
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

from pulumi_setsmart.client.confidential import shown
from pulumi_setsmart.lifecycle.check import InputViolation, unknown_inputs, unsendable
from pulumi_setsmart.lifecycle.declaration import ID
from pulumi_setsmart.lifecycle.kind import KINDS, Kind
from pulumi_setsmart.lifecycle.planned_outputs import planned_outputs
from pulumi_setsmart.lifecycle.resource_key import RESOURCE, ResourceKey
from pulumi_setsmart.lifecycle.secret_inputs import secret_properties, with_marked_secrets
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json, dotted, may_be_rounded
from pulumi_setsmart.models.message_code import MessageCode, with_code
from pulumi_setsmart.models.text import listed, visible
from pulumi_setsmart.plugin.configuration import SECRET_SETTINGS, lookup_in
from pulumi_setsmart.plugin.detailed_diff import diff_response
from pulumi_setsmart.plugin.engine_log import EngineLog
from pulumi_setsmart.plugin.schema import package_schema
from pulumi_setsmart.plugin.values import ReceivedProperties, received, sent
from pulumi_setsmart.providers.about import about
from pulumi_setsmart.providers.failure import SetSmartFailure, reported

if TYPE_CHECKING:
    from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
    from pulumi_setsmart.lifecycle.reading import ReadObject
    from pulumi_setsmart.providers.lifecycles import Lifecycles

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")

_FILE = "is an asset or an archive, which no field can hold; pass a string instead"
_ROUNDED = "holds 2^53, which may have been another number that Pulumi altered; use a string"
_NOT_SUPPORTED = "pulumi-setsmart has resources only: no functions, components or parameters"
_KINDS: Mapping[str, Kind] = {kind.token: kind for kind in KINDS}


def _method(
    answer: Callable[[SetSmartPlugin, _Request], _Response],
) -> Callable[[SetSmartPlugin, _Request, grpc.ServicerContext], _Response]:
    """Turn a function that answers a request into a method of the protocol.

    What goes wrong is one line for the user, and warnings are shown under their resource.
    """

    @functools.wraps(answer)
    def method(self: SetSmartPlugin, request: _Request, context: grpc.ServicerContext) -> _Response:
        try:
            with self.log.about(getattr(request, "urn", "")), reported():
                return answer(self, request)
        except SetSmartFailure as failure:
            context.abort(grpc.StatusCode.UNKNOWN, str(failure))
            raise  # which `abort` has done already

    return method


class SetSmartPlugin(ResourceProviderServicer):
    """Answers the engine; one per process.

    It decides nothing: it finds the kind and the account, and passes plain values to the lifecycle
    and what that returns back.
    """

    def __init__(self, log: EngineLog) -> None:
        """Make one whose warnings go to a log."""
        self.log = log
        self._lifecycles: dict[Kind, Lifecycles] = {}

    @_method
    def Handshake(
        self, _request: protocol.ProviderHandshakeRequest
    ) -> protocol.ProviderHandshakeResponse:
        """Say what this plugin can take."""
        return protocol.ProviderHandshakeResponse(accept_secrets=True)

    @_method
    def GetPluginInfo(self, _request: Empty) -> PluginInfo:
        """Say which release this is."""
        return PluginInfo(version=version("pulumi-setsmart"))

    @_method
    def GetSchema(self, _request: protocol.GetSchemaRequest) -> protocol.GetSchemaResponse:
        """Return the schema of the package."""
        return protocol.GetSchemaResponse(schema=json.dumps(package_schema()))

    @_method
    def CheckConfig(self, request: protocol.CheckRequest) -> protocol.CheckResponse:
        """Mark the keys as secret, however they were set."""
        news = received(request.news)
        marked = {*news.secret_paths, *(f"/{name}" for name in SECRET_SETTINGS)}
        return protocol.CheckResponse(inputs=sent(news.values, marked))

    @_method
    def DiffConfig(self, request: protocol.DiffRequest) -> protocol.DiffResponse:
        """Say what changed of the configuration: never a reason to replace what it manages."""
        olds, news = received(request.olds).values, received(request.news).values
        changed = [name for name in {**olds, **news} if olds.get(name) != news.get(name)]
        changes = protocol.DiffResponse.DIFF_SOME if changed else protocol.DiffResponse.DIFF_NONE
        return protocol.DiffResponse(changes=changes, diffs=changed)

    @_method
    def Configure(self, request: protocol.ConfigureRequest) -> protocol.ConfigureResponse:
        """Take over the configuration of the stack, or of an explicit provider.

        What is wrong with it is an error of the first resource. If this failed, Pulumi would end
        programs in Python with a traceback.
        """
        # Each command on a program in YAML starts two more of these, only to ask for the schema.
        # They need nothing that sends requests, and importing that takes a tenth of a second.
        from pulumi_setsmart.providers import process  # noqa: PLC0415 -- above
        from pulumi_setsmart.providers.lifecycles import (  # noqa: PLC0415
            ConfiguredLifecycles,
            environment_of,
        )

        process.prepare(self.log)
        lookup = lookup_in(received(request.args).values)
        environment = environment_of(request.name, lookup, os.environ)
        self._lifecycles = {kind: ConfiguredLifecycles(kind, lookup, environment) for kind in KINDS}
        return protocol.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @_method
    def Check(self, request: protocol.CheckRequest) -> protocol.CheckResponse:
        """Validate the inputs, and look whether what is to be created exists already."""
        kind = _kind(request.urn)
        olds, news = received(request.olds), received(request.news)
        key = str(ResourceKey.of_urn(request.urn))
        inputs = with_marked_secrets(kind, news.values, news.secret_paths, key)
        files = (
            InputViolation(dotted(path), _FILE, code=MessageCode.NOT_JSON)
            for path in news.file_paths
        )
        # Here every number is a double already. What is larger is refused by the check.
        rounded = (
            InputViolation(name, _ROUNDED, code=MessageCode.INEXACT_NUMBER)
            for name, value in inputs.items()
            if may_be_rounded(value) and unsendable(value) is None
        )
        with about(kind, inputs, olds=olds.values):
            checked = self._lifecycle(kind, inputs).check(
                inputs,
                exists=bool(olds.values),
                before=olds.values,
                refused=(*files, *rounded, *unknown_inputs(kind, inputs)),
            )
        # Pulumi prints the value of a property that a failure names, even of a secret one.
        failures = [
            protocol.CheckFailure(reason=shown(visible(each))) for each in checked.violations
        ]
        passed = _sent(kind, checked.inputs, news.secret_paths)
        return protocol.CheckResponse(inputs=passed, failures=failures)

    @_method
    def Diff(self, request: protocol.DiffRequest) -> protocol.DiffResponse:
        """Compare what was last known with what is declared."""
        kind = _kind(request.urn)
        olds, news = received(request.olds).values, received(request.news).values
        if RESOURCE in news:  # inputs of a state have the key from before `pulumi state rename`
            news[RESOURCE] = str(ResourceKey.of_urn(request.urn))
        with about(kind, news, request.id, olds=olds):
            return diff_response(kind, self._lifecycle(kind, olds).diff(olds, news), news)

    @_method
    def Create(self, request: protocol.CreateRequest) -> protocol.CreateResponse:
        """Create an object, or say what is known of it before."""
        kind, news = _kind(request.urn), received(request.properties)
        inputs = news.values
        with about(kind, inputs):
            if request.preview:
                planned = _marked(planned_outputs(kind, inputs), news)
                return protocol.CreateResponse(properties=planned, refresh_before_update=True)
            identifier, outputs = self._lifecycle(kind, inputs).create(inputs)
        return protocol.CreateResponse(
            id=identifier, properties=_outputs(kind, outputs), refresh_before_update=True
        )

    @_method
    def Read(self, request: protocol.ReadRequest) -> protocol.ReadResponse:
        """Look at an object that the state holds, or at one that it does not hold yet."""
        kind = _kind(request.urn)
        state, olds = received(request.properties), received(request.inputs)
        outputs = state.values
        with about(kind, outputs, request.id):
            if KEY in outputs:
                # A check puts its key among the inputs of a resource, and an import does.
                is_managed = RESOURCE in olds.values
                seen = self._lifecycle(kind, outputs).read(
                    request.id,
                    outputs,
                    olds.values if is_managed else None,
                    str(ResourceKey.of_urn(request.urn)),
                )
            else:
                seen = self._read_unknown(kind, request, outputs)
        if seen is None:
            return protocol.ReadResponse()
        # Where nothing has changed, the engine keeps the inputs that it has.
        declared = None if seen.inputs is None else _sent(kind, seen.inputs)
        before = () if KEY in outputs else state.secret_paths
        return protocol.ReadResponse(
            id=str(seen.outputs[ID]),
            properties=_outputs(kind, seen.outputs, before),
            inputs=declared,
            refresh_before_update=True,
        )

    @_method
    def Update(self, request: protocol.UpdateRequest) -> protocol.UpdateResponse:
        """Bring an object to the declared values, or say what is known of it before."""
        kind = _kind(request.urn)
        olds, news = received(request.olds), received(request.news)
        with about(kind, news.values, request.id, olds=olds.values):
            if request.preview:
                planned = _marked(planned_outputs(kind, news.values, olds.values), news, olds)
                return protocol.UpdateResponse(properties=planned, refresh_before_update=True)
            outputs = self._lifecycle(kind, news.values).update(
                request.id, olds.values, news.values
            )
        return protocol.UpdateResponse(
            properties=_outputs(kind, outputs), refresh_before_update=True
        )

    @_method
    def Delete(self, request: protocol.DeleteRequest) -> Empty:
        """Delete an object."""
        kind, outputs = _kind(request.urn), received(request.properties).values
        with about(kind, outputs, request.id):
            key = str(ResourceKey.of_urn(request.urn))
            self._lifecycle(kind, outputs).delete(request.id, outputs, key)
        return Empty()

    @_method
    def Cancel(self, _request: Empty) -> Empty:
        """Let what is under way come to its end: a write that is broken off may be lost."""
        return Empty()

    def _refuse(self, request: Any, context: Any) -> NoReturn:  # noqa: ARG002 -- the protocol's names
        """Answer what this plugin does not have, for which gRPC would print a traceback."""
        context.abort(grpc.StatusCode.UNIMPLEMENTED, _NOT_SUPPORTED)
        raise NotImplementedError  # which `abort` has prevented

    Attach = Call = Construct = GetMapping = GetMappings = Invoke = List = Parameterize = _refuse

    def _read_unknown(
        self, kind: Kind, request: protocol.ReadRequest, place: Mapping[str, Json]
    ) -> ReadObject | None:
        lifecycles, seen = self._lifecycles[kind], None
        try:
            identifier, place = kind.located(*lifecycles.located(request.id, place))
            key = str(ResourceKey.of_urn(request.urn))
            lifecycle = lifecycles.of_account(place)
            seen = lifecycle.read_unknown(identifier, place, key, request.id)
            if seen is None:
                lifecycles.refuse_missing(request.id, place)
            return seen
        finally:
            if seen is None:
                lifecycles.note_failed_read()

    def _lifecycle(self, kind: Kind, properties: Mapping[str, Json]) -> Lifecycle:
        return self._lifecycles[kind].of_account(properties)


def _kind(urn: str) -> Kind:
    """Return the kind of a resource; programs in some languages may name any type."""
    token = ResourceKey.of_urn(urn).kind
    if token not in _KINDS:
        text = f"{visible(token)} is no type of this plugin; use {listed([*_KINDS])}"
        raise SetSmartFailure(with_code(text, MessageCode.INVALID_RESOURCE))
    return _KINDS[token]


def _marked(planned: Mapping[str, Json], *arrived: ReceivedProperties) -> Struct:
    """Return planned outputs for a response: whatever arrived as a secret leaves as one."""
    return sent(planned, {path for each in arrived for path in each.secret_paths})


def _outputs(kind: Kind, outputs: Mapping[str, Json], secret_paths: Iterable[str] = ()) -> Struct:
    """Return outputs for a response; a named field without a value is null, or it is unknown."""
    nulls: Mapping[str, Json] = dict.fromkeys(field.name for field in kind.fields)
    return _sent(kind, {**nulls, **outputs}, secret_paths)


def _sent(kind: Kind, properties: Mapping[str, Json], secret_paths: Iterable[str] = ()) -> Struct:
    return sent(properties, {*secret_properties(kind, properties), *secret_paths})
