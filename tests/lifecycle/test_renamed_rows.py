"""Random edits of a portfolio file, deployed as the engine does: no listing is lost silently."""

from __future__ import annotations

import copy
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st
from support.deployment import Deployment

from pulumi_setsmart.client.errors import NotDeletedError, SetSmartError, ShiftedIdentityError
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.policy import IfExists
from pulumi_setsmart.specification.former_keys import former_key_violations

pytestmark = pytest.mark.usefixtures("in_processes")

EDITS = st.tuples(
    st.sampled_from(
        ["rename", "rename with formerly", "swap titles", "swap rows", "delete", "copy"]
    ),
    st.integers(0, 5),
    st.integers(0, 5),
)
RUNS = st.fixed_dictionaries(
    {
        "refreshes": st.booleans(),
        "goes_on": st.booleans(),
        "reverse": st.booleans(),
        "if_exists": st.sampled_from([*IfExists]),
    }
)


@define
class Row:
    """A row of the file.

    Attributes:
        key: Its key.
        title: Its title.
        formerly: The key that it had.
    """

    key: str
    title: str
    formerly: str | None = None


@define
class User:
    """Somebody who edits a file and deploys it, and what must not happen meanwhile.

    Attributes:
        rows: The file.
        stack: The stack and its account.
    """

    rows: list[Row]
    stack: Deployment = field(factory=Deployment)
    _keys: int = 0
    _deployments: int = 0
    _titled: dict[str, tuple[str, int]] = field(factory=dict)

    def edit(self, how: str, one: int, other: int) -> None:
        """Change the file."""
        if not self.rows:
            return
        row, second = self.rows[one % len(self.rows)], self.rows[other % len(self.rows)]
        self._keys += 1
        match how:
            case "rename":
                row.key, row.formerly = f"key-{self._keys}", None
            case "rename with formerly" if row.formerly is None:
                row.key, row.formerly = f"key-{self._keys}", row.key
            case "swap titles":
                row.title, second.title = second.title, row.title
            case "swap rows":
                here, there = self.rows.index(row), self.rows.index(second)
                self.rows[here], self.rows[there] = second, row
            case "delete":
                self.rows.remove(row)
            case "copy":
                self.rows.append(Row(f"key-{self._keys}", row.title))

    def deploy(self, *, refreshes: bool, goes_on: bool, reverse: bool, if_exists: IfExists) -> bool:
        """Preview, and deploy what the preview accepts; return whether all of it worked."""
        formerly: dict[str, Json] = {row.key: row.formerly for row in self.rows}
        if any(former_key_violations(formerly)):
            return False
        self._deployments += 1
        rows = self.rows[::-1] if reverse else self.rows
        self.stack.begin(refreshes=refreshes, if_exists=if_exists)
        accepted = [self._step(row, writes=False) for row in rows]
        if not all(accepted):
            return False
        self.stack.begin(refreshes=refreshes, if_exists=if_exists)
        kept, worked = set(), True
        for row in rows:
            before = self._known(row)
            done = self._step(row, writes=True)
            kept.add(row.key if done else before)
            worked &= done
            if not worked and not goes_on:
                self._see_titles()
                return False
        self._see_titles()
        for key in self.stack.state.keys() - kept:
            worked &= self._delete(key)
        return worked

    def _known(self, row: Row) -> str | None:
        return next((key for key in (row.key, row.formerly) if key in self.stack.state), None)

    def _step(self, row: Row, *, writes: bool) -> bool:
        """Check a row, compare it, and carry that out; return whether nothing stopped it."""
        stack, before = self.stack, self._known(row)
        inputs: dict[str, Json] = {"name": row.title, "deletion_policy": "delete"}
        try:
            if before is None:
                if isinstance(stack.check(row.key, inputs), list):
                    return False
                if writes:
                    stack.create(row.key, inputs)
            elif stack.diff(row.key, inputs, before=before).changes and writes:
                stack.state[row.key] = stack.state.pop(before)
                stack.update(row.key, inputs)
        except SetSmartError:
            return False
        return True

    def _delete(self, key: str) -> bool:
        identifier, outputs = self.stack.state[key]
        try:
            self.stack.delete(key)
        except NotDeletedError:
            return False
        if not self._is_there(identifier):
            for row in self.rows:
                assert key not in (row.key, row.formerly)
                if row.title == outputs["name"]:
                    assert self._titled_at(self.stack.state[row.key][0]) <= self._titled_at(
                        identifier
                    )
        return True

    def _see_titles(self) -> None:
        """Note in which deployment each listing of the account got its title."""
        for path, listing in self.stack.account.objects.items():
            title, _ = self._titled.get(path, (None, 0))
            if title != listing["name"]:
                self._titled[path] = listing["name"], self._deployments

    def _titled_at(self, identifier: str) -> int:
        return self._titled[f"/properties/{identifier}"][1]

    def _is_there(self, identifier: str) -> bool:
        return f"/properties/{identifier}" in self.stack.account.objects


def user_with(titles: str) -> User:
    """Return a user whose listings have been created."""
    user = User([Row(f"row-{number}", title) for number, title in enumerate(titles)])
    assert user.deploy(refreshes=True, goes_on=False, reverse=False, if_exists=IfExists.ERROR)
    return user


@settings(max_examples=60)
@given(
    st.text("ABCD", min_size=2, max_size=4),
    st.lists(st.tuples(st.lists(EDITS, min_size=1, max_size=3), RUNS), max_size=5),
)
def test_no_edit_of_a_file_deletes_a_listing_silently(
    titles: str, history: list[tuple[list[Any], dict[str, Any]]]
) -> None:
    """Rows are renamed, moved, swapped, removed and copied; what is refused is taken back.

    A listing is deleted beside another one of the same title only if that one had the title when
    the deleted one got it, so both were meant.
    """
    user = user_with(titles)
    for edits, run in history:
        rows = copy.deepcopy(user.rows)
        for edit in edits:
            user.edit(*edit)
        if not user.deploy(**run):
            user.rows = rows


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from(["rename with formerly", "swap rows"]), *[st.integers(0, 5)] * 2)
    ),
    RUNS,
)
def test_former_keys_keep_every_listing(edits: list[Any], run: dict[str, Any]) -> None:
    """Any number of renamed and moved rows sends nothing at all."""
    user = user_with("ABC")
    before, writes = {**user.stack.account.objects}, user.stack.account.writes()
    for edit in edits:
        user.edit(*edit)
    assert user.deploy(**run)
    assert (user.stack.account.objects, user.stack.account.writes()) == (before, writes)


@pytest.mark.parametrize("names", ["BA", "BC", "CA"])
def test_one_of_two_comparisons_at_once_always_stops(names: str) -> None:
    """A hundred times in parallel, without a refresh: whoever comes second knows of the first."""
    for _ in range(100):
        user = user_with("AB")
        user.stack.begin(refreshes=False)
        barrier, stopped = threading.Barrier(2), []

        def compare(key: str, name: str) -> None:
            barrier.wait()  # noqa: B023 -- the threads end within the iteration
            try:
                user.stack.diff(key, {"name": name})  # noqa: B023 -- as above
            except ShiftedIdentityError as error:
                stopped.append(error)  # noqa: B023 -- as above

        with ThreadPoolExecutor(2) as threads:
            [*threads.map(compare, ("row-0", "row-1"), names)]
        assert stopped
