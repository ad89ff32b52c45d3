"""What shells save, in whatever encoding they save it."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_setsmart.reporting.saved_text import is_readable, saved_text

TEXT = 'Ausgabe für dev:\r\n{"steps": ["Seehütte 海の家 🏖"]}\r\n'


@pytest.mark.parametrize(
    "saved",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"),
    ],
)
def test_each_encoding_is_known_by_itself(saved: bytes) -> None:
    """By its mark, or by the zeros that UTF-16 has and UTF-8 has not."""
    assert saved_text(saved) == TEXT
    assert is_readable(saved_text(saved))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_what_is_appended_in_another_encoding_hides_nothing(encoding: str) -> None:
    """Half a character at the end is left out, whatever it was."""
    assert saved_text(TEXT.encode(encoding) + b"\n") == TEXT


def test_bytes_in_no_known_encoding_are_located() -> None:
    """The rest of the text is as it was saved."""
    text = saved_text("Für dev:\n".encode("cp1252") + TEXT.encode())
    noise, _, rest = text.partition("\n")
    assert not is_readable(noise)
    assert rest == TEXT


@given(st.binary())
def test_whatever_is_saved_becomes_a_text(saved: bytes) -> None:
    """Nothing is raised."""
    assert isinstance(saved_text(saved), str)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff")))
def test_every_text_in_utf_8_is_read_as_it_is(text: str) -> None:
    """No text in UTF-8 is taken for another encoding; a byte order mark is no part of it."""
    assert saved_text(text.encode()) == saved_text(text.encode("utf-8-sig")) == text
