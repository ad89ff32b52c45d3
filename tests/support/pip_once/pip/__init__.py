"""Found before the real pip by whatever has this folder on its path: only for `python -m pip`."""

import importlib
import sys
from pathlib import Path

if sys.argv[0] != "-m":
    # The script `pip`, and what imports the package, need the real one.
    folder = Path(__file__).resolve().parents[1]
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != folder]
    del sys.modules[__name__]
    importlib.import_module(__name__)
