"""Short-term-rental listings and webhook subscriptions of SetSmart as code, with Pulumi."""

from pulumi_setsmart.api_object import ApiObject
from pulumi_setsmart.client.errors import (
    AnswerTooLargeError,
    ApiError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    ConnectionFailedError,
    DeadlineExceededError,
    DeletionRefusedError,
    ExistingIdError,
    ExistingObjectError,
    MethodNotAllowedError,
    NotFoundError,
    PermissionDeniedError,
    PortfolioFileError,
    RateLimitError,
    RedirectError,
    ServerError,
    SetSmartError,
    SharedObjectError,
    StatusError,
    UnknownOutcomeError,
    UnreadableAnswerError,
    UntrustedServerError,
    WrongAccountError,
)
from pulumi_setsmart.lookup import get_property, list_properties
from pulumi_setsmart.models.marker import CLEAR
from pulumi_setsmart.models.property import PropertyRecord
from pulumi_setsmart.portfolio import Portfolio, load_portfolio
from pulumi_setsmart.property import Property
from pulumi_setsmart.specification.specification import (
    ConfiguredSecret,
    PortfolioSpecification,
    PropertySpecification,
    WebhookSpecification,
)
from pulumi_setsmart.webhook_subscription import WebhookSubscription

__all__ = [
    "CLEAR",
    "AnswerTooLargeError",
    "ApiError",
    "ApiObject",
    "AuthenticationError",
    "BadRequestError",
    "ConfigurationError",
    "ConfiguredSecret",
    "ConflictError",
    "ConnectionFailedError",
    "DeadlineExceededError",
    "DeletionRefusedError",
    "ExistingIdError",
    "ExistingObjectError",
    "MethodNotAllowedError",
    "NotFoundError",
    "PermissionDeniedError",
    "Portfolio",
    "PortfolioFileError",
    "PortfolioSpecification",
    "Property",
    "PropertyRecord",
    "PropertySpecification",
    "RateLimitError",
    "RedirectError",
    "ServerError",
    "SetSmartError",
    "SharedObjectError",
    "StatusError",
    "UnknownOutcomeError",
    "UnreadableAnswerError",
    "UntrustedServerError",
    "WebhookSpecification",
    "WebhookSubscription",
    "WrongAccountError",
    "get_property",
    "list_properties",
    "load_portfolio",
]
