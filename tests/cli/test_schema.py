"""The command `schema`."""

import json

import jsonschema
from click.testing import CliRunner

from pulumi_setsmart.cli import main
from pulumi_setsmart.specification.schema import portfolio_schema


def test_the_command_prints_it() -> None:
    """It is a schema itself, and complete: an editor offers every field."""
    result = CliRunner().invoke(main, ["schema"])
    printed = json.loads(result.output)
    assert result.exit_code == 0
    assert printed == portfolio_schema()
    jsonschema.Draft202012Validator.check_schema(printed)
    listing = printed["properties"]["properties"]["additionalProperties"]
    assert listing["required"] == ["name"]
    assert {"address", "bedrooms", "attributes", "existing_id"} <= listing["properties"].keys()
