"""What users and their states rely on."""

import base64
import subprocess
import sys

import dill  # type: ignore[import-untyped]  # Pulumi pickles with it, and it has no types
import pytest
from pulumi.dynamic import Resource, ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider
from support.unmeasured import unmeasured

import pulumi_setsmart
from pulumi_setsmart.providers.api_object import ApiObjectProvider
from pulumi_setsmart.providers.property import PropertyProvider
from pulumi_setsmart.providers.webhook_subscription import WebhookSubscriptionProvider


def test_the_public_names() -> None:
    """A name that goes is a breaking change; one that comes is a promise."""
    assert pulumi_setsmart.__all__ == [
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
        "DeletionRefusedError",
        "ExistingIdError",
        "ExistingObjectError",
        "IfExists",
        "IncompleteListError",
        "InvalidResponseError",
        "MetadataError",
        "MethodNotAllowedError",
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
    assert all(hasattr(pulumi_setsmart, name) for name in pulumi_setsmart.__all__)


@pytest.mark.parametrize(
    ("resource_class", "token"),
    [
        (pulumi_setsmart.Property, "dynamic/setsmart:Property"),
        (pulumi_setsmart.WebhookSubscription, "dynamic/setsmart:WebhookSubscription"),
        (pulumi_setsmart.ApiObject, "dynamic/setsmart:ApiObject"),
    ],
)
def test_the_type_tokens(resource_class: type[Resource], token: str) -> None:
    """Filters, policies, import files and every state name them."""
    assert resource_class._resource_type_name == token  # noqa: SLF001 -- Pulumi shows it nowhere else


@pytest.mark.parametrize(
    ("provider_class", "module", "name"),
    [
        (PropertyProvider, "pulumi_setsmart.providers.property", "PropertyProvider"),
        (
            WebhookSubscriptionProvider,
            "pulumi_setsmart.providers.webhook_subscription",
            "WebhookSubscriptionProvider",
        ),
        (ApiObjectProvider, "pulumi_setsmart.providers.api_object", "ApiObjectProvider"),
    ],
)
def test_what_is_pickled_is_a_name(
    provider_class: type[ResourceProvider], module: str, name: str
) -> None:
    """States hold these modules and names for ever, and nothing else of ours."""
    provider = provider_class()
    pickled = base64.b64decode(serialize_provider(provider))
    assert module.encode() in pickled
    assert name.encode() in pickled
    assert len(pickled) < 100
    assert vars(dill.loads(pickled)) == {}  # noqa: S301 -- we made it ourselves a line above


def test_a_program_loads_no_server_and_no_http_client() -> None:
    """What a program does not need, it does not wait for."""
    code = (
        "import sys, pulumi_setsmart\n"
        "unwanted = {'starlette', 'uvicorn', 'sqlite3', 'httpx', 'pulumi_setsmart.sandbox'}\n"
        "print(sorted(unwanted & set(sys.modules)))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], env=unmeasured(), capture_output=True, check=True
    )
    assert finished.stdout.strip() == b"[]"


def test_a_provider_loads_no_command_line_and_no_server() -> None:
    """Nor what httpx has for its own command line, which takes longest; and httpx stays whole."""
    code = (
        "import sys\n"
        "import pulumi_setsmart.config, pulumi_setsmart.lifecycle.lifecycle\n"
        "import pulumi_setsmart.providers.process, pulumi_setsmart.providers.property\n"
        "unwanted = {'rich', 'pygments', 'click', 'starlette', 'sqlite3', 'httpx._main'}\n"
        "import httpx; assert callable(httpx.main) and callable(httpx.Client)\n"
        "print(sorted(unwanted & set(sys.modules)))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], env=unmeasured(), capture_output=True, check=True
    )
    assert finished.stdout.strip() == b"[]"
