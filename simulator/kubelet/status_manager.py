"""What has the API been told of a pod, and when? One patch a change, serialised; a terminal phase is withheld while something may still run.

Kubernetes 1.36: pkg/kubelet/status/status_manager.go (SetPodStatus, SetContainerReadiness, SetContainerStartup, TerminatePod, syncPod, mergePodStatus).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from simulator.api_status import Condition, ContainerStatus, PodStatus, Terminated
from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Recorder
from simulator.engine.streams import Streams
from simulator.kubelet.pod_manager import PodObject
from simulator.kubelet.status import pod_conditions
from simulator.pod import ContainerType

PATCH = (10, 14, 30, 60)
"""Milliseconds from the change to a watcher (observed.md, section 1: SyncPod enter to its patch)."""
SWEEP_PERIOD_MS = 10_000
"""Everything that was held back is looked at again (status_manager.go, syncPeriod)."""
HELD_WITH_PHASE = "DisruptionTarget"
"""The condition that travels with the terminal phase."""


class StatusManager:
    """The kubelet's memory of statuses, and the way to the API."""

    def __init__(self, agenda: Agenda, streams: Streams, recorder: Recorder, started_ms: int) -> None:
        self._agenda = agenda
        self._streams = streams
        self._recorder = recorder
        self._sweep_phase_ms = started_ms + streams.between_ms(0, SWEEP_PERIOD_MS - 1, "status sweep phase", started_ms)
        self._cached: dict[str, PodStatus] = {}
        self._sweeping: set[str] = set()
        self.could_have_running: Callable[[str], bool] = lambda uid: False
        """Asked at each patch, by uid: may containers of the pod still run?"""
        self.on_patched: Callable[[PodObject], None] = lambda pod: None
        self.on_cached: Callable[[str], None] = lambda uid: None
        """Called with the uid whenever the remembered status changed."""
        self.stopped = False

    def cached(self, obj: PodObject) -> PodStatus:
        """The newest status; the API's when none was set since the kubelet started."""
        return self._cached.get(obj.pod.uid, obj.status)

    def known(self, uid: str) -> PodStatus | None:
        """The newest status set since the kubelet started."""
        return self._cached.get(uid)

    def set_status(self, obj: PodObject, status: PodStatus, *, force: bool = False) -> None:
        """Remember a status; a change, or `force`, is sent."""
        uid = obj.pod.uid
        first = uid not in self._cached
        if status.start_time_ms is None:
            status = replace(status, start_time_ms=self._agenda.now_ms // 1000 * 1000)
        changed = first or self._cached[uid] != status
        self._cached[uid] = status
        if changed:
            self.on_cached(uid)
        if changed or force:
            self._arm_patch(obj)

    def set_condition(self, obj: PodObject, condition: Condition) -> None:
        """Change one condition of the remembered status."""
        self.set_status(obj, self.cached(obj).with_condition(condition))

    def set_container_readiness(self, obj: PodObject, name: str, container_id: int, *, ready: bool) -> None:
        """A readiness result: container, Ready and ContainersReady move together."""
        self._set_probe_result(obj, name, container_id, ready=ready)

    def set_container_startup(self, obj: PodObject, name: str, container_id: int, *, started: bool) -> None:
        """A startup result."""
        self._set_probe_result(obj, name, container_id, started=started)

    def forget(self, uid: str) -> None:
        """The pod is gone."""
        self._cached.pop(uid, None)

    def _set_probe_result(self, obj: PodObject, name: str, container_id: int, *, ready: bool | None = None, started: bool | None = None) -> None:
        status = self._cached.get(obj.pod.uid)
        container = status.container(name) if status else None
        if status is None or container is None or container.container_id != container_id:
            return
        if ready is not None:
            container = replace(container, ready=ready)
        if started is not None:
            container = replace(container, started=started)
        status = status.with_container(container)
        if ready is not None:
            for condition in pod_conditions(obj.pod, status.containers, status.phase, obj.gate_conditions):
                if condition.type in ("Ready", "ContainersReady"):
                    status = status.with_condition(condition)
        self.set_status(obj, status)

    def _arm_patch(self, obj: PodObject) -> None:
        delay_ms = self._streams.around_ms(PATCH[1], PATCH, f"{obj.pod.uid}/patch", self._agenda.now_ms)
        self._agenda.after(delay_ms, lambda: self._patch(obj))

    def _patch(self, obj: PodObject) -> None:
        uid = obj.pod.uid
        wanted = self._cached.get(uid)
        if obj.gone or wanted is None or self.stopped:
            return
        sent = self._withheld(obj.status, wanted) if wanted.phase.is_terminal and self.could_have_running(uid) else wanted
        old, obj.status = obj.status, sent
        self._record_changes(obj, old, sent)
        if sent != wanted and uid not in self._sweeping:
            self._arm_sweep(obj)
        self.on_patched(obj)

    def _withheld(self, old: PodStatus, wanted: PodStatus) -> PodStatus:
        """mergePodStatus: the old phase, reason and message, and no new DisruptionTarget."""
        conditions = tuple(c for c in wanted.conditions if c.type != HELD_WITH_PHASE or old.condition(c.type) is not None)
        return replace(wanted, phase=old.phase, reason=old.reason, message=old.message, conditions=conditions)

    def _arm_sweep(self, obj: PodObject) -> None:
        uid = obj.pod.uid
        self._sweeping.add(uid)
        passed = self._agenda.now_ms - self._sweep_phase_ms
        due_ms = self._sweep_phase_ms + (passed // SWEEP_PERIOD_MS + 1) * SWEEP_PERIOD_MS

        def sweep() -> None:
            self._sweeping.discard(uid)
            self._patch(obj)

        self._agenda.at(due_ms, sweep)

    # -- what a watcher sees ------------------------------------------------------------------------------------------------------

    def _record_changes(self, obj: PodObject, old: PodStatus, new: PodStatus) -> None:
        key, uid = obj.pod.key, obj.pod.uid
        if new.phase is not old.phase:
            self._recorder.move(("phase", uid), new.phase)
            self._status(key, "pod", "phase", str(old.phase), str(new.phase), reason=new.reason or None, message=new.message or None)
        for condition in new.conditions:
            was = old.condition(condition.type)
            if condition != was:
                self._status(
                    key,
                    "pod",
                    f"condition:{condition.type}",
                    was.status if was else None,
                    condition.status,
                    reason=condition.reason or None,
                    message=condition.message or None,
                )
        for container in new.containers:
            self._record_container(key, uid, old.container(container.name), container)

    def _record_container(self, key: str, uid: str, old: ContainerStatus | None, new: ContainerStatus) -> None:
        shared = {"container_type": str(new.container_type), "attempt": new.restart_count}
        if old is None or old.state != new.state:
            self._recorder.move(("status", uid, new.name), new.kind)
            ended = new.state if isinstance(new.state, Terminated) else None
            self._status(
                key,
                new.name,
                "state",
                old.word if old else None,
                new.word,
                reason=getattr(new.state, "reason", None),
                message=getattr(new.state, "message", None) or None,
                exit_code=ended.exit_code if ended else None,
                **shared,
            )
        if new.container_type is not ContainerType.EPHEMERAL:
            if new.ready != (old.ready if old else False):
                self._status(key, new.name, "ready", not new.ready, new.ready, **shared)
            if new.started != (old.started if old else False):
                self._status(key, new.name, "started", not new.started, new.started, **shared)
        if new.restart_count != (old.restart_count if old else 0):
            self._status(key, new.name, "restartCount", old.restart_count if old else 0, new.restart_count, **shared)
        last, before = new.last_terminated, old.last_terminated if old else None
        was = f"terminated:{before.reason}" if before else None
        if last is None and was:
            # Its instance is gone from the runtime, or is shown as the state again.
            self._status(key, new.name, "lastState", was, "", **shared)
        elif last is not None and last != before:
            shown = {"exit_code": last.exit_code, "reason": last.reason, "message": last.message or None}
            self._status(key, new.name, "lastState", was, f"terminated:{last.reason}", **shown, **shared)

    def _status(self, key: str, subject: str, field: str, old: object, new: object, **fields: object) -> None:
        self._recorder.record("status", pod=key, object=subject, field=field, from_=old, to=new, **fields)
