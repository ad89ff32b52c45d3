"""From Pulumi's dynamic providers to the lifecycle."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any, ClassVar

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_setsmart.client.confidential import shown
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.secret_inputs import with_secret_paths
from pulumi_setsmart.models.text import visible
from pulumi_setsmart.providers.about import about
from pulumi_setsmart.providers.failure import hide_tracebacks, reported
from pulumi_setsmart.providers.values import (
    PROVIDER_KEY,
    from_engine,
    holds_former_null,
    to_engine,
    with_former_nulls,
)

if TYPE_CHECKING:
    from pulumi_setsmart.providers.lifecycles import Lifecycles


class LifecycleProvider(ResourceProvider):
    """A dynamic provider for one kind of resource.

    The engine's process makes one instance for each class and configures it; instances in the
    program's process are only there to be pickled.
    """

    serialize_as_secret_always = False  # what is pickled is the name of a class: nothing is secret
    kind: ClassVar[Kind]
    _lifecycles: Lifecycles

    @classmethod
    @functools.cache
    def pickled(cls) -> str:
        """Return what a state holds of this class.

        Pulumi's own class of dynamic resources pickles a provider again for each resource.
        """
        return str(serialize_provider(cls()))

    def configure(self, req: ConfigureRequest) -> None:
        """Take over the configuration of the stack."""
        # The program's process pickles this class and needs no HTTP client for it.
        from pulumi_setsmart.providers import process  # noqa: PLC0415
        from pulumi_setsmart.providers.lifecycles import ConfiguredLifecycles  # noqa: PLC0415

        hide_tracebacks()
        process.prepare(process.ToUser())
        with reported():
            self._lifecycles = ConfiguredLifecycles.of(self.kind, req.config.get, os.environ)

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Validate the inputs, and look whether what is to be created exists already."""
        with about(self.kind, news, olds=olds, plain=from_engine):
            before = from_engine(olds)
            inputs = with_secret_paths(self.kind, from_engine(news), before)
        with about(
            self.kind, inputs, olds=olds, plain=from_engine
        ):  # by now it is known which of them are secret
            checked = self._lifecycles.of_account(inputs).check(
                inputs, exists=bool(olds), before=before
            )
        # Pulumi prints the value of a property that a failure names, even of a secret one.
        failures = [CheckFailure("", shown(visible(each))) for each in checked.violations]
        return CheckResult(with_former_nulls(to_engine(checked.inputs), olds), failures)

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare what was last known with what is declared."""
        with about(self.kind, news, id_, olds=olds, plain=from_engine):
            outputs = from_engine(olds)
            difference = self._lifecycles.of_account(outputs).diff(outputs, from_engine(news))
        # Told that there are changes, the engine does not compare by itself any more, and then it
        # does not look at replace_on_changes.
        changes = None if difference.shows_in_inputs else difference.changes
        # The native plugin managed it before. Without the provider, the next refresh would fail.
        if PROVIDER_KEY not in olds:
            changes = True
        return DiffResult(changes=changes, replaces=difference.replaces)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create an object."""
        with about(self.kind, props, plain=from_engine):
            inputs = from_engine(props)
            identifier, outputs = self._lifecycles.of_account(inputs).create(inputs)
        return CreateResult(identifier, to_engine(outputs))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Look at an object."""
        with about(self.kind, props, id_, plain=from_engine):
            outputs = from_engine(props)
            seen = self._lifecycles.of_account(outputs).read(id_, outputs)
        if seen is None:
            return ReadResult("", {})
        # A refresh replaces the former form of null in a state.
        inputs = seen.declared if holds_former_null(props) else seen.inputs
        return ReadResult(
            id_, to_engine(seen.outputs), None if inputs is None else to_engine(inputs)
        )

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Bring an object to the declared values."""
        with about(self.kind, news, id_, olds=olds, plain=from_engine):
            inputs = from_engine(news)
            lifecycle = self._lifecycles.of_account(inputs)
            outputs = lifecycle.update(id_, from_engine(olds), inputs)
        return UpdateResult(to_engine(outputs))

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Delete an object."""
        with about(self.kind, props, id_, plain=from_engine):
            outputs = from_engine(props)
            self._lifecycles.of_account(outputs).delete(id_, outputs)
