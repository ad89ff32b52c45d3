"""The command ``adopt``: from an account that exists to a stack that declares it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from pulumi_setsmart.adoption.account import opened
from pulumi_setsmart.adoption.adopted_account import refuse_other_account
from pulumi_setsmart.adoption.adopting_stack import AdoptingStack
from pulumi_setsmart.adoption.deletion_limit import limit_deletions
from pulumi_setsmart.adoption.imported_resource import imported_resource
from pulumi_setsmart.adoption.inventory import subject_of, take_inventory
from pulumi_setsmart.adoption.matching import Key, Known, Matching, Share, left_out, match_entries
from pulumi_setsmart.adoption.other_stacks import with_other_stacks
from pulumi_setsmart.adoption.progress import ShowProgress
from pulumi_setsmart.adoption.project_files import PortfolioFile, ProjectFiles
from pulumi_setsmart.adoption.proof import import_and_preview
from pulumi_setsmart.adoption.result import AdoptionResult
from pulumi_setsmart.adoption.scope import Scope
from pulumi_setsmart.adoption.selection import Selection
from pulumi_setsmart.automation.import_file import ImportedResource, import_file
from pulumi_setsmart.automation.resource_type import ResourceAddress
from pulumi_setsmart.automation.stack import State
from pulumi_setsmart.config import Settings
from pulumi_setsmart.files.folder_lock import locked
from pulumi_setsmart.files.whole_file import write_file
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.resource_key import ResourceKey
from pulumi_setsmart.models.message_code import Notice
from pulumi_setsmart.models.portfolio_names import child_name, entry_key
from pulumi_setsmart.specification.assigned_stack import STACK, is_shared
from pulumi_setsmart.specification.format import Format
from pulumi_setsmart.specification.former_keys import FORMERLY, former_keys
from pulumi_setsmart.specification.sections import SECTIONS, Entries, Entry
from pulumi_setsmart.specification.writing import omissions


@frozen
class _Plan:
    """What is to be written, and what is to be said of it.

    Attributes:
        matching: What the account and the portfolio have in common.
        text: The text of the portfolio file, or None where it stays as it is.
        resources: The resources to import, by the entries that stand for them.
        renamed: The former keys that the portfolio file does not name yet, by entry.
        import_file: The import file that holds them.
        needs_program: Whether the project has no program yet.
        is_shared: Whether the entries name their stacks.
        left_out: What is not declared, and why.
    """

    matching: Matching
    text: str | None
    resources: Mapping[Key, ImportedResource]
    renamed: Mapping[Key, str]
    import_file: Mapping[str, Any]
    needs_program: bool
    is_shared: bool
    left_out: list[Notice]


def adopt(
    project: ProjectFiles,
    scope: Scope,
    selection: Selection,
    environment: Mapping[str, str],
    show_progress: ShowProgress,
) -> AdoptionResult:
    """Declare what an account holds, and import it into a stack, if the project names one.

    Nothing is written to the account. What was written elsewhere before a failure is whole, and
    running it again goes on from there. Only one process at a time adopts in a folder.

    Args:
        project: The files and the stack, whose configuration names the account.
        scope: Which fields become declared.
        selection: Which objects are adopted.
        environment: The environment's variables; they name the account where nothing else does.
        show_progress: Shows how far it is.

    Raises:
        SetSmartError: The account, a file or the stack cannot be read or written.
    """
    with locked(project.folder, "pulumi-setsmart adopt"):
        return _adopted(project, scope, selection, environment, show_progress)


def _adopted(
    project: ProjectFiles,
    scope: Scope,
    selection: Selection,
    environment: Mapping[str, str],
    show_progress: ShowProgress,
) -> AdoptionResult:
    adopting = AdoptingStack.of(project.stack, project.folder, environment)
    stack, state, settings = adopting.stack, adopting.state, adopting.settings
    with opened(settings) as account:
        plan = _plan(project, account, settings, state, scope, selection, show_progress)
    files = _write(project, plan)
    matching = plan.matching
    gone = [
        ResourceAddress(kind, child_name(project.portfolio, key)) for kind, key in matching.gone
    ]
    proof = None
    if stack is not None and state is not None:
        files += limit_deletions(stack, project.folder, adopting.configuration)
        addresses = [
            ResourceAddress(kind, child_name(project.portfolio, key))
            for kind, key in matching.declared
        ]
        imported = {resource.address for resource in plan.resources.values()} - state.ids.keys()
        resources = plan.import_file["resources"]
        proof = import_and_preview(
            stack, state, resources, imported, addresses, gone, show_progress
        )
    new = [(kind, key) for section, kind in SECTIONS.items() for key in matching.new[section]]
    return AdoptionResult(
        new={
            plan.resources[key].name: plan.resources[key].identifier
            for key in new
            if key in plan.resources
        },
        known=len(matching.declared) - len(new),
        gone=[address.name for address in gone],
        renamed={
            child_name(project.portfolio, key): former for (_, key), former in plan.renamed.items()
        },
        managed=matching.managed,
        elsewhere=matching.elsewhere,
        unselected=matching.unselected,
        unassigned=[subject_of(found.kind, found.record) for found in matching.unassigned],
        left_out=plan.left_out,
        files=files,
        proof=proof,
    )


def _plan(
    project: ProjectFiles,
    account: Account,
    settings: Settings,
    state: State | None,
    scope: Scope,
    selection: Selection,
    show_progress: ShowProgress,
) -> _Plan:
    portfolio = project.read()
    needs_program = not project.has_program()
    others = [] if project.stack is None else project.other_stacks()
    known = _known(project, portfolio, state)
    inventory = take_inventory(account, settings, scope, show_progress)
    selection.check(inventory)
    refuse_other_account(portfolio.entries, inventory, known, project.import_path, project.file)
    known = with_other_stacks(known, portfolio.entries, others, account, inventory)
    stack = None if project.stack is None else project.stack.rpartition("/")[2]
    share = Share(stack, selection)
    matching = match_entries(inventory, portfolio.entries, known, share)
    renamed = {
        (kind, key): former
        for section, kind in SECTIONS.items()
        for key, entry in portfolio.entries[section].items()
        if (former := matching.former.get((kind, key))) is not None
        and former not in former_keys(entry.get(FORMERLY))
    }
    members = _new_members(project, portfolio, matching, renamed, share)
    updated = project.updated(portfolio, matching.new, members)
    resources = _resources(project, account, settings, updated.entries, matching, known)
    return _Plan(
        matching,
        None if updated is portfolio else updated.text,
        resources,
        renamed,
        import_file(project.portfolio, resources.values()),
        needs_program,
        is_shared(updated.entries),
        [*left_out(inventory, matching, selection), *omissions(matching.new, project.format)],
    )


def _new_members(
    project: ProjectFiles,
    portfolio: PortfolioFile,
    matching: Matching,
    renamed: Mapping[Key, str],
    share: Share,
) -> dict[str, dict[str, Entry]]:
    """Return what entries of the file get: their former keys, and the stack that takes them."""
    members: dict[str, dict[str, Entry]] = {}
    for section, kind in SECTIONS.items():
        members[section] = {}
        for key, entry in portfolio.entries[section].items():
            new: Entry = {}
            if (kind, key) in renamed:
                keys = [*former_keys(entry.get(FORMERLY)), renamed[kind, key]]
                is_list = len(keys) > 1 or project.format is Format.CSV
                new[FORMERLY] = [*keys] if is_list else keys[0]
            if share.assigns and STACK not in entry and (kind, key) in matching.declared:
                new[STACK] = share.stack
            if new:
                members[section][key] = new
    return members


def _known(project: ProjectFiles, portfolio: PortfolioFile, state: State | None) -> Known:
    """Return what the import file of an earlier run and the state know; the state knows better."""
    entries = {
        (kind, key) for section, kind in SECTIONS.items() for key in portfolio.entries[section]
    }
    ids: dict[Key, str] = {}
    others: dict[Key, str] = {}
    managed = set()
    for resource in () if state is None else state.resources:
        kind, name = resource.address.kind, resource.address.name
        key = entry_key(project.portfolio, name)
        managed.add((kind, resource.identifier))
        if key is not None and (key == resource.key or (kind, key) in entries):
            ids[kind, key] = resource.identifier
        else:
            others[kind, name] = resource.identifier
    imported = {
        (kind, key): identifier
        for (kind, key), identifier in project.known_ids().items()
        if (kind, identifier) not in managed
    }
    return Known(imported | ids, frozenset(managed), others)


def _resources(
    project: ProjectFiles,
    account: Account,
    settings: Settings,
    entries: Entries,
    matching: Matching,
    known: Known,
) -> dict[Key, ImportedResource]:
    """Return what is to be imported, by the names that the stack has or is to have.

    An object whose entry has another key now has its former name in the stack until `pulumi up`
    renames it. Under the new one it would be there twice, and the former one would be deleted.
    """
    others = {(kind, identifier) for (kind, _), identifier in known.others.items()}
    resources = {}
    for section, kind in SECTIONS.items():
        lifecycle = Lifecycle(kind, account, settings)
        for key, entry in entries[section].items():
            match = matching.declared.get((kind, key))
            if match is None or (kind, match.record.id) in others:
                continue
            name = key
            if project.stack is None or (kind, match.record.id) in known.managed:
                name = matching.former.get((kind, key), key)
            resources[kind, key] = imported_resource(
                lifecycle,
                child_name(project.portfolio, name),
                ResourceKey.of_entry(kind, project.portfolio, name),
                entry,
                match.record,
            )
    return resources


def _write(project: ProjectFiles, plan: _Plan) -> list[Path]:
    """Write the files; first the one that gives entries to objects, should the next ones fail."""
    files = []
    if plan.resources or project.import_path.exists():
        project.write_import_file(plan.import_file)
        files.append(project.import_path)
    if plan.text is not None:
        write_file(project.portfolio_path, plan.text)
        files.append(project.portfolio_path)
    if plan.needs_program:
        project.write_program(is_shared=plan.is_shared)
        files.append(project.program_path)
    return files
