"""Names for the resources of objects that people have named."""

from __future__ import annotations

import itertools
from collections.abc import Container

from slugify import slugify

_LONGEST = 60


def resource_name(title: str, label: str, taken: Container[str]) -> str:
    """Return a readable name for a resource that no other one has.

    Args:
        title: What a person calls the object, in any script.
        label: What to call it where the title has no letters or digits.
        taken: The names of other resources.
    """
    slug = slugify(title, allow_unicode=True, max_length=_LONGEST, word_boundary=True)
    name = slug or slugify(label)
    if name not in taken:
        return name
    numbered = (f"{name}-{number}" for number in itertools.count(2))
    return next(candidate for candidate in numbered if candidate not in taken)
