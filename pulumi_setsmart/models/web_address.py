"""Addresses (URLs) as messages show them: without what gives access, and with hosts in ASCII."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from pulumi_setsmart.models.text import MARK

_BEGINNING = r"\b[a-z][a-z0-9+.\-]*(?::(?:\\?/){2}|%3a%2f%2f)"
_START = re.compile(_BEGINNING, re.IGNORECASE)
_QUOTED = (
    r"(?<=(?P<quote>[\"'`]))"
    rf"(?P<beginning>{_BEGINNING})(?P<rest>(?:(?!(?P=quote))[^\\]|\\.)*)(?=(?P=quote))"
)
_WITH_A_BLANK = r"[^\s\"/?#@:]*:(?!\d*(?:\W|$))[^@]{0,200}@[^\s\"]*"
"""What is no host with a port: a password that holds a blank, which should be escaped."""

_BARE = rf"(?P<bare_beginning>{_BEGINNING})(?P<bare_rest>{_WITH_A_BLANK}|[^\s\"]*)"
_ADDRESS = re.compile(f"{_QUOTED}|{_BARE}", re.IGNORECASE | re.DOTALL)
_USER_INFO = re.compile(r".*(?:@|%40)", re.IGNORECASE | re.DOTALL)
"""All up to the last at sign: a password that should be escaped, and is not, may hold anything."""

_FILE = re.compile("file[:%]", re.IGNORECASE)
_SLASHES = ("/", "\\/", "%2F", "%2f")

_FIRST_OF_THE_QUERY = re.compile(r"\?|%3f", re.IGNORECASE)
_BETWEEN_PARAMETERS = re.compile(r"([&;#])")
_HARMLESS_PARAMETERS = frozenset(
    {
        *("region", "endpoint", "profile", "awssdk", "prefix", "sslmode", "metadata"),
        *("disablessl", "disable_https", "s3forcepathstyle", "hostname_immutable"),
        *("use_path_style", "no_tmp_dir", "create_dir", "storage_account", "domain", "cdn"),
        *("request_checksum_calculation", "response_checksum_validation", "x-multi-statement"),
    }
)
"""Those of the addresses of state backends; whatever else a query holds may be a key."""

_BETWEEN_PARTS = re.compile(r"[/?#@:]")
_SHORTEST_PASSWORD = 3


def masked_address(address: str) -> str:
    """Return an address without its user name, its password, and unknown parameters."""
    found = _START.match(address)
    beginning = "" if found is None else found[0]
    return _masked(beginning, address.removeprefix(beginning))


def masked(text: str) -> str:
    """Return a text in which all addresses are masked, as `masked_address` does.

    The password of an address is also taken out of the rest of the text, and so are its parts if it
    is not escaped as it should be: programs then take a part of it for a host or a path.
    """
    secrets = {secret for found in _ADDRESS.finditer(text) for secret in _secrets(*_parts(found))}
    for secret in sorted(secrets, key=len, reverse=True):
        text = re.sub(rf"(?<![^\W_]){re.escape(secret)}(?![^\W_])", lambda _: MARK, text)
    return _ADDRESS.sub(lambda found: _masked(*_parts(found)), text)


def ascii_host(address: str) -> str:
    """Return a web address with its host in ASCII: an international one in Punycode.

    Punycode shows letters that only look like others.

    Raises:
        ValueError: It is no web address, or its host is no name that there can be.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    if host.isascii() and "xn--" not in host:
        return address
    import idna  # noqa: PLC0415 -- its tables are large, and hardly anybody needs them

    try:
        encoded = idna.encode(host).decode()
        idna.decode(encoded)
    except idna.IDNAError:
        raise ValueError("no name of a host") from None
    before, at_sign, _ = parts.netloc.rpartition("@")
    port = "" if parts.port is None else f":{parts.port}"
    return urlunsplit(parts._replace(netloc=f"{before}{at_sign}{encoded}{port}"))


def _parts(found: re.Match[str]) -> tuple[str, str]:
    """Return the beginning of an address that was found, up to its slashes, and the rest."""
    if found["beginning"] is not None:
        return found["beginning"], found["rest"]
    return found["bare_beginning"], found["bare_rest"]


def _masked(beginning: str, rest: str) -> str:
    user_info = _user_info(beginning, rest)
    if user_info is not None:
        rest = f"{MARK}@{rest[len(user_info) :]}"
    place, *query = _FIRST_OF_THE_QUERY.split(rest, maxsplit=1)
    if not query:
        return f"{beginning}{place}"
    parts = _BETWEEN_PARAMETERS.split(query[0])
    return f"{beginning}{place}?{''.join(map(_masked_parameter, parts))}"


def _user_info(beginning: str, rest: str) -> str | None:
    """Return what is before the host, with its at sign, or None; a file has no host."""
    if _FILE.match(beginning) and rest.startswith(_SLASHES):
        return None
    found = _USER_INFO.match(rest)
    return None if found is None else found[0]


def _masked_parameter(part: str) -> str:
    if not part or _BETWEEN_PARAMETERS.fullmatch(part):
        return part
    name, equals, value = part.partition("=")
    if not equals:
        return MARK
    harmless = name.lower() in _HARMLESS_PARAMETERS and "@" not in unquote(value)
    return part if harmless else f"{name}={MARK}"


def _secrets(beginning: str, rest: str) -> Iterator[str]:
    """Yield the password of an address, and the parts of one that is not escaped."""
    user_info = _user_info(beginning, rest)
    if user_info is None:
        return
    said = re.sub("(@|%40)$", "", user_info, flags=re.IGNORECASE)
    for name_and_password in (said, unquote(said)):
        _, _, password = name_and_password.partition(":")
        for form in (password, unquote(password), quote(unquote(password), safe="")):
            if len(form) >= _SHORTEST_PASSWORD:
                yield form
    _, _, password = said.partition(":")
    if _BETWEEN_PARTS.search(password):
        yield from filter(None, _BETWEEN_PARTS.split(password))
