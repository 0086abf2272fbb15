"""How do the kubelet's parts work together? The wiring: sources of pods, syncs, what each part tells the others.

Kubernetes 1.36: pkg/kubelet/kubelet.go (SyncPod, SyncTerminatingPod, SyncTerminatedPod, HandlePodAdditions, syncLoopIteration).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from simulator.api_status import Condition, PodStatus
from simulator.cri import CriPodStatus
from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Recorder
from simulator.engine.streams import Streams
from simulator.engine.tasks import Gate, Steps
from simulator.kubelet.admission import Admission
from simulator.kubelet.backoff import crash_policy
from simulator.kubelet.events import NORMAL, WARNING, EventRecorder
from simulator.kubelet.eviction import HARD_GRACE_S, evicted
from simulator.kubelet.eviction import REASON as EVICTED
from simulator.kubelet.eviction_ranking import Candidate, Message
from simulator.kubelet.image_manager import ImageManager, PullLedger
from simulator.kubelet.kuberuntime import RuntimeManager, SyncResult
from simulator.kubelet.pleg import Pleg, PlegEvent
from simulator.kubelet.pod_actions import ProbeResults
from simulator.kubelet.pod_manager import PodObject
from simulator.kubelet.pod_worker import PodWorker
from simulator.kubelet.pressure import Pressure
from simulator.kubelet.prober import ProbeManager
from simulator.kubelet.status import StatusInputs, finished_status, generate_status, readiness_triggers
from simulator.kubelet.status_manager import StatusManager
from simulator.kubelet.volumes import VolumeManager
from simulator.kubelet_config import KubeletConfiguration
from simulator.pod import Pod, ProbeType
from simulator.runtime.containers import ContainerRuntime, RuntimeContainer
from simulator.runtime.filesystems import Filesystems
from simulator.runtime.images import ImageService
from simulator.scenario import Node
from simulator.states import PodPhase, WorkerState
from simulator.versions import Version
from simulator.whys import StopReason

SYNC_TICK_MS = 1_000
"""The sync ticker collects due pods (kubelet.go, syncLoop)."""
DELETOR_MS = 8
"""ContainerDied to RemoveContainer of the older dead instance (observed.md, section 5.1)."""
ORPHAN_GRACE_S = 1
"""Grace of a running pod that no source of pods knows."""
DEADLINE_REASON = "DeadlineExceeded"
DEADLINE_MESSAGE = "Pod was active on the node longer than the specified deadline"


class Kubelet:
    """One kubelet process: from its start to its stop. What survives a restart lives in the runtime and in the API."""

    def __init__(
        self,
        agenda: Agenda,
        streams: Streams,
        recorder: Recorder,
        events: EventRecorder,
        runtime: ContainerRuntime,
        images: ImageService,
        filesystems: Filesystems,
        ledger: PullLedger,
        node: Node,
        config: KubeletConfiguration,
        version: Version,
        started_ms: int,
    ) -> None:
        self.agenda = agenda
        self.streams = streams
        self.recorder = recorder
        self.events = events
        self.runtime = runtime
        self.node = node
        self.config = config
        self.version = version
        self.started_ms = started_ms
        self.always_resync = False
        """The slow reference mode of the tests: healthy pods are synced every minute although nothing can come of it."""
        self._tick_phase_ms = started_ms + streams.between_ms(0, SYNC_TICK_MS - 1, "sync tick phase", started_ms)
        policy = crash_policy(
            reduce_decay=version.on("ReduceDefaultCrashLoopBackOffDecay"),
            max_gate=version.on("KubeletCrashLoopBackOffMax"),
            max_restart_period_ms=config.crash_loop_max_restart_period_ms,
        )
        self.pleg = Pleg(agenda, streams, runtime.pod_status, self._on_pleg, started_ms, evented=version.on("EventedPLEG"))
        self.statuses = StatusManager(agenda, streams, recorder, started_ms)
        self.images = ImageManager(agenda, recorder, events, images, config, version, ledger)
        self.runtimes = RuntimeManager(agenda, streams, recorder, events, runtime, self.images, version, policy)
        self.prober = ProbeManager(agenda, streams, recorder, events, runtime, self.statuses, version, started_ms)
        self.volumes = VolumeManager(agenda, events)
        self.admission = Admission(node, config, version)
        self.pressure = Pressure(self, images, filesystems)
        self.pressure.image_gc.hooks.append(self._images_collected)
        self.images.kubelet_starts()
        self.workers: dict[str, PodWorker] = {}
        self.on_finished: Callable[[PodObject], None] = lambda obj: None
        """Called when a deleted pod may leave the API: its worker has finished and its last status was sent."""
        self.on_over: Callable[[], None] = lambda: None
        """The API has been told of a pod's final phase."""
        self.on_volumes_removed: Callable[[str], None] = lambda uid: None
        """Called with a pod's uid when its volumes are torn down."""
        self.set_node_condition: Callable[[Condition], None] = lambda condition: None
        """Tells the API of a condition of the node."""
        self.stopped = False
        runtime.on_change = self.pleg.changed
        self.statuses.could_have_running = self._could_have_running
        self.statuses.on_patched = self._on_patched
        self.statuses.on_cached = self.prober.status_changed
        self.prober.on_result = self._on_probe_result
        self.runtimes.on_sandbox = self._on_sandbox

    # -- pods come, change and go -------------------------------------------------------------------------------------------------

    def add_pod(self, obj: PodObject) -> None:
        """HandlePodAdditions: admission, then a worker."""
        if obj.pod.uid in self.workers:
            return
        if not obj.status.phase.is_terminal and not obj.deleting:
            others = [w.obj.pod for w in self.workers.values() if not w.is_finished and not w.obj.status.phase.is_terminal]
            refused = self.pressure.refused(obj.pod) or self.admission.admit(obj.pod, others)
            if refused:
                self._reject(obj, *refused)
                return
        worker = self.workers[obj.pod.uid] = PodWorker(self, obj)
        if obj.deleting or obj.status.phase.is_terminal:
            worker.terminate(obj.deletion_grace_s)
        else:
            worker.update()

    def update_pod(self, obj: PodObject) -> None:
        """The API's object changed: spec, or a deletionTimestamp."""
        worker = self.workers.get(obj.pod.uid)
        if worker is None or self.stopped:
            return
        if obj.deleting:
            grace_s = obj.deletion_grace_s
            if grace_s == 0 and not self.version.force_delete_is_short:
                grace_s = None
            worker.terminate(grace_s)
        else:
            worker.update()

    def remove_pod(self, obj: PodObject) -> None:
        """The object is gone from the API."""
        worker = self.workers.get(obj.pod.uid)
        if worker is None or self.stopped:
            return
        if worker.is_finished:
            self._clean_up(worker)
        else:
            worker.terminate(worker.grace_s)

    def evict(self, obj: PodObject, grace_s: int, override: Callable[[PodStatus], PodStatus], *, evicted: bool = True) -> None:
        """Kill a pod for the kubelet's own reasons; `override` is what it writes into the status. `evicted` is False for a node shutdown."""
        worker = self.workers.get(obj.pod.uid)
        if worker is not None and not worker.is_finished:
            worker.evicted = evicted
            worker.terminate(grace_s, override)

    def evict_for_pressure(self, obj: PodObject, message: str) -> None:
        """Hard eviction: one Event, one second of grace, DisruptionTarget with the final status."""
        self.events.emit(obj.pod, WARNING, EVICTED, message)
        self.evict(obj, HARD_GRACE_S, partial(evicted, message=message))

    # -- what keeps the node from running out asks --------------------------------------------------------------------------------

    def active_pods(self) -> list[PodObject]:
        """Pods that are not terminated, and not on the way to it."""
        return [worker.obj for worker in self.workers.values() if worker.state is WorkerState.SYNCING]

    def terminated_pods(self) -> list[PodObject]:
        """Pods of which nothing runs any more."""
        return [worker.obj for worker in self.workers.values() if worker.is_finished]

    def evict_candidate(self, candidate: Candidate, grace_s: int, why: Message, pressed: bool) -> Gate | None:
        """Kill a pod for the node's or its own limits; the gate opens when nothing of it runs any more."""
        worker = self.workers.get(candidate.pod.uid)
        if worker is None or self.stopped or worker.state is not WorkerState.SYNCING:
            return None
        self.events.emit(worker.obj.pod, WARNING, EVICTED, why.text)
        self.pressure.limits.forget(candidate.pod.uid)
        self.evict(worker.obj, grace_s, partial(evicted, message=why.text, node_pressure=pressed))
        return worker.terminated

    def is_cleaned_up(self, uid: str) -> bool:
        """Has its worker finished?"""
        worker = self.workers.get(uid)
        return worker is None or worker.is_finished

    def delete_dead_containers(self, pod: Pod) -> None:
        """All of a terminated pod."""
        for container in pod.all_containers():
            self.runtimes.remove_dead_instances(pod, container.name, 0)

    def container_exited(self, made: RuntimeContainer) -> None:
        """A probe of it will answer differently from now on."""
        self.prober.status_changed(made.pod.uid)

    def stop(self) -> None:
        """The process ends. Containers go on running."""
        self.stopped = self.pleg.stopped = self.statuses.stopped = True
        self.pressure.stop()
        for worker in self.workers.values():
            worker.stop()
        self.prober.stop_all()

    def take_over(self, objects: Sequence[PodObject]) -> None:
        """The kubelet has started: it lists what the runtime has, and gets every pod of the node anew, in the order of creation."""
        for obj in objects:
            self.pleg.changed(obj.pod.uid)
        for obj in sorted(objects, key=lambda o: o.created_ms):
            if not obj.gone:
                self.add_pod(obj)
            elif self.runtime.containers(obj.pod.uid):
                # Removed while no kubelet was there: a running pod that nobody knows (kubelet_pods.go, HandlePodCleanups).
                worker = self.workers[obj.pod.uid] = PodWorker(self, obj)
                worker.terminate(ORPHAN_GRACE_S)

    def _reject(self, obj: PodObject, reason: str, message: str) -> None:
        """rejectPod: Failed for good, one Event, no container statuses."""
        self.events.emit(obj.pod, WARNING, reason, message)
        status = replace(obj.status, phase=PodPhase.FAILED, reason=reason, message=f"Pod was rejected: {message}")
        self.statuses.set_status(obj, status)

    # -- what a worker needs ------------------------------------------------------------------------------------------------------

    def newer_status(self, obj: PodObject, fence_ms: int) -> Steps:
        """Wait for a relist that began after `fence_ms`."""
        yield from self.pleg.newer_than(obj.pod.uid, fence_ms)

    def sync_tick(self, from_ms: int) -> int:
        """The first tick of the sync ticker at or after an instant."""
        return self._tick_phase_ms + -(-(from_ms - self._tick_phase_ms) // SYNC_TICK_MS) * SYNC_TICK_MS

    def relist_on_demand(self, obj: PodObject) -> None:
        """PLEGOnDemandRelist (1.36): the pod's own relist after a sync that did something."""
        if self.version.on("PLEGOnDemandRelist"):
            self.pleg.relist_pod(obj.pod.uid)

    def resync_matters(self, obj: PodObject) -> bool:
        """A resync runs the readiness probe of every started, not-ready container; for other healthy pods it changes nothing."""
        # Image volumes are asked for in every sync, and each answer is an Event.
        if any(volume.kind == "image" for volume in obj.pod.volumes) and self.version.on("ImageVolume"):
            return True
        status = self.statuses.cached(obj)
        return self.always_resync or bool(readiness_triggers(obj.pod, status, self.prober.view(obj.pod.uid)))

    def sync_pod(self, worker: PodWorker) -> Steps:
        """SyncPod. Returns None when the pod is found terminal, else a SyncResult."""
        obj = worker.obj
        uid, began = obj.pod.uid, self.recorder.count
        cri = self.pleg.cached(uid)
        status = self._generate(obj, cri)
        news = status != self.statuses.cached(obj) or self.statuses.known(uid) is None
        if news:
            self._record_sync(obj, "SyncPod enter")
        self._set_status(obj, status)
        if status.phase.is_terminal:
            self._record_sync(obj, "SyncPod exit")
            return None
        self._arm_deadline(worker)
        mounted = yield from self.volumes.wait_for_attach_and_mount(obj.pod, worker.volume_wait())
        if worker.state is not WorkerState.SYNCING:
            self._record_sync(obj, "SyncPod exit")
            return SyncResult()
        if not mounted:
            self._record_sync(obj, "SyncPod exit")
            return SyncResult(errors=["FailedMount"])
        self.prober.add_pod(obj)
        probes = ProbeResults(startup=self.prober.results[ProbeType.STARTUP], liveness=self.prober.results[ProbeType.LIVENESS])
        result: SyncResult = yield from self.runtimes.sync_pod(obj, cri, probes)
        if self.recorder.count != began:
            self._record_sync(obj, "SyncPod exit")
        return result

    def sync_terminating_pod(self, worker: PodWorker) -> Steps:
        """SyncTerminatingPod: kill everything, then report what is left."""
        obj = worker.obj
        why = self._stop_reason(worker)
        self._record_sync(obj, "SyncTerminatingPod enter", why)
        cri = self.pleg.cached(obj.pod.uid)
        status = self._generate(obj, cri)
        if worker.status_override:
            status = worker.status_override(status)
        self._set_status(obj, status)
        self.prober.stop_liveness_and_startup(obj)
        yield from self.runtimes.kill_pod(obj, cri, worker.grace_s, why)
        self.prober.remove_pod(obj.pod.uid)
        self.statuses.set_status(obj, self._generate(obj, self.runtime.pod_status(obj.pod.uid), terminal=True))
        self._record_sync(obj, "SyncTerminatingPod exit")

    def sync_terminated_pod(self, worker: PodWorker) -> Steps:
        """SyncTerminatedPod: the last status; a deleted pod's object may go then."""
        obj = worker.obj
        self._record_sync(obj, "SyncTerminatedPod enter")
        status = self._generate(obj, self.runtime.pod_status(obj.pod.uid), terminal=True)
        yield 2
        self.statuses.set_status(obj, finished_status(obj.pod, status), force=True)
        self._record_sync(obj, "SyncTerminatedPod exit")
        self.pressure.limits.forget(obj.pod.uid)
        self.on_volumes_removed(obj.pod.uid)
        if obj.gone:
            self.agenda.after(0, lambda: self._clean_up(worker))

    # -- status -------------------------------------------------------------------------------------------------------------------

    def _generate(self, obj: PodObject, cri: CriPodStatus, *, terminal: bool = False) -> PodStatus:
        """generateAPIPodStatus."""
        old = self.statuses.cached(obj)
        inputs = StatusInputs(
            old=old,
            api_phase=obj.status.phase,
            reasons=self.runtimes.reasons(obj.pod.uid),
            probes=self.prober.view(obj.pod.uid),
            deleting=obj.deleting,
            terminal=terminal,
            container_rules=self.version.on("ContainerRestartRules"),
            ready_to_start_condition=self.version.on("PodReadyToStartContainersCondition"),
            restart_all_rules=self.version.on("RestartAllContainersOnContainerExits"),
            restarting_all=self.runtimes.is_restarting_all(obj.pod.uid),
            evicted=self._past_deadline(obj, old),
            gate_conditions=obj.gate_conditions,
        )
        return generate_status(obj.pod, cri, inputs)

    def _set_status(self, obj: PodObject, status: PodStatus) -> None:
        """Remember it, and run the readiness probes of started containers that are not ready."""
        uid = obj.pod.uid
        before = self.statuses.known(uid)
        self.statuses.set_status(obj, status)
        for name in readiness_triggers(obj.pod, status, self.prober.view(uid)):
            was, now = before.container(name) if before else None, status.container(name)
            self.prober.trigger_readiness(uid, name, first=was is None or now is None or was.container_id != now.container_id)

    def _past_deadline(self, obj: PodObject, status: PodStatus) -> tuple[str, str] | None:
        """activeDeadlineHandler.ShouldEvict: an Event at every status computed after the deadline."""
        deadline_s = obj.pod.active_deadline_seconds
        if deadline_s is None or status.start_time_ms is None or self.agenda.now_ms < status.start_time_ms + deadline_s * 1000:
            return None
        if status.phase.is_terminal and status.reason != DEADLINE_REASON:
            return None
        self.events.emit(obj.pod, NORMAL, DEADLINE_REASON, DEADLINE_MESSAGE)
        return DEADLINE_REASON, DEADLINE_MESSAGE

    def _arm_deadline(self, worker: PodWorker) -> None:
        obj = worker.obj
        start_ms = self.statuses.cached(obj).start_time_ms
        if obj.pod.active_deadline_seconds is not None and start_ms is not None and not worker.deadline_armed:
            worker.deadline_armed = True
            due_ms = self.sync_tick(start_ms + obj.pod.active_deadline_seconds * 1000)
            self.agenda.at(due_ms, lambda: None if self.stopped or worker.state is not WorkerState.SYNCING else worker.update())

    def _could_have_running(self, uid: str) -> bool:
        worker = self.workers.get(uid)
        return worker is not None and worker.state in (WorkerState.SYNCING, WorkerState.TERMINATING)

    # -- what the parts tell ------------------------------------------------------------------------------------------------------

    def _on_pleg(self, uid: str, found: tuple[PlegEvent, ...]) -> None:
        worker = self.workers.get(uid)
        if worker is None:
            return
        pod = worker.obj.pod
        for event in found:
            cause = None if event.kind == "ContainerRemoved" else self.runtime.last_record(uid, event.object, ended=event.kind == "ContainerDied")
            self.recorder.record("kubelet", pod=pod.key, object=event.object, call=f"PLEG {event.kind}", because=cause)
            if event.kind == "ContainerDied" and event.object != "sandbox":
                self._delete_older(pod, event.object, worker)
        if any(event.kind != "ContainerRemoved" for event in found):
            worker.update()

    def _delete_older(self, pod: Pod, name: str, worker: PodWorker) -> None:
        """podContainerDeletor: of each container one dead instance stays; of an evicted pod none, whose exit codes may be lost by that (recorded)."""
        keep = 0 if worker.evicted else 1
        self.agenda.after(DELETOR_MS, lambda: None if self.stopped or worker.is_finished else self.runtimes.remove_dead_instances(pod, name, keep))

    def _on_probe_result(self, obj: PodObject, name: str, container_id: int, kind: ProbeType, result: bool | None) -> None:
        worker = self.workers.get(obj.pod.uid)
        if worker is None:
            return
        match kind:
            case ProbeType.LIVENESS:
                if result is not False:
                    return
            case ProbeType.READINESS:
                self.statuses.set_container_readiness(obj, name, container_id, ready=bool(result))
            case ProbeType.STARTUP:
                self.statuses.set_container_startup(obj, name, container_id, started=bool(result))
        worker.update()

    def _on_sandbox(self, obj: PodObject) -> None:
        """1.36: PodReadyToStartContainers is told right after the sandbox."""
        if self.version.on("PodReadyToStartContainersCondition") and self.version.sandbox_ready_at_once:
            self.statuses.set_condition(obj, Condition(type="PodReadyToStartContainers", status="True"))

    def _on_patched(self, obj: PodObject) -> None:
        if not obj.status.phase.is_terminal:
            return
        self.on_over()
        worker = self.workers.get(obj.pod.uid)
        if worker and worker.is_finished and obj.deleting:
            self.on_finished(obj)

    def _clean_up(self, worker: PodWorker) -> None:
        """Nothing of the pod stays on the node."""
        uid = worker.obj.pod.uid
        self.runtime.remove_pod(uid)
        self.workers.pop(uid, None)
        self.prober.remove_pod(uid)
        self.statuses.forget(uid)
        self.runtimes.forget(uid)
        self.pleg.forget(uid)

    def _images_collected(self, kept: Sequence[str], began_ms: int) -> None:
        """The hook after a space sweep: pull records of images that it did not keep go."""
        stored = (self.pressure.image_id(name) for name in kept)
        self.images.prune([image_id for image_id in stored if image_id], began_ms)

    def _stop_reason(self, worker: PodWorker) -> StopReason:
        """What ended the pod's life: the kubelet's own reasons come before a deletion, which may follow them."""
        if worker.status_override is not None:
            return StopReason.EVICTED if worker.evicted else StopReason.SHUTDOWN
        if worker.obj.deleting or worker.obj.gone:
            return StopReason.DELETED
        if self.statuses.cached(worker.obj).reason == DEADLINE_REASON:
            return StopReason.DEADLINE
        return StopReason.COMPLETED

    def _record_sync(self, obj: PodObject, call: str, why: StopReason | None = None) -> None:
        self.recorder.record("kubelet", pod=obj.pod.key, object="pod", call=call, why=why)
