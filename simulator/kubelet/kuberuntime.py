"""How is one decision carried out? The runtime part of a sync, strictly sequential, and the killing of pods and containers.

Kubernetes 1.36: pkg/kubelet/kuberuntime/kuberuntime_manager.go (SyncPod, doBackOff, killPodWithSyncResult), kuberuntime_container.go (startContainer,
killContainer).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.api_status import Waiting
from simulator.cri import CriPodStatus
from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Recorder
from simulator.engine.streams import Streams
from simulator.engine.tasks import Gate, Steps, Task, Wait, first_of
from simulator.kubelet.backoff import BackoffEntry, BackoffPolicy, advanced, remaining_ms
from simulator.kubelet.events import NORMAL, WARNING, EventRecorder
from simulator.kubelet.image_manager import ImageManager, VolumeImage
from simulator.kubelet.lifecycle import HandlerRunner
from simulator.kubelet.pod_actions import ContainerToKill, KillReason, PodActions, ProbeResults, compute_pod_actions
from simulator.kubelet.pod_manager import PodObject
from simulator.kubelet.restart import RESTART_ALL, effective_policy, matching_rule, restarts_all
from simulator.kubelet.termination import container_grace_s, prerequisites, runtime_grace_s
from simulator.kubelet.userns import UsernsError, UsernsManager
from simulator.pod import Container, ContainerType, HookType, ObjectRef, Pod, RestartPolicy
from simulator.runtime.containers import ContainerRuntime, RuntimeContainer
from simulator.states import RuntimeState
from simulator.units import format_duration
from simulator.versions import Version
from simulator.whys import StartReason, StopReason

BEFORE_CREATE = (6, 14, 30, 68)
"""Milliseconds between the kubelet's turn and CreateContainer called: image look-up, directories, configuration (observed.md, section 3)."""
STEP_MS = 1
"""Between two calls that follow directly."""


