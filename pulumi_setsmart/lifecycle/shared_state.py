"""What all processes of a run share, as this one knows it.

It is in parts, such as the ownership registry of a collection. A part changes by events only: its
own, and those that other processes have put into the journal. All processes apply all events in the
order of the journal, and so come to the same state.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from attrs import define, frozen

from pulumi_setsmart.client.errors import SetSmartError
from pulumi_setsmart.lifecycle.journal import Event, Journal, JournalError, LocalJournal
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode

_DIGEST_BYTES = 16


class SharedState:
    """One per process; shared by threads.

    Attributes:
        changed: Its lock, and what threads of this process wait for.
    """

    def __init__(self, journal: Journal) -> None:
        self.changed = threading.Condition()
        self._salt = journal.salt
        self._journal = journal
        self._problem: str | None = None
        self._turn = _Turn(self.changed, self._begin, self._end)
        self._parts: dict[str, Callable[[Event], None]] = {}
        self._early: defaultdict[str, list[Event]] = defaultdict(list)
        self._recorded: list[Event] = []

    def name_of(self, *facts: str) -> str:
        """Return the name of a part, from which nobody can tell these facts."""
        text = json.dumps([self._salt, *facts])
        return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()

    def add(self, name: str, apply: Callable[[Event], None]) -> SharedPart:
        """Add a part, and return what it is read and changed by.

        Args:
            name: Its name, the same in all processes.
            apply: Changes it by an event; raises a ValueError if there is no such event.
        """
        with self.turn():
            self._parts[name] = apply
            self._receive([name, *event] for event in self._early.pop(name, []))
        return SharedPart(self, name)

    def turn(self) -> AbstractContextManager[None]:
        """Keep other threads and processes out, and be up to date, while the block runs."""
        return self._turn

    def record(self, name: str, event: Event) -> None:
        """Change a part by an event, in a turn."""
        self._parts[name](event)
        self._recorded.append([name, *event])

    def require_sharing(self, error: type[SetSmartError], refusal: str) -> None:
        """Refuse what other processes of the run have to know, or have a say in.

        Args:
            error: The error to raise.
            refusal: What is not done, in words.

        Raises:
            SetSmartError: This process does not know what the others do, or the other way round.
        """
        with self.changed:
            problem = self._problem
        if problem is not None:
            raise error(
                f"{refusal}: the processes of this run cannot share what they do ({problem}). Set "
                "TMPDIR to a folder on this machine in which you can create files, use the same "
                "release of pulumi-setsmart everywhere, and run again",
                code=MessageCode.RUN_NOT_SHARED,
            )

    def _begin(self) -> None:
        try:
            events = self._journal.begin()
        except JournalError as error:
            self._give_up(str(error))
        else:
            self._receive(events)

    def _end(self) -> None:
        events, self._recorded = self._recorded, []
        try:
            self._journal.end(events)
        except JournalError as error:
            self._give_up(str(error))

    def _receive(self, events: Iterable[Event]) -> None:
        try:
            for event in events:
                self._deliver(event)
        except ValueError:
            self._give_up("what they share is damaged, or one of them is of another release")

    def _deliver(self, event: Event) -> None:
        match event:
            case [str(name), str() as action, *facts] if name in self._parts:
                self._parts[name]([action, *facts])
            case [str(name), str() as action, *facts]:
                self._early[name].append([action, *facts])
            case _:
                raise ValueError

    def _give_up(self, problem: str) -> None:
        self._problem = problem
        self._journal.abandon()
        self._journal = LocalJournal()


@define
class _Turn:
    """Keeps others out while a block runs; a block within has the same turn.

    Each operation of a resource has many such blocks, so this is no generator, which would take
    longer.

    Attributes:
        lock: Keeps other threads out.
        begin: Keeps other processes out.
        end: Lets them in.
        depth: How many blocks run, one within the other.
    """

    lock: threading.Condition
    begin: Callable[[], None]
    end: Callable[[], None]
    depth: int = 0

    def __enter__(self) -> None:
        self.lock.acquire()
        self.depth += 1
        if self.depth == 1:
            try:
                self.begin()
            except BaseException:
                self._leave()
                raise

    def __exit__(self, *_exception: object) -> None:
        self._leave()

    def _leave(self) -> None:
        self.depth -= 1
        try:
            if not self.depth:
                self.end()
        finally:
            self.lock.release()


@frozen
class SharedPart:
    """A part of what the processes share.

    Attributes:
        state: The whole.
        name: The name of the part.
    """

    state: SharedState
    name: str

    @property
    def changed(self) -> threading.Condition:
        """The lock of the whole, and what threads of this process wait for."""
        return self.state.changed

    def turn(self) -> AbstractContextManager[None]:
        """Keep other threads and processes out, and be up to date, while the block runs."""
        return self.state.turn()

    def record(self, *event: Json) -> None:
        """Change the part by an event, in a turn."""
        self.state.record(self.name, [*event])
