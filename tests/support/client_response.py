"""Responses as the client sees them, made without a server."""

import json

import httpx

from pulumi_setsmart.client.response import Response


def response(body: object, status: int = 200, **headers: str) -> Response:
    """Return a response to a request for the properties."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(
        method="GET",
        path="/properties",
        url="https://setsmart.example/v1/properties",
        status=status,
        headers=httpx.Headers(headers),
        body=content,
    )
