"""A server that makes something else of our values never leaves a diff that cannot settle."""

from pathlib import Path

from support.engine_sandbox import OpenEngineSandbox
from support.engine_stack import EngineStack

from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES, Storage


def test_what_the_server_normalises_is_accepted_with_a_warning(
    pulumi: Path, tmp_path: Path, open_account: OpenEngineSandbox
) -> None:
    """The preview after an `up` is clean; a third value is drift, and settles again."""
    account = open_account(normalise=True)
    stack = EngineStack.create(pulumi, tmp_path / "stack", account.base_url, DEFAULT_KEY)
    stack.declare(
        """
        Property("one", name="  Sea   Villa ", bathrooms=2.25, attributes={
            "notes": {"door": " left ", "code": pulumi.Output.secret(" 7391-8264 ")},
        })
        """
    )
    output = stack.up()
    assert 'keeps name as "Sea Villa" where "  Sea   Villa " is declared' in output
    assert "keeps bathrooms as 2.2 where 2.25 is declared" in output
    assert "7391-8264" not in output
    stack.assert_clean()

    storage: Storage = account.sandbox.storage
    held = storage.get(PROPERTIES, "prop_1")
    assert held["name"] == "Sea Villa"
    storage.replace(PROPERTIES, "prop_1", {**held, "name": "Lake Villa"})
    preview = stack.preview()
    assert '~ name: "Lake Villa" => "  Sea   Villa "' in preview
    assert "bathrooms" not in preview  # Pulumi shows what differs, no more
    stack.up()
    assert storage.get(PROPERTIES, "prop_1")["name"] == "Sea Villa"
    stack.assert_clean()

    stack.declare('Property("one", name="Sea Villa", bathrooms=2.3)')
    stack.up()
    stack.assert_clean()
    assert storage.get(PROPERTIES, "prop_1")["bathrooms"] == 2.3
