"""Short-term-rental listings and webhook subscriptions of SetSmart as code, with Pulumi."""

from pulumi_setsmart.api_object import ApiObject
from pulumi_setsmart.client.errors import (
    ApiError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    ConnectionFailedError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    SetSmartError,
    StatusError,
    UnknownOutcomeError,
    UnreadableAnswerError,
    WrongAccountError,
)
from pulumi_setsmart.lookup import get_property, list_properties
from pulumi_setsmart.models.marker import CLEAR
from pulumi_setsmart.models.property import PropertyRecord
from pulumi_setsmart.property import Property
from pulumi_setsmart.webhook_subscription import WebhookSubscription

__all__ = [
    "CLEAR",
    "ApiError",
    "ApiObject",
    "AuthenticationError",
    "BadRequestError",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "NotFoundError",
    "PermissionDeniedError",
    "Property",
    "PropertyRecord",
    "RateLimitError",
    "ServerError",
    "SetSmartError",
    "StatusError",
    "UnknownOutcomeError",
    "UnreadableAnswerError",
    "WebhookSubscription",
    "WrongAccountError",
    "get_property",
    "list_properties",
]
