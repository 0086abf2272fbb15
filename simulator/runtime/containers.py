"""What does the runtime do with sandboxes and containers? The CRI's RuntimeService (cri-api/pkg/apis/runtime/v1, 1.36), containerd-like.

Every call takes the time that the scenario's `runtime` says: a median with the spread of the recordings (overheads.json, quiet_one_pod_at_a_time:
minimum, median, 90 % and maximum in milliseconds).
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.cri import CriContainer, CriPodStatus, CriSandbox
from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Recorder
from simulator.engine.streams import Streams
from simulator.engine.tasks import Slots, Steps, Wait
from simulator.errors import BrokenInvariant
from simulator.pod import Container, Pod
from simulator.runtime.processes import ContainerProcesses, Exit
from simulator.runtime.registry import Link, normalise
from simulator.scenario import RuntimeCosts
from simulator.states import RuntimeState, SandboxState
from simulator.whys import StartReason, StopReason

Quantiles = tuple[float, float, float, float]
SANDBOX_CREATE: Quantiles = (121, 195, 331, 560)
CONTAINER_CREATE: Quantiles = (7, 18, 43, 166)
CONTAINER_START: Quantiles = (54, 97, 172, 543)
SANDBOX_STOP: Quantiles = (93, 144, 261, 456)
STOP_RETURN: Quantiles = (28, 55, 70, 120)
"""Exit to StopContainer returned (observed.md, section 9)."""
SIGKILL_LATE: Quantiles = (10, 22, 40, 280)
"""Time-out to SIGKILL (observed.md, section 9)."""
STOP_RETURN_MS = 55
SIGKILL_LATE_MS = 22
KILL_TO_EXIT_MS = 12
"""SIGKILL to the exit event (overheads.json: 0.012)."""
EXIT_NOTICED: Quantiles = (3, 8, 20, 30)
"""Exit event to the runtime's own answers showing it: a container that exits at once is still seen running by the relist right after its start (recorded: 27
of 27)."""
EXIT_NOTICED_MS = 8
STOP_DEAD_SANDBOX_MS = 36
"""StopPodSandbox of a sandbox that is stopped already (observed.md, section 4.3)."""


class RuntimeContainer:
    """One instance of a container in the runtime."""

    __slots__ = (
        "attempt",
        "container",
        "created_ms",
        "exit_code",
        "finished_ms",
        "id",
        "image",
        "last_record",
        "message",
        "oom_killed",
        "pod",
        "processes",
        "reason",
        "sandbox_id",
        "started_ms",
        "state",
        "stopping",
    )

    def __init__(self, number: int, pod: Pod, container: Container, attempt: int, created_ms: int, sandbox_id: int) -> None:
        self.id = number
        self.pod = pod
        self.container = container
        self.attempt = attempt
        self.image = container.image
        self.created_ms = created_ms
        self.sandbox_id = sandbox_id
        self.started_ms = 0
        self.finished_ms = 0
        self.exit_code = 0
        self.reason = ""
        self.message = ""
        self.state = RuntimeState.CREATED
        """A copy of what the recorder's table knows, set by ContainerRuntime._move only."""
        self.processes: ContainerProcesses | None = None
        """From the start on."""
        self.last_record: int | None = None
        """Number of the last record about it: the cause of what comes next."""

    def shown(self) -> CriContainer:
        """As ContainerStatus answers."""
        return CriContainer(
            id=self.id,
            name=self.container.name,
            attempt=self.attempt,
            image=self.image,
            state=self.state,
            created_ms=self.created_ms,
            sandbox_id=self.sandbox_id,
            started_ms=self.started_ms,
            finished_ms=self.finished_ms,
            exit_code=self.exit_code,
            reason=self.reason,
            message=self.message,
        )


class RuntimeSandbox:
    """One instance of a pod's sandbox."""

    __slots__ = ("attempt", "created_ms", "id", "pod", "ready")

    def __init__(self, number: int, pod: Pod, attempt: int, created_ms: int) -> None:
        self.id = number
        self.pod = pod
        self.attempt = attempt
        self.created_ms = created_ms
        self.ready = True


