"""What does the kubelet tell of its node, and when? The conditions of pressure.

Kubernetes 1.36: pkg/kubelet/nodestatus/setters.go (MemoryPressureCondition, DiskPressureCondition, PIDPressureCondition); kubelet_node_status.go.
An update goes out every nodeStatusUpdateFrequency; one that would say nothing new is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from simulator.api_status import Condition
from simulator.engine.agenda import Agenda, Timer
from simulator.engine.streams import Streams
from simulator.kubelet.events import NORMAL, EventRecorder

STATUS_PATCH_MS = 3
"""Update to the change being seen in the API."""


class _Words(NamedTuple):
    """Reason, message and the Event's reason of a condition."""

    reason: str
    message: str
    event: str


WORDS: Mapping[tuple[str, bool], _Words] = {
    ("MemoryPressure", True): _Words("KubeletHasInsufficientMemory", "kubelet has insufficient memory available", "NodeHasInsufficientMemory"),
    ("MemoryPressure", False): _Words("KubeletHasSufficientMemory", "kubelet has sufficient memory available", "NodeHasSufficientMemory"),
    ("DiskPressure", True): _Words("KubeletHasDiskPressure", "kubelet has disk pressure", "NodeHasDiskPressure"),
    ("DiskPressure", False): _Words("KubeletHasNoDiskPressure", "kubelet has no disk pressure", "NodeHasNoDiskPressure"),
    ("PIDPressure", True): _Words("KubeletHasInsufficientPID", "kubelet has insufficient PID available", "NodeHasInsufficientPID"),
    ("PIDPressure", False): _Words("KubeletHasSufficientPID", "kubelet has sufficient PID available", "NodeHasSufficientPID"),
}


class NodeStatus:
    """The node's conditions as this kubelet has told them."""

    def __init__(self, agenda: Agenda, streams: Streams, events: EventRecorder, node_name: str, started_ms: int, period_ms: int) -> None:
        self._agenda = agenda
        self._events = events
        self._node_name = node_name
        self._phase_ms = started_ms + streams.between_ms(0, period_ms - 1, "node status phase", started_ms)
        self._period_ms = period_ms
        self._told: dict[str, bool] = {}
        self._timer: Timer | None = None
        self.stopped = False
        self.pressures: Callable[[], frozenset[str]] = frozenset
        self.is_set: Callable[[str], bool] = lambda condition: False
        """What the API has of a condition from the kubelet before."""
        self.tell: Callable[[Condition], None] = lambda condition: None

    def changed(self) -> None:
        """The pressures may have changed: the next update will tell."""
        if self.stopped or (self._timer and self._timer.fire):
            return
        passed_ms = self._agenda.now_ms - self._phase_ms
        self._timer = self._agenda.at(self._phase_ms + max(0, passed_ms // self._period_ms + 1) * self._period_ms, self._update)

    def _update(self) -> None:
        self._timer = None
        if self.stopped:
            return
        now = self.pressures()
        for name in ("MemoryPressure", "DiskPressure", "PIDPressure"):
            is_on = name in now
            if is_on != self._told.get(name, self.is_set(name)):
                words = WORDS[name, is_on]
                self._events.emit(None, NORMAL, words.event, f"Node {self._node_name} status is now: {words.event}", node=self._node_name)
                condition = Condition(type=name, status="True" if is_on else "False", reason=words.reason, message=words.message)
                self._agenda.after(STATUS_PATCH_MS, lambda condition=condition: self.tell(condition))  # type: ignore[misc]
            self._told[name] = is_on
