"""A report in its three formats: complete, and harmless whatever a listing is called."""

import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pulumi.runtime.rpc import UNKNOWN
from support.preview_document import PreviewDocument

from pulumi_setsmart.cli.report_text import text as plain_text
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.text import one_line
from pulumi_setsmart.reporting.data import data
from pulumi_setsmart.reporting.field_change import ABSENT, FieldChange
from pulumi_setsmart.reporting.markdown import markdown, marker
from pulumi_setsmart.reporting.page import page
from pulumi_setsmart.reporting.plan import Plan
from pulumi_setsmart.reporting.preview import read_preview
from pulumi_setsmart.reporting.report import Report
from pulumi_setsmart.reporting.wording import STATE_ONLY, field_name, shown

HOOK = "pulumi-python:dynamic/setsmart:WebhookSubscription"
VILLA = {"name": "Sea Villa", "bedrooms": 3}
NASTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![pixel](https://evil.example/p.png)",
    "[click](javascript:alert(1))",
    "@everybody #12 GH-12",
    "https://evil.example/ www.evil.example mail@evil.example",
    "a | b || c",
    "`code` ``` ~~~",
    "**bold** _it_ ~~gone~~",
    "-->",
    "&lt;b&gt; &#60;",
    "# heading\n\n- list\n> quote\n| a |\n|---|",
    "</code></td></table>",
    "{{ 7 * 7 }} {% raw %}",
    "\u202eright to left\u202c",
    "<!-- pulumi-setsmart report other/other -->",
    "$HOME $(id) \\n",
    "a\n\n    b\n\n\tc\u2028\x85d",
    "משפחה 家 🏡 Ωραίο",
]


def full_report(name: str = "Sea Villa", *, fails: bool = False) -> Report:
    """Return a report with one of everything, in which one name stands everywhere."""
    document = PreviewDocument()
    document.listing("gone", last={**VILLA, "name": f"Old {name}", "account": f"of {name}"})
    document.listing("new", planned={**VILLA, "name": name, "attributes": {f"n {name}": name}})
    document.listing(f"lost {name}", last=VILLA, planned=VILLA, op="create")
    document.listing(
        "both",
        last={"name": f"Was {name}", "bedrooms": 3},
        current={"name": name, "bedrooms": 9},
        planned={"name": f"New {name}", "bedrooms": 3, "attributes": {f"f {name}": 2}},
    )
    document.listing(
        "hidden",
        last={"name": "Hut", "attributes": {"code": "[secret]"}},
        planned={"name": "Hut", "attributes": {"code": "[secret]"}},
    )
    document.steps += [
        {"op": op, "urn": f"urn:pulumi:s::p::aws:s3:Bucket::{number}"}
        for number, op in enumerate(["create", f"do {name}"])
    ]
    document.says("warning", f"warning: {name}")
    if fails:
        document.says("error", f"error: not {name}")
    return read_preview(document.text)


def empty_report() -> Report:
    document = PreviewDocument()
    document.listing("villa", last=VILLA, planned=VILLA, op="same")
    return read_preview(document.text)


