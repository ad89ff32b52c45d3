"""The settings of a run, from Pulumi's configuration and from the environment."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Self, TypeVar
from urllib.parse import SplitResult, urlsplit

from attrs import field, frozen

from pulumi_setsmart.client.confidential import keep_secret
from pulumi_setsmart.client.connection import (
    DEFAULT_DEADLINE,
    DEFAULT_LARGEST_RESPONSE,
    DEFAULT_MOST_PAGES,
    DEFAULT_TIMEOUT,
    MEBIBYTE,
    Connection,
)
from pulumi_setsmart.client.credential import Credential
from pulumi_setsmart.client.errors import ConfigurationError
from pulumi_setsmart.client.retry import RetryPolicy
from pulumi_setsmart.models.constraint import CollectionPath
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.paging import PagingScheme
from pulumi_setsmart.models.policy import DeletionPolicy, IfExists
from pulumi_setsmart.models.setting import ACCOUNTS, API_KEY, BASE_URL, NAMESPACE, setting
from pulumi_setsmart.models.web_address import ascii_host

_Count = TypeVar("_Count", int, None)
_Words = TypeVar("_Words", IfExists, DeletionPolicy)

DEFAULT_BASE_URL = "https://api.setsmart.com/v1"
"""Documented."""

API_KEY_VARIABLE = "SETSMART_API_KEY"
BASE_URL_VARIABLE = "SETSMART_BASE_URL"
ALLOW_SWAPS_VARIABLE = "SETSMART_ALLOW_SWAPS"
"""Only in the environment, since it is meant for one run; as the next one is."""
ALLOW_DELETION_VARIABLE = "SETSMART_ALLOW_DELETION"
NOTIFY_URL_VARIABLE = "SETSMART_NOTIFY_URL"
"""Only in the environment, since whoever knows it can post."""
IF_EXISTS = "ifExists"
IF_EXISTS_VARIABLE = "SETSMART_IF_EXISTS"
DASHBOARD_URL = "dashboardUrl"
DASHBOARD_URL_VARIABLE = "SETSMART_DASHBOARD_URL"
MAX_DELETIONS = "maxDeletions"
MAX_DELETIONS_VARIABLE = "SETSMART_MAX_DELETIONS"

_KEY_VARIABLES = re.compile(r"SETSMART_(?:[A-Z0-9_]+_)?API_KEY")
_OTHER_SECRETS = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN", NOTIFY_URL_VARIABLE)

# Pulumi refreshes and destroys with the configuration that the last deployment saved.
_ADVICE_ON_CONFIGURED_KEY = (
    "If it was rotated and the new one is set already, run `pulumi up --refresh` once with "
    "PULUMI_RUN_PROGRAM=true, or, with Python resources, `pulumi up --refresh=false`"
)
_LONGEST_TIME = 86400.0
_LARGEST_RESPONSE = 1024.0
_SHORTEST_TOKEN = 12
"""A shorter part of an address is a word."""

_MOST_DIGITS = 9
_NUMBER = re.compile(r"(?=\.?[0-9])[0-9]{0,9}(?:\.[0-9]{0,20})?(?:[eE][-+]?[0-9]{1,3})?")
"""A number as people write it: Python takes `1_0` and digits of other scripts for one as well."""
_DASHBOARD_EXAMPLE = "https://app.example.com/listings/{id}"
_PLAIN_ADDRESS = re.compile(r"[\w.~:/?#@!$&*+,;=%-]+", re.ASCII)
"""What can end neither an attribute of HTML nor a link of Markdown; others are escaped in it."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_DEFAULT_WEBHOOKS_PATH = "/webhooks"
_DEFAULT_READ_ONLY_FIELDS = (
    "id",
    "created_at",
    "updated_at",
    "createdAt",
    "updatedAt",
)


