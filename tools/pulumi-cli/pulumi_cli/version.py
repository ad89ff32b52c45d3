"""Versions of programs: tuples of numbers, which compare as versions do."""

import re

Version = tuple[int, ...]


def parse(text: str) -> Version | None:
    """Return the first version in a text such as `go version go1.26.6 linux/amd64`."""
    match = re.search(r"\d+(\.\d+)+", text)
    return tuple(map(int, match[0].split("."))) if match else None


def dotted(version: Version) -> str:
    """Write a version as people do."""
    return ".".join(map(str, version))
