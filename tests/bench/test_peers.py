"""Contenders side by side: the real tools, one sandbox, few listings."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from contenders import OURS, TERRAFORM, Contender, Measurement, has_terraform
from peers import Peers
from peers_report import write
from process_tree import Usage, Usages
from report import Conditions
from support.skip_reasons import NO_TERRAFORM

CASES = ["create", "preview", "repair", "destroy"]


@pytest.fixture
def terraform() -> Contender:
    """Terraform; a skip where it or its provider is missing, on CI a failure if there is Go."""
    if not has_terraform():
        if os.environ.get("CI") == "true" and shutil.which("terraform") and shutil.which("go"):
            pytest.fail(NO_TERRAFORM)
        pytest.skip(NO_TERRAFORM)
    return TERRAFORM


def measured(contender: Contender, folder: Path) -> Iterator[Measurement]:
    """Measure a portfolio of three listings, the first of which somebody changes."""
    return Peers([contender], listings=3, window=0.2).measure(folder)


@pytest.mark.usefixtures("pulumi")
def test_pulumi_does_all_of_it_with_and_without_a_limit(tmp_path: Path) -> None:
    """Each case runs, asks the server, is repaired, and has figures for its three processes."""
    found = [*measured(OURS, tmp_path)]
    assert [each.case for each in found] == [*CASES, *(f"{case}, limited" for case in CASES)]
    assert all(each.requests for each in found)
    assert [each.unrepaired for each in found] == [0] * len(found)
    created = found[0].usages.by_role
    assert set(created) == {"engine", "program", "provider"}
    assert all(usage.cpu_seconds and usage.peak_mebibytes > 1 for usage in created.values())


def test_terraform_does_all_of_it_but_sees_no_drift(terraform: Contender, tmp_path: Path) -> None:
    """It reads each listing twice, and its REST provider compares none with what is declared."""
    found = [*measured(terraform, tmp_path)]
    assert [each.case for each in found] == [*CASES, *(f"{case}, limited" for case in CASES)]
    assert [each.requests for each in found] == [3, 6, 6, 9] * 2
    assert [each.refused for each in found] == [0] * len(found)
    assert [each.unrepaired for each in found] == [0, 0, 1, 0] * 2


def test_a_page_says_that_terraform_is_missing(tmp_path: Path) -> None:
    """It has no rows then, and those of the others have what one run took."""
    usages = Usages({"engine": Usage(2.0, 100.0), "provider": Usage(0.5, 61.0)}, 170.0)
    seconds = {"ours": 2.0, "plain": 3.0}
    found = [
        Measurement(case, name, 10, took, 11, 0, usages)
        for case in ("preview", "preview, limited")
        for name, took in seconds.items()
    ]
    conditions = Conditions(page_size=100, latency=0.02, limit=100, window=5.0, rounds=1)
    page = write(tmp_path / "results", tmp_path / "pictures", "peers", found, conditions)
    assert page == (tmp_path / "results" / "peers.md").read_text()
    assert "Terraform was not on PATH" in page
    row = "| preview | plain | 11 | 0 | 3.0 | 1.50 | 2.0 |  | 0.5 | 2.5 | 100 |  | 61 | 170 | 0 |"
    assert page.count(row) == 2
    assert "(../pictures/peers.png)" in page
    assert (tmp_path / "pictures" / "peers.png").read_bytes().startswith(b"\x89PNG")
    kept = json.loads((tmp_path / "results" / "peers.json").read_text())
    assert kept["measurements"][0]["usages"]["by_role"]["provider"]["cpu_seconds"] == 0.5


def test_a_run_without_a_limit_has_one_table(tmp_path: Path) -> None:
    """What was not measured has no rows, and the page has the name that was asked for."""
    usages = Usages({"provider": Usage(0.5, 61.0)}, 170.0)
    found = [Measurement("preview", "ours", 10, 2.0, 11, 0, usages)]
    conditions = Conditions(page_size=100, latency=0.02, limit=100, window=5.0, rounds=1)
    page = write(tmp_path, tmp_path, "native", found, conditions)
    assert page == (tmp_path / "native.md").read_text()
    assert page.count("| preview | ours | 11 |") == 1
    assert "With 100 requests" not in page
    assert "(native.png)" in page