class _Page(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = self.text_outside_code = ""
        self._in_code = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in_code |= tag == "code"
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        self._in_code &= tag != "code"

    def handle_data(self, data: str) -> None:
        self.text += data
        if not self._in_code:
            self.text_outside_code += data


def rendered(text: str) -> _Page:
    """Return what GitHub's dialect of Markdown makes of a text."""
    return _Page(MarkdownIt("gfm-like", {"html": True}).render(text))


def squeezed(text: str) -> str:
    return " ".join(text.replace("\u2060", "").split())


def test_a_report_in_markdown_reads_like_this() -> None:
    """The gravest first; each field from what is there to what will be, and why."""
    text = squeezed(rendered(markdown(full_report())).text)
    order = [
        "🛑 1 deleted, 1 created, 1 created again, 2 changed, 2 of other providers;",
        "2 changed outside Pulumi · portfolio/production",
        "🛑 Deleted: 1 The object is deleted at SetSmart. It cannot be undone.",
        "Old Sea Villa, listing prop_1 of account of Sea Villa (gone)",
        "Created: 1",
        "Created again: 1 Somebody deleted it at SetSmart.",
        "Changed: 2",
        "Something secret may change",
        "field current planned reason Name Sea Villa New Sea Villa",
        "this change; changed outside Pulumi as well, was Was Sea Villa",
        "Bedrooms 9 3 changed outside Pulumi, was 3",
        "Resources of other providers: 1 to create, 1 to do Sea Villa.",
        "Pulumi warns: Sea Villa",
    ]
    places = [text.find(each) for each in order]
    assert -1 not in places, (places, text)
    assert places == sorted(places)


def test_a_page_says_the_same() -> None:
    """With a title, headings, and tables whose cells say on a phone what they are."""
    html = page(full_report())
    text = squeezed(_Page(html).text)
    for each in (
        "1 deleted, 1 created, 1 created again, 2 changed",
        "portfolio, stack production",
        "Deleted: 1",
        "Old Sea Villa",
        "changed outside Pulumi",
        "this change; changed outside Pulumi as well, was Was Sea Villa",
        "Something secret may change",
        "1 to create, 1 to do Sea Villa",
        "Pulumi warns Sea Villa",
    ):
        assert each in text
    assert html.count('data-label="reason"') == 3
    cells = (
        '<th scope="row">Bedrooms</th>'
        '<td data-label="current">9</td><td data-label="planned">3</td>'
    )
    assert cells in html
    assert html.count('data-label="reason" class="drift"') == 2
    [losses] = re.findall(r'<section class="loss">(.*?)</section>', html, re.DOTALL)
    assert "Deleted: 1" in losses
    articles = [_Page(article).text for article in html.split("<article>")[1:]]
    changed_outside = [
        article.split()[0] for article in articles if "changed outside Pulumi\n" in article
    ]
    assert changed_outside == ["Sea", "New"]
    assert "default-src 'none'" in html.split("<style>")[0]
    assert "src=" not in html
    assert "href=" not in html


def test_json_says_the_same() -> None:
    """For programs, with every side of a field that there is."""
    document = json.loads(data(full_report(fails=True)))
    entries = document.pop("entries")
    assert document == {
        "digest": None,
        "plan": None,
        "project": "portfolio",
        "stack": "production",
        "date": None,
        "summary": "The preview failed",
        "refreshed": True,
        "listings": 4,
        "changed_listings": 3,
        "unchanged_listings": None,
        "notices": [],
        "others": {"create": 1, "do Sea Villa": 1},
        "warnings": [{"code": None, "message": "Sea Villa"}],
        "errors": [{"code": None, "message": "not Sea Villa"}],
    }
    assert [(entry["action"], entry["drift"], entry["hides_secrets"]) for entry in entries] == [
        ("delete", False, False),
        ("create", False, False),
        ("restore", True, False),
        ("update", False, True),
        ("update", True, False),
    ]
    lost = {"cause": "program", "secret": False}
    assert entries[0] == {
        "action": "delete",
        "kind": "listing",
        "title": "Old Sea Villa",
        "resource": "gone",
        "id": "prop_1",
        "url": None,
        "account": "of Sea Villa",
        "former_resource": None,
        "drift": False,
        "hides_secrets": False,
        "fields": [
            {**lost, "name": "name", "last": "Old Sea Villa", "current": "Old Sea Villa"},
            {**lost, "name": "bedrooms", "last": 3, "current": 3},
        ],
    }
    both = next(entry for entry in entries if entry["resource"] == "both")
    assert both["fields"][1] == {
        "name": "bedrooms",
        "cause": "drift",
        "secret": False,
        "last": 3,
        "current": 9,
        "planned": 3,
    }
    assert entries[1]["fields"][0] == {
        "name": "name",
        "cause": "program",
        "secret": False,
        "planned": "Sea Villa",
    }


@pytest.mark.parametrize(
    ("sides", "icon"),
    [
        ({"last": VILLA}, "🛑 "),
        ({"last": VILLA, "current": {**VILLA, "bedrooms": 9}, "planned": VILLA}, "⚠️ "),
        ({"last": VILLA, "planned": {**VILLA, "bedrooms": 9}}, ""),
    ],
)
def test_the_first_line_says_how_grave_it_is(sides: dict[str, Any], icon: str) -> None:
    """A loss is graver than a drift, and a change that the program asks for is neither."""
    document = PreviewDocument()
    document.listing("villa", **sides)
    assert markdown(read_preview(document.text)).splitlines()[1].startswith(f"### {icon}1 ")


@pytest.mark.parametrize(
    ("sides", "head", "row"),
    [
        (
            {"last": VILLA, "current": {**VILLA, "bedrooms": 9}, "planned": VILLA},
            "Reverted: 1 Somebody changed it at SetSmart.",
            "current planned reason Bedrooms 9 3 changed outside Pulumi, was 3",
        ),
        (
            {"last": VILLA, "planned": {**VILLA, "bedrooms": 4}},
            "Changed: 1 The program declares something else than before.",
            "current planned reason Bedrooms 3 4 this change",
        ),
        (
            {"last": VILLA, "planned": {"name": "Sea Villa"}},
            "Changed: 1",
            "current planned reason Bedrooms 3 3 (no longer declared) this change",
        ),
        (
            {"last": VILLA, "planned": {**VILLA, "account": "eu"}, "op": "replace"},
            "Replaced: 1 The object is deleted at SetSmart, or set to inactive",
            "current planned reason Account — eu this change",
        ),
        (
            {"last": {**VILLA, "deletion_policy": "deactivate"}},
            "Deactivated: 1 Its status is set to inactive, and the stack knows it no longer.",
            "Sea Villa, listing prop_1 (villa)",
        ),
        (
            {"last": VILLA, "retainOnDelete": True},
            "Released: 1 It stays at SetSmart as it is, and the stack knows it no longer.",
            "Sea Villa, listing prop_1 (villa)",
        ),
        (
            {"planned": {**VILLA, "__setsmart": {"takes_over": "prop_7", "owner": "ab"}}},
            "Adopted: 1 It exists at SetSmart, and belongs to the stack from now on.",
            "field value Name Sea Villa Bedrooms 3",
        ),
    ],
)
def test_each_action_has_its_own_words(sides: dict[str, Any], head: str, row: str) -> None:
    """With what it means for the listing; the page says in each cell what it is."""
    document = PreviewDocument()
    document.listing("villa", **sides)
    report = read_preview(document.text)
    text = squeezed(rendered(markdown(report)).text)
    assert head in text
    assert row in text
    on_the_page = squeezed(_Page(page(report)).text.replace("\n", " "))
    assert head in on_the_page


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", '""'),
        (" \n", '""'),
        ("one\ntwo", "one two"),
        (None, "empty"),
        ({"pets": True, "é": [1.5]}, '{"pets": true, "é": [1.5]}'),
        (UNKNOWN, "known once it is created"),
        ({"id": UNKNOWN, "beds": 2}, '{"id": …, "beds": 2}'),
        ("x" * 300, "x" * 300),
        ("x" * 301, "x" * 300 + "…"),
        (ABSENT, "—"),
    ],
)
def test_a_value_is_shown_in_one_line(value: Any, text: str) -> None:
    """As far as a person reads it; and a secret one never."""
    assert shown(value, secret=False) == text
    assert shown(value, secret=True) == ("—" if value is ABSENT else "secret")


