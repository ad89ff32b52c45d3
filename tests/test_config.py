"""Settings from Pulumi's configuration and from the environment."""

from collections.abc import Iterable

import pytest
from support.messages import raises

from pulumi_setsmart.client.errors import ConfigurationError
from pulumi_setsmart.config import Settings, has_named_accounts, load_dashboard_url, load_settings
from pulumi_setsmart.models.message_code import MessageCode

KEY = "a-key-that-nobody-may-see"


def loaded(configured: dict[str, object] | None = None, **environment: str) -> Settings:
    """Return the settings with a key, and what is given."""
    values = {"setsmart:apiKey": KEY} if configured is None else configured
    return load_settings(values.get, environment)


def test_the_defaults_are_the_documented_ones() -> None:
    """A key is all that is needed."""
    settings = loaded()
    assert settings.connection.base_url == "https://api.setsmart.com/v1"
    assert settings.connection.timeout == 30
    assert settings.webhooks_path == "/webhooks"
    assert {"id", "created_at", "updated_at"} <= settings.read_only_fields
    assert not settings.accept_account_change
    connection = settings.connection
    assert (connection.retry.retries, connection.deadline) == (8, 900)
    assert connection.largest_response == 32 * 1024 * 1024
    assert (settings.if_exists, settings.deletion_policy) == ("error", "delete")
    assert (settings.settle_time, settings.max_deletions) == (30, None)


def test_the_time_to_settle_is_the_time_out_unless_set() -> None:
    """A server that takes longer than the client waits can take as long again."""
    assert loaded({"setsmart:apiKey": KEY, "setsmart:timeout": "7"}).settle_time == 7


def test_everything_can_be_set() -> None:
    """Pulumi passes texts; each becomes what it means."""
    settings = loaded(
        {
            "setsmart:apiKey": f" {KEY}\n",
            "setsmart:baseUrl": "https://staging.example/v2/",
            "setsmart:timeout": "2.5",
            "setsmart:webhooksPath": "/hooks",
            "setsmart:readOnlyFields": '["stamp"]',
            "setsmart:acceptAccountChange": "True",
            "setsmart:maxRetries": "0",
            "setsmart:deadline": "60",
            "setsmart:settleTime": "1.5",
            "setsmart:maxResponseMiB": "0.5",
            "setsmart:maxListPages": "7",
            "setsmart:ifExists": "Adopt",
            "setsmart:deletionPolicy": "deactivate",
            "setsmart:maxDeletions": "0",
        }
    )
    assert settings.connection.base_url == "https://staging.example/v2"
    assert settings.connection.credentials[0].key == KEY
    assert settings.connection.timeout == 2.5
    assert settings.webhooks_path == "/hooks"
    assert settings.read_only_fields == {"stamp"}
    assert settings.accept_account_change
    connection = settings.connection
    assert (connection.retry.retries, connection.deadline) == (0, 60)
    assert (connection.largest_response, connection.most_pages) == (512 * 1024, 7)
    assert (settings.if_exists, settings.deletion_policy) == ("adopt", "deactivate")
    assert (settings.settle_time, settings.max_deletions) == (1.5, 0)


def test_the_configuration_wins_over_the_environment() -> None:
    """The environment's key is there in case that the configured one is refused."""
    environment = {"SETSMART_API_KEY": "other", "SETSMART_BASE_URL": "https://other.example"}
    settings = loaded(
        {"setsmart:apiKey": KEY, "setsmart:baseUrl": "https://mine.example"}, **environment
    )
    assert settings.connection.base_url == "https://mine.example"
    assert [credential.source for credential in settings.connection.credentials] == [
        "setsmart:apiKey",
        "SETSMART_API_KEY",
    ]
    settings = loaded({}, **environment)
    assert settings.connection.base_url == "https://other.example"
    assert [credential.key for credential in settings.connection.credentials] == ["other"]


@pytest.mark.parametrize(
    ("configured", "exported", "limit"),
    [("5", "0", 0), ("0", "9", 9), (None, " 3 ", 3), ("5", "", 5), ("5", " ", 5), (None, "", None)],
)
def test_the_environment_sets_the_limit_of_deletions_for_one_run(
    configured: str | None, exported: str, limit: int | None
) -> None:
    """It has precedence over the configuration, unless it is empty."""
    settings = loaded(
        {"setsmart:apiKey": "k", "setsmart:maxDeletions": configured},
        SETSMART_MAX_DELETIONS=exported,
    )
    assert settings.max_deletions == limit


