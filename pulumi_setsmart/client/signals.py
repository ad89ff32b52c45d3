"""What a page of a list says about the rest of the list: the words for it, and where they are.

APIs agree on a few words, but not on their spelling: `total_pages`, `totalPages`,
`X-Total-Pages` and `meta.pagination.total_pages` say the same. So names are compared by their
words, and one table says what each word means. All of it is assumed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto

from attrs import evolve, frozen

from pulumi_setsmart.models.json import Json, JsonObject

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_WHOLE_NUMBER = re.compile(r"([0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.0+)?")
_RANGE_OF_ALL = re.compile(r"\s*\d+\s*[-\u2013]\s*\d+\s*(?:of|/)\s*(\d{1,15})\s*")
_AT_LEAST = re.compile(r"\s*(\d{1,15})\s*\+\s*")
_PAGE_OF_ALL = re.compile(r"\s*(\d{1,15})\s*(?:of|/)\s*(\d{1,15})\s*")
_CONTENT_RANGE = re.compile(r"\s*(?:[\w-]+[\s=]+)?(?:\d+-\d+|\*)/(\d{1,15})\s*")
_LINK = re.compile(r"""<([^<>]*)>((?:[^"<]|"(?:[^"\\]|\\.)*")*)""")
_RELATION = re.compile(r"""(?:^|[;\s])rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))""", re.IGNORECASE)
_LEADS_NOWHERE = re.compile(r"""(?:^|[;\s])results\s*=\s*"?false""", re.IGNORECASE)
"""A parameter of links to a page that exists but is empty."""

_DEEPEST = 4


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Meaning(Enum):
    """What a member of a response means for the list it is a page of."""

    NEXT = auto()
    """What to ask for next: an address, a page number or a cursor, as its value shows."""
    CURSOR = auto()
    """A string that asks for the next page."""
    MORE = auto()
    """Whether there is more."""
    END = auto()
    """Whether this is the end; a number is that of the last page."""
    PAGE = auto()
    """The number of this page."""
    PAGES = auto()
    """How many pages there are."""
    OFFSET = auto()
    """How many objects come before this page."""
    NEXT_OFFSET = auto()
    """How many objects come before the next page."""
    LIMIT = auto()
    """How many objects a page has at most."""
    TOTAL = auto()
    """How many objects there are."""
    COUNT = auto()
    """How many objects there are, or are on this page."""
    PAGES_OR_TOTAL = auto()
    """How many pages there are, or objects: the name fits both."""
    NUMBER = auto()
    """How many objects there are, or are on this page, under a name that lists usually have."""
    HINT = auto()
    """Something that announces more in words that are not in the table."""


_NAMES: Mapping[Meaning, str] = {
    Meaning.NEXT: """
        next nextpage nexturl nexturi nextlink nexthref nextpageurl nextpageuri nextpagelink
        nextpagehref nextrecordsurl nextpath nextpagepath""",
    Meaning.CURSOR: """
        nextcursor cursornext nextpagecursor nextpagetoken nexttoken nextkey nextmarker nextbookmark
        nextid nextcontinuationtoken continuationtoken continuation continue endcursor aftercursor
        cursor after startingafter nextstartingafter pagetoken scrollid resumptiontoken marker
        bookmark lastevaluatedkey nextbatch pagingstate afterurl afterlink""",
    Meaning.MORE: """
        more hasmore hasnext hasnextpage hasmorepages hasmoreresults hasmoreitems hasmorerecords
        hasmoredata morepages moreresults moreitems moredata moreavailable moreitemsincollection
        truncated istruncated incomplete incompleteresults partial ispartial remaining
        remainingcount remainingitems remainingitemcount remainingresults remainingrecords
        itemsremaining itemsleft""",
    Meaning.END: """
        last islast lastpage islastpage done isdone complete iscomplete finished end isend endoflist
        endofstream endofresults endofdata eof nomore nomoreitems nomoreresults nomorepages final
        reachedend""",
    Meaning.PAGE: """
        page currentpage pagenumber pageno pagenum pageindex currentpagenumber number current
        thispage""",
    Meaning.PAGES: """
        totalpages pages pagecount pagescount numpages numberofpages totalpagecount totalpage
        pagetotal pagestotal maxpage lastpagenumber nbpages nbofpages""",
    Meaning.OFFSET: "offset skip start startindex startat from currentoffset",
    Meaning.NEXT_OFFSET: "nextoffset nextskip nextstart nextstartindex nextstartat nextfrom",
    Meaning.LIMIT: """
        limit perpage pagesize pagelimit size itemsperpage resultsperpage recordsperpage maxresults
        take maxitems maxpagesize""",
    Meaning.TOTAL: """
        total totals totalcount totalitems totalitem totalresults totalrecords totalelements
        totalentries totalobjects totalsize totaldocs totalrows totalhits totalnumber totalfound
        grandtotal numfound recordstotal recordsfiltered itemstotal resultstotal""",
    Meaning.COUNT: """
        count itemcount itemscount resultcount resultscount recordcount recordscount objectcount
        entrycount rowcount length quantity""",
    Meaning.PAGES_OR_TOTAL: "of",
    Meaning.NUMBER: "records results items entries rows hits elements",
}
_MEANINGS: Mapping[str, Meaning] = {
    name: meaning for meaning, names in _NAMES.items() for name in _words_of(names)
}

