"""The account that a run asks, and what was seen of it."""

from typing import Any

import attrs
import httpx
import pytest
from support.in_memory_account import InMemoryAccount
from support.messages import raises
from support.mock_client import BASE_URL, KEY, client_of

from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import ServerError, WrongAccountError
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.list_cache import NeededFields
from pulumi_setsmart.lifecycle.run import Run
from pulumi_setsmart.lifecycle.state_metadata import AccountMark, StateMetadata, name_digest
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record


def objects(*identifiers: str) -> dict[str, dict[str, Any]]:
    """Return listings with these ids."""
    return {
        f"/properties/{identifier}": {"id": identifier, "name": identifier}
        for identifier in identifiers
    }


def called(identifier: str, name: str | None = None) -> Record:
    """Return a listing as it was read; it is called as its id is, unless it is said otherwise."""
    return Record(identifier, {"id": identifier, "name": name or identifier})


def account_of(
    fake: InMemoryAccount, *, accept_change: bool = False, key: str = KEY
) -> tuple[Account, Collection]:
    """Return an account as a new process has it, and its listings."""
    client = fake.lifecycle(key=key).account.client
    account = Account(client, accept_change=accept_change, run=Run())
    return account, Collection(client, "/properties")


def elsewhere(*siblings: str) -> StateMetadata:
    """Return the metadata of an object that was seen in another account."""
    return StateMetadata(account=AccountMark("https://other.example/v1", "00", [*siblings]))


def test_a_new_account_costs_one_look_at_the_list() -> None:
    """Many objects that moved cost one request, not one each."""
    fake = InMemoryAccount(objects("a", "b"))
    account, listings = account_of(fake)
    for identifier in ("a", "b", "c"):
        account.mark(listings, called(identifier), elsewhere(), "name")
    assert [path for method, path, _ in fake.sent if method == "GET"] == ["/properties"]


def test_a_mark_in_the_same_account_costs_no_request() -> None:
    """A single object that is refreshed costs its own GET and no more."""
    fake = InMemoryAccount(objects("a", "b"))
    account, listings = account_of(fake)
    assert account.mark(listings, called("a"), StateMetadata(), "name").siblings == []
    assert fake.sent == []


def test_the_siblings_of_an_object_are_a_few_other_objects() -> None:
    """It is not its own sibling, and three are enough."""
    account, listings = account_of(InMemoryAccount(objects("a", "b", "c", "d", "e")))
    account.list_cache(listings).read_first_page(listings)
    assert account.mark(listings, called("b"), StateMetadata(), "name").siblings == ["a", "c", "d"]


def test_objects_created_in_one_run_are_siblings() -> None:
    """A stack that begins with an empty account can prove its deletions too."""
    account, listings = account_of(InMemoryAccount())
    assert account.mark(listings, called("first"), StateMetadata(), "name").siblings == []
    assert account.mark(listings, called("second"), StateMetadata(), "name").siblings == ["first"]


def test_a_full_mark_stays_as_it_is() -> None:
    """The state of an object changes with the object only."""
    account, listings = account_of(InMemoryAccount(objects("a", "b", "c", "d")))
    full = StateMetadata(
        account=account.mark(listings, called("d"), StateMetadata(salt="00"), "name"), salt="00"
    )
    later, same_listings = account_of(fake := InMemoryAccount(objects("x", "y", "z")))
    assert later.mark(same_listings, called("d"), full, "name") == full.account
    assert fake.sent == []


def test_a_mark_that_is_not_full_grows() -> None:
    """Neighbours that came since are added to those that are known."""
    account, listings = account_of(InMemoryAccount(objects("a")))
    account.list_cache(listings).read_first_page(listings)
    few = StateMetadata(
        account=account.mark(listings, called("p"), StateMetadata(salt="00"), "name"), salt="00"
    )
    later, same_listings = account_of(InMemoryAccount(objects("b", "a")))
    later.list_cache(same_listings).read_first_page(same_listings)
    assert later.mark(same_listings, called("p"), few, "name").siblings == ["a", "b"]


