"""How long has one container to stop while its pod goes on? `container_grace_s` and the runtime's minimum, specification, section 10.1."""

from __future__ import annotations

from simulator.kubelet.pod_actions import KillReason
from simulator.kubelet.termination import container_grace_s, runtime_grace_s
from simulator.pod import Handler, HandlerKind, Probe
from tests.conformance.case import BadCase, Fields
from tests.conformance.tables.rows import known, main_container, pod_of

KEYS = ("pod_tgps", "reason", "liveness_tgps", "startup_tgps", "deletion_grace", "expect_s")
REASONS = {"any": None, "liveness": KillReason.LIVENESS_PROBE, "startup": KillReason.STARTUP_PROBE, "other": KillReason.DEFINITION_CHANGED}


def check(row: Fields, minor: int) -> str | None:
    """One row. No grace of the pod at all exists inside the kubelet only; zero stands for it."""
    known(row, *KEYS)
    if row["reason"] not in REASONS:
        raise BadCase(f"reason {row['reason']!r} is not known")
    probes = {name: _probe(row[key]) for name, key in (("liveness_probe", "liveness_tgps"), ("startup_probe", "startup_tgps")) if key in row}
    container = main_container("c", **probes)
    pod = pod_of("Always", (), (container,), termination_grace_period_seconds=row["pod_tgps"] or 0)
    wanted = REASONS[row["reason"]]
    for reason in KillReason if wanted is None else (wanted,):
        seen = runtime_grace_s(container_grace_s(pod, container, reason, row.get("deletion_grace")))
        if seen != row["expect_s"]:
            return f"{seen} s for {reason}"
    return None


def _probe(grace_s: int) -> Probe:
    return Probe(handler=Handler(kind=HandlerKind.EXEC), termination_grace_period_seconds=grace_s)
