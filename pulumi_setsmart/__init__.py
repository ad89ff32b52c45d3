"""Short-term-rental listings and webhook subscriptions of SetSmart as code, with Pulumi.

The public interface is ``__all__`` of this package, of `pulumi_setsmart.webhooks` and of
`pulumi_setsmart.testing`, and the fixtures of `pulumi_setsmart.testing.plugin`. Everything else is
private and may change in any release, except for the import paths in `pulumi_setsmart.providers`:
states store them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from pulumi_setsmart.client.errors import (
    AlreadyManagedError,
    ApiError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    ConnectionFailedError,
    ContradictoryResponsesError,
    DeadlineExceededError,
    ExistingIdError,
    ExistingObjectError,
    IncompleteListError,
    InvalidResponseError,
    MetadataError,
    MethodNotAllowedError,
    NotDeletedError,
    NotFoundError,
    PermissionDeniedError,
    PortfolioFileError,
    RateLimitError,
    RedirectError,
    ResponseTooLargeError,
    ServerError,
    SetSmartError,
    ShiftedIdentityError,
    StackError,
    StatusError,
    UnexpectedResponseError,
    UnknownOutcomeError,
    UntrustedServerError,
    WebhookReplayedError,
    WebhookSetupError,
    WebhookVerificationError,
    WrongAccountError,
)
from pulumi_setsmart.models.marker import CLEAR
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.policy import DeletionPolicy, IfExists
from pulumi_setsmart.models.property import PropertyRecord

if TYPE_CHECKING:
    from pulumi_setsmart.api_object import ApiObject
    from pulumi_setsmart.lookup import get_property, list_properties
    from pulumi_setsmart.portfolio import load_portfolio
    from pulumi_setsmart.resources import Portfolio, Property, WebhookSubscription
    from pulumi_setsmart.specification.arguments import (
        PortfolioArgs,
        PropertyArgs,
        WebhookSubscriptionArgs,
    )
    from pulumi_setsmart.specification.configured_secret import ConfiguredSecret

    __version__: str

__all__ = [
    "CLEAR",
    "AlreadyManagedError",
    "ApiError",
    "ApiObject",
    "AuthenticationError",
    "BadRequestError",
    "ConfigurationError",
    "ConfiguredSecret",
    "ConflictError",
    "ConnectionFailedError",
    "ContradictoryResponsesError",
    "DeadlineExceededError",
    "DeletionPolicy",
    "ExistingIdError",
    "ExistingObjectError",
    "IfExists",
    "IncompleteListError",
    "InvalidResponseError",
    "MessageCode",
    "MetadataError",
    "MethodNotAllowedError",
    "NotDeletedError",
    "NotFoundError",
    "PermissionDeniedError",
    "Portfolio",
    "PortfolioArgs",
    "PortfolioFileError",
    "Property",
    "PropertyArgs",
    "PropertyRecord",
    "RateLimitError",
    "RedirectError",
    "ResponseTooLargeError",
    "ServerError",
    "SetSmartError",
    "ShiftedIdentityError",
    "StackError",
    "StatusError",
    "UnexpectedResponseError",
    "UnknownOutcomeError",
    "UntrustedServerError",
    "WebhookReplayedError",
    "WebhookSetupError",
    "WebhookSubscription",
    "WebhookSubscriptionArgs",
    "WebhookVerificationError",
    "WrongAccountError",
    "get_property",
    "list_properties",
    "load_portfolio",
]

_MODULE_OF = {
    "ApiObject": "pulumi_setsmart.api_object",
    "ConfiguredSecret": "pulumi_setsmart.specification.configured_secret",
    "Portfolio": "pulumi_setsmart.resources",
    "PortfolioArgs": "pulumi_setsmart.specification.arguments",
    "Property": "pulumi_setsmart.resources",
    "PropertyArgs": "pulumi_setsmart.specification.arguments",
    "WebhookSubscription": "pulumi_setsmart.resources",
    "WebhookSubscriptionArgs": "pulumi_setsmart.specification.arguments",
    "get_property": "pulumi_setsmart.lookup",
    "list_properties": "pulumi_setsmart.lookup",
    "load_portfolio": "pulumi_setsmart.portfolio",
}
"""Names that are imported on their first use: a webhook receiver needs none of them, nor Pulumi."""

if not TYPE_CHECKING:  # or else a type checker accepts any name

    def __getattr__(name: str) -> object:
        """Import a public name on its first use, and look up the version."""
        if name == "__version__":
            return import_module("importlib.metadata").version("pulumi-setsmart")
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_MODULE_OF[name]), name)
        return value

    def __dir__() -> list[str]:
        """Return all public names, imported or not."""
        return sorted({*globals(), *__all__})
