"""Which pods does a controller make from its template, and under which names? Kubernetes 1.36, pkg/controller."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from simulator.names import generated, uid
from simulator.pod import Owner, Pod
from simulator.scenario import Workload
from simulator.schedules import due_after

EPOCH_MINUTES = 29_453_760
"""The minute in which the virtual clock starts, 2026-01-01T00:00Z: CronJobs put the minute of the schedule into names."""


def pods_of(workload: Workload, seed: int, epoch_minute: int = EPOCH_MINUTES) -> tuple[Pod, ...]:
    """The pods that the controller makes at first if nothing happens to any of them, in its order. Those of a StatefulSet come one after the other, those of
    a CronJob only if it is due in the first minute.
    """
    if workload.kind == "CronJob" and due_after(str(workload.options["schedule"]), epoch_minute - 1) != epoch_minute:
        return ()
    indexes = first_indexes(workload)
    return tuple(make_pod(workload, ordinal, index, seed, scheduled_minute=epoch_minute) for ordinal, index in enumerate(indexes, start=1))


def cron_epoch(workloads: Sequence[Workload]) -> int:
    """The minute, since 1970, at which CronJobs' clock stands at t=0: when the first of them is due, so that a nightly one shows what it does."""
    running = [w for w in workloads if w.kind == "CronJob" and not w.options.get("suspend") and not w.template.apply_manually]
    due = [minute for w in running if (minute := due_after(str(w.options["schedule"]), EPOCH_MINUTES - 1)) is not None]
    return min(due, default=EPOCH_MINUTES)


def first_indexes(workload: Workload) -> range:
    """The indexes of these pods: ordinals of a StatefulSet, completion indexes of an Indexed Job, plain numbers elsewhere."""
    start = _start_ordinal(workload) if workload.kind == "StatefulSet" else 0
    return range(start, start + count_of(workload))


def count_of(workload: Workload) -> int:
    """How many pods the controller wants at the start."""
    if workload.options.get("suspend"):
        return 0
    match workload.kind:
        case "Job" | "CronJob":
            return workload.parallelism if workload.completions is None else min(workload.parallelism, workload.completions)
        case "DaemonSet" | "PodTemplate":
            return 1
        case _:
            return workload.replicas


def make_pod(workload: Workload, ordinal: int, index: int, seed: int, *, scheduled_minute: int = EPOCH_MINUTES) -> Pod:
    """The controller's `ordinal`-th pod (from 1), for its `index`; `scheduled_minute` (since 1970) is that of a CronJob's Job."""
    name = _name(workload, ordinal, index, seed, scheduled_minute)
    again = () if workload.kind != "StatefulSet" or ordinal == index - _start_ordinal(workload) + 1 else (ordinal,)
    return replace(
        workload.template,
        name=name,
        namespace=workload.namespace,
        uid=uid(seed, "Pod", workload.namespace, name, *again),
        owner=Owner(kind=workload.kind, name=workload.name, ordinal=ordinal),
        labels={**workload.template.labels, **_labels(workload, name, index, scheduled_minute)},
    )


def revision_of(workload: Workload) -> str:
    """The hash of the template: pods with another one are to be replaced."""
    return str(workload.options.get("template_hash", ""))


def share_of(value: object, total: int, *, up: bool) -> int:
    """`maxSurge` and `maxUnavailable`: a number, or a percentage of the replicas, rounded up or down (intstr.GetScaledValueFromIntOrPercent)."""
    text = str(value)
    if not text.endswith("%"):
        return int(text)
    share = int(text[:-1]) * total / 100
    return math.ceil(share) if up else math.floor(share)


def job_name(workload: Workload, scheduled_minute: int) -> str:
    """The Job's name: a CronJob's has the minute for which it was scheduled."""
    return f"{workload.name}-{scheduled_minute}" if workload.kind == "CronJob" else workload.name


def _name(workload: Workload, ordinal: int, index: int, seed: int, scheduled_minute: int) -> str:
    name, parts = workload.name, (workload.kind, workload.namespace, ordinal)
    match workload.kind:
        case "Deployment":
            return generated(f"{name}-{revision_of(workload)}-", seed, *parts)
        case "StatefulSet":
            return f"{name}-{index}"
        case "Job" | "CronJob":
            numbered = f"{index}-" if workload.options.get("completionMode") == "Indexed" else ""
            return generated(f"{job_name(workload, scheduled_minute)}-{numbered}", seed, *parts)
        case _:
            return generated(f"{name}-", seed, *parts)


def _start_ordinal(workload: Workload) -> int:
    start = workload.options.get("start_ordinal", 0)
    assert isinstance(start, int)
    return start


def _labels(workload: Workload, pod: str, index: int, scheduled_minute: int) -> Mapping[str, str]:
    match workload.kind:
        case "Deployment":
            return {"pod-template-hash": revision_of(workload)}
        case "StatefulSet":
            return {
                "statefulset.kubernetes.io/pod-name": pod,
                "apps.kubernetes.io/pod-index": str(index),
                "controller-revision-hash": f"{workload.name}-{revision_of(workload)}",
            }
        case "DaemonSet":
            return {"controller-revision-hash": revision_of(workload)}
        case "Job" | "CronJob":
            job = job_name(workload, scheduled_minute)
            indexed = {"batch.kubernetes.io/job-completion-index": str(index)} if workload.options.get("completionMode") == "Indexed" else {}
            return {"batch.kubernetes.io/job-name": job, "job-name": job, **indexed}
        case _:
            return {}
