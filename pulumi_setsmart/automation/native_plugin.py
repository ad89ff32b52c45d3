"""Where the native plugin is, which Pulumi starts for programs in YAML and TypeScript."""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path

from pulumi_setsmart.client.errors import StackError
from pulumi_setsmart.models.message_code import MessageCode

PROGRAM = "pulumi-resource-setsmart"
"""The name that Pulumi looks for; it is installed with the package."""


def plugin_folder(project: Path) -> str:
    """Return the folder with the native plugin of this installation, as a project names it.

    Args:
        project: The folder of the project. A folder in it is named from there, so that the project
            can be moved.

    Raises:
        StackError: The plugin is not installed.
    """
    schemes = (sysconfig.get_default_scheme(), sysconfig.get_preferred_scheme("user"))
    folders = [sysconfig.get_path("scripts", scheme) for scheme in schemes]
    found = shutil.which(PROGRAM, path=os.pathsep.join(folders))
    if found is None:
        raise StackError(
            f"{PROGRAM} is missing in {folders[0]}: install pulumi-setsmart again",
            code=MessageCode.NO_PLUGIN,
        )
    folder = Path(found).absolute().parent
    within = project.absolute()
    return str(folder.relative_to(within) if folder.is_relative_to(within) else folder)