def test_siblings_in_another_account_are_forgotten() -> None:
    """They would prove the wrong thing."""
    account, listings = account_of(InMemoryAccount(objects("here")))
    assert account.mark(listings, called("p"), elsewhere("there"), "name").siblings == ["here"]


def test_a_failed_look_for_siblings_does_not_fail_a_run() -> None:
    """What was written is written, siblings or not."""
    client = client_of(lambda _: httpx.Response(403))
    account, listings = (
        Account(client, accept_change=False, run=Run()),
        Collection(client, "/properties"),
    )
    assert account.mark(listings, called("p"), elsewhere("there"), "name").siblings == []


@pytest.mark.parametrize(
    "page", [{"data": [], "next": "http://["}, {"data": [{"id": 5.5}]}, "junk", {"next": "?a"}]
)
def test_no_list_however_odd_fails_the_look_for_siblings(page: object) -> None:
    """A create is done by then, and Pulumi would forget what it made."""
    client = client_of(lambda _: httpx.Response(200, json=page))
    account, listings = (
        Account(client, accept_change=False, run=Run()),
        Collection(client, "/properties"),
    )
    assert account.mark(listings, called("p"), elsewhere("there"), "name").siblings == []


def test_a_deletion_is_believed_where_a_sibling_is_found() -> None:
    """One is enough. The first states did not know what siblings were called."""
    account, listings = account_of(InMemoryAccount(objects("still_here")))
    account.confirm_deletion(listings, "p", elsewhere("gone", "still_here"), "name")


@pytest.mark.parametrize("metadata", [None, StateMetadata()], ids=["none", "no mark"])
def test_without_a_mark_nothing_proves_a_deletion(metadata: StateMetadata | None) -> None:
    """A state that does not say where an object was may be that of another account."""
    fake = InMemoryAccount(objects("still_here"))
    account, listings = account_of(fake, key="a-very-secret-key")
    facts = ("p", BASE_URL, "setsmart:apiKey", "setsmart:acceptAccountChange")
    with raises(WrongAccountError, MessageCode.UNKNOWN_ACCOUNT, *facts) as caught:
        account.confirm_deletion(listings, "p", metadata, "name")
    assert "a-very-secret-key" not in str(caught.value)
    accepting, listings = account_of(fake, accept_change=True)
    accepting.confirm_deletion(listings, "p", metadata, "name")


def noted(*siblings: Record) -> StateMetadata:
    """Return the metadata of an object with these siblings, seen with another key."""
    names = {sibling.id: str(name_digest("00", sibling.fields["name"])) for sibling in siblings}
    mark = AccountMark("https://setsmart.example/v1", "00", [*names], names)
    return StateMetadata(salt="00", account=mark)


def test_a_sibling_needs_the_name_that_it_had() -> None:
    """Another account may use the same ids; case and spacing do not tell one name from another."""
    metadata = noted(called("a", "Loft"), called("b", "Studio"))
    other, listings = account_of(InMemoryAccount(objects("a", "b")), key="another")
    with pytest.raises(WrongAccountError):
        other.confirm_deletion(listings, "p", metadata, "name")
    same = {"/properties/a": {"id": "a", "name": "Renamed"}} | {
        "/properties/b": {"id": "b", "name": " STUDIO"}
    }
    account, listings = account_of(InMemoryAccount(same), key="another")
    account.confirm_deletion(listings, "p", metadata, "name")


def test_a_sibling_whose_name_cannot_be_compared_proves_nothing() -> None:
    """The program may have taken back what identifies an object of a collection."""
    account, listings = account_of(InMemoryAccount(objects("a")), key="another")
    with pytest.raises(WrongAccountError):
        account.confirm_deletion(listings, "p", noted(called("a")), None)


