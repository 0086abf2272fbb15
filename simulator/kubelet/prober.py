"""When is a container probed, and what follows from the answer?

Kubernetes 1.36: pkg/kubelet/prober/worker.go (run, doProbe), prober_manager.go, results/results_manager.go.

A worker's ticks are `created + k x period`. Ticks that cannot change anything are not simulated: a worker sleeps until the pod's status, the container's
world or
its own counters may bring something new, and then goes on at the next tick of its grid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulator.api_status import ContainerStatus, Running, Terminated
from simulator.behavior import Result
from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Recorder
from simulator.engine.streams import Streams
from simulator.engine.tasks import Gate, Steps, Task, Wait
from simulator.kubelet.events import WARNING, EventRecorder
from simulator.kubelet.pod_manager import PodObject
from simulator.kubelet.restart import should_restart_after
from simulator.kubelet.status import ProbeView
from simulator.kubelet.status_manager import StatusManager
from simulator.pod import Container, ContainerType, HandlerKind, Probe, ProbeType
from simulator.runtime.containers import ContainerRuntime
from simulator.runtime.processes import FOREVER_MS, ProbeAnswer
from simulator.versions import Version

HANDLER_MS = {HandlerKind.EXEC: (22, 38, 60, 120), HandlerKind.HTTP_GET: (1, 3, 8, 30), HandlerKind.TCP_SOCKET: (1, 1, 3, 10), HandlerKind.GRPC: (2, 4, 10, 30)}
"""What a handler costs besides the program's own time: minimum, median, 90 %, maximum (exec: tick to Unhealthy in the recordings of 09-probes; others
estimated)."""
TRIGGER_MISSED = 0.12
"""Share of immediate readiness probes that come before the status manager knows the container, so that a whole period is lost (observed.md, section 7.5: 2 of
16)."""
SOURCE_OF_WORDS = {ProbeType.STARTUP: "Startup", ProbeType.READINESS: "Readiness", ProbeType.LIVENESS: "Liveness"}
GONE_OUTPUT = "rpc error: code = Unknown desc = failed to exec in container: container is in CONTAINER_EXITED state"


class ProbeManager:
    """All probe workers of the node and their stored results."""

    def __init__(
        self,
        agenda: Agenda,
        streams: Streams,
        recorder: Recorder,
        events: EventRecorder,
        runtime: ContainerRuntime,
        statuses: StatusManager,
        version: Version,
        started_ms: int,
    ) -> None:
        self.version = version
        self.agenda = agenda
        self.streams = streams
        self.recorder = recorder
        self.events = events
        self.runtime = runtime
        self.statuses = statuses
        self.started_ms = started_ms
        self.workers: dict[str, dict[tuple[str, ProbeType], ProbeWorker]] = {}
        """By pod uid, then by container name and probe type."""
        self.done_with: dict[tuple[str, str, ProbeType], int | None] = {}
        """Instances whose worker has ended because they can never run again; no new worker is made for them."""
        self.results: dict[ProbeType, dict[int, bool | None]] = {kind: {} for kind in ProbeType}
        """Stored results by container id; None stands for startup's Unknown."""
        self.on_result: Callable[[PodObject, str, int, ProbeType, bool | None], None] = lambda *a: None
        """Called when a stored result changed."""

    def add_pod(self, obj: PodObject) -> None:
        """Start the workers that a pod does not have yet: mains and sidecars."""
        pod = obj.pod
        workers = self.workers.setdefault(pod.uid, {})
        status = self.statuses.known(pod.uid)
        for container in (*pod.containers, *pod.sidecars):
            for kind in ProbeType:
                probe = container.probe(kind)
                if probe is None or (container.name, kind) in workers:
                    continue
                shown = status.container(container.name) if status else None
                if (pod.uid, container.name, kind) in self.done_with and shown and self.done_with[pod.uid, container.name, kind] == shown.container_id:
                    continue
                worker = workers[container.name, kind] = ProbeWorker(self, obj, container, kind, probe)
                worker.task = Task(self.agenda, worker.run())

    def remove_pod(self, uid: str) -> None:
        """Stop all workers of a pod."""
        for worker in list(self.workers.get(uid, {}).values()):
            worker.stop()
        self.workers.pop(uid, None)

    def drop(self, worker: ProbeWorker) -> None:
        """A worker has ended."""
        workers = self.workers.get(worker.uid, {})
        if workers.get(worker.place) is worker:
            del workers[worker.place]

    def stop_liveness_and_startup(self, obj: PodObject) -> None:
        """At the start of terminating, for mains only (the call does not cover sidecars)."""
        for container in obj.pod.containers:
            for kind in (ProbeType.LIVENESS, ProbeType.STARTUP):
                worker = self.workers.get(obj.pod.uid, {}).get((container.name, kind))
                if worker:
                    worker.stop()

    def view(self, uid: str) -> ProbeView:
        """What the status of a pod needs to know."""
        return ProbeView(started=self.results[ProbeType.STARTUP], ready=self.results[ProbeType.READINESS], workers=frozenset(self.workers.get(uid, ())))

    def trigger_readiness(self, uid: str, name: str, *, first: bool) -> None:
        """Run the readiness probe at once and restart its ticker from now.

        `first`: the status that shows this instance is being set just now. Then the run may come too early to know it, and finds nothing.
        """
        worker = self.workers.get(uid, {}).get((name, ProbeType.READINESS))
        if worker:
            missed = first and self.streams.jitter and self.streams.unit(f"{uid}/{name}/trigger", self.agenda.now_ms) < TRIGGER_MISSED
            worker.trigger(missed=missed)

    def status_changed(self, uid: str) -> None:
        """The remembered status of a pod changed: its sleeping workers look again."""
        for worker in list(self.workers.get(uid, {}).values()):
            worker.wake()

    def stop_all(self) -> None:
        """The kubelet stops."""
        for uid in list(self.workers):
            self.remove_pod(uid)
        for stored in self.results.values():
            stored.clear()