def test_an_empty_change_is_one_line() -> None:
    """In Markdown beside the lines that nobody sees, and the plan, which can be approved too."""
    plan = Plan.of(empty_report())
    [comment, line, *rest] = markdown(empty_report()).splitlines()
    assert comment == "<!-- pulumi-setsmart report portfolio/production -->"
    assert line.startswith("### No changes: everything at SetSmart is as declared")
    hidden = f"<!-- pulumi-setsmart plan {plan.token} -->"
    assert rest == ["", hidden, f"Plan <code>{plan.digest}</code> · 1 listing unchanged"]
    assert "No changes" in page(empty_report())
    assert json.loads(data(empty_report()))["entries"] == []


def test_a_failed_preview_says_why() -> None:
    """First of all, and without a word on drift."""
    document = PreviewDocument()
    document.listing("villa", last=VILLA, planned=VILLA, op="same", refreshed=False)
    document.says("error", "error: prop_1 is not in this account")
    report = read_preview(document.text)
    assert markdown(report).splitlines()[1].startswith("### 🛑 The preview failed · ")
    for text in (rendered(markdown(report)).text, _Page(page(report)).text):
        assert "is not in this account" in squeezed(text)
        assert "did not look at SetSmart" not in squeezed(text)


def test_a_preview_that_did_not_look_says_so() -> None:
    """Or else nobody would know that drift can be there."""
    document = PreviewDocument()
    document.listing("villa", last=VILLA, planned={**VILLA, "bedrooms": 4}, refreshed=False)
    report = read_preview(document.text)
    for text in (rendered(markdown(report)).text, _Page(page(report)).text):
        assert "did not look at SetSmart" in squeezed(text)
    assert json.loads(data(report))["refreshed"] is False