@pytest.mark.parametrize(
    ("configured", "exported", "policy"),
    [("adopt", "error", "error"), (None, " Adopt ", "adopt"), ("create", " ", "create")],
)
def test_the_environment_decides_for_one_run_about_what_exists(
    configured: str | None, exported: str, policy: str
) -> None:
    """It has precedence over the configuration, unless it is empty."""
    settings = loaded(
        {"setsmart:apiKey": "k", "setsmart:ifExists": configured}, SETSMART_IF_EXISTS=exported
    )
    assert settings.if_exists == policy


def test_a_wrong_policy_in_the_environment_is_named() -> None:
    """It is told what there is."""
    with raises(ConfigurationError, MessageCode.INVALID_SETTING, "SETSMART_IF_EXISTS", "adopt"):
        loaded({"setsmart:apiKey": "k"}, SETSMART_IF_EXISTS="yes")


@pytest.mark.parametrize("exported", ["all", "-1", "1.5", "1_0", "٣"])
def test_a_wrong_limit_in_the_environment_is_named(exported: str) -> None:
    """Nothing is deleted under a limit that nobody understands."""
    with raises(ConfigurationError, MessageCode.INVALID_SETTING, "SETSMART_MAX_DELETIONS"):
        loaded({"setsmart:apiKey": "k"}, SETSMART_MAX_DELETIONS=exported)


@pytest.mark.parametrize(
    ("exported", "allowed"), [("prop_1", {"prop_1"}), (" prop_1, 7,", {"prop_1", "7"}), (" ", ())]
)
def test_the_environment_permits_deletions_by_id(exported: str, allowed: Iterable[str]) -> None:
    """For one run, separated by commas."""
    settings = loaded({"setsmart:apiKey": "k"}, SETSMART_ALLOW_DELETION=exported)
    assert settings.allowed_deletions == {*allowed}


def test_the_same_key_twice_is_one() -> None:
    """A refused key is not tried a second time."""
    assert len(loaded(SETSMART_API_KEY=KEY).connection.credentials) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8787/v1",
        "http://127.9.9.9",
        "http://localhost:1",
        "http://[::1]:8787/v1",
        "https://api.example",
    ],
)
def test_a_usable_base_url(url: str) -> None:
    """Https anywhere, http to this machine only."""
    assert loaded(SETSMART_BASE_URL=url).connection.base_url == url


def test_an_international_base_url_is_known_in_punycode() -> None:
    """Messages name the host that is really asked: letters may look like other letters."""
    loaded_url = loaded(
        SETSMART_BASE_URL="https://\u0430pi.setsmart.com:8443/v1"
    ).connection.base_url
    assert loaded_url == "https://xn--pi-6kc.setsmart.com:8443/v1"
    with raises(
        ConfigurationError,
        MessageCode.INVALID_BASE_URL,
        "SETSMART_BASE_URL",
        "xn--pi-6kc.setsmart.com",
    ):
        loaded(SETSMART_BASE_URL="http://\u0430pi.setsmart.com/v1")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("baseUrl", "http://api.example/v1"),
        ("baseUrl", "http://127.0.0.1.example/"),
        ("baseUrl", "http://localhost.example/"),
        ("baseUrl", "api.example"),
        ("baseUrl", "ftp://api.example"),
        ("baseUrl", "https://"),
        ("baseUrl", "https://x:y@api.example"),
        ("baseUrl", "https://api.example/?key=1"),
        ("baseUrl", "https://api.example:port"),
        ("baseUrl", "https://[::1"),
        ("baseUrl", "https://api.example/v1?"),
        ("baseUrl", "https://api.example/v1#"),
        ("baseUrl", "https://api .example/v1"),
        ("baseUrl", "https://api.example/\x00"),
        ("baseUrl", "https://xn--a.example/v1"),
        ("baseUrl", "https://☃.example/v1"),
        ("baseUrl", "https://a..ü/v1"),
        ("baseUrl", "https://ab\u202ec.example/v1"),
        ("baseUrl", "http://bücher.example/v1"),
        ("timeout", "0"),
        ("timeout", "-1"),
        ("timeout", "nan"),
        ("timeout", "inf"),
        ("timeout", "1e300"),
        ("timeout", "soon"),
        ("timeout", "1_0"),
        ("timeout", "\u0663"),
        ("timeout", "."),
        ("maxResponseMiB", "1_0"),
        ("maxRetries", "1_0"),
        ("maxRetries", "\u0663"),
        ("deadline", "0"),
        ("settleTime", "never"),
        ("maxResponseMiB", "4096"),
        ("maxListPages", "0"),
        ("maxListPages", "all"),
        ("maxRetries", "-1"),
        ("maxRetries", "1.5"),
        ("maxDeletions", "some"),
        ("maxDeletions", "9" * 10),
        ("ifExists", "skip"),
        ("deletionPolicy", "keep"),
        ("webhooksPath", "hooks"),
        ("webhooksPath", "/../hooks"),
        ("readOnlyFields", "id"),
        ("readOnlyFields", "[1]"),
        ("acceptAccountChange", "perhaps"),
    ],
)
def test_a_wrong_setting_is_named(key: str, value: str) -> None:
    """The message is one line that names the setting, and not the key."""
    code = MessageCode.INVALID_BASE_URL if key == "baseUrl" else MessageCode.INVALID_SETTING
    with raises(ConfigurationError, code) as caught:
        loaded({"setsmart:apiKey": KEY, f"setsmart:{key}": value})
    assert str(caught.value).startswith(f"setsmart:{key} ")
    assert "\n" not in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("key", ["", "  ", None])