_PREFIXES = frozenset({"x", "wp", "odata", "hydra", "opensearch", "pagination", "paging"})
"""Words before a name that add nothing: `X-Total`, `@odata.count`, `X-Pagination-Page-Count`."""

_TOTAL_WORDS = frozenset({"total", "totals"})
_COUNTING_WORDS = frozenset({"count", "found", "available", "matches"})
_NUMBER_OF = re.compile("(number of|num|nb) ")
_HINTING_WORDS = frozenset({"next", "more", "continuation", "truncated"})
_GLUED_HINTS = frozenset({"hasmore", "hasnext"})
"""Names whose words run together once a header is in lower case: `X-Acme-HasMore`."""

_WORDS_OF_NO_HINT = _words_of(
    """
    previous prev info help details docs documentation step steps update date at time run sync
    billing payment arrival reservation booking guest invoice payout charge renewal cleaning
    checkin checkout
    """
)
_OTHER_WORDS = _words_of(
    """
    rate limit limits retry page pages per previous prev amount price revenue value sum cost fee
    nights guests time duration ms seconds bytes requests request remaining used unread
    selected cached deleted scanned query queries quota calls sql
    """
)
"""A total with one of these words does not count the objects of a list."""


_PAGING_CONTAINERS = _words_of(
    """
    meta metadata pagination paging pager paginator page pages pageable cursor cursors link links
    info navigation next view response result results data payload body list embedded set search
    range summary collection aggregate
    """
)
_NAMES_OF_PAGING = frozenset({"meta", "metadata", "pagination", "paging", "pager", "paginator"})
_COUNTERS = frozenset({"counts", "stats", "statistics"})
_CONTAINING = frozenset(
    {Meaning.NEXT, Meaning.CURSOR, Meaning.TOTAL, Meaning.COUNT, Meaning.PAGE, Meaning.PAGES}
)
_PLAIN_MEANINGS = frozenset({Meaning.NEXT, Meaning.MORE, Meaning.PAGES, Meaning.HINT})
_LEADING_ON = frozenset({Meaning.NEXT, Meaning.CURSOR, Meaning.NEXT_OFFSET, Meaning.HINT})

_LINK_NAMES = ("href", "url", "link", "uri")
_OF_THE_NEXT_PAGE: Mapping[Meaning | None, Meaning] = {
    Meaning.PAGE: Meaning.NEXT,
    Meaning.OFFSET: Meaning.NEXT_OFFSET,
}
"""What a name means inside an object about the next page: `{"next": {"page": 2}}`."""

_NUMBER_NAMES = frozenset({"value", "number", "count", "all", "exact", "total"})
"""Names of the number in a total that is an object: `{"total": {"value": 5, "relation": "eq"}}`."""


@frozen
class Member:
    """A member of a response that says something about the list.

    Attributes:
        name: What a message calls it: ``meta.total_pages``, ``X-Total-Count``.
        own_name: Its name without that of its container, as the server spells it.
        depth: How many objects it is inside; headers are deeper than everything in a body.
        meaning: What it means.
        value: Its value.
    """

    name: str
    own_name: str
    depth: int
    meaning: Meaning
    value: Json

    @property
    def is_about_what_follows(self) -> bool:
        """Whether its name says so; other cursors may only repeat the query of the page."""
        own_name = folded_name(self.own_name)
        container = folded_name(self.name.rsplit(".", 2)[-2]) if "." in self.name else ""
        return "next" in own_name + container or container in ("cursor", "cursors")

    @property
    def in_header(self) -> bool:
        """Whether it is a header of the response."""
        return self.depth > _DEEPEST