def test_no_changes_that_nobody_looked_for_are_no_proof() -> None:
    """It is not said that SetSmart holds what is declared."""
    document = PreviewDocument()
    document.listing("villa", last=VILLA, planned=VILLA, op="same", refreshed=False)
    text = markdown(read_preview(document.text))
    assert "No changes since the last deployment" in text
    assert "is as declared" not in text
    assert "did not look at SetSmart" in text


def test_secrets_are_in_no_format() -> None:
    """Even where Pulumi was told to show them."""
    document = PreviewDocument()
    hook = {"url": "https://a.example/", "events": ["a.b"], "secret": "open-sesame"}
    kind = "pulumi-python:dynamic/setsmart:WebhookSubscription"
    document.listing("hook", last=hook, planned={**hook, "secret": "open-barley"}, kind=kind)
    document.listing("other", planned=hook, kind=kind)
    document.listing(
        "turned", last=hook, current={**hook, "secret": "open-wheat"}, planned=hook, kind=kind
    )
    without = {name: value for name, value in hook.items() if name != "secret"}
    document.listing("dropped", last=hook, planned=without, kind=kind)
    report = read_preview(document.text)
    for text in (markdown(report), page(report), data(report)):
        assert "open" not in text
        assert "secret" in text


def test_the_line_that_nobody_sees_is_closed_where_it_ends() -> None:
    """Whatever a project and a stack are called."""
    report = evolve(full_report(), project="a --> <b>", stack="c\nd")
    assert marker(report) == "<!-- pulumi-setsmart report a--b/cd -->"


def test_long_reports_end_where_github_ends() -> None:
    """With the gravest still there, and how many are not."""
    document = PreviewDocument()
    for number in range(600):
        listing = {
            "name": f"Villa {number}",
            "attributes": {f"text {number}": "é" * 2000 for number in range(9)},
        }
        document.listing(f"villa-{number}", planned=listing)
    document.listing("short", planned={"name": "Villa and last of all"})
    document.listing("gone", last={"name": "Gone for good"})
    text = markdown(read_preview(document.text))
    assert len(text) < 65_536
    assert "Gone for good" in text
    left_out = re.search(r"\*\*And (\d+) more\*\*", text)
    assert left_out is not None
    assert text.count("(<code>villa") + int(left_out[1]) == 601
    # What is left out is the end, not whatever happens to be long.
    assert "last of all" not in text


