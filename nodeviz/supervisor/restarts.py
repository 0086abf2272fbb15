"""When is a program that ended by itself started again, and when is it hopeless? Pure."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 10.0

HEALTHY_S = 30.0
"""Who lived so long starts with a clean slate."""

HOPELESS_ENDS = 3
"""So often in a row before nodeviz was ever ready: something is wrong that trying again does not mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How a program has fared."""

    ends: int = 0
    """In a row, each after a short life."""

    def after_end(self, *, lived_s: float) -> Record:
        """It ended once more."""
        return Record(ends=1 if lived_s >= HEALTHY_S else self.ends + 1)

    @property
    def delay_s(self) -> float:
        """Until the next start: 0.2 s, then twice as long each time."""
        return min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** (self.ends - 1)) if self.ends else 0.0

    @property
    def is_hopeless(self) -> bool:
        """Asked only while nodeviz was never ready."""
        return self.ends >= HOPELESS_ENDS
