"""The account that a run asks, and what was seen of it."""

from typing import Any

import httpx
import pytest
from fake_account import FakeAccount
from fake_setsmart import KEY, client_of

from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import ServerError, WrongAccountError
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.bookkeeping import AccountMark, Bookkeeping
from pulumi_setsmart.lifecycle.run import Run


def objects(*identifiers: str) -> dict[str, dict[str, Any]]:
    """Return listings with these ids."""
    return {f"/properties/{one}": {"id": one, "name": one} for one in identifiers}


def account_of(
    fake: FakeAccount, *, accept_change: bool = False, key: str = KEY
) -> tuple[Account, Collection]:
    """Return an account as a new process has it, and its listings."""
    client = fake.lifecycle(key=key).account.client
    account = Account(client, accept_change=accept_change, run=Run())
    return account, Collection(client, "/properties")


def elsewhere(*neighbours: str) -> Bookkeeping:
    """Return the bookkeeping of an object that was seen in another account."""
    return Bookkeeping(account=AccountMark("https://other.example/v1", "00", [*neighbours]))


def test_a_new_account_costs_one_look_at_the_list() -> None:
    """Many objects that moved cost one request, not one each."""
    fake = FakeAccount(objects("a", "b"))
    account, listings = account_of(fake)
    for identifier in ("a", "b", "c"):
        account.mark(listings, identifier, elsewhere())
    assert [path for method, path, _ in fake.sent if method == "GET"] == ["/properties"]


def test_a_mark_in_the_same_account_costs_no_request() -> None:
    """A single object that is refreshed costs its own GET and no more."""
    fake = FakeAccount(objects("a", "b"))
    account, listings = account_of(fake)
    assert account.mark(listings, "a", Bookkeeping()).neighbours == []
    assert fake.sent == []


def test_the_neighbours_of_an_object_are_a_few_others() -> None:
    """It is not its own neighbour, and three are enough."""
    account, listings = account_of(FakeAccount(objects("a", "b", "c", "d", "e")))
    account.snapshot(listings).begin(listings)
    assert account.mark(listings, "b", Bookkeeping()).neighbours == ["a", "c", "d"]


def test_objects_made_in_one_run_are_neighbours() -> None:
    """A stack that begins with an empty account can prove its deletions too."""
    account, listings = account_of(FakeAccount())
    assert account.mark(listings, "first", Bookkeeping()).neighbours == []
    assert account.mark(listings, "second", Bookkeeping()).neighbours == ["first"]


def test_a_full_mark_stays_as_it_is() -> None:
    """The state of an object changes with the object only."""
    account, listings = account_of(FakeAccount(objects("a", "b", "c", "d")))
    full = Bookkeeping(account=account.mark(listings, "d", Bookkeeping(salt="00")), salt="00")
    later, same_listings = account_of(fake := FakeAccount(objects("x", "y", "z")))
    assert later.mark(same_listings, "d", full) == full.account
    assert fake.sent == []


def test_a_mark_that_is_not_full_grows() -> None:
    """Neighbours that came since are added to those that are known."""
    account, listings = account_of(FakeAccount(objects("a")))
    account.snapshot(listings).begin(listings)
    few = Bookkeeping(account=account.mark(listings, "p", Bookkeeping(salt="00")), salt="00")
    later, same_listings = account_of(FakeAccount(objects("b", "a")))
    later.snapshot(same_listings).begin(same_listings)
    assert later.mark(same_listings, "p", few).neighbours == ["a", "b"]


def test_neighbours_of_another_account_are_forgotten() -> None:
    """They would prove the wrong thing."""
    account, listings = account_of(FakeAccount(objects("here")))
    assert account.mark(listings, "p", elsewhere("there")).neighbours == ["here"]


def test_a_survey_that_fails_does_not_fail_a_run() -> None:
    """What was written is written, neighbours or not."""
    client = client_of(lambda _: httpx.Response(403))
    account, listings = (
        Account(client, accept_change=False, run=Run()),
        Collection(client, "/properties"),
    )
    assert account.mark(listings, "p", elsewhere("there")).neighbours == []


@pytest.mark.parametrize(
    "page", [{"data": [], "next": "http://["}, {"data": [{"id": 5.5}]}, "junk", {"next": "?a"}]
)
def test_no_list_however_odd_fails_a_survey(page: object) -> None:
    """A create is done by then, and Pulumi would forget what it made."""
    client = client_of(lambda _: httpx.Response(200, json=page))
    account, listings = (
        Account(client, accept_change=False, run=Run()),
        Collection(client, "/properties"),
    )
    assert account.mark(listings, "p", elsewhere("there")).neighbours == []


@pytest.mark.parametrize(
    "bookkeeping",
    [None, Bookkeeping(), elsewhere("gone", "still_here")],
    ids=["none", "no mark", "a neighbour"],
)
def test_a_deletion_is_believed_where_nothing_speaks_against_it(
    bookkeeping: Bookkeeping | None,
) -> None:
    """Without a mark there is nothing to compare; a neighbour proves that the account is right."""
    account, listings = account_of(FakeAccount(objects("still_here")))
    account.confirm_deletion(listings, "p", bookkeeping)


def test_in_the_same_account_a_deletion_is_one() -> None:
    """No neighbour is asked for."""
    fake = FakeAccount()
    account, listings = account_of(fake)
    known = Bookkeeping(account=account.mark(listings, "p", Bookkeeping(salt="0")), salt="0")
    fake.sent.clear()
    account.confirm_deletion(listings, "p", known)
    assert fake.sent == []


def test_elsewhere_a_deletion_is_not_believed() -> None:
    """The message tells where was looked, with which key, and what to do; never the key."""
    account, listings = account_of(FakeAccount(), key="a-very-secret-key")
    with pytest.raises(WrongAccountError) as caught:
        account.confirm_deletion(listings, "p", elsewhere("gone"))
    assert str(caught.value) == (
        "p is not in this account (https://setsmart.example/v1, key from setsmart:apiKey), nor is "
        "what stood beside it. Set the base URL and the key of its account; if it was deleted "
        "there, set setsmart:acceptAccountChange to true for one run"
    )


def test_each_neighbour_is_asked_for_once() -> None:
    """Ten objects of a wrong account do not cost thirty requests."""
    fake = FakeAccount()
    account, listings = account_of(fake)
    for identifier in ("p", "q"):
        with pytest.raises(WrongAccountError):
            account.confirm_deletion(listings, identifier, elsewhere("a", "b"))
    assert [path for _, path, _ in fake.sent] == ["/properties/a", "/properties/b"]


def test_a_neighbour_that_cannot_be_looked_at_proves_nothing() -> None:
    """A failing server is told as such: neither deleted nor the wrong account."""
    client: Client = client_of(lambda _: httpx.Response(501))
    account, listings = (
        Account(client, accept_change=False, run=Run()),
        Collection(client, "/properties"),
    )
    with pytest.raises(ServerError):
        account.confirm_deletion(listings, "p", elsewhere("a"))


def test_a_change_that_is_accepted_asks_nothing() -> None:
    """The user has said it."""
    fake = FakeAccount()
    account, listings = account_of(fake, accept_change=True)
    account.confirm_deletion(listings, "p", elsewhere("a"))
    assert fake.sent == []