def allowed(parsed: _Page) -> bool:
    tags = {"h3", "h4", "p", "ul", "li", "code", "table", "thead", "tbody", "tr", "th", "td"}
    return set(parsed.tags) <= tags | {"blockquote", "strong"} and not parsed.attributes


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("name", NASTY)
def test_no_name_of_a_listing_does_harm(name: str, *, fails: bool) -> None:
    """It formats, links, mentions and runs nothing, in Markdown or on the page."""
    report = full_report(name, fails=fails)
    in_markdown = rendered(markdown(report))
    assert allowed(in_markdown), (in_markdown.tags, in_markdown.attributes)
    assert in_markdown.tags == rendered(markdown(full_report(fails=fails))).tags
    assert squeezed(one_line(name)) in squeezed(in_markdown.text)
    assert not re.search(r"[@#]\w", in_markdown.text)
    assert "GH-12" not in in_markdown.text_outside_code
    assert markdown(report).count("<!--") == (1 if fails else 2)
    assert marker(report) == "<!-- pulumi-setsmart report portfolio/production -->"
    harmless, named = _Page(page(full_report(fails=fails))), _Page(page(report))
    assert (named.tags, named.attributes) == (harmless.tags, harmless.attributes)
    assert squeezed(one_line(name)) in squeezed(named.text)
    json.loads(data(report))


HARMLESS = full_report(fails=True)
HARMLESS_MARKDOWN, HARMLESS_PAGE = rendered(markdown(HARMLESS)), _Page(page(HARMLESS))


@given(st.text(max_size=60))
def test_no_name_at_all_does_harm(name: str) -> None:
    """Whatever it is made of."""
    report = full_report(name, fails=True)
    in_markdown = rendered(markdown(report))
    assert allowed(in_markdown)
    assert in_markdown.tags == HARMLESS_MARKDOWN.tags
    assert _Page(page(report)).tags == HARMLESS_PAGE.tags


def test_a_key_that_the_program_renames_is_shown_as_renamed() -> None:
    """Not as a change with nothing in it; what changes beside it is shown as ever."""
    document = PreviewDocument()
    document.renamed_listing("old villa", "villa", last=VILLA, planned=VILLA)
    document.renamed_listing("old loft", "loft", last=VILLA, planned={**VILLA, "bedrooms": 4})
    report = read_preview(document.text)
    for text in (rendered(markdown(report)).text, _Page(page(report)).text):
        shown_text = squeezed(text)
        assert "1 changed, 1 kept under a new key" in shown_text
        assert "(loft) its key was old loft" in shown_text
        assert "(villa) its key was old villa" in shown_text
    entries = json.loads(data(report))["entries"]
    assert [(entry["action"], entry["former_resource"]) for entry in entries] == [
        ("update", "old loft"),
        ("new key", "old villa"),
    ]


def adoption(current: dict[str, Any] | None, **fields: Any) -> dict[str, Any]:
    """Return the inputs of a listing that is adopted, and gets other values than it has."""
    decision = {"takes_over": "prop_7", "owner": "ab", "changes": bool(current)}
    return {**VILLA, **fields, f"{KEY}_takeover": {**decision, "current": json.dumps(current)}}


def test_adopted_listings_are_one_line_unless_they_change() -> None:
    """Of many, the first names; of one that gets another value, what it has now."""
    document = PreviewDocument()
    for number in range(12):
        document.listing(f"hut-{number:02}", planned=adoption({}, name=f"Hut {number:02}"))
    document.listing("villa", planned=adoption({"/bedrooms": None, "/attributes/code": "[secret]"}))
    report = read_preview(document.text)
    names = ", ".join(f"Hut {number:02}" for number in range(10))
    for text in (rendered(markdown(report)).text, _Page(page(report)).text, plain_text(report)):
        shown_text = squeezed(text)
        assert "Adopted: 13" in shown_text
        assert f"12 as they are: {names} and 2 more" in shown_text
        assert "hut-" not in shown_text
        assert "Bedrooms" in shown_text
    assert "Bedrooms empty → 3 this change" in squeezed(plain_text(report))
    fields = {entry["resource"]: entry["fields"] for entry in json.loads(data(report))["entries"]}
    assert fields["hut-00"] == []
    assert [(field["name"], field["secret"]) for field in fields["villa"]] == [
        ("bedrooms", False),
        ("attributes.code", True),
    ]


