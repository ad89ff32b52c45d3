"""What a recording may show of headers: the names of known ones, and some of their values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urljoin, urlsplit

from attrs import frozen

from pulumi_setsmart.recording.words import Names, is_known

PRESENT = "present"
"""Recorded of a header whose value could identify somebody."""

NOT_LOOKED_AT = frozenset(
    """
    connection content-encoding content-length date keep-alive trailer transfer-encoding upgrade
    vary
    """.split()
)
"""Headers of the way a response travels, or recorded elsewhere in a recording."""

RATE_LIMIT = frozenset(
    f"{prefix}{name}"
    for prefix in ("x-ratelimit-", "x-rate-limit-", "ratelimit-", "rate-limit-")
    for name in ("limit", "remaining", "reset", "used", "policy", "window", "retry-after")
) | {"ratelimit", "retry-after"}
"""Headers that tell the rate limit."""

_KNOWN = (
    frozenset(
        """
        accept-ranges access-control-allow-credentials access-control-allow-headers
        access-control-allow-methods access-control-allow-origin access-control-expose-headers
        access-control-max-age age allow alt-svc api-version cache-control
        content-disposition content-language content-location content-range
        content-security-policy content-type cross-origin-opener-policy
        cross-origin-resource-policy deprecation etag expires last-modified link location nel
        permissions-policy pragma referrer-policy report-to server server-timing set-cookie
        strict-transport-security sunset via warning www-authenticate x-api-version
        x-cache x-cache-hits x-cloud-trace-context x-content-type-options x-correlation-id
        x-download-options x-envoy-upstream-service-time x-frame-options x-has-more x-next-page
        x-page x-pages x-per-page x-permitted-cross-domain-policies x-powered-by x-prev-page
        x-request-id x-response-time x-runtime x-served-by x-timer x-total x-total-count
        x-total-pages x-trace-id x-xss-protection cf-cache-status cf-ray
        """.split()
    )
    | RATE_LIMIT
)
_NOT_RECORDED_HERE = NOT_LOOKED_AT | RATE_LIMIT - {"retry-after"}
_MEDIA_TYPES = frozenset(
    """
    application/json application/problem+json application/vnd.api+json application/hal+json
    application/ld+json application/xml text/html text/plain text/xml
    """.split()
)
_CACHE_DIRECTIVES = frozenset(
    """
    max-age must-revalidate must-understand no-cache no-store no-transform private
    proxy-revalidate public s-maxage immutable stale-if-error stale-while-revalidate
    """.split()
)
_METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())
_RELATIONS = frozenset("next prev previous first last self".split())
LISTED = _KNOWN | _MEDIA_TYPES | _CACHE_DIRECTIVES | _METHODS | _RELATIONS
"""All of a header that may be recorded."""

_LINK = re.compile(r"""<([^<>]*)>\s*;[^,]*\brel\s*=\s*"?([A-Za-z]+)"?""")
_STRONG = re.compile(r'"[^"]*"')
_WEAK = re.compile(r'W/"[^"]*"')
OTHER = "other"
"""Recorded of a value that is not listed here."""

TARGETS = ("the same path", "another path", "another origin", "no usable address")
"""Where an address may lead, seen from the one that was asked."""


@frozen
class Address:
    """An address in a response.

    Attributes:
        leads_to: One of `TARGETS`.
        query: The names of its query parameters.
    """

    leads_to: str
    query: tuple[str, ...] = ()


def address_seen(asked: str, address: str, names: Names) -> Address:
    """Return what may be recorded of an address in the response to what was asked."""
    try:
        here, there = urlsplit(asked), urlsplit(urljoin(asked, address))
        query = tuple(names.shown(name) for name, _ in parse_qsl(there.query, True))  # noqa: FBT003 -- keep_blank_values, whose name does not help
        same_origin = (here.scheme, here.netloc) == (there.scheme, there.netloc)
    except ValueError:
        return Address("no usable address")
    if not same_origin:
        return Address("another origin", query)
    same_path = here.path.rstrip("/") == there.path.rstrip("/")
    return Address("the same path" if same_path else "another path", query)


def is_recordable(name: str) -> bool:
    """Return whether the name of a header may be recorded."""
    return name.lower() in _KNOWN or is_known(name)


def headers_seen(headers: Mapping[str, str]) -> tuple[dict[str, str], int]:
    """Return the known headers, with what may be recorded of each, and how many are not known."""
    shown: dict[str, str] = {}
    others = 0
    for name in sorted({name.lower() for name in headers} - _NOT_RECORDED_HERE):
        if is_recordable(name):
            shown[name] = _value(name, headers[name])
        else:
            others += 1
    return shown, others


def links_seen(asked: str, headers: Mapping[str, str], names: Names) -> dict[str, Address]:
    """Return where the ``Link`` header leads to, by its relations."""
    found = {}
    for address, relation in _LINK.findall(headers.get("Link", "")):
        word = relation.lower()
        found[word if word in _RELATIONS else OTHER] = address_seen(asked, address, names)
    return found


def _value(name: str, value: str) -> str:
    match name:
        case "content-type":
            media_type = value.partition(";")[0].strip().lower()
            return media_type if media_type in _MEDIA_TYPES else OTHER
        case "cache-control":
            return _listed(re.split(r"[\s,]+", value.lower()), _CACHE_DIRECTIVES)
        case "allow":
            return _listed(re.split(r"[\s,]+", value.upper()), _METHODS)
        case "etag":
            strong, weak = _STRONG.fullmatch(value), _WEAK.fullmatch(value)
            return "strong" if strong else "weak" if weak else OTHER
        case "retry-after":
            return "seconds" if re.fullmatch("[0-9]+", value.strip()) else "a date"
    return PRESENT


def _listed(words: list[str], allowed: frozenset[str]) -> str:
    known = sorted({word.partition("=")[0] for word in words} & allowed)
    return ", ".join(known) or OTHER
