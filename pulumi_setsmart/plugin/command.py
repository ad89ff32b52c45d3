"""`pulumi-resource-setsmart`, which Pulumi starts by itself."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto.provider_pb2_grpc import add_ResourceProviderServicer_to_server

from pulumi_setsmart.plugin.engine_log import EngineLog
from pulumi_setsmart.plugin.servicer import SetSmartPlugin

_LARGEST_MESSAGE = 400 * 1024 * 1024
"""In bytes; Pulumi allows messages as large."""

_OPTIONS = (("grpc.max_receive_message_length", _LARGEST_MESSAGE),)
_THREADS = 16
"""How many operations are under way at most; Pulumi decides how many it starts."""


def main() -> int:
    """Serve the engine whose address is the last argument, until it ends this process."""
    if len(sys.argv) < 2:  # noqa: PLR2004 -- the name of the command is the first
        sys.stderr.write(
            "Pulumi starts this plugin by itself. See `pulumi-setsmart --help` for commands.\n"
        )
        return 2
    server = grpc.server(ThreadPoolExecutor(_THREADS), options=_OPTIONS)
    add_ResourceProviderServicer_to_server(SetSmartPlugin(EngineLog(sys.argv[-1])), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()
    return 0