@frozen
class Settings:
    """What a user can configure.

    Attributes:
        connection: Where the account is, its keys, and how patient the client is.
        webhooks_path: The path of the webhook subscriptions below the base URL (assumed).
        read_only_fields: The fields that only the server sets, which are never sent back (assumed).
        accept_account_change: Whether an object that is missing from another account than the one
            the state remembers counts as deleted.
        if_exists: What a create does where the object exists already.
        deletion_policy: What becomes of an object that is no longer declared.
        max_deletions: How many objects a run may delete or deactivate, or None for any number.
        settle_time: How many seconds a server may take to carry out a request that it did not
            respond to.
        list_cache: Whether reads are served from one list of the collection.
        paging: How lists are paged, as far as their responses do not say so.
        allow_swaps: Whether an update may give an object the name of another managed one.
        allowed_deletions: The ids of objects that may be deleted although another declared one has
            the same name.
    """

    connection: Connection
    webhooks_path: str = _DEFAULT_WEBHOOKS_PATH
    read_only_fields: frozenset[str] = frozenset(_DEFAULT_READ_ONLY_FIELDS)
    accept_account_change: bool = False
    if_exists: IfExists = IfExists.ERROR
    deletion_policy: DeletionPolicy = DeletionPolicy.DELETE
    max_deletions: int | None = None
    settle_time: float = DEFAULT_TIMEOUT
    list_cache: bool = True
    paging: PagingScheme | None = None
    allow_swaps: bool = False
    allowed_deletions: frozenset[str] = frozenset()


def load_settings(
    configured: Callable[[str], object] | None,
    environment: Mapping[str, str],
    account: str | None = None,
) -> Settings:
    """Return the settings of a run for one account.

    Args:
        configured: Looks up a key such as ``setsmart:apiKey`` in Pulumi's configuration and
            returns None where it is not set; None where there is no stack.
        environment: The environment's variables.
        account: The name of one of ``setsmart:accounts``, or None for the account that needs no
            name. Only the base URL and the key of a named one are its own.

    Raises:
        ConfigurationError: A setting is missing or not allowed.
    """
    keep_environment_secret(environment)
    lookup = configured or (lambda _key: None)
    source = _Source(lookup)
    keep_secret(*source.keys())
    own = _AccountSettings.of(account, source, environment)
    timeout = source.seconds("timeout", DEFAULT_TIMEOUT)
    return Settings(
        connection=Connection(
            base_url=_base_url(own),
            credentials=_credentials(own, has_stack=configured is not None),
            timeout=timeout,
            deadline=source.seconds("deadline", DEFAULT_DEADLINE),
            largest_response=source.bytes_in_mebibytes("maxResponseMiB", DEFAULT_LARGEST_RESPONSE),
            most_pages=source.count("maxListPages", DEFAULT_MOST_PAGES, at_least=1),
            retry=RetryPolicy(retries=source.count("maxRetries", RetryPolicy().retries)),
        ),
        webhooks_path=source.path("webhooksPath", _DEFAULT_WEBHOOKS_PATH),
        read_only_fields=source.names("readOnlyFields", _DEFAULT_READ_ONLY_FIELDS),
        accept_account_change=source.boolean("acceptAccountChange", default=False),
        if_exists=_if_exists(source, environment),
        deletion_policy=source.word("deletionPolicy", DeletionPolicy.DELETE),
        max_deletions=load_max_deletions(lookup, environment),
        settle_time=source.seconds("settleTime", timeout),
        list_cache=source.boolean("listCache", default=True),
        paging=source.paging("paging"),
        allow_swaps=_allows_swaps(environment),
        allowed_deletions=allowed_deletions(environment),
    )


def allowed_deletions(environment: Mapping[str, str]) -> frozenset[str]:
    """Return the ids of objects that may be deleted although another declared one looks the same.

    Args:
        environment: The environment's variables.
    """
    names = environment.get(ALLOW_DELETION_VARIABLE, "").split(",")
    return frozenset(name.strip() for name in names if name.strip())


def load_max_deletions(
    configured: Callable[[str], object], environment: Mapping[str, str]
) -> int | None:
    """Return how many objects a run may delete or deactivate, or None for any number.

    The environment has precedence here: it reaches every command at once, and sets the limit for
    one run. An empty variable is none, so that a workflow can pass on an input that was not given.

    Args:
        configured: As for `load_settings`.
        environment: The environment's variables.

    Raises:
        ConfigurationError: The setting is not allowed.
    """
    exported = environment.get(MAX_DELETIONS_VARIABLE, "").strip()
    if exported:
        return _whole_number(exported, MAX_DELETIONS_VARIABLE)
    return _Source(configured).count(MAX_DELETIONS, None)


