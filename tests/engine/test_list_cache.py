"""The list cache: a run reads each list once, and few objects by their ids."""

from support.engine_sandbox import EngineSandbox, OpenEngineSandbox
from support.engine_stack import QUIET, EngineStack, unaligned

from pulumi_setsmart.sandbox import PROPERTIES

COUNT = 40
PAGE_SIZE = 10
PAGES = COUNT // PAGE_SIZE
READING = 2 * PAGES + 4
PORTFOLIO = f"""
for n in range({COUNT}):
    Property(f"p{{n}}", name=f"Villa {{n}}", bedrooms=2)
"""


def requests_of(
    account: EngineSandbox, *arguments: str, stack: EngineStack
) -> tuple[str, list[str]]:
    """Run a command; return what it printed, and the requests it made."""
    account.sandbox.requests.clear()
    output = unaligned(stack.succeed(*arguments, *QUIET))
    return output, account.requests("GET", "POST", "PUT", "DELETE")


def test_a_portfolio_costs_a_few_requests(
    stack: EngineStack, open_account: OpenEngineSandbox
) -> None:
    """Create, preview and revert drift with one read of the list; one target, or each by its id."""
    account = open_account(page_size=PAGE_SIZE)
    stack.environment["SETSMART_BASE_URL"] = account.base_url
    stack.declare(PORTFOLIO)
    stack.up()
    assert len(account.requests("POST")) == COUNT
    assert account.requests("GET") == ["GET /properties"]
    output, requests = requests_of(account, "preview", "--diff", stack=stack)
    assert f"{COUNT + 1} unchanged" in output  # with the stack itself
    assert len(requests) <= READING
    _, requests = requests_of(account, "up", "--yes", "--skip-preview", stack=stack)
    assert len(requests) <= READING

    storage = account.sandbox.storage
    listings = storage.objects(PROPERTIES)
    for listing in (listings[3], listings[27]):
        changed = {**listing, "bedrooms": 77, "wifi": "theirs"}
        storage.replace(PROPERTIES, str(listing["id"]), changed)
    storage.delete(PROPERTIES, str(listings[12]["id"]))
    output, requests = requests_of(account, "preview", "--diff", stack=stack)
    assert output.count("~ bedrooms: 77 => 2") == 2
    assert "1 to create" in output
    assert len(requests) <= READING + 1
    assert requests.count(f"GET /properties/{listings[12]['id']}") == 1
    _, requests = requests_of(account, "up", "--yes", "--skip-preview", stack=stack)
    assert len(requests) <= PAGES + 2 * 2 + 6 + 1 + 1
    names = sorted(
        (str(listing["name"]), listing["bedrooms"]) for listing in storage.objects(PROPERTIES)
    )
    assert names == sorted((f"Villa {number}", 2) for number in range(COUNT))
    stack.assert_nothing_to_do()

    resource = stack.resource("p7")
    _, requests = requests_of(
        account, "refresh", "--yes", "--skip-preview", "--target", resource["urn"], stack=stack
    )
    assert requests == [f"GET /properties/{resource['id']}"]

    stack.succeed("config", "set", "setsmart:listCache", "false")
    stack.up()  # Pulumi refreshes with the configuration of the last deployment
    _, requests = requests_of(account, "preview", stack=stack)
    assert sorted(requests) == sorted(
        f"GET /properties/{listing['id']}"
        for listing in account.sandbox.storage.objects(PROPERTIES)
    )


def test_other_collections_are_read_from_their_lists(
    stack: EngineStack, open_account: OpenEngineSandbox
) -> None:
    """Webhook subscriptions, and objects of any other path."""
    account = open_account(page_size=PAGE_SIZE)
    stack.environment["SETSMART_BASE_URL"] = account.base_url
    stack.declare(
        """
        for n in range(20):
            WebhookSubscription(f"w{n}", url=f"https://a.example/{n}", events=["a.a"],
                secret=pulumi.Output.secret(f"whsec_{n:08}"))
            ApiObject(f"r{n}", path="/pricing-rules", body={"percent": n})
        """
    )
    stack.up()
    stack.assert_nothing_to_do()
    for _ in range(2):
        _, requests = requests_of(account, "preview", stack=stack)
        assert len(requests) <= 2 * (2 * 2 + 4)
