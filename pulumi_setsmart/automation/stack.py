"""A stack, through Pulumi's Automation API, which drives the user's own command line."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from attrs import field, frozen
from pulumi import automation
from pulumi.automation.events import EngineEvent, OpType, StepEventMetadata

from pulumi_setsmart.automation.failure import first_error
from pulumi_setsmart.automation.known_state import KnownState, known_state, with_new_ids
from pulumi_setsmart.automation.limited_command import LimitedCommand, TimeLimit
from pulumi_setsmart.automation.project import Project
from pulumi_setsmart.automation.resource_type import (
    NATIVE_TOKENS,
    NO_RESOURCES,
    ResourceAddress,
    addresses,
    holds_secret,
)
from pulumi_setsmart.automation.state_code import (
    Examination,
    UnreadableStateError,
    code_of,
    read_state,
)
from pulumi_setsmart.automation.terminal_command import run_on_terminal
from pulumi_setsmart.client.errors import StackError
from pulumi_setsmart.config import load_allowed_providers
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode, without_code
from pulumi_setsmart.models.portfolio_names import entry_key, portfolio_of
from pulumi_setsmart.providers.values import from_engine

NO_VARIABLES: Mapping[str, str] = MappingProxyType({})
_NO_CHANGE = {OpType.SAME, OpType.REFRESH, OpType.READ, OpType.DISCARD}


@frozen
class Configuration:
    """What is configured of a stack.

    Attributes:
        values: The values by their keys, secrets in clear.
        in_clear: The keys of those that are not secret.
    """

    values: Mapping[str, str] = field(factory=dict, repr=False)
    in_clear: Collection[str] = frozenset()


@frozen
class StateResource:
    """A resource that a stack manages.

    Attributes:
        address: Which one it is.
        identifier: The id of its object.
        inputs: What the program declared, less what is secret.
        key: The key of the portfolio's entry that it was made of, or else its name.
    """

    address: ResourceAddress
    identifier: str
    inputs: Mapping[str, Json]
    key: str


@frozen
class State:
    """What Pulumi knows of a stack.

    Attributes:
        text: All of it, secrets encrypted, as `Stack.restore` takes it back.
        resources: The resources of ours that it manages.
    """

    text: str
    resources: Sequence[StateResource]

    @property
    def ids(self) -> dict[ResourceAddress, str]:
        """The ids of the objects that the stack manages."""
        return {resource.address: resource.identifier for resource in self.resources}


@frozen
class PlannedChanges:
    """What a program would do to the resources of a stack that would not stay as they are.

    Attributes:
        ours: What to each of ours: ``update``, ``delete`` and so on.
        others: What to others, by their URNs.
    """

    ours: Mapping[ResourceAddress, str]
    others: Mapping[str, str]


class Stack:
    """A stack of the project in a folder.

    Args:
        name: The stack's name.
        folder: The folder with the project's Pulumi.yaml.
        limit: How long Pulumi may take; None for as long as it takes.

    Raises:
        StackError: There is no project, or no Pulumi.
    """

    def __init__(self, name: str, folder: Path, limit: TimeLimit | None = None) -> None:
        self.name = name
        self._is_examined = False
        Project.of(folder)
        with self._reported():
            self._workspace = automation.LocalWorkspace(
                work_dir=str(folder),
                pulumi_command=None if limit is None else LimitedCommand(limit),
            )

    def configuration(self) -> Configuration:
        """Return the stack's configuration.

        Raises:
            StackError: It cannot be read.
        """
        with self._reported():
            configured = self._workspace.get_all_config(self.name)
        return Configuration(
            values={key: entry.value for key, entry in configured.items()},
            in_clear={key for key, entry in configured.items() if not entry.secret},
        )

    def configure(self, key: str, value: str) -> None:
        """Write a value that is not secret into the stack's settings, wherever Pulumi has them.

        Raises:
            StackError: It cannot be written.
        """
        with self._reported():
            self._workspace.set_config(self.name, key, automation.ConfigValue(value))

    def examine(self) -> Examination:
        """Return what of the stack's state is code, without running any of it.

        Raises:
            StackError: It cannot be read, or not be decrypted where it is encrypted.
            ConfigurationError: What is allowed is not said in the right way.
        """
        return self._examined(self._exported())

    def state(self) -> State:
        """Return what Pulumi knows of the stack.

        Raises:
            StackError: It cannot be read, or holds code of others.
        """
        text = self._export()
        exported = self._read(text)
        self._refuse_foreign_code(exported)
        deployment = exported.get("deployment") or {}
        resources = [
            StateResource(address, str(resource["id"]), _inputs(resource), _key(address, resource))
            for resource in deployment.get("resources") or []
            if "id" in resource and not resource.get("external") and not resource.get("delete")
            for address in addresses(resource["urn"])
        ]
        return State(text, resources)

    def known_state(self) -> KnownState:
        """Return what the state knows of the objects in the account, with its secrets in clear.

        Raises:
            StackError: It cannot be read or decrypted, or holds code of others.
        """
        exported = self._exported("--show-secrets")
        self._refuse_foreign_code(exported)
        return known_state(exported)

    def change_ids(self, ids: Mapping[str, str]) -> None:
        """Give resources objects with other ids, and change nothing else in the state.

        Args:
            ids: The ids by the URNs of the resources.

        Raises:
            StackError: The state cannot be read or written.
        """
        self._import_state(with_new_ids(self._exported(), ids))

    def restore(self, state: State) -> None:
        """Bring the stack back to a state that it had.

        Raises:
            StackError: It cannot be brought back.
        """
        self._import_state(state.text)

    def import_resources(
        self, resources: list[dict[str, Any]], parents: Mapping[str, str] | None = None
    ) -> None:
        """Import resources; nothing is asked of SetSmart.

        Args:
            resources: Those of an import file.
            parents: The URNs of parents that the stack has, by their names in the file.

        Raises:
            StackError: They could not be imported, or the state holds code of others.
        """
        with self._examined_first():
            self._selected().import_resources(
                # Its type leaves out the inputs and outputs that Pulumi takes here.
                resources=cast(Any, resources),
                name_table=None if parents is None else {**parents},
                protect=False,
                generate_code=False,
                show_secrets=False,
            )

    def refresh_imported(self) -> None:
        """Look at the resources of the native plugin that it has not read yet.

        From then on Pulumi looks at them before each preview, since the plugin asks for that; an
        import of a resource with outputs does not ask the plugin.

        Raises:
            StackError: They cannot be read, or the state holds code of others.
        """
        resources = (self._exported().get("deployment") or {}).get("resources") or []
        unread = [
            str(resource["urn"])
            for resource in resources
            if resource["type"] in NATIVE_TOKENS and not resource.get("refreshBeforeUpdate")
        ]
        if unread:
            with self._examined_first():
                self._selected().refresh(target=unread, show_secrets=False)

    def planned_changes(self, progress: Callable[[int], None]) -> PlannedChanges:
        """Preview the program, with a refresh, and return what it would do.

        What only gets another name in the state does not count.

        Args:
            progress: Is called with how many resources of ours were looked at.

        Raises:
            StackError: The preview failed, or the state holds code of others.
        """
        ours: dict[ResourceAddress, str] = {}
        others: dict[str, str] = {}
        seen = 0

        def notice(event: EngineEvent) -> None:
            nonlocal seen
            if event.resource_pre_event is None:
                return
            step = event.resource_pre_event.metadata
            address = next(addresses(step.urn), None)
            seen += address is not None and step.op != OpType.REFRESH
            progress(seen)
            if step.op in _NO_CHANGE or step.type.startswith(NO_RESOURCES) or _is_renaming(step):
                return
            if address is None:
                others[step.urn] = str(step.op.value)
            else:
                ours[address] = str(step.op.value)

        with self._examined_first():
            self._selected().preview(refresh=True, on_event=notice)
        return PlannedChanges(ours, others)

    def preview(self, environment: Mapping[str, str] = NO_VARIABLES) -> str:
        """Return what `pulumi preview --json` prints, with a refresh, also where it fails.

        Args:
            environment: Further variables for it.

        Raises:
            StackError: It prints nothing of the kind, or the state holds code of others.
        """
        with self._examined_first():
            try:
                return self._run(
                    *("preview", "--json", "--refresh", "--stack", self.name),
                    environment=environment,
                )
            except automation.CommandError as error:
                printed = _printed(str(error))
                if printed is None:
                    raise
                return printed

    def up(self, environment: Mapping[str, str]) -> int:
        """Run `pulumi up` without its preview, on the terminal; see `run_on_terminal`.

        Args:
            environment: Further variables for it.

        Raises:
            StackError: The state holds code of others.
        """
        with self._examined_first():
            return run_on_terminal(
                ["pulumi", "up", "--yes", "--skip-preview", "--stack", self.name],
                Path(self._workspace.work_dir),
                environment,
            )

    def tag(self, name: str) -> str | None:
        """Return the value of one of the stack's tags, which are stored beside its state.

        Raises:
            StackError: They cannot be read.
        """
        with self._reported():
            return self._workspace.list_tags(self.name).get(name)

    def set_tag(self, name: str, value: str) -> None:
        """Give the stack a tag.

        Raises:
            StackError: It cannot be stored.
        """
        with self._reported():
            self._workspace.set_tag(self.name, name, value)

    def remove_tag(self, name: str) -> None:
        """Remove one of the stack's tags.

        Raises:
            StackError: It cannot be removed.
        """
        with self._reported():
            self._workspace.remove_tag(self.name, name)

    def _import_state(self, text: str) -> None:
        with self._reported(), tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "state.json")
            file.write_text(text)
            self._run("stack", "import", "--stack", self.name, "--file", str(file))

    def _export(self, *options: str) -> str:
        with self._reported():
            return self._run("stack", "export", "--stack", self.name, *options)

    def _exported(self, *options: str) -> Any:
        return self._read(self._export(*options))

    def _examined(self, exported: Any) -> Examination:
        code = code_of(exported)
        if code.is_encrypted:
            code = code_of(self._exported("--show-secrets"))
        allowed = {} if code.is_ours else load_allowed_providers(self.configuration().values.get)
        return code.examined(allowed)

    def _read(self, text: str) -> Any:
        try:
            return read_state(text)
        except UnreadableStateError:
            raise StackError(
                f"stack {self.name}: its state cannot be examined. It is not JSON, nested too "
                "deeply, or has a name twice in one object; restore an earlier one",
                code=MessageCode.UNREADABLE_STATE,
            ) from None

    def _refuse_foreign_code(self, exported: Any) -> None:
        foreign = self._examined(exported).foreign
        if foreign:
            more = f" (and {len(foreign) - 1} more)" if len(foreign) > 1 else ""
            raise StackError(
                f"stack {self.name}: its state holds code that is not of pulumi-setsmart, in "
                f"{foreign[0].subject}{more}. Nothing was started. "
                f"{foreign[0].advice(self.name)}",
                code=MessageCode.FOREIGN_CODE,
            )

    def _selected(self) -> automation.Stack:
        return automation.Stack.select(self.name, self._workspace)

    def _run(self, *arguments: str, environment: Mapping[str, str] = NO_VARIABLES) -> str:
        finished = self._workspace.pulumi_command.run(
            [*arguments, "--non-interactive"],
            self._workspace.work_dir,
            {**(self._workspace.env_vars or {}), **environment},
        )
        return str(finished.stdout)

    @contextlib.contextmanager
    def _examined_first(self) -> Iterator[None]:
        """Start Pulumi's engine only on a state without code of others; as `_reported` otherwise.

        Pulumi runs the code in a state whenever it loads it, which an export does not. Commands
        of one stack object follow at once on another, so the first of them examines the state; what
        `state` read may be older, since an account can take minutes to read.
        """
        if not self._is_examined:
            self._refuse_foreign_code(self._exported())
            self._is_examined = True
        with self._reported():
            yield

    @contextlib.contextmanager
    def _reported(self) -> Iterator[None]:
        """Turn what goes wrong into an error of one line."""
        try:
            yield
        except automation.StackNotFoundError:
            raise StackError(
                f"there is no stack {self.name}; make it with `pulumi stack init {self.name}`",
                code=MessageCode.NO_STACK,
            ) from None
        except automation.ConcurrentUpdateError:
            raise StackError(
                f"stack {self.name}: another command is running on it, or was killed "
                "(`pulumi cancel` takes away its lock)",
                code=MessageCode.STACK_LOCKED,
            ) from None
        except (automation.CommandError, automation.InvalidVersionError, OSError) as error:
            reason, code = without_code(first_error(str(error)))
            raise StackError(f"stack {self.name}: {reason}", code=code) from None


def _is_renaming(step: StepEventMetadata) -> bool:
    """Return whether a step gives a resource another name in the state, and does nothing else."""
    old, new = step.old, step.new
    return (
        step.op == OpType.UPDATE
        and old is not None
        and new is not None
        and old.urn != new.urn
        and _visible(old.inputs) == _visible(new.inputs)
    )


def _visible(inputs: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return inputs without those that the engine does not show, such as the resource key."""
    return {name: value for name, value in (inputs or {}).items() if not name.startswith("__")}


def _printed(failure: str) -> str | None:
    """Return the JSON that a command printed before it failed, if it did."""
    found = re.search(r"stdout: (\{.*\})\s+stderr:", failure, re.DOTALL)
    return found[1] if found else None


def _inputs(resource: Mapping[str, Any]) -> dict[str, Json]:
    inputs = resource.get("inputs") or {}
    return from_engine({name: value for name, value in inputs.items() if not holds_secret(value)})


def _key(address: ResourceAddress, resource: Mapping[str, Any]) -> str:
    portfolio = portfolio_of(str(resource.get("parent", "")))
    key = None if portfolio is None else entry_key(portfolio, address.name)
    return key or address.name
