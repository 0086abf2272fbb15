"""Which loops repeat themselves so exactly that their rounds need not be simulated?

`while :; do sleep 1; done`, or a wait for a file, does the same in every round until something from outside happens. When a shell comes to the same `sleep`
with nothing changed since it last came there, everything between two sleeps has just been carried out without effect, and will be again. So the sleep is
parked: it arms no timer until a trap's signal arrives or, if the loop looks at files, a file changes; then it ends when the sleep of that round would have
ended. What each round writes to the container's log is told to the host once.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from simulator.shell.flow import Steps
from simulator.shell.pipes import Channel, Stream
from simulator.shell.process import Process
from simulator.shell.syntax import Simple

if TYPE_CHECKING:
    from simulator.shell.interpreter import Shell

_UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_LONGEST_MS = 1 << 50
"""Some thousand years; a longer sleep never ends."""


def sleep_ms(arguments: list[str]) -> int | None:
    """How long `sleep` sleeps: the sum of its arguments, each with `s`, `m`, `h` or `d`; None: for ever. Raises ValueError."""
    if not arguments:
        raise ValueError("missing operand")
    total = 0.0
    for argument in arguments:
        unit = _UNITS_MS.get(argument[-1:], 0)
        number = float(argument[:-1] if unit else argument)
        if not number >= 0 or "_" in argument:
            raise ValueError(argument)
        total += number * (unit or 1_000)
    if math.isinf(total) or total > _LONGEST_MS:
        return None
    # No sleep ends at the instant at which it began, unless it is asked to.
    return max(round(total), 1 if total > 0 else 0)


class _Entry(NamedTuple):
    """Everything on which it depends what follows a sleep."""

    node: Simple
    call_sites: tuple[object, ...]
    arguments: tuple[str, ...]
    status: int
    directory: str
    streams: tuple[tuple[int, Stream, int], ...]
    chance: int
    changes: int
    looks: int
    duration_ms: int


class Rhythm:
    """Watches one shell come to its sleeps."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._last: _Entry | None = None
        self._entered_ms = 0
        self._file_reads = 0
        self._next_pid = 0
        self._revision = -1
        self._values: dict[str, str] = {}

    def sleep(self, child: Process, node: Simple, words: list[str]) -> Steps | None:
        """What the process of this `sleep` does, if its loop repeats itself; None: what a sleep does."""
        try:
            duration_ms = sleep_ms(words[1:])
        except ValueError:
            return None
        if not duration_ms or not child.table.parks:
            return None
        shell, state, footprint = self._shell, self._shell.state, self._shell.process.footprint
        streams = tuple((descriptor, stream, stream.moved) for descriptor, stream in sorted(shell.process.streams.items()))
        entry = _Entry(
            node, state.call_sites, state.arguments, state.status, state.directory, streams, footprint.chance, footprint.changes, footprint.looks, duration_ms
        )
        now_ms = child.table.now_ms
        same = entry == self._last and now_ms == self._entered_ms + duration_ms and (state.revision == self._revision or state.values == self._values)
        if state.revision != self._revision:
            self._revision, self._values = state.revision, dict(state.values)
        log = footprint.take_log()
        reads_files = footprint.file_reads != self._file_reads
        pids = child.table.next_pid - self._next_pid
        self._last, self._entered_ms, self._file_reads, self._next_pid = entry, now_ms, footprint.file_reads, child.table.next_pid
        return self._parked(child, duration_ms, log, reads_files, pids) if same else None

    def _parked(self, process: Process, period_ms: int, log: str, reads_files: bool, pids: int) -> Steps:
        """Sleep until something happens, and then to the end of the round."""
        table = process.table
        started_ms = table.now_ms
        stirred = Channel()
        stop_log = table.host.log_every(log, period_ms) if log else None

        def unpark() -> None:
            process.parked = None
            table.parked.pop(process, None)
            if stop_log:
                stop_log()
            stirred.wake()

        process.parked = unpark
        table.parked[process] = reads_files
        yield stirred
        rounds = (table.now_ms - started_ms) // period_ms
        ends_ms = started_ms + (rounds + 1) * period_ms
        table.skip_pids(rounds * pids)
        self._next_pid += rounds * pids
        self._entered_ms = ends_ms - period_ms
        yield ends_ms - table.now_ms
        return 0