def load_dashboard_url(
    configured: Callable[[str], object], environment: Mapping[str, str]
) -> str | None:
    """Return the address of a listing's page, with ``{id}`` in the place of its id, or None.

    Args:
        configured: As for `load_settings`.
        environment: The environment's variables.

    Raises:
        ConfigurationError: The setting is not allowed.
    """
    name, url = _first_configured(
        {
            setting(DASHBOARD_URL): _Source(configured).text(DASHBOARD_URL),
            DASHBOARD_URL_VARIABLE: environment.get(DASHBOARD_URL_VARIABLE, "").strip(),
        }
    )
    if not url:
        return None
    parts = _web_address(url, name, _DASHBOARD_EXAMPLE, MessageCode.INVALID_SETTING)
    is_place = "{id}" in f"{parts.path}?{parts.query}#{parts.fragment}"
    is_plain = _PLAIN_ADDRESS.fullmatch(url.replace("{id}", "")) is not None
    is_safe = parts.scheme == "https" or _is_loopback(parts.hostname or "")
    if not (is_place and is_plain and is_safe) or parts.username is not None:
        raise ConfigurationError(
            f"{name} must begin with https://, have {{id}} after the host, and hold no user name "
            f"and only characters of addresses, like {_DASHBOARD_EXAMPLE}"
        )
    return url


def load_notify_url(environment: Mapping[str, str]) -> str:
    """Return the address to which notifications are posted, which is a secret.

    Args:
        environment: The environment's variables.

    Raises:
        ConfigurationError: It is missing or not allowed.
    """
    url = environment.get(NOTIFY_URL_VARIABLE, "").strip()
    if not url:
        raise ConfigurationError(
            f"{NOTIFY_URL_VARIABLE} is not set: --notify posts to this address"
        )
    keep_secret(url)
    example = "https://hooks.example.com/services/…"
    parts = _web_address(url, NOTIFY_URL_VARIABLE, example, MessageCode.INVALID_SETTING)
    tokens = (*parts.path.split("/"), parts.query)
    keep_secret(*(token for token in tokens if len(token) >= _SHORTEST_TOKEN))
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise ConfigurationError(f"{NOTIFY_URL_VARIABLE} must begin with https://")
    return url


def load_allowed_providers(configured: Callable[[str], object]) -> Mapping[str, frozenset[str]]:
    """Return which pickled providers that are not ours a state may hold: digests by URN.

    Args:
        configured: As for `load_settings`.

    Raises:
        ConfigurationError: The setting is not allowed.
    """
    return _Source(configured).digests("allowedProviders")


def keep_environment_secret(environment: Mapping[str, str]) -> None:
    """Keep out of every text what an environment holds for us and for Pulumi that is secret."""
    keep_secret(
        *(
            value.strip()
            for name, value in environment.items()
            if _KEY_VARIABLES.fullmatch(name) or name in _OTHER_SECRETS
        )
    )


def has_named_accounts(configured: Callable[[str], object], environment: Mapping[str, str]) -> bool:
    """Return whether any account has a name, so that the one without may be missing."""
    source = _Source(configured)
    return source.text(ACCOUNTS) is not None or any(
        name.endswith("_API_KEY") and name.startswith("SETSMART_") and name != API_KEY_VARIABLE
        for name in environment
    )


def has_account(
    name: str | None, configured: Callable[[str], object], environment: Mapping[str, str]
) -> bool:
    """Return whether the account with a name has a key; None is the one that needs no name.

    Raises:
        ConfigurationError: The accounts are not configured in the right way.
    """
    account = _AccountSettings.of(name, _Source(configured), environment)
    return any(key and key.strip() for key in (account.configured_key, account.exported_key))


@frozen
class _AccountSettings:
    """Where an account is, and with which keys; None is what is not configured.

    Attributes:
        base_url: The base URL.
        url_setting: The setting or variable that has the base URL, or could.
        configured_key: The key in the configuration.
        exported_key: The key in the environment.
        subject: What begins a message about it.
        key_setting: The configuration's key for the API key, with what `pulumi config set` needs.
        key_variable: The environment's variable for the API key.
    """

    base_url: str | None
    url_setting: str
    configured_key: str | None = field(repr=False)
    exported_key: str | None = field(repr=False)
    subject: str
    key_setting: str
    key_variable: str

    @classmethod
    def of(cls, account: str | None, source: _Source, environment: Mapping[str, str]) -> Self:
        """Return those of the account with a name; None is the one that needs no name."""
        shared = {BASE_URL: source.text(BASE_URL), API_KEY: source.text(API_KEY)}
        if account is None:
            own, prefix, path = shared, "SETSMART_", f"{NAMESPACE}:"
        else:
            own = source.account(account)
            prefix = f"SETSMART_{account.upper().replace('-', '_')}_"
            path = f"{setting(ACCOUNTS)}.{account}."
        url_setting, base_url = _first_configured(
            {
                f"{path}{BASE_URL}": own.get(BASE_URL),
                f"{prefix}BASE_URL": environment.get(f"{prefix}BASE_URL"),
                setting(BASE_URL): shared[BASE_URL],
                BASE_URL_VARIABLE: environment.get(BASE_URL_VARIABLE),
            }
        )
        return cls(
            base_url=base_url,
            url_setting=url_setting,
            configured_key=own.get(API_KEY),
            exported_key=environment.get(f"{prefix}API_KEY"),
            subject="" if account is None else f"account {account}: ",
            key_setting=f"{path}{API_KEY}",
            key_variable=f"{prefix}API_KEY",
        )


