"""What a preview can say of the outputs that a create or an update will have."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN


def planned_outputs(
    kind: Kind, inputs: Mapping[str, Json], outputs: Mapping[str, Json] | None = None
) -> dict[str, Json]:
    """Return the outputs as far as they are known before a write.

    Args:
        kind: The kind of resource.
        inputs: Its checked inputs: what they declare will be there.
        outputs: What is known of the object, which it keeps; None where it is only now created or
            adopted, so that its other fields are not known.
    """
    unknown: Mapping[str, Json] = dict.fromkeys((field.name for field in kind.fields), UNKNOWN)
    known = unknown if outputs is None else outputs
    return {name: value for name, value in {**known, **inputs}.items() if not name.startswith(KEY)}