def test_the_error_of_a_missing_key_says_how_to_set_one(key: str | None) -> None:
    """Both ways are in the message."""
    with raises(
        ConfigurationError,
        MessageCode.MISSING_KEY,
        "pulumi config set --secret setsmart:apiKey",
        "SETSMART_API_KEY",
    ):
        loaded({"setsmart:apiKey": key})


@pytest.mark.parametrize("key", ["two\nlines", "schlüssel", "tab\tkey"])
def test_a_malformed_key_is_rejected_and_not_shown(key: str) -> None:
    """What cannot be sent in a header is not sent, nor shown."""
    with raises(ConfigurationError, MessageCode.MALFORMED_KEY, "setsmart:apiKey") as caught:
        loaded({"setsmart:apiKey": key})
    assert key not in str(caught.value)


def test_no_key_shows_in_a_repr() -> None:
    """Settings can be logged."""
    assert KEY not in repr(loaded())


ACCOUNTS = '{"eu": {"apiKey": "key-of-eu", "baseUrl": "https://eu.example/v1/"}, "us-east": {}}'


def named(account: str, configured: dict[str, object], **environment: str) -> Settings:
    """Return the settings of an account with a name."""
    return load_settings(configured.get, environment, account)


def test_an_account_with_a_name_has_its_own_place_and_key() -> None:
    """From the configuration or the environment; all else is as for every account."""
    configured: dict[str, object] = {"setsmart:accounts": ACCOUNTS, "setsmart:timeout": "7"}
    connection = named("eu", configured, SETSMART_EU_API_KEY="exported").connection
    assert (connection.base_url, connection.timeout) == ("https://eu.example/v1", 7)
    assert [(credential.key, credential.source) for credential in connection.credentials] == [
        ("key-of-eu", "setsmart:accounts.eu.apiKey"),
        ("exported", "SETSMART_EU_API_KEY"),
    ]
    place = {"SETSMART_US_EAST_API_KEY": "k", "SETSMART_US_EAST_BASE_URL": "https://us.example"}
    connection = named("us-east", configured, **place).connection
    assert (connection.base_url, connection.credentials[0].key) == ("https://us.example", "k")


def test_the_key_of_one_account_never_goes_to_another() -> None:
    """A base URL that is not set is the common one; a key that is not set is missing."""
    configured: dict[str, object] = {
        "setsmart:accounts": ACCOUNTS,
        "setsmart:apiKey": KEY,
        "setsmart:baseUrl": "https://common.example",
    }
    exported = {"SETSMART_API_KEY": KEY, "SETSMART_ASIA_API_KEY": "key-of-asia"}
    connection = named("asia", configured, **exported).connection
    assert connection.base_url == "https://common.example"
    assert [credential.key for credential in connection.credentials] == ["key-of-asia"]
    nothing = {"setsmart:accounts": '{"eu": {"apiKey": null}}'}
    with raises(ConfigurationError, MessageCode.MISSING_KEY, "account eu"):
        named("eu", {**nothing})
    with raises(
        ConfigurationError,
        MessageCode.MISSING_KEY,
        "account us-east",
        "`pulumi config set --secret --path setsmart:accounts.us-east.apiKey`",
        "SETSMART_US_EAST_API_KEY",
    ):
        named("us-east", configured, **exported)