@frozen
class _Source:
    """Pulumi's configuration, read as the types that the settings have."""

    configured: Callable[[str], object]

    def text(self, key: str) -> str | None:
        value = self.configured(setting(key))
        return None if value is None else str(value).strip() or None

    def keys(self) -> Iterator[str]:
        """Yield every API key in the configuration, also those of accounts that are not asked."""
        yield self.text(API_KEY) or ""
        with contextlib.suppress(ValueError):
            accounts = json.loads(self.text(ACCOUNTS) or "{}")
            for own in accounts.values() if isinstance(accounts, dict) else ():
                if isinstance(own, dict):
                    yield str(own.get(API_KEY, "")).strip()

    def account(self, name: str) -> dict[str, str | None]:
        """Return what is configured of the account with a name; nothing if it is not there."""
        text = self.text(ACCOUNTS)
        try:
            accounts = {} if text is None else json.loads(text)
        except ValueError:
            accounts = None
        own = accounts.get(name, {}) if isinstance(accounts, dict) else None
        if not isinstance(own, dict) or not {*own} <= {API_KEY, BASE_URL}:
            raise ConfigurationError(
                f"{setting(ACCOUNTS)} must hold an {API_KEY}, and perhaps a {BASE_URL}, under the "
                f"name of each account: `pulumi config set --path {setting(ACCOUNTS)}."
                f"{name}.{BASE_URL} URL`",
                code=MessageCode.INVALID_ACCOUNTS,
            )
        return {key: str(value).strip() for key, value in own.items() if value is not None}

    def seconds(self, key: str, default: float) -> float:
        return self._number(key, default, _LONGEST_TIME, "seconds above 0, at most a day")

    def bytes_in_mebibytes(self, key: str, default: int) -> int:
        number = self._number(
            key, default / MEBIBYTE, _LARGEST_RESPONSE, "MiB above 0, at most 1024"
        )
        return int(number * MEBIBYTE)

    def _number(self, key: str, default: float, largest: float, described_as: str) -> float:
        text = self.text(key)
        if text is None:
            return default
        if not _NUMBER.fullmatch(text) or not 0 < float(text) <= largest:
            raise ConfigurationError(f"{setting(key)} must be a number of {described_as}")
        return float(text)

    def count(self, key: str, default: _Count, *, at_least: int = 0) -> int | _Count:
        text = self.text(key)
        if text is None:
            return default
        return _whole_number(text, setting(key), at_least)

    def word(self, key: str, default: _Words) -> _Words:
        return _word(self.text(key) or str(default), setting(key), type(default))

    def path(self, key: str, default: str) -> str:
        path = self.text(key) or default
        violation = CollectionPath().violation(path)
        if violation is not None:
            raise ConfigurationError(f"{setting(key)} {violation}")
        return path

    def paging(self, key: str) -> PagingScheme | None:
        text = self.text(key)
        if text is None:
            return None
        try:
            described = json.loads(text)
        except ValueError:
            described = text
        try:
            return PagingScheme.of(described)
        except ValueError as error:
            raise ConfigurationError(f"{setting(key)} {error}") from None

    def boolean(self, key: str, *, default: bool) -> bool:
        match (self.text(key) or str(default)).lower():
            case "true":
                return True
            case "false":
                return False
        raise ConfigurationError(f"{setting(key)} must be true or false")

    def digests(self, key: str) -> dict[str, frozenset[str]]:
        text = self.text(key)
        try:
            entries = {} if text is None else json.loads(text)
        except ValueError:
            entries = None
        digests = {
            name: frozenset(map(str, value if isinstance(value, list) else [value]))
            for name, value in (entries.items() if isinstance(entries, dict) else [("", None)])
        }
        if not all(map(_DIGEST.fullmatch, frozenset[str]().union(*digests.values()))):
            raise ConfigurationError(
                f"{setting(key)} must hold a digest (sha256:…) or a list of them, under the URN "
                "of each resource"
            )
        return digests

    def names(self, key: str, default: tuple[str, ...]) -> frozenset[str]:
        text = self.text(key)
        if text is None:
            return frozenset(default)
        try:
            names = json.loads(text)
        except ValueError:
            names = None
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ConfigurationError(
                f'{setting(key)} must be a JSON list of field names, like ["id", "updated_at"]'
            )
        return frozenset(names)


