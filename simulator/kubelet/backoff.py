"""How long must a crashed container, or a failed pull, wait? Pure rules over one entry per key.

Kubernetes 1.36: client-go util/flowcontrol/backoff.go (IsInBackOffSince, Next, GC); pkg/kubelet/kubelet.go (constants);
pkg/kubelet/kuberuntime/kuberuntime_manager.go (doBackOff).
"""

from __future__ import annotations

from dataclasses import dataclass

INITIAL_MS = 10_000
CAP_MS = 300_000
REDUCED_INITIAL_MS = 1_000
REDUCED_CAP_MS = 60_000
FORGOTTEN_AFTER_MS = 600_000
"""An entry counts no more when this much passed since its last update (flat since 1.32; 2 x cap before, the same at the default cap)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackoffPolicy:
    """Where it starts and ends."""

    initial_ms: int = INITIAL_MS
    cap_ms: int = CAP_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class BackoffEntry:
    """What is remembered of one key. `updated_ms` is the instant of the last advance."""

    delay_ms: int
    updated_ms: int


def crash_policy(*, reduce_decay: bool, max_gate: bool, max_restart_period_ms: int | None) -> BackoffPolicy:
    """The crash-loop back-off under the gates ReduceDefaultCrashLoopBackOffDecay and KubeletCrashLoopBackOffMax (kubelet.go, newCrashLoopBackOff)."""
    initial_ms, cap_ms = (REDUCED_INITIAL_MS, REDUCED_CAP_MS) if reduce_decay else (INITIAL_MS, CAP_MS)
    if max_gate:
        # With the gate the field has a default of its own, which hides the reduced cap.
        cap_ms = CAP_MS if max_restart_period_ms is None else max_restart_period_ms
        initial_ms = min(initial_ms, cap_ms)
    return BackoffPolicy(initial_ms=initial_ms, cap_ms=cap_ms)


def remaining_ms(entry: BackoffEntry | None, *, since_ms: int, now_ms: int) -> int:
    """How much longer something that ended at `since_ms` must wait; 0: it may go."""
    if entry is None or is_forgotten(entry, now_ms=now_ms) or since_ms - entry.updated_ms > FORGOTTEN_AFTER_MS:
        return 0
    return max(0, since_ms + entry.delay_ms - now_ms)


def advanced(entry: BackoffEntry | None, policy: BackoffPolicy, *, since_ms: int, now_ms: int) -> BackoffEntry:
    """The entry after another start was allowed."""
    if entry is None or is_forgotten(entry, now_ms=now_ms) or since_ms - entry.updated_ms > FORGOTTEN_AFTER_MS:
        return BackoffEntry(delay_ms=policy.initial_ms, updated_ms=now_ms)
    return BackoffEntry(delay_ms=min(entry.delay_ms * 2, policy.cap_ms), updated_ms=now_ms)


def is_forgotten(entry: BackoffEntry, *, now_ms: int) -> bool:
    """Housekeeping deletes entries that were not updated for long: a back-off never outlives 600 s after the last start."""
    return now_ms - entry.updated_ms > FORGOTTEN_AFTER_MS