@dataclass(slots=True)
class SyncResult:
    """What a sync came to."""

    did_something: bool = False
    errors: list[str] = field(default_factory=list)
    backoff_expiries_ms: list[int] = field(default_factory=list)
    """Ends of the crash-loop back-offs that blocked a start."""
    restart_all: bool = False

    @property
    def failed(self) -> bool:
        """It ended with an error."""
        return bool(self.errors or self.backoff_expiries_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """What all starts of one sync share."""

    obj: PodObject
    status: CriPodStatus
    absent: Mapping[str, Waiting] = field(default_factory=dict)
    """Image volumes that could not be had, and why."""


class RuntimeManager:
    """kubeGenericRuntimeManager: drives the runtime for one node."""

    def __init__(
        self,
        agenda: Agenda,
        streams: Streams,
        recorder: Recorder,
        events: EventRecorder,
        runtime: ContainerRuntime,
        images: ImageManager,
        version: Version,
        policy: BackoffPolicy,
    ) -> None:
        self._agenda = agenda
        self._streams = streams
        self._recorder = recorder
        self._events = events
        self._runtime = runtime
        self._images = images
        self._version = version
        self._policy = policy
        self.userns = UsernsManager(0)
        """The node's; set by whoever keeps it over restarts of the kubelet."""
        self._hooks = HandlerRunner(recorder, version)
        self._backoff: dict[tuple[str, str, str], BackoffEntry] = {}
        self._reasons: dict[str, dict[str, Waiting]] = {}
        self._restarting_all: dict[str, None] = {}
        self.missing_object: Callable[[Pod, ObjectRef], str | None] = lambda pod, ref: None
        """The API's words for a ConfigMap or Secret (or key) that is not there."""
        self.start_failure: Callable[[Pod, Container], str | None] = lambda pod, container: None
        """The runtime's words when the container's command cannot be executed."""
        self.on_sandbox: Callable[[PodObject], None] = lambda obj: None

    def reasons(self, uid: str) -> dict[str, Waiting]:
        """Why the last start of each container failed (reason_cache.go)."""
        return self._reasons.get(uid, {})

    def is_restarting_all(self, uid: str) -> bool:
        """Between the removal of all containers by RestartAllContainers and the end of the next sync."""
        return uid in self._restarting_all

    def forget(self, uid: str) -> None:
        """The pod is gone."""
        self._reasons.pop(uid, None)
        self._restarting_all.pop(uid, None)

    def decide(self, obj: PodObject, status: CriPodStatus, probes: ProbeResults) -> PodActions:
        """computePodActions with this version's gates."""
        return compute_pod_actions(obj.pod, status, probes, deleting=obj.deleting, container_rules=self._version.on("ContainerRestartRules"))

    def sync_pod(self, obj: PodObject, status: CriPodStatus, probes: ProbeResults) -> Steps:
        """One runtime sync; returns a SyncResult."""
        pod, result = obj.pod, SyncResult()
        trigger = self._restart_all_trigger(obj, status)
        if trigger is not None:
            yield from self._restart_all_containers(obj, status, trigger)
            result.did_something = result.restart_all = True
            return result
        self._restarting_all.pop(pod.uid, None)
        actions = self.decide(obj, status, probes)
        result.did_something = not actions.is_empty
        if actions.sandbox_changed:
            self._events.emit(pod, NORMAL, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.")
        if actions.kill_pod and (status.sandboxes or status.containers):
            yield from self.kill_pod(obj, status, None, StopReason.SANDBOX if actions.create_sandbox else StopReason.COMPLETED)
            if actions.create_sandbox:
                self._remove_dead(pod, {c.name for c in pod.init_containers}, keep=0)
        for kill in actions.containers_to_kill:
            yield from self._kill_one(obj, kill)
        self._remove_dead(pod, {c.name for c in pod.init_containers}, keep=1)
        if actions.create_sandbox:
            yield self._streams.around_ms(12, (4, 12, 28, 50), f"{pod.uid}/before sandbox", self._agenda.now_ms)
            failure = self._user_namespace(pod)
            if failure:
                self._events.emit(pod, WARNING, "FailedCreatePodSandBox", f"Failed to create pod sandbox: {failure}")
                result.errors.append("CreatePodSandboxError")
                return result
            yield from self._runtime.run_pod_sandbox(pod, actions.sandbox_attempt)
            self.on_sandbox(obj)
        absent = yield from self._ensure_image_volumes(pod)
        yield from self._start_all(_Start(obj=obj, status=status, absent=absent), actions, result)
        return result

    def _ensure_image_volumes(self, pod: Pod) -> Steps:
        """The images of all image volumes, one after the other, in every sync; returns what failed, by volume (getImageVolumes)."""
        absent: dict[str, Waiting] = {}
        for volume in pod.volumes if self._version.on("ImageVolume") else ():
            if volume.kind == "image" and volume.image:
                missing = yield from self._images.ensure_image_exists(pod, VolumeImage(volume.name, volume.image, volume.pull_policy))
                if missing:
                    absent[volume.name] = Waiting(reason=missing.reason, message=missing.message)
        return absent

    def _user_namespace(self, pod: Pod) -> str | None:
        """Give the pod its block of host ids; returns why it cannot have one."""
        if pod.host_users or not self._version.on("UserNamespacesSupport"):
            return None
        try:
            first = self.userns.allocate(pod.uid)
        except UsernsError as error:
            return str(error)
        last = first + self.userns.ids_per_pod - 1
        detail = f"user namespace: host ids {first} to {last}"
        self._recorder.record("kubelet", pod=pod.key, object="pod", call="decision", detail=detail, why="user-namespace")
        return None

    def _start_all(self, start: _Start, actions: PodActions, result: SyncResult) -> Steps:
        """Ephemeral containers, init containers, mains: one after the other."""
        for name in actions.ephemeral_containers_to_start:
            yield from self._start(start, name, result)
        for name in actions.init_containers_to_start:
            started = yield from self._start(start, name, result)
            container = start.obj.pod.container(name)
            if not started and container and not container.is_sidecar:
                return
        for name in actions.containers_to_start:
            yield from self._start(start, name, result)

    # -- starting -----------------------------------------------------------------------------------------------------------------

    def _start(self, start: _Start, name: str, result: SyncResult) -> Steps:
        """Back-off check and start of one container; returns whether it runs."""
        pod, container = start.obj.pod, start.obj.pod.container(name)
        if container is None:
            return False
        reasons = self._reasons.setdefault(pod.uid, {})
        blocked = self._in_backoff(pod, container, start.status)
        if blocked:
            reasons[name], expiry_ms = blocked
            result.backoff_expiries_ms.append(expiry_ms)
            return False
        failure: Waiting | None = yield from self._start_container(start, container)
        if failure is None:
            reasons.pop(name, None)
            return True
        reasons[name] = failure
        result.errors.append(failure.reason)
        return False

    def _in_backoff(self, pod: Pod, container: Container, status: CriPodStatus) -> tuple[Waiting, int] | None:
        """doBackOff: blocked by crash-loop back-off? If not, the next one is longer."""
        exited = next((c for c in status.containers if c.name == container.name and c.state is RuntimeState.EXITED), None)
        if exited is None:
            return None
        key, now_ms = (pod.uid, container.name, f"{container.image}/{container.resources}"), self._agenda.now_ms
        entry = self._backoff.get(key)
        rest_ms = remaining_ms(entry, since_ms=exited.finished_ms, now_ms=now_ms)
        if entry is None or not rest_ms:
            self._backoff[key] = advanced(entry, self._policy, since_ms=exited.finished_ms, now_ms=now_ms)
            return None
        place = f"{pod.name}_{pod.namespace}({pod.uid})"
        self._events.emit(pod, WARNING, "BackOff", f"Back-off restarting failed container {container.name} in pod {place}", container)
        until_ms = now_ms + rest_ms
        self._recorder.record(
            "kubelet",
            pod=pod.key,
            object=container.name,
            container_type=str(container.container_type),
            attempt=exited.attempt,
            call="backoff",
            delay=entry.delay_ms / 1000,
            until=until_ms / 1000,
            why="crash-loop-back-off",
        )
        message = f"back-off {format_duration(entry.delay_ms)} restarting failed container={container.name} pod={place}"
        return Waiting(reason="CrashLoopBackOff", message=message), until_ms

    def _start_container(self, start: _Start, container: Container) -> Steps:
        """startContainer: image, create, start, postStart. Returns None, or why it failed."""
        pod = start.obj.pod
        attempt = self._runtime.next_attempt(pod.uid, container.name)
        missing = yield from self._images.ensure_image_exists(pod, container)
        if missing:
            self._events.emit(pod, WARNING, "Failed", f"Error: {missing.reason}", container)
            return Waiting(reason=missing.reason, message=missing.message)
        # An image volume that could not be had is told at each container that mounts it.
        unmounted = next((start.absent[mount.name] for mount in container.volume_mounts if mount.name in start.absent), None)
        if unmounted:
            self._events.emit(pod, WARNING, "Failed", f"Error: {unmounted.reason}", container)
            return unmounted
        yield self._streams.around_ms(BEFORE_CREATE[1], BEFORE_CREATE, f"{pod.uid}/{container.name}/before create", f"{attempt}@{self._agenda.now_ms}")
        absent = next((words for ref in container.env_refs if (words := self.missing_object(pod, ref))), None)
        if absent:
            self._events.emit(pod, WARNING, "Failed", f"Error: {absent}", container)
            return Waiting(reason="CreateContainerConfigError", message=absent)
        why = _start_reason(pod, container, start.status)
        made: RuntimeContainer = yield from self._runtime.create_container(pod, container, attempt, why)
        self._events.emit(pod, NORMAL, "Created", self._version.created_text(container.name), container, made.last_record)
        yield STEP_MS
        failure = self.start_failure(pod, container)
        yield from self._runtime.start_container(made, failure, why)
        if failure is not None:
            self._events.emit(pod, WARNING, "Failed", f"Error: {failure}", container, made.last_record)
            return Waiting(reason="RunContainerError", message=failure)
        self._events.emit(pod, NORMAL, "Started", self._version.started_text(container.name), container, made.last_record)
        if container.post_start is None:
            return None
        return (yield from self._post_start(start.obj, made))

    def _post_start(self, obj: PodObject, made: RuntimeContainer) -> Steps:
        """The hook blocks everything of this pod; a failing one kills the container."""
        succeeded = yield from self._hooks.run(made, HookType.POST_START)
        if succeeded:
            return None
        pod, container = obj.pod, made.container
        self._events.emit(pod, WARNING, "FailedPostStartHook", "PostStartHook failed", container, made.last_record)
        kill = ContainerToKill(id=made.id, name=container.name, message="FailedPostStartHook", reason=KillReason.POST_START_HOOK)
        yield from self._kill_one(obj, kill)
        return Waiting(reason="PostStartHookError", message="PostStartHook failed")

    # -- killing ------------------------------------------------------------------------------------------------------------------

    def kill_pod(self, obj: PodObject, status: CriPodStatus, grace_s: int | None, why: StopReason) -> Steps:
        """Kill every running container, concurrently, then stop the sandboxes. Without `grace_s` the spec's."""
        pod = obj.pod
        made = [m for c in status.containers if c.state is RuntimeState.RUNNING and (m := self._runtime.container(pod.uid, c.id))]
        made.sort(key=lambda m: m.id)
        left_s = pod.termination_grace_period_seconds if grace_s is None else grace_s
        ordering = _Ordering(pod, [m.container.name for m in made], self._agenda, ordered=self._version.ordered_termination)
        kills = [
            Task(self._agenda, self._kill_container(each, left_s, f"Stopping container {each.container.name}", ordering, why))
            for each in self._recorder.side_by_side(made)
        ]
        yield from kills
        if any(s.ready for s in status.sandboxes) or made:
            yield STEP_MS
        yield from self._runtime.stop_pod_sandboxes(pod)

    def _kill_one(self, obj: PodObject, kill: ContainerToKill) -> Steps:
        """Kill one container while the pod goes on."""
        made = self._runtime.container(obj.pod.uid, kill.id)
        if made is None or made.state is not RuntimeState.RUNNING:
            return
        grace_s = container_grace_s(obj.pod, made.container, kill.reason, obj.deletion_grace_s)
        yield from self._kill_container(made, grace_s, kill.message, None, _STOP_REASONS[kill.reason])

    def _kill_container(self, made: RuntimeContainer, grace_s: int, message: str, ordering: _Ordering | None, why: StopReason) -> Steps:
        """killContainer: Event, preStop, turn, stop signal, SIGKILL; one counter for all of it."""
        pod, name = made.pod, made.container.name
        self._events.emit(pod, NORMAL, "Killing", message, made.container, made.last_record)
        if made.container.pre_stop is not None and grace_s > 0 and made.state is RuntimeState.RUNNING:
            began_ms = self._agenda.now_ms
            hook = Task(self._agenda, self._hooks.run(made, HookType.PRE_STOP))
            ended = yield Wait(hook.done, grace_s * 1000)
            if not ended:
                self._abandoned(made, hook)
            elif hook.done.value is False:
                self._events.emit(pod, WARNING, "FailedPreStopHook", "PreStopHook failed", made.container, made.last_record)
            grace_s -= (self._agenda.now_ms - began_ms) // 1000
        if ordering is not None and grace_s > 0:
            began_ms = self._agenda.now_ms
            if made.container.is_sidecar and self._version.on("SidecarsRestartableDuringPodTermination"):
                made = yield from self._kept_alive(made, ordering, grace_s)
            else:
                yield from ordering.wait_for_turn(name, grace_s)
            grace_s -= (self._agenda.now_ms - began_ms) // 1000
        yield STEP_MS
        yield from self._runtime.stop_container(made, runtime_grace_s(grace_s), why)
        if ordering is not None:
            ordering.container_terminated(name)

    def _kept_alive(self, made: RuntimeContainer, ordering: _Ordering, grace_s: int) -> Steps:
        """KEP-4438, not in Kubernetes 1.36: a sidecar that ends before its turn is started again. Returns the instance to stop.

        Simplified: without back-off, since the KEP leaves it open and a termination is short.
        """
        turn = Task(self._agenda, ordering.wait_for_turn(made.container.name, grace_s))
        while True:
            ended = made.processes.ended if made.processes else Gate()
            yield first_of(turn.done, ended)
            if turn.done.is_open:
                return made
            made = yield from self._runtime.create_container(made.pod, made.container, made.attempt + 1, StartReason.SIDECAR_AGAIN)
            yield from self._runtime.start_container(made, None, StartReason.SIDECAR_AGAIN)

    def _abandoned(self, made: RuntimeContainer, hook: Task) -> None:
        """The kubelet goes on without the hook; its process lives until the container dies, and then the hook has failed."""
        self._hooks.record(made, HookType.PRE_STOP, "timed out")

        def tell() -> None:
            if made.processes:
                self._events.emit(made.pod, WARNING, "FailedPreStopHook", "PreStopHook failed", made.container)

        if made.processes:
            made.processes.ended.when_open(tell)

    # -- RestartAllContainers -----------------------------------------------------------------------------------------------------

    def _restart_all_trigger(self, obj: PodObject, status: CriPodStatus) -> str | None:
        """The container whose last exit restarts all (gate RestartAllContainersOnContainerExits)."""
        if not self._version.on("RestartAllContainersOnContainerExits") or obj.deleting:
            return None
        for container in (*obj.pod.init_containers, *obj.pod.containers):
            newest = status.newest(container.name)
            if newest and newest.state is RuntimeState.EXITED and restarts_all(container, newest.exit_code):
                return container.name
        return None

    def _restart_all_containers(self, obj: PodObject, status: CriPodStatus, trigger: str) -> Steps:
        """Kill and remove one after another: other mains, other inits, then the trigger. No preStop, two seconds."""
        pod = obj.pod
        names = [c.name for c in pod.containers] + [c.name for c in pod.init_containers]
        self._restarting_all[pod.uid] = None
        self._recorder.record("kubelet", pod=pod.key, object=trigger, call="decision", detail=RESTART_ALL, why="restart-all-containers")
        for name in [n for n in names if n != trigger] + [trigger]:
            made = self._runtime.running(pod.uid, name)
            if made is not None:
                yield from self._kill_container(made, 0, "killing", None, StopReason.RESTART_ALL)
            self._remove_dead(pod, {name}, keep=0)
            yield STEP_MS

    def _remove_dead(self, pod: Pod, names: Sequence[str] | set[str], *, keep: int) -> None:
        """Remove dead instances of these containers, but for the newest `keep` of each."""
        for name in sorted(names):
            ended = (RuntimeState.EXITED, RuntimeState.UNKNOWN)
            dead = [m for m in self._runtime.containers(pod.uid) if m.container.name == name and m.state in ended]
            for made in dead[: len(dead) - keep] if keep else dead:
                self._runtime.remove_container(made)

    def remove_dead_instances(self, pod: Pod, name: str, keep: int) -> None:
        """The deletor: after an exit only the newest `keep` dead instances of that container stay (pod_container_deletor.go)."""
        self._remove_dead(pod, {name}, keep=keep)


_STOP_REASONS = {
    KillReason.LIVENESS_PROBE: StopReason.LIVENESS,
    KillReason.STARTUP_PROBE: StopReason.STARTUP,
    KillReason.DEFINITION_CHANGED: StopReason.IMAGE_CHANGED,
    KillReason.UNKNOWN_STATE: StopReason.UNKNOWN,
    KillReason.POST_START_HOOK: StopReason.POST_START,
}


def _start_reason(pod: Pod, container: Container, status: CriPodStatus) -> StartReason:
    """What let this container start; `status` is what the sync saw."""
    newest = status.newest(container.name)
    if newest is None or newest.state is RuntimeState.CREATED:
        return {ContainerType.INIT: StartReason.INIT_NEXT, ContainerType.SIDECAR: StartReason.SIDECAR}.get(container.container_type, StartReason.FIRST)
    if newest.image != container.image:
        return StartReason.IMAGE_CHANGED
    if newest.state is RuntimeState.UNKNOWN:
        return StartReason.LOST
    if container.is_sidecar:
        return StartReason.SIDECAR_AGAIN
    if newest.state is RuntimeState.EXITED and container.restart_policy is not None and matching_rule(container, newest.exit_code) is not None:
        return StartReason.RULE
    return StartReason.ON_FAILURE if effective_policy(pod, container) is RestartPolicy.ON_FAILURE else StartReason.ALWAYS


class _Ordering:
    """terminationOrdering: who has terminated, and who waits for it."""

    def __init__(self, pod: Pod, running: Sequence[str], agenda: Agenda, *, ordered: bool) -> None:
        self._agenda = agenda
        ordered = ordered and any(c.container_type is ContainerType.SIDECAR for c in pod.init_containers)
        self._waits = prerequisites(pod, running) if ordered else {}
        self._terminated = {name: Gate() for name in running}

    def wait_for_turn(self, name: str, at_most_s: int) -> Steps:
        """Until everything it waits for has terminated, or the time is over."""
        deadline_ms = self._agenda.now_ms + at_most_s * 1000
        for other in self._waits.get(name, ()):
            yield Wait(self._terminated[other], max(0, deadline_ms - self._agenda.now_ms))

    def container_terminated(self, name: str) -> None:
        """Its StopContainer returned."""
        self._terminated[name].open()
