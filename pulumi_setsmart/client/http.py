"""The HTTP library, without its command line.

Where the packages of its command line happen to be installed, httpx imports them as well, which
takes longer than all the rest of a provider's start. None in the table of modules makes an import
fail, and httpx is made to go on without.
"""

import sys

_COMMAND_LINE = "httpx._main"

_was_imported = _COMMAND_LINE in sys.modules
if not _was_imported:
    sys.modules[_COMMAND_LINE] = None  # type: ignore[assignment]  # documented: refuses the import

import httpx  # noqa: E402 -- it has to come after

if not _was_imported:
    del sys.modules[_COMMAND_LINE]

__all__ = ["httpx"]
