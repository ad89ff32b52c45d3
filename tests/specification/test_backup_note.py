"""What a backup notes of an object, in an entry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_setsmart.lifecycle.resource_key import ResourceKey
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.specification.backup_note import BackupNote

SHAPES = st.recursive(
    st.sampled_from([True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
KEYS = st.builds(ResourceKey, st.text(), st.text(min_size=1)) | st.builds(
    ResourceKey, st.text(), st.text(), st.text(min_size=1), st.text()
)
NOTES = st.builds(
    BackupNote,
    st.lists(st.text(), max_size=3),
    st.none() | KEYS,
    st.none() | st.dictionaries(st.text(), SHAPES, max_size=3),
)


@given(NOTES)
def test_a_note_is_read_as_it_was_written(note: BackupNote) -> None:
    """With whatever an account and a program have as names."""
    assert BackupNote.read(note.as_json()) == note


@pytest.mark.parametrize(
    "value",
    [
        *(None, [], "x", {"left_out": "x"}, {"left_out": [1]}, {"resource": "x"}),
        *({"resource": ["Property"]}, {"resource": [1, 2]}, {"declared": []}),
        *({"declared": {"name": False}}, {"declared": {"name": [None]}}),
    ],
)
def test_anything_else_is_no_note(value: Json) -> None:
    """A file that somebody edited is refused rather than half understood."""
    with pytest.raises(ValueError, match=r"^$"):
        BackupNote.read(value)
