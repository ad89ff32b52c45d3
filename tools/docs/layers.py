"""Draws the layers of the package from its imports; ``make docs`` runs it, and a test compares.

Boxes are the folders of the package, and its resources together. Each imports only boxes in rows
below its own. An arrow is drawn where no longer way leads along other arrows.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "pulumi_setsmart"
PICTURE = ROOT / "docs" / "images" / "layers.svg"

WIDTH, BOX, HEIGHT, ROW, MARGIN = 820, 104, 30, 74, 12

Arrows = Mapping[str, frozenset[str]]


def modules() -> dict[str, Path]:
    """Return the files of the package by the names of their modules, from the package on."""
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = file
    return found


def imports(file: Path) -> Iterator[str]:
    """Yield each module that a file imports, wherever it does so."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module


def box_of(module: str) -> str:
    """Return the box that a module is drawn in: its folder, or ``resources``."""
    top = module.split(".", maxsplit=1)[0]
    if module in ("__main__", "sandbox.__main__"):
        return "cli"
    return top if ((PACKAGE / top).is_dir() and top) or top == "config" else "resources"


def arrows() -> Arrows:
    """Return the boxes that each box imports."""
    found: dict[str, set[str]] = {}
    for module, file in modules().items():
        box = box_of(module)
        imported = (name.split(".", 1) for name in imports(file))
        boxes = {box_of("".join(rest)) for top, *rest in imported if top == PACKAGE.name}
        found.setdefault(box, set()).update(boxes - {box})
    return {box: frozenset(imported) for box, imported in sorted(found.items())}


def rows(all_arrows: Arrows) -> list[list[str]]:
    """Return the boxes in rows, the lowest first; a box is as low as what it imports allows.

    In its row it is near the middle of what it imports, so that few arrows cross.
    """
    level: dict[str, int] = {}
    while len(level) < len(all_arrows):
        placed = {
            box: 1 + max((level[target] for target in imported), default=-1)
            for box, imported in all_arrows.items()
            if box not in level and imported <= level.keys()
        }
        if not placed:
            raise ValueError(f"imports in a circle: {sorted(all_arrows.keys() - level.keys())}")
        level.update(placed)
    across: dict[str, float] = {}
    in_rows = []
    for number in range(max(level.values()) + 1):
        row = [box for box in all_arrows if level[box] == number]
        row.sort(key=lambda box: (_middle(across[target] for target in all_arrows[box]), box))
        across |= {box: _across(place, len(row)) for place, box in enumerate(row)}
        in_rows.append(row)
    return in_rows


def drawn(all_arrows: Arrows) -> Iterator[tuple[str, str]]:
    """Yield each arrow from which no longer way leads to the same box."""
    reached: dict[str, frozenset[str]] = {}
    for row in rows(all_arrows):
        for box in row:
            imported = all_arrows[box]
            further = frozenset[str]().union(*(reached[target] for target in imported))
            reached[box] = imported | further
            yield from ((box, target) for target in sorted(imported - further))


def picture(all_arrows: Arrows) -> str:
    """Return the layers as SVG: the program at the top, and what nothing of ours is under below."""
    in_rows = rows(all_arrows)
    height = 2 * MARGIN + HEIGHT + ROW * (len(in_rows) - 1)
    places = {
        box: (_across(place, len(row)), height - MARGIN - HEIGHT / 2 - ROW * number)
        for number, row in enumerate(in_rows)
        for place, box in enumerate(row)
    }
    lines = [
        f'<line x1="{places[box][0]:.0f}" y1="{places[box][1]:.0f}" '
        f'x2="{places[one][0]:.0f}" y2="{places[one][1] - HEIGHT / 2:.0f}"/>'
        for box, one in drawn(all_arrows)
    ]
    boxes = [
        f'<rect x="{x - BOX / 2:.0f}" y="{y - HEIGHT / 2:.0f}" width="{BOX}" height="{HEIGHT}" '
        f'rx="5"/><text x="{x:.0f}" y="{y + 4:.0f}">{box}</text>'
        for box, (x, y) in places.items()
    ]
    return "\n".join(
        [
            "<!-- Made by `make docs` from the imports (tools/docs/layers.py). -->",
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}">',
            "<title>Which folders of the package import which</title>",
            (
                "<style>line{stroke:#888;marker-end:url(#tip)}rect{fill:#eef3fb;stroke:#5b7db1}"
                "text{font:13px sans-serif;text-anchor:middle;fill:#1b2a41}</style>"
            ),
            (
                '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
                'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#888"/></marker>'
            ),
            *lines,
            *boxes,
            "</svg>\n",
        ]
    )


def _across(place: int, boxes: int) -> float:
    return WIDTH * (place + 0.5) / boxes


def _middle(places: Iterable[float]) -> float:
    listed = [*places]
    return sum(listed) / len(listed) if listed else WIDTH / 2


if __name__ == "__main__":
    PICTURE.write_text(picture(arrows()), encoding="utf-8")
