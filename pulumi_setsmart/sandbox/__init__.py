"""A SetSmart to run locally, for tests, demonstrations and trying things out.

It keeps to the contract (``contract/openapi.yaml``), and shares no code with the client, the
models or the lifecycle, so that it is an independent witness of what they send.
"""

from pulumi_setsmart.sandbox.api_key import ApiKey
from pulumi_setsmart.sandbox.app import BASE_PATH, Sandbox, create_app
from pulumi_setsmart.sandbox.behaviour import Behaviour
from pulumi_setsmart.sandbox.collection import ApiCollection
from pulumi_setsmart.sandbox.contract import (
    COLLECTIONS,
    MESSAGE_TEMPLATES,
    PRICING_RULES,
    PROPERTIES,
    WEBHOOKS,
)
from pulumi_setsmart.sandbox.deliveries.delivery import Attempt, Delivery
from pulumi_setsmart.sandbox.deliveries.settings import DeliverySettings
from pulumi_setsmart.sandbox.error_form import ErrorForm
from pulumi_setsmart.sandbox.faults.fault import Fault, FaultMiddleware, FaultPlan, Moment
from pulumi_setsmart.sandbox.faults.network import Cut, Hang, Lost, Slow
from pulumi_setsmart.sandbox.faults.responses import MALFORMED, Failed, Malformed, RateLimited
from pulumi_setsmart.sandbox.hosts import Hosts
from pulumi_setsmart.sandbox.json import Json, JsonObject
from pulumi_setsmart.sandbox.list_styles import LIST_STYLES, STYLES_WITHOUT_NEXT
from pulumi_setsmart.sandbox.listings import listings, seed
from pulumi_setsmart.sandbox.request_log import LoggedRequest
from pulumi_setsmart.sandbox.server import running, serve
from pulumi_setsmart.sandbox.settings import DEFAULT_KEY, SandboxSettings
from pulumi_setsmart.sandbox.storage import NoSuchObjectError, Storage

__all__ = [
    "BASE_PATH",
    "COLLECTIONS",
    "DEFAULT_KEY",
    "LIST_STYLES",
    "MALFORMED",
    "MESSAGE_TEMPLATES",
    "PRICING_RULES",
    "PROPERTIES",
    "STYLES_WITHOUT_NEXT",
    "WEBHOOKS",
    "ApiCollection",
    "ApiKey",
    "Attempt",
    "Behaviour",
    "Cut",
    "Delivery",
    "DeliverySettings",
    "ErrorForm",
    "Failed",
    "Fault",
    "FaultMiddleware",
    "FaultPlan",
    "Hang",
    "Hosts",
    "Json",
    "JsonObject",
    "LoggedRequest",
    "Lost",
    "Malformed",
    "Moment",
    "NoSuchObjectError",
    "RateLimited",
    "Sandbox",
    "SandboxSettings",
    "Slow",
    "Storage",
    "create_app",
    "listings",
    "running",
    "seed",
    "serve",
]
