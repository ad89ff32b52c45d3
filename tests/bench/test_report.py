"""What a bench measured, as a page, as JSON and as a picture."""

import json
from pathlib import Path

import pytest
from contenders import Measurement
from process_tree import Usage, Usages
from report import Conditions, Results, write

CONDITIONS = Conditions(page_size=100, latency=0.02, limit=100, window=10.0, rounds=2)
USAGES = Usages({"provider": Usage(1.0, 50.0)}, 200.0)


def measured(contender: str, listings: int, seconds: float, requests: int = 0) -> Measurement:
    """Return a measurement of a preview."""
    return Measurement("preview", contender, listings, seconds, requests, 0, USAGES)


RESULTS = Results(
    [
        *(measured("ours", 100, seconds, 2) for seconds in (2.0, 6.0)),
        *(measured("floor", 100, seconds) for seconds in (1.0, 4.0)),
        *(measured("ours", 1000, 40.0, 11) for _ in range(2)),
        *(measured("floor", 1000, 20.0) for _ in range(2)),
    ]
)


def test_a_ratio_is_the_median_of_those_within_the_rounds() -> None:
    """A machine that is slow for one round is slow for both."""
    assert RESULTS.ratio("preview", "ours", "floor", 100, "seconds") == (2.0 + 1.5) / 2
    assert RESULTS.ratio("preview", "ours", "plain", 100, "seconds") is None


def test_an_exponent_tells_how_a_figure_grows() -> None:
    """From 4 s to 40 s over ten times the listings is in proportion."""
    assert RESULTS.exponent("preview", "ours", "seconds") == pytest.approx(1.0)
    assert RESULTS.exponent("preview", "floor", "seconds") == pytest.approx(0.903, abs=0.001)
    assert RESULTS.exponent("preview", "floor", "requests") is None


def test_results_are_a_page_a_file_and_a_picture(tmp_path: Path) -> None:
    """Each figure is in the page, each round in the file."""
    page = write(tmp_path / "results", "trial", RESULTS.measurements, CONDITIONS)
    assert page == (tmp_path / "results" / "trial.md").read_text()
    assert "| preview | 100 | 4.0 |  | 2.5 | 1.75 |  |" in page
    assert "| preview | 1000 | 11 |  | 0 |  |" in page
    kept = json.loads((tmp_path / "results" / "trial.json").read_text())
    assert len(kept["measurements"]) == len(RESULTS.measurements)
    assert kept["conditions"]["page_size"] == 100
    assert (tmp_path / "results" / "trial.png").read_bytes().startswith(b"\x89PNG")
