"""What a recording shows is marked on the page of assumptions, and nothing else is."""

import re
from pathlib import Path
from typing import Any

import attrs
import pytest
from assumptions import PAGE, RECORDINGS, render
from observations import load_recordings
from support.account_recording import recording_of
from support.divergent_server import DivergentServer, by_link, by_page, html, in_data

from pulumi_setsmart.recording.file import written
from pulumi_setsmart.recording.recording import Recording

LISTING = {
    "id": "prop_1",
    "name": "Villa",
    "address": "1 Sea Road",
    "bedrooms": 3,
    "bathrooms": 1.5,
    "max_guests": None,
    "status": "active",
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-01T00:00:00Z",
}


def rate_limited(requests: int) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": "100",
        "X-RateLimit-Remaining": str(100 - requests),
        "X-RateLimit-Reset": "1790000060",
    }


AS_ASSUMED = DivergentServer(
    properties=[{**LISTING, "id": f"prop_{number}"} for number in range(1, 4)],
    list_style=by_link,
    headers=rate_limited,
)


def recording(account: DivergentServer) -> Recording:
    """Return a recording of an account, as if it were a real one."""
    with account.running() as url:
        return attrs.evolve(recording_of(url), server="documented address")


def marks(page: str) -> dict[str, str]:
    """Return the observing marks of the rows of a page, by what each row is about."""
    row = r"^\| (.+?) \|.*? ((?:observed|\*\*contradicted\*\*) \(.+) \|$"
    return {about.strip("`"): mark for about, mark in re.findall(row, page, re.MULTILINE)}


def rendered(**recordings: Recording) -> dict[str, str]:
    return marks(render(recordings=recordings))


def test_nothing_is_observed_yet() -> None:
    """There is no recording of a real account, and the page says so."""
    assert load_recordings(RECORDINGS) == {}
    page = PAGE.read_text(encoding="utf-8")
    assert marks(page) == {}
    assert "Nobody has\ncontributed a recording yet, so nothing on this page is observed" in page


def test_what_is_as_assumed_is_observed(tmp_path: Path) -> None:
    """With the date and the name of the recording, in the rows that it shows."""
    (tmp_path / "first.json").write_text(written(recording(AS_ASSUMED)))
    page = render(recordings=load_recordings(tmp_path))
    assert "- `first` of 2026-11-25, made by pulumi-setsmart " in page
    assert "Nobody has" not in page
    found = marks(page)
    assert {*found.values()} == {"observed (2026-11-25, first)"}
    assert found.keys() == {
        *("base URL", "API key", "GET /properties", "GET /properties/{id}", "GET /webhooks"),
        *("200", "404", *LISTING, "code", "message", "Link"),
        *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
        "The response to a list is an array of objects, without an envelope.",
        "The pages of a list lead the client to its end.",
        'Where a list has several pages, `Link` with `rel="next"` leads to the next one.',
        "A list shows whole objects, as reading one of them does.",
        "Ids are strings, in `id`.",
        "The response to an object is the object itself, without an envelope.",
        "Every response has the server's time in `Date`.",
    }
    for path, source in (("/properties", r"\*\*documented\*\*"), ("/webhooks", "assumed")):
        row = rf"^\| `GET {path}` \| .+ \| {source}; observed \(2026-11-25, first\) \|$"
        assert re.search(row, page, re.MULTILINE), path


def other(**fields: Any) -> DivergentServer:
    return DivergentServer(properties=[{**LISTING, "id": number, **fields} for number in range(5)])


@pytest.mark.parametrize(
    ("account", "about", "seen"),
    [
        (other(bedrooms="3"), "bedrooms", "seen as string"),
        (other(bathrooms=[2]), "bathrooms", "seen as list"),
        (other(created_at="yesterday"), "created_at", "seen in another format"),
        (other(), "id", "seen as integer"),
        (other(), "Ids are strings, in `id`.", "seen as integer"),
        (other(), "X-RateLimit-Limit", "no response has it"),
        (attrs.evolve(other(), missing=html), "code", "a missing id is answered without, as HTML"),
        (
            attrs.evolve(other(), list_style=in_data),
            "The response to a list is an array of objects, without an envelope.",
            "in `response.items`",
        ),
        (
            attrs.evolve(other(), list_style=by_page),
            'Where a list has several pages, `Link` with `rel="next"` leads to the next one.',
            "asked for with `page`",
        ),
        (
            attrs.evolve(other(), listed=lambda item: {"id": item["id"]}),
            "A list shows whole objects, as reading one of them does.",
            "brief objects",
        ),
        (
            attrs.evolve(other(), shown=lambda item: {"data": item}),
            "The response to an object is the object itself, without an envelope.",
            "in `data`",
        ),
        (
            DivergentServer(properties=[{"id": "a", "name": "A"}]),
            "address",
            "no object has it",
        ),
    ],
)
def test_what_is_otherwise_is_contradicted(account: DivergentServer, about: str, seen: str) -> None:
    """The mark says what was seen instead."""
    found = rendered(second=recording(account))
    assert found[about] == f"**contradicted** (2026-11-25, second: {seen})"


def test_what_a_recording_does_not_show_has_no_mark() -> None:
    """Of an empty account neither fields nor ids are known, nor the response for a missing one."""
    found = rendered(empty=recording(attrs.evolve(AS_ASSUMED, properties=[])))
    assert {*LISTING} & found.keys() == set()
    assert not {"404", "code", "GET /properties/{id}", "Ids are strings, in `id`."} & found.keys()
    assert {"200", "GET /properties", "X-RateLimit-Limit"} <= found.keys()


def test_a_secret_may_be_left_out() -> None:
    """The contract says so; where it is shown, it is observed."""
    hook = {"id": "wh_1", "url": "https://a.example/", "events": ["a.b"], "status": "active"}
    without = rendered(one=recording(attrs.evolve(AS_ASSUMED, webhooks=[hook])))
    assert ("secret" in without, without["url"]) == (False, "observed (2026-11-25, one)")
    masked = recording(attrs.evolve(AS_ASSUMED, webhooks=[{**hook, "secret": "whsec_****"}]))
    assert rendered(two=masked)["secret"] == "observed (2026-11-25, two)"


def test_recordings_can_disagree() -> None:
    """Each has its mark."""
    found = rendered(one=recording(AS_ASSUMED), two=recording(other(bedrooms="3")))
    assert found["bedrooms"] == (
        "observed (2026-11-25, one); **contradicted** (2026-11-25, two: seen as string)"
    )


def test_another_address_proves_nothing_about_the_documented_one() -> None:
    """Of a server that is somewhere else, base URL and key have no mark."""
    elsewhere = attrs.evolve(recording(AS_ASSUMED), server="another address")
    assert not {"base URL", "API key"} & rendered(one=elsewhere).keys()


def test_a_sandbox_proves_nothing(tmp_path: Path) -> None:
    """A recording of one is refused, as is one with words that nobody has listed."""
    of_a_sandbox = attrs.evolve(recording(AS_ASSUMED), server="this machine")
    (tmp_path / "sandbox.json").write_text(written(of_a_sandbox))
    with pytest.raises(ValueError, match=r"sandbox\.json was recorded at a sandbox"):
        load_recordings(tmp_path)
    (tmp_path / "sandbox.json").write_text(
        written(recording(AS_ASSUMED)).replace('"address"', '"anna_zqx"')
    )
    with pytest.raises(ValueError, match="words that no recording may hold: anna, zqx"):
        load_recordings(tmp_path)