class ProbeWorker:
    """One goroutine of the prober: one probe of one container."""

    def __init__(self, manager: ProbeManager, obj: PodObject, container: Container, kind: ProbeType, probe: Probe) -> None:
        self._manager = manager
        self._obj = obj
        self._container = container
        self._kind = kind
        self._probe = probe
        self._period_ms = max(1, probe.period_seconds) * 1000
        self._origin_ms = manager.agenda.now_ms
        """Ticks are at origin + k x period; a manual trigger moves it."""
        self._container_id: int | None = None
        self._on_hold = False
        self._last_result: bool | None = None
        self._run_length = 0
        self._wake = Gate()
        self._subscribed: Gate | None = None
        """The world's gate that wakes this worker; remembered, so that it is asked once."""
        self._triggered = False
        self._stopped = False
        self.task: Task | None = None

    def stop(self) -> None:
        """End the worker; its result is forgotten."""
        self._stopped = True
        self._manager.drop(self)
        self.wake()

    def trigger(self, *, missed: bool) -> None:
        """A manual run, pending until the worker is free. A missed one only restarts the ticker."""
        if missed:
            self._origin_ms = self._manager.agenda.now_ms
        else:
            self._triggered = True
        self.wake()

    def wake(self) -> None:
        """Look again: something changed."""
        wake, self._wake = self._wake, Gate()
        wake.open()

    def run(self) -> Steps:
        """The worker's loop."""
        agenda = self._manager.agenda
        if agenda.now_ms - self._manager.started_ms < self._period_ms:
            # The kubelet is younger than one period: spread the probes of all containers that it finds.
            delay_ms = self._manager.streams.between_ms(0, self._period_ms - 1, f"{self._name}/start", agenda.now_ms)
            self._origin_ms += delay_ms
            yield delay_ms
        while not self._stopped:
            wake = self._wake
            matters_from_ms = yield from self._do_probe()
            if matters_from_ms is None or self._stopped:
                break
            if wake.is_open:
                matters_from_ms = 0  # something changed while the probe ran, perhaps because of it
            yield from self._next_tick(matters_from_ms)
        self._manager.drop(self)
        if not self._stopped:
            self._manager.done_with[self.uid, *self.place] = self._container_id

    @property
    def uid(self) -> str:
        """The pod's uid."""
        return self._obj.pod.uid

    @property
    def place(self) -> tuple[str, ProbeType]:
        """Container name and probe type."""
        return self._container.name, self._kind

    @property
    def _name(self) -> str:
        return f"{self._obj.pod.uid}/{self._container.name}/{self._kind}"

    def _next_tick(self, matters_from_ms: int) -> Steps:
        """Wait for the first tick at or after `matters_from_ms`, or for a trigger; a wake-up makes the very next tick matter."""
        agenda = self._manager.agenda
        from_ms = agenda.now_ms + 1
        while not self._stopped:
            if self._triggered:
                self._triggered = False
                self._origin_ms = agenda.now_ms
                return
            wanted_ms = max(from_ms, matters_from_ms)
            tick_ms = self._origin_ms + -(-(wanted_ms - self._origin_ms) // self._period_ms) * self._period_ms
            delay_ms = min(tick_ms - agenda.now_ms, FOREVER_MS)
            gate = self._wake
            world = self._world_gate()
            if world is not None and world is not self._subscribed:
                self._subscribed = world
                world.when_open(self.wake)
            woken = (yield gate) if delay_ms >= FOREVER_MS // 2 else (yield Wait(gate, delay_ms))
            if woken is False:
                return
            from_ms = max(agenda.now_ms, from_ms)
            matters_from_ms = from_ms

    def _world_gate(self) -> Gate | None:
        made = self._manager.runtime.container(self._obj.pod.uid, self._container_id) if self._container_id else None
        return made.processes.changed if made and made.processes else None

    def _do_probe(self) -> Steps:
        """One tick (doProbe). Returns from when on a tick may matter again; None: the worker ends."""
        now_ms = self._manager.agenda.now_ms
        status = self._manager.statuses.known(self._obj.pod.uid)
        if status is None:
            return FOREVER_MS
        if status.phase.is_terminal:
            return None
        shown = status.container(self._container.name)
        if shown is None or shown.container_id is None:
            return FOREVER_MS
        if shown.container_id != self._container_id:
            self._meet(shown)
        if self._on_hold:
            return FOREVER_MS
        if not isinstance(shown.state, Running):
            self._store(False)
            return FOREVER_MS if self._may_run_again(shown) else None
        if self._obj.deleting and self._kind is not ProbeType.READINESS:
            self._store(True)
            return None
        # startedAt is cut to whole seconds, so a probe may come up to a second early (recorded).
        started_second_ms = shown.state.started_ms // 1000 * 1000
        age_s = (now_ms - started_second_ms) // 1000
        if age_s < self._probe.initial_delay_seconds:
            return started_second_ms + self._probe.initial_delay_seconds * 1000
        if shown.started is (self._kind is ProbeType.STARTUP):
            return FOREVER_MS
        return (yield from self._ask())

    def _meet(self, shown: ContainerStatus) -> None:
        """A new instance: its result starts anew. The run counter is not reset (recorded)."""
        stored = self._manager.results[self._kind]
        if self._container_id is not None:
            stored.pop(self._container_id, None)
        fresh = self._container_id is None
        self._container_id = shown.container_id
        self._on_hold = False
        keeps = fresh and self._manager_is_new(shown)
        if keeps:
            self._store(shown.started if self._kind is ProbeType.STARTUP else shown.ready if self._kind is ProbeType.READINESS else True, initial=True)
        else:
            self._store({ProbeType.STARTUP: None, ProbeType.READINESS: False, ProbeType.LIVENESS: True}[self._kind], initial=True)

    def _manager_is_new(self, shown: ContainerStatus) -> bool:
        """The container ran before this kubelet (started more than 10 s before it): started and ready stay until a real result (1.35)."""
        if not self._manager.version.keeps_probe_results_over_restart:
            return False
        return isinstance(shown.state, Running) and shown.state.started_ms < self._manager.started_ms - 10_000 and (shown.started or shown.ready)

    def _may_run_again(self, shown: ContainerStatus) -> bool:
        if not isinstance(shown.state, Terminated):
            return True
        if self._container.container_type is ContainerType.SIDECAR:
            return True
        return not self._obj.deleting and should_restart_after(self._obj.pod, self._container, shown.state.exit_code)

    def _ask(self) -> Steps:
        """Run the handler and count the answer."""
        manager = self._manager
        asked_ms = manager.agenda.now_ms
        made = manager.runtime.container(self._obj.pod.uid, self._container_id or 0)
        answer: ProbeAnswer
        if made is None or made.processes is None:
            answer = ProbeAnswer(result=Result.ERROR, output=GONE_OUTPUT)
        else:
            cost = HANDLER_MS.get(self._probe.handler.kind, HANDLER_MS[HandlerKind.EXEC])
            overhead_ms = manager.streams.around_ms(cost[1], cost, f"{self._name}/handler", asked_ms)
            answer = yield from made.processes.probe(self._kind, self._probe.handler, self._probe.timeout_seconds * 1000)
            if answer.result is Result.TIMEOUT:
                answer = replace(answer, output=timeout_output(self._probe))
            else:
                yield overhead_ms
            if made.processes.ended.is_open and answer.result is Result.ERROR:
                answer = ProbeAnswer(result=Result.ERROR, output=GONE_OUTPUT)
        if self._stopped:
            return None
        return self._count(answer)

    def _count(self, answer: ProbeAnswer) -> int:
        """Thresholds (doProbe). Returns from when on a tick may matter."""
        manager, word = self._manager, SOURCE_OF_WORDS[self._kind]
        next_ms = FOREVER_MS if answer.holds_until_ms is None else answer.holds_until_ms
        if answer.result is Result.ERROR:
            self._unhealthy(f"{word} probe errored and resulted in unknown state: {answer.output}", answer.result)
            return 0
        success = answer.result is Result.SUCCESS
        if not success:
            self._unhealthy(f"{word} probe failed: {answer.output}", answer.result)
        if self._last_result is success:
            self._run_length += 1
        else:
            self._last_result, self._run_length = success, 1
        threshold = self._probe.success_threshold if success else self._probe.failure_threshold
        if self._run_length < threshold:
            return 0
        if self._kind is ProbeType.STARTUP or (self._kind is ProbeType.LIVENESS and not success):
            self._on_hold = True
            self._run_length = 0
        self._store(success)
        if self._on_hold:
            return FOREVER_MS
        # Every failed try is an Event, so a failing probe is run at each tick; one that succeeds is asked again when its answer may change.
        return next_ms if success else manager.agenda.now_ms

    def _unhealthy(self, message: str, result: Result) -> None:
        manager, pod = self._manager, self._obj.pod
        manager.recorder.record(
            "probe",
            pod=pod.key,
            object=self._container.name,
            container_type=str(self._container.container_type),
            probe=str(self._kind),
            result=str(result),
            count=self._run_length + 1 if self._last_result is False else 1,
            threshold=self._probe.failure_threshold,
        )
        manager.events.emit(pod, WARNING, "Unhealthy", message, self._container)

    def _store(self, result: bool | None, *, initial: bool = False) -> None:
        """Set the stored result; only a change is told (results_manager.go)."""
        number = self._container_id
        if number is None:
            return
        stored = self._manager.results[self._kind]
        missing = object()
        before: Any = stored.get(number, missing)
        stored[number] = result
        if before is missing and self._kind is ProbeType.LIVENESS:
            return
        if before is result:
            return
        if not initial:
            self._manager.recorder.record(
                "probe",
                pod=self._obj.pod.key,
                object=self._container.name,
                container_type=str(self._container.container_type),
                probe=str(self._kind),
                result="success" if result else "failure",
            )
        self._manager.on_result(self._obj, self._container.name, number, self._kind, result)


def timeout_output(probe: Probe) -> str:
    """The runtime's words when a handler took too long."""
    if probe.handler.kind is HandlerKind.EXEC:
        return f'command timed out: "{" ".join(probe.handler.command)}" timed out after {probe.timeout_seconds}s'
    return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
