"""Arbitrary values for property-based tests."""

from hypothesis import strategies as st

from pulumi_setsmart.models.json import LARGEST_EXACT_INTEGER, Json

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = TEXTS.filter(lambda name: not name.startswith("__"))
SCALARS = (
    st.booleans()
    | st.integers(-LARGEST_EXACT_INTEGER, LARGEST_EXACT_INTEGER)
    | st.floats(-1e15, 1e15)
    | TEXTS
)


def nested(
    leaves: st.SearchStrategy[Json], names: st.SearchStrategy[str] = NAMES
) -> st.SearchStrategy[Json]:
    """Return JSON with ``leaves`` at its ends."""
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
        max_leaves=12,
    )


ANY_JSON = nested(SCALARS | st.none())
ANY_OBJECT = st.dictionaries(NAMES, ANY_JSON, max_size=5)
