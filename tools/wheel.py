#!/usr/bin/env python3
"""Build the wheel, and record its hash: `make wheel INTO=FOLDER`.

FOLDER/wheels has the wheel afterwards, and a requirements.txt by which pip installs this wheel and
no other one, from the file alone:

    pip install --require-hashes --no-deps --no-index --requirement wheels/requirements.txt

The same sources make the same wheel, byte by byte.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
MOMENT = "1580601600"
"""The time of all files in the wheel, in seconds since 1970: what hatchling has by default."""


def main(into: Path) -> int:
    """Build it, and return the exit code."""
    wheels = into / "wheels"
    with TemporaryDirectory() as folder:
        built = subprocess.run(  # noqa: S603 - this very Python
            [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", folder],
            cwd=ROOT,
            env=os.environ | {"SOURCE_DATE_EPOCH": MOMENT},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if built.returncode != 0:
            sys.stderr.write(built.stdout)
            return built.returncode
        [wheel] = Path(folder).glob("*.whl")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        wheels.mkdir(parents=True, exist_ok=True)
        for old in wheels.glob("pulumi_setsmart-*.whl"):
            old.unlink()
        shutil.copyfile(wheel, wheels / wheel.name)
    line = f"./wheels/{wheel.name} --hash=sha256:{digest}\n"
    (wheels / "requirements.txt").write_text(f"# Written by `make wheel`.\n{line}")
    sys.stdout.write(f"{wheels / wheel.name}: SHA-256 {digest}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
