"""The bench of our commands, with few listings."""

from pathlib import Path

from account import LATENCY, LIMIT, PAGE_SIZE, WINDOW
from commands import COMMANDS, measure, page
from report import Conditions, Results


def test_every_command_reads_each_page_once(tmp_path: Path) -> None:
    """Of 250 listings there are three pages; one listing and the subscriptions are read, too."""
    found = []
    for listings in (150, 250):
        folder = tmp_path / str(listings)
        folder.mkdir()
        found += [*measure(listings, folder)]
    requests = {(each.case, each.listings): each.requests for each in found}
    for case in COMMANDS:
        pages = (0, 0) if case.startswith("report") else (2, 3)
        assert (requests[case, 150], requests[case, 250]) == tuple(
            number and number + 2 for number in pages
        )
    conditions = Conditions(PAGE_SIZE, LATENCY, LIMIT, WINDOW, rounds=1)
    text = page(Results(found), conditions)
    assert [line.split(" | ")[0] for line in text.splitlines()[-len(COMMANDS) :]] == [
        f"| {case}" for case in COMMANDS
    ]
