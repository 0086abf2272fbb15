"""What does the API server do with a pod? Creation, scheduling onto the one node, deletion, updates: what a watcher sees besides the kubelet's patches.

Kubernetes 1.36: pkg/registry/core/pod/strategy.go (CheckGracefulDelete), the scheduler's binding and Events.
Simplified: there is one node; a pod that does not fit stays Pending and is looked at again whenever another pod has ended or leaves.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.api_status import Condition
from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Recorder
from simulator.engine.streams import Streams
from simulator.kubelet.admission import allocatable, insufficient, ports_taken, selects, tolerates
from simulator.kubelet.events import NORMAL, WARNING, EventRecorder
from simulator.kubelet.pod_manager import PodObject
from simulator.kubelet_config import KubeletConfiguration
from simulator.pod import Pod
from simulator.pod_resources import qos_class
from simulator.scenario import Node
from simulator.states import PodPhase

KUBELET_SEES = (2, 9, 20, 60)
"""Milliseconds from a change in the API to the kubelet (observed.md, section 3)."""
SCHEDULE_MS = 5
"""Creation to binding on an idle cluster. Estimated; the recordings had no scheduler."""
REMOVAL_MS = 22
"""The kubelet's last patch to DELETED (observed.md, section 9: 0.036 after SyncTerminatedPod)."""


_MEMORY_PRESSURE = "node.kubernetes.io/memory-pressure"
_TAINTS = {
    ("Ready", "False"): "node.kubernetes.io/not-ready",
    ("MemoryPressure", "True"): _MEMORY_PRESSURE,
    ("DiskPressure", "True"): "node.kubernetes.io/disk-pressure",
    ("PIDPressure", "True"): "node.kubernetes.io/pid-pressure",
}
"""What the node lifecycle controller keeps new pods away with (TaintNodesByCondition). The DaemonSet controller adds tolerations for all of them."""


def _tolerates(pod: Pod, taint: str) -> bool:
    """The pod's own tolerations of NoSchedule; the admission plugin adds that of memory pressure to all but BestEffort pods."""
    if taint == _MEMORY_PRESSURE and qos_class(pod) != "BestEffort":
        return True
    return any(tolerates(each, taint) for each in pod.tolerations)