def test_a_mark_has_the_names_of_siblings() -> None:
    """Those on the list, those made in this run, and by its id alone what has no name."""
    nameless = {"/properties/n": {"id": "n", "name": None}}
    account, listings = account_of(InMemoryAccount(objects("a") | nameless))
    account.list_cache(listings).read_first_page(listings)
    account.mark(listings, called("new", "New"), StateMetadata(), "name")
    mark = account.mark(listings, called("p"), StateMetadata(salt="00"), "name")
    assert mark.siblings == ["a", "n", "new"]
    assert mark.names == {"a": name_digest("00", "a"), "new": name_digest("00", "new")}
    assert account.mark(listings, called("p"), StateMetadata(salt="00"), None).names == {}


def refreshed(fake: InMemoryAccount, metadata: StateMetadata) -> AccountMark:
    """Return the mark of p after another run in the same account has read the list."""
    account, listings = account_of(fake)
    account.list_cache(listings).read_first_page(listings)
    return account.mark(listings, called("p"), metadata, "name")


def test_a_mark_follows_its_siblings_in_the_same_account() -> None:
    """What was renamed is noted anew, what is gone makes room, and no request is sent for it."""
    fake = InMemoryAccount(objects("a", "b", "c", "d"))
    first = StateMetadata(salt="00", account=refreshed(fake, StateMetadata(salt="00")))
    fake.objects["/properties/a"]["name"] = "Renamed"
    del fake.objects["/properties/b"]
    mark = refreshed(fake, first)
    assert mark.siblings == ["a", "c", "d"]
    assert mark.names["a"] == name_digest("00", "Renamed")


def test_a_mark_of_the_first_states_learns_the_names() -> None:
    """At the next refresh, for one look at the list, however many objects there are."""
    fake = InMemoryAccount(objects("a", "b", "c"))
    known = refreshed(fake, StateMetadata(salt="00"))
    first = StateMetadata(salt="00", account=attrs.evolve(known, names={}))
    account, listings = account_of(fake)
    fake.sent.clear()
    assert account.mark(listings, called("p"), first, None).names == {}
    assert fake.sent == []
    for identifier in ("p", "q"):
        assert account.mark(listings, called(identifier), first, "name") == known
    assert [path for _, path, _ in fake.sent] == ["/properties"]


def test_a_mark_keeps_what_a_newer_release_knows_of_the_same_account() -> None:
    """Of another account it would tell the wrong thing."""
    fake = InMemoryAccount(objects("a", "b", "c"))
    known = attrs.evolve(refreshed(fake, StateMetadata(salt="00")), newer={"region": ["eu"]})
    assert refreshed(fake, StateMetadata(salt="00", account=known)).newer == {"region": ["eu"]}
    moved = attrs.evolve(known, key_digest="other")
    assert refreshed(fake, StateMetadata(salt="00", account=moved)).newer == {}


def test_a_list_with_other_names_gives_no_names() -> None:
    """They are compared with what is found by the id."""

    def shorten(fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "name": str(fields["name"])[:2]}

    account, listings = account_of(InMemoryAccount(objects("long", "longer"), listed=shorten))
    cache = account.list_cache(listings)
    cache.read_first_page(listings)
    cache.read(listings, "long", NeededFields())
    mark = account.mark(listings, called("p"), StateMetadata(salt="00"), "name")
    assert mark.names == {"long": name_digest("00", "long")}


@pytest.mark.parametrize("name", [None, "", True, [], {"en": "Loft"}])
def test_a_value_that_is_no_text_is_no_name(name: Json) -> None:
    """A text or a number is; one that is written in another way is the same."""
    assert name_digest("00", name) is None
    assert name_digest("00", 7) == name_digest("00", 7.0) != name_digest("01", 7)


@pytest.mark.parametrize(
    ("noted", "asked"),
    [
        ("https://bücher.example/v1", "https://xn--bcher-kva.example/v1"),
        ("https://api.example/v1", "https://api.example/v1"),
        ("not an address [", "not an address ["),
    ],
)
def test_an_account_is_known_by_its_host_in_either_form(noted: str, asked: str) -> None:
    """States from before Punycode have the host as it was configured."""
    assert AccountMark(noted, "00") == AccountMark(asked, "00")
    assert AccountMark(noted, "00").base_url == asked


