"""Errors that name their object and show no secrets."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pulumi_setsmart.lifecycle.declaration import keeping_secrets, read_declaration
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.text import visible
from pulumi_setsmart.providers.failure import reported


@contextlib.contextmanager
def about(
    kind: Kind,
    properties: Mapping[str, Any],
    id_: str | None = None,
    *,
    olds: Mapping[str, Any] | None = None,
    plain: Callable[[Mapping[str, Any]], Mapping[str, Json]] = dict,
) -> Iterator[None]:
    """Name the object in whatever goes wrong inside, and show nothing that is secret, or was.

    Args:
        kind: Its kind.
        properties: Its inputs or outputs.
        id_: Its id, or None where it has none yet.
        olds: What its inputs or outputs were before.
        plain: Makes plain values of both; it is only called if something goes wrong.

    Raises:
        SetSmartFailure: Something went wrong.
    """
    try:
        yield
    except Exception:
        with reported():
            declaration = read_declaration(kind, plain(properties))
            before = read_declaration(kind, plain(olds or {}))
            secrets = keeping_secrets(declaration, before)

            def tell(text: str) -> str:
                subject = visible(declaration.subject(kind, id_))
                return declaration.redact(f"{subject}: {text}")

            with secrets, reported(tell):
                raise
