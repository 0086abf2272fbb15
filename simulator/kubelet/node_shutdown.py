"""In which order do pods stop when the node shuts down? Graceful node shutdown (pkg/kubelet/nodeshutdown, 1.36)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from simulator.api_status import Condition, PodStatus
from simulator.engine.recorder import Recorder
from simulator.engine.tasks import Gate, Steps, Task, Wait
from simulator.kubelet.kubelet import Kubelet
from simulator.kubelet.pod_worker import PodWorker
from simulator.kubelet_config import KubeletConfiguration
from simulator.pod import Pod
from simulator.pod_resources import SYSTEM_CRITICAL_PRIORITY
from simulator.states import PodPhase

UNMOUNT_POLL_MS = 300
"""The next group also waits for the volumes of the last one, looked at this often (volume_manager.go, WaitForAllPodsUnmount)."""
REASON = "Terminated"
MESSAGE = "Pod was terminated in response to imminent node shutdown."


def shutdown_groups(config: KubeletConfiguration) -> tuple[tuple[int, int], ...]:
    """(lowest priority, seconds) of each group, ascending; empty: graceful shutdown is off."""
    if config.shutdown_grace_period_by_pod_priority:
        return config.shutdown_grace_period_by_pod_priority
    whole_s = config.shutdown_grace_period_ms // 1000
    critical_s = config.shutdown_grace_period_critical_pods_ms // 1000
    if not whole_s:
        return ()
    return ((0, whole_s - critical_s), (SYSTEM_CRITICAL_PRIORITY, critical_s))


def group_of(pod: Pod, groups: Sequence[tuple[int, int]]) -> int:
    """The index of the highest entry whose priority is not above the pod's; below the lowest entry: the lowest."""
    fitting = [index for index, (priority, _) in enumerate(groups) if priority <= pod.priority]
    return fitting[-1] if fitting else 0


def shut_down(status: PodStatus) -> PodStatus:
    """What the shutdown writes into a pod's status."""
    marked = status if status.phase is PodPhase.SUCCEEDED else replace(status, phase=PodPhase.FAILED)
    marked = replace(marked, reason=REASON, message=MESSAGE)
    return marked.with_condition(Condition(type="DisruptionTarget", status="True", reason="TerminationByKubelet", message=MESSAGE))


class NodeShutdown:
    """One shutdown of the node."""

    def __init__(self, kubelet: Kubelet, recorder: Recorder) -> None:
        self._kubelet = kubelet
        self._recorder = recorder

    def begin(self) -> None:
        """The init system announces the shutdown."""
        groups = shutdown_groups(self._kubelet.config)
        self._recorder.record("node", object="node", call="shutdown", detail="graceful" if groups else "graceful shutdown is not configured")
        if not groups or self._kubelet.admission.shutting_down:
            return
        self._kubelet.admission.shutting_down = True
        self._kubelet.set_node_condition(Condition(type="Ready", status="False", reason="KubeletNotReady", message="node is shutting down"))
        Task(self._kubelet.agenda, self._run(groups))

    def _run(self, groups: Sequence[tuple[int, int]]) -> Steps:
        for index, (priority, seconds) in enumerate(groups):
            workers = [w for w in self._kubelet.workers.values() if not w.is_finished and group_of(w.obj.pod, groups) == index]
            if not workers:
                continue
            self._recorder.record("node", object="node", call="shutdown group", detail=f"priority {priority}, {seconds}s")
            for worker in self._recorder.side_by_side(workers):
                grace_s = min(worker.obj.pod.termination_grace_period_seconds, seconds)
                self._kubelet.evict(worker.obj, grace_s, shut_down, evicted=False)
            began_ms = self._kubelet.agenda.now_ms
            all_dead = yield Wait(_all_terminated(workers), seconds * 1000)
            left_ms = seconds * 1000 - (self._kubelet.agenda.now_ms - began_ms)
            if all_dead:
                yield min(UNMOUNT_POLL_MS, max(0, left_ms))


def _all_terminated(workers: Sequence[PodWorker]) -> Gate:
    """Opens when nothing of these pods runs any more."""
    gate = Gate()
    left = [w for w in workers if not w.terminated.is_open]
    count = len(left)

    def one_less() -> None:
        nonlocal count
        count -= 1
        if count == 0:
            gate.open()

    for worker in left:
        worker.terminated.when_open(one_less)
    if not left:
        gate.open()
    return gate