class ApiServer:
    """The objects, and what happens to them from outside."""

    def __init__(self, agenda: Agenda, streams: Streams, recorder: Recorder, events: EventRecorder, node: Node, config: KubeletConfiguration) -> None:
        self._agenda = agenda
        self._streams = streams
        self._recorder = recorder
        self._events = events
        self._node = node
        self._capacity = allocatable(node, config)
        self.pods: dict[str, PodObject] = {}
        """Objects that exist, by `namespace/name`."""
        self.by_uid: dict[str, PodObject] = {}
        """Every object that ever was."""
        self._unscheduled: dict[str, PodObject] = {}
        self._added: dict[str, int] = {}
        """The record of each pod that the scheduler has not looked at yet, by uid."""
        self.cordoned = False
        self.node_conditions = {"Ready": "True", "MemoryPressure": "False", "DiskPressure": "False", "PIDPressure": "False"}
        """Of the node's object, by type. The first four are there when the scenario begins."""
        self.tell_added: Callable[[PodObject], None] = lambda obj: None
        self.tell_updated: Callable[[PodObject], None] = lambda obj: None
        self.tell_removed: Callable[[PodObject], None] = lambda obj: None
        self.on_removed: Callable[[PodObject], None] = lambda obj: None

    def create(self, pod: Pod, controller_key: str = "") -> PodObject | None:
        """POST; None when the name is taken."""
        if pod.key in self.pods:
            self._recorder.record("action", pod=pod.key, call="refused", detail=f'pods "{pod.name}" already exists')
            return None
        obj = PodObject(pod, self._agenda.now_ms)
        obj.controller_key = controller_key
        self.pods[pod.key] = self.by_uid[pod.uid] = obj
        # The containers in spec order, so that whoever draws or prints the pod knows its rows before the first status.
        containers = [{"name": c.name, "container_type": str(c.container_type)} for c in pod.all_containers()]
        added = self._watch(obj, "ADDED", containers=containers, owner=controller_key or None)
        self._recorder.move(("phase", pod.uid), PodPhase.PENDING)
        self._recorder.record("status", pod=pod.key, object="pod", field="phase", from_=None, to="Pending")
        if pod.node_name:
            self._later(obj, self.tell_added)
        elif pod.scheduling_gates:
            self._condition(
                obj, Condition(type="PodScheduled", status="False", reason="SchedulingGated", message="Scheduling is blocked due to non-empty scheduling gates")
            )
        else:
            self._unscheduled[pod.uid] = obj
            self._added[pod.uid] = added
            self._agenda.after(SCHEDULE_MS, self.schedule)
        return obj

    def schedule(self) -> None:
        """Bind whatever fits, in the order of creation."""
        for uid, obj in self._recorder.side_by_side(list(self._unscheduled.items())):
            # A new pod is bound because it was made, one that has waited because of what made room for it.
            if uid in self._added:
                self._recorder.because(self._added.pop(uid))
            if obj.gone or obj.deleting:
                del self._unscheduled[uid]
                continue
            others = [o.pod for o in self.pods.values() if o is not obj and o.pod.uid not in self._unscheduled and not o.status.phase.is_terminal]
            why = self._unschedulable(obj.pod, others)
            if why:
                condition = Condition(type="PodScheduled", status="False", reason="Unschedulable", message=why)
                if obj.status.condition("PodScheduled") != condition:
                    self._condition(obj, condition)
                    self._events.emit(obj.pod, WARNING, "FailedScheduling", why)
                continue
            del self._unscheduled[uid]
            self._events.emit(obj.pod, NORMAL, "Scheduled", f"Successfully assigned {obj.pod.key} to {self._node.name}")
            self._condition(obj, Condition(type="PodScheduled", status="True"))
            self._later(obj, self.tell_added)

    def made_room(self) -> None:
        """A pod has come to its final phase: it holds nothing any more, although its object stays."""
        if self._unscheduled:
            self._agenda.after(SCHEDULE_MS, self.schedule)

    def is_bound(self, obj: PodObject) -> bool:
        """Has it a node?"""
        return obj.pod.uid not in self._unscheduled and not obj.pod.scheduling_gates

    def delete(self, obj: PodObject, grace_s: int | None = None, *, force: bool = False) -> None:
        """DELETE, with the API's rules for the grace period."""
        if obj.gone:
            return
        wanted_s = obj.pod.termination_grace_period_seconds if grace_s is None else grace_s
        if wanted_s < 0:
            wanted_s = 1
        if force or not self.is_bound(obj) or obj.status.phase.is_terminal:
            wanted_s = 0
        if obj.deleting and not self._shorter(obj, wanted_s):
            return
        first = not obj.deleting
        if first or obj.deletion_requested_ms is None:
            obj.deletion_requested_ms = self._agenda.now_ms
        was_s, obj.deletion_grace_s = obj.deletion_grace_s, self._shown_grace(obj, wanted_s)
        self._record_deletion(obj, was_s, first=first)
        if wanted_s == 0:
            self._later(obj, self.tell_updated)
            self._agenda.after(REMOVAL_MS, lambda: self.remove(obj))
        else:
            self._later(obj, self.tell_updated)

    def remove(self, obj: PodObject) -> None:
        """The object leaves the API, unless a finalizer holds it."""
        if obj.gone or obj.pod.finalizers:
            return
        obj.gone = True
        self.pods.pop(obj.pod.key, None)
        self._unscheduled.pop(obj.pod.uid, None)
        self._watch(obj, "DELETED")
        self._later(obj, self.tell_removed)
        self._agenda.after(SCHEDULE_MS, self.schedule)
        self.on_removed(obj)

    def finish_deletion(self, obj: PodObject) -> None:
        """The kubelet deletes a terminated pod's object with grace 0."""
        if obj.gone or obj.deletion_grace_s == 0:
            return
        was_s, obj.deletion_grace_s = obj.deletion_grace_s, 0
        self._record_deletion(obj, was_s, first=False)
        self._agenda.after(REMOVAL_MS // 2, lambda: self.remove(obj))

    def update(self, obj: PodObject, pod: Pod) -> None:
        """PUT of a changed spec."""
        obj.pod = pod
        self._later(obj, self.tell_updated)

    def set_gate(self, obj: PodObject, kind: str, status: str) -> None:
        """PATCH of a readiness gate's condition."""
        obj.gate_conditions[kind] = status
        self._condition(obj, Condition(type=kind, status=status))
        self._later(obj, self.tell_updated)

    def set_node_condition(self, condition: Condition) -> None:
        """PATCH of the node's status; what is so already is not said again."""
        was = self.node_conditions.get(condition.type)
        if was == condition.status:
            return
        self.node_conditions[condition.type] = condition.status
        self._recorder.record(
            "status",
            object="node",
            field=f"condition:{condition.type}",
            from_=was,
            to=condition.status,
            reason=condition.reason or None,
            message=condition.message or None,
        )
        if (condition.type, was) in _TAINTS:
            self._agenda.after(SCHEDULE_MS, self.schedule)

    def _unschedulable(self, pod: Pod, others: list[Pod]) -> str | None:
        is_daemon = pod.owner is not None and pod.owner.kind == "DaemonSet"
        if self.cordoned and not is_daemon:
            return "0/1 nodes are available: 1 node(s) were unschedulable."
        taint = next((taint for (kind, status), taint in _TAINTS.items() if self.node_conditions.get(kind) == status and not _tolerates(pod, taint)), None)
        if taint and not is_daemon:
            return f"0/1 nodes are available: 1 node(s) had untolerated taint {{{taint}: }}."
        if not selects(pod, self._node):
            return "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."
        if ports_taken(pod, others):
            return "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."
        short = insufficient(pod, others, self._capacity)
        if short is None:
            return None
        words = "Too many pods" if short[0] == "pods" else f"Insufficient {short[0]}"
        return f"0/1 nodes are available: 1 {words}."

    def _shorter(self, obj: PodObject, wanted_s: int) -> bool:
        return obj.deletion_grace_s is None or wanted_s < obj.deletion_grace_s

    def _shown_grace(self, obj: PodObject, wanted_s: int) -> int:
        """A second delete whose shorter period is over already shows 1 (recorded)."""
        passed_s = (self._agenda.now_ms - (obj.deletion_requested_ms or 0)) / 1000
        return max(1, wanted_s) if wanted_s and wanted_s > passed_s else (1 if wanted_s else 0)

    def _record_deletion(self, obj: PodObject, was_s: int | None, *, first: bool) -> None:
        if first:
            self._recorder.record(
                "status",
                pod=obj.pod.key,
                object="pod",
                field="deletionTimestamp",
                from_=None,
                to=(self._agenda.now_ms + (obj.deletion_grace_s or 0) * 1000) / 1000,
                message=f"deletionGracePeriodSeconds={obj.deletion_grace_s}",
            )
        elif was_s != obj.deletion_grace_s:
            self._recorder.record("status", pod=obj.pod.key, object="pod", field="deletionGracePeriodSeconds", from_=was_s, to=obj.deletion_grace_s)

    def _condition(self, obj: PodObject, condition: Condition) -> None:
        was = obj.status.condition(condition.type)
        obj.status = obj.status.with_condition(condition)
        self._recorder.record(
            "status",
            pod=obj.pod.key,
            object="pod",
            field=f"condition:{condition.type}",
            from_=was.status if was else None,
            to=condition.status,
            reason=condition.reason or None,
            message=condition.message or None,
        )

    def _watch(self, obj: PodObject, kind: str, **fields: object) -> int:
        return self._recorder.record("status", pod=obj.pod.key, object="pod", field="watch", from_=None, to=kind, **fields)

    def _later(self, obj: PodObject, tell: Callable[[PodObject], None]) -> None:
        delay_ms = self._streams.around_ms(KUBELET_SEES[1], KUBELET_SEES, f"{obj.pod.uid}/watch", self._agenda.now_ms)
        self._agenda.after(delay_ms, lambda: tell(obj))
