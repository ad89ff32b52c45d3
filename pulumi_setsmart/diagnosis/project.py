"""The project: programs, options, state, configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from pulumi_setsmart.automation.limited_command import TimeLimit
from pulumi_setsmart.automation.oldest_cli import OLDEST_CLI
from pulumi_setsmart.automation.project import NotLoggedInError, Project, cli_version
from pulumi_setsmart.automation.stack import Configuration
from pulumi_setsmart.client.errors import StackError
from pulumi_setsmart.diagnosis.finding import Finding
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.models.setting import ACCOUNTS, API_KEY, BASE_URL, setting

_API_KEY = setting(API_KEY)
_ACCOUNTS = setting(ACCOUNTS)
_KEYS = (_API_KEY, setting(BASE_URL), _ACCOUNTS)
_CORRECT_IT = "Correct PULUMI_BACKEND_URL, or backend.url in Pulumi.yaml."
_ADVICE_ON_STATE = (
    ("state database", f"Is the database running, and does it accept this user? {_CORRECT_IT}"),
    ("permission denied", "Ask for the permission to read and write there."),
    ("state directory", f"Make the folder, or name another one. {_CORRECT_IT}"),
    ("credentials", "Give Pulumi credentials that are valid for the storage."),
    ("bucket", f"Does the bucket exist, and may you read it? {_CORRECT_IT}"),
    ("access token", "Run pulumi login again."),
    ("unauthorized", "Run pulumi login again."),
)
"""What to do, by a word of what Pulumi says; the first that fits."""

_TRUE = ("true", "1")
"""What Pulumi takes for a yes in its variables, in any case."""
_VARIABLES = re.compile(r"SETSMART_(\w+_)?(API_KEY|BASE_URL)")


def version_findings(cli: Callable[[], str | None] = cli_version) -> Iterator[Finding]:
    """Yield what is found of the programs.

    Args:
        cli: Returns the version of Pulumi's command line, or None if there is none.
    """
    yield Finding.ok(
        "packages", f"pulumi-setsmart {version('pulumi-setsmart')}, Pulumi SDK {version('pulumi')}"
    )
    try:
        found = cli()
    except StackError as error:
        yield Finding.error("pulumi", error, "See what `pulumi version` waits for.")
        return
    if found is None:
        yield Finding.error(
            "pulumi",
            Notice(MessageCode.NO_PULUMI, "no command line on PATH"),
            "Install it: pulumi.com/docs/install",
        )
        return
    numbers = tuple(int(number) for number in re.findall(r"\d+", found)[:3])
    if numbers < OLDEST_CLI:
        oldest = ".".join(map(str, OLDEST_CLI))
        yield Finding.warning(
            "pulumi",
            Notice(MessageCode.OLD_PULUMI, f"command line {found}"),
            f"Update it to {oldest} or later.",
        )
    else:
        yield Finding.ok("pulumi", f"command line {found}")


def project_findings(
    folder: Path, environment: Mapping[str, str], limit: TimeLimit | None = None
) -> Iterator[Finding]:
    """Yield what is found of the project in a folder.

    Args:
        folder: The folder.
        environment: The environment's variables.
        limit: How long Pulumi may take; None for as long as it takes.
    """
    try:
        project = Project.of(folder)
        refreshes = project.refreshes(
            runs_program=environment.get("PULUMI_RUN_PROGRAM", "").lower() in _TRUE
        )
    except StackError as error:
        yield Finding.error("project", error, "Run it in the folder of your program, or use --cwd.")
        return
    if refreshes or environment.get("PULUMI_OPTION_REFRESH", "").lower() in _TRUE:
        yield Finding.ok("refresh", "every command looks at SetSmart first")
    else:
        yield Finding.warning(
            "refresh",
            Notice(MessageCode.NO_REFRESH, "previews do not look at SetSmart"),
            "Add options: {refresh: always} to Pulumi.yaml, or changes outside Pulumi go unseen.",
        )
    try:
        yield Finding.ok("state", f"kept at {project.backend(limit)}")
    except NotLoggedInError as error:
        yield Finding.error("state", error, "Run pulumi login, or set PULUMI_BACKEND_URL.")
    except StackError as error:
        yield Finding.error("state", error, _advice_on_state(error.message))


def _advice_on_state(error: str) -> str:
    """Return what to do where the state cannot be reached, by what Pulumi says."""
    words = error.casefold()
    return next((advice for word, advice in _ADVICE_ON_STATE if word in words), _CORRECT_IT)


def configuration_finding(
    configuration: Configuration, environment: Mapping[str, str], stack: str | None
) -> Finding:
    """Return where the address and the key of the account are set; never what they are.

    Args:
        configuration: The stack's configuration.
        environment: The environment's variables.
        stack: The name of the stack, or None if the environment alone counts.
    """
    exposed = [key for key in (_API_KEY, _ACCOUNTS) if key in configuration.in_clear]
    if exposed:
        return Finding.error(
            "configuration",
            Notice(
                MessageCode.PLAINTEXT_KEY,
                f"{' and '.join(exposed)} in plain text, in a file for version control",
            ),
            "Get another key from SetSmart, and set it with pulumi config set --secret.",
        )
    places = [f"{key} in the stack's configuration" for key in _KEYS if key in configuration.values]
    places += [
        f"{name} in the environment" for name in sorted(environment) if _VARIABLES.fullmatch(name)
    ]
    if places:
        return Finding.ok("configuration", ", ".join(places))
    return Finding.error(
        "configuration",
        Notice(MessageCode.MISSING_KEY, "neither a key nor an address of SetSmart is configured"),
        "Set SETSMART_API_KEY."
        if stack is None
        else f"Run pulumi config set --secret setsmart:apiKey --stack {stack}.",
    )