_WORDS_OF_OTHER_HEADERS = frozenset(
    {"rate", "ratelimit", "retry", "content", "cache", "accept", "remaining"}
)


def members_of(headers: Mapping[str, str], body: Json) -> list[Member]:
    """Return what a page says about the list, the outermost first.

    Args:
        headers: The headers of the response.
        body: Its body.
    """
    found = [*_in_body(body, "", 0)] if isinstance(body, dict) else []
    return sorted([*found, *_in_headers(headers)], key=lambda member: member.depth)


def meaning_of(name: str) -> Meaning | None:
    """Return what a name means for a list, or None if it means nothing."""
    meaning = _MEANINGS.get(folded_name(name))
    if meaning is not None:
        return meaning
    words = {*_words(name)}
    glued = any(_MEANINGS.get(word) in _LEADING_ON and "next" in word for word in words)
    hints = glued or words & (_HINTING_WORDS | _GLUED_HINTS)
    if hints and not words & _WORDS_OF_NO_HINT:
        return Meaning.HINT
    if words & _OTHER_WORDS:
        return None
    if words & _TOTAL_WORDS or any(_MEANINGS.get(word) is Meaning.TOTAL for word in words):
        return Meaning.TOTAL
    counts = words & _COUNTING_WORDS or _NUMBER_OF.match(" ".join(_words(name)))
    return Meaning.COUNT if counts else None


def whole_number(value: Json) -> int | None:
    """Return a whole number of 0 or more, which may be written as a string, or None."""
    if isinstance(value, str):
        written = _WHOLE_NUMBER.fullmatch(value.strip())
        return None if written is None else int(written.group(1).replace(",", ""))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value >= 0 and value == int(value) else None


_TRUTHS = {"true": True, "yes": True, "y": True, "false": False, "no": False, "n": False}


def truth(value: Json) -> bool | None:
    """Return a boolean, which may be written as a string, or None."""
    if isinstance(value, bool):
        return value
    return _TRUTHS.get(str(value).strip().lower())


def folded_name(name: str) -> str:
    """Return a name without case, separators and prefixes that add nothing."""
    return "".join(_words(name))


def _words(name: str) -> list[str]:
    words = [word.lower() for word in _WORD.findall(name)]
    while len(words) > 1 and words[0] in _PREFIXES:
        del words[0]
    return words


def _in_body(body: JsonObject, inside: str, depth: int) -> Iterator[Member]:
    container = meaning_of(inside.rstrip(".").rsplit(".", 1)[-1]) if inside else None
    for own_name, value in body.items():
        name = f"{inside}{own_name}"
        meaning = _meaning_inside(container, own_name)
        if isinstance(value, dict):
            if depth < _DEEPEST and own_name != "self":
                yield from _of_container(value, f"{name}.", depth + 1, own_name)
        elif isinstance(value, list):
            yield from _relations(value, f"{name}.", depth + 1)
            yield from _of_list(value, meaning, name, own_name, depth)
            if len(value) == 1 and isinstance(value[0], dict) and _is_about_paging(own_name):
                yield from _of_container(value[0], f"{name}.", depth + 1, own_name)
        elif isinstance(value, str) and (counted := _RANGE_OF_ALL.fullmatch(value)):
            yield Member(name, own_name, depth, Meaning.TOTAL, counted.group(1))
        elif meaning is not None:
            yield from _of_value(Member(name, own_name, depth, meaning, value))


def _of_value(member: Member) -> Iterator[Member]:
    """Yield what a member says; its value may be words: `2+` objects, page `1 of 3`."""
    text = member.value if isinstance(member.value, str) else ""
    more = _AT_LEAST.fullmatch(text)
    paged = _PAGE_OF_ALL.fullmatch(text)
    if more is not None and member.meaning in (Meaning.TOTAL, Meaning.COUNT, Meaning.PAGES):
        yield evolve(member, value=int(more.group(1)) + 1)
    elif paged is not None and member.meaning is Meaning.PAGE:
        yield evolve(member, value=paged.group(1))
        yield evolve(member, meaning=Meaning.PAGES, value=paged.group(2))
    else:
        yield member


def _is_about_paging(name: str) -> bool:
    """Return whether a name is that of information about a list, and never of the list."""
    return bool({*re.split("[_-]", name.lower())} & _NAMES_OF_PAGING)


