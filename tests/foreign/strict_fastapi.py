"""FastAPI with models that forbid extra fields: it refuses the ``id`` and ``created`` it sent."""

import sys
from pathlib import Path

from foreign.server import APPS, ForeignServer


def _command(port: int, _: Path, page_size: int = 1000) -> list[str]:
    return [sys.executable, str(APPS / "strict_fastapi.py"), str(port), str(page_size)]


FASTAPI = ForeignServer(
    name="FastAPI",
    command=_command,
    whole="limit=1000",
    items="data",
    configuration={"setsmart:serverFields[0]": "id", "setsmart:serverFields[1]": "created"},
)
