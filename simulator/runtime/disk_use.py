"""How many bytes of disk does a container use, and when will it be too many? Pure; curves and rates of a behavior (contract, section 3.1, `disk`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simulator.behavior import DiskUse, Level

LAYER, LOGS = "writable layer", "logs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Bytes as a function of time: a rate from `since_ms` on, on top of levels whose instants count from it, on top of what is there anyway."""

    since_ms: int = 0
    bytes_per_second: int = 0
    levels: tuple[Level, ...] = ()
    base_bytes: int = 0

    def at(self, now_ms: int) -> int:
        """Bytes at an instant."""
        age_ms = now_ms - self.since_ms
        level = max((each for each in self.levels if each.from_ms <= age_ms), key=lambda each: each.from_ms, default=None)
        return self.base_bytes + self.bytes_per_second * max(0, age_ms) // 1000 + (level.value_bytes if level else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """All of one container, by place; a volume's name for an emptyDir."""

    places: Mapping[str, Growth] = field(default_factory=dict)

    @property
    def own(self) -> tuple[Growth, ...]:
        """What counts against the container's own limit: writable layer and logs."""
        return tuple(growth for place, growth in self.places.items() if place in (LAYER, LOGS))


def footprint(use: DiskUse | None, since_ms: int, *, base_bytes: Mapping[str, int] | None = None) -> Footprint:
    """What a behavior says, from the container's start on; `base_bytes` is what scripts have written, by place."""
    base = dict(base_bytes or {})
    places: dict[str, Growth] = {}
    said = use or DiskUse()
    rates = {LAYER: (said.writable_layer_bytes_per_second, said.writable_layer), LOGS: (said.logs_bytes_per_second, said.logs)}
    rates.update({volume: (rate, levels) for volume, rate, levels in said.empty_dirs})
    for place in [*rates, *(name for name in base if name not in rates)]:
        rate, levels = rates.get(place, (0, ()))
        places[place] = Growth(since_ms=since_ms, bytes_per_second=rate, levels=levels, base_bytes=base.get(place, 0))
    return Footprint(places=places)


def first_over(growths: Sequence[Growth], limit_bytes: int, from_ms: int) -> int | None:
    """The first instant, not before `from_ms`, at which all of them together are over the limit; None: never."""

    def total(now_ms: int) -> int:
        return sum(growth.at(now_ms) for growth in growths)

    rate = sum(growth.bytes_per_second for growth in growths)
    turns = sorted({from_ms, *(t for g in growths for level in g.levels if (t := g.since_ms + level.from_ms) > from_ms)})
    for index, start_ms in enumerate(turns):
        if total(start_ms) > limit_bytes:
            return start_ms
        if rate:
            crossing_ms = start_ms + (limit_bytes + 1 - total(start_ms)) * 1000 // rate + 1
            if index + 1 == len(turns) or crossing_ms < turns[index + 1]:
                return crossing_ms
    return None


def next_turn(growths: Sequence[Growth], from_ms: int) -> int | None:
    """The next instant after `from_ms` at which a level begins; None: no more."""
    return min((t for g in growths for level in g.levels if (t := g.since_ms + level.from_ms) > from_ms), default=None)
