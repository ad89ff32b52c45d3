"""What a stack has to learn of a restoration."""

from __future__ import annotations

import pytest

from pulumi_setsmart.automation.known_state import KnownObject, KnownState
from pulumi_setsmart.automation.resource_type import ResourceAddress
from pulumi_setsmart.backup.backup_file import SavedObject
from pulumi_setsmart.backup.plan import Restored
from pulumi_setsmart.backup.stack_update import stack_update_of
from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.lifecycle.resource_key import ResourceKey
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.backup_note import BackupNote


def restored(name: str, identifier: str, parent_type: str = "") -> Restored:
    """Return an object that is as it was; it had the id ``old`` and a resource with a name."""
    key = ResourceKey(PROPERTY.name, name, parent_type, "parent" if parent_type else "")
    entry: dict[str, Json] = {"existing_id": "old", "name": name}
    return Restored(SavedObject(PROPERTY, name, entry, BackupNote(resource=key)), identifier)


def state(**ids: str) -> KnownState:
    """Return a state with these resources, and the ids of their objects."""
    objects = [
        KnownObject(
            f"urn::{name}",
            ResourceAddress(PROPERTY, name),
            ResourceKey(PROPERTY.name, name),
            identifier,
            {},
        )
        for name, identifier in ids.items()
    ]
    return KnownState(objects, [each.urn for each in objects])


@pytest.mark.parametrize(
    ("objects", "known", "ids", "missing"),
    [
        ([restored("villa", "1")], state(villa="1"), {}, []),
        ([restored("villa", "1")], state(villa="0"), {"urn::villa": "1"}, []),
        ([restored("villa", "1")], state(loft="2"), {}, ["villa"]),
        (
            [restored("villa", "1"), restored("loft", "2")],
            state(villa="2", loft="1"),
            {"urn::villa": "1", "urn::loft": "2"},
            [],
        ),
        (
            [restored("villa", "1"), restored("loft", "2")],
            state(villa="2"),
            {"urn::villa": "1"},
            ["loft"],
        ),
        ([restored("villa", "1", "setsmart:index:Portfolio")], state(), {}, ["villa"]),
    ],
)
def test_a_stack_learns_ids_and_lost_resources(
    objects: list[Restored], known: KnownState, ids: dict[str, str], missing: list[str]
) -> None:
    """A new id, a resource that is gone, and two that have each other's object."""
    update = stack_update_of(objects, known)
    assert update.ids == ids
    assert [each.saved.key for each in update.missing] == missing
    assert (update.notices, bool(update)) == ([], bool(ids or missing))


@pytest.mark.parametrize(
    ("objects", "known", "fact"),
    [
        ([restored("villa", "1")], state(hut="1"), "hut"),
        ([restored("villa", "1")], state(hut="1", villa="0"), "hut"),
        ([restored("villa", "1", "acme:Resort")], state(), "parent"),
    ],
)
def test_what_a_stack_cannot_learn_is_named(
    objects: list[Restored], known: KnownState, fact: str
) -> None:
    """No object gets a second resource, and no component is invented."""
    update = stack_update_of(objects, known)
    assert not update
    assert [each.code for each in update.notices] == [MessageCode.NOT_IN_STATE]
    assert fact in update.notices[0].message


def test_an_object_of_no_resource_is_not_for_the_stack() -> None:
    """Nobody managed it at the time of the backup."""
    saved = SavedObject(PROPERTY, "cabin", {"existing_id": "1", "name": "Cabin"}, BackupNote())
    assert not stack_update_of([Restored(saved, "2")], state(villa="3"))
