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

_COLOURS = {"engine": "tab:gray", "program": "tab:cyan", "provider": "tab:blue"}
_LIMITED = ", limited"


def write(
    results: Path,
    pictures: Path,
    name: str,
    measurements: Sequence[Measurement],
    conditions: Conditions,
) -> str:
    """Write page and measurements into a folder and the picture into another; return the page."""
    picture = pictures / f"{name}.png"
    page = _page(measurements, conditions, os.path.relpath(picture, results))
    write_texts(results, name, page, measurements, conditions)
    pictures.mkdir(exist_ok=True)
    _plot(measurements, picture)
    return page


def _page(measurements: Sequence[Measurement], conditions: Conditions, picture: str) -> str:
    contenders = {measurement.contender for measurement in measurements}
    tools = [f"Pulumi {_pulumi_version()}"]
    if TERRAFORM.name in contenders:
        tools.append(f"Terraform {_terraform_version()}")
    limited = [each for each in measurements if each.case.endswith(_LIMITED)]
    with_limit = (
        f"With {conditions.limit} requests in {conditions.window:.0f} s:",
        table(_rows(limited)),
    )
    missing = "" if TERRAFORM.name in contenders else " Terraform was not on PATH: it has no rows."
    sections = [
        "# Side by side",
        "<!-- --8<-- [start:conditions] -->",
        f"{measurements[0].listings:,} listings. {conditions} {', '.join(tools)}.{missing}",
        "<!-- --8<-- [end:conditions] -->",
        "`bench/peers.py` says what is measured and how.",
        "<!-- --8<-- [start:tables] -->",
        "Without a rate limit:",
        table(_rows([each for each in measurements if not each.case.endswith(_LIMITED)])),
        *(with_limit if limited else ()),
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
        "all",
        "not repaired",
    )
    ours = {each.case: each.seconds for each in measurements if each.contender == OURS.name}
    for each in measurements:
        usages = [each.usages.by_role.get(role) for role in ROLES]
        yield (
            each.case.removesuffix(_LIMITED),
            each.contender,
            shown(each.requests, 0),
            shown(each.refused, 0),
            shown(each.seconds, 1),
            shown(each.seconds / ours[each.case], 2),
            *(shown(None if usage is None else usage.cpu_seconds, 1) for usage in usages),
            shown(each.cpu_seconds, 1),
            *(shown(None if usage is None else usage.peak_mebibytes, 0) for usage in usages),
            shown(each.usages.peak_mebibytes, 0),
            shown(each.unrepaired, 0),
        )


def _plot(measurements: Sequence[Measurement], path: Path) -> None:
    mpl.use("agg")
    cases = [*dict.fromkeys(each.case.removesuffix(_LIMITED) for each in measurements)]
    has_limited = any(each.case.endswith(_LIMITED) for each in measurements)
    rows = [("seconds", ""), *([("seconds", _LIMITED)] if has_limited else []), ("CPU seconds", "")]
    figure = Figure(figsize=(3.2 * len(cases), 0.5 + 2 * len(rows)), layout="constrained")
    panels = figure.subplots(len(rows), len(cases), squeeze=False)
    for column, case in enumerate(cases):
        for row, (quantity, suffix) in enumerate(rows):
            shown_here = [each for each in measurements if each.case == case + suffix]
            panel = panels[row][column]
            if not shown_here:  # the run was interrupted
                panel.set_axis_off()
                continue
            panel.set_title(f"{case}{suffix}: {quantity}", fontsize="medium")
            panel.spines[["top", "right"]].set_visible(False)
            panel.margins(x=0.18)
            names = [each.contender for each in shown_here]
            if row == len(panels) - 1:
                _stack_roles(panel, names, shown_here)
            else:
                bars = panel.barh(names, [each.seconds for each in shown_here], color="tab:blue")
                panel.bar_label(bars, fmt="%.0f", padding=2, fontsize="small")
            panel.invert_yaxis()
    handles, labels = panels[-1][0].get_legend_handles_labels()
    figure.legend(handles, labels, fontsize="small", loc="outside lower center", ncols=len(labels))
    figure.savefig(path, dpi=110)


def _stack_roles(panel: Axes, names: list[str], measurements: Sequence[Measurement]) -> None:
    """Draw a bar for each measurement, of what the roles took."""
    done = [0.0] * len(names)
    for role in ROLES:
        seconds = [
            usages[role].cpu_seconds if role in usages else 0.0
            for usages in (each.usages.by_role for each in measurements)
        ]
        bars = panel.barh(names, seconds, left=done, color=_COLOURS[role], label=role)
        done = [before + more for before, more in zip(done, seconds, strict=True)]
    panel.bar_label(bars, [f"{all_of_it:.0f}" for all_of_it in done], padding=2, fontsize="small")


def _pulumi_version() -> str:
    return _printed(str(EXECUTABLES / "pulumi"), "version").strip()


def _terraform_version() -> str:
    printed = _printed(shutil.which("terraform") or "terraform", "version", "-json")
    version: str = json.loads(printed)["terraform_version"]
    return version


def _printed(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
