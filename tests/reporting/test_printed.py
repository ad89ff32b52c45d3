"""Finding what Pulumi printed among whatever else was printed with it."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.json_values import ANY_OBJECT
from support.messages import raises
from support.preview_document import PreviewDocument

from pulumi_setsmart import StackError
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.reporting.data import data
from pulumi_setsmart.reporting.preview import read_preview
from pulumi_setsmart.reporting.printed import read_printed

VILLA = {"name": "Sea Villa", "bedrooms": 3, "code": "[secret]"}
NOISE = [
    "",
    "\n",
    "Previewing update (dev):\n",
    "Logging in…\r\nusing {dev} [1/2]\r\n",
    '{"level": "info", "steps": "none", "diagnostics": []}\n',
    '{"sequence": 7, "level": "info"}\n',
    "{\n",
    "} ] ,\n",
    '[{}, {"a": {"steps": []}}]\n',
    "\x1b[1mpulumi : warning\x1b[0m\nAt line:1 char:1\n+ CategoryInfo : {NotSpecified}\n",
    "\ufeff",
    "Enter your passphrase: ",
]


def preview() -> PreviewDocument:
    """Return a preview in which this and that happens."""
    document = PreviewDocument()
    document.listing("villa", last=VILLA, current={**VILLA, "bedrooms": 9}, planned=VILLA)
    document.listing("loft", last=VILLA, planned={**VILLA, "name": "Löft {1}"})
    document.listing("hut", last=VILLA)
    document.listing("barn", planned={"name": "Barn", "beds": [{"steps": []}, {"a": [1, None]}]})
    document.says("warning", "warning: look at villa\n")
    document.says("error", "error: it failed")
    document.says("info", "warning: told as information")
    return document


EXPECTED = data(read_preview(preview().text))


def in_form(form: str) -> str:
    """Return the preview as Pulumi may print it, or as a tool may have written it again."""
    document = preview()
    match form:
        case "document":
            return document.text
        case "indented":
            return json.dumps(json.loads(document.text), indent=4)
        case "escaped":
            return json.dumps(json.loads(document.text))
        case "stream":
            return document.stream
    return json.dumps([json.loads(line) for line in document.stream.splitlines()], indent=2)


FORMS = ["document", "indented", "escaped", "stream", "list of the stream"]


@pytest.mark.parametrize("before", NOISE)
def test_noise_changes_nothing(before: str) -> None:
    """Whatever stands before and after, in every form."""
    for form, after, line_break in product(FORMS, NOISE, ("\n", "\r\n")):
        text = f"{before}{in_form(form)}\n{after}".replace("\n", line_break)
        assert data(read_preview(text)) == EXPECTED, (form, after)


@pytest.mark.parametrize("noise", NOISE)
def test_noise_between_events_changes_nothing(noise: str) -> None:
    """Another stream may be saved in the same file."""
    lines = preview().stream.splitlines(keepends=True)
    assert data(read_preview(f"{noise}\n".join(lines))) == EXPECTED


@given(
    st.lists(st.tuples(ANY_OBJECT, ANY_OBJECT), max_size=5), st.text(st.characters(codec="utf-8"))
)
def test_both_forms_come_to_the_same(fields: list[tuple[Any, Any]], message: str) -> None:
    """Whatever the listings hold, and whatever was said."""
    document = PreviewDocument()
    for number, (last, planned) in enumerate(fields):
        document.listing(f"listing {number}", last=last, planned=planned)
    document.says("warning", f"warning: {message}")
    assert data(read_preview(document.stream)) == data(read_preview(document.text))


@pytest.mark.parametrize("form", FORMS)
def test_what_is_cut_off_is_refused(form: str) -> None:
    """Wherever it ends: a part of a preview would look like a smaller one."""
    text = in_form(form)
    cut_at = range(40, len(text.rstrip("]\n \t")) - 60, 31)
    assert len(cut_at) > 40
    for end in cut_at:
        with pytest.raises(StackError) as caught:
            read_printed(text[:end], "x")
        assert caught.value.code in (MessageCode.DAMAGED_PREVIEW, MessageCode.NOT_A_PREVIEW)


@pytest.mark.parametrize("missing", ["preludeEvent", "summaryEvent"])
def test_a_stream_without_its_beginning_or_its_end_is_refused(missing: str) -> None:
    """Somebody kept a part of its lines."""
    lines = [line for line in preview().stream.splitlines() if missing not in line]
    with raises(StackError, MessageCode.DAMAGED_PREVIEW, "x"):
        read_printed("\n".join(lines), "x")


@pytest.mark.parametrize("form", ["document", "stream"])
def test_what_is_interrupted_by_another_program_is_refused(form: str) -> None:
    """A line in the middle of a value makes it unreadable, and the rest would not be the whole."""
    text = in_form(form)
    middle = text.index('"bedrooms"')
    with raises(StackError, MessageCode.DAMAGED_PREVIEW, "x"):
        read_printed(f"{text[:middle]}\nwarning: slow\n{text[middle:]}", "x")


@pytest.mark.parametrize("first", ["document", "stream"])
@pytest.mark.parametrize("second", ["document", "stream"])
def test_two_previews_are_refused(first: str, second: str) -> None:
    """Nobody can tell which of them is meant."""
    with raises(StackError, MessageCode.SEVERAL_PREVIEWS, "x"):
        read_printed(in_form(first) + in_form(second), "x")


@pytest.mark.parametrize("form", ["document", "stream"])
def test_letters_in_an_unknown_encoding_are_refused(form: str) -> None:
    """Two names that differ in them would look the same; in noise they do not matter."""
    text = in_form(form)
    assert read_printed(f"F\udcfcr dev:\n{text}", "x").steps
    with raises(StackError, MessageCode.UNKNOWN_ENCODING, "x", "UTF-8", "UTF-16"):
        read_printed(text.replace("ö", "\udcf6"), "x")


def test_a_preview_that_failed_at_once_is_one() -> None:
    """It has no steps at all, and Pulumi leaves them out."""
    failed = {"severity": "error", "message": "error: no language host"}
    report = read_preview(json.dumps({"diagnostics": [failed], "duration": 5}))
    assert report.errors == ["no language host"]


@pytest.mark.parametrize("text", ['{"a":' * 100_000, '{"steps":[' * 100_000, '{"a":1' * 10_000])
def test_absurd_texts_are_refused(text: str) -> None:
    """In a line, and soon."""
    with pytest.raises(StackError, match=r"^x: "):
        read_printed(text, "x")
