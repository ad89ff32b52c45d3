"""The HTTP library, without its command line.

If the packages of its command line are installed, httpx imports them as well, which takes longer
than everything else in a provider's start. None in `sys.modules` makes an import fail, and httpx
continues without them.
"""

import sys

_COMMAND_LINE = "httpx._main"

_was_imported = _COMMAND_LINE in sys.modules
if not _was_imported:
    sys.modules[_COMMAND_LINE] = None  # type: ignore[assignment]  # documented: prevents the import

import httpx  # noqa: E402 -- it has to come after

if not _was_imported:
    del sys.modules[_COMMAND_LINE]

__all__ = ["httpx"]
