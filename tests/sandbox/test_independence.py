"""The sandbox is an independent witness: it shares no code with what it bears witness of."""

import json
import subprocess
import sys

import pytest

# The package's own __init__ offers the resources, so a bare package stands in for it.
PROGRAM = """
import importlib, importlib.util, json, sys, types
package = types.ModuleType("pulumi_setsmart")
package.__path__ = importlib.util.find_spec("pulumi_setsmart").submodule_search_locations
sys.modules["pulumi_setsmart"] = package
importlib.import_module(sys.argv[1])
print(json.dumps(sorted(sys.modules)))
"""


def loaded_by(module: str) -> set[str]:
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, module], capture_output=True, text=True, check=True
    )
    return set(json.loads(result.stdout))


def below(package: str, modules: set[str]) -> set[str]:
    return {name for name in modules if name == package or name.startswith(f"{package}.")}


def test_the_sandbox_loads_nothing_of_the_provider() -> None:
    """Of our packages it loads itself only, and nothing that the provider thinks with.

    It has httpx in common with the client, to send deliveries, and no line of our code around it.
    """
    loaded = loaded_by("pulumi_setsmart.sandbox")
    own = below("pulumi_setsmart", loaded) - {"pulumi_setsmart"}
    assert own == below("pulumi_setsmart.sandbox", loaded)
    assert len(own) > 5
    for package in ("pulumi", "standardwebhooks", "cattrs", "tenacity"):
        assert not below(package, loaded)


@pytest.mark.parametrize(
    "module", ["pulumi_setsmart.client", "pulumi_setsmart.models", "pulumi_setsmart.lifecycle"]
)
def test_the_provider_loads_nothing_of_the_sandbox(module: str) -> None:
    """It works where the extra is not installed."""
    loaded = loaded_by(module)
    for package in ("pulumi_setsmart.sandbox", "starlette", "uvicorn"):
        assert not below(package, loaded)


def test_the_command_line_loads_the_sandbox_only_when_asked() -> None:
    """It works where the extra is not installed."""
    loaded = loaded_by("pulumi_setsmart.cli")
    for package in ("pulumi_setsmart.sandbox", "starlette", "uvicorn"):
        assert not below(package, loaded)
