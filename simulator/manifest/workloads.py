"""Which pods does a controller make from its template, and under which names?

pkg/controller (1.36). The pods of a workload are made all at once here; `Scenario.workloads` keeps the controller's own settings for what happens afterwards.
Simplified: a StatefulSet's pods do not wait for each other, and a CronJob starts one Job at the start of the scenario.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from simulator.manifest.names import generated, uid
from simulator.pod import Owner, Pod
from simulator.scenario import Workload

_EPOCH_MINUTES = 29_453_760
"""CronJobs put the minute of the schedule into names; the virtual clock starts on 2026-01-01."""


def pods_of(workload: Workload, seed: int) -> tuple[Pod, ...]:
    """The pods that the controller creates first, in its order."""
    return tuple(_pod(workload, ordinal, seed) for ordinal in range(1, count_of(workload) + 1))


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


def _pod(workload: Workload, ordinal: int, seed: int) -> Pod:
    name = pod_name(workload, ordinal, seed)
    labels = {**workload.template.labels, **_labels(workload, ordinal, name)}
    return replace(
        workload.template,
        name=name,
        namespace=workload.namespace,
        uid=uid(seed, "Pod", workload.namespace, name),
        owner=Owner(kind=workload.kind, name=workload.name, ordinal=ordinal),
        labels=labels,
    )


def pod_name(workload: Workload, ordinal: int, seed: int) -> str:
    """The name of the controller's n-th pod, counted from 1."""
    name, parts = workload.name, (workload.kind, workload.namespace, ordinal)
    match workload.kind:
        case "Deployment":
            return generated(f"{name}-{workload.options['template_hash']}-", seed, *parts)
        case "StatefulSet":
            return f"{name}-{ordinal - 1 + _start_ordinal(workload)}"
        case "CronJob":
            return generated(f"{name}-{_EPOCH_MINUTES}-", seed, *parts)
        case "Job" if workload.options.get("completionMode") == "Indexed":
            return generated(f"{name}-{ordinal - 1}-", seed, *parts)
        case _:
            return generated(f"{name}-", seed, *parts)


def _start_ordinal(workload: Workload) -> int:
    start = workload.options.get("start_ordinal", 0)
    assert isinstance(start, int)
    return start


def _labels(workload: Workload, ordinal: int, pod: str) -> Mapping[str, str]:
    match workload.kind:
        case "Deployment":
            return {"pod-template-hash": str(workload.options["template_hash"])}
        case "StatefulSet":
            return {"statefulset.kubernetes.io/pod-name": pod, "apps.kubernetes.io/pod-index": str(ordinal - 1 + _start_ordinal(workload))}
        case "Job" | "CronJob":
            job = workload.name if workload.kind == "Job" else re.sub(r"-[^-]*$", "", pod)
            return {"batch.kubernetes.io/job-name": job, "job-name": job}
        case _:
            return {}