def _allows_swaps(environment: Mapping[str, str]) -> bool:
    match environment.get(ALLOW_SWAPS_VARIABLE, "").strip().lower():
        case "true":
            return True
        case "" | "false":
            return False
    raise ConfigurationError(f"{ALLOW_SWAPS_VARIABLE} must be true or false")


def _if_exists(source: _Source, environment: Mapping[str, str]) -> IfExists:
    """Return what a create does where the object exists; the environment decides for one run."""
    exported = environment.get(IF_EXISTS_VARIABLE, "").strip()
    if exported:
        return _word(exported, IF_EXISTS_VARIABLE, IfExists)
    return source.word(IF_EXISTS, IfExists.ERROR)


def _word(text: str, name: str, words: type[_Words]) -> _Words:
    try:
        return words(text.lower())
    except ValueError:
        raise ConfigurationError(f"{name} must be one of {', '.join(words)}") from None


def _whole_number(text: str, name: str, at_least: int = 0) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    if not is_number or int(text) < at_least:
        raise ConfigurationError(f"{name} must be a whole number, {at_least} or more")
    return int(text)


def _credentials(account: _AccountSettings, *, has_stack: bool) -> tuple[Credential, ...]:
    candidates = [
        Credential(key=key.strip(), source=source, advice=advice)
        for key, source, advice in (
            (account.configured_key, account.key_setting, _ADVICE_ON_CONFIGURED_KEY),
            (
                account.exported_key,
                account.key_variable,
                f"Set {account.key_variable} to a key that is valid",
            ),
        )
        if key is not None and key.strip()
    ]
    if not candidates:
        path = "--path " if account.subject else ""
        command = f"run `pulumi config set --secret {path}{account.key_setting}` or "
        raise ConfigurationError(
            f"{account.subject}no API key: {command if has_stack else ''}set "
            f"{account.key_variable}",
            code=MessageCode.MISSING_KEY,
        )
    for candidate in candidates:
        if not (candidate.key.isascii() and candidate.key.isprintable()):
            raise ConfigurationError(
                f"the API key from {candidate.source} holds characters that no key has; "
                "copy it again from SetSmart's dashboard",
                code=MessageCode.MALFORMED_KEY,
            )
    if len(candidates) > 1 and candidates[0].key == candidates[1].key:
        candidates.pop()
    return tuple(candidates)


def _first_configured(values: Mapping[str, str | None]) -> tuple[str, str | None]:
    """Return the setting that counts, the first that has a value or could have one, and it."""
    settings = [*values.items()]
    return next(((name, value) for name, value in settings if value), settings[0])


def _base_url(account: _AccountSettings) -> str:
    url = (account.base_url or DEFAULT_BASE_URL).strip().rstrip("/")
    parts = _web_address(url, account.url_setting, DEFAULT_BASE_URL, MessageCode.INVALID_BASE_URL)
    if parts.username is not None or "?" in url or "#" in url:
        raise ConfigurationError(
            f"{account.url_setting} must hold no user name, query or fragment; "
            f"the API key belongs in {account.key_setting}",
            code=MessageCode.INVALID_BASE_URL,
        )
    try:
        url = ascii_host(url)
    except ValueError:
        raise ConfigurationError(
            f"{account.url_setting} must name a host that there can be; the international name is "
            "not valid (IDNA)",
            code=MessageCode.INVALID_BASE_URL,
        ) from None
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ConfigurationError(
            f"{account.url_setting} must begin with https:// since the API key would travel in "
            f"clear text to {urlsplit(url).hostname}; http:// is only for a sandbox on this "
            "machine",
            code=MessageCode.INVALID_BASE_URL,
        )
    return url


def _web_address(url: str, name: str, example: str, code: MessageCode) -> SplitResult:
    """Return the parts of a web address; its host is a string, and its port a number if any."""
    try:
        parts = urlsplit(url)
        is_valid = parts.hostname is not None and parts.scheme in ("https", "http")
        _ = parts.port  # raises where the port is not a number
    except ValueError:
        is_valid = False
    if not is_valid or not _is_printable(url):
        raise ConfigurationError(f"{name} must be a web address, like {example}", code=code)
    return parts


def _is_printable(url: str) -> bool:
    return url.isprintable() and " " not in url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
