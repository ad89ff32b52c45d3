"""A Pulumi project, as its files are."""

from pathlib import Path

import pytest

from pulumi_setsmart.automation.project import Project


@pytest.mark.parametrize(
    ("settings", "stack", "file"),
    [
        ("name: x\n", "dev", "Pulumi.dev.yaml"),
        ("name: x\n", "organization/x/dev", "Pulumi.dev.yaml"),
        ("name: x\nstackConfigDir: stacks\n", "dev", "stacks/Pulumi.dev.yaml"),
    ],
)
def test_the_settings_of_a_stack_are_where_pulumi_has_them(
    tmp_path: Path, settings: str, stack: str, file: str
) -> None:
    """Without the organisation in the name, and in the folder that Pulumi.yaml names."""
    (tmp_path / "Pulumi.yaml").write_text(settings)
    assert Project.of(tmp_path).settings_file(stack) == tmp_path / file