def _meaning_inside(container: Meaning | None, own_name: str) -> Meaning | None:
    """Return what a name means inside an object whose own name has a meaning, too."""
    meaning = meaning_of(own_name)
    name = own_name.lower()
    if container is Meaning.NEXT:
        is_link = meaning is None and name in _LINK_NAMES
        return Meaning.NEXT if is_link else _OF_THE_NEXT_PAGE.get(meaning, meaning)
    if container in (Meaning.PAGE, Meaning.PAGES) and name in ("total", "count"):
        return Meaning.PAGES_OR_TOTAL
    if container in (Meaning.TOTAL, Meaning.COUNT) and name in _NUMBER_NAMES:
        return container
    return meaning


def _of_list(
    value: list[Json], meaning: Meaning | None, name: str, own_name: str, depth: int
) -> Iterator[Member]:
    """Yield what a list with a meaningful name says: links, or a cursor of several parts."""
    if meaning in (Meaning.TOTAL, Meaning.PAGES) and len(value) == 1:
        yield Member(name, own_name, depth, meaning, value[0])
    if meaning not in _LEADING_ON or not value:
        return
    links = [element for element in value if isinstance(element, dict)]
    for link in links:
        yield from _in_body(link, f"{name}.", depth + 1)
    if not links:
        yield Member(name, own_name, depth, Meaning.HINT, value=True)


def _of_container(
    container: JsonObject, inside: str, depth: int, own_name: str
) -> Iterator[Member]:
    """Yield what an inner object says; one about other things counts only if it is plain."""
    has_list = any(isinstance(value, list) for value in container.values())
    meaning = meaning_of(own_name)
    words = {*_words(own_name)}
    is_about_paging = has_list or meaning in _CONTAINING or bool(words & _PAGING_CONTAINERS)
    found = [
        member
        for member in _in_body(container, inside, depth)
        if is_about_paging or _is_plain(member) or (words & _COUNTERS and _is_total(member))
    ]
    yield from found
    if meaning in _LEADING_ON and not found and any(container.values()):
        # It leads to more, but nothing in it explains how: a key of a database, for example.
        yield Member(inside.rstrip("."), own_name, depth - 1, Meaning.HINT, value=True)


def _is_plain(member: Member) -> bool:
    """Return whether a member is about a list wherever it is; a remaining number may be a quota."""
    is_number = whole_number(member.value) is not None
    return member.meaning in _PLAIN_MEANINGS and not (member.meaning is Meaning.MORE and is_number)


def _is_total(member: Member) -> bool:
    return member.meaning is Meaning.TOTAL and folded_name(member.own_name) in _MEANINGS


def _relations(links: list[Json], inside: str, depth: int) -> Iterator[Member]:
    """Yield the next link in a list of links: `[{"rel": "next", "href": …}]`."""
    for link in links:
        if isinstance(link, dict) and "next" in _relations_of(link):
            for name in _LINK_NAMES:
                if link.get(name):
                    yield Member(f"{inside}next", "next", depth, Meaning.NEXT, link[name])


def _relations_of(link: JsonObject) -> list[str]:
    value = link.get("rel")
    relations = value if isinstance(value, list) else str(value).split()
    return [str(relation).lower() for relation in relations]


def _in_headers(headers: Mapping[str, str]) -> Iterator[Member]:
    depth = _DEEPEST + 1
    for name, text in headers.items():
        value: Json = text.strip()
        words = {*_words(name)}
        if name.lower() == "link":
            for address in _links(text, "next"):
                yield Member("Link", name, depth, Meaning.NEXT, address)
            for address in _links(text, "last"):
                yield Member("Link", "last", depth, Meaning.END, address)
        elif name.lower().endswith("content-range"):
            counted = _CONTENT_RANGE.fullmatch(text)
            if counted is not None:
                yield Member(name.title(), name, depth, Meaning.TOTAL, counted.group(1))
        elif _is_about_paging(name) and text.lstrip().startswith("{"):
            yield from _in_body(_object_in(text), f"{name}: ", depth)
        elif not words & _WORDS_OF_OTHER_HEADERS:
            meaning = meaning_of(name)
            if meaning is not None:
                yield Member(name, name, depth, meaning, value)


def _links(header: str, relation: str) -> Iterator[str]:
    for address, parameters in _LINK.findall(header):
        for quoted, bare in _RELATION.findall(parameters):
            words = (quoted or bare).strip("'").lower().split()
            if relation in [
                word.rsplit("/", 1)[-1] for word in words
            ] and not _LEADS_NOWHERE.search(parameters):
                yield address


def _object_in(text: str) -> JsonObject:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