SANDBOXES_AT_ONCE = 4
ALONE, TOGETHER = 1_000, 1_200
"""Milliseconds of sandbox work a second: of one sandbox, and of all that are at work together (network namespaces, address allocation). In the recordings 4 at
once took 0.5 to 0.9 s and ended close together; 20 took 2 to 5 s, a few at a time (12-image-pulls)."""
MakeProcesses = Callable[[Pod, Container, int], ContainerProcesses]
"""(pod, container, attempt) to the processes of one instance."""


class ContainerRuntime:
    """Sandboxes and containers of one node."""

    def __init__(self, agenda: Agenda, streams: Streams, recorder: Recorder, costs: RuntimeCosts, make_processes: MakeProcesses) -> None:
        self._agenda = agenda
        self._streams = streams
        self._recorder = recorder
        self._costs = costs
        self._make_processes = make_processes
        self._numbers = 0
        self._containers: dict[str, list[RuntimeContainer]] = {}
        self._sandboxes: dict[str, list[RuntimeSandbox]] = {}
        self._attempts: dict[tuple[str, str], int] = {}
        """The highest attempt of each container: the names of the log files, which outlive the containers."""
        self._sandboxes_at_work = Slots(SANDBOXES_AT_ONCE)
        self._sandbox_work = Link(agenda, TOGETHER)
        self.on_change: Callable[[str], None] = lambda uid: None
        """Called with a pod's uid whenever a relist would see something new of it."""
        self.on_start: Callable[[RuntimeContainer], None] = lambda container: None
        self.on_exit: Callable[[RuntimeContainer], None] = lambda container: None
        self.on_create: Callable[[RuntimeContainer], None] = lambda container: None
        self.on_remove: Callable[[RuntimeContainer], None] = lambda container: None
        self.on_pod_removed: Callable[[str], None] = lambda uid: None

    def pod_status(self, uid: str) -> CriPodStatus:
        """Everything that the runtime knows of a pod, newest first."""
        return CriPodStatus(
            containers=tuple(c.shown() for c in reversed(self._containers.get(uid, []))),
            sandboxes=tuple(CriSandbox(id=s.id, attempt=s.attempt, ready=s.ready, created_ms=s.created_ms) for s in reversed(self._sandboxes.get(uid, []))),
        )

    def next_attempt(self, uid: str, name: str) -> int:
        """The restart count of the next instance: one more than the highest log file's number."""
        return self._attempts.get((uid, name), -1) + 1

    def all_containers(self) -> list[RuntimeContainer]:
        """Every container on the node, dead ones included."""
        return [made for containers in self._containers.values() for made in containers]

    def containers(self, uid: str) -> list[RuntimeContainer]:
        """A pod's containers, oldest first."""
        return list(self._containers.get(uid, []))

    def container(self, uid: str, number: int) -> RuntimeContainer | None:
        """By id; None when it was removed."""
        return next((c for c in self._containers.get(uid, []) if c.id == number), None)

    def running(self, uid: str, name: str) -> RuntimeContainer | None:
        """The running instance of a container."""
        return next((c for c in self._containers.get(uid, []) if c.container.name == name and c.state is RuntimeState.RUNNING), None)

    def last_record(self, uid: str, name: str, *, ended: bool) -> int | None:
        """What was recorded last of the newest instance of a container, or of the newest that has ended."""
        known = (c for c in reversed(self._containers.get(uid, [])) if c.container.name == name)
        return next((c.last_record for c in known if not ended or c.state is not RuntimeState.RUNNING), None)

    def run_pod_sandbox(self, pod: Pod, attempt: int) -> Steps:
        """RunPodSandbox; returns the sandbox."""
        self._record(pod, "sandbox", "RunPodSandbox called", attempt=attempt)
        takes_ms = self._around(self._costs.sandbox_create_ms, SANDBOX_CREATE, pod, "RunPodSandbox", attempt)
        if takes_ms:
            yield from self._sandboxes_at_work.acquire()
            try:
                yield from self._sandbox_work.download(takes_ms, ALONE)
            finally:
                self._sandboxes_at_work.release()
        sandbox = RuntimeSandbox(self._number(), pod, attempt, self._agenda.now_ms)
        self._recorder.move(("sandbox", sandbox.id), SandboxState.READY)
        self._sandboxes.setdefault(pod.uid, []).append(sandbox)
        self._record(pod, "sandbox", "RunPodSandbox returned", attempt=attempt)
        self.on_change(pod.uid)
        return sandbox

    def stop_pod_sandboxes(self, pod: Pod) -> Steps:
        """StopPodSandbox for every sandbox of the pod; one that is stopped already answers quickly."""
        for sandbox in self._sandboxes.get(pod.uid, []):
            self._record(pod, "sandbox", "StopPodSandbox called", attempt=sandbox.attempt)
            if sandbox.ready:
                yield self._around(self._costs.sandbox_stop_ms, SANDBOX_STOP, pod, "StopPodSandbox", self._agenda.now_ms)
                self._not_ready(sandbox)
            elif self._costs.sandbox_stop_ms:
                yield STOP_DEAD_SANDBOX_MS
            self._record(pod, "sandbox", "StopPodSandbox returned", attempt=sandbox.attempt)

    def create_container(self, pod: Pod, container: Container, attempt: int, why: StartReason = StartReason.FIRST) -> Steps:
        """CreateContainer; returns the container."""
        self._record(pod, container, "CreateContainer called", attempt=attempt, why=why)
        yield self._around(self._costs.container_create_ms, CONTAINER_CREATE, pod, f"CreateContainer/{container.name}", attempt)
        sandboxes = self._sandboxes.get(pod.uid, [])
        made = RuntimeContainer(self._number(), pod, container, attempt, self._agenda.now_ms, sandboxes[-1].id if sandboxes else 0)
        self._attempts[pod.uid, container.name] = attempt
        self._move(made, RuntimeState.CREATED)
        self._containers.setdefault(pod.uid, []).append(made)
        made.last_record = self._record(pod, container, "CreateContainer returned", attempt=attempt, image=normalise(container.image))
        self.on_create(made)
        return made

    def start_container(self, made: RuntimeContainer, failure: str | None = None, why: StartReason = StartReason.FIRST) -> Steps:
        """StartContainer. With `failure` (the runtime's words) nothing starts: the container is exited with 128, reason StartError."""
        pod, container = made.pod, made.container
        self._record(pod, container, "StartContainer called", attempt=made.attempt, why=why)
        yield self._around(self._costs.container_start_ms, CONTAINER_START, pod, f"StartContainer/{container.name}", made.attempt)
        made.started_ms = self._agenda.now_ms
        if failure is not None:
            made.started_ms, made.finished_ms = 0, self._agenda.now_ms
            self._exited(made, Exit(code=128, reason="StartError", message=failure))
            return
        processes = self._make_processes(pod, container, made.attempt)
        made.processes = processes
        self._move(made, RuntimeState.RUNNING)
        made.last_record = self._record(pod, container, "StartContainer returned", attempt=made.attempt)
        self.on_change(pod.uid)
        processes.ended.when_open(lambda: self._ended(made, processes.ended.value))
        self.on_start(made)
        processes.start()

    def stop_container(self, made: RuntimeContainer, timeout_s: int, why: StopReason) -> Steps:
        """StopContainer: the stop signal now, SIGKILL after `timeout_s`; returns when the container is dead."""
        pod, container = made.pod, made.container
        self._record(pod, container, "StopContainer called", attempt=made.attempt, detail=f"timeout {timeout_s}s", why=why)
        if made.state is not RuntimeState.RUNNING or made.processes is None:
            self._record(pod, container, "StopContainer returned", attempt=made.attempt)
            return
        signal = container.stop_signal or "SIGTERM"
        self._record(pod, container, "signal", attempt=made.attempt, detail=signal, why=why)
        processes = made.processes
        processes.signal(signal)
        ended = yield Wait(processes.ended, timeout_s * 1000)
        instant = self._costs.container_start_ms == 0
        if not ended:
            yield 0 if instant else self._around(SIGKILL_LATE_MS, SIGKILL_LATE, pod, f"SIGKILL/{container.name}", made.attempt)
            if made.state is RuntimeState.RUNNING:
                self._record(pod, container, "signal", attempt=made.attempt, detail="SIGKILL")
                yield 0 if instant else KILL_TO_EXIT_MS
                processes.kill()
        yield 0 if instant else self._around(STOP_RETURN_MS, STOP_RETURN, pod, f"StopContainer/{container.name}", made.attempt)
        self._record(pod, container, "StopContainer returned", attempt=made.attempt)

    def remove_container(self, made: RuntimeContainer) -> None:
        """RemoveContainer of one that does not run."""
        if made.state is RuntimeState.RUNNING:
            raise BrokenInvariant(f"RemoveContainer of running {made.pod.key}/{made.container.name}")
        if made.state is RuntimeState.REMOVED:
            return
        self._record(made.pod, made.container, "RemoveContainer", attempt=made.attempt)
        self._move(made, RuntimeState.REMOVED)
        self._containers[made.pod.uid].remove(made)
        self.on_remove(made)
        self.on_change(made.pod.uid)

    def remove_pod(self, uid: str) -> None:
        """All dead containers and sandboxes of a pod that is gone."""
        for made in self.containers(uid):
            self.remove_container(made)
        for sandbox in self._sandboxes.pop(uid, []):
            self._not_ready(sandbox)
            self._recorder.move(("sandbox", sandbox.id), SandboxState.REMOVED)
        self._containers.pop(uid, None)
        self.on_pod_removed(uid)

    def power_off(self) -> None:
        """The node goes down: every process dies, every sandbox is lost. What was created stays known."""
        for made in [c for containers in self._containers.values() for c in containers]:
            if made.state is RuntimeState.RUNNING and made.processes:
                made.processes.exit(255, "Unknown")
        for sandboxes in self._sandboxes.values():
            for sandbox in sandboxes:
                self._not_ready(sandbox)

    def _not_ready(self, sandbox: RuntimeSandbox) -> None:
        if sandbox.ready:
            sandbox.ready = False
            self._recorder.move(("sandbox", sandbox.id), SandboxState.NOT_READY)
            self.on_change(sandbox.pod.uid)

    def _ended(self, made: RuntimeContainer, how: Exit) -> None:
        """PID 1 has ended. The runtime's answers show it a moment later."""
        made.finished_ms = self._agenda.now_ms
        reason = how.reason or ("Completed" if how.code == 0 else "Error")
        made.last_record = self._record(made.pod, made.container, "exit event", attempt=made.attempt, exit_code=how.code, reason=reason)
        self.on_exit(made)
        if self._costs.container_start_ms == 0:
            self._exited(made, how)
        else:
            delay_ms = self._around(EXIT_NOTICED_MS, EXIT_NOTICED, made.pod, f"exit/{made.container.name}", made.attempt)
            self._agenda.after(delay_ms, lambda: self._exited(made, how))

    def _exited(self, made: RuntimeContainer, how: Exit) -> None:
        made.exit_code = how.code
        made.reason = how.reason or ("Completed" if how.code == 0 else "Error")
        made.message = how.message
        self._move(made, RuntimeState.EXITED)
        self.on_change(made.pod.uid)

    def _move(self, made: RuntimeContainer, to: RuntimeState) -> None:
        self._recorder.move(("container", made.id), to)
        made.state = to

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _around(self, median_ms: int, quantiles: Quantiles, pod: Pod, what: str, key: object) -> int:
        return self._streams.around_ms(median_ms, quantiles, f"{pod.uid}/{what}", f"{key}@{self._agenda.now_ms}")

    def _record(self, pod: Pod, subject: Container | str, call: str, **fields: object) -> int:
        name, kind = (subject, None) if isinstance(subject, str) else (subject.name, str(subject.container_type))
        return self._recorder.record("runtime", pod=pod.key, object=name, container_type=kind, call=call, **fields)
