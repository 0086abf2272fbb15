"""When is a node short of something? Signals, thresholds, and what a cycle of the eviction manager makes of them. Pure.

Kubernetes 1.36: pkg/kubelet/eviction/helpers.go, api/types.go.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from simulator.kubelet_config import KubeletConfiguration
from simulator.units import quantity_bytes

MEMORY, ALLOCATABLE_MEMORY, PID = "memory.available", "allocatableMemory.available", "pid.available"
SIGNALS = (
    MEMORY,
    ALLOCATABLE_MEMORY,
    "nodefs.available",
    "nodefs.inodesFree",
    "imagefs.available",
    "imagefs.inodesFree",
    "containerfs.available",
    "containerfs.inodesFree",
    PID,
)
"""In the order in which they are acted on: memory first; the rest has no fixed order upstream (the specification's images.md, 11.5)."""

CONDITIONS: Mapping[str, str] = {signal: "MemoryPressure" if "emory" in signal else "PIDPressure" if signal == PID else "DiskPressure" for signal in SIGNALS}
"""Signal to the node condition that it raises."""

RESOURCES: Mapping[str, str] = {
    signal: "memory" if "emory" in signal else "pids" if signal == PID else "inodes" if signal.endswith("inodesFree") else "ephemeral-storage"
    for signal in SIGNALS
}
"""Signal to the name of the resource in texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A quantity (bytes or pieces), or a percentage of the capacity."""

    value: int = 0
    percent: Decimal | None = None

    def of(self, capacity: int) -> int:
        """In whole units; a percentage is cut, and kept in single precision (recorded: 20 % of 618340352 is 123668072)."""
        return self.value if self.percent is None else int(capacity * _single(float(self.percent) / 100))


def _single(value: float) -> float:
    return float(struct.unpack("f", struct.pack("f", value))[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """Too little of a signal is less than `value`. Without a grace it is hard."""

    signal: str
    value: Amount
    grace_ms: int = 0
    min_reclaim: Amount = Amount()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What there is of a signal. `at_ms` is when its statistics were taken; None: not known, which counts as new."""

    available: int
    capacity: int
    at_ms: int | None = None


Observations = Mapping[str, Observation]


def parse_amount(text: str) -> Amount:
    """`10%`, `100Mi`. Raises ValueError with the rule that it breaks."""
    if text.endswith("%"):
        try:
            percent = Decimal(text[:-1])
        except InvalidOperation:
            raise ValueError(f"parsing percentage {text!r}: invalid syntax") from None
        if percent < 0:
            raise ValueError(f"eviction percentage threshold {text} must be >= 0%")
        if percent > 100:
            raise ValueError(f"eviction percentage threshold {text} must be <= 100%")
        return Amount(percent=percent)
    try:
        value = quantity_bytes(text)
    except ValueError:
        raise ValueError(f"quantities must match the regular expression of a quantity, not {text!r}") from None
    return Amount(value=value)


def _threshold_amount(signal: str, text: str) -> Amount | None:
    """None: `0%` and `100%` switch a signal off."""
    if signal not in SIGNALS:
        raise ValueError(f"unsupported eviction signal {signal}")
    amount = parse_amount(text)
    if amount.percent is None and amount.value <= 0:
        raise ValueError(f"eviction threshold {signal} must be positive, got {text}")
    return None if amount.percent in (0, 100) else amount


def parse_thresholds(
    hard: Mapping[str, str],
    soft: Mapping[str, str],
    grace_ms: Mapping[str, int],
    minimum_reclaim: Mapping[str, str],
    *,
    enforce_pods: bool = True,
) -> tuple[Threshold, ...]:
    """ParseThresholdConfig. Raises ValueError with the first rule broken."""
    reclaims: dict[str, Amount] = {}
    for signal, text in minimum_reclaim.items():
        if signal not in SIGNALS:
            raise ValueError(f"unsupported eviction signal {signal}")
        reclaims[signal] = parse_amount(text)
        if reclaims[signal].value < 0:
            raise ValueError(f"negative eviction minimum reclaim specified for {signal}")
    for signal, period_ms in grace_ms.items():
        if signal not in SIGNALS:
            raise ValueError(f"unsupported eviction signal {signal}")
        if period_ms < 0:
            raise ValueError(f"invalid eviction grace period specified: {period_ms} ms, must be a positive value")
    found: list[Threshold] = []
    for signal, text in hard.items():
        amount = _threshold_amount(signal, text)
        if amount is not None:
            found.append(Threshold(signal=signal, value=amount, min_reclaim=reclaims.get(signal, Amount())))
    for signal, text in soft.items():
        amount = _threshold_amount(signal, text)
        if amount is None:
            continue
        if signal not in grace_ms:
            raise ValueError(f"grace period must be specified for the soft eviction threshold {signal}")
        found.append(Threshold(signal=signal, value=amount, grace_ms=grace_ms[signal], min_reclaim=reclaims.get(signal, Amount())))
    if enforce_pods:
        found += [replace(each, signal=ALLOCATABLE_MEMORY) for each in found if each.signal == MEMORY and not each.grace_ms]
    return tuple(found)


def thresholds_of(config: KubeletConfiguration) -> tuple[Threshold, ...]:
    """Those of a configuration that was found valid."""
    return parse_thresholds(config.eviction_hard, config.eviction_soft, config.eviction_soft_grace_period_ms, config.eviction_minimum_reclaim)


def with_containerfs(thresholds: Sequence[Threshold], copied_from: str) -> tuple[Threshold, ...]:
    """UpdateContainerFsThresholds: those of containerfs are copies of nodefs' or imagefs'; what a person set for it is replaced."""
    own = tuple(each for each in thresholds if not each.signal.startswith("containerfs."))
    copies = tuple(replace(each, signal=f"containerfs.{each.signal.partition('.')[2]}") for each in own if each.signal.startswith(f"{copied_from}."))
    return own + copies


def below(threshold: Threshold, capacity: int, *, with_reclaim: bool = False) -> int:
    """The threshold is met with less than that available."""
    return threshold.value.of(capacity) + (threshold.min_reclaim.of(capacity) if with_reclaim else 0)


def met(thresholds: Iterable[Threshold], observations: Observations, *, with_reclaim: bool = False) -> tuple[Threshold, ...]:
    """thresholdsMet: the value is strictly greater than what is available."""
    return tuple(
        each
        for each in thresholds
        if (seen := observations.get(each.signal)) is not None and below(each, seen.capacity, with_reclaim=with_reclaim) > seen.available
    )


def first_observed(observed: Iterable[Threshold], before: Mapping[Threshold, int], now_ms: int) -> dict[Threshold, int]:
    """thresholdsFirstObservedAt: kept while it stays observed, forgotten otherwise."""
    return {each: before.get(each, now_ms) for each in observed}


def grace_satisfied(first: Mapping[Threshold, int], now_ms: int) -> tuple[Threshold, ...]:
    """thresholdsMetGracePeriod."""
    return tuple(each for each, since_ms in first.items() if now_ms - since_ms >= each.grace_ms)


def are_new(thresholds: Iterable[Threshold], observations: Observations, last: Observations) -> tuple[Threshold, ...]:
    """thresholdsUpdatedStats: a stale number never evicts twice."""

    def is_new(signal: str) -> bool:
        now, before = observations.get(signal), last.get(signal)
        if now is None or now.at_ms is None or before is None or before.at_ms is None:
            return True
        return now.at_ms > before.at_ms

    return tuple(each for each in thresholds if is_new(each.signal))


def conditions_of(thresholds: Iterable[Threshold]) -> frozenset[str]:
    """nodeConditions: a soft threshold raises its condition before its grace has passed."""
    return frozenset(CONDITIONS[each.signal] for each in thresholds)


def conditions_since(last_observed: Mapping[str, int], period_ms: int, now_ms: int) -> frozenset[str]:
    """nodeConditionsObservedSince: those last observed less than the transition period ago."""
    return frozenset(condition for condition, at_ms in last_observed.items() if now_ms - at_ms < period_ms)


def by_priority(thresholds: Iterable[Threshold]) -> list[Threshold]:
    """The one to act on comes first."""
    return sorted(thresholds, key=lambda each: (SIGNALS.index(each.signal), each.grace_ms))
