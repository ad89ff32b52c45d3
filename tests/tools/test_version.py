import pytest
from pulumi_cli.version import Version, dotted, parse


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v3.259.0\n", (3, 259, 0)),
        ("3.272.0", (3, 272, 0)),
        ("v3.260.0-alpha.x1b2", (3, 260, 0)),
        ("go version go1.26.6 linux/amd64", (1, 26, 6)),
        ("go version go1.27rc1 darwin/arm64", (1, 27)),
        ("pulumi", None),
    ],
)
def test_a_version_is_found_in_what_a_program_prints(text: str, version: Version | None) -> None:
    """The first dotted number counts, whatever stands around it."""
    assert parse(text) == version


def test_versions_compare_by_number() -> None:
    """3.1000.0 is later than 3.254.0, though it sorts before it as text."""
    assert (parse("3.1000.0") or ()) > (3, 254, 0)


def test_a_version_is_written_with_dots() -> None:
    """People read 3.254.0."""
    assert dotted((3, 254, 0)) == "3.254.0"
