"""Whether a list goes on after a page, and where: pure decisions about one page. All is assumed.

A list is complete only if nothing in its responses says otherwise. What announces more is followed
in this order: a link, a cursor, a number. What announces more without saying where, or counts more
objects than were read, makes the list incomplete, and whoever reads it gets an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from attrs import field, frozen

from pulumi_setsmart.client.signals import (
    Meaning,
    Member,
    folded_name,
    meaning_of,
    members_of,
    truth,
    whole_number,
)
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.paging import PagingScheme, PagingStyle

_NOTHING = (None, "", False, 0, "0", "false", "null")
_HEADER = "header:"
_BY_LAST_ID = "starting_after"
_BEFORE_A_NAME = re.compile(r"^(x[-_])?((?:paging|pagination)[-_])?(next[-_]?)?", re.IGNORECASE)
_PARAMETERS: Mapping[str, str] = {
    "next": "cursor",
    "nexttoken": "nextToken",
    "endcursor": "after",
    "aftercursor": "after",
    "currentpage": "page",
    "currentpagenumber": "page",
    "number": "page",
    "current": "page",
    "thispage": "page",
    "currentoffset": "offset",
}
"""Query parameters whose names differ from the member of the response."""


class ForeignPageError(ValueError):
    """The next page is on another origin, where the API key must not be sent."""


@frozen
class Total:
    """How many objects a list has.

    Attributes:
        number: The number.
        source: The member of the response that says so.
    """

    number: int
    source: str


@frozen
class Page:
    """A page of a list that was read.

    Attributes:
        url: Its absolute address.
        headers: The headers of the response.
        body: The body of the response.
        ids: The ids of the objects on it, in its order.
        read: How many objects the list has shown so far, those of this page included.
        pages_read: How many pages were read so far, this one included.
    """

    url: str
    headers: Mapping[str, str]
    body: Json
    ids: Sequence[str] = ()
    read: int = 0
    pages_read: int = 1


@frozen
class Following:
    """What comes after a page.

    Attributes:
        url: The address of the next page, or None if there is none, or nothing says where.
        parameter: The query parameter that was chosen to ask for it; None where the server gave
            the address.
        announced_by: The member that says that there is more although nothing says where, or None.
        total: How many objects the list has, or None where nothing says so.
    """

    url: str | None = None
    parameter: str | None = None
    announced_by: str | None = None
    total: Total | None = None


def following(page: Page, scheme: PagingScheme | None = None) -> Following:
    """Return what comes after a page.

    Args:
        page: The page.
        scheme: How the list is paged, as far as that is configured.

    Raises:
        ForeignPageError: The next page is on another origin.
        ValueError: The address of the next page is invalid.
    """
    scheme = scheme or PagingScheme()
    signals = _PageSignals(page, scheme.totals)
    if scheme.style is PagingStyle.SINGLE:
        return Following()
    if scheme.style is not None:
        step = _configured(page, signals, scheme, scheme.style)
        announced_by = signals.flag if step is None else None
    else:
        step = _link(signals) or _cursor(signals) or _numbered(signals) or _next_in_order(signals)
        announced_by = signals.announcement if step is None else None
    if step is None:
        return Following(announced_by=announced_by, total=signals.total)
    url, parameter = step
    return Following(_same_origin(page.url, url), parameter, total=signals.total)


_Step = tuple[str, str | None]
"""The address of the next page, and the query parameter that was chosen for it, if one was."""


@frozen
class _PageSignals:
    """What a page says about the list."""

    page: Page
    counts_reliably: bool
    members: Mapping[Meaning, Sequence[Member]] = field(init=False)

    @members.default
    def _find_members(self) -> Mapping[Meaning, Sequence[Member]]:
        found: dict[Meaning, list[Member]] = {}
        for member in members_of(self.page.headers, self.page.body):
            found.setdefault(member.meaning, []).append(member)
        return found

    def of(self, *meanings: Meaning) -> Iterator[Member]:
        """Yield the members with these meanings, the outermost of each first."""
        for meaning in meanings:
            yield from self.members.get(meaning, ())

    def numbers(self, *meanings: Meaning) -> Iterator[tuple[Member, int]]:
        """Yield the members with these meanings whose value is a whole number, and the number."""
        for member in self.of(*meanings):
            number = whole_number(member.value)
            if number is not None:
                yield member, number

    @cached_property
    def total(self) -> Total | None:
        """How many objects the list has; a count of the objects on the page is no such number."""
        if not self.counts_reliably:
            return None
        size = len(self.page.ids)
        counted = [*self.numbers(Meaning.TOTAL)] or [
            (member, number) for member, number in self.numbers(Meaning.COUNT) if number != size
        ]
        counted += [
            (member, number) for member, number in self.numbers(Meaning.NUMBER) if number != size
        ]
        # On an empty page, this is the number of the pages.
        counted += [
            (member, number)
            for member, number in self.numbers(Meaning.PAGES_OR_TOTAL)
            if size or number > self.page.pages_read
        ]
        totals = [Total(number, member.name) for member, number in counted]
        return max(totals, key=lambda total: total.number, default=None)

    @cached_property
    def pages(self) -> tuple[Member, int] | None:
        """How many pages there are, and what says so."""
        if not self.counts_reliably:
            return None
        found = next(self.numbers(Meaning.PAGES), None) or next(self._last_pages(), None)
        if found is None or "last" not in folded_name(found[0].own_name):
            return found
        current = next((number for _, number in self.numbers(Meaning.PAGE)), None)
        from_0 = current is not None and current == self.page.pages_read - 1
        return found[0], found[1] + from_0

    def _last_pages(self) -> Iterator[tuple[Member, int]]:
        """Yield the numbers of the last page, which its address may hold."""
        for member in self.of(Meaning.END):
            number = whole_number(member.value)
            if number is None and isinstance(member.value, str):
                number = _page_in(member.value)
            if number is not None and "last" in folded_name(member.own_name):
                yield member, number

    @cached_property
    def may_have_pages(self) -> Member | None:
        """What says that there are more pages, or else how many objects; None if nothing does."""
        if self.pages is not None:
            return None
        for member, number in self.numbers(Meaning.PAGES_OR_TOTAL):
            if self.counts_reliably and self.page.ids and number > self.page.pages_read:
                return None if self.is_short else member
        return None

    @cached_property
    def is_short(self) -> bool:
        """Whether the page has room for more objects."""
        return any(limit > len(self.page.ids) for _, limit in self.numbers(Meaning.LIMIT))

    @cached_property
    def flag(self) -> str | None:
        """The member that says, with a plain yes or no, that there is more; None if none does."""
        return next((member.name for member, more in self._flags() if more), None)

    @cached_property
    def is_said_to_end(self) -> bool:
        """Whether a member says that this was the last page, or leaves the next one empty."""
        next_ones = [
            member.value
            for member in self.of(Meaning.NEXT, Meaning.CURSOR, Meaning.NEXT_OFFSET)
            if member.is_about_what_follows
        ]
        left_empty = bool(next_ones) and all(value in _NOTHING for value in next_ones)
        return self.flag is None and (any(True for _ in self._flags()) or left_empty)

    def _flags(self) -> Iterator[tuple[Member, bool]]:
        for member in self.of(Meaning.MORE, Meaning.NEXT, Meaning.END):
            value = member.value
            number = whole_number(value)
            if member.meaning is Meaning.MORE and number is not None:
                value = number > 0
            flag = truth(value)
            if flag is not None:
                yield member, flag != (member.meaning is Meaning.END)

    @cached_property
    def is_full(self) -> Member | None:
        """What says that the page has as many objects as one can have; None if nothing does."""
        is_counted = self.total is not None or self.pages is not None
        if is_counted or self.is_said_to_end or not self.page.ids:
            return None
        for member, limit in self.numbers(Meaning.LIMIT):
            if 0 < limit <= len(self.page.ids):
                return member
        return None

    @cached_property
    def announcement(self) -> str | None:
        """The member that announces more without saying where; None if there is none."""
        if self.flag is not None:
            return self.flag
        if self.pages is not None and self.pages[1] > self.page.pages_read:
            return self.pages[0].name
        if self.is_said_to_end:
            return None
        if self.may_have_pages is not None:
            return self.may_have_pages.name
        for member in self.of(
            Meaning.NEXT, Meaning.CURSOR, Meaning.NEXT_OFFSET, Meaning.HINT, Meaning.MORE
        ):
            if member.value not in _NOTHING and (self.page.ids or not self.was_sent(member)):
                return member.name
        # A limit in a header may be that of requests, and a size that of this page.
        full = self.is_full
        return full.name if full and not full.in_header and full.own_name != "size" else None

    def was_sent(self, member: Member) -> bool:
        """Return whether a member only repeats a query parameter of the request."""
        return str(member.value) in dict(parse_qsl(urlsplit(self.page.url).query)).values()


def _link(signals: _PageSignals) -> _Step | None:
    for member in signals.of(Meaning.NEXT, Meaning.CURSOR):
        if member.meaning is Meaning.CURSOR and signals.is_said_to_end:
            continue  # it leads to objects that do not exist yet
        text = member.value.strip() if isinstance(member.value, str) else ""
        relative = member.meaning is Meaning.NEXT and (text.startswith("/") or "?" in text)
        if text and (relative or member.name == "Link" or "://" in text):
            return text, None
    return None


def _cursor(signals: _PageSignals) -> _Step | None:
    if signals.is_said_to_end:  # then a cursor tells where the list ended
        return None
    for member in signals.of(Meaning.CURSOR, Meaning.NEXT, Meaning.NEXT_OFFSET, Meaning.OFFSET):
        if _is_token(member) and not signals.was_sent(member):
            return _asking(signals.page.url, _parameter(member), str(member.value))
    return None


def _is_token(member: Member) -> bool:
    """Return whether the value of a member is a cursor rather than a number or an address."""
    value = member.value
    if member.meaning is Meaning.CURSOR:
        return value not in _NOTHING and isinstance(value, str | int)
    if member.meaning is Meaning.OFFSET and folded_name(member.own_name) != "offset":
        return False  # the beginning of a period, perhaps
    is_text = isinstance(value, str) and value not in _NOTHING and truth(value) is None
    return is_text and whole_number(value) is None


def _numbered(signals: _PageSignals) -> _Step | None:
    """Return the next page if a number says that there is one."""
    page = signals.page
    current = next(signals.numbers(Meaning.PAGE), None)
    for member, number in signals.numbers(Meaning.NEXT):
        if number and (current is None or number > current[1]):
            return _asking(page.url, _page_parameter(page.url, member), str(number))
    more_counted = bool(page.ids) and signals.total is not None and page.read < signals.total.number
    for member, number in signals.numbers(Meaning.NEXT_OFFSET):
        if number and page.ids and (signals.total is None or more_counted):
            return _asking(page.url, _parameter(member), str(number))
    if current is not None:
        more = more_counted or signals.may_have_pages is not None
        if signals.pages is not None:
            more = page.pages_read < signals.pages[1]
        if more:
            return _page_after(page, *current)
    for member, number in signals.numbers(Meaning.OFFSET):
        if more_counted:
            return _asking(page.url, _parameter(member), str(number + len(page.ids)))
    return None


def _next_in_order(signals: _PageSignals) -> _Step | None:
    """Return the next page if the response says that there is one, or this page is full."""
    page = signals.page
    if (signals.flag is None and signals.is_full is None) or not page.ids:
        return None
    for member, number in signals.numbers(Meaning.PAGE):
        return _page_after(page, member, number)
    for member, number in signals.numbers(Meaning.OFFSET):
        return _asking(page.url, _parameter(member), str(number + len(page.ids)))
    return _asking(page.url, _BY_LAST_ID, page.ids[-1]) if signals.flag is not None else None


def _page_after(page: Page, member: Member, number: int) -> _Step:
    return _asking(page.url, _page_parameter(page.url, member), str(number + 1))


def _configured(
    page: Page, signals: _PageSignals, scheme: PagingScheme, style: PagingStyle
) -> _Step | None:
    if scheme.field is not None:
        value = _at(page, scheme.field)
        if value in _NOTHING:
            return None
        if not isinstance(value, str | int | float):
            raise ValueError(scheme.field)
        if style is PagingStyle.LINK:
            return str(value), None
        number = whole_number(value)
        return _asking(
            page.url,
            scheme.parameter or _USUAL_PARAMETERS[style],
            str(value if number is None else number),
        )
    if not page.ids or (signals.total is not None and page.read >= signals.total.number):
        return None
    match style:
        case PagingStyle.PAGE:
            first = 1 if scheme.first is None else scheme.first
            step = str(first + page.pages_read)
        case PagingStyle.OFFSET:
            step = str((scheme.first or 0) + page.read)
        case _:
            step = page.ids[-1]
            return _asking(page.url, scheme.parameter or _BY_LAST_ID, step)
    return _asking(page.url, scheme.parameter or _USUAL_PARAMETERS[style], step)


_USUAL_PARAMETERS = {
    PagingStyle.PAGE: "page",
    PagingStyle.OFFSET: "offset",
    PagingStyle.CURSOR: "cursor",
}


def _at(page: Page, path: str) -> Json:
    """Return what is at the path of a member of the body, or in the header that it names."""
    if path.startswith(_HEADER):
        return page.headers.get(path.removeprefix(_HEADER).strip())
    value = page.body
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _parameter(member: Member) -> str:
    """Return the query parameter that asks for what a member says."""
    known = _PARAMETERS.get(folded_name(member.own_name))
    if known is not None:
        return known
    name = _BEFORE_A_NAME.sub("", member.own_name, count=1).rsplit(".", 1)[-1].lstrip("@")
    return (name[:1].lower() + name[1:]).replace("-", "_")


def _page_parameter(url: str, member: Member) -> str:
    """Return the query parameter that asks for a page: the one in the address, if there is one."""
    for name, _ in parse_qsl(urlsplit(url).query):
        if meaning_of(name) is Meaning.PAGE:
            return name
    return "page" if folded_name(member.own_name) == "next" else _parameter(member)


def _page_in(address: str) -> int | None:
    """Return the number of the page that an address asks for, or None if it asks for none."""
    for name, value in parse_qsl(address.partition("?")[2]):
        if meaning_of(name) is Meaning.PAGE:
            return whole_number(value)
    return None


def _asking(url: str, parameter: str, value: str) -> _Step:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | {parameter: value}
    return urlunsplit(parts._replace(query=urlencode(query))), parameter


def _same_origin(url: str, address: str) -> str:
    target = urlsplit(urljoin(url, address))
    here = urlsplit(url)
    if (target.scheme, target.netloc) != (here.scheme, here.netloc):
        raise ForeignPageError
    return urlunsplit(target)
