"""Texts without secrets, in whatever form these turn up again."""

import base64
import json
import textwrap
from collections.abc import Callable

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from support.canary import (
    API_KEY,
    DOOR_CODE,
    HEADER_KEY,
    PASSPHRASE,
    PIN,
    SHORTEST_ANYWHERE,
    assert_absent,
    forms,
    halves,
)

from pulumi_setsmart.client.redaction import Redaction, redaction_of, without_user_info
from pulumi_setsmart.models.text import MARK

LONG = ("hunter", API_KEY, HEADER_KEY, PASSPHRASE, "C:\\new\nline é%41", "ß-straße", "🔑-Ключ-鍵")
SHORT = (PIN, DOOR_CODE, "é/ü", "Ab9", '4"x')
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SECRET = st.text(st.characters(exclude_categories=["Cs", "Cc", "M"]), min_size=8, max_size=30)


def taking_out(*secrets: str) -> Redaction:
    return redaction_of(frozenset(secrets))


@pytest.mark.parametrize("secret", LONG)
def test_no_form_of_a_secret_is_left_in_a_text_of_ours(secret: str) -> None:
    """As it is, escaped, encoded, in another case, in other forms of Unicode, once more encoded."""
    for form in forms(secret):
        shown = taking_out(secret).own(f"the value '{form}' is odd")
        assert_absent(secret, shown)
        assert shown.startswith("the value '")
        assert shown.endswith("' is odd")


@pytest.mark.parametrize("secret", SHORT)
def test_no_form_of_a_short_secret_is_left_in_a_foreign_text(secret: str) -> None:
    """Where it is a word of its own, a secret of three characters is found in every form."""
    for form in forms(secret):
        shown = taking_out(secret).foreign(f"the value '{form}' is odd")
        assert_absent(secret, shown)


@given(SECRET, ANY_TEXT, ANY_TEXT, st.data())
@settings(max_examples=150)
@example("é%0000000", "", "41", None)
@example("%41%42%43%44%45%46", "x", "", None)
def test_no_secret_is_left_whatever_it_is_and_whatever_is_around_it(
    secret: str, before: str, after: str, data: st.DataObject | None
) -> None:
    """Any text can be a secret, in any form, in any text."""
    assume(taking_out(secret).own(MARK) == MARK)
    assume(sum(character.isalnum() for character in secret) >= SHORTEST_ANYWHERE)
    known = sorted(forms(secret))
    for form in known if data is None else [data.draw(st.sampled_from(known))]:
        shown = taking_out(secret).own(f"{before}{form}{after}")
        assert form not in shown
        assert secret not in shown


@given(SECRET, st.integers(0, 5), st.sampled_from([base64.b64encode, base64.urlsafe_b64encode]))
@settings(max_examples=100)
def test_no_secret_is_left_in_base64(
    secret: str, length: int, encode: Callable[[bytes], bytes]
) -> None:
    """Wherever in a larger text it begins, and also where that is in lines."""
    assume(sum(character.isalnum() for character in secret) >= SHORTEST_ANYWHERE)
    text = encode(f"{'u' * length}:{secret}@host".encode()).decode()
    assert taking_out(secret).own(f"Basic {text}") == f"Basic {MARK}"
    lines = "\n".join(textwrap.wrap(text, 10))
    assert_absent(secret, "".join(taking_out(secret).own(lines).split()))


@given(st.frozensets(SECRET, min_size=1, max_size=3), ANY_TEXT)
@settings(max_examples=200)
def test_other_texts_stay_as_they_are(secrets: frozenset[str], text: str) -> None:
    """Nothing but secrets is changed."""
    assume(not any(secret.casefold() in f"{text}".casefold() for secret in secrets))
    assume(len(text) < 8)  # shorter than all of them
    assert redaction_of(secrets).own(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("door code 482 is taken", f"door code {MARK} is taken"),
        ("code=482, code:4821.", f"code={MARK}, code:{MARK}."),
        ("pin482x", f"pin{MARK}x"),
        ("482.0", f"{MARK}.0"),
        ("the ４８２", f"the {MARK}"),  # noqa: RUF001 -- digits of another width
        ("14821 and 4820 of 1482", "14821 and 4820 of 1482"),
        ("bedrooms: must be at most 20", "bedrooms: must be at most 20"),
        ("name: must have 4 to 82 characters", "name: must have 4 to 82 characters"),
        ("Owl is taken, owls and howl are not", f"{MARK} is taken, owls and howl are not"),
    ],
)
def test_short_secrets_are_whole_words(text: str, shown: str) -> None:
    """A door code is not found in a longer number, nor a short word in a longer one."""
    assert taking_out(PIN, DOOR_CODE, "owl").foreign(text) == shown


def test_short_secrets_stay_in_texts_of_ours() -> None:
    """An id, a status and a count are no secrets, whatever door code there is."""
    assert taking_out("404", "POST").own("POST /properties/404, status 404") == (
        "POST /properties/404, status 404"
    )


@pytest.mark.parametrize("secret", [secret for secret in LONG if len(secret) > SHORTEST_ANYWHERE])
@pytest.mark.parametrize("end", ["", '"', "…", "...", '..."', "… (truncated)", ' …", code 7'])
def test_what_a_server_cut_a_secret_to_is_taken_out(secret: str, end: str) -> None:
    """Half of a secret at the end of a text, or before an ellipsis, is as bad as all of it."""
    for half in halves(secret):
        assert half not in taking_out(secret).foreign(f"the key {half}{end}")


@pytest.mark.parametrize(
    "text", ["write to SetSmart", "see setsmart.example", "the key setsmart_****9876 is weak"]
)
def test_the_words_that_a_key_begins_with_stay(text: str) -> None:
    """A name before a key, and a mask that a server writes, tell nothing."""
    assert taking_out("setsmart_live_1234567890").foreign(text) == text


def test_json_is_valid_without_its_secrets() -> None:
    """What is in a document is taken out without harm to its syntax."""
    secret = '"quoted\\secret'
    document = json.dumps({"a": f"x{secret}", "b": f"\\{secret}", "c": json.dumps(secret)})
    for text in (document, document.replace('\\"', "\\u0022"), json.dumps(document)):
        shown = taking_out(secret).own(text)
        assert "quoted" not in shown
        assert json.loads(shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://u:pass@host/db", f"postgres://{MARK}@host/db"),
        ("postgres://u:pa/s?s#@host/db", f"postgres://{MARK}@host/db"),
        ("https://token@host, s3://a:b@c", f"https://{MARK}@host, s3://{MARK}@c"),
        ("https://host:8080/a?mail=b@c", "https://host:8080/a?mail=b@c"),
        ("https://host/@a and b@c.example", "https://host/@a and b@c.example"),
    ],
)
def test_no_address_holds_a_password(text: str, shown: str) -> None:
    """User info is taken out of every address, also where it is not escaped as it should be."""
    assert without_user_info(text) == shown


def test_tiny_secrets_and_parts_are_recognised() -> None:
    """So that what holds them can be left out as a whole."""
    assert taking_out("7").holds_tiny("at most 7 of them")
    assert not taking_out("7").holds_tiny("at most 17, not 7th")
    assert taking_out(DOOR_CODE).holds_part("'4-8' is too short")
    assert not taking_out(DOOR_CODE).holds_part("must have 4 to 8 digits")


def test_no_secret_is_shown_by_what_holds_it() -> None:
    """A debugger may print it."""
    assert HEADER_KEY not in repr(taking_out(HEADER_KEY))
