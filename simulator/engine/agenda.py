"""What happens next in virtual time?

Integer milliseconds. Order is `(due_ms, late, sequence)`: at the same instant, first armed, first fired, and what looks at the others' work last. Nothing here
knows the wall clock.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable


class Timer:
    """Something armed on the agenda; `cancel()` disarms it."""

    __slots__ = ("cause", "due_ms", "fire")

    def __init__(self, due_ms: int, fire: Callable[[], object], cause: int | None) -> None:
        self.due_ms = due_ms
        self.fire: Callable[[], object] | None = fire
        self.cause = cause
        """The record that led to its being armed."""

    def cancel(self) -> None:
        """Disarm; a timer that has fired or was cancelled stays as it is."""
        self.fire = None


class Agenda:
    """The virtual clock and everything that waits for it."""

    __slots__ = ("_heap", "_sequence", "cause", "is_over", "now_ms")

    def __init__(self, now_ms: int = 0) -> None:
        self.now_ms = now_ms
        self.cause: int | None = None
        """`seq` of the record that what happens now follows from. Whatever is armed remembers it, so that a chain of causes comes about by itself."""
        self.is_over = False
        """True when the run has ended: whatever still waits is not resumed, not even while it is torn down."""
        self._heap: list[tuple[int, bool, int, Timer]] = []
        self._sequence = 0

    def at(self, due_ms: int, fire: Callable[[], object], *, late: bool = False) -> Timer:
        """Arm `fire` for an instant; one in the past means now. `late`: after all else of the instant, whenever that is armed.

        A check that is left out when nothing can come of it must find the same as one that is never left out, so its place may not depend on when it was armed.
        """
        timer = Timer(max(due_ms, self.now_ms), fire, self.cause)
        heapq.heappush(self._heap, (timer.due_ms, late, self._sequence, timer))
        self._sequence += 1
        return timer

    def after(self, delay_ms: int, fire: Callable[[], object]) -> Timer:
        """Arm `fire` in `delay_ms` milliseconds."""
        return self.at(self.now_ms + delay_ms, fire)

    def next_due_ms(self) -> int | None:
        """When the next armed timer is due; None when nothing is armed."""
        while self._heap and self._heap[0][3].fire is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def step(self) -> bool:
        """Advance the clock to the next timer and fire it. False when nothing is armed."""
        while self._heap:
            due_ms, _, _, timer = heapq.heappop(self._heap)
            fire = timer.fire
            if fire is None:
                continue
            timer.fire = None
            self.now_ms = due_ms
            self.cause = timer.cause
            fire()
            return True
        return False
