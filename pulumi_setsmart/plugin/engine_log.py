"""Our warnings in Pulumi's output, each under the resource that it is about."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator

import grpc
from pulumi.runtime.proto import engine_pb2
from pulumi.runtime.proto.engine_pb2_grpc import EngineStub

from pulumi_setsmart.client.confidential import shown
from pulumi_setsmart.models.text import visible

_OPTIONS = (("grpc.enable_http_proxy", 0),)
"""The engine is on this machine."""


class EngineLog(logging.Handler):
    """Sends records to the engine."""

    def __init__(self, address: str) -> None:
        """Send them to the engine at an address."""
        super().__init__()
        self._engine = EngineStub(grpc.insecure_channel(address, options=_OPTIONS))
        self._current = threading.local()

    @contextlib.contextmanager
    def about(self, urn: str) -> Iterator[None]:
        """Show under a resource what this thread logs while the block runs."""
        self._current.urn = urn
        try:
            yield
        finally:
            self._current.urn = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Send a record as one line."""
        is_warning = record.levelno >= logging.WARNING
        request = engine_pb2.LogRequest(
            severity=engine_pb2.WARNING if is_warning else engine_pb2.INFO,
            message=shown(visible(record.getMessage())),
            urn=getattr(self._current, "urn", ""),
        )
        with contextlib.suppress(grpc.RpcError):  # the engine has gone: nobody reads it
            self._engine.Log(request)
