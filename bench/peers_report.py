"""What peers cost side by side, as a page, as JSON and as a picture."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import matplotlib as mpl
from contenders import EXECUTABLES, OURS, ROLES, TERRAFORM, Measurement
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from report import Conditions, shown, table, write_texts

NAME = "peers"
_COLOURS = {"engine": "tab:gray", "program": "tab:cyan", "provider": "tab:blue"}
_LIMITED = ", limited"


def write(
    results: Path, pictures: Path, measurements: Sequence[Measurement], conditions: Conditions
) -> str:
    """Write page and measurements into a folder and the picture into another; return the page."""
    picture = pictures / f"{NAME}.png"
    page = _page(measurements, conditions, os.path.relpath(picture, results))
    write_texts(results, NAME, page, measurements, conditions)
    pictures.mkdir(exist_ok=True)
    _plot(measurements, picture)
    return page


def _page(measurements: Sequence[Measurement], conditions: Conditions, picture: str) -> str:
    contenders = {measurement.contender for measurement in measurements}
    tools = [f"Pulumi {_pulumi_version()}"]
    if TERRAFORM.name in contenders:
        tools.append(f"Terraform {_terraform_version()}")
    missing = "" if TERRAFORM.name in contenders else " Terraform was not on PATH: it has no rows."
    sections = [
        "# Side by side",
        f"{measurements[0].listings:,} listings. {conditions} {', '.join(tools)}.{missing}",
        "`bench/peers.py` says what is measured and how.",
        "<!-- --8<-- [start:tables] -->",
        "Without a rate limit:",
        table(_rows([each for each in measurements if not each.case.endswith(_LIMITED)])),
        f"With {conditions.limit} requests in {conditions.window:.0f} s:",
        table(_rows([each for each in measurements if each.case.endswith(_LIMITED)])),
        "<!-- --8<-- [end:tables] -->",
        f"![Seconds, with and without a limit, and CPU seconds of each contender]({picture})",
    ]
    return "\n\n".join(sections) + "\n"


def _rows(measurements: Sequence[Measurement]) -> Iterator[tuple[str, ...]]:
    yield (
        "",
        "",
        "requests",
        "refused (429)",
        "seconds",
        "of ours",
        *(f"CPU s: {role}" for role in ROLES),
        "all",
        *(f"MiB: {role}" for role in ROLES),
        "not repaired",
    )
    ours = {each.case: each.seconds for each in measurements if each.contender == OURS.name}
    for each in measurements:
        usages = [each.usages.get(role) for role in ROLES]
        yield (
            each.case.removesuffix(_LIMITED),
            each.contender,
            shown(each.requests, 0),
            shown(each.refused, 0),
            shown(each.seconds, 1),
            shown(each.seconds / ours[each.case], 2),
            *(shown(usage and usage.cpu_seconds, 1) for usage in usages),
            shown(each.cpu_seconds, 1),
            *(shown(usage and usage.peak_mebibytes, 0) for usage in usages),
            shown(each.unrepaired, 0),
        )


def _plot(measurements: Sequence[Measurement], path: Path) -> None:
    mpl.use("agg")
    cases = [*dict.fromkeys(each.case.removesuffix(_LIMITED) for each in measurements)]
    figure = Figure(figsize=(3.2 * len(cases), 6.5), layout="constrained")
    panels = figure.subplots(3, len(cases), squeeze=False)
    for column, case in enumerate(cases):
        free = [each for each in measurements if each.case == case]
        limited = [each for each in measurements if each.case == case + _LIMITED]
        for row, (title, shown_here) in enumerate(
            (
                (f"{case}: seconds", free),
                (f"{case}, limited: seconds", limited),
                (f"{case}: CPU seconds", free),
            )
        ):
            panel = panels[row][column]
            panel.set_title(title, fontsize="medium")
            panel.spines[["top", "right"]].set_visible(False)
            panel.margins(x=0.18)
            names = [each.contender for each in shown_here]
            if row == len(panels) - 1:
                _stack_roles(panel, names, shown_here)
            else:
                bars = panel.barh(names, [each.seconds for each in shown_here], color="tab:blue")
                panel.bar_label(bars, fmt="%.0f", padding=2, fontsize="small")
            panel.invert_yaxis()
    panels[-1][0].legend(fontsize="small", loc="lower right")
    figure.savefig(path, dpi=110)


def _stack_roles(panel: Axes, names: list[str], measurements: Sequence[Measurement]) -> None:
    """Draw a bar for each measurement, of what the roles took."""
    done = [0.0] * len(names)
    for role in ROLES:
        seconds = [
            each.usages[role].cpu_seconds if role in each.usages else 0.0 for each in measurements
        ]
        bars = panel.barh(names, seconds, left=done, color=_COLOURS[role], label=role)
        done = [before + more for before, more in zip(done, seconds, strict=True)]
    panel.bar_label(bars, [f"{all_of_it:.0f}" for all_of_it in done], padding=2, fontsize="small")


def _pulumi_version() -> str:
    command = [EXECUTABLES / "pulumi", "version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _terraform_version() -> str:
    command = [shutil.which("terraform") or "terraform", "version", "-json"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    version: str = json.loads(printed)["terraform_version"]
    return version