@pytest.mark.parametrize("accounts", ["junk", "[]", '{"eu": "key"}', '{"eu": {"key": "hush"}}'])
def test_malformed_accounts_are_rejected(accounts: str) -> None:
    """With the form that they should have, and without what was there."""
    with raises(
        ConfigurationError, MessageCode.INVALID_ACCOUNTS, "setsmart:accounts", "apiKey"
    ) as caught:
        named("eu", {"setsmart:accounts": accounts})
    assert "hush" not in str(caught.value)


def test_named_accounts_are_found_in_both_sources() -> None:
    """Whether any has one shows in the configuration, or in a variable of the environment."""
    assert has_named_accounts({"setsmart:accounts": ACCOUNTS}.get, {})
    assert has_named_accounts({"setsmart:timeout": "7"}.get, {"SETSMART_EU_API_KEY": "k"})
    assert not has_named_accounts({"setsmart:apiKey": KEY}.get, {"SETSMART_API_KEY": "k"})


@pytest.mark.parametrize(
    ("setting", "account", "configuration", "environment"),
    [
        ("setsmart:baseUrl", None, {"setsmart:baseUrl": "eu"}, {"SETSMART_BASE_URL": "us"}),
        ("SETSMART_BASE_URL", None, {}, {"SETSMART_BASE_URL": "eu"}),
        (
            "setsmart:accounts.eu.baseUrl",
            "eu",
            {"setsmart:accounts": '{"eu": {"baseUrl": "eu"}}'},
            {"SETSMART_EU_BASE_URL": "us"},
        ),
        ("SETSMART_EU_BASE_URL", "eu", {"setsmart:baseUrl": "us"}, {"SETSMART_EU_BASE_URL": "eu"}),
        ("setsmart:baseUrl", "eu", {"setsmart:baseUrl": "eu"}, {}),
    ],
)
def test_an_error_names_the_setting_of_an_invalid_base_url(
    setting: str,
    account: str | None,
    configuration: dict[str, str],
    environment: dict[str, str],
) -> None:
    """Whoever reads the message knows what to correct, whichever account it is about."""
    keys = {"SETSMART_API_KEY": KEY, "SETSMART_EU_API_KEY": KEY}
    with raises(ConfigurationError, MessageCode.INVALID_BASE_URL) as caught:
        load_settings(configuration.get, {**keys, **environment}, account)
    assert str(caught.value).startswith(f"{setting} ")


@pytest.mark.parametrize(
    ("configured", "exported", "address"),
    [
        (None, None, None),
        (" ", "", None),
        ("https://a.example/listings/{id}", None, "https://a.example/listings/{id}"),
        ("https://a.example/#/{id}/edit?tab=1", "x", "https://a.example/#/{id}/edit?tab=1"),
        (None, " https://a.example:8443/?id={id} ", "https://a.example:8443/?id={id}"),
        (None, "http://127.0.0.1:8080/{id}", "http://127.0.0.1:8080/{id}"),
    ],
)
def test_the_page_of_a_listing(
    configured: str | None, exported: str | None, address: str | None
) -> None:
    """From the configuration, or else from the environment; none if it is empty."""
    environment = {} if exported is None else {"SETSMART_DASHBOARD_URL": exported}
    assert load_dashboard_url({"setsmart:dashboardUrl": configured}.get, environment) == address


@pytest.mark.parametrize(
    "address",
    [
        "a.example/{id}",
        "javascript:alert({id})",
        "http://a.example/{id}",
        "https://a.example/listings",
        "https://{id}.example/listings",
        "https://a.example:{id}/listings",
        "https://user:password@a.example/{id}",
        "https://a.example/{id}>",
        'https://a.example/"{id}',
        "https://a.example/(x){id}",
        "https://a.example/ {id}",
        "https://a.example/{name}/{id}",
        "https://a.example/\u202e{id}",
    ],
)
def test_a_page_that_is_no_web_address_is_refused(address: str) -> None:
    """Where a link leads must be certain, and nothing in it may end the link."""
    for name, configured, environment in (
        ("setsmart:dashboardUrl", {"setsmart:dashboardUrl": address}, {}),
        ("SETSMART_DASHBOARD_URL", {}, {"SETSMART_DASHBOARD_URL": address}),
    ):
        with raises(ConfigurationError, MessageCode.INVALID_SETTING, name):
            load_dashboard_url(configured.get, environment)
