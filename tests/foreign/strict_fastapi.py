"""FastAPI with models that forbid extra fields: it refuses the ``id`` and ``created`` it sent."""

import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path

from foreign.server import APPS, ForeignServer


def _command(port: int, _: Path) -> list[str]:
    return [sys.executable, str(APPS / "strict_fastapi.py"), str(port)]


FASTAPI = ForeignServer(
    name="FastAPI",
    version=partial(version, "fastapi"),
    command=_command,
    whole="limit=1000",
    items="data",
    configuration={
        "setsmart:paging.style": "offset",
        "setsmart:paging.parameter": "skip",
    },
)
