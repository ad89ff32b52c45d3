"""A secret that a file refers to."""

from attrs import frozen


@frozen
class ConfiguredSecret:
    """A secret that a file refers to, and that the stack's configuration contains.

    Attributes:
        key: Its key, such as ``bookingsSecret``, in the project's namespace unless it names one.
    """

    key: str
