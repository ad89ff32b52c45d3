"""``python -m pulumi_setsmart``: the same as ``pulumi-setsmart``."""

from pulumi_setsmart.cli import main

main(prog_name="python -m pulumi_setsmart")
