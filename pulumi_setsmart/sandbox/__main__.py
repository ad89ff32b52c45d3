"""``python -m pulumi_setsmart.sandbox``: the same as ``pulumi-setsmart sandbox``."""

from pulumi_setsmart.cli.sandbox import sandbox

sandbox(prog_name="python -m pulumi_setsmart.sandbox")
