"""The limit of deletions that adoption writes into the settings of a stack."""

from __future__ import annotations

import re
from pathlib import Path

from pulumi_setsmart.automation.project import Project
from pulumi_setsmart.automation.stack import Configuration, Stack
from pulumi_setsmart.config import MAX_DELETIONS, MAX_DELETIONS_VARIABLE
from pulumi_setsmart.files.regular_file import utf8_text_of
from pulumi_setsmart.files.whole_file import write_file
from pulumi_setsmart.models.setting import setting

_KEY = setting(MAX_DELETIONS)
_LIMIT = "0"
_COMMENT = (
    f"# No run deletes a listing until you raise this. {MAX_DELETIONS_VARIABLE}=1 allows one "
    "deletion in one run."
)
_WRITTEN = re.compile(rf"^( *)(?={re.escape(_KEY)}: [\"']?{_LIMIT}[\"']?\s*$)", re.MULTILINE)
_LARGEST = 1024 * 1024


def limit_deletions(stack: Stack, folder: Path, configuration: Configuration) -> list[Path]:
    """Let no run of a stack delete anything, unless its settings have a limit already.

    Pulumi writes the value, as it knows where the settings of the stack are. The comment is added
    to the text, so that nothing else changes, the encrypted values among it.

    Args:
        stack: The stack.
        folder: The folder of its project.
        configuration: How it is configured now.

    Returns:
        The file that was written; none if there is a limit, or if the settings are not in a file.

    Raises:
        StackError: Pulumi cannot write the value.
        PortfolioFileError: The comment cannot be written.
    """
    if _KEY in configuration.values:
        return []
    stack.configure(_KEY, _LIMIT)
    path = Project.of(folder).settings_file(stack.name)
    if not path.exists():
        return []
    text = utf8_text_of(path, _LARGEST)
    write_file(path, _WRITTEN.sub(lambda found: f"{found[1]}{_COMMENT}\n{found[1]}", text, 1))
    return [path]
