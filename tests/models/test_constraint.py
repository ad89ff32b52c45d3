"""What a field may hold."""

import pytest
from hypothesis import given, settings
from support.json_values import ANY_JSON, TEXTS

from pulumi_setsmart.models.constraint import (
    CollectionPath,
    Constraint,
    EventNames,
    RealNumber,
    String,
    WebUrl,
    WholeNumber,
)
from pulumi_setsmart.models.json import Json, type_name

ALL: list[Constraint] = [
    String(),
    WholeNumber(0),
    RealNumber(0),
    WebUrl(),
    EventNames(),
    CollectionPath(),
]


@pytest.mark.parametrize(
    ("constraint", "value"),
    [
        (String(), " a "),
        (String(), "房"),
        (WholeNumber(0), 0),
        (WholeNumber(1), 1),
        (RealNumber(0), 0),
        (RealNumber(0), 0.5),
        (WebUrl(), "https://a.example"),
        (WebUrl(), "HTTP://a.example:8080/x?y#z"),
        (EventNames(), ["property.updated"]),
        (EventNames(), ["a.b", "a.b", "a1.b_2.c"]),
        (EventNames(), ["*"]),
        (EventNames(), ["property.updated", "*"]),
        (CollectionPath(), "/rules"),
        (CollectionPath(), "/v2/pricing-rules"),
        (CollectionPath(), "/a..b/.c"),
        (CollectionPath(), "/préférences"),
    ],
)
def test_valid_inputs_violate_nothing(constraint: Constraint, value: Json) -> None:
    """The limits themselves are allowed."""
    assert constraint.violation(value) is None


@pytest.mark.parametrize(
    ("constraint", "value"),
    [
        (String(), False),
        (WholeNumber(0), True),
        (WholeNumber(0), 2.5),
        (WholeNumber(0), "2"),
        (RealNumber(0), False),
        (RealNumber(0), None),
        (WebUrl(), 5),
        (EventNames(), {}),
        (CollectionPath(), None),
    ],
)
def test_a_value_of_another_type_violates_with_its_type(
    constraint: Constraint, value: Json
) -> None:
    """The phrase says what was given."""
    assert type_name(value) in (constraint.violation(value) or "")


@pytest.mark.parametrize(
    ("constraint", "value", "facts"),
    [
        (String(), "\t\n", []),
        (WholeNumber(1), 0, ["1"]),
        (RealNumber(0), -0.1, ["0"]),
        *(
            (WebUrl(), wrong, ["https://", "http://"])
            for wrong in ("https://", "//a.example", "ftp://a.example")
        ),
        (WebUrl(), "https://[a", []),
        (EventNames(), [], []),
        *(
            (EventNames(), ["a.b", wrong], ["property.updated", "*", "1"])
            for wrong in (
                "a",
                "A.b",
                "a.",
                ".b",
                "a..b",
                "a.b ",
                "a.b\n",
                "**",
                "* ",
                "a.*",
                "*.b",
                5,
                None,
            )
        ),
        *(
            (CollectionPath(), wrong, ["/pricing-rules"])
            for wrong in (
                "",
                "https://a.example/",
                "/a?b",
                "/a#b",
                "/%2e%2e",
                "/a\\b",
                "/a b",
                "/a\n",
                "/a\x00",
            )
        ),
        *(
            (CollectionPath(), wrong, [". or .."])
            for wrong in ("/", "//a", "/a//", "/./a", "/a/..", "/a/../b")
        ),
    ],
)
def test_a_violation_is_one_phrase_with_the_facts(
    constraint: Constraint, value: Json, facts: list[str]
) -> None:
    """The phrase says what would be right: a limit, or an example."""
    violation = constraint.violation(value) or ""
    assert violation.isprintable()
    assert violation
    assert [fact for fact in facts if fact not in violation] == []


@given(ANY_JSON | TEXTS.map(lambda text: f"hush-{text}"))
@settings(max_examples=50)
def test_no_violation_repeats_the_value(value: Json) -> None:
    """It may be a secret; and no value, of whatever type, breaks a constraint."""
    for constraint in ALL:
        assert "hush-" not in (constraint.violation(value) or "")
