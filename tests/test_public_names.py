"""What users and their states rely on."""

import ast
import base64
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import dill  # type: ignore[import-untyped]  # Pulumi pickles with it, and it has no types
import pytest
from pulumi.dynamic import Resource, ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider
from support.documentation_page import ROOT
from support.unmeasured import unmeasured

import pulumi_setsmart
from pulumi_setsmart import testing, webhooks
from pulumi_setsmart.providers.api_object import ApiObjectProvider
from pulumi_setsmart.providers.property import PropertyProvider
from pulumi_setsmart.providers.webhook_subscription import WebhookSubscriptionProvider

PUBLIC_MODULES = (pulumi_setsmart, webhooks, testing)
ALSO_NAMED = {
    *(module.__name__ for module in PUBLIC_MODULES),
    "pulumi_setsmart.testing.plugin",
    "pulumi_setsmart.testing.plugin.setsmart_sandbox",
    "pulumi_setsmart.testing.plugin.setsmart_sandbox_settings",
    "pulumi_setsmart.cli",  # the reference of the commands is made of it
}


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
    assert webhooks.__all__ == [
        "LARGEST_PAYLOAD",
        "HexHmac",
        "SignatureScheme",
        "Signed",
        "StandardWebhooks",
        "WebhookEvent",
        "WebhookReplayedError",
        "WebhookSetupError",
        "WebhookVerificationError",
        "WebhookVerifier",
        "new_secret",
        "verify",
    ]
    assert testing.__all__ == [
        "MALFORMED",
        "ApiKey",
        "Attempt",
        "Behaviour",
        "Cut",
        "Delivery",
        "DeliverySettings",
        "Failed",
        "Hang",
        "Hosts",
        "LoggedRequest",
        "Lost",
        "RateLimited",
        "SandboxAccount",
        "SandboxSettings",
        "Slow",
        "running_sandbox",
    ]
    for module in PUBLIC_MODULES:
        assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_names_that_are_imported_on_first_use_look_like_any_other() -> None:
    """To ``dir``, to type checkers and to whoever misspells one."""
    assert {*pulumi_setsmart.__all__} <= {*dir(pulumi_setsmart)}
    source = ast.parse(Path(str(pulumi_setsmart.__file__)).read_text())
    (for_type_checkers,) = [
        node.body
        for node in source.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    assert {
        name.name: statement.module
        for statement in for_type_checkers
        if isinstance(statement, ast.ImportFrom)
        for name in statement.names
    } == pulumi_setsmart._MODULE_OF  # noqa: SLF001 -- type checkers cannot read it
    with pytest.raises(AttributeError, match="'pulumi_setsmart' has no attribute 'PropertyNames'"):
        getattr(pulumi_setsmart, "PropertyNames")  # noqa: B009 -- mypy refuses the attribute


def test_documentation_and_examples_use_public_names_only() -> None:
    """What they show may not break with a release."""
    shown = [
        ROOT / "README.md",
        ROOT / "tests" / "typing" / "api.py",
        *(ROOT / "docs").rglob("*.md"),
        *(path for path in (ROOT / "examples").rglob("*") if path.suffix in {".py", ".md"}),
    ]
    names = {
        f"{path.relative_to(ROOT)}: {name}" for path in shown for name in named(path.read_text())
    }
    assert len(names) > 100
    assert sorted(name for name in names if not is_public(name.split(": ")[1])) == []


@pytest.mark.parametrize(
    "text",
    [
        "from pulumi_setsmart.client.errors import ApiError",
        "echo 'from pulumi_setsmart.models import Record; Record()'",
        "from pulumi_setsmart import (\n    CLEAR,\n    resource,\n)",
        "import pulumi_setsmart as setsmart\n\nsetsmart.resource",
        "import pulumi_setsmart.config",
        "::: pulumi_setsmart.sandbox.Hosts",
    ],
)
def test_a_private_name_in_the_documentation_is_found(text: str) -> None:
    """In Python, in a shell's command, and where the reference is made of a docstring."""
    assert [name for name in named(text) if not is_public(name)] != []


def named(text: str) -> Iterator[str]:
    """Yield each module and name of the package that a text names, from the package on."""
    yield from re.findall(r"(?<![\w/.-])(?<!-m )pulumi_setsmart(?:\.\w+)*", text)
    for module, names in re.findall(
        r"from (pulumi_setsmart[\w.]*) import (\([^)]*\)|[^;'`\n]*)", text
    ):
        yield from (f"{module}.{name}" for name in re.findall(r"(?:^|[\s(,])(\w+)", names))
    if "import pulumi_setsmart as setsmart" in text:
        yield from (
            f"pulumi_setsmart.{name}" for name in re.findall(r"\bsetsmart\.([A-Za-z]\w*)", text)
        )


def is_public(name: str) -> bool:
    """Whether a name, written from the package on, is part of the public interface."""
    return name in ALSO_NAMED or any(
        name.startswith(f"{module.__name__}.")
        and name.removeprefix(f"{module.__name__}.").split(".")[0] in module.__all__
        for module in PUBLIC_MODULES
    )


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


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        (
            "from pulumi_setsmart import *",
            {"starlette", "uvicorn", "sqlite3", "httpx", "pulumi_setsmart.sandbox"},
        ),
        (
            "import pulumi_setsmart.webhooks",
            {"pulumi", "grpc", "cattrs", "yaml", "httpx", "pulumi_setsmart.lifecycle"},
        ),
        ("import pulumi_setsmart.testing", {"pulumi", "grpc", "pulumi_setsmart.client.http"}),
        (
            "import pulumi_setsmart.cli",
            {"rich", "pulumi", "httpx", "yaml", "ruamel", "pulumi_setsmart.webhooks"},
        ),
        (
            "import pulumi_setsmart.providers.property",
            {"httpx", "starlette", "pulumi_setsmart.property", "pulumi_setsmart.specification"},
        ),
        (
            (
                "import pulumi_setsmart.config, pulumi_setsmart.lifecycle.lifecycle, "
                "pulumi_setsmart.providers.process, pulumi_setsmart.providers.property, httpx\n"
                "assert callable(httpx.main) and callable(httpx.Client)"
            ),
            # httpx has its command line there, which takes longest; httpx itself stays complete.
            {"rich", "pygments", "click", "starlette", "sqlite3", "httpx._main"},
        ),
        (
            # Each command on a program in YAML starts two plugins that only say what there is.
            "import pulumi_setsmart.plugin.command",
            {"httpx", "pulumi_setsmart.lifecycle.lifecycle"},
        ),
    ],
    ids=[
        *("a program", "a webhook receiver", "a test", "a command", "a state", "a provider"),
        "a plugin",
    ],
)
def test_an_import_loads_only_what_it_needs(statement: str, unwanted: set[str]) -> None:
    """What a process does not need, it does not wait for."""
    code = f"import sys\n{statement}\nprint(sorted({unwanted!r} & set(sys.modules)))"
    finished = subprocess.run(
        [sys.executable, "-c", code], env=unmeasured(), capture_output=True, check=True
    )
    assert finished.stdout.strip() == b"[]"


def test_the_version_is_that_of_the_package() -> None:
    """As tools look for it."""
    assert pulumi_setsmart.__version__ == version("pulumi-setsmart")