def test_objects_without_siblings_are_proven_by_others_of_the_stack() -> None:
    """The first object of an account had no siblings, and is called otherwise now."""
    fake = InMemoryAccount(objects("a", "b"))
    account, listings = account_of(fake)
    account.add_reference(listings, "a", elsewhere(), "name", "as it was")
    account.add_reference(listings, "b", elsewhere(), "name", "B")
    account.confirm_same(listings, "a", elsewhere(), "name")
    account.confirm_deletion(listings, "gone", elsewhere(), "name")


def test_objects_with_other_names_prove_nothing() -> None:
    """They are waited for once; after that, each object is refused at once."""
    fake = InMemoryAccount(objects("a", "b"))
    account, listings = account_of(fake)
    other_host = StateMetadata(account=AccountMark("https://third.example/v1", "00"))
    account.add_reference(listings, "a", elsewhere(), "name", "as it was")
    account.add_reference(listings, "b", other_host, "name", "b")
    for _ in range(3):
        with pytest.raises(WrongAccountError):
            account.confirm_same(listings, "a", elsewhere(), "name")
    assert [path for method, path, _ in fake.sent if method == "GET"] == ["/properties/a"]


def test_an_object_without_a_name_proves_nothing() -> None:
    """A name that is missing, or no text, is the same in many objects."""
    fake = InMemoryAccount({"/properties/a": {"id": "a"}})
    account, listings = account_of(fake)
    account.add_reference(listings, "a", elsewhere(), "name", None)
    with pytest.raises(WrongAccountError):
        account.confirm_same(listings, "a", elsewhere(), "name")


def test_in_the_same_account_a_deletion_is_one() -> None:
    """No sibling is asked for."""
    fake = InMemoryAccount()
    account, listings = account_of(fake)
    known = StateMetadata(
        account=account.mark(listings, called("p"), StateMetadata(salt="0"), "name"), salt="0"
    )
    fake.sent.clear()
    account.confirm_deletion(listings, "p", known, "name")
    assert fake.sent == []


def test_elsewhere_a_deletion_is_not_believed() -> None:
    """The message tells where was looked, with which key, and what to do; never the key."""
    account, listings = account_of(InMemoryAccount(), key="a-very-secret-key")
    facts = ("p", BASE_URL, "setsmart:apiKey", "setsmart:acceptAccountChange")
    with raises(WrongAccountError, MessageCode.NOT_IN_THIS_ACCOUNT, *facts) as caught:
        account.confirm_deletion(listings, "p", elsewhere("gone"), "name")
    assert "a-very-secret-key" not in str(caught.value)


def test_each_sibling_is_read_once() -> None:
    """Ten objects of a wrong account do not cost thirty requests."""
    fake = InMemoryAccount()
    account, listings = account_of(fake)
    for identifier in ("p", "q"):
        with pytest.raises(WrongAccountError):
            account.confirm_deletion(listings, identifier, elsewhere("a", "b"), "name")
    assert [path for _, path, _ in fake.sent] == ["/properties/a", "/properties/b"]


def test_a_sibling_that_cannot_be_read_proves_nothing() -> None:
    """The error is that of the server: neither deleted nor the wrong account."""
    client: Client = client_of(lambda _: httpx.Response(501))
    account, listings = (
        Account(client, accept_change=False, run=Run()),
        Collection(client, "/properties"),
    )
    with pytest.raises(ServerError):
        account.confirm_deletion(listings, "p", elsewhere("a"), "name")


def test_a_change_that_is_accepted_asks_nothing() -> None:
    """The user has said it."""
    fake = InMemoryAccount()
    account, listings = account_of(fake, accept_change=True)
    account.confirm_deletion(listings, "p", elsewhere("a"), "name")
    assert fake.sent == []
