"""A SetSmart for the tests of programs and webhook receivers, on this machine.

With pytest, name the plugin ``pulumi_setsmart.testing.plugin`` in a ``conftest.py`` and ask for the
fixture ``setsmart_sandbox``; without, use `running_sandbox`. Needs ``pulumi-setsmart[sandbox]``.
"""

from pulumi_setsmart.testing.sandbox_account import SandboxAccount, running_sandbox

__all__ = ["SandboxAccount", "running_sandbox"]
