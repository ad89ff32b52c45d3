"""Takes the pictures of the documentation: `make pictures`, with the real engine and Chromium.

They are taken of what is shown, not made up: of the sandbox's dashboard, of reports on a stack in
which somebody changed something, and of a terminal on which a spreadsheet becomes a portfolio.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from selenium.webdriver import Chrome
from support.chromium import chromium, photograph
from support.engine_stack import EngineStack, restore_sigint
from support.interface import DYNAMIC
from support.receiver_process import ReceiverProcess
from terminal import THEMES, Step, page, typed

from pulumi_setsmart.sandbox import PROPERTIES, listings
from pulumi_setsmart.testing import SandboxAccount, running_sandbox
from pulumi_setsmart.webhooks import new_secret

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
PULUMI = Path(sys.executable).parent / "pulumi"
WIDTH = 880  # pixels; what the text of a page is wide, with sharp letters
EVENTS = ["property.created", "property.updated", "property.deleted"]
BEFORE = """
villa = Property("villa", name="Beachfront Villa", bedrooms=3, max_guests=6)
loft = Property("loft", name="Harbour Loft", bedrooms=1, max_guests=2)
cabin = Property("cabin", name="Pine Cabin", bedrooms=2, max_guests=4)
"""
AFTER = """
villa = Property("villa", name="Beachfront Villa", bedrooms=3, max_guests=6)
loft = Property("loft", name="Harbour Loft", bedrooms=2, max_guests=4)
"""

PORTFOLIO = 'Portfolio("portfolio", load_portfolio("portfolio.yaml").properties)'
SHEET = """\
Listing ID,Title,Address,Bedrooms,Baths,Guests,Cleaning fee
101,Beachfront Villa,123 Ocean Drive,3,1.5,6,$80.00
102,Loft,5 Market Street,1,1,2,$35.00
"""
MISTAKES = """\
properties:
  beachfront-villa:
    name: Beachfront Villa
    bedroms: 3
  loft:
    name: Loft
    max_guests: two
  cabin:
    address: 7 Pine Road
"""


def main() -> None:
    """Take all of them."""
    restore_sigint()
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_sandbox() as account:
        pages = reports(account, Path(folder))
        for listing in account.objects():
            account.remove(str(listing["id"]))
        screens = terminal(account, Path(folder))
        pages |= dashboard(account, Path(folder))
        for scheme in THEMES:
            for name, shown in screens.items():
                file = Path(folder) / f"{name}.html"
                file.write_text(page(shown, scheme))
                pages[name] = file.as_uri()
            with chromium(WIDTH, scheme, scripts=False) as browser:
                for name, address in pages.items():
                    show(browser, address)
                    photograph(browser, FOLDER / f"{name}-{scheme}.png")
                    sys.stdout.write(f"{name}-{scheme}.png\n")


def reports(account: SandboxAccount, folder: Path) -> dict[str, str]:
    """Return the addresses of two reports: on drift alone, and on a change of the program."""
    stack = EngineStack.create(PULUMI, folder / "my-portfolio", account.url, account.key)
    (stack.folder / "Pulumi.yaml").write_text(DYNAMIC.project.replace("portfolio", "my-portfolio"))
    stack.succeed("stack", "init", "dev")
    stack.declare(BEFORE)
    stack.up()
    [villa] = [each for each in account.objects() if each["name"] == "Beachfront Villa"]
    pages = {}
    for name, program, change in (
        ("report-drift", BEFORE, {"bedrooms": 5}),
        ("report", AFTER, {"bedrooms": 3, "max_guests": 12}),
    ):
        account.change(str(villa["id"]), **change)
        stack.declare(program)
        file = folder / f"{name}.html"
        stack.command("report", "--stack", "dev", "--format", "html", "--output", str(file))
        pages[name] = file.as_uri()
    return pages


def terminal(account: SandboxAccount, folder: Path) -> dict[str, str]:
    """Return what a terminal shows when a spreadsheet becomes a portfolio."""
    for listing in account.objects():
        account.remove(str(listing["id"]))
    stack = EngineStack.create(PULUMI, folder / "terminal", account.url, account.key)
    stack.succeed("stack", "init", "dev")
    stack.declare(PORTFOLIO)
    (stack.folder / "listings.csv").write_text(SHEET)
    (stack.folder / "mistakes.yaml").write_text(MISTAKES)
    path = f"{PULUMI.parent}:{stack.environment['PATH']}"

    def shown(*steps: Step) -> str:
        return typed(steps, stack.folder, {**stack.environment, "PATH": path})

    screens = {
        "terminal-convert": shown(
            Step("pulumi-setsmart convert listings.csv", [("Guests (", ""), ("Write ", "")])
        ),
        "terminal-validate": shown(Step("pulumi-setsmart validate mistakes.yaml")),
    }
    stack.up()
    newer = SHEET.replace("Loft,5 Market Street,1", "Loft,5 Market Street,2")
    (stack.folder / "newer.csv").write_text(newer)
    stack.command("convert", "newer.csv", "--update", "--yes")
    preview = Step("pulumi preview --diff --suppress-progress")
    screens["terminal-preview"] = shown(preview)
    return screens


def dashboard(account: SandboxAccount, folder: Path) -> dict[str, str]:
    """Return the addresses of pages of a dashboard in which something happened."""
    secret = new_secret()
    receiver = ReceiverProcess(folder / "inbox.db")
    storage = account.app.storage
    made_up = listings()
    storage.insert_all(PROPERTIES, [next(made_up) for _ in range(12)])
    shown = account.add(
        "properties", name="Beachfront Villa", address="123 Ocean Drive", bedrooms=3
    )
    hook = account.add("webhooks", url=receiver.url, events=EVENTS, secret=secret)
    account.change(str(shown["id"]), bedrooms=5)  # nobody listens yet: it is tried again
    receiver.start(secret)
    try:
        account.wait_for_deliveries()
        account.change(
            str(shown["id"]), max_guests=6, pets_allowed=True, amenities=["wifi", "pool"]
        )
        account.wait_for_deliveries()
    finally:
        receiver.stop()
    origin = account.url.removesuffix("/v1")
    return {
        "dashboard": origin,
        "listing": f"{origin}/listings/{shown['id']}",
        "requests": f"{origin}/requests",
        "deliveries": f"{origin}/webhooks/{hook['id']}/deliveries/1",
    }


def show(browser: Chrome, address: str) -> None:
    """Open a page, no higher than it has to be."""
    metrics = {"width": WIDTH, "height": 1, "deviceScaleFactor": 1.5, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(address)


if __name__ == "__main__":
    main()
