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
from pulumi_setsmart.models.json import Json

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
    ("constraint", "value", "reason"),
    [
        (String(), "\t\n", "must not be blank"),
        (String(), False, "must be a string, not true or false"),
        (WholeNumber(1), 0, "must be at least 1"),
        (WholeNumber(0), True, "must be a whole number, not true or false"),
        (WholeNumber(0), 2.5, "must be a whole number, not a number with a fraction"),
        (WholeNumber(0), "2", "must be a whole number, not a string"),
        (RealNumber(0), -0.1, "must be at least 0"),
        (RealNumber(0), False, "must be a number, not true or false"),
        (RealNumber(0), None, "must be a number, not null"),
        (WebUrl(), 5, "must be a string, not a whole number"),
        (WebUrl(), "https://", "must be a web address that begins with https:// or http://"),
        (WebUrl(), "//a.example", "must be a web address that begins with https:// or http://"),
        (WebUrl(), "ftp://a.example", "must be a web address that begins with https:// or http://"),
        (WebUrl(), "https://[a", "must be a web address"),
        (EventNames(), {}, "must be a list of event names, not an object"),
        (EventNames(), [], "must name at least one event"),
        *(
            (
                EventNames(),
                ["a.b", wrong],
                "must hold event names like property.updated or * (look at element 1)",
            )
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
        (CollectionPath(), None, "must be a string, not null"),
        (CollectionPath(), "", "must begin with a slash, like /pricing-rules"),
        (CollectionPath(), "https://a.example/", "must begin with a slash, like /pricing-rules"),
        *(
            (CollectionPath(), wrong, "must be a plain path, like /pricing-rules")
            for wrong in ("/a?b", "/a#b", "/%2e%2e", "/a\\b", "/a b", "/a\n", "/a\x00")
        ),
        *(
            (CollectionPath(), wrong, "must not have empty, . or .. segments")
            for wrong in ("/", "//a", "/a//", "/./a", "/a/..", "/a/../b")
        ),
    ],
)
def test_what_is_wrong_is_told_in_one_phrase(
    constraint: Constraint, value: Json, reason: str
) -> None:
    """The phrase tells what would be right."""
    assert constraint.violation(value) == reason


@given(ANY_JSON | TEXTS.map(lambda text: f"hush-{text}"))
@settings(max_examples=50)
def test_no_violation_repeats_the_value(value: Json) -> None:
    """It may be a secret; and no value, of whatever type, breaks a constraint."""
    for constraint in ALL:
        assert "hush-" not in (constraint.violation(value) or "")
