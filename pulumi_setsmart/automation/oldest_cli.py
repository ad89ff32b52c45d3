"""The oldest Pulumi CLI that this package supports: said here, and nowhere else in Python."""

OLDEST_CLI = (3, 272, 0)
"""That of the oldest SDK which `pyproject.toml` accepts, since Pulumi releases both together.

Older ones do not tell previews the ``id`` of a resource that `.get()` reads (before 3.260), and
cannot import resources with outputs, as `adopt` does (before 3.254).
"""
