"""``adopt`` for a program in YAML: its resources are those of the native plugin.

An import by type, name and id alone declares the documented fields, whatever the program declares
then. So the import file has inputs and outputs here, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from pulumi_setsmart.adoption.account import opened
from pulumi_setsmart.adoption.adopted_account import refuse_other_account
from pulumi_setsmart.adoption.adopting_stack import AdoptingStack
from pulumi_setsmart.adoption.deletion_limit import limit_deletions
from pulumi_setsmart.adoption.imported_resource import imported_resource
from pulumi_setsmart.adoption.inventory import take_inventory
from pulumi_setsmart.adoption.matching import Known, Matching, Share, left_out, match_entries
from pulumi_setsmart.adoption.progress import ShowProgress
from pulumi_setsmart.adoption.proof import import_and_preview
from pulumi_setsmart.adoption.result import AdoptionResult
from pulumi_setsmart.adoption.scope import Scope
from pulumi_setsmart.adoption.selection import Selection
from pulumi_setsmart.adoption.yaml_project import YamlProgram, YamlProject
from pulumi_setsmart.automation.import_file import ImportedResource, native_entry_of
from pulumi_setsmart.automation.resource_type import ResourceAddress
from pulumi_setsmart.automation.stack import State
from pulumi_setsmart.config import Settings
from pulumi_setsmart.files.folder_lock import locked
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.resource_key import ResourceKey
from pulumi_setsmart.models.message_code import Notice
from pulumi_setsmart.specification.sections import SECTIONS
from pulumi_setsmart.specification.yaml_program import without_references


@frozen
class _Plan:
    """What is to be written, and what is to be said of it.

    Attributes:
        matching: What the account and the program have in common.
        before: The program as it is.
        after: The program that is to be.
        resources: The resources whose objects are in the account.
        left_out: What is not declared, and why.
    """

    matching: Matching
    before: YamlProgram
    after: YamlProgram
    resources: Mapping[ResourceAddress, ImportedResource]
    left_out: list[Notice]

    @property
    def import_entries(self) -> list[dict[str, Any]]:
        """The resources of the import file."""
        return [native_entry_of(resource) for resource in self.resources.values()]


def adopt_in_yaml(
    project: YamlProject,
    scope: Scope,
    selection: Selection,
    environment: Mapping[str, str],
    show_progress: ShowProgress,
) -> AdoptionResult:
    """Declare what an account holds in a program in YAML, and import it into its stack, if any.

    As `pulumi_setsmart.adoption.adopt.adopt`, whose arguments and errors it has.
    """
    with locked(project.folder, "pulumi-setsmart adopt"):
        return _adopted(project, scope, selection, environment, show_progress)


def _adopted(
    project: YamlProject,
    scope: Scope,
    selection: Selection,
    environment: Mapping[str, str],
    show_progress: ShowProgress,
) -> AdoptionResult:
    adopting = AdoptingStack.of(project.stack, project.folder, environment)
    stack, state, settings = adopting.stack, adopting.state, adopting.settings
    with opened(settings) as account:
        plan = _plan(project, account, settings, state, scope, selection, show_progress)
    files = []
    if plan.resources or project.import_path.exists():
        project.write_import_file(plan.import_entries)
        files.append(project.import_path)
    if plan.after is not plan.before:
        project.write(plan.after)
        files.append(project.path)
    matching = plan.matching
    gone = [ResourceAddress(kind, name) for kind, name in matching.gone]
    proof = None
    if stack is not None and state is not None:
        files += limit_deletions(stack, project.folder, adopting.configuration)
        proof = import_and_preview(
            stack,
            state,
            plan.import_entries,
            plan.resources.keys() - state.ids.keys(),
            [*plan.resources],
            gone,
            show_progress,
        )
        if proof.kept:
            stack.refresh_imported()
    new = {
        name: plan.resources[ResourceAddress(kind, name)].identifier
        for section, kind in SECTIONS.items()
        for name in matching.new[section]
    }
    return AdoptionResult(
        new=new,
        known=len(matching.declared) - len(new),
        gone=[address.name for address in gone],
        renamed={},
        managed=matching.managed,
        elsewhere=0,
        unselected=matching.unselected,
        unassigned=[],
        left_out=plan.left_out,
        files=files,
        proof=proof,
    )


def _plan(
    project: YamlProject,
    account: Account,
    settings: Settings,
    state: State | None,
    scope: Scope,
    selection: Selection,
    show_progress: ShowProgress,
) -> _Plan:
    program = project.read()
    entries = program.entries
    known = _known(project, program, state)
    inventory = take_inventory(account, settings, scope, show_progress)
    selection.check(inventory)
    refuse_other_account(entries, inventory, known, project.import_path, project.file)
    matching = match_entries(inventory, entries, known, Share(None, selection), program.names)
    after = project.extended(program, matching.new)
    entries = after.entries
    resources = {
        ResourceAddress(kind, name): imported_resource(
            Lifecycle(kind, account, settings),
            name,
            ResourceKey(kind.token, name),
            without_references(entries[str(kind.section)][name]),
            found.record,
        )
        for (kind, name), found in matching.declared.items()
    }
    left = [*left_out(inventory, matching, selection)]
    return _Plan(matching, program, after, resources, left)


def _known(project: YamlProject, program: YamlProgram, state: State | None) -> Known:
    """Return what the import file of an earlier run, the program and the state know.

    The program knows better than the file what it imports, and the state knows best.
    A resource that is not in the program any more keeps its object: nothing tells whether it was
    renamed, and `pulumi up` says what becomes of it.
    """
    entries = program.entries
    managed = {} if state is None else state.ids
    declared = {(kind, name) for section, kind in SECTIONS.items() for name in entries[section]}
    ids = {(address.kind, address.name): id_ for address, id_ in managed.items()}
    held = {(kind, id_) for (kind, _), id_ in ids.items()}
    imported = {
        key: id_
        for key, id_ in (project.known_ids() | program.imported_ids).items()
        if key in declared and (key[0], id_) not in held
    }
    return Known(
        imported | {key: id_ for key, id_ in ids.items() if key in declared},
        frozenset(held),
        {key: id_ for key, id_ in ids.items() if key not in declared},
    )