@pytest.mark.parametrize("identifier", ["prop_1", "a b/../c?d#e", "<é>)"])
def test_a_listing_leads_to_its_page(identifier: str) -> None:
    """Where an address is given for that, with the id escaped; other kinds have no page."""
    document = PreviewDocument()
    document.listing("villa", last=VILLA, planned={**VILLA, "bedrooms": 9}, id=identifier)
    document.listing("new", planned=VILLA)
    document.listing("hook", last={"url": "https://b.example/"}, kind=HOOK)
    report = read_preview(document.text)
    assert "href" not in page(report) + rendered(markdown(report)).text
    linked = evolve(report, dashboard_url="https://a.example/#/listings/{id}?tab=1")
    address = f"https://a.example/#/listings/{quote(identifier, safe='')}?tab=1"
    assert page(linked).count(f'href="{address}"') == page(linked).count("href") == 1
    html = MarkdownIt("gfm-like", {"html": True}).render(markdown(linked))
    assert html.count(f'<a href="{address}"><code>Sea Villa</code></a>') == html.count("<a ") == 1
    assert address in plain_text(linked).replace("\n", "").replace(" ", "")
    urls = {entry["resource"]: entry["url"] for entry in json.loads(data(linked))["entries"]}
    assert urls == {"villa": address, "new": None, "hook": None}


def test_a_report_says_when_it_was_made_and_what_stays() -> None:
    """The day, the stack, and how many listings are unchanged, where the preview says so."""
    document = PreviewDocument()
    for number in range(3):
        document.listing(f"same-{number}", last=VILLA, planned=VILLA, op="same")
    document.listing("villa", last=VILLA, planned={**VILLA, "bedrooms": 9})
    document.listing("new", planned=VILLA)
    report = evolve(read_preview(document.text), date="2026-11-29")
    for text in (rendered(markdown(report)).text, _Page(page(report)).text, plain_text(report)):
        shown_text = squeezed(text)
        for fact in ("2026-11-29", "3 listings unchanged", Plan.of(report).digest, "production"):
            assert fact in shown_text
    document = PreviewDocument()
    document.listing("villa", last=VILLA, planned={**VILLA, "bedrooms": 9}, refreshed=False)
    assert "unchanged" not in plain_text(read_preview(document.text))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/max_guests", "Max guests"),
        ("/url", "URL"),
        ("/doorCode", "Door code"),
        ("/house_rules/pets", "House rules: pets"),
        ("/beds/0/bed_type", "Beds: 0: bed type"),
        ("/wi-fi", "wi-fi"),
        ("/WLAN", "WLAN"),
        ("/", ""),
        ("/a b", "a b"),
    ],
)
def test_a_field_is_called_as_people_call_it(path: str, name: str) -> None:
    """In words, if its name is made of words."""
    assert field_name(FieldChange(path, 1, 2, 3)) == name


def test_a_change_of_the_state_alone_says_so() -> None:
    """There is no change without a word on it."""
    document = PreviewDocument()
    document.listing("villa", last=VILLA, planned=VILLA, op="update")
    report = read_preview(document.text)
    for text in (rendered(markdown(report)).text, _Page(page(report)).text, plain_text(report)):
        assert STATE_ONLY in squeezed(text)


@given(st.text(max_size=60))
def test_text_for_a_terminal_is_harmless(name: str) -> None:
    """No character of a listing is obeyed, and nothing is an entity."""
    text = plain_text(full_report(name, fails=True))
    assert "&#" not in text.replace(name, "")
    assert text.isprintable() or not [c for c in text if not (c.isprintable() or c == "\n")]


def test_a_deleted_listing_shows_what_is_lost() -> None:
    """Every value that SetSmart has, declared or known by name; a secret is no value to show."""
    document = PreviewDocument()
    last = {**VILLA, "attributes": {"pets": True, "door_code": "[secret]"}}
    current = {**last, "bedrooms": 9, "max_guests": 6}
    document.listing("villa", last=last, current=current)
    report = read_preview(document.text)
    for text in (rendered(markdown(report)).text, _Page(page(report)).text):
        shown_text = "".join(text.split())
        assert "fieldvalueNameSeaVillaBedrooms9Maxguests6PetstrueDoorcodesecret" in shown_text
