"""The command ``adopt``: from an account that exists to a stack that declares it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from pulumi_setsmart.adoption.account import opened
from pulumi_setsmart.adoption.inventory import Held, Inventory, portfolio_of, take_inventory
from pulumi_setsmart.adoption.progress import Progress
from pulumi_setsmart.adoption.project import Project
from pulumi_setsmart.adoption.reckoning import Key, Known, Reckoning, reckon
from pulumi_setsmart.adoption.scope import Scope
from pulumi_setsmart.automation.import_file import ImportedResource, import_file
from pulumi_setsmart.automation.stack import Stack, State
from pulumi_setsmart.client.errors import StackError, WrongAccountError
from pulumi_setsmart.config import Settings, load_settings
from pulumi_setsmart.files.folder_lock import locked
from pulumi_setsmart.files.whole_file import write_file
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.sections import SECTIONS
from pulumi_setsmart.specification.writing import entries_of, not_held

_UPDATE = "update"


@frozen
class Proof:
    """What a preview showed after the import.

    Attributes:
        changes: What `pulumi up` would do to the resources of the portfolio, by their names:
            ``update``, ``delete`` and so on. None is as it should be.
        others: How many resources beside those it would do something to.
        kept: Whether the import stands. Where the program would do more to what was imported than
            update it, the stack was brought back to what it was.
    """

    changes: Mapping[str, str]
    others: int
    kept: bool


@frozen
class Adoption:
    """What came of it.

    Attributes:
        new: The ids of the objects that were taken in, by the names of their resources.
        known: How many were known before.
        gone: The names of the resources whose objects are not in the account.
        managed: How many objects other resources of the stack stand for.
        left_out: What is not declared, and why, a sentence each.
        files: What was written.
        proof: What the preview showed, or None where there was no stack to import into.
    """

    new: Mapping[str, str]
    known: int
    gone: list[str]
    managed: int
    left_out: list[str]
    files: list[Path]
    proof: Proof | None

    @property
    def succeeded(self) -> bool:
        """Whether `pulumi up` would do nothing to what was adopted."""
        return self.proof is None or not self.proof.changes


@frozen
class _Plan:
    """What is to be written, and what is to be said of it.

    Attributes:
        reckoning: What the account and the portfolio have in common.
        text: The text of the portfolio file, or None where it stays as it is.
        resources: The resources to import, by the entries that stand for them.
        import_file: The import file that holds them.
        left_out: What is not declared, and why, a sentence each.
    """

    reckoning: Reckoning
    text: str | None
    resources: Mapping[Key, ImportedResource]
    import_file: Mapping[str, Any]
    left_out: list[str]


def adopt(
    project: Project, scope: Scope, environment: Mapping[str, str], progress: Progress
) -> Adoption:
    """Declare what an account holds, and have a stack take it in, if the project names one.

    Nothing is written to the account. What was written elsewhere before a failure is whole, and
    running it again goes on from there. Only one process at a time adopts in a folder.

    Args:
        project: The files and the stack, whose configuration names the account.
        scope: Which fields become declared.
        environment: The environment's variables; they name the account where nothing else does.
        progress: Shows how far it is.

    Raises:
        SetSmartError: The account, a file or the stack cannot be read or written.
    """
    with locked(project.folder, "pulumi-setsmart adopt"):
        return _adopted(project, scope, environment, progress)


def _adopted(
    project: Project, scope: Scope, environment: Mapping[str, str], progress: Progress
) -> Adoption:
    stack = None if project.stack is None else Stack(project.stack, project.folder)
    state = None if stack is None else stack.state()
    configuration = {} if stack is None else stack.configuration().values
    settings = load_settings(configuration.get, environment)
    with opened(settings) as account:
        plan = _plan(project, account, settings, state, scope, progress)
    files = _write(project, plan)
    proof = None
    if stack is not None and state is not None:
        proof = _take_in(stack, state, plan, progress)
    reckoning = plan.reckoning
    return Adoption(
        new={
            plan.resources[key].name: plan.resources[key].identifier
            for key in reckoning.new
            if key in plan.resources
        },
        known=len(reckoning.declared) - len(reckoning.new),
        gone=[project.component.child(key) for _, key in reckoning.gone],
        managed=reckoning.managed,
        left_out=plan.left_out,
        files=files,
        proof=proof,
    )


def _plan(
    project: Project,
    account: Account,
    settings: Settings,
    state: State | None,
    scope: Scope,
    progress: Progress,
) -> _Plan:
    portfolio = project.portfolio()
    known = _known(project, {*_keys(entries_of(portfolio))}, state)
    inventory = take_inventory(account, settings, scope, progress)
    _refuse_other_account(project, inventory, known)
    reckoning = reckon(inventory, portfolio, known)
    additions = portfolio_of(
        {
            section: {key: entry for (one, key), entry in reckoning.new.items() if one is kind}
            for section, kind in SECTIONS.items()
        },
        inventory.base_url,
    )
    text, extended = project.extended(portfolio, additions)
    resources = {
        (kind, key): _imported(project, Lifecycle(kind, account, settings), key, entry, held)
        for section, kind in SECTIONS.items()
        for key, entry in entries_of(extended)[section].items()
        if (held := reckoning.declared.get((kind, key))) is not None
    }
    left_out = [*inventory.left_out, *not_held(additions, project.format)]
    file = import_file(project.component, resources.values())
    return _Plan(reckoning, text, resources, file, left_out)


def _known(project: Project, entries: set[Key], state: State | None) -> Known:
    """Return what the import file of an earlier run and the state know."""
    ids = project.known_ids()
    managed = set()
    for address, identifier in ({} if state is None else state.ids).items():
        key = (address.kind, project.component.key(address.name))
        if key in entries:
            ids[key] = identifier
        else:
            managed.add((address.kind, identifier))
    return Known(ids, frozenset(managed))


def _refuse_other_account(project: Project, inventory: Inventory, known: Known) -> None:
    """Refuse to go on in an account that has nothing of what is known."""
    held = {(one.kind, one.record.id) for section in inventory.sections.values() for one in section}
    if known.ids and not any((kind, id_) in held for (kind, _), id_ in known.ids.items()):
        raise WrongAccountError(
            f"none of the {len(known.ids)} objects adopted before is in this account "
            f"({inventory.base_url}). Set the base URL and the key of their account; if they are "
            f"all deleted, remove {project.import_path.name} and their entries in {project.file}",
            code=MessageCode.OTHER_ACCOUNT_ADOPTED,
        )


def _imported(
    project: Project, lifecycle: Lifecycle, key: str, entry: Mapping[str, Json], held: Held
) -> ImportedResource:
    # A secret stands in the configuration; what the server shows of it is not ours to write down.
    inputs = {name: value for name, value in entry.items() if name not in held.kind.secret_names}
    seen = lifecycle.imported(held.record, inputs)
    return ImportedResource(
        held.kind, project.component.child(key), seen.inputs or {}, seen.outputs
    )


def _write(project: Project, plan: _Plan) -> list[Path]:
    """Write the files; first the one that gives entries to objects, should the next ones fail."""
    files = []
    if plan.resources:
        project.write_import_file(plan.import_file)
        files.append(project.import_path)
    if plan.text is not None:
        write_file(project.portfolio_path, plan.text)
        files.append(project.portfolio_path)
    if not project.has_program():
        project.write_program()
        files.append(project.program_path)
    return files


def _take_in(stack: Stack, state: State, plan: _Plan, progress: Progress) -> Proof:
    """Import what the stack does not have, and look what the program would do then."""
    resources = [*plan.resources.values()]
    imported = {one.address for one in resources} - state.ids.keys()
    if imported:
        with progress.stage(f"Importing into {stack.name}", len(imported)):
            stack.take_in(plan.import_file["resources"])
    try:
        with progress.stage("Previewing", len(resources)) as tell:
            planned = stack.planned_changes(tell)
    except StackError:
        if imported:
            stack.restore(state)
        raise
    ours = planned.ours
    changes = {one.address: ours[one.address] for one in resources if one.address in ours}
    others = len(ours) - len(changes) + len(planned.others)
    kept = not any(changes.get(one, _UPDATE) != _UPDATE for one in imported)
    if not kept:
        stack.restore(state)
    return Proof({one.name: change for one, change in changes.items()}, others, kept)


def _keys(entries: Mapping[str, Mapping[str, object]]) -> Iterator[Key]:
    for section, kind in SECTIONS.items():
        yield from ((kind, key) for key in entries[section])
