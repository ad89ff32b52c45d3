"""The command `webhook-secret`."""

from click.testing import CliRunner
from support.signed_delivery import NOW, SignedDelivery

from pulumi_setsmart.cli import main
from pulumi_setsmart.webhooks import WebhookVerifier


def test_the_command_prints_a_secret_that_verifies_and_is_fresh() -> None:
    """One line with nothing around it, so that it can be piped to where secrets are kept."""
    printed = [CliRunner().invoke(main, ["webhook-secret"]) for _ in range(3)]
    assert {result.exit_code for result in printed} == {0}
    secrets = [result.stdout.removesuffix("\n") for result in printed]
    assert len({*secrets}) == 3
    for secret in secrets:
        assert secret.split() == [secret]
        delivery = SignedDelivery.standard(secret=secret)
        verifier = WebhookVerifier(secret, clock=lambda: NOW)
        assert verifier.verify(delivery.payload, delivery.headers)
