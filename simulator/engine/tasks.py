"""How does something take virtual time? As a generator that yields what it waits for.

A task's generator may yield

    250                a delay in milliseconds                       resumes with None
    gate               a Gate: until it is opened                    resumes with the gate's value
    Wait(gate, 250)    until the gate opens, at most that long       resumes with True if it opened, else False
    other_task         a Task: until it has ended                    resumes with its return value

and calls another generator with `yield from`. An open gate does not wait at all.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, NamedTuple

from simulator.engine.agenda import Agenda, Timer


class Gate:
    """A condition that becomes true once, with a value; everything that waits for it goes on, in the order in which it came."""

    __slots__ = ("_waiting", "is_open", "value")

    def __init__(self) -> None:
        self.is_open = False
        self.value: Any = None
        self._waiting: list[Callable[[], None]] = []

    def open(self, value: Any = None) -> None:
        """Let everybody through, now and for good. Opening twice changes nothing."""
        if self.is_open:
            return
        self.is_open, self.value = True, value
        waiting, self._waiting = self._waiting, []
        for go_on in waiting:
            go_on()

    def when_open(self, go_on: Callable[[], None]) -> None:
        """Call `go_on` when the gate opens; at once if it is open."""
        if self.is_open:
            go_on()
        else:
            self._waiting.append(go_on)


def first_of(*gates: Gate) -> Gate:
    """A gate that opens with the first of these."""
    first = Gate()
    for gate in gates:
        gate.when_open(first.open)
    return first


class Wait(NamedTuple):
    """Wait for a gate, but not longer than `at_most_ms`."""

    gate: Gate
    at_most_ms: int


Steps = Generator[Any, Any, Any]


class Task:
    """A generator running on the agenda. `done` opens with its return value when it ends."""

    __slots__ = ("_agenda", "_generator", "_timer", "_wakeup", "cancelled", "done")

    def __init__(self, agenda: Agenda, steps: Steps) -> None:
        self._agenda = agenda
        self._generator = steps
        self._timer: Timer | None = None
        self._wakeup = 0
        self.done = Gate()
        self.cancelled = False
        self._resume(None)

    def cancel(self) -> None:
        """Stop where it waits: its `finally` blocks run, `done` opens with None."""
        if self.done.is_open:
            return
        self.cancelled = True
        self._wakeup += 1
        if self._timer:
            self._timer.cancel()
        self._generator.close()
        self.done.open(None)

    def _resume(self, value: Any) -> None:
        """Run until the next wait that does not end at once."""
        while True:
            try:
                waits_for = self._generator.send(value)
            except StopIteration as stop:
                self.done.open(stop.value)
                return
            if isinstance(waits_for, Task):
                waits_for = waits_for.done
            if isinstance(waits_for, Wait) and waits_for.gate.is_open:
                value = True
                continue
            if isinstance(waits_for, Gate) and waits_for.is_open:
                value = waits_for.value
                continue
            break
        self._wakeup += 1
        mine = self._wakeup
        if isinstance(waits_for, int):
            self._timer = self._agenda.after(waits_for, lambda: self._wake(mine, None))
        elif isinstance(waits_for, Gate):
            gate = waits_for
            gate.when_open(lambda: self._wake(mine, gate.value))
        else:
            self._timer = self._agenda.after(waits_for.at_most_ms, lambda: self._wake(mine, False))
            waits_for.gate.when_open(lambda: self._wake(mine, True))

    def _wake(self, wakeup: int, value: Any) -> None:
        if wakeup != self._wakeup or self.done.is_open or self._agenda.is_over:
            return
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._wakeup += 1
        self._resume(value)


class Slots:
    """A number of places, given out in the order of asking; None: as many as anybody wants."""

    __slots__ = ("_free", "_queue")

    def __init__(self, places: int | None) -> None:
        self._free = places
        self._queue: list[Gate] = []

    def acquire(self) -> Steps:
        """Wait for a place."""
        if self._free is None:
            return
        if self._free > 0:
            self._free -= 1
            return
        mine = Gate()
        self._queue.append(mine)
        yield mine

    def release(self) -> None:
        """Give the place to whoever has waited longest."""
        if self._free is None:
            return
        if self._queue:
            self._queue.pop(0).open()
        else:
            self._free += 1

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._queue)
