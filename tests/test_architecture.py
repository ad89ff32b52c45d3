"""One way through: program, resource, provider, lifecycle, client, HTTP, and no arrow back."""

import ast

import pytest
from layers import PICTURE, arrows, imports, modules, picture, rows

# What each module at the top of the package imports of the others: a package, or the one module of
# it that is named. `sandbox.__main__` is a command, and the only module of the sandbox that may.
ALLOWED = {
    "": "api_object client.errors lookup models portfolio resources specification",
    "__main__": "cli",
    "acceptance": "client lifecycle models reporting specification",
    "adoption": "automation client config files lifecycle models specification",
    "api_object": "lifecycle models providers resource",
    "automation": "client config files lifecycle models providers",
    "backup": "adoption automation client config lifecycle models specification",
    "cli": "acceptance adoption automation backup client config conversion diagnosis files models "
    "plugin providers recording reporting sandbox specification webhooks",
    "client": "models",
    "config": "client models",
    "conversion": "adoption.naming client.errors files lifecycle models specification",
    "diagnosis": "automation client config models",
    "files": "client.errors models.message_code",
    "lifecycle": "client config models",
    "lookup": "client config lifecycle mocked_account models providers resource",
    "mocked_account": "models providers",
    "models": "",
    "outputs": "models",
    "plugin": "client.confidential lifecycle models providers specification",
    "portfolio": "client.errors models python_value resource specification",
    "providers": "client config lifecycle models",
    "python_value": "lifecycle models",
    "recording": "client config files models",
    "reporting": "automation client config lifecycle models providers",
    "resource": "lifecycle models outputs providers python_value seen_inputs",
    "resources": "models portfolio providers resource specification",
    "sandbox": "",
    "sandbox.__main__": "cli.sandbox",
    "seen_inputs": "lifecycle models",
    "specification": "client files lifecycle models",
    "testing": "sandbox",
    "webhooks": "client.errors models.message_code",
}
KNOW_PULUMI = {
    *("api_object", "automation", "lookup", "mocked_account", "outputs", "portfolio"),
    *(
        "plugin",
        "providers",
        "python_value",
        "reporting",
        "resource",
        "resources",
        "seen_inputs",
        "specification",
    ),
}
KNOW_HTTPX = {"client.http", "sandbox.deliveries.dispatcher"}


def owner(module: str) -> str:
    """Return the entry of the table that a module belongs to."""
    return module if module in ALLOWED else module.split(".", maxsplit=1)[0]


def imported(module: str, top: str) -> set[str]:
    """Return what a module imports of a package, named from that package on."""
    names = (name.partition(".") for name in imports(modules()[module]))
    return {rest for first, _, rest in names if first == top}


def test_every_top_level_module_has_its_place() -> None:
    """A new one is decided about before it is imported."""
    assert {owner(module) for module in modules()} == ALLOWED.keys()


@pytest.mark.parametrize("name", ALLOWED)
def test_imports_are_those_that_are_allowed(name: str) -> None:
    """No arrow points back, and the table names no import that has gone."""
    allowed = ALLOWED[name].split()
    used = set()
    for module in modules():
        if owner(module) == name:
            for target in imported(module, "pulumi_setsmart"):
                if owner(target) == name:
                    continue
                found = [module for module in allowed if f"{target}.".startswith(f"{module}.")]
                assert found != [], f"{module} imports {target}"
                used.update(found)
    assert used == {*allowed}


def test_only_the_front_knows_pulumi() -> None:
    """A second front door could be added without touching the core."""
    assert {owner(module) for module in modules() if imported(module, "pulumi")} == KNOW_PULUMI


def test_only_the_client_knows_http() -> None:
    """Changing the HTTP library is a change in one module; the sandbox sends in one place."""
    assert {module for module in modules() if imported(module, "httpx")} == KNOW_HTTPX


def test_every_module_says_what_it_is_for() -> None:
    """In the first line of its docstring, which is the only list of modules that there is."""
    docstrings = {
        name: ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        for name, file in modules().items()
    }
    without = [name for name, text in docstrings.items() if len(text.split("\n\n")[0]) < 10]
    assert without == []


def test_the_picture_shows_the_imports() -> None:
    """Whoever changes the imports runs `make docs`, and commits the picture."""
    assert PICTURE.read_text(encoding="utf-8") == picture(arrows())


def test_imports_in_a_circle_are_no_layers() -> None:
    """There is no picture of them."""
    with pytest.raises(ValueError, match="circle"):
        rows({"a": frozenset({"b"}), "b": frozenset({"a"})})
