"""What of a state is code: the pickled providers of dynamic resources, and plugins by address.

Pulumi unpickles ``__provider`` of a resource in every run that loads the state, and unpickling runs
code. An export does not unpickle, so a state is examined as the JSON that Pulumi exports.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from pulumi_setsmart.automation.provider_pickle import is_ours
from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.models.text import one_line
from pulumi_setsmart.models.web_address import masked_address
from pulumi_setsmart.providers.values import PROVIDER_KEY, SIGNATURE

_PLUGIN_ADDRESS = "pluginDownloadURL"
_LONGEST_URN = 500
_LONGEST_SHOWN_ADDRESS = 200


class UnreadableStateError(ValueError):
    """A state is not JSON that can be read in one way only."""


@frozen
class StoredProvider:
    """A pickled provider in a state.

    Attributes:
        urn: The resource that has it; empty where it belongs to none.
        text: What Pulumi would unpickle.
        is_encrypted: Whether that is encrypted, so that it cannot be examined.
    """

    urn: str
    text: str
    is_encrypted: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether it is an instance of one of our classes, and nothing more."""
        return not self.is_encrypted and is_ours(self.text)

    @property
    def digest(self) -> str:
        """What it is known by in the configuration."""
        return "sha256:" + hashlib.sha256(self.text.encode(errors="surrogatepass")).hexdigest()


@frozen
class ForeignProvider:
    """A resource whose pickled provider is neither ours nor allowed.

    Attributes:
        urn: The resource; empty where it belongs to none.
        digests: What its inputs and its outputs hold, by digest.
    """

    urn: str
    digests: Sequence[str]

    @property
    def subject(self) -> str:
        """What a message calls the resource."""
        return _subject(self.urn)

    def advice(self, stack: str) -> str:
        """Return what to do about it, for the stack with a name.

        The entry that allows it is in ASCII, and no text for a shell: whoever wrote the state has
        chosen the URN.
        """
        digests = self.digests[0] if len(self.digests) == 1 else self.digests
        return (
            f"If you know what it is, allow it in Pulumi.{stack.rpartition('/')[2]}.yaml, under "
            f"config: setsmart:allowedProviders: {json.dumps({self.urn: digests})}; if not, "
            "somebody else writes to the state: restore an earlier one"
        )


@frozen
class PluginSource:
    """An address from which Pulumi gets a plugin, which is a program that it runs.

    Attributes:
        urn: The provider that has it; empty where it belongs to none.
        address: The address.
    """

    urn: str
    address: str

    @property
    def subject(self) -> str:
        """What a message calls the provider."""
        return _subject(self.urn)

    @property
    def shown_address(self) -> str:
        """The address in a message, without a user, a password or a token."""
        return quoted(masked_address(self.address), _LONGEST_SHOWN_ADDRESS) or "somewhere"


@frozen
class Examination:
    """What came of examining a state.

    Attributes:
        count: How many pickled providers it holds.
        foreign: The resources with others than ours and those that are allowed.
        plugins: The addresses of plugins that do not come from Pulumi.
    """

    count: int
    foreign: Sequence[ForeignProvider]
    plugins: Sequence[PluginSource]


@frozen
class StateCode:
    """What of a state is code.

    Attributes:
        providers: The pickled providers.
        plugins: The addresses of plugins that do not come from Pulumi.
    """

    providers: Sequence[StoredProvider]
    plugins: Sequence[PluginSource]

    @property
    def is_encrypted(self) -> bool:
        """Whether some of it is encrypted, so that it cannot be examined."""
        return any(provider.is_encrypted for provider in self.providers)

    @property
    def is_ours(self) -> bool:
        """Whether all providers are instances of our classes, and nothing more."""
        return all(provider.is_ours for provider in self.providers)

    def examined(self, allowed: Mapping[str, frozenset[str]]) -> Examination:
        """Return what is neither ours nor allowed.

        Args:
            allowed: The digests of the providers that are allowed, by the URN of their resource.
        """
        foreign: dict[str, dict[str, None]] = {}
        for provider in self.providers:
            is_allowed = not provider.is_encrypted and provider.digest in allowed.get(
                provider.urn, ()
            )
            if not provider.is_ours and not is_allowed:
                foreign.setdefault(provider.urn, {})[provider.digest] = None
        return Examination(
            count=len(self.providers),
            foreign=[ForeignProvider(urn, [*digests]) for urn, digests in foreign.items()],
            plugins=self.plugins,
        )


def read_state(text: str) -> Any:
    """Return what `pulumi stack export` prints, as plain values.

    Raises:
        UnreadableStateError: It is not JSON that can be read in one way only.
    """
    try:
        return json.loads(text, object_pairs_hook=_unambiguous)
    except (ValueError, RecursionError):
        raise UnreadableStateError from None


def code_of(state: Any) -> StateCode:
    """Return what of a state, as `read_state` returns it, is code."""
    providers: list[StoredProvider] = []
    plugins: list[PluginSource] = []
    for urn, part in _parts(state):
        for name, value in _members(part):
            if name == PROVIDER_KEY:
                providers.extend(_providers_in(urn, value))
            elif name == _PLUGIN_ADDRESS and value:
                plugins.append(PluginSource(urn, value if isinstance(value, str) else ""))
    return StateCode(providers, [*dict.fromkeys(plugins)])


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the members of an object; with two of one name, Pulumi could read the other one."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError
    return members


def _subject(urn: str) -> str:
    return one_line(urn) or "none of its resources"


def _parts(state: Any) -> Iterator[tuple[str, Any]]:
    """Yield all parts of a state, each with the URN of its resource, or an empty text.

    A URN that a resource holds elsewhere than Pulumi reads it does not count.
    """
    match state:
        case {"deployment": dict(deployment), **others}:
            yield "", others
            for name, part in deployment.items():
                match name, part:
                    case "resources", list():
                        yield from ((_urn(member), member) for member in part)
                    case "pending_operations", list():
                        yield from ((_pending_urn(member), member) for member in part)
                    case _:
                        yield "", part
        case _:
            yield "", state


def _urn(resource: Any) -> str:
    match resource:
        case {"urn": str(urn)} if len(urn) <= _LONGEST_URN:
            return urn
    return ""


def _pending_urn(operation: Any) -> str:
    match operation:
        case {"resource": resource}:
            return _urn(resource)
    return ""


def _members(part: Any) -> Iterator[tuple[str, Any]]:
    """Yield the members of all objects in a part, as deep as it goes."""
    left = [part]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            yield from value.items()
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)


def _providers_in(urn: str, value: Any) -> Iterator[StoredProvider]:
    """Yield the provider that a value is; what cannot become a text is none."""
    if isinstance(value, str):
        yield StoredProvider(urn, value)
    elif isinstance(value, dict) and SIGNATURE in value:
        decrypted = _decrypted(value)
        if decrypted is None:
            yield StoredProvider(urn, json.dumps(value), is_encrypted=True)
        else:
            yield StoredProvider(urn, decrypted)


def _decrypted(value: Mapping[str, Any]) -> str | None:
    """Return the text in a secret that was exported in clear; None where it cannot be seen."""
    if "ciphertext" in value:
        return None
    try:
        text = json.loads(value["plaintext"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    return text if isinstance(text, str) else None
