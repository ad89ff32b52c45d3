"""From Pulumi's dynamic providers to the lifecycle."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator, Mapping
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
from pulumi_setsmart.lifecycle.declaration import keeping_secrets, read_declaration
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.secret_inputs import with_secret_paths
from pulumi_setsmart.models.text import visible
from pulumi_setsmart.providers.failure import hide_tracebacks, reported
from pulumi_setsmart.providers.values import (
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
        process.prepare()
        with reported():
            self._lifecycles = ConfiguredLifecycles.of(self.kind, req.config.get, os.environ)

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Validate the inputs, and look whether what is to be created exists already."""
        with self._about(news, olds=olds):
            before = from_engine(olds)
            inputs = with_secret_paths(self.kind, from_engine(news), before)
        with self._about(inputs, olds=olds):  # by now it is known which of them are secret
            checked = self._lifecycles.of_account(inputs).check(
                inputs, exists=bool(olds), before=before
            )
        # Pulumi prints the value of a property that a failure names, even of a secret one.
        failures = [CheckFailure("", shown(visible(each))) for each in checked.violations]
        return CheckResult(with_former_nulls(to_engine(checked.inputs), olds), failures)

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare what was last known with what is declared."""
        with self._about(news, id_, olds=olds):
            outputs = from_engine(olds)
            difference = self._lifecycles.of_account(outputs).diff(outputs, from_engine(news))
        # Told that there are changes, the engine does not compare by itself any more, and then it
        # does not look at replace_on_changes.
        changes = None if difference.shows_in_inputs else difference.changes
        return DiffResult(changes=changes, replaces=difference.replaces)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create an object."""
        with self._about(props):
            inputs = from_engine(props)
            identifier, outputs = self._lifecycles.of_account(inputs).create(inputs)
        return CreateResult(identifier, to_engine(outputs))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Look at an object."""
        with self._about(props, id_):
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
        with self._about(news, id_, olds=olds):
            inputs = from_engine(news)
            lifecycle = self._lifecycles.of_account(inputs)
            outputs = lifecycle.update(id_, from_engine(olds), inputs)
        return UpdateResult(to_engine(outputs))

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Delete an object."""
        with self._about(props, id_):
            outputs = from_engine(props)
            self._lifecycles.of_account(outputs).delete(id_, outputs)

    @contextlib.contextmanager
    def _about(
        self,
        properties: Mapping[str, Any],
        id_: str | None = None,
        *,
        olds: Mapping[str, Any] | None = None,
    ) -> Iterator[None]:
        """Name the object in whatever goes wrong, and show nothing that is secret, or was."""
        try:
            yield
        except Exception:
            with reported():
                plain = from_engine(properties)
                declaration = read_declaration(self.kind, plain)
                before = read_declaration(self.kind, from_engine(olds or {}))
                secrets = keeping_secrets(declaration, before)

                def tell(text: str) -> str:
                    subject = visible(declaration.subject(self.kind, id_))
                    return declaration.redact(f"{subject}: {text}")

                with secrets, reported(tell):
                    raise
