"""Django REST framework: integer keys, each of its three paginators, pages of two."""

import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path

from foreign.server import APPS, ForeignServer


def _server(name: str, paginator: str, whole: str, *, slash: bool = False) -> ForeignServer:
    def command(port: int, folder: Path) -> list[str]:
        return [
            *(sys.executable, str(APPS / "django_listings.py"), str(port)),
            *(str(folder / "db.sqlite3"), paginator, "slash" if slash else "bare"),
        ]

    return ForeignServer(
        name=f"Django REST framework, {name}",
        version=partial(version, "djangorestframework"),
        command=command,
        path="/properties/" if slash else "/properties",
        whole=whole,
        items="results",
    )


PAGE_NUMBER = _server("page numbers", "PageNumber", "page_size=1000")
LIMIT_OFFSET = _server("limit and offset", "LimitOffset", "limit=1000")
CURSOR = _server("cursor", "Cursor", "page_size=1000")
TRAILING_SLASH = _server("trailing slash", "PageNumber", "page_size=1000", slash=True)
