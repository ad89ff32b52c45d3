"""The words that a recording may hold: those written here, and no others.

A name that an account uses (of a field, a header or a query parameter) is kept only if it is made
of these words. Anything else could be somebody's name, so it is replaced. Whoever needs one more
word for a recording adds it here.
"""

from __future__ import annotations

import re

from pulumi_setsmart.client.envelope import USUAL_ENVELOPES
from pulumi_setsmart.client.signals import Meaning, meaning_of

_LONGEST_NAME = 40
_MOST_WORDS = 6
_MOST_DIGITS = 2

DOCUMENTED_NAMES = frozenset(
    {
        "id",
        "name",
        "address",
        "bedrooms",
        "bathrooms",
        "max_guests",
        "status",
        "url",
        "events",
        "secret",
        "created_at",
        "updated_at",
        "error",
        "errors",
        "code",
        "message",
        "field",
    }
)
"""Names of the contract: they are kept even if the account holds one as a value."""

DOCUMENTED_VALUES = {"status": frozenset({"active"})}
"""By the name of a field, the values that SetSmart documents. No other value is ever kept."""

ENVELOPES = (
    *("properties", "property", "webhooks", "webhook", "listings", "listing"),
    *USUAL_ENVELOPES,
)
"""The names under which servers put lists and objects: those that the client reads them from."""

_AROUND = frozenset("meta metadata pagination paging links _links cursors self href rel".split())
"""The names under which servers put what they tell of paging."""

_EXACT = frozenset(Meaning) - {Meaning.HINT, Meaning.TOTAL, Meaning.COUNT}
"""What a name means for paging only if the client's table has the whole of it."""

WORDS = frozenset(
    # What APIs say of their responses.
    """
    account accounts action actions active after all allow allowed answer any api app are array
    at attribute attributes base batch before begin body bookmark bool boolean by cache call
    cancel category channel channels class client code codes collection collections column
    complete config content context continuation control count counts created createdat creation
    current currentpage cursor custom customs data database date dates datetime default deleted
    deletedat description detail details direction disabled doc document documentation done down
    draft each elements embedded empty enabled end ended entity entries entry envelope error
    errors etag evaluated event events exists expand expires external extra failed field fields
    file files filter filters finished first flag flags for format found from full group groups
    has hash hasmore headers height href http hydra id identifier ids image images in included
    index info input instance integration internal is item items json key keys kind label labels
    language last lastname lastpage length level limit limits link links list listed loc locale
    location lock locked log long machine main map marker matches max maximum member message
    messages meta metadata method min minimum mode model modified modifiedat more msg my name
    names new next nextpage no not note notes notification null num number numberofelements
    numbers object objects odata of off offset on only option options order ordering org
    organisation organization origin other others out output owned owner owners page pagecount
    pagenumber pager pages pagesize pagination paginator paging parameter parameters params
    parent partial password patch path payload per permission permissions perpage position
    prefix prev previous primary priority private problem profile properties property provider
    public published publishedat query range rank ratio raw read ready reason record records ref
    reference references refresh region rel related relation relationships remaining remote
    request requests required reset resource response responses result results resumption retry
    returned role roles root row rows schema scope scroll search second seconds secret secrets
    section self sequence server service session set setting settings shared show shown size
    skip skipped slug sort source stack start started starting state status statuses string
    subscription subscriptions suffix sync synced tag tags take target team tenant text time
    timestamp timezone title to token tokens top total totalcount totalelements totalitems
    totalpages totalrecords totalresults totals trace truncated type types uid unit units until
    up updated updatedat url urls user users uuid valid value values version versions via
    visible warning warnings webhook webhooks width with write x zone
    """.split()
    # What listings and their bookings are made of.
    + """
    accessible accommodation accommodations address adult adults air airbnb alarm amenities
    amenity apartment area arrival arrivals attributes availability available balcony bath
    bathroom bathrooms baths bathtub bed bedding bedroom bedrooms beds block blocked bookable
    booking bookings breakfast building calendar cancellation capacity car charge charges check
    checkin checkout child children city cleaning close closed coffee comment comments
    commission complex conditioning contact cost costs country cover crib currency day days
    deposit description discount discounts distance district door dryer duration early elevator
    email emergency entire entrance expenses extra family features fee fees fireplace firstname
    floor floors furnished garage geo guest guests gym hair headline heating highlights host
    hosts hot hours house household houserules infants instant instructions iron kitchen lat
    late latitude laundry lead legal licence license line lines listing listings lng local lock
    lon long longitude maintenance manager market markup microwave minutes month monthly months
    neighborhood neighbourhood nickname night nightly nights notice occupancy open oven parking
    parties party payment payments payout pet pets phone photo photos picture pictures place
    policies policy pool portfolio postal postcode preparation price prices pricing private
    quantity quiet rate rates rating ratings registration rent rental reservation reservations
    review reviews room rooms rule rules safety season seasonal seasons security shower single
    size smart smoke smoking sofa space square stay stays stove street summary surface tax taxes
    terms thermostat towels tub tv unit vacation vat washer water week weekend weekly weeks
    welcome wheelchair wifi window year years zip zipcode
    """.split()
)
"""The words of which names are made. No first or last name and no place is among them."""

_NAME = re.compile(rf"[@$_]{{0,2}}[A-Za-z][A-Za-z0-9_.:\[\]-]{{0,{_LONGEST_NAME - 1}}}")
_REPLACED = re.compile(r"field_[0-9]+")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def is_known(name: str) -> bool:
    """Return whether a name is one that may be kept: an identifier made of known words."""
    if _NAME.fullmatch(name) is None:
        return False
    if _REPLACED.fullmatch(name):  # it would be taken for one that was replaced
        return False
    if meaning_of(name) in _EXACT:
        return True
    words = _PARTS.findall(name)
    return len(words) <= _MOST_WORDS and all(map(_is_word, words))


def _is_word(word: str) -> bool:
    if word.isdigit():
        return len(word) <= _MOST_DIGITS
    return word.lower() in WORDS


class Names:
    """What the names of an account are called in its recording, the same everywhere in it.

    Args:
        values: Every string that the account holds as a value. A name that is one of them is
            replaced, unless the contract has it or it says how the response is built.
    """

    def __init__(self, values: frozenset[str]) -> None:
        self._values = values
        self._replaced: dict[str, str] = {}

    @property
    def replaced(self) -> int:
        """How many names were replaced so far."""
        return len(self._replaced)

    def shown(self, name: str) -> str:
        """Return what a name is called: itself, or ``field_1`` where it is not known to be safe."""
        if _is_structure(name) or (is_known(name) and name not in self._values):
            return name
        return self._replaced.setdefault(name, f"field_{len(self._replaced) + 1}")


def _is_structure(name: str) -> bool:
    """Return whether a name is in the contract, or says how a response is built."""
    return (
        name in DOCUMENTED_NAMES
        or name in ENVELOPES
        or name in _AROUND
        or (meaning_of(name) is not None and is_known(name))
    )
